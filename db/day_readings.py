"""What readers made of some articles: a row for each reading, a column for each frame or target.

Only readings of an article's present text are rows; the newest of them is in force. Nothing here
writes.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    any_,
    cast,
    func,
    literal,
    select,
)

from db.tables import (
    ArticleRow,
    EvidenceRow,
    FrameScoreRow,
    ReadingRow,
    RepublicationRow,
    TargetScoreRow,
)
from db.upsert import table_of

IDENTITY = ("model", "revision", "weights_sha256", "codebook_sha256")

Identity = tuple[str, ...]  # the values of IDENTITY
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
IDs = npt.NDArray[np.int64]

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_scores, _targets, _evidence = map(table_of, (FrameScoreRow, TargetScoreRow, EvidenceRow))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """Every reading, the oldest first."""

    number: IDs
    article: IDs
    identity: Places
    identities: list[Identity]
    unread: Mask
    read_at: Sequence[datetime]
    of_present_text: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """A row for each reading of an article's present text, the oldest first."""

    identity: Places  # of each row: the place of its reader in `identities`
    identities: list[Identity]
    label: Places  # of each row: the place of its reader and frames in `labels`
    labels: list[str]  # ascending
    coded: Mask  # of each row: whether it scored any frame
    unread: Mask  # of each row: whether its reader could not read
    read_at: list[datetime]  # of each row
    articles: IDs  # that have a row, ascending
    last: Places  # of each of them: its newest row, which is in force
    several: dict[int, list[int]]  # the rows of those that have more than one
    # Of every reading, by whichever text: its article, its place in `readers`, and its number.
    told: tuple[IDs, Places, IDs]
    readers: list[tuple[str, Identity]]  # label ("": of an earlier text), and who
    frames: list[str]
    scored: Mask
    present: Mask
    thresholds: list[tuple[str, float, Places]]  # frame, threshold, and rows scored by it

    def in_force(self, articles: IDs) -> Places:
        """Of each article its row in force; -1: it has none."""
        if not len(self.articles):
            return np.full(len(articles), -1)
        at = np.minimum(np.searchsorted(self.articles, articles), len(self.articles) - 1)
        return np.where(self.articles[at] == articles, self.last[at], -1)

    def coding(self, articles: IDs) -> Places:
        """The same, of a reader that scored any frame."""
        rows = self.in_force(articles)
        rows[rows >= 0] = np.where(self.coded, np.arange(len(self.coded)), -1)[rows[rows >= 0]]
        return rows

    def newest(self, articles: IDs) -> dict[tuple[str, Identity], int]:
        """By label and reader, its newest reading of these, by whichever text."""
        article, reader, number = self.told
        mine = np.isin(article, articles)
        found = np.zeros(len(self.readers), np.int64)
        np.maximum.at(found, reader[mine], number[mine])
        newest = zip(self.readers, found.tolist(), strict=True)
        return {who: reading for who, reading in newest if reading}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReadings(Readings):
    republished: IDs  # articles
    outlet: Mask  # with evidence in the outlet's own words
    quoted: Mask
    best: Numbers  # score of the best evidence
    sentence: IDs  # its id; 0: there is none
    targets: list[str]
    mentions: Mask
    tone: Numbers


def day_readings(connection: Connection, articles: IDs) -> DayReadings:
    ids, read = _read(connection, articles)
    return DayReadings(
        republished=_republished(connection, articles),
        **read,
        **_spoken(connection, ids, read["frames"]),
        **_toned(connection, ids),
    )


def readings(connection: Connection, articles: IDs) -> Readings:
    return Readings(**_read(connection, articles)[1])


@lru_cache(maxsize=1024)
def label_of(who: Identity, columns: tuple[int, ...], frames: tuple[str, ...]) -> str:
    """Of a reader that scored the frames in these columns."""
    told = json.dumps([who, [frames[at] for at in columns]])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _read(connection: Connection, articles: IDs) -> tuple[IDs, dict[str, Any]]:
    """The numbers of the rows, ascending, and what `Readings` says of them."""
    stored = _stored(connection, articles)
    rows = np.flatnonzero(stored.of_present_text)
    ids, article, identity = (c[rows] for c in (stored.number, stored.article, stored.identity))
    scores = _scored(connection, ids)
    label, labels = _labelled(identity, stored.identities, scores["scored"], scores["frames"])
    of_any_text = np.full(len(stored.number), len(labels))  # of an earlier text: without a label
    of_any_text[rows] = label
    pairs, reader = np.unique([of_any_text, stored.identity], axis=1, return_inverse=True)
    with_row, back, times = np.unique(article[::-1], return_index=True, return_counts=True)
    several: dict[int, list[int]] = {}
    for row in np.flatnonzero(np.isin(article, with_row[times > 1])).tolist():
        several.setdefault(int(article[row]), []).append(row)
    return ids, scores | {
        "identity": identity,
        "identities": stored.identities,
        "label": label,
        "labels": labels,
        "coded": scores["scored"].any(axis=1),
        "unread": stored.unread[rows],
        "read_at": [stored.read_at[row] for row in rows.tolist()],
        "articles": with_row,
        "last": len(article) - 1 - back,
        "several": several,
        "told": (stored.article, reader.reshape(-1), stored.number),
        "readers": [([*labels, ""][at], stored.identities[who]) for at, who in pairs.T.tolist()],
    }


def _labelled(
    identity: Places, identities: Sequence[Identity], scored: Mask, frames: Sequence[str]
) -> tuple[Places, list[str]]:
    """The label of each row, as a place among all that there are."""
    of = list(zip(identity.tolist(), _told_apart(scored), strict=True))
    known = {one: label_of(identities[one[0]], one[1], tuple(frames)) for one in set(of)}
    labels = sorted(set(known.values()))
    places = {one: labels.index(label) for one, label in known.items()}
    return np.array([places[one] for one in of], np.intp), labels


def _told_apart(scored: Mask) -> list[tuple[int, ...]]:
    """Of each row the columns that hold; most rows are alike."""
    rows = [row.tobytes() for row in scored]
    columns = {row: tuple(np.flatnonzero(np.frombuffer(row, bool)).tolist()) for row in set(rows)}
    return [columns[row] for row in rows]


def _stored(connection: Connection, articles: IDs) -> _Stored:
    c = _readings.c
    same = c.text_sha256 == _articles.c.text_sha256
    query = select(c.id, c.article_id, c.unread != "", c.read_at, same, *(c[n] for n in IDENTITY))
    joined = query.join(_articles, _articles.c.id == c.article_id)
    found = sorted(map(tuple, _among(connection, c.article_id, articles, joined)))
    columns = zip(*found, strict=True) if found else [()] * (5 + len(IDENTITY))
    number, article, unread, read_at, present, *who = columns
    places: dict[Identity, int] = {}
    identity = [places.setdefault(one, len(places)) for one in zip(*who, strict=True)]
    return _Stored(
        number=np.array(number, np.int64),
        article=np.array(article, np.int64),
        identity=np.array(identity, np.intp),
        identities=list(places),
        unread=np.array(unread, bool),
        read_at=read_at,
        of_present_text=np.array(present, bool),
    )


def _republished(connection: Connection, articles: IDs) -> IDs:
    entry = table_of(RepublicationRow).c.article_id
    found = _among(connection, entry, articles, select(entry))
    return np.array([row[0] for row in found], np.int64)


def _scored(connection: Connection, ids: IDs) -> dict[str, Any]:
    """Read as they stand, the scores of a day took most of the time of counting it: so once, and
    as few rows with a list of readings in each.
    """
    c = _scores.c
    alike = (c.frame, c.threshold, c.present)
    listed = func.json_group_array if connection.dialect.name == "sqlite" else func.array_agg
    query = select(*alike, listed(c.reading_id)).group_by(*alike)
    found = [
        (frame, threshold, carried, np.searchsorted(ids, _numbers(numbers)))
        for frame, threshold, carried, numbers in _among(connection, c.reading_id, ids, query)
    ]
    frames = sorted({frame for frame, *_ in found})
    scored, present = (np.zeros((len(ids), len(frames)), bool) for _ in range(2))
    for frame, _, carried, rows in found:
        scored[rows, frames.index(frame)] = True
        present[rows, frames.index(frame)] = carried
    return {
        "frames": frames,
        "scored": scored,
        "present": present,
        "thresholds": [(frame, threshold, rows) for frame, threshold, _, rows in found],
    }


def _numbers(listed: str | list[int]) -> IDs:
    return np.array(json.loads(listed) if isinstance(listed, str) else listed, dtype=np.int64)


def _spoken(connection: Connection, ids: IDs, frames: Sequence[str]) -> dict[str, Any]:
    """In which voices there is evidence, and the best of it."""
    e, shape = _evidence.c, (len(ids), len(frames))
    columns = {frame: at for at, frame in enumerate(frames)}
    told = select(e.reading_id, e.about, e.voice, e.score, e.id).where(e.kind == "frame")
    # The best one last, and of several the first that was stored: numpy leaves what it puts last.
    told = told.order_by(e.score, e.id.desc())
    held = _among(connection, e.reading_id, ids, told)
    of, about, voices, score, number = zip(*held, strict=True) if held else [()] * 5
    column = np.array([columns.get(frame, -1) for frame in about], np.intp)
    mine = column >= 0
    row, column, voice = np.searchsorted(ids, of)[mine], column[mine], np.array(voices)[mine]
    found: dict[str, Any] = {"best": np.zeros(shape), "sentence": np.zeros(shape, np.int64)}
    found["best"][row, column] = np.array(score)[mine]
    found["sentence"][row, column] = np.array(number, np.int64)[mine]
    for name in ("outlet", "quoted"):
        found[name] = np.zeros(shape, bool)
        found[name][row[voice == name], column[voice == name]] = True
    return found


def _toned(connection: Connection, ids: IDs) -> dict[str, Any]:
    c = _targets.c
    tone = c.positive - c.negative
    query = select(c.reading_id, c.target, tone)
    held = _among(connection, c.reading_id, ids, query)
    of, names, values = zip(*held, strict=True) if held else ((), (), ())
    targets, column = np.unique(names, return_inverse=True)
    row = np.searchsorted(ids, of)
    mentions = np.zeros((len(ids), len(targets)), bool)
    tones = np.zeros(mentions.shape)
    mentions[row, column] = True
    tones[row, column] = values
    return {"targets": targets.tolist(), "mentions": mentions, "tone": tones}


def _among(
    connection: Connection, column: ColumnElement[int], ids: npt.ArrayLike, query: Select[Any]
) -> Sequence[Any]:
    """Rows whose column is one of the ids, which are given as one value however many they are."""
    numbers = np.asarray(ids).tolist()
    if connection.dialect.name == "postgresql":
        where = column == any_(cast(literal(numbers, ARRAY(BigInteger)), ARRAY(BigInteger)))
    else:
        each = func.json_each(json.dumps(numbers)).table_valued("value")
        where = column.in_(select(each.c.value))
    return connection.execute(query.where(where)).all()
