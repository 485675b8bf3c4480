"""What readers made of some articles: a row for each reading, a column for each frame or target.

Only readings of an article's present text are rows; the newest of them is in force. Nothing here
writes.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

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

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_scores, _targets, _evidence = map(table_of, (FrameScoreRow, TargetScoreRow, EvidenceRow))


class _Stored(NamedTuple):
    """A reading."""

    id: int
    article: int
    who: Identity
    unread: str
    read_at: datetime
    of_present_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    rows: dict[int, list[int]]  # of each article, the oldest reading first
    in_force: dict[int, int]  # of each article, the last of them
    who: list[Identity]  # of each row
    labels: list[str]  # of each row: its reader, and the frames that it scored
    coded: list[bool]  # of each row: whether it scored any
    unread: list[str]  # of each row: why its reader could not read, if it could not
    read_at: list[datetime]  # of each row
    # Of each article: label, who, reading. First those of its rows, in their order.
    readers: dict[int, list[tuple[str, Identity, int]]]
    frames: list[str]
    scored: Mask
    present: Mask
    thresholds: list[tuple[str, float, Places]]  # frame, threshold, and rows scored by it

    def coding(self, article: int) -> int | None:
        """The row in force, if its reader scored any frame."""
        row = self.in_force.get(article)
        return row if row is not None and self.coded[row] else None

    def newest(self, articles: Iterable[int]) -> dict[tuple[str, Identity], int]:
        """By label and reader, its newest reading of these, by whichever text."""
        found: dict[tuple[str, Identity], int] = {}
        for article in articles:
            for label, who, reading in self.readers.get(article, ()):
                found[label, who] = max(reading, found.get((label, who), 0))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReadings(Readings):
    republished: frozenset[int]  # articles
    outlet: Mask  # with evidence in the outlet's own words
    quoted: Mask
    best: Numbers  # score of the best evidence
    sentence: npt.NDArray[np.int64]  # its id; 0: there is none
    targets: list[str]
    mentions: Mask
    tone: Numbers


def day_readings(connection: Connection, articles: Sequence[int]) -> DayReadings:
    ids, read = _read(connection, articles)
    return DayReadings(
        republished=_republished(connection, articles),
        **read,
        **_spoken(connection, ids, read["frames"]),
        **_toned(connection, ids),
    )


def readings(connection: Connection, articles: Sequence[int]) -> Readings:
    return Readings(**_read(connection, articles)[1])


@lru_cache(maxsize=1024)
def label_of(who: Identity, columns: tuple[int, ...], frames: tuple[str, ...]) -> str:
    """Of a reader that scored the frames in these columns."""
    told = json.dumps([who, [frames[at] for at in columns]])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _read(
    connection: Connection, articles: Sequence[int]
) -> tuple[npt.NDArray[np.int64], dict[str, Any]]:
    """The numbers of the rows, ascending, and what `Readings` says of them."""
    found = _stored(connection, articles)
    present_text = [one for one in found if one.of_present_text]
    ids = np.array([one.id for one in present_text], dtype=np.int64)
    scores = _scored(connection, ids)
    frames, columns = tuple(scores["frames"]), _told_apart(scores["scored"])
    who = [one.who for one in present_text]
    labels = [label_of(one, columns[row], frames) for row, one in enumerate(who)]
    rows: dict[int, list[int]] = {}
    readers: dict[int, list[tuple[str, Identity, int]]] = {}
    for row, one in enumerate(present_text):
        rows.setdefault(one.article, []).append(row)
        readers.setdefault(one.article, []).append((labels[row], one.who, one.id))
    for one in found:
        if not one.of_present_text:
            readers.setdefault(one.article, []).append(("", one.who, one.id))
    told = {
        "rows": rows,
        "in_force": {article: mine[-1] for article, mine in rows.items()},
        "who": who,
        "labels": labels,
        "coded": [bool(some) for some in columns],
        "unread": [one.unread for one in present_text],
        "read_at": [one.read_at for one in present_text],
        "readers": readers,
    }
    return ids, told | scores


def _told_apart(scored: Mask) -> list[tuple[int, ...]]:
    """Of each row the columns that hold; most rows are alike."""
    rows = [row.tobytes() for row in scored]
    columns = {row: tuple(np.flatnonzero(np.frombuffer(row, bool)).tolist()) for row in set(rows)}
    return [columns[row] for row in rows]


def _stored(connection: Connection, articles: Sequence[int]) -> list[_Stored]:
    """The oldest first."""
    c = _readings.c
    same = c.text_sha256 == _articles.c.text_sha256
    query = select(c.id, c.article_id, *(c[n] for n in IDENTITY), c.unread, c.read_at, same)
    joined = query.join(_articles, _articles.c.id == c.article_id)
    found = _among(connection, c.article_id, articles, joined)
    return sorted(
        _Stored(number, article, tuple(who), unread, read_at, of_present_text)
        for number, article, *who, unread, read_at, of_present_text in found
    )


def _republished(connection: Connection, articles: Sequence[int]) -> frozenset[int]:
    entry = table_of(RepublicationRow).c.article_id
    found = _among(connection, entry, articles, select(entry))
    return frozenset(row[0] for row in found)


def _scored(connection: Connection, ids: npt.NDArray[np.int64]) -> dict[str, Any]:
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


def _numbers(listed: str | list[int]) -> npt.NDArray[np.int64]:
    return np.array(json.loads(listed) if isinstance(listed, str) else listed, dtype=np.int64)


def _spoken(
    connection: Connection, ids: npt.NDArray[np.int64], frames: Sequence[str]
) -> dict[str, Any]:
    """In which voices there is evidence, and the best of it."""
    e, shape = _evidence.c, (len(ids), len(frames))
    columns = {frame: at for at, frame in enumerate(frames)}
    told = select(e.reading_id, e.about, e.voice, e.score, e.id).where(e.kind == "frame")
    # The best one last, and of several the first that was stored: numpy leaves what it puts last.
    told = told.order_by(e.score, e.id.desc())
    held = [one for one in _among(connection, e.reading_id, ids, told) if one.about in columns]
    row = np.searchsorted(ids, [one.reading_id for one in held])
    column = np.array([columns[one.about] for one in held], dtype=np.intp)
    found: dict[str, Any] = {"best": np.zeros(shape), "sentence": np.zeros(shape, np.int64)}
    found["best"][row, column] = [one.score for one in held]
    found["sentence"][row, column] = [one.id for one in held]
    for voice in ("outlet", "quoted"):
        found[voice] = np.zeros(shape, bool)
        said = np.array([one.voice == voice for one in held], bool)
        found[voice][row[said], column[said]] = True
    return found


def _toned(connection: Connection, ids: npt.NDArray[np.int64]) -> dict[str, Any]:
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
