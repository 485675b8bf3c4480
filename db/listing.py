"""The list of articles, page by page, newest first.

Nothing here writes; see `db.queries` for what the functions have in common. The reading in force
is that of `db.in_force`. Pages are cut by key, never by offset: see `Place`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    exists,
    func,
    literal,
    select,
    tuple_,
)

from db.articles import evidence_of, scores_of
from db.counting import first_of_cluster
from db.in_force import readings_in_force
from db.queries import Filters, chosen, reading
from db.reach import Page, Reach, Sought, reach
from db.session import Store
from db.store import article_of
from db.tables import (
    ArticleRow,
    EvidenceRow,
    FrameScoreRow,
    OriginalRow,
    ReadingRow,
    TargetScoreRow,
)
from db.upsert import table_of
from framewatch.story import CountBy, Evidence, FrameScore, Voice

_articles, _evidence = table_of(ArticleRow), table_of(EvidenceRow)
_scores, _targets, _readings = map(table_of, (FrameScoreRow, TargetScoreRow, ReadingRow))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands in the list: newest day first, then instant, then id.

    The day is that under which it is counted.
    """

    day: date
    published_at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What an article must have to stand behind a number; empty: nothing.

    The voice is that of the sentences that speak for the frame, else for the target, else for any
    frame that the article carries.
    """

    frame: str = ""  # it carries this one
    target: str = ""  # it mentions this one
    voice: Voice | None = None

    def __bool__(self) -> bool:
        return bool(self.frame or self.target or self.voice)


EVERYTHING = Behind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the list. The best evidence is the sentence asked for with the highest score."""

    id: int
    title: str
    host: str
    host_name: str
    country: str
    language: str
    day: date  # under which it is counted
    published_at: datetime
    published_day_only: bool
    original_outlet: str
    fictional: bool
    complete: bool
    genre: str
    frames: tuple[FrameScore, ...]  # present ones, the surest first
    scores: tuple[FrameScore, ...]  # all
    reading_id: int  # the one in force; 0: none
    evidence: Evidence | None
    sentence: str  # the evidence's words; empty where they may not be shown
    rights: str  # for which they may not
    intact: bool  # the text is the one that was read: in any other, offsets point at other words


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list, newest first, and the places to go on from."""

    lines: tuple[Line, ...]
    newer: Place | None
    older: Place | None


def articles(
    engine: Store,
    filters: Filters,
    behind: Behind = EVERYTHING,
    *,
    after: Place | None = None,
    before: Place | None = None,
    limit: int = 25,
) -> Listing:
    """Dated articles, newest first: those older than `after`, or those just newer than `before`.

    Each with its best sentence for the frame or target that it is behind.
    """
    place, backwards = (before, True) if before is not None else (after, False)
    query, by = _listed(filters, behind)
    page = Page(day=place.day if place else None, backwards=backwards, size=limit + 1)
    found = _reach(engine, filters, behind, page)
    query = query.where(found.where if found else by[0].is_not(None))
    if found and found.scattered:
        query, by = _looked_up(query, by)
    order = [column.asc() if backwards else column.desc() for column in by]
    query = _beyond(query, by, place, backwards).order_by(*order).limit(limit + 1)
    with reading(engine) as connection:
        listed = [(number, day) for number, day in connection.execute(query)]
        more, listed = len(listed) > limit, listed[:limit]
        rows = _rows(connection, listed[::-1] if backwards else listed)
        lines = tuple(_lines(connection, filters.topic, rows, behind))
    has_newer = more if backwards else after is not None
    has_older = more if not backwards else True
    return Listing(
        lines=lines,
        newer=_place(*rows[0]) if rows and has_newer else None,
        older=_place(*rows[-1]) if rows and has_older else None,
    )


def _looked_up(
    query: Select[Any], by: tuple[ColumnElement[Any], ...]
) -> tuple[Select[Any], tuple[ColumnElement[Any], ...]]:
    """The same rows, all of them found before they are put in order."""
    day, instant, number = by
    found = query.with_only_columns(number.label("id"), day, instant).cte("found")
    c = found.prefix_with("MATERIALIZED").c
    return select(c.id, c.day), (c.day, c.published_at, c.id)


def _reach(engine: Store, filters: Filters, behind: Behind, page: Page) -> Reach | None:
    """Where counts tell: not of a voice, nor of a frame and a target together."""
    apart = (filters.country, filters.language, filters.genre, behind.frame, behind.target)
    if not any(apart) or behind.voice or (behind.frame and behind.target):
        return None
    sought = Sought(filters=filters, frame=behind.frame, target=behind.target)
    return reach(engine, sought, page, _unit(filters.count_by))


def count(engine: Store, filters: Filters, behind: Behind, most: int) -> int:
    """How many there are, no further than `most`: each is looked up."""
    query, by = _listed(filters, behind)
    query = query.where(by[0].is_not(None))
    with reading(engine) as connection:
        found = query.limit(most).subquery()
        return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def _listed(filters: Filters, behind: Behind) -> tuple[Select[Any], tuple[ColumnElement[Any], ...]]:
    """The numbers and days of all, undated ones too, and by what they are in order."""
    unit = _unit(filters.count_by)
    number = unit.c.id if unit is _articles else unit.c.article_id
    query = select(number, unit.c.day).where(*chosen(unit, filters))
    if filters.count_by is CountBy.ORIGINAL:
        query = query.where(unit.c.counts)
    elif filters.count_by is CountBy.CLUSTER:
        query = query.where(first_of_cluster())
    if behind:
        if unit is not _articles:
            query = query.join(_articles, _articles.c.id == number)
        query = query.where(*_stands_behind(behind))
    return query, (unit.c.day, unit.c.published_at, number)


def _unit(by: CountBy) -> Table:
    """What is listed: by original, what was last published, as nothing else has it in order."""
    return table_of(OriginalRow) if by is CountBy.ORIGINAL else _articles


def _rows(connection: Connection, found: Sequence[tuple[int, date]]) -> list[tuple[Any, date]]:
    """The articles with the days they are counted under: only they are read whole."""
    query = select(_articles).where(_articles.c.id.in_([number for number, _ in found]))
    held = {row.id: row for row in connection.execute(query)}
    return [(held[number], day) for number, day in found]


def _stands_behind(behind: Behind) -> Iterable[ColumnElement[bool]]:
    """By the reading in force, looked up article by article: a page needs few."""
    newest = select(func.max(_readings.c.id)).where(
        _readings.c.article_id == _articles.c.id,
        _readings.c.text_sha256 == _articles.c.text_sha256,
    )
    force = newest.correlate(_articles).scalar_subquery()

    def has(*where: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists(select(literal(1)).where(*where).correlate(_articles))

    carried = _scores.c.reading_id == force, _scores.c.present
    if behind.frame:
        yield has(*carried, _scores.c.frame == behind.frame)
    if behind.target:  # as it is counted: of articles that are coded for frames
        yield has(_targets.c.reading_id == force, _targets.c.target == behind.target)
        yield has(_scores.c.reading_id == force)
    if behind.voice:
        spoken = [_evidence.c.reading_id == force, *_speaks(behind)]
        if not (behind.frame or behind.target):
            spoken += [*carried, _scores.c.frame == _evidence.c.about]
        yield has(*spoken)


def _speaks(behind: Behind) -> tuple[ColumnElement[bool], ...]:
    """The evidence for what is asked; for any frame where nothing is."""
    kind = "target" if behind.target and not behind.frame else "frame"
    where = [_evidence.c.kind == kind]
    if about := behind.frame or behind.target:
        where.append(_evidence.c.about == about)
    if behind.voice:
        where.append(_evidence.c.voice == behind.voice)
    return tuple(where)


def _beyond(
    query: Select[Any],
    by: tuple[ColumnElement[Any], ...],
    place: Place | None,
    backwards: bool,
) -> Select[Any]:
    if place is None:
        return query
    values = (place.day, place.published_at, place.id)
    bound = (literal(v, column.type) for v, column in zip(values, by, strict=True))
    here, there = tuple_(*by), tuple_(*bound)
    # The day alone too: it says where in the index to begin.
    reach = by[0] >= place.day if backwards else by[0] <= place.day
    return query.where(here > there if backwards else here < there, reach)


def _place(row: Any, day: date) -> Place:
    return Place(day, row.published_at, row.id)


def _lines(
    connection: Connection, topic: str, rows: Sequence[tuple[Any, date]], behind: Behind
) -> Iterable[Line]:
    force = readings_in_force(topic, [row.id for row, _ in rows])
    reading_of = {r.article_id: r.reading_id for r in connection.execute(force)}
    scores = scores_of(connection, reading_of.values())
    best = _best_evidence(connection, reading_of.values(), behind)
    for row, day in rows:
        reading_id = reading_of.get(row.id, 0)
        found = best.get(reading_id)
        present = [score for score in scores.get(reading_id, ()) if score.present]
        article = article_of(row)
        intact = article.text_sha256 == row.text_sha256
        shown = found is not None and intact and not article.rights
        yield Line(
            id=row.id,
            title=row.title,
            host=row.host,
            host_name=row.host_name,
            country=row.country,
            language=row.language,
            day=day,
            published_at=row.published_at,
            published_day_only=row.published_day_only or row.day != day,
            original_outlet=row.original_outlet,
            fictional=row.fictional,
            complete=row.complete,
            genre=row.genre,
            frames=tuple(sorted(present, key=lambda score: -score.probability)),
            scores=tuple(scores.get(reading_id, ())),
            reading_id=reading_id,
            evidence=found,
            sentence=article.coded_text[found.start : found.end] if found and shown else "",
            rights=article.rights,
            intact=intact,
        )


def _best_evidence(
    connection: Connection, readings: Iterable[int], behind: Behind
) -> dict[int, Evidence]:
    """The best sentence of each reading for what is asked."""
    query = select(_evidence).where(_evidence.c.reading_id.in_(list(readings)), *_speaks(behind))
    rows = connection.execute(query.order_by(_evidence.c.score, _evidence.c.id.desc()))
    return {row.reading_id: evidence_of(row) for row in rows}
