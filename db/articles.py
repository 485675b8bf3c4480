"""One article: where it came from, what it says, and how it was read.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, select

from db.queries import reading
from db.session import Store
from db.store import article_of
from db.tables import (
    ArticleRow,
    ArticleVersionRow,
    EvidenceRow,
    FrameScoreRow,
    PageRow,
    ReadingRow,
    TargetScoreRow,
)
from db.upsert import table_of
from framewatch.story import Article, Evidence, FrameScore, TargetScore, Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The archived response an article was taken from."""

    url: str
    final_url: str
    sha256: str
    fetched_at: datetime
    warc_file: str
    warc_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """A reading as stored; in force unless its text is no longer the article's."""

    model: str
    revision: str
    weights_sha256: str
    codebook_sha256: str
    text_sha256: str
    unread: str
    read_at: datetime
    frames: tuple[FrameScore, ...]
    targets: tuple[TargetScore, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """One article with where it came from and its reading, if it has one."""

    id: int
    article: Article
    day: date | None
    text_sha256: str  # as stored
    page: Provenance
    reading: StoredReading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRecord:
    """That an article was read: by whom, in which text, and which frames were found."""

    id: int
    model: str
    revision: str
    codebook_sha256: str
    text_sha256: str
    unread: str
    read_at: datetime
    frames: tuple[FrameScore, ...]  # present, the surest first


def readings_of(engine: Store, article_id: int) -> tuple[ReadingRecord, ...]:
    """All readings of an article, the newest first."""
    table = table_of(ReadingRow)
    names = ("id", "model", "revision", "codebook_sha256", "text_sha256", "unread", "read_at")
    query = select(*(table.c[name] for name in names)).where(table.c.article_id == article_id)
    with reading(engine) as connection:
        rows = list(connection.execute(query.order_by(table.c.id.desc())).mappings())
        scores = scores_of(connection, [row["id"] for row in rows])
    return tuple(ReadingRecord(**row, frames=_found(scores.get(row["id"], ()))) for row in rows)


def _found(scores: Iterable[FrameScore]) -> tuple[FrameScore, ...]:
    present = (score for score in scores if score.present)
    return tuple(sorted(present, key=lambda score: -score.probability))


def article(
    engine: Store, topic: str, article_id: int, at: datetime | None = None
) -> ReadArticle | None:
    """One article with its reading in force, or with its newest one if that is of another text.

    at: with the text, the page and the readings of that time; but with the rights of today.
    """
    articles, pages, readings = map(table_of, (ArticleRow, PageRow, ReadingRow))
    query = select(articles).where(articles.c.topic == topic, articles.c.id == article_id)
    with reading(engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        if at is not None:
            row = _row_then(connection, row, at)
        page = connection.execute(select(pages).where(pages.c.id == row.page_id)).one()
        current = (readings.c.text_sha256 == row.text_sha256).desc()
        newest = select(readings).where(readings.c.article_id == row.id)
        if at is not None:
            newest = newest.where(readings.c.read_at <= at)
        found = connection.execute(newest.order_by(current, readings.c.id.desc())).first()
        return ReadArticle(
            id=row.id,
            article=article_of(row),
            day=row.day,
            text_sha256=row.text_sha256,
            page=Provenance(
                url=page.url,
                final_url=page.final_url,
                sha256=page.sha256,
                fetched_at=page.fetched_at,
                warc_file=page.warc_file,
                warc_offset=page.warc_offset,
            ),
            reading=None if found is None else _reading(connection, found),
        )


def _row_then(connection: Connection, row: Any, at: datetime) -> Any:
    """As `db.asof.text_then` tells which text was held."""
    pages, versions = table_of(PageRow), table_of(ArticleVersionRow)
    since = connection.scalar(select(pages.c.fetched_at).where(pages.c.id == row.page_id))
    earlier = select(versions).where(versions.c.article_id == row.id, versions.c.seen_at <= at)
    held = connection.execute(earlier.order_by(versions.c.seen_at.desc()).limit(1)).first()
    if held is None or (since is not None and since <= at):
        return row
    changed = {name: held._mapping[name] for name in ("text_sha256", "page_id", "title", "text")}
    return SimpleNamespace(**(dict(row._mapping) | changed))


def _reading(connection: Connection, row: Any) -> StoredReading:
    targets, evidence = table_of(TargetScoreRow), table_of(EvidenceRow)
    of_reading = select(targets).where(targets.c.reading_id == row.id).order_by(targets.c.target)
    sentences = select(evidence).where(evidence.c.reading_id == row.id)
    return StoredReading(
        model=row.model,
        revision=row.revision,
        weights_sha256=row.weights_sha256,
        codebook_sha256=row.codebook_sha256,
        text_sha256=row.text_sha256,
        unread=row.unread,
        read_at=row.read_at,
        frames=tuple(scores_of(connection, [row.id]).get(row.id, ())),
        targets=tuple(
            TargetScore(
                target=r.target,
                mentions=r.mentions,
                negative=r.negative,
                neutral=r.neutral,
                positive=r.positive,
            )
            for r in connection.execute(of_reading)
        ),
        evidence=tuple(
            evidence_of(r) for r in connection.execute(sentences.order_by(evidence.c.start))
        ),
    )


def scores_of(connection: Connection, readings: Iterable[int]) -> dict[int, list[FrameScore]]:
    table = table_of(FrameScoreRow)
    found: dict[int, list[FrameScore]] = {}
    for row in connection.execute(select(table).where(table.c.reading_id.in_(list(readings)))):
        score = FrameScore(frame=row.frame, probability=row.probability, threshold=row.threshold)
        found.setdefault(row.reading_id, []).append(score)
    return found


def evidence_of(row: Any) -> Evidence:
    return Evidence(
        about=row.about,
        kind=row.kind,
        start=row.start,
        end=row.end,
        score=row.score,
        voice=Voice(row.voice),
        speaker=row.speaker,
    )
