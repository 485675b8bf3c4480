"""The Wayback Machine lists captures by address, and hands over the pages as they were."""

import gzip
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from framewatch.story import (
    Answer,
    Link,
    Outcome,
    Page,
    Rejected,
    Source,
    SourceStatus,
    Window,
)
from scrapers.archive import PageArchive
from scrapers.fetch import LiveWeb
from scrapers.hosts import MemoryBook, Pace
from scrapers.wayback import CARD, discover, fetch
from scrapers.web import PAGE, Reply
from tests.fake_service import DAY, DOWN, NOW, TOPIC, FakeService, always, reply

SOURCE = Source(
    name="herald-wayback", kind="wayback", prefixes=("www.herald.example/{year}/{month}/{day}/",)
)
UNDATED = replace(SOURCE, prefixes=("www.herald.example/news/",))
HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


def row(path: str, stamp: str = "20250206070102") -> list[str]:
    original = f"https://www.herald.example/{path}"
    return [f"example,herald)/{path}", stamp, original, "text/html", "200", "ABC", "21345"]


def index(*rows: list[str], resume: str = "") -> Reply:
    return reply([HEADER, *rows, *([[], [resume]] if resume else [])])


def ask(web: FakeService, source: Source = SOURCE, window: Window = DAY) -> Answer:
    return discover(source, TOPIC, window, web)


def test_a_capture_is_a_link_seen_when_it_was_made() -> None:
    """Never published then. Addresses that do not name the topic are only counted."""
    answer = ask(always(index(row("2025/02/04/deepseek-chips"), row("2025/02/04/rain"))))
    assert (answer.status, answer.listed, answer.requests) == (SourceStatus.OK, 2, 1)
    link = answer.links[0]
    assert link.url == "https://www.herald.example/2025/02/04/deepseek-chips"
    assert link.seen_at == datetime(2025, 2, 6, 7, 1, 2, tzinfo=UTC)
    assert link.published_at is None


def test_a_dated_prefix_is_asked_for_the_days_of_the_window() -> None:
    """The date in the path, whenever captured: the first good capture of each address."""
    web = always(index())
    ask(web, window=Window(DAY.start + timedelta(hours=13), DAY.end + timedelta(hours=13)))
    assert [query["url"] for query in web.queries] == [
        ["www.herald.example/2025/02/04/"],
        ["www.herald.example/2025/02/05/"],
    ]
    asked = web.queries[0]
    assert asked["matchType"] == ["prefix"]
    assert asked["filter"] == ["statuscode:200", "mimetype:text/html"]
    assert (asked["collapse"], asked["showResumeKey"]) == (["urlkey"], ["true"])
    assert "from" not in asked
    assert web.asked[0].url.startswith("https://web.archive.org/cdx/search/cdx?")
    assert web.asked[0].spacing == CARD.spacing == 2.5


def test_an_undated_prefix_is_asked_by_time_of_capture() -> None:
    """Inclusive there; an address that carries another date is another day's article."""
    web = always(
        index(
            row("news/deepseek", "20250204110000"),
            row("news/2025/02/05/deepseek", "20250204120000"),
            row("news/2023/06/01/deepseek", "20250204130000"),
        )
    )
    answer = ask(web, UNDATED)
    assert [link.url.partition("/news/")[2] for link in answer.links] == [
        "deepseek",
        "2025/02/05/deepseek",
    ]
    asked = web.queries[0]
    assert (asked["from"], asked["to"]) == (["20250204000000"], ["20250204235959"])


def test_pages_follow_the_resume_key() -> None:
    """After an empty row; sent back as it came, for the server decodes it once more."""
    key = "example%2Cherald%29%2F2025%2F02%2F04+20250205000000%21"
    web = always(
        index(row("2025/02/04/deepseek-a"), resume=key), index(row("2025/02/04/deepseek-b"))
    )
    answer = ask(web)
    assert [link.url[-1] for link in answer.links] == ["a", "b"]
    assert [query.get("resumeKey") for query in web.queries] == [None, [key]]


def test_ports_and_broken_rows_do_no_harm() -> None:
    """A default port is dropped; what is no address or no time is skipped."""
    port = row("2025/02/04/deepseek-a")
    port[2] = "http://www.herald.example:80/2025/02/04/deepseek-a"
    mail = row("2025/02/04/deepseek-b")
    mail[2] = "mailto:deepseek@herald.example"
    answer = ask(always(index(port, mail, row("2025/02/04/deepseek-c", "2025"), ["short"])))
    assert [link.address for link in answer.links] == [
        "http://www.herald.example/2025/02/04/deepseek-a"
    ]


CLOSED = b"org.archive.util.io.RuntimeIOException: AdministrativeAccessControlException: excluded"


@pytest.mark.parametrize(
    ("given", "status", "wait"),
    [
        (reply([]), SourceStatus.EMPTY, None),
        (reply(b""), SourceStatus.EMPTY, None),
        (reply([HEADER]), SourceStatus.EMPTY, None),
        (reply(CLOSED, 403), SourceStatus.REFUSED, None),
        (reply(CLOSED), SourceStatus.REFUSED, None),
        (reply(CLOSED.replace(b"Administrative", b"Robot"), 500), SourceStatus.REFUSED, None),
        (reply(b"page not supported", 400), SourceStatus.REFUSED, None),
        (reply(b"", 429, 5.0), SourceStatus.UNAVAILABLE, 60.0),
        (reply(b"", 429, 120.0), SourceStatus.UNAVAILABLE, 120.0),
        (reply(b"<html>"), SourceStatus.UNAVAILABLE, None),
        (reply([["a", "b"], ["c", "d"]]), SourceStatus.UNAVAILABLE, None),
        (reply({"error": "x"}), SourceStatus.UNAVAILABLE, None),
        (reply(b"", 504, 0.0), SourceStatus.UNAVAILABLE, None),
        (DOWN, SourceStatus.UNAVAILABLE, 30.0),
    ],
    ids=[
        "no hits",
        "no hits as text",
        "header only",
        "excluded",
        "excluded with status 200",
        "robots",
        "bad question",
        "throttled",
        "throttled for long",
        "not JSON",
        "other columns",
        "no list",
        "overloaded",
        "no connection",
    ],
)
def test_only_an_answer_is_no_captures(
    given: Reply | Rejected, status: SourceStatus, wait: float | None
) -> None:
    """A 429 is waited out for a minute at least; an excluded site is a refusal."""
    answer = ask(always(given))
    assert (answer.status, answer.links, answer.retry_after) == (status, (), wait)


def test_an_overloaded_index_is_asked_for_less() -> None:
    """A dated prefix in shorter pages, captures of a span of time in halves."""
    good = index(row("2025/02/04/deepseek-a"))
    web = always(reply(b"", 504, 0.0), good)
    answer = ask(web)
    assert (answer.status, len(answer.links)) == (SourceStatus.OK, 1)
    assert [query["limit"] for query in web.queries] == [["1000"], ["200"]]

    def answering(query: Mapping[str, list[str]]) -> Reply:
        whole = query["from"][0][8:] == "000000" and query["to"][0][8:] == "235959"
        return reply(b"", 503, 0.0) if whole else index(row("news/deepseek"))

    web = FakeService(answering)
    answer = ask(web, UNDATED)
    assert (answer.status, answer.caps, answer.requests) == (SourceStatus.OK, 1, 3)
    assert [query["to"][0][8:] for query in web.queries[1:]] == ["115959", "235959"]


def test_a_listing_that_breaks_off_keeps_its_captures() -> None:
    """The second page or the second prefix is throttled."""
    first = row("2025/02/04/deepseek-a")
    answer = ask(always(index(first, resume="k"), reply(b"", 429, 60.0)))
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    two = replace(SOURCE, prefixes=(*SOURCE.prefixes, "other.example/{year}{month}{day}/"))
    answer = ask(always(index(first), reply(b"", 429, 60.0)), two)
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    endless = ask(always(index(first, resume="k")))
    assert (endless.status, endless.requests) == (SourceStatus.UNAVAILABLE, 2)


def test_without_a_prefix_nothing_is_asked() -> None:
    """There is no listing of everything."""
    web = always(index())
    assert ask(web, replace(SOURCE, prefixes=())).status is SourceStatus.REFUSED
    assert web.asked == []


ADDRESS = "https://www.herald.example/2025/02/04/deepseek-chips/?page=1"
LINK = Link(
    url=ADDRESS,
    address=ADDRESS,
    source=SOURCE.name,
    seen_at=datetime(2025, 2, 6, 7, 1, 2, tzinfo=UTC),
)
HTML = b"<html><body><p>DeepSeek and chips.</p></body></html>"
CAPTURED = {"memento_datetime": "Thu, 06 Feb 2025 07:01:02 GMT", "content_type": "text/html"}


def replayed(*replies: Reply | Rejected) -> Page | Rejected:
    return fetch(SOURCE, LINK, always(*replies))


def refusal(found: Page | Rejected) -> tuple[Outcome, str]:
    assert isinstance(found, Rejected)
    assert found.url == ADDRESS
    return found.outcome, found.detail


def test_a_page_is_replayed_raw_under_its_own_address() -> None:
    """With the headers that its host sent, when it was captured, and by whom it was kept."""
    web = always(
        reply(
            HTML,
            **CAPTURED,
            x_archive_orig_content_type="text/html; charset=gbk",
            x_archive_orig_tdm_reservation="1",
            x_archive_orig_content_encoding="gzip",
            server="nginx",
        )
    )
    page = fetch(SOURCE, LINK, web)
    assert isinstance(page, Page)
    assert web.asked[0].url == f"https://web.archive.org/web/20250206070102id_/{ADDRESS}"
    assert (page.url, page.final_url, page.via, page.body) == (ADDRESS, ADDRESS, "wayback", HTML)
    assert (page.captured_at, page.fetched_at) == (LINK.seen_at, NOW)
    assert page.headers == {"content-type": "text/html; charset=gbk", "tdm-reservation": "1"}


def test_the_publishers_rules_hold_for_its_archived_pages() -> None:
    """Neither the address asked for nor the one a captured redirect led to may be forbidden."""
    web = always(reply(HTML, **CAPTURED))
    web.closed = frozenset({ADDRESS})
    assert refusal(fetch(SOURCE, LINK, web))[0] is Outcome.DISALLOWED
    assert web.asked == []
    led = "https://www.herald.example/members/deepseek"
    links = f'<{led}>; rel="original", <https://web.archive.org/web/x>; rel="timegate"'
    web = always(reply(HTML, **CAPTURED, link=links))
    page = fetch(SOURCE, LINK, web)
    assert isinstance(page, Page)
    assert (page.url, page.final_url) == (ADDRESS, led)
    web.closed = frozenset({led})
    found = fetch(SOURCE, LINK, web)
    assert isinstance(found, Rejected)
    assert found.outcome is Outcome.DISALLOWED


def test_a_capture_of_another_day_is_not_taken() -> None:
    """The Archive gives the nearest it can play; a day off is as far as we go."""
    near = {**CAPTURED, "memento_datetime": "Fri, 07 Feb 2025 07:01:02 GMT"}
    assert isinstance(replayed(reply(HTML, **near)), Page)
    far = {**CAPTURED, "memento_datetime": "Fri, 07 Feb 2025 07:01:03 GMT"}
    outcome, detail = refusal(replayed(reply(HTML, **far)))
    assert (outcome, detail) == (Outcome.GONE, "the nearest capture is of 2025-02-07")


@pytest.mark.parametrize(
    ("given", "outcome", "wait"),
    [
        (reply(HTML, 404, **CAPTURED), Outcome.GONE, None),
        (reply(HTML, 503, 60.0, **CAPTURED), Outcome.GONE, None),
        (reply(HTML, 404), Outcome.GONE, None),
        (reply(CLOSED, 403), Outcome.DISALLOWED, None),
        (
            reply(HTML, 404, x_archive_wayback_runtime_error="RobotAccessControlException: x"),
            Outcome.DISALLOWED,
            None,
        ),
        (reply(b"", 403), Outcome.HTTP_ERROR, None),
        (reply(b"", 429, 5.0), Outcome.UNAVAILABLE, 60.0),
        (reply(b"", 504, 0.0), Outcome.UNAVAILABLE, 60.0),
        (reply(HTML), Outcome.UNAVAILABLE, 60.0),
        (replace(DOWN, asked=False), Outcome.UNAVAILABLE, 30.0),
        (reply(gzip.compress(HTML)[:-12], **CAPTURED), Outcome.BROKEN, None),
        (reply(gzip.compress(HTML)[:9] + b"garbage", **CAPTURED), Outcome.BROKEN, None),
        (reply(gzip.compress(bytes(PAGE.limit + 1)), **CAPTURED), Outcome.TOO_LARGE, None),
        (reply(gzip.compress(b"%PDF-1.7 \x00"), **CAPTURED), Outcome.WRONG_TYPE, None),
    ],
    ids=[
        "archived 404",
        "archived 503",
        "never archived",
        "excluded",
        "robots",
        "forbidden",
        "throttled",
        "overloaded",
        "a page of the Archive's own",
        "not our turn",
        "half of it",
        "broken compression",
        "bomb",
        "packed file",
    ],
)
def test_what_is_no_capture_is_no_page(
    given: Reply | Rejected, outcome: Outcome, wait: float | None
) -> None:
    """Error pages of then and now, exclusions, and what unpacks to too much."""
    found = replayed(given)
    assert isinstance(found, Rejected)
    assert (found.outcome, found.retry_after, found.url) == (outcome, wait, ADDRESS)


def test_compression_that_the_headers_hide_is_undone() -> None:
    """The Archive sends an empty beside a real Content-Encoding, which leaves pages packed."""
    page = replayed(reply(gzip.compress(HTML), **CAPTURED))
    assert isinstance(page, Page)
    assert page.body == HTML


def as_the_archive_does(request: Request, body: bytes) -> Response:
    """A page that came compressed: to whom takes gzip, under two headers of which one is empty."""
    response = Response(body, content_type="text/html")
    response.headers["Memento-Datetime"] = "Thu, 06 Feb 2025 08:00:00 GMT"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.headers.add("Content-Encoding", "")
        response.headers.add("Content-Encoding", "gzip")
    return response


@pytest.mark.parametrize("body", [HTML, gzip.compress(HTML)], ids=["plain", "packed"])
def test_the_nearest_capture_is_followed_over_the_wire(
    httpserver: HTTPServer, tmp_path: Path, body: bytes
) -> None:
    """The real fetcher follows the Archive's redirect, and reads the original host's robots.txt."""
    httpserver.no_handler_status_code = 404
    original = httpserver.url_for("/2025/02/04/deepseek-chips?page=1")
    near = f"/web/20250206080000id_/{original}"
    asked = "/web/20250206070102id_/" + original.partition("?")[0]
    httpserver.expect_request(asked).respond_with_data(
        "", 302, headers={"Location": near, "Link": f'<{original}>; rel="original"'}
    )
    httpserver.expect_request(near.partition("?")[0]).respond_with_handler(
        lambda request: as_the_archive_does(request, body)
    )
    archive = PageArchive(tmp_path / "archive", tmp_path)
    pace = Pace(MemoryBook(), 0.0, jitter=lambda: 0.0)
    web = LiveWeb(archive, pace, contact="", allow_loopback=True)
    source = replace(SOURCE, url=httpserver.url_for(""))
    page = fetch(source, replace(LINK, url=original, address=original), web)
    archive.close()
    assert isinstance(page, Page), page
    assert (page.url, page.body) == (original, HTML)
    assert page.captured_at == datetime(2025, 2, 6, 8, tzinfo=UTC)
    assert "/robots.txt" in [request.path for request, _ in httpserver.log]
