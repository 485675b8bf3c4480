"""What the dashboard reads of counts. Nothing here writes.

Every function takes an engine (`db.session.open_store(url, read_only=True)`) and returns frozen
dataclasses: the caller needs no SQLAlchemy. They raise `StoreError` when the store cannot
be read or has no tables yet.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError

from db.outlets import Host, fictional_outlets, outlets_named
from db.periods import month, whole_periods
from db.session import Store
from db.tables import (
    AnswerRow,
    ArticleRow,
    DataVersionRow,
    OutletDayRow,
    OutletPeriodRow,
    ReadingRow,
)
from db.upsert import table_of
from framewatch.story import CountBy


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


class VolumeDay(NamedTuple):
    """One outlet's day: articles on the topic, and how many of them are coded for frames."""

    outlet: str
    day: date
    articles: int
    coded: int


class Volume(NamedTuple):
    """A day, week or month: articles on the topic, those coded for frames, and outlets."""

    start: date
    articles: int
    coded: int
    outlets: int


class ToneDay(NamedTuple):
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
    # Of any topic: cheap to ask, and a change too many does no harm.
    newest_article: int
    newest_reading: int


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


def of_periods(table: Table, filters: Filters, step: str) -> tuple[ColumnElement[bool], ...]:
    """The same on `outlet_periods`, at any time: there, all genres are kept apart too."""
    anytime = chosen(table, replace(filters, first=None, last=None))
    return *anytime, table.c.step == step, table.c.genre == filters.genre


# --- counts ---------------------------------------------------------------------------------------


def volumes(
    engine: Store, filters: Filters, among: Sequence[date] | None = None
) -> tuple[VolumeDay, ...]:
    """By outlet and day, of single days where they are named.

    Those of frames and targets are in `db.day_counts`.
    """
    c = table_of(OutletDayRow).c
    # Days first, as rows are kept: so nothing is to be sorted.
    keys = (c.day, c.host)
    query = select(*keys, func.sum(c.articles), func.sum(c.coded)).where(
        *chosen(table_of(OutletDayRow), filters)
    )
    if among is not None:
        query = query.where(c.day.in_(among))
    with reading(engine) as connection:
        rows = connection.execute(query.group_by(*keys).order_by(*keys)).all()
    return tuple(VolumeDay(host, day, int(n), int(coded)) for day, host, n, coded in rows)


def status(engine: Store, filters: Filters) -> Status:
    """From months; the days of those that the first and the last day cut."""
    with reading(engine) as connection:
        found = [row for part in _volume_parts(filters) for row in connection.execute(part)]
        invented = set(connection.scalars(fictional_outlets(filters.topic))) if found else set()
    return Status(
        articles=sum(int(row.articles) for row in found),
        coded=sum(int(row.coded) for row in found),
        outlets=len({row.host for row in found}),
        fictional=sum(int(row.articles) for row in found if row.host in invented),
        first=min((row.first for row in found), default=None),
        last=max((row.last for row in found), default=None),
    )


def outlet_volumes(engine: Store, filters: Filters) -> dict[str, tuple[int, int]]:
    """Of each outlet: articles, and those coded for frames."""
    found: dict[str, tuple[int, int]] = {}
    with reading(engine) as connection:
        for part in _volume_parts(filters):
            for row in connection.execute(part):
                articles, coded = found.get(row.host, (0, 0))
                found[row.host] = (articles + int(row.articles), coded + int(row.coded))
    return found


def _volume_parts(filters: Filters) -> tuple[Select[Any], ...]:
    """Per outlet, articles, coded, first and last day: of whole months, and of the other days."""
    months, days = table_of(OutletPeriodRow), table_of(OutletDayRow)
    (low, high), edges = whole_periods(filters.first, filters.last, month)
    whole = select(
        months.c.host,
        func.sum(months.c.articles).label("articles"),
        func.sum(months.c.coded).label("coded"),
        func.min(months.c.first).label("first"),
        func.max(months.c.last).label("last"),
    ).where(*of_periods(months, filters, "month"))
    cut = select(
        days.c.host,
        func.sum(days.c.articles).label("articles"),
        func.sum(days.c.coded).label("coded"),
        func.min(days.c.day).label("first"),
        func.max(days.c.day).label("last"),
    )
    parts = [whole.where(months.c.start >= low, months.c.start < high).group_by(months.c.host)]
    for first, last in edges:
        here = chosen(days, replace(filters, first=first, last=last))
        parts.append(cut.where(*here).group_by(days.c.host))
    return tuple(parts)


def facets(engine: Store, topic: str, count_by: CountBy = CountBy.HOST) -> Facets:
    """The hosts, countries, languages and genres of a topic's dated articles, as counted."""
    c = table_of(OutletPeriodRow).c
    mine = (c.topic == topic, c.count_by == count_by, c.step == "month")
    articles = func.sum(c.articles).label("articles")
    places = select(c.host, c.country, c.language, articles).where(*mine, c.genre == "")
    places = places.group_by(c.host, c.country, c.language)
    genres = select(c.genre, articles).where(*mine, c.genre != "").group_by(c.genre)
    with reading(engine) as connection:
        rows = connection.execute(places).all()
        hosts = outlets_named(connection, topic, {row.host for row in rows})
        of_genre = connection.execute(genres).all()

    def values(column: str, rows: Sequence[Any], known: dict[str, Host]) -> tuple[Facet, ...]:
        totals = Counter[str]()
        for row in rows:
            totals[getattr(row, column)] += int(row.articles)
        found = []
        for code in sorted(filter(None, totals), key=lambda code: (-totals[code], code)):
            name, made_up = known.get(code, (code, False))
            found.append(Facet(code, name or code, totals[code], made_up))
        return tuple(found)

    return Facets(
        hosts=values("host", rows, hosts),
        countries=values("country", rows, {}),
        languages=values("language", rows, {}),
        genres=values("genre", of_genre, {}),
    )


def distinct(
    connection: Connection, column: ColumnElement[str], *where: ColumnElement[bool]
) -> Iterator[str]:
    """Values of a column, in order: with an index, in a step each however many rows have it."""
    mine = select(column).where(*where).order_by(column).limit(1)
    found = connection.execute(mine).scalar()
    while found is not None:
        yield found
        found = connection.execute(mine.where(column > found)).scalar()


def version(engine: Store, topic: str) -> Version:
    versions, answers, articles = map(table_of, (DataVersionRow, AnswerRow, ArticleRow))
    with reading(engine) as connection:
        row = connection.execute(select(versions).where(versions.c.topic == topic)).first()
        newest_answer = select(func.max(answers.c.answered_at)).where(answers.c.topic == topic)
        newest_article = select(func.max(articles.c.id))
        newest_reading = select(func.max(table_of(ReadingRow).c.id))
        return Version(
            version=row.version if row else 0,
            changed_at=row.changed_at if row else None,
            answered_at=connection.execute(newest_answer).scalar(),
            newest_article=connection.execute(newest_article).scalar() or 0,
            newest_reading=connection.execute(newest_reading).scalar() or 0,
        )
