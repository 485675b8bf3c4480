"""What is to be read, and what was read. Readings are appended, never overwritten.

All functions take an open transaction; writing is idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from db.store import article_of
from db.tables import ArticleRow, EvidenceRow, FrameScoreRow, ReadingRow, TargetScoreRow
from db.upsert import insert, insert_new, table_of
from framewatch.story import Article, ReaderIdentity, Reading


@dataclass(frozen=True, slots=True)
class PendingArticle:
    id: int
    article: Article


def articles_to_read(
    connection: Connection,
    topic: str,
    reader: ReaderIdentity,
    days: tuple[date, date] | None = None,
) -> list[PendingArticle]:
    """Whole articles whose present text this reader has not read, oldest first.

    days: of these alone, the first and the last.
    """
    articles, readings = table_of(ArticleRow), table_of(ReadingRow)
    read = (
        select(readings.c.id)
        .where(
            readings.c.article_id == articles.c.id,
            readings.c.text_sha256 == articles.c.text_sha256,
            readings.c.model == reader.model,
            readings.c.revision == reader.revision,
            readings.c.weights_sha256 == reader.weights_sha256,
            readings.c.codebook_sha256 == reader.codebook_sha256,
        )
        .exists()
    )
    query = select(articles).where(articles.c.topic == topic, articles.c.complete, ~read)
    if days is not None:
        query = query.where(articles.c.day.between(*days))
    rows = connection.execute(query.order_by(articles.c.id))
    return [PendingArticle(row.id, article_of(row)) for row in rows]


def save_reading(connection: Connection, article_id: int, reading: Reading, now: datetime) -> bool:
    """Append a reading with its scores and evidence; False if this reader had read this text."""
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
            unread=reading.unread,
            read_at=now,
        )
        .on_conflict_do_nothing()
        .returning(table_of(ReadingRow).c.id)
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
