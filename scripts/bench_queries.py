"""Milliseconds per view of the dashboard on a large made-up store, roll-ups beside raw group-bys.

    python -m scripts.bench_queries [--articles 1000000] [--years 5] [--postgres URL] [--folder DIR]

The store is made by SQL: outlets, days, genres, copies and scores follow from an article's number,
so that it is the same every time. Nothing is downloaded and nothing is kept.
"""

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, make_url, select, text
from tqdm import tqdm

from db import listing, queries, tiers
from db.counting import counted
from db.publish import counts, keep_up, with_readings
from db.queries import Filters
from db.session import Store, migrate, open_store
from db.tables import FrameDayRow, OutletDayRow
from framewatch.story import CountBy

TOPIC = "bench"
LAST = date(2025, 12, 31)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
OUTLETS, COUNTRIES, FRAMES, TARGETS = 60, 10, 14, 5
CHUNK = 50_000
POSTGRES = "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
SLOW = 2.0  # seconds: what takes longer is timed once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--years", type=float, default=5.0)
    parser.add_argument("--postgres", default=POSTGRES, help="empty: SQLite only")
    parser.add_argument("--sqlite", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--folder", type=Path, help="where the SQLite store is made")
    given = parser.parse_args()
    days = max(60, round(given.years * 365.25))
    if given.sqlite:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            bench(f"sqlite:///{folder}/bench.db", given.articles, days)
    if given.postgres:
        with database(given.postgres) as url:
            bench(url, given.articles, days)


@contextmanager
def database(server: str) -> Iterator[str]:
    """A database of its own, dropped afterwards."""
    name = f"framewatch_bench_{uuid.uuid4().hex[:8]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def bench(url: str, articles: int, days: int) -> None:
    migrate(url)
    engine = open_store(url)
    name = engine.dialect.name
    began = time.perf_counter()
    fill(engine, articles, days)
    print(f"\n{name}: {articles:,} articles over {days:,} days made in {_since(began)}")
    began = time.perf_counter()
    with tqdm(total=days, desc=f"{name} publish", unit="day") as bar:
        keep_up(engine, TOPIC, NOW, bar.update)
    print(f"{name}: published from scratch in {_since(began)}")
    analyse(engine)
    print(f"{name}: upkeep of one day {upkeep(engine):.2f} s")
    reader = open_store(url, read_only=True)
    print(f"{'view':<44}{'roll-up ms':>12}{'raw ms':>12}")
    for view, ours, raw in views(reader):
        beside = f"{timed(raw):12.1f}" if raw else f"{'':>12}"
        print(f"{view:<44}{timed(ours):12.1f}{beside}", flush=True)
    reader.dispose()
    engine.dispose()


def timed(ask: Callable[[], object]) -> float:
    """Milliseconds, the median of five; of one where it takes long."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
        if taken[0] > SLOW:
            break
    return statistics.median(taken) * 1000


def upkeep(engine: Store) -> float:
    """Seconds to publish after an article in the middle of the time has changed."""
    taken = []
    for genre in ("opinion", "analysis", "interview"):
        with engine.begin() as connection:
            middle = select(func.max(text("id"))).select_from(text("articles")).scalar_subquery()
            number = connection.execute(select(middle)).scalar_one() // 2
            change = text("UPDATE articles SET genre = :genre WHERE id = :number")
            connection.execute(change, {"genre": genre, "number": number})
        began = time.perf_counter()
        assert any(keep_up(engine, TOPIC, NOW).values())  # noqa: S101  (else nothing was timed)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def views(engine: Store) -> Iterator[tuple[str, Callable[[], object], Callable[[], object] | None]]:
    """Name, what a page asks, and what it would ask of articles and scores."""
    year = Filters(topic=TOPIC, first=LAST - timedelta(days=364), last=LAST)
    ever = Filters(topic=TOPIC)
    month = replace(year, first=LAST.replace(day=1))
    for name, filters, step in (
        ("overview, a year by week", year, "week"),
        ("overview, all by month", ever, "month"),
        ("overview, a country's year by week", replace(year, country="C3"), "week"),
        ("overview, an outlet's year by week", replace(year, host="outlet-3"), "week"),
        ("overview, a language's year by week", replace(year, language="l2"), "week"),
        ("overview by original, a year by week", by_original(year), "week"),
    ):
        yield (
            name,
            lambda f=filters, s=step: overview(engine, f, s),
            lambda f=filters: raw(engine, f),
        )
    yield (
        "frame, a year by week",
        lambda: frame_page(engine, year, "week"),
        lambda: raw(engine, year),
    )
    yield "frame, all by month", lambda: frame_page(engine, ever, "month"), None
    yield (
        "frame, 180 days by day",
        lambda: queries.frame_days(engine, replace(year, first=LAST - timedelta(days=180)), "f3"),
        None,
    )
    yield "compare outlets, a year", lambda: tiers.frame_outlets(engine, year), None
    yield "compare outlets, one frame, all", lambda: tiers.frame_outlets(engine, ever, "f3"), None
    for by in CountBy:
        mine = replace(ever, count_by=by)
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
    yield (
        "articles of a frame and an outlet",
        lambda: listing.articles(engine, replace(ever, host="outlet-3"), frame="f3"),
        None,
    )
    yield (
        "export of a month",
        lambda: queries.frame_days(engine, month),
        lambda: raw(engine, month),
    )


def by_original(filters: Filters) -> Filters:
    return replace(filters, count_by=CountBy.ORIGINAL)


def overview(engine: Store, filters: Filters, step: str) -> None:
    queries.version(engine, TOPIC)
    queries.status(engine, filters)
    queries.facets(engine, TOPIC, filters.count_by)
    tiers.volume_periods(engine, filters, step)
    tiers.frame_moments(engine, filters, step)
    tiers.tone_moments(engine, filters, step)
    tiers.tone_outlets(engine, filters)


def frame_page(engine: Store, filters: Filters, step: str) -> None:
    queries.status(engine, filters)
    tiers.volume_periods(engine, filters, step)
    tiers.frame_moments(engine, filters, step, "f3")
    listing.articles(engine, filters, frame="f3", limit=10)


def raw(engine: Store, filters: Filters) -> None:
    """Frames and volumes per outlet and day, from articles, readings and scores."""
    unit = counted(filters.topic, filters.count_by)
    with engine.connect() as connection:
        where = queries.chosen(unit, filters)
        read = with_readings(unit, filters.count_by, unit.c.day.is_not(None)).where(*where)
        found = counts(read.cte("read"))
        for row_class in (OutletDayRow, FrameDayRow):
            connection.execute(select(func.count()).select_from(found[row_class].subquery())).all()


def raw_list(engine: Store, filters: Filters) -> None:
    unit = counted(filters.topic, filters.count_by)
    with engine.connect() as connection:
        newest = (unit.c.day.desc(), unit.c.article_id.desc())
        connection.execute(select(unit.c.article_id).order_by(*newest).limit(26)).all()


# --- a store made by SQL --------------------------------------------------------------------------


def fill(engine: Store, articles: int, days: int) -> None:
    with engine.begin() as connection:
        triggers = _without_triggers(connection)
        connection.execute(text(PAGE))
    with tqdm(total=articles, desc=f"{engine.dialect.name} fill", unit="article") as bar:
        for first in range(1, articles + 1, CHUNK):
            last = min(articles, first + CHUNK - 1)
            with engine.begin() as connection:
                for statement in _statements(connection, first, last, articles, days):
                    connection.execute(text(statement))
            bar.update(last - first + 1)
    with engine.begin() as connection:
        for trigger in triggers:
            connection.execute(text(trigger))
        connection.execute(
            text(
                "INSERT INTO changes (topic, article_id, day, taken) "
                "SELECT topic, id, day, false FROM articles ORDER BY id"
            )
        )
    analyse(engine)


def analyse(engine: Store) -> None:
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _without_triggers(connection: Connection) -> list[str]:
    """What puts them back."""
    if connection.dialect.name == "postgresql":
        tables = ("articles", "readings", "republications")
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
    found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    rows = list(found)
    for name, _ in rows:
        connection.execute(text(f"DROP TRIGGER {name}"))
    return [sql for _, sql in rows]


PAGE = """
INSERT INTO pages (id, url, final_url, status, sha256, size, content_type, etag, last_modified,
                   fetched_at, warc_file, warc_offset, via)
VALUES (1, '', '', 200, '', 0, '', '', '', '2025-01-01 00:00:00', '', 0, '')
"""
COPY = "(i % 7 > 0 AND i * 31 % 100 < 15)"  # of the article whose number is the last before by 7
ARTICLES = """
INSERT INTO articles (id, topic, url, page_id, title, text, text_sha256, language, host, host_name,
    country, authors, published_at, published_day_only, published_source, day, complete,
    original_outlet, republication_note, quotations, fictional, stored_at, cluster_id)
SELECT i, '{topic}', 'https://outlet.example/' || i, 1, 'Story ' || i, '{words}', 'sha' || i,
    'l' || ({outlet} % {countries} % 6), 'outlet-' || {outlet}, 'Outlet ' || {outlet},
    'C' || ({outlet} % {countries}), '[]', {instant}, {false}, '', {day}, {true},
    '', '', '[]', {false}, '2025-01-01 00:00:00', CASE WHEN {copy} THEN i - i % 7 ELSE i END
FROM numbers
"""
ENTRIES = """
INSERT INTO republications (article_id, original_id, original_outlet, original_country,
    original_url, proof, evidence)
SELECT i, i - i % 7, 'outlet-' || ((i - i % 7) * 2654435761 / 7 % {outlets}),
    'C' || ((i - i % 7) * 2654435761 / 7 % {outlets} % {countries}), '', 'near_copy', ''
FROM numbers WHERE {copy} AND i > 7
"""
READINGS = """
INSERT INTO readings (id, article_id, text_sha256, model, revision, weights_sha256,
    codebook_sha256, unread, read_at)
SELECT i, i, 'sha' || i, 'm', 'r', 'w', 'c', '', '2025-01-01 00:00:00' FROM numbers
"""
FRAME_SCORES = """
INSERT INTO frame_scores (reading_id, frame, probability, threshold, present)
SELECT i, 'f' || f, 0.5, 0.5, (i * 48271 + f * 7919) % 101 < 5 + 3 * f
FROM numbers CROSS JOIN (SELECT n AS f FROM small WHERE n < {frames}) frames
"""
TARGET_SCORES = """
INSERT INTO target_scores (reading_id, target, mentions, negative, neutral, positive)
SELECT i, 't' || f, 1, (i * 69621 + f) % 90 / 100.0, 0.1, 0.9 - (i * 69621 + f) % 90 / 100.0
FROM numbers CROSS JOIN (SELECT n AS f FROM small WHERE n < {targets}) targets
WHERE (i * 16807 + f) % 3 = 0
"""


def _statements(
    connection: Connection, first: int, last: int, articles: int, days: int
) -> Iterator[str]:
    start = LAST - timedelta(days=days - 1)
    passed = f"(i - 1) * {days} / {articles}"
    small = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(max(FRAMES, TARGETS)))
    if connection.dialect.name == "sqlite":
        numbers = (
            f"WITH RECURSIVE numbers(i) AS (SELECT {first} UNION ALL "  # noqa: S608
            f"SELECT i + 1 FROM numbers WHERE i < {last}), small AS ({small}) "
        )
        day = f"date('{start}', '+' || ({passed}) || ' days')"
        words = {"true": "1", "false": "0", "day": day}
        words["instant"] = f"{day} || ' ' || printf('%02d:%02d:00.000000', i % 24, i % 60)"
    else:
        numbers = (
            f"WITH numbers AS (SELECT generate_series({first}::bigint, {last}) AS i), "
            f"small AS ({small}) "
        )
        day = f"(DATE '{start}' + ({passed})::int)"
        words = {"true": "true", "false": "false", "day": day}
        words["instant"] = f"{day} + make_interval(hours => (i % 24)::int, mins => (i % 60)::int)"
    words |= {
        "topic": TOPIC,
        "words": "x" * 500,
        "outlet": f"(i * 2654435761 / 7 % {OUTLETS})",
        "copy": COPY,
    }
    sizes = {"outlets": OUTLETS, "countries": COUNTRIES, "frames": FRAMES, "targets": TARGETS}
    for statement in (ARTICLES, ENTRIES, READINGS, FRAME_SCORES, TARGET_SCORES):
        insert, select_, rest = statement.partition("SELECT")
        # SQLite wants the numbers before INSERT, and PostgreSQL takes them there.
        yield (numbers + insert + select_ + rest).format(**words, **sizes)


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.0f} s"


if __name__ == "__main__":
    main()
