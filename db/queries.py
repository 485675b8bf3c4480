"""What the dashboard reads of counts. Nothing here writes.

Every function takes an engine (`db.session.open_store(url, read_only=True)`) and returns frozen
dataclasses: the caller needs no SQLAlchemy. They raise `StoreError` when the store cannot
be read or has no tables yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, case, func, select, union
from sqlalchemy.exc import DBAPIError

from db.session import Store
from db.tables import (
    AnswerRow,
    ArticleRow,
    DataVersionRow,
    FrameDayRow,
    OutletDayRow,
    ReadingRow,
    RepublicationRow,
    ToneDayRow,
)
from db.upsert import table_of
from framewatch.story import CountBy, DayCount


class StoreError(RuntimeError):
    """The store cannot be read; the message says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What part of a topic is asked for, and how it is counted; empty means all.

    Days are inclusive.
    """

    topic: str
    country: str = ""
    host: str = ""
    language: str = ""
    genre: str = ""
    first: date | None = None
    last: date | None = None
    count_by: CountBy = CountBy.HOST


@dataclass(frozen=True, slots=True)
class VolumeDay:
    """One outlet's day: articles on the topic, and how many of them are coded for frames."""

    outlet: str
    day: date
    articles: int
    coded: int


@dataclass(frozen=True, slots=True)
class ToneDay:
    """One outlet's day: moments of the tone (-1 to 1) of the n articles that mention a target."""

    outlet: str
    day: date
    n: int
    tone_sum: float
    tone_squares: float


@dataclass(frozen=True, slots=True)
class Facet:
    """One value that can be filtered by."""

    code: str
    name: str
    articles: int
    fictional: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """The most frequent value first."""

    hosts: tuple[Facet, ...]
    countries: tuple[Facet, ...]
    languages: tuple[Facet, ...]
    genres: tuple[Facet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the filters leave. Days are None when there is no dated article."""

    articles: int = 0  # dated
    coded: int = 0
    outlets: int = 0
    fictional: int = 0
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """How far the store has come for a topic; any change of it may change a page."""

    version: int  # of the counts; 0 before the first
    changed_at: datetime | None
    answered_at: datetime | None  # the ledger's newest entry
    newest_article: int
    newest_reading: int  # of any topic: cheap to ask, and a change too many does no harm


@contextmanager
def reading(engine: Store) -> Iterator[Connection]:
    """A connection whose failures say which store, and what to do."""
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreError(
            f"the store {engine.url.render_as_string()} cannot be read "
            f"({str(error.orig).strip()}): check FRAMEWATCH_DATABASE_URL; "
            "a new store gets its tables from `python -m framewatch collect`"
        ) from error


def chosen(table: FromClause, filters: Filters) -> tuple[ColumnElement[bool], ...]:
    """The conditions of filters on a table of counts, or on the articles counted."""
    where = [table.c.topic == filters.topic]
    if "count_by" in table.c:
        where.append(table.c.count_by == filters.count_by)
    for name in ("country", "host", "language", "genre"):
        if value := getattr(filters, name):
            where.append(table.c[name] == value)
    if filters.first is not None:
        where.append(table.c.day >= filters.first)
    if filters.last is not None:
        where.append(table.c.day <= filters.last)
    return tuple(where)


# --- counts ---------------------------------------------------------------------------------------


def frame_days(engine: Store, filters: Filters) -> dict[str, tuple[DayCount, ...]]:
    """Counts per outlet and day, by frame."""
    table = table_of(FrameDayRow)
    found: dict[str, list[DayCount]] = {}
    for row in _per_day(engine, table, filters, "frame", ("n", "k")):
        count = DayCount(outlet=row.host, day=row.day, n=int(row.n), k=int(row.k))
        found.setdefault(row.frame, []).append(count)
    return {frame: tuple(counts) for frame, counts in found.items()}


def tone_days(engine: Store, filters: Filters) -> dict[str, tuple[ToneDay, ...]]:
    """Moments per outlet and day, by target."""
    table = table_of(ToneDayRow)
    found: dict[str, list[ToneDay]] = {}
    for row in _per_day(engine, table, filters, "target", ("n", "tone_sum", "tone_squares")):
        day = ToneDay(row.host, row.day, int(row.n), row.tone_sum, row.tone_squares)
        found.setdefault(row.target, []).append(day)
    return {target: tuple(days) for target, days in found.items()}


def volumes(engine: Store, filters: Filters) -> tuple[VolumeDay, ...]:
    table = table_of(OutletDayRow)
    rows = _per_day(engine, table, filters, None, ("articles", "coded"))
    return tuple(VolumeDay(r.host, r.day, int(r.articles), int(r.coded)) for r in rows)


def _per_day(
    engine: Store, table: Table, filters: Filters, series: str | None, sums: tuple[str, ...]
) -> list[Any]:
    keys = [table.c.host, table.c.day, *([table.c[series]] if series else [])]
    query = (
        select(*keys, *(func.sum(table.c[name]).label(name) for name in sums))
        .where(*chosen(table, filters))
        .group_by(*keys)
        .order_by(table.c.day, table.c.host)
    )
    with reading(engine) as connection:
        return list(connection.execute(query))


def status(engine: Store, filters: Filters) -> Status:
    counts = table_of(OutletDayRow)
    made_up = case((counts.c.host.in_(_fictional(filters.topic)), counts.c.articles), else_=0)
    query = select(
        func.coalesce(func.sum(counts.c.articles), 0),
        func.coalesce(func.sum(counts.c.coded), 0),
        func.count(counts.c.host.distinct()),
        func.coalesce(func.sum(made_up), 0),
        func.min(counts.c.day),
        func.max(counts.c.day),
    ).where(*chosen(counts, filters))
    with reading(engine) as connection:
        total, coded, outlets, fictional, first, last = connection.execute(query).one()
        return Status(
            articles=int(total),
            coded=int(coded),
            outlets=outlets,
            fictional=int(fictional),
            first=first,
            last=last,
        )


def facets(engine: Store, topic: str, count_by: CountBy = CountBy.HOST) -> Facets:
    """The hosts, countries, languages and genres of a topic's dated articles, as counted."""
    counts = table_of(OutletDayRow)

    def values(connection: Connection, column: str, hosts: dict[str, _Host]) -> tuple[Facet, ...]:
        total = func.sum(counts.c.articles)
        query = (
            select(counts.c[column], total)
            .where(*chosen(counts, Filters(topic=topic, count_by=count_by)))
            .where(counts.c[column] != "")
            .group_by(counts.c[column])
            .order_by(total.desc(), counts.c[column])
        )
        found = []
        for code, n in connection.execute(query):
            name, made_up = hosts.get(code, (code, False))
            found.append(Facet(code, name or code, int(n), made_up))
        return tuple(found)

    with reading(engine) as connection:
        return Facets(
            hosts=values(connection, "host", _hosts(connection, topic)),
            countries=values(connection, "country", {}),
            languages=values(connection, "language", {}),
            genres=values(connection, "genre", {}),
        )


_Host = tuple[str, bool]  # name, fictional


def _hosts(connection: Connection, topic: str) -> dict[str, _Host]:
    """The outlets held, and those known only as first publishers, by code."""
    a, entry = table_of(ArticleRow).c, table_of(RepublicationRow).c
    fictional = func.max(case((a.fictional, 1), else_=0))
    held = select(a.host, func.max(a.host_name), fictional).where(a.topic == topic)
    named = (
        select(entry.original_outlet, func.max(a.original_outlet), fictional)
        .join(table_of(ArticleRow), a.id == entry.article_id)
        .where(a.topic == topic)
        .group_by(entry.original_outlet)
    )
    rows = [*connection.execute(named), *connection.execute(held.group_by(a.host))]
    return {code: (name, bool(made_up)) for code, name, made_up in rows}


def _fictional(topic: str) -> Any:
    """The outlets whose articles are invented, and those first publishers that only they name."""
    a, entry = table_of(ArticleRow).c, table_of(RepublicationRow).c
    held = select(a.host).where(a.topic == topic, a.fictional)
    named = select(entry.original_outlet).join(table_of(ArticleRow), a.id == entry.article_id)
    return union(held, named.where(a.topic == topic, a.fictional))


def version(engine: Store, topic: str) -> Version:
    versions, answers, articles = map(table_of, (DataVersionRow, AnswerRow, ArticleRow))
    with reading(engine) as connection:
        row = connection.execute(select(versions).where(versions.c.topic == topic)).first()
        newest_answer = select(func.max(answers.c.answered_at)).where(answers.c.topic == topic)
        newest_article = select(func.max(articles.c.id)).where(articles.c.topic == topic)
        newest_reading = select(func.max(table_of(ReadingRow).c.id))
        return Version(
            version=row.version if row else 0,
            changed_at=row.changed_at if row else None,
            answered_at=connection.execute(newest_answer).scalar(),
            newest_article=connection.execute(newest_article).scalar() or 0,
            newest_reading=connection.execute(newest_reading).scalar() or 0,
        )
