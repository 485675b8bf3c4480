"""The live web, against a real HTTP server on loopback."""

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from warcio.archiveiterator import ArchiveIterator
from werkzeug import Request, Response

from framewatch.story import Outcome, Page, Rejected
from scrapers.archive import PageArchive
from scrapers.fetch import LiveWeb
from scrapers.hosts import MemoryBook, Pace
from scrapers.receive import retry_after
from scrapers.web import FEED, PAGE, Expect

HTML = "text/html; charset=utf-8"
Make = Callable[..., LiveWeb]


@pytest.fixture(autouse=True)
def _unknown_is_gone(httpserver: HTTPServer) -> None:
    httpserver.no_handler_status_code = 404  # robots.txt too, where a test sets none


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[PageArchive]:
    made = PageArchive(tmp_path / "archive", tmp_path)
    yield made
    made.close()


@pytest.fixture
def live(archive: PageArchive) -> Make:
    def make(**changes: object) -> LiveWeb:
        settings = {"contact": "desk@framewatch.example", "allow_loopback": True}
        pace = Pace(MemoryBook(), 0.0, jitter=lambda: 0.0)
        return LiveWeb(archive, pace, **(settings | changes))  # type: ignore[arg-type]

    return make


def rejected(answer: Page | Rejected) -> Rejected:
    assert isinstance(answer, Rejected)
    return answer


def fetched(answer: Page | Rejected) -> Page:
    assert isinstance(answer, Page), answer
    return answer


def test_a_page_is_archived_as_request_response_and_metadata(
    httpserver: HTTPServer, live: Make, archive: PageArchive
) -> None:
    """What came in can be read back, byte for byte, from its WARC record."""
    httpserver.expect_request("/a").respond_with_data("<p>café</p>", content_type=HTML)
    page = fetched(live().get(httpserver.url_for("/a")))
    assert page.body == "<p>café</p>".encode()
    assert archive.read(page).body == page.body
    with archive.path_of(page.warc_file).open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert sorted(kinds) == ["metadata", "request", "response"]


def test_the_user_agent_is_honest_and_names_a_contact(httpserver: HTTPServer, live: Make) -> None:
    """Publishers can see who asks and write to them."""
    httpserver.expect_request("/a").respond_with_data("x", content_type=HTML)
    live().get(httpserver.url_for("/a"))
    agents = {request.headers["User-Agent"] for request, _ in httpserver.log}
    assert agents == {"Framewatch/0.1 (news framing research; desk@framewatch.example)"}


def test_robots_rules_are_obeyed_for_our_token(httpserver: HTTPServer, live: Make) -> None:
    """A disallowed page is never asked for."""
    rules = "User-agent: framewatch\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n"
    httpserver.expect_request("/robots.txt").respond_with_data(rules)
    httpserver.expect_request("/a").respond_with_data("x", content_type=HTML)
    web = live()
    assert rejected(web.get(httpserver.url_for("/private"))).outcome is Outcome.DISALLOWED
    assert fetched(web.get(httpserver.url_for("/a"))).status == 200
    assert "/private" not in [request.path for request, _ in httpserver.log]


def test_a_host_whose_robots_cannot_be_read_is_left_alone(
    httpserver: HTTPServer, live: Make
) -> None:
    """RFC 9309 2.3.1.4: unreachable rules disallow everything, for now."""
    httpserver.expect_request("/robots.txt").respond_with_data("", status=503)
    answer = rejected(live().get(httpserver.url_for("/a")))
    assert answer.outcome is Outcome.UNAVAILABLE
    assert answer.retry_after


def test_a_crawl_delay_is_kept(httpserver: HTTPServer, live: Make) -> None:
    """Two requests to one host are at least the crawl delay apart."""
    rules = "User-agent: *\nCrawl-delay: 0.4\n"
    httpserver.expect_request("/robots.txt").respond_with_data(rules)
    times: list[float] = []

    def page(_request: Request) -> Response:
        times.append(time.monotonic())
        return Response("x", content_type=HTML)

    httpserver.expect_request("/a").respond_with_handler(page)
    web = live()
    for _ in range(2):
        web.get(httpserver.url_for("/a"))
    assert times[1] - times[0] >= 0.35  # the server notes the first a little late


def test_a_short_retry_after_is_waited_for(httpserver: HTTPServer, live: Make) -> None:
    """A host that is busy for a second is asked once more."""
    httpserver.expect_ordered_request("/robots.txt").respond_with_data("")
    httpserver.expect_ordered_request("/.well-known/tdmrep.json").respond_with_data("", status=404)
    busy = {"Retry-After": "0"}
    httpserver.expect_ordered_request("/a").respond_with_data("", status=429, headers=busy)
    httpserver.expect_ordered_request("/a").respond_with_data("x", content_type=HTML)
    assert fetched(live().get(httpserver.url_for("/a"))).body == b"x"


def test_a_long_retry_after_is_handed_on(httpserver: HTTPServer, live: Make) -> None:
    """A worker does not sleep for an hour; the link waits."""
    late = {"Retry-After": "3600"}
    httpserver.expect_request("/robots.txt").respond_with_data("")
    httpserver.expect_request("/a").respond_with_data("", status=503, headers=late)
    answer = rejected(live().get(httpserver.url_for("/a")))
    assert (answer.outcome, answer.retry_after) == (Outcome.UNAVAILABLE, 3600.0)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (403, Outcome.HTTP_ERROR),
        (451, Outcome.HTTP_ERROR),
    ],
)
def test_error_statuses_end_a_link(
    httpserver: HTTPServer, live: Make, status: int, outcome: Outcome
) -> None:
    """Errors that asking again does not mend carry no wish to ask again."""
    httpserver.expect_request("/a").respond_with_data("", status=status)
    answer = rejected(live().get(httpserver.url_for("/a")))
    assert (answer.outcome, answer.retry_after) == (outcome, None)


def test_an_unchanged_page_is_taken_from_memory(httpserver: HTTPServer, live: Make) -> None:
    """Validators are sent, and a 304 gives the page that was kept."""
    kept: dict[str, Page] = {}

    def answer(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response("<p>one</p>", content_type=HTML, headers={"ETag": '"v1"'})

    httpserver.expect_request("/a").respond_with_handler(answer)
    web = live(memory=kept.get)
    first = fetched(web.get(httpserver.url_for("/a")))
    kept[first.url] = first
    again = fetched(web.get(httpserver.url_for("/a")))
    assert replace(again, fetched_at=first.fetched_at) == first
    assert again.fetched_at >= first.fetched_at, "it was read now, and is as it was"
    assert httpserver.log[-1][1].status_code == 304


def test_redirects_are_followed_and_each_hop_is_checked(httpserver: HTTPServer, live: Make) -> None:
    """A hop to a forbidden address or scheme ends the way there."""
    httpserver.expect_request("/old").respond_with_data(
        "", status=301, headers={"Location": "/new"}
    )
    httpserver.expect_request("/new").respond_with_data("x", content_type=HTML)
    httpserver.expect_request("/file").respond_with_data(
        "", status=302, headers={"Location": "file:///etc/passwd"}
    )
    httpserver.expect_request("/loop").respond_with_data(
        "", status=302, headers={"Location": "/loop"}
    )
    web = live()
    page = fetched(web.get(httpserver.url_for("/old")))
    assert page.final_url == httpserver.url_for("/new")
    assert rejected(web.get(httpserver.url_for("/file"))).outcome is Outcome.UNSAFE
    assert rejected(web.get(httpserver.url_for("/loop"))).outcome is Outcome.HTTP_ERROR


def test_a_body_over_the_limit_is_given_up_even_when_compressed(
    httpserver: HTTPServer, live: Make
) -> None:
    """What counts is the decoded size: a small bomb is still a bomb."""
    bomb = gzip.compress(b"0" * 3_000_000)
    headers = {"Content-Encoding": "gzip"}
    httpserver.expect_request("/a").respond_with_data(bomb, content_type=HTML, headers=headers)
    small = Expect(PAGE.types, 1_000_000, PAGE.accept)
    answer = rejected(live().get(httpserver.url_for("/a"), small))
    assert answer.outcome is Outcome.TOO_LARGE
    assert answer.retry_after is None


def test_a_slow_drip_ends_at_the_deadline(
    httpserver: HTTPServer, live: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read timeout alone never ends a server that sends a byte now and then."""
    monkeypatch.setattr("scrapers.fetch.DEADLINE", 0.3)

    def drip(_request: Request) -> Response:
        def chunks() -> Iterator[bytes]:
            for _ in range(40):
                time.sleep(0.05)
                yield b"x" * 70_000

        return Response(chunks(), content_type=HTML)

    httpserver.expect_request("/a").respond_with_handler(drip)
    answer = rejected(live().get(httpserver.url_for("/a")))
    assert answer.outcome is Outcome.UNAVAILABLE
    assert answer.retry_after


def test_what_is_not_a_page_is_refused_by_its_type(httpserver: HTTPServer, live: Make) -> None:
    """A PDF is not read as HTML, and a feed may come as XML."""
    httpserver.expect_request("/a").respond_with_data("%PDF", content_type="application/pdf")
    httpserver.expect_request("/f").respond_with_data("<rss/>", content_type="application/rss+xml")
    web = live()
    assert rejected(web.get(httpserver.url_for("/a"))).outcome is Outcome.WRONG_TYPE
    assert fetched(web.get(httpserver.url_for("/f"), FEED)).body == b"<rss/>"


def test_a_private_address_is_never_connected_to(httpserver: HTTPServer, live: Make) -> None:
    """Loopback is private too, unless a test allows it."""
    httpserver.expect_request("/a").respond_with_data("x", content_type=HTML)
    web = live(allow_loopback=False)
    for url in (f"http://127.0.0.1:{httpserver.port}/a", "http://10.0.0.1/", "http://[::1]/"):
        assert rejected(web.get(url)).outcome is Outcome.UNSAFE, url
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 04 Feb 2025 06:01:00 GMT", 60.0),
        ("Mon, 03 Feb 2025 06:00:00 GMT", 0.0),
        ("99999999", 21600.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    """Seconds or a date; a past date is now, and six hours is the most."""
    now = datetime(2025, 2, 4, 6, tzinfo=UTC)
    assert retry_after({"retry-after": value}, now) == seconds


def test_a_failed_connection_is_unavailable_and_shows_no_query(live: Make) -> None:
    """An error never carries the address's query, where keys stand."""
    answer = rejected(live().get("http://127.0.0.1:9/a?key=secret"))
    assert answer.outcome is Outcome.UNAVAILABLE
    assert "secret" not in answer.detail
