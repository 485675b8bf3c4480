"""How fast pages are collected: fetched, archived, extracted and stored, beside a bare loop.

Every page of a world of the stand-in (which runs in a process of its own) is collected with
politeness set to zero; before and after, in the same run, a plain `requests` loop fetches the same
addresses and throws them away. Pages a second of processor time are what one core can do.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import click
import requests

from db import links
from db.session import migrate
from framewatch import stages
from framewatch.desk import Desk, open_desk
from framewatch.settings import Settings
from framewatch.story import Link, Window
from scrapers.urls import canonicalize
from scripts.demo_live import book_of, environment
from standin.server import StandIn
from standin.world import Habit, World, make_world

FIRST = date(2025, 2, 1)
PER_DAY = 20
Row = tuple[str, int, float, float]  # step, pages, seconds, processor seconds


@contextmanager
def served(days: int) -> Iterator[World]:
    """A world whose server runs in another process, so that its work is not counted."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(days, theirs))
    process.start()
    world = make_world(FIRST, days, per_day=PER_DAY)
    world.port = ours.recv()
    try:
        yield world
    finally:
        ours.send("stop")
        process.join()


def serve(days: int, pipe: Connection) -> None:
    world = make_world(FIRST, days, per_day=PER_DAY)
    with StandIn(world):
        pipe.send(world.port)
        pipe.recv()


def timed(step: str, pages: int, work: Callable[[], object]) -> Row:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return step, pages, time.perf_counter() - wall, time.process_time() - cpu


def bare(addresses: list[str], port: int) -> None:
    """What fetching alone costs: one session, nothing checked, nothing kept."""
    with requests.Session() as session:
        session.trust_env = False
        for address in addresses:
            host, path = address.removeprefix("http://").split("/", 1)
            url = f"http://127.0.0.1:{port}/{path}"
            _ = session.get(url, headers={"Host": host}, timeout=20).content


def collect(desk: Desk, addresses: list[str]) -> Iterator[Row]:
    """The stages over links that are entered as a source would."""
    now = datetime.now(UTC)
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    window = Window(start, start + timedelta(days=1))
    found = [Link(url=canonicalize(a), address=a, source="herald-feed") for a in addresses]
    placed = [desk.place("deepseek", link, window) for link in found]
    with desk.store.begin() as connection:
        links.enter(connection, "deepseek", placed, window, now)
    number = len(addresses)
    yield timed("fetch + archive", number, lambda: stages.fetch(desk, "deepseek", now))
    yield timed("extract + store", number, lambda: stages.extract(desk, "deepseek", now))
    yield timed("identify", number, lambda: stages.identify(desk, "deepseek", now))


def line(row: Row, of: float) -> str:
    step, pages, wall, cpu = row
    speeds = f"{pages / wall:12.0f}{pages / cpu:16.0f}"
    return f"{step:20}{pages:7}{speeds}{1000 * cpu / pages:10.2f}{cpu / of:10.1f}"


@click.command()
@click.option("--days", default=30, show_default=True, help="Of the world; 20 stories a day.")
def main(days: int) -> None:
    """Print pages a second for each step of the collection path."""
    with tempfile.TemporaryDirectory() as folder, served(days) as world:
        book = Path(folder) / "sources.toml"
        book.write_text(book_of(world, world.port), encoding="utf-8")
        os.environ.update(environment(Path(folder) / "home", book))
        settings = Settings.from_env()
        migrate(settings.database_url)
        addresses = [world.url(s) for s in world.stories if s.habit is Habit.PLAIN]
        pages = len(addresses)
        rows = [timed("requests, before", pages, lambda: bare(addresses, world.port))]
        with open_desk(settings) as desk:
            steps = list(collect(desk, addresses))
        rows += steps
        total = [sum(row[i] for row in steps) for i in (2, 3)]
        rows.append(("collected, in all", pages, total[0], total[1]))
        rows.append(timed("requests, after", pages, lambda: bare(addresses, world.port)))
    reference = (rows[0][3] + rows[-1][3]) / 2
    click.echo(
        f"{'step':20}{'pages':>7}{'pages/s':>12}{'pages/s of cpu':>16}{'cpu ms':>10}{'× loop':>10}"
    )
    for row in rows:
        click.echo(line(row, reference))


if __name__ == "__main__":
    main()
