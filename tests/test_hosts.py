"""Pace, pauses and circuit breaker: the decisions, the live web, and two real processes."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from db.hosts import StoredHosts
from db.session import Store
from db.store import MAX_ATTEMPTS, links_to_fetch, reject_link
from framewatch.settings import ROOT
from framewatch.story import (
    Answer,
    Host,
    Link,
    Outcome,
    Page,
    Rejected,
    SourceStatus,
    Window,
)
from scrapers.archive import PageArchive
from scrapers.fetch import LiveWeb
from scrapers.hosts import PATIENCE, HostBook, MemoryBook, Pace, pause_after, settle, take_turn
from tests.entries import enter
from tests.made_once import migrate

NOW = datetime(2025, 2, 4, 6, tzinfo=UTC)
HOST = Host(name="herald.example")
HTML = "text/html; charset=utf-8"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Clock:
    """A clock that tests set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., LiveWeb]]:
    archive = PageArchive(tmp_path / "archive", tmp_path)

    def make(book: HostBook | None = None, delay: float = 0.0) -> LiveWeb:
        pace = Pace(book or MemoryBook(), delay, jitter=lambda: 0.0, clock=clock)
        return LiveWeb(archive, pace, contact="", allow_loopback=True)

    yield make
    archive.close()


def rejected(answer: Page | Rejected) -> Rejected:
    assert isinstance(answer, Rejected), answer
    return answer


# --- the decisions --------------------------------------------------------------------------------


def test_turns_at_a_host_are_a_gap_apart() -> None:
    """The first is at once, the next ones queue behind it."""
    host, first = take_turn(HOST, NOW, 5.0)
    host, second = take_turn(host, NOW, 5.0)
    host, third = take_turn(host, after(20), 5.0)
    assert (first.wait, second.wait, third.wait) == (0.0, 5.0, 0.0)
    assert host.next_at == after(25)


def test_a_long_wait_is_no_turn_and_takes_none() -> None:
    """A worker does not sleep for minutes, and leaves the queue as it was."""
    busy = Host(name="herald.example", next_at=after(PATIENCE + 1))
    host, turn = take_turn(busy, NOW, 5.0)
    assert (host, turn.granted, turn.wait) == (busy, False, PATIENCE + 1)


def test_five_failures_in_a_row_open_the_circuit_for_half_an_hour() -> None:
    """A good answer in between starts the count anew."""
    host = HOST
    for weight in (1, 1, 1, 1, 0, 1, 1, 1, 1):
        host = settle(host, NOW, weight)
        assert host.open_until is None
    host = settle(host, NOW, 1)
    assert host.open_until == after(1800)
    _, turn = take_turn(host, NOW, 5.0)
    assert (turn.granted, turn.wait) == (False, 1800.0)


def test_three_refusals_in_a_row_open_the_circuit() -> None:
    """A burst of 403s says that we are not welcome, sooner than faults do."""
    host = settle(settle(HOST, NOW, 2), NOW, 2)
    assert host.open_until is None
    assert settle(host, NOW, 2).open_until == after(1800)


@pytest.mark.parametrize("works", [True, False])
def test_after_an_open_circuit_one_probe_decides(works: bool) -> None:
    """Others wait for its answer; it closes the circuit, or opens it again."""
    host = Host(name="herald.example", failures=5, open_until=after(1800))
    host, probe = take_turn(host, after(1801), 5.0)
    assert probe.granted
    host, other = take_turn(host, after(1802), 5.0)
    assert not other.granted
    host = settle(host, after(1803), 0 if works else 1)
    assert take_turn(host, after(1810), 5.0)[1].granted is works
    assert host.open_until == (None if works else after(1803 + 1800))


def test_a_probe_that_never_answers_blocks_nobody_for_ever() -> None:
    """Its process may have been killed."""
    host = Host(name="herald.example", failures=5, open_until=after(1800))
    host, _ = take_turn(host, after(1801), 5.0)
    assert take_turn(host, after(2000), 5.0)[1].granted


def test_a_throttling_host_is_left_alone_as_it_asks_or_ever_longer() -> None:
    """Retry-After is honoured; without one the pause doubles up to an hour."""
    assert pause_after(3, 7.0) == 7.0
    assert [pause_after(n, None) for n in (0, 1, 2, 5, 6, 100)] == [60, 120, 240, 1920, 3600, 3600]


def test_jitter_only_ever_adds_to_the_delay() -> None:
    """The setting and robots.txt both name a least."""
    for jitter, gap in ((0.0, 5.0), (0.5, 5.5), (1.0, 6.0)):
        pace = Pace(book := MemoryBook(), 3.0, jitter=iter([jitter]).__next__, clock=lambda: NOW)
        pace.turn("herald.example", 5.0)
        assert book.read("herald.example").next_at == after(gap)


# --- the book -------------------------------------------------------------------------------------


def test_a_host_is_changed_only_by_whoever_saw_it_last(store: Store) -> None:
    """Compare and swap, on a blank host and on a known one."""
    book = StoredHosts(store)
    blank = book.read("herald.example")
    assert blank == HOST
    taken, _ = take_turn(blank, NOW, 5.0)
    assert book.change(blank, taken)
    assert not book.change(blank, taken)
    assert book.read("herald.example") == taken
    again, _ = take_turn(taken, NOW, 5.0)
    assert book.change(taken, again)
    assert not book.change(taken, settle(taken, NOW, 1))
    assert book.read("herald.example") == again


def test_a_link_whose_turn_is_later_has_not_been_tried(store: Store) -> None:
    """It waits as long as its host asks, however often, and is never given up for it."""
    window = Window(NOW, after(86400))
    link = Link(url="https://herald.example/a", source="herald")
    answer = Answer(source="herald", window=window, status=SourceStatus.OK, links=(link,), listed=1)
    later = Rejected(
        url=link.url, outcome=Outcome.UNAVAILABLE, detail="", retry_after=60.0, asked=False
    )
    with store.begin() as connection:
        enter(connection, answer, NOW)
        for n in range(2 * MAX_ATTEMPTS):
            (pending,) = links_to_fetch(connection, "deepseek", after(60 * n))
            assert pending.attempts == 0
            reject_link(connection, pending, later, after(60 * n))
            assert links_to_fetch(connection, "deepseek", after(60 * n + 59)) == []


# --- the live web ---------------------------------------------------------------------------------


def test_an_open_circuit_ends_a_link_without_a_request(
    httpserver: HTTPServer, live: Callable[..., LiveWeb], clock: Clock
) -> None:
    """Five failures, then silence for half an hour, then one probe and all is well again."""
    fine = False

    def answer(_request: Request) -> Response:
        return Response("<p>x", content_type=HTML) if fine else Response(status=500)

    httpserver.no_handler_status_code = 404
    httpserver.expect_request("/a").respond_with_handler(answer)
    web, url = live(), httpserver.url_for("/a")
    for _ in range(5):
        assert rejected(web.get(url)).asked
    asked = len(httpserver.log)
    last = rejected(web.get(url))
    assert (last.outcome, last.retry_after, last.asked) == (Outcome.UNAVAILABLE, 1800.0, False)
    assert len(httpserver.log) == asked
    clock.now, fine = after(1801), True
    assert isinstance(web.get(url), Page)
    assert isinstance(web.get(url), Page)


def test_a_burst_of_refusals_opens_the_circuit(
    httpserver: HTTPServer, live: Callable[..., LiveWeb]
) -> None:
    """But a robots.txt that is forbidden only says that there are no rules."""
    httpserver.no_handler_status_code = 403
    web = live()
    outcomes = [rejected(web.get(httpserver.url_for(f"/{n}"))).outcome for n in range(4)]
    assert outcomes == [Outcome.HTTP_ERROR] * 3 + [Outcome.UNAVAILABLE]


def test_a_throttling_host_is_left_alone_by_every_worker(
    httpserver: HTTPServer, live: Callable[..., LiveWeb], clock: Clock
) -> None:
    """Two webs that share a book: what one is told, the other heeds."""
    httpserver.no_handler_status_code = 404
    busy = {"Retry-After": "90"}
    httpserver.expect_request("/a").respond_with_data("", status=429, headers=busy)
    httpserver.expect_request("/b").respond_with_data("<p>x", content_type=HTML)
    book = MemoryBook()
    one, other = live(book), live(book)
    assert rejected(one.get(httpserver.url_for("/a"))).retry_after == 90.0
    late = rejected(other.get(httpserver.url_for("/b")))
    assert (late.retry_after, late.asked) == (90.0, False)
    clock.now = after(91)
    assert isinstance(other.get(httpserver.url_for("/b")), Page)


def test_rules_are_read_once_a_day_for_all(
    httpserver: HTTPServer, live: Callable[..., LiveWeb], clock: Clock
) -> None:
    """A second process takes them from the book; after a day they are asked for again."""
    httpserver.no_handler_status_code = 404
    rules = "User-agent: *\nDisallow: /private\n"
    httpserver.expect_request("/robots.txt").respond_with_data(rules)
    book = MemoryBook()
    url = httpserver.url_for("/private")
    for hours, asked in ((0, 1), (23, 1), (24.1, 2)):
        clock.now = after(hours * 3600)
        for web in (live(book), live(book)):
            assert rejected(web.get(url)).outcome is Outcome.DISALLOWED
        paths = [request.path for request, _ in httpserver.log]
        assert (paths.count("/robots.txt"), paths.count("/private")) == (asked, 0)


def test_a_long_crawl_delay_becomes_a_later_try(
    httpserver: HTTPServer, live: Callable[..., LiveWeb], clock: Clock
) -> None:
    """No worker sleeps for two minutes, the cap of what is granted."""
    httpserver.no_handler_status_code = 404
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nCrawl-delay: 900\n")
    httpserver.expect_request("/a").respond_with_data("<p>x", content_type=HTML)
    web, url = live(), httpserver.url_for("/a")
    assert isinstance(web.get(url), Page)
    late = rejected(web.get(url))
    assert (late.outcome, late.retry_after, late.asked) == (Outcome.UNAVAILABLE, 120.0, False)
    clock.now = after(120)
    assert isinstance(web.get(url), Page)


# --- two processes --------------------------------------------------------------------------------

RESERVE = """
import sys
from datetime import UTC, datetime
from db.hosts import StoredHosts
from db.session import open_store
from scrapers.hosts import take_turn
book, now = StoredHosts(open_store(sys.argv[1])), datetime(2025, 2, 4, 6, tzinfo=UTC)
for _ in range(60):
    while True:
        old = book.read("herald.example")
        new, turn = take_turn(old, now, 0.125)
        if book.change(old, new):
            print(turn.wait)
            break
"""

FETCH = """
import os, sys
from pathlib import Path
from db.hosts import StoredHosts
from db.session import open_store
from scrapers.archive import PageArchive
from scrapers.fetch import LiveWeb
from scrapers.hosts import Pace
from framewatch.story import Page
folder = Path(sys.argv[3]) / str(os.getpid())
pace = Pace(StoredHosts(open_store(sys.argv[1])), 0.3)
web = LiveWeb(PageArchive(folder, folder), pace, contact="", allow_loopback=True)
for number in range(3):
    assert isinstance(web.get(sys.argv[2]), Page)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def shared(request: pytest.FixtureRequest) -> str:
    """The address of a migrated store that several processes open."""
    url = str(request.getfixturevalue(f"{request.param}_url"))
    migrate(url)
    return url


def two_processes(code: str, *arguments: str) -> list[str]:
    """What two processes that run the same code at the same time print."""
    command = [sys.executable, "-c", code, *arguments]
    pair = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    printed = [process.communicate(timeout=120)[0] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    return printed


def test_two_processes_never_take_the_same_turn(shared: str) -> None:
    """120 turns, each a full gap from the next, whoever took it."""
    printed = two_processes(RESERVE, shared)
    turns = [[float(line) for line in text.split()] for text in printed]
    assert sorted(turns[0] + turns[1]) == [n * 0.125 for n in range(120)]


def test_two_processes_never_hit_one_host_closer_than_the_delay(
    shared: str, httpserver: HTTPServer, tmp_path: Path
) -> None:
    """As the server sees it; a fifth is allowed for the machine's own delays."""
    times: list[float] = []

    def answer(request: Request) -> Response:
        times.append(time.monotonic())
        return Response("<p>x", content_type=HTML, status=200 if request.path == "/a" else 404)

    httpserver.expect_request("/a").respond_with_handler(answer)
    httpserver.expect_request("/robots.txt").respond_with_handler(answer)
    httpserver.expect_request("/.well-known/tdmrep.json").respond_with_handler(answer)
    two_processes(FETCH, shared, httpserver.url_for("/a"), str(tmp_path))
    assert len(times) >= 8
    assert min(b - a for a, b in pairwise(times)) >= 0.8 * 0.3
