"""What pages ask of the store, for `scripts.bench_queries`: from roll-ups, and from raw rows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func, select

from db import articles, day_counts, listing, queries, records, tiers
from db.asof import frames_of
from db.counting import counted
from db.coverage import collected_shares
from db.days import days_between
from db.in_force import readings_in_force, volumes_of, with_readings
from db.queries import Filters
from db.session import Store
from db.tables import ReadingRow
from db.upsert import table_of
from framewatch.story import CountBy
from scripts.bench_store import FRAMES, LAST, TOPIC, ZONE

Ask = Callable[[], object]
Asks = Ask | tuple[Ask, ...]  # one query, or all of a page
View = tuple[str, Asks, Ask | None]

YEAR = Filters(topic=TOPIC, first=LAST - timedelta(days=364), last=LAST)
EVER = Filters(topic=TOPIC)


def views(engine: Store) -> Iterator[View]:
    """Name, what a page asks, and what it would ask of articles and scores."""
    yield from _overviews(engine)
    yield from _frames(engine)
    yield from _lists(engine)
    yield from _collection(engine)


def _overviews(engine: Store) -> Iterator[View]:
    for name, filters, step in (
        ("a year by week", YEAR, "week"),
        ("all by week", EVER, "week"),
        ("all by month", EVER, "month"),
        ("a country's year by week", replace(YEAR, country="C3"), "week"),
        ("an outlet's year by week", replace(YEAR, host="outlet-3"), "week"),
        ("an outlet, all by week", replace(EVER, host="outlet-3"), "week"),
        ("a language's year by week", replace(YEAR, language="l2"), "week"),
        ("a language, all by month", replace(EVER, language="l3"), "month"),
        ("country and language, a year", replace(YEAR, country="C3", language="l9"), "week"),
        ("language and genre, a year", replace(YEAR, language="l3", genre="opinion"), "week"),
        (
            "an outlet's second language, a year",
            replace(YEAR, host="outlet-3", language="l9"),
            "week",
        ),
        ("by original, a year by week", replace(YEAR, count_by=CountBy.ORIGINAL), "week"),
    ):
        yield (
            f"overview, {name}",
            overview(engine, filters, step),
            lambda f=filters: raw(engine, f),
        )
    yield "version", lambda: queries.version(engine, TOPIC), None
    yield "status, a year", lambda: queries.status(engine, YEAR), None
    yield "facets", lambda: queries.facets(engine, TOPIC), None
    yield "volumes, a year by week", lambda: tiers.volumes(engine, YEAR, "week"), None
    yield "volumes, all by week", lambda: tiers.volumes(engine, EVER, "week"), None


def _frames(engine: Store) -> Iterator[View]:
    half = replace(YEAR, first=LAST - timedelta(days=208))  # 180 days, and 28 to look back
    month = replace(YEAR, first=LAST.replace(day=1))
    yield (
        "frame, a year by week",
        frame_page(engine, YEAR, "week"),
        lambda: raw(engine, YEAR),
    )
    yield "frame, all by month", frame_page(engine, EVER, "month"), None
    yield "frame, 180 days by day", lambda: day_counts.frame_days(engine, half, FRAMES[3]), None
    yield "compare outlets, a year", lambda: tiers.frame_outlets(engine, YEAR), None
    yield "compare outlets, all", lambda: tiers.frame_outlets(engine, EVER), None
    yield (
        "compare outlets, one frame, all",
        lambda: tiers.frame_outlets(engine, EVER, FRAMES[3]),
        None,
    )
    yield (
        "compare outlets of a language, all",
        lambda: tiers.frame_outlets(engine, replace(EVER, language="l3")),
        None,
    )
    yield "tone by outlet, a year", lambda: tiers.tone_outlets(engine, YEAR), None
    yield (
        "export of a month",
        lambda: day_counts.frame_days(engine, month),
        lambda: raw(engine, month),
    )


def _lists(engine: Store) -> Iterator[View]:
    for by in CountBy:
        mine = replace(EVER, count_by=by)
        yield (
            f"articles by {by}, first page",
            lambda f=mine: listing.articles(engine, f),
            lambda f=mine: raw_list(engine, f),
        )
        later = listing.articles(engine, replace(mine, last=date(2024, 6, 30))).older
        yield (
            f"articles by {by}, a later page",
            lambda f=mine, p=later: listing.articles(engine, f, after=p),
            None,
        )
    outlet = replace(EVER, host="outlet-3")
    for name, filters, frame in (
        ("a frame", EVER, FRAMES[3]),
        ("a frame by original", replace(EVER, count_by=CountBy.ORIGINAL), FRAMES[3]),
        ("a frame and an outlet", outlet, FRAMES[3]),
        ("a rare frame", EVER, "rare"),
        ("a rare frame and an outlet", outlet, "rare"),
        ("a frame and a rare language", replace(outlet, host="", language="l9"), FRAMES[3]),
        ("a country and a genre", replace(EVER, country="C3", genre="press_release"), ""),
        ("an outlet that has not the language", replace(outlet, language="l0"), ""),
    ):
        behind = listing.Behind(frame=frame)
        yield (
            f"articles of {name}",
            lambda f=filters, b=behind: listing.articles(engine, f, b),
            None,
        )
    newest = listing.articles(engine, EVER, limit=1).lines[0].id
    yield "article by id", lambda: articles.article(engine, TOPIC, newest // 2), None


def _collection(engine: Store) -> Iterator[View]:
    days = days_between(LAST - timedelta(days=round(5 * 365.25)), LAST)
    span = (TOPIC, ZONE, days[0], LAST)
    yield "answered days, five years", lambda: records.answered_days(engine, *span), None
    yield (
        "collected shares, five years",
        lambda: records.collected(engine, TOPIC, ZONE, days),
        lambda: raw_collected(engine, days),
    )
    yield "ledger", lambda: records.ledger(engine, TOPIC), None
    yield "outcomes of links", lambda: records.outcomes(engine, TOPIC), None
    yield (
        "readers in force",
        lambda: records.readers(engine, TOPIC),
        lambda: raw_readers(engine),
    )
    yield "thresholds", lambda: records.thresholds(engine, TOPIC), None


# --- from roll-ups --------------------------------------------------------------------------------


def overview(engine: Store, filters: Filters, step: str) -> tuple[Ask, ...]:
    return (
        lambda: queries.version(engine, TOPIC),
        lambda: queries.status(engine, filters),
        lambda: queries.facets(engine, TOPIC, filters.count_by),
        lambda: tiers.volumes(engine, filters, step),
        lambda: tiers.frame_moments(engine, filters, step),
        lambda: tiers.tone_moments(engine, filters, step),
        lambda: tiers.tone_outlets(engine, filters),
    )


def frame_page(engine: Store, filters: Filters, step: str) -> tuple[Ask, ...]:
    behind = listing.Behind(frame=FRAMES[3])
    return (
        lambda: queries.status(engine, filters),
        lambda: tiers.volumes(engine, filters, step),
        lambda: tiers.frame_moments(engine, filters, step, FRAMES[3]),
        lambda: listing.articles(engine, filters, behind, limit=10),
    )


# --- from raw rows --------------------------------------------------------------------------------


def raw(engine: Store, filters: Filters) -> None:
    """Frames and volumes per outlet and day, from articles, readings and scores."""
    unit = counted(filters.topic, filters.count_by)
    with engine.connect() as connection:
        where = queries.chosen(unit, filters)
        read = with_readings(unit, filters.count_by, unit.c.day.is_not(None)).where(*where)
        for asked in (volumes_of, frames_of):
            found = asked(read.cte("read")).subquery()
            connection.execute(select(func.count()).select_from(found)).all()


def raw_list(engine: Store, filters: Filters) -> None:
    unit = counted(filters.topic, filters.count_by)
    with engine.connect() as connection:
        newest = (unit.c.day.desc(), unit.c.article_id.desc())
        connection.execute(select(unit.c.article_id).order_by(*newest).limit(26)).all()


def raw_collected(engine: Store, days: list[date]) -> None:
    with engine.connect() as connection:
        collected_shares(connection, TOPIC, days, ZONE)


def raw_readers(engine: Store) -> None:
    c = table_of(ReadingRow).c
    force = readings_in_force(TOPIC).subquery()
    with engine.connect() as connection:
        joined = select(c.model, func.count()).join(force, force.c.reading_id == c.id)
        connection.execute(joined.group_by(c.model)).all()
