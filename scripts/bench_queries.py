"""Milliseconds per view of the dashboard on a large made-up store, roll-ups beside raw group-bys.

    python -m scripts.bench_queries [--articles 1000000] [--years 5] [--postgres URL] [--folder DIR]

On SQLite and on PostgreSQL: the store is made by SQL (`scripts.bench_store`), published by the
stage's own code, and kept up by it after a change. Nothing is downloaded and nothing is kept.
"""

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, create_engine, make_url, select, text, update
from tqdm import tqdm

from db.collection import keep_collection
from db.publish import days_to_count, keep_up
from db.session import Store, migrate, open_store
from db.tables import ArticleRow
from db.upsert import table_of
from scripts.bench_store import LAST, NEW_DAYS, NOW, TOPIC, ZONE, add_day, analyse, fill
from scripts.bench_views import View, views

POSTGRES = "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
LIMIT = 100  # milliseconds: what takes longer is marked
SLOW = 2.0  # seconds: what takes longer is timed once
RAW_MOST = 2_000_000  # articles: beyond, raw queries take minutes each and are left out


class Timing(NamedTuple):
    """Milliseconds of a view."""

    whole: float  # of all its queries, from roll-ups
    slowest: float  # of them
    queries: int
    raw: float | None  # from raw rows


Timings = dict[str, Timing]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--years", type=float, default=5.0)
    parser.add_argument("--postgres", default=POSTGRES, help="empty: SQLite only")
    parser.add_argument("--sqlite", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--folder", type=Path, help="where the SQLite store is made")
    given = parser.parse_args()
    days = max(60, round(given.years * 365.25))
    found: dict[str, Timings] = {}
    if given.sqlite:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            found["sqlite"] = bench(f"sqlite:///{folder}/bench.db", given.articles, days)
    if given.postgres:
        with database(given.postgres) as url:
            found["postgresql"] = bench(url, given.articles, days)
    show(found, given.articles)


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


def bench(url: str, articles: int, days: int) -> Timings:
    migrate(url)
    engine = open_store(url)
    name = engine.dialect.name
    began = time.perf_counter()
    fill(engine, articles, days)
    print(f"{name}: {articles:,} articles over {days:,} days made in {_since(began)}")
    publish(engine)
    analyse(engine)
    upkeep(engine, articles, days)
    engine.dispose()
    reader = open_store(url, read_only=True)
    found = measured(reader, raw=articles <= RAW_MOST)
    reader.dispose()
    return found


def publish(engine: Store) -> None:
    """From nothing, as the stage does."""
    name, began = engine.dialect.name, time.perf_counter()
    days = days_to_count(engine, TOPIC, NOW)
    print(f"{name}: originals found in {_since(began)}")
    with tqdm(total=len(days), desc=f"{name} publish", unit="day") as bar:
        keep_up(engine, TOPIC, NOW, bar.update)
    print(f"{name}: published in {_since(began)}")
    began = time.perf_counter()
    keep_collection(engine, TOPIC, ZONE, NOW)
    print(f"{name}: collection kept in {_since(began)}", flush=True)


def upkeep(engine: Store, articles: int, days: int) -> None:
    """Prints the seconds to publish a new day, and a change of one article or all of a day."""
    c = table_of(ArticleRow).c
    middle = LAST - timedelta(days=days // 3)
    news = select(c.id).where(c.topic == TOPIC, c.day == middle, c.genre == "news")
    one = news.limit(1).scalar_subquery()

    def change(where: ColumnElement[bool], genre: str) -> None:
        with engine.begin() as connection:
            mine = update(c.id.table).where(c.topic == TOPIC, where)
            connection.execute(mine.values(genre=genre))

    genres = ("opinion", "analysis", "interview")
    changes: dict[str, list[Callable[[], object]]] = {
        "one article": [partial(change, c.id == one, genre) for genre in genres],
        "a whole day": [partial(change, c.day == middle, genre) for genre in genres],
        "a new day": [
            partial(add_day, engine, articles, days, nth) for nth in range(1, NEW_DAYS + 1)
        ],
    }
    for what, made in changes.items():
        seconds = statistics.median([_kept_up(engine, make) for make in made])
        print(f"{engine.dialect.name}: upkeep after {what} {seconds:.2f} s", flush=True)


def _kept_up(engine: Store, change: Callable[[], object]) -> float:
    change()
    began = time.perf_counter()
    assert any(keep_up(engine, TOPIC, NOW).values())  # noqa: S101  (else nothing was timed)
    keep_collection(engine, TOPIC, ZONE, NOW)
    return time.perf_counter() - began


def measured(engine: Store, *, raw: bool) -> Timings:
    found: Timings = {}
    every: list[View] = list(views(engine))
    for name, ours, theirs in tqdm(every, desc=f"{engine.dialect.name} views", unit="view"):
        each = [timed(ask) for ask in (ours if isinstance(ours, tuple) else (ours,))]
        rows = timed(theirs) if raw and theirs else None
        found[name] = Timing(sum(each), max(each), len(each), rows)
    return found


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


def show(found: dict[str, Timings], articles: int) -> None:
    """One line per view: milliseconds from roll-ups and from raw rows, on each database."""
    print(f"\nMilliseconds at {articles:,} articles; * a query took over {LIMIT}")
    if articles > RAW_MOST:
        print(f"Raw rows are left out above {RAW_MOST:,} articles")
    heads = "".join(f"{name:>14}{'raw':>11}" for name in found)
    print(f"{'view (of so many queries)':<46}{heads}")
    for view, first in next(iter(found.values()), {}).items():
        line = f"{view}{f' ({first.queries})' if first.queries > 1 else ''}"
        line = f"{line:<46}"
        for timings in found.values():
            took = timings[view]
            line += f"{took.whole:13.1f}{'*' if took.slowest > LIMIT else ' '}"
            line += f"{took.raw:11.0f}" if took.raw is not None else f"{'':>11}"
        print(line)
    slowest = [max(timing.slowest for timing in timings.values()) for timings in found.values()]
    line = "".join(f"{milliseconds:13.1f}{'':12}" for milliseconds in slowest)
    print(f"{'the slowest query':<46}{line}")


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.0f} s"


if __name__ == "__main__":
    main()
