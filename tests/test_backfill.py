"""A month collected from every kind of source, with every fault switched on, and killed on the way.

The sources are the stand-in's: real HTTP, robots.txt, keys, paging, caps and faults; the outlets'
truth is compared with what ends up in the store.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from db.session import open_store
from framewatch.settings import ROOT
from scripts.demo_live import MINUTES, book_of, environment
from standin.faults import all_faults
from standin.script import Fault, Script
from standin.server import StandIn
from standin.world import World, make_world
from tests.made_once import migrate

FIRST = date(2025, 2, 1)
DAYS = 30
START = datetime(2025, 2, 1, tzinfo=UTC)
STAMP = "%Y%m%d%H%M00.gal"
PRESENT = datetime(2025, 3, 6, tzinfo=UTC)  # every day is long over
WHOLE = 28  # of these days the news crawl of the world has all files
MONTHS_LATER = datetime(2025, 5, 25, tzinfo=UTC)  # and in the index of a crawl, if ever
# The clock of the run goes on from the present of the world, across every restart.
DRIVER = """
import sys, time
from datetime import UTC, date, datetime, timedelta
from framewatch.backfill import backfill
from framewatch.desk import open_desk
from framewatch.settings import Settings
from framewatch.story import Window
present, begun = datetime.fromisoformat(sys.argv[1]), float(sys.argv[2])
first, days = datetime.fromisoformat(sys.argv[3]).replace(tzinfo=UTC), int(sys.argv[4])
clock = lambda: present + timedelta(seconds=time.time() - begun)
with open_desk(Settings.from_env()) as desk:
    window = Window(first, first + timedelta(days=days))
    print(backfill(desk, "deepseek", window, clock, patience=120, pause=time.sleep))
"""
# Everything but ids, the time of day and files: what two ways to the same end must agree on.
CONTENT = {
    "answers": "source, window_start, window_end, status, listed, found, partial",
    # Of two addresses of one article, whichever is read first is it.
    "links": "url, replace(outcome, 'duplicate', 'stored'), day, outlet",
    "articles": "url, title, text_sha256, day, host, complete, original_outlet, published_at",
    "sightings": "(SELECT url FROM links WHERE id = link_id), source, published_at",
    "signals": "source, title, host, outlet, day",
    "republications": "(SELECT url FROM articles WHERE id = article_id), original_outlet, proof",
}


class Place:
    """A store of its own, collecting from a world."""

    def __init__(self, folder: Path, world: World, **changes: str) -> None:
        folder.mkdir()
        book = folder / "sources.toml"
        book.write_text(book_of(world, world.port), encoding="utf-8")
        self.env = environment(folder / "home", book, **changes)
        self.url = f"sqlite:///{folder}/home/framewatch.db"
        migrate(self.url)
        self._begun = time.time()

    def start(self, days: int, present: datetime = PRESENT) -> "subprocess.Popen[str]":
        arguments = [present.isoformat(), str(self._begun), FIRST.isoformat(), str(days)]
        return subprocess.Popen(
            [sys.executable, "-c", DRIVER, *arguments],
            env=self.env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, days: int, present: datetime = PRESENT) -> str:
        process = self.start(days, present)
        out, err = process.communicate(timeout=900)
        assert process.returncode == 0, err[-3000:]
        return out

    def rows(self, query: str) -> list[tuple[object, ...]]:
        store = open_store(self.url, read_only=True)
        with store.begin() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        store.dispose()
        return found

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        return {
            table: sorted(self.rows(f"SELECT {columns} FROM {table}"), key=repr)
            for table, columns in CONTENT.items()
        }

    def dump(self) -> list[str]:
        named = self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = sorted(str(name) for (name,) in named)
        return [repr((t, *row)) for t in tables for row in self.rows(f"SELECT * FROM {t}")]


def faults_of(world: World) -> list[Fault]:
    """Every fault, with those of GDELT's article lists at minutes that are probed."""
    found = all_faults(world)
    kinds = [fault.kind for fault in found if fault.service == "gal"]
    named = [s.seen for s in world.listed("gal", START, PRESENT) if s.seen.minute % 15 in MINUTES]
    empty = iter(START + timedelta(minutes=15 * n + MINUTES[0]) for n in range(9))
    spare = (moment for moment in empty if moment not in named)
    moved = [
        Fault(service="gal", kind=kind, match=f"{(next(spare) if 'gap' in kind else seen):{STAMP}}")
        for kind, seen in zip(kinds, named, strict=False)
    ]
    return [fault for fault in found if fault.service != "gal"] + moved


def expected(world: World) -> set[str]:
    """The addresses of the articles that the sources list between them."""
    unasked = ("newsapi", "gnews", "bing", "gal")
    services = [name for name in world.listings if name not in unasked]
    probed = [s for s in world.expected(services=["gal"]) if s.seen.minute % 15 in MINUTES]
    return {world.url(story) for story in [*world.expected(services=services), *probed]}


@pytest.mark.slow
def test_a_month_with_every_fault_loses_nothing_and_a_second_run_asks_nothing(
    tmp_path: Path,
) -> None:
    """Every planted article once, every day answered, and then not a request, not a row."""
    world = make_world(FIRST, DAYS)
    world.now = PRESENT
    with StandIn(world, Script(faults_of(world))) as web:
        place = Place(tmp_path / "one", world)
        place.run(DAYS)
        place.run(WHOLE, MONTHS_LATER)
        stored = [str(url) for (url,) in place.rows("SELECT url FROM articles")]
        assert len(stored) == len(set(stored))
        assert expected(world) - set(stored) == set()
        failed = "SELECT source, window_start, status, detail FROM answers WHERE status IN {}"
        assert place.rows(failed.format("('refused', 'unavailable')")) == []
        # An archive handed over the page before its host was asked for it.
        handed = [str(url) for (url,) in place.rows("SELECT url FROM pages WHERE via <> ''")]
        unmet = [fault for fault in web.script.faults if not web.script.met[fault]]
        # Records of a crawl's index are read only for pages that nobody else had.
        unmet = [fault for fault in unmet if fault.match != "segments"]
        assert [fault for fault in unmet if not any(fault.match in url for url in handed)] == []
        assert len(unmet) < len(web.script.faults) / 10

        before, asked = place.dump(), web.script.asked.copy()
        place.run(WHOLE, MONTHS_LATER)
        assert web.script.asked - asked == Counter()
        assert place.dump() == before


@pytest.mark.slow
def test_killed_five_times_it_ends_with_the_same_rows(tmp_path: Path) -> None:
    """SIGKILL at random moments: nothing lost, nothing doubled."""
    days = 5
    world = make_world(FIRST, days + 4)  # a crawl is whole once there are files of later days
    world.now = PRESENT
    with StandIn(world) as web:
        whole = Place(tmp_path / "whole", web.world)
        began = time.time()
        whole.run(days)
        seconds = time.time() - began
        broken = Place(tmp_path / "broken", web.world)
        chance = random.Random(5)
        for _ in range(5):
            process, asked = broken.start(days), web.script.asked.total()
            while web.script.asked.total() == asked:  # it is still being loaded
                assert process.poll() is None, "it asked for nothing"
                time.sleep(0.05)
            time.sleep(chance.uniform(0.01, 0.12) * seconds)
            assert process.poll() is None, "it was done before the kill"
            process.kill()
            process.communicate()
        broken.run(days)
    assert broken.content() == whole.content()
