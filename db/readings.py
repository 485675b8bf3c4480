"""What is to be read, and what was read. Readings are appended, never overwritten.

All functions take an open transaction; writing is idempotent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Table, func, select

from db.store import article_of
from db.tables import ArticleRow, EvidenceRow, FrameScoreRow, ReadingRow, TargetScoreRow
from db.upsert import insert, insert_new, table_of
from framewatch.story import (
    Article,
    Evidence,
    FrameScore,
    ReaderIdentity,
    Reading,
    TargetScore,
    Voice,
)

T = TypeVar("T")

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_frames, _targets, _evidence = map(table_of, (FrameScoreRow, TargetScoreRow, EvidenceRow))


@dataclass(frozen=True, slots=True)
class PendingArticle:
    id: int
    article: Article


def articles_to_read(
    connection: Connection,
    topic: str,
    reader: ReaderIdentity,
    days: tuple[date, date] | None = None,
    *,
    again: bool = False,
) -> list[PendingArticle]:
    """Whole articles whose present text this reader has not read, the oldest first.

    days: of these alone, the first and the last. again: also those that another reader has read
    since. That is for who asks for it: two machines with different readers would do it for ever.
    """
    mine = [
        _readings.c.article_id == _articles.c.id,
        _readings.c.text_sha256 == _articles.c.text_sha256,
        *_by(reader),
    ]
    if again:
        mine.append(_readings.c.id == _newest())
    read = select(_readings.c.id).where(*mine).correlate(_articles).exists()
    query = select(_articles).where(_articles.c.topic == topic, _articles.c.complete, ~read)
    if days is not None:
        query = query.where(_articles.c.day.between(*days))
    rows = connection.execute(query.order_by(_articles.c.id))
    return [PendingArticle(row.id, article_of(row)) for row in rows]


def _newest() -> ScalarSelect[Any]:
    """The newest reading of an article's present text."""
    every = table_of(ReadingRow).alias()
    return (
        select(func.max(every.c.id))
        .where(every.c.article_id == _articles.c.id, every.c.text_sha256 == _articles.c.text_sha256)
        .correlate(_articles)
        .scalar_subquery()
    )


def _by(reader: ReaderIdentity) -> list[ColumnElement[bool]]:
    return [
        _readings.c.model == reader.model,
        _readings.c.revision == reader.revision,
        _readings.c.weights_sha256 == reader.weights_sha256,
        _readings.c.codebook_sha256 == reader.codebook_sha256,
    ]


def reading_in_force(connection: Connection, article_id: int) -> Reading | None:
    """The newest reading of an article's present text, with all it says; None if unread."""
    query = select(_readings).join(_articles, _readings.c.article_id == _articles.c.id)
    row = connection.execute(
        query.where(_articles.c.id == article_id, _readings.c.id == _newest())
    ).first()
    if row is None:
        return None

    def of(table: Table) -> Iterator[dict[str, Any]]:
        found = connection.execute(select(table).where(table.c.reading_id == row.id))
        return (dict(line) for line in found.mappings())

    who = ReaderIdentity(
        model=row.model,
        revision=row.revision,
        weights_sha256=row.weights_sha256,
        codebook_sha256=row.codebook_sha256,
    )
    return Reading(
        reader=who,
        text_sha256=row.text_sha256,
        unread=row.unread,
        frames=tuple(_made(FrameScore, line) for line in of(_frames)),
        targets=tuple(_made(TargetScore, line) for line in of(_targets)),
        evidence=tuple(
            _made(Evidence, line | {"voice": Voice(line["voice"])}) for line in of(_evidence)
        ),
    )


def _made(kind: Callable[..., T], line: Mapping[str, Any]) -> T:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in line.items() if name in names})


def save_reading(
    connection: Connection,
    article_id: int,
    reading: Reading,
    now: datetime,
    *,
    again: bool = False,
) -> bool:
    """Append a reading with its scores and evidence; False if this reader has read the text.

    again: unless another reader has read it since. Then it is appended once more, and is in force.
    """
    mine = [_readings.c.article_id == article_id, _readings.c.text_sha256 == reading.text_sha256]
    ours = [*mine, *_by(reading.reader)]
    turn = connection.execute(select(func.count()).select_from(_readings).where(*ours)).scalar_one()
    newest = select(func.max(_readings.c.id)).where(*mine).scalar_subquery()
    in_force = select(_readings.c.id).where(_readings.c.id == newest, *ours)
    if turn and not (again and connection.execute(in_force).first() is None):
        return False
    who = reading.reader
    statement = (
        insert(connection, ReadingRow)
        .values(
            article_id=article_id,
            text_sha256=reading.text_sha256,
            model=who.model,
            revision=who.revision,
            weights_sha256=who.weights_sha256,
            codebook_sha256=who.codebook_sha256,
            turn=turn,
            unread=reading.unread,
            read_at=now,
        )
        .on_conflict_do_nothing()  # who reads the same beside us was first
        .returning(_readings.c.id)
    )
    reading_id = connection.execute(statement).scalar()
    if reading_id is None:
        return False
    for row_class, rows in _score_rows(reading).items():
        insert_new(connection, row_class, [row | {"reading_id": reading_id} for row in rows])
    return True


def _score_rows(reading: Reading) -> dict[Any, Sequence[dict[str, Any]]]:
    return {
        FrameScoreRow: [
            {
                "frame": score.frame,
                "probability": score.probability,
                "threshold": score.threshold,
                "present": score.present,
            }
            for score in reading.frames
        ],
        TargetScoreRow: [
            {
                "target": score.target,
                "mentions": score.mentions,
                "negative": score.negative,
                "neutral": score.neutral,
                "positive": score.positive,
            }
            for score in reading.targets
        ],
        EvidenceRow: [
            {
                "kind": item.kind,
                "about": item.about,
                "start": item.start,
                "end": item.end,
                "score": item.score,
                "voice": item.voice,
                "speaker": item.speaker,
            }
            for item in reading.evidence
        ],
    }
