"""What readers made of some articles: a row for each reading, a column for each frame or target.

Only readings of an article's present text are rows; the newest of them is in force. Nothing here
writes.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    case,
    cast,
    func,
    literal,
    literal_column,
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
_BITS = 45  # frames in one number: each stands in the query twice, beside the ids

Identity = tuple[str, ...]  # the values of IDENTITY
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_scores, _targets, _evidence = map(table_of, (FrameScoreRow, TargetScoreRow, EvidenceRow))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReadings:
    rows: dict[int, list[int]]  # of each article, the oldest reading first
    labels: list[str]  # of each row: its reader, and the frames that it scored
    coded: list[bool]  # of each row: whether it scored any
    # Of each article: label, who, reading. First those of its rows, in their order.
    readers: dict[int, list[tuple[str, Identity, int]]]
    republished: frozenset[int]  # articles
    frames: list[str]
    scored: Mask
    present: Mask
    outlet: Mask  # with evidence in the outlet's own words
    quoted: Mask
    best: Numbers  # score of the best evidence
    sentence: npt.NDArray[np.int64]  # its id; 0: there is none
    targets: list[str]
    mentions: Mask
    tone: Numbers

    def in_force(self, article: int) -> int | None:
        """A row, if its reader scored any frame."""
        rows = self.rows.get(article, ())
        return rows[-1] if rows and self.coded[rows[-1]] else None

    def read_by(self, articles: Iterable[int]) -> list[str]:
        """One line a label: JSON of the label, the reader, and its newest reading of these."""
        newest: dict[tuple[str, Identity], int] = {}
        for article in articles:
            for label, who, reading in self.readers.get(article, ()):
                newest[label, who] = max(reading, newest.get((label, who), 0))
        return _lines([label, *who, reading] for (label, who), reading in sorted(newest.items()))


def day_readings(connection: Connection, articles: Sequence[int]) -> DayReadings:
    found = _read(connection, articles)
    present_text = [one for one in found if one[-1]]
    ids = np.array([number for number, *_ in present_text], dtype=np.int64)  # ascending
    scores = _scored(connection, ids)
    frames, scored = tuple(scores["frames"]), _told_apart(scores["scored"])
    labels = [
        label_of(tuple(who), scored[row], frames)
        for row, (_, _, *who, _) in enumerate(present_text)
    ]
    rows: dict[int, list[int]] = {}
    readers: dict[int, list[tuple[str, Identity, int]]] = {}
    for row, (number, article, *who, _) in enumerate(present_text):
        rows.setdefault(article, []).append(row)
        readers.setdefault(article, []).append((labels[row], tuple(who), number))
    for number, article, *who, of_present_text in found:
        if not of_present_text:
            readers.setdefault(article, []).append(("", tuple(who), number))
    return DayReadings(
        rows=rows,
        labels=labels,
        coded=[bool(columns) for columns in scored],
        readers=readers,
        republished=_republished(connection, articles),
        **scores,
        **_toned(connection, ids),
    )


def undated_readers(connection: Connection, topic: str) -> list[str]:
    """The same of the topic's articles without a day, without labels."""
    c = _readings.c
    who = [c[name] for name in IDENTITY]
    query = (
        select(*who, func.max(c.id))
        .join(_articles, _articles.c.id == c.article_id)
        .where(_articles.c.topic == topic, _articles.c.day.is_(None))
        .group_by(*who)
    )
    return _lines(["", *row] for row in sorted(tuple(row) for row in connection.execute(query)))


def _lines(values: Iterable[list[Any]]) -> list[str]:
    return [json.dumps(line, ensure_ascii=False) for line in values]


@lru_cache(maxsize=1024)
def label_of(who: Identity, columns: tuple[int, ...], frames: tuple[str, ...]) -> str:
    """Of a reader that scored the frames in these columns."""
    told = json.dumps([who, [frames[at] for at in columns]])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _told_apart(scored: Mask) -> list[tuple[int, ...]]:
    """Of each row the columns that hold; most rows are alike."""
    kinds, of = np.unique(scored, axis=0, return_inverse=True)
    columns = [tuple(np.flatnonzero(kind).tolist()) for kind in kinds]
    return [columns[at] for at in of.tolist()]


def _read(connection: Connection, articles: Sequence[int]) -> list[tuple[Any, ...]]:
    """Number, article, the values of IDENTITY, and whether it is of the article's present text."""
    c = _readings.c
    same = (c.text_sha256 == _articles.c.text_sha256).label("of_present_text")
    query = select(c.id, c.article_id, *(c[name] for name in IDENTITY), same)
    joined = query.join(_articles, _articles.c.id == c.article_id)
    return sorted(map(tuple, _among(connection, c.article_id, articles, joined)))


def _republished(connection: Connection, articles: Sequence[int]) -> frozenset[int]:
    entry = table_of(RepublicationRow).c.article_id
    found = _among(connection, entry, articles, select(entry))
    return frozenset(row[0] for row in found)


def _scored(connection: Connection, ids: npt.NDArray[np.int64]) -> dict[str, Any]:
    c, some = _scores.c, ids.tolist()
    told = _among(connection, c.reading_id, some, select(c.frame).distinct())
    frames = sorted({frame for (frame,) in told})
    matrices = {name: np.zeros((len(ids), len(frames)), bool) for name in ("scored", "present")}
    for first in range(0, len(frames), _BITS):
        within = slice(first, first + _BITS)
        bits = _bits(connection, some, frames[within])
        row, places = np.searchsorted(ids, bits[:, 0]), np.arange(len(frames[within]))
        for at, matrix in enumerate(matrices.values(), 1):
            matrix[row, within] = bits[:, at, None] >> places & 1
    spoken = _spoken(connection, ids, frames)
    return {"frames": frames, **matrices, **spoken}


def _bits(
    connection: Connection, ids: Sequence[int], frames: Sequence[str]
) -> npt.NDArray[np.int64]:
    """Of each reading its number, and a bit for each frame: scored, and present.

    Read as they stand, the scores of a day took most of the time of counting it.
    """
    c = _scores.c
    bits: dict[str, Any] = {f: literal_column(str(1 << at)) for at, f in enumerate(frames)}
    bit = case(bits, value=c.frame, else_=literal_column("0"))
    present = case((c.present, bit), else_=literal_column("0"))
    sums = (cast(func.sum(cast(value, BigInteger)), BigInteger) for value in (bit, present))
    query = select(c.reading_id, *sums).group_by(c.reading_id)
    found = _among(connection, c.reading_id, ids, query)
    return np.array([tuple(row) for row in found], dtype=np.int64).reshape(-1, 3)


def _spoken(
    connection: Connection, ids: npt.NDArray[np.int64], frames: Sequence[str]
) -> dict[str, Any]:
    """In which voices there is evidence, and the best of it."""
    e, shape = _evidence.c, (len(ids), len(frames))
    voices = {name: np.zeros(shape, bool) for name in ("outlet", "quoted")}
    best, sentence = np.zeros(shape), np.zeros(shape, np.int64)
    rows = {reading: at for at, reading in enumerate(ids.tolist())}
    columns = {frame: at for at, frame in enumerate(frames)}
    told = select(e.reading_id, e.about, e.voice, e.score, e.id).where(e.kind == "frame")
    for reading, frame, voice, score, number in _among(
        connection, e.reading_id, ids.tolist(), told
    ):
        if frame not in columns:
            continue
        at = rows[reading], columns[frame]
        if voice in voices:
            voices[voice][at] = True
        if not sentence[at] or (-score, number) < (-best[at], sentence[at]):
            best[at], sentence[at] = score, number
    return {"best": best, "sentence": sentence, **voices}


def _toned(connection: Connection, ids: npt.NDArray[np.int64]) -> dict[str, Any]:
    c = _targets.c
    tone = c.positive - c.negative
    query = select(c.reading_id, c.target, tone)
    held = [tuple(row) for row in _among(connection, c.reading_id, ids.tolist(), query)]
    targets, row, column = _placed(ids, held)
    mentions = np.zeros((len(ids), len(targets)), bool)
    tones = np.zeros(mentions.shape)
    mentions[row, column] = True
    tones[row, column] = [tone for *_, tone in held]
    return {"targets": targets, "mentions": mentions, "tone": tones}


def _placed(
    ids: npt.NDArray[np.int64], held: Sequence[tuple[Any, ...]]
) -> tuple[list[str], npt.NDArray[np.intp], list[int]]:
    """The names of the columns, and the row and column of each (reading, name, ...)."""
    names = sorted({name for _, name, *_ in held})
    columns = {name: at for at, name in enumerate(names)}
    rows = np.searchsorted(ids, [reading for reading, *_ in held])
    return names, rows, [columns[name] for _, name, *_ in held]


def _among(
    connection: Connection, column: ColumnElement[int], ids: Sequence[int], query: Select[Any]
) -> Sequence[Any]:
    """Rows whose column is one of the ids, which are given as one value however many they are."""
    if connection.dialect.name == "postgresql":
        where = column == any_(cast(literal(list(ids), ARRAY(BigInteger)), ARRAY(BigInteger)))
    else:
        each = func.json_each(json.dumps(list(ids))).table_valued("value")
        where = column.in_(select(each.c.value))
    return connection.execute(query.where(where)).all()
