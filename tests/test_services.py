"""Services are asked in turn, within budgets, and nobody but their host sees a key."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from db.session import Store
from db.spending import StoredSpending
from framewatch.story import Outcome, Rejected
from scrapers.archive import PageArchive
from scrapers.fetch import LiveWeb
from scrapers.hosts import MemoryBook, Pace
from scrapers.web import SERVICE, Expect, Question, Reply

KEY = "sesame-3f9c"


Made = Callable[..., LiveWeb]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Live webs whose waits are a thousandth of the usual."""
    with closing(PageArchive(tmp_path, tmp_path)) as archive:

        def make(**settings: object) -> LiveWeb:
            pace = Pace(MemoryBook(), 0.0, pause=0.6)
            usual = {"contact": "", "retry_later": 0.01, "allow_loopback": True}
            return LiveWeb(archive, pace, **(usual | settings))  # type: ignore[arg-type]

        yield make


@pytest.fixture
def web(made: Made) -> LiveWeb:
    return made()


def question(server: HTTPServer, path: str = "/search", expect: Expect = SERVICE) -> Question:
    return Question(
        url=server.url_for(path),
        source="guardian",
        spacing=1.0,
        headers={"api-key": KEY},
        expect=expect,
    )


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 410, 422, 426])
def test_every_status_is_an_answer(httpserver: HTTPServer, web: LiveWeb, status: int) -> None:
    """Many services put the reason of a refusal into the body: whoever asked shall read it."""
    httpserver.expect_request("/search").respond_with_data("why", status=status)
    reply = web.ask(question(httpserver))
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (status, b"why")
    assert len(httpserver.log) == 1, "an answer about our question is no reason to ask again"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_brief_fault_is_asked_once_more(
    httpserver: HTTPServer, web: LiveWeb, status: int
) -> None:
    """And what comes then is the answer."""
    httpserver.expect_ordered_request("/search").respond_with_data("later", status=status)
    httpserver.expect_ordered_request("/search").respond_with_data("{}")
    reply = web.ask(question(httpserver))
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (200, b"{}")


def test_a_service_that_asks_to_wait_is_left_alone(httpserver: HTTPServer, web: LiveWeb) -> None:
    """Retry-After holds for every later question, without a request."""
    httpserver.expect_request("/search").respond_with_data(
        "", status=429, headers={"Retry-After": "3600"}
    )
    first, second = web.ask(question(httpserver)), web.ask(question(httpserver))
    assert isinstance(first, Reply)
    assert (first.status, first.retry_after) == (429, 3600.0)
    assert isinstance(second, Rejected)
    assert (second.outcome, second.asked) == (Outcome.UNAVAILABLE, False)
    assert second.retry_after == pytest.approx(3600, abs=5)
    assert len(httpserver.log) == 1


def test_the_key_goes_to_its_host_alone(httpserver: HTTPServer, web: LiveWeb) -> None:
    """A redirect to another host is not followed: the header would go along."""
    port = httpserver.port
    httpserver.expect_request("/search").respond_with_data(
        "", status=302, headers={"Location": f"http://elsewhere.localhost:{port}/stolen"}
    )
    answer = web.ask(question(httpserver))
    assert isinstance(answer, Rejected)
    assert answer.detail == "status 302 leads to another host, elsewhere.localhost"
    assert [request.path for request, _ in httpserver.log] == ["/search"]


def test_another_port_is_another_host(httpserver: HTTPServer, web: LiveWeb) -> None:
    """And so is another scheme: whoever listens there has no claim to the key."""
    port = httpserver.port
    httpserver.expect_request("/search").respond_with_data(
        "", status=302, headers={"Location": f"http://localhost:{port + 1}/stolen"}
    )
    answer = web.ask(question(httpserver))
    assert isinstance(answer, Rejected)
    assert "leads to another host" in answer.detail


def test_an_answer_that_does_not_fit_closes_an_open_circuit(
    httpserver: HTTPServer, made: Made
) -> None:
    """The host is well; what it sent is another matter."""
    web = made()
    httpserver.expect_request("/down").respond_with_data("", status=500)
    for _ in range(5):
        web.ask(question(httpserver, "/down"))
    time.sleep(2)  # the circuit is open for a thousandth of half an hour
    httpserver.expect_request("/search").respond_with_data(b"x" * 5000)
    for _ in range(2):
        answer = web.ask(question(httpserver, expect=Expect((), 4096, "*/*")))
        assert isinstance(answer, Rejected)
        assert answer.outcome is Outcome.TOO_LARGE


def test_a_redirect_within_the_host_is_followed(httpserver: HTTPServer, web: LiveWeb) -> None:
    """Services move too."""
    httpserver.expect_request("/search").respond_with_data(
        "", status=301, headers={"Location": "/v2/search"}
    )
    httpserver.expect_request("/v2/search", headers={"api-key": KEY}).respond_with_data("new")
    reply = web.ask(question(httpserver))
    assert isinstance(reply, Reply)
    assert reply.body == b"new"


def test_no_fault_and_no_text_of_ours_holds_the_key(web: LiveWeb) -> None:
    """Not when the connection fails, and not when a question is printed."""
    asked = Question(
        url="http://127.0.0.1:9/search", source="guardian", spacing=0, headers={"api-key": KEY}
    )
    answer = web.ask(asked)
    assert isinstance(answer, Rejected)
    assert answer.outcome is Outcome.UNAVAILABLE
    assert KEY not in repr(answer) + repr(asked)


def test_an_answer_beyond_its_limit_is_refused(httpserver: HTTPServer, web: LiveWeb) -> None:
    """However it is declared."""
    httpserver.expect_request("/search").respond_with_data(b"x" * 5000)
    answer = web.ask(question(httpserver, expect=Expect((), 4096, "*/*")))
    assert isinstance(answer, Rejected)
    assert answer.outcome is Outcome.TOO_LARGE


def test_a_service_may_not_lead_into_the_network(web: LiveWeb) -> None:
    """The guard stands before every connection, whatever a sources file says."""
    answer = web.ask(Question(url="http://169.254.169.254/latest", source="x", spacing=0))
    assert isinstance(answer, Rejected)
    assert answer.outcome is Outcome.UNSAFE


# --- streams --------------------------------------------------------------------------------------


def test_a_long_body_is_read_as_it_comes(httpserver: HTTPServer, web: LiveWeb) -> None:
    """As a file, in pieces of any size."""
    body = bytes(range(256)) * 4096
    httpserver.expect_request("/crawl").respond_with_data(body)
    with web.stream(question(httpserver, "/crawl", Expect((), 2 << 20, "*/*"))) as file:
        assert not isinstance(file, Rejected)
        assert file.read(10) == body[:10]
        assert file.read() == body[10:]


def test_a_stream_longer_than_allowed_breaks(httpserver: HTTPServer, web: LiveWeb) -> None:
    """As any file can: with an OSError."""
    httpserver.expect_request("/crawl").respond_with_data(b"x" * 100_000)
    with web.stream(question(httpserver, "/crawl", Expect((), 50_000, "*/*"))) as file:
        assert not isinstance(file, Rejected)
        with pytest.raises(OSError, match="longer than allowed"):
            file.read()


def test_a_stream_that_is_not_there_says_so(httpserver: HTTPServer, web: LiveWeb) -> None:
    """Gone is gone, and down is down."""
    httpserver.expect_request("/gone").respond_with_data("", status=404)
    httpserver.expect_request("/down").respond_with_data("", status=503)
    for path, outcome in (("/gone", Outcome.GONE), ("/down", Outcome.UNAVAILABLE)):
        with web.stream(question(httpserver, path)) as file:
            assert isinstance(file, Rejected)
            assert file.outcome is outcome


# --- pace and budgets -----------------------------------------------------------------------------


def test_the_spacing_of_a_service_is_kept_however_long() -> None:
    """Two a minute means thirty seconds of sleep, where a host's turn would be given up."""
    slept: list[float] = []
    pace = Pace(MemoryBook(), 5.0, jitter=lambda: 0.0)
    real, time.sleep = time.sleep, slept.append
    try:
        turns = [pace.turn("mediacloud.example", 0.0, 40.0) for _ in range(2)]
    finally:
        time.sleep = real
    assert [turn.granted for turn in turns] == [True, True]
    assert slept[1] == pytest.approx(40.0, abs=1.0)


def limits(**of: int) -> Callable[[str], int]:
    return lambda name: of.get(name.replace(":", "_").replace("*", "all"), 0)


def test_a_spent_budget_stops_requests_until_midnight(
    httpserver: HTTPServer, store: Store, made: Made
) -> None:
    """The source's own, that of its site, or that of all: whichever is spent first."""
    httpserver.expect_request("/search").respond_with_data("{}")
    spending = StoredSpending(store, limits(source_guardian=2))
    web = made(spending=spending)
    answers = [web.ask(question(httpserver)) for _ in range(4)]
    assert [type(answer) for answer in answers] == [Reply, Reply, Rejected, Rejected]
    refused = answers[2]
    assert isinstance(refused, Rejected)
    assert refused.detail == "today's budget of requests is spent (source:guardian)"
    assert not refused.asked
    assert 0 < (refused.retry_after or 0) <= 86_400
    assert len(httpserver.log) == 2


def test_pages_count_too_and_a_forbidden_request_counts_nowhere(
    httpserver: HTTPServer, store: Store, made: Made
) -> None:
    """robots.txt, tdmrep.json and the page are three; the fourth is refused and uncounted."""

    def page(_request: Request) -> Response:
        return Response("<html><title>x</title>", content_type="text/html")

    for path in ("/robots.txt", "/.well-known/tdmrep.json"):
        httpserver.expect_request(path).respond_with_data("", status=404)
    httpserver.expect_request("/a").respond_with_handler(page)
    spending = StoredSpending(store, limits(all=3))
    web = made(spending=spending)
    assert not isinstance(web.get(httpserver.url_for("/a")), Rejected)
    refused = web.get(httpserver.url_for("/b"))
    assert isinstance(refused, Rejected)
    assert "all requests" in refused.detail
    counted = spending.spent(datetime.now(UTC).date())
    assert counted == {"*": 3, "localhost": 3}
