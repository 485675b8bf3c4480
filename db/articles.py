"""What the dashboard reads of articles: the list, page by page, and one with its reading.

Nothing here writes; see `db.queries` for what the functions have in common. The reading in force
is that of `db.publish`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, exists, literal, select, tuple_

from db.publish import readings_in_force
from db.queries import Filters, chosen, reading
from db.tables import (
    ArticleRow,
    EvidenceRow,
    FrameScoreRow,
    PageRow,
    ReadingRow,
    TargetScoreRow,
)
from db.upsert import table_of
from framewatch.story import Article, Evidence, FrameScore, TargetScore, Voice

_articles, _evidence = table_of(ArticleRow), table_of(EvidenceRow)
_ORDER = (_articles.c.day, _articles.c.published_at, _articles.c.id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands in the list: newest day first, then instant, then id."""

    day: date
    published_at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the list. The best evidence is the frame sentence with the highest score."""

    id: int
    title: str
    host: str
    host_name: str
    country: str
    language: str
    day: date
    published_at: datetime
    published_day_only: bool
    original_outlet: str
    fictional: bool
    complete: bool
    frames: tuple[FrameScore, ...]  # present ones, the surest first
    evidence: Evidence | None
    sentence: str  # the evidence's words


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list, newest first, and the places to go on from."""

    lines: tuple[Line, ...]
    newer: Place | None
    older: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """One article with where it came from and its reading, if it has one."""

    id: int
    article: Article
    day: date | None
    text_sha256: str  # as stored
    page: "Provenance"
    reading: "StoredReading | None"


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


def articles(
    engine: Engine,
    filters: Filters,
    *,
    frame: str = "",
    after: Place | None = None,
    before: Place | None = None,
    limit: int = 25,
) -> Listing:
    """Dated articles, newest first: those older than `after`, or those just newer than `before`.

    With frame, only articles that carry it, each with its best sentence for that frame.
    """
    query = select(_articles).where(*chosen(_articles, filters), _articles.c.day.is_not(None))
    if frame:
        query = query.where(_carries(filters.topic, frame))
    place, backwards = (before, True) if before is not None else (after, False)
    order = [column.asc() if backwards else column.desc() for column in _ORDER]
    query = _beyond(query, place, backwards).order_by(*order).limit(limit + 1)
    with reading(engine) as connection:
        rows = list(connection.execute(query))
        more, rows = len(rows) > limit, rows[:limit]
        rows = rows[::-1] if backwards else rows
        lines = tuple(_lines(connection, filters.topic, rows, frame))
    has_newer = more if backwards else after is not None
    has_older = more if not backwards else True
    return Listing(
        lines=lines,
        newer=_place(rows[0]) if rows and has_newer else None,
        older=_place(rows[-1]) if rows and has_older else None,
    )


def article(engine: Engine, topic: str, article_id: int) -> ReadArticle | None:
    """One article with its reading in force, or with its newest one if that is of another text."""
    pages, readings = table_of(PageRow), table_of(ReadingRow)
    query = select(_articles).where(_articles.c.topic == topic, _articles.c.id == article_id)
    with reading(engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        page = connection.execute(select(pages).where(pages.c.id == row.page_id)).one()
        current = (readings.c.text_sha256 == row.text_sha256).desc()
        newest = select(readings).where(readings.c.article_id == row.id)
        found = connection.execute(newest.order_by(current, readings.c.id.desc())).first()
        return ReadArticle(
            id=row.id,
            article=_article(row),
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


def _carries(topic: str, frame: str) -> ColumnElement[bool]:
    scores = table_of(FrameScoreRow)
    force = readings_in_force(topic).subquery()
    carrying = scores.join(force, force.c.reading_id == scores.c.reading_id)
    return exists(
        select(literal(1))
        .select_from(carrying)
        .where(force.c.article_id == _articles.c.id, scores.c.frame == frame, scores.c.present)
    )


def _beyond(query: Select[Any], place: Place | None, backwards: bool) -> Select[Any]:
    if place is None:
        return query
    values = (place.day, place.published_at, place.id)
    bound = (literal(v, column.type) for v, column in zip(values, _ORDER, strict=True))
    here, there = tuple_(*_ORDER), tuple_(*bound)
    return query.where(here > there if backwards else here < there)


def _place(row: Any) -> Place:
    return Place(row.day, row.published_at, row.id)


def _lines(connection: Connection, topic: str, rows: Sequence[Any], frame: str) -> Iterable[Line]:
    force = readings_in_force(topic).where(_articles.c.id.in_([row.id for row in rows]))
    reading_of = {r.article_id: r.reading_id for r in connection.execute(force)}
    scores = _scores(connection, reading_of.values())
    best = _best_evidence(connection, reading_of.values(), frame)
    for row in rows:
        reading_id = reading_of.get(row.id, 0)
        found = best.get(reading_id)
        present = [score for score in scores.get(reading_id, ()) if score.present]
        yield Line(
            id=row.id,
            title=row.title,
            host=row.host,
            host_name=row.host_name,
            country=row.country,
            language=row.language,
            day=row.day,
            published_at=row.published_at,
            published_day_only=row.published_day_only,
            original_outlet=row.original_outlet,
            fictional=row.fictional,
            complete=row.complete,
            frames=tuple(sorted(present, key=lambda score: -score.probability)),
            evidence=found,
            sentence=_article(row).coded_text[found.start : found.end] if found else "",
        )


def _scores(connection: Connection, readings: Iterable[int]) -> dict[int, list[FrameScore]]:
    table = table_of(FrameScoreRow)
    found: dict[int, list[FrameScore]] = {}
    for row in connection.execute(select(table).where(table.c.reading_id.in_(list(readings)))):
        score = FrameScore(frame=row.frame, probability=row.probability, threshold=row.threshold)
        found.setdefault(row.reading_id, []).append(score)
    return found


def _best_evidence(
    connection: Connection, readings: Iterable[int], frame: str
) -> dict[int, Evidence]:
    """The best frame sentence of each reading; of the given frame only, if one is given."""
    query = select(_evidence).where(
        _evidence.c.reading_id.in_(list(readings)), _evidence.c.kind == "frame"
    )
    if frame:
        query = query.where(_evidence.c.about == frame)
    rows = connection.execute(query.order_by(_evidence.c.score, _evidence.c.id.desc()))
    return {row.reading_id: _evidence_of(row) for row in rows}


def _reading(connection: Connection, row: Any) -> StoredReading:
    targets = table_of(TargetScoreRow)
    of_reading = select(targets).where(targets.c.reading_id == row.id).order_by(targets.c.target)
    sentences = select(_evidence).where(_evidence.c.reading_id == row.id)
    return StoredReading(
        model=row.model,
        revision=row.revision,
        weights_sha256=row.weights_sha256,
        codebook_sha256=row.codebook_sha256,
        text_sha256=row.text_sha256,
        unread=row.unread,
        read_at=row.read_at,
        frames=tuple(_scores(connection, [row.id]).get(row.id, ())),
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
            _evidence_of(r) for r in connection.execute(sentences.order_by(_evidence.c.start))
        ),
    )


def _evidence_of(row: Any) -> Evidence:
    return Evidence(
        about=row.about,
        kind=row.kind,
        start=row.start,
        end=row.end,
        score=row.score,
        voice=Voice(row.voice),
        speaker=row.speaker,
    )


def _article(row: Any) -> Article:
    return Article(
        url=row.url,
        title=row.title,
        text=row.text,
        language=row.language,
        host=row.host,
        host_name=row.host_name,
        country=row.country,
        authors=tuple(row.authors),
        published_at=row.published_at,
        published_day_only=row.published_day_only,
        published_source=row.published_source,
        complete=row.complete,
        original_outlet=row.original_outlet,
        original_day=row.original_day,
        republication_note=row.republication_note,
        fictional=row.fictional,
    )
