"""Services that offer answers to programs: asked through the guard, in turn, within budgets.

A service's every status is an answer to whoever asked (many put the reason of a refusal into the
body). Here it is only weighed: throttling and faults make all processes wait for the host.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests
from requests_hardened import HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from framewatch.story import Outcome, Rejected
from scrapers.connection import Deadline, open_session
from scrapers.guard import unsafe
from scrapers.hosts import PATIENCE, Pace
from scrapers.receive import ACCEPT_ENCODING, Unfit, location_of, read_body, retry_after
from scrapers.spending import Spending, overspent
from scrapers.urls import registrable_domain
from scrapers.web import Expect, Question, Reply

DEADLINE = 120.0  # seconds for one whole reply, from connecting to its last byte
MAX_REDIRECTS = 3
ERROR = Expect((), 65_536, "")  # what is read of an error's body
_BUFFER = 1 << 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FAULTS = (requests.RequestException, HTTPError, OSError)


class StreamBroken(OSError):
    """A stream ended before its end, or was longer than allowed."""


class Services:
    """How services are asked. Safe to use from several threads."""

    def __init__(
        self,
        pace: Pace,
        spending: Spending,
        *,
        agent: str,
        retry_later: float,
        allow_loopback: bool,
    ) -> None:
        self._pace = pace
        self._spending = spending
        self._agent = agent
        self._retry_later = retry_later
        self._allow_loopback = allow_loopback
        self._sessions: dict[str, HTTPSession] = {}

    def ask(self, question: Question) -> Reply | Rejected:
        """One try, and one more where the service is only briefly unavailable."""
        reply = self._follow(question)
        wait = reply.retry_after
        turned_away = isinstance(reply, Rejected) and not reply.asked
        if not turned_away and wait is not None and wait <= PATIENCE:
            return self._follow(question)
        return reply

    def _follow(self, question: Question) -> Reply | Rejected:
        at = question.url
        for _ in range(MAX_REDIRECTS + 1):
            if fault := self._turn(question, at):
                return fault
            with Deadline(DEADLINE) as deadline:
                response = self._open(question, at)
                if isinstance(response, Rejected):
                    return response
                with response:
                    reply = self._received(question, response, deadline)
            if isinstance(reply, Rejected) or reply.status not in _REDIRECTS:
                return reply
            target = urljoin(at, reply.headers.get("location", ""))
            if urlsplit(target)[:2] != urlsplit(at)[:2]:  # scheme, host and port
                # A key may be among the headers: it goes to nobody but the host it is for.
                return _leads_away(question, reply, target)
            at = target
        return Rejected(url=question.url, outcome=Outcome.HTTP_ERROR, detail="redirects endlessly")

    def _turn(self, question: Question, at: str) -> Rejected | None:
        """Wait for our turn; why there is none."""
        if fault := unsafe(at, allow_loopback=self._allow_loopback):
            return Rejected(url=question.url, outcome=Outcome.UNSAFE, detail=fault)
        site = _site(at)
        spacing = 0.0 if self._allow_loopback else question.spacing
        turn = self._pace.turn(site, 0.0, spacing)
        if not turn.granted:
            return _unavailable(question, f"{site}: {turn.reason}", turn.wait, asked=False)
        now = self._pace.clock()
        # Under a name of its own: the budget of a site is meant for publishers' pages.
        spent = self._spending.count((f"service:{site}", f"source:{question.source}"), now)
        return overspent(question.url, spent, now) if spent else None

    def _open(self, question: Question, at: str) -> requests.Response | Rejected:
        """A response whose body is still to be read."""
        host = urlsplit(at).netloc.lower()
        headers = {"Accept": question.expect.accept, **question.headers}
        try:
            response: requests.Response = self._session(host).get(at, headers=headers, stream=True)
            return response
        except InvalidIPAddress as error:
            self._pace.settle(_site(at), 1)
            detail = f"{host}: not a public address: {error}"
            return Rejected(url=question.url, outcome=Outcome.UNSAFE, detail=detail)
        except _FAULTS as error:
            return self._broken(question, at, type(error).__name__)

    def _received(
        self, question: Question, response: requests.Response, deadline: Deadline
    ) -> Reply | Rejected:
        expect = question.expect if response.status_code in (200, 206) else ERROR
        try:
            body = read_body(response, expect)
        except _FAULTS as error:
            fault = "not finished in time" if deadline.passed else type(error).__name__
            return self._broken(question, question.url, fault)
        if isinstance(body, Unfit):
            if expect is not ERROR:
                self._pace.settle(_site(question.url), 0)  # the host itself is well
                return Rejected(url=question.url, outcome=body.outcome, detail=body.detail)
            body = b""
        headers = {name.lower(): value for name, value in response.headers.items()}
        now = datetime.now(UTC).replace(microsecond=0)
        status = response.status_code
        if status in _REDIRECTS:
            headers["location"] = location_of(response)
        # A web archive gives an archived error with its status: that says nothing of the archive.
        own = 200 if "memento-datetime" in headers else status
        wait = self._settle(_site(question.url), own, retry_after(headers, now))
        return Reply(status=status, headers=headers, body=body, at=now, retry_after=wait)

    def _settle(self, site: str, status: int, asked_for: float | None) -> float | None:
        """Enter what a status says of its host; seconds to wait, where there is reason to."""
        if status != 429 and status < 500:
            self._pace.settle(site, 0)
            return None
        throttled = status in (429, 503) or asked_for is not None
        wait = self._pace.settle(site, 1, asked_for if throttled else 0.0)
        return wait if throttled else max(self._retry_later, wait)

    def _broken(self, question: Question, at: str, fault: str) -> Rejected:
        # A fault's own message may hold the address with a key in it: its kind will do.
        site = _site(at)
        wait = max(self._retry_later, self._pace.settle(site, 1))
        return _unavailable(question, f"{site}: {fault}", wait)

    @contextmanager
    def stream(self, question: Question) -> Iterator[IO[bytes] | Rejected]:
        response = self._turn(question, question.url) or self._open(question, question.url)
        if isinstance(response, Rejected):
            yield response
            return
        with response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            asked_for = retry_after(headers, datetime.now(UTC))
            wait = self._settle(_site(question.url), response.status_code, asked_for)
            if response.status_code not in (200, 206):
                yield _not_streamed(question, response.status_code, wait)
                return
            yield io.BufferedReader(_Stream(response, question.expect.limit), _BUFFER)

    def _session(self, host: str) -> HTTPSession:
        if host not in self._sessions:
            headers = {"Accept-Encoding": ACCEPT_ENCODING}
            self._sessions[host] = open_session(
                self._agent, allow_loopback=self._allow_loopback, headers=headers
            )
        return self._sessions[host]


class _Stream(io.RawIOBase):
    """A response's body as a file; its faults are OSErrors, as those of any other file."""

    def __init__(self, response: requests.Response, limit: int) -> None:
        self._raw = response.raw
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        try:
            chunk = self._raw.read(len(buffer), decode_content=True)
        except (HTTPError, OSError) as error:
            raise StreamBroken(f"the stream broke off: {type(error).__name__}") from None
        self._left -= len(chunk)
        if self._left < 0:
            raise StreamBroken("the stream is longer than allowed")
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _site(url: str) -> str:
    return registrable_domain(urlsplit(url).hostname or "")


def _not_streamed(question: Question, status: int, wait: float | None) -> Rejected:
    outcome = Outcome.GONE if status in (404, 410) else Outcome.HTTP_ERROR
    return Rejected(
        url=question.url,
        outcome=outcome if wait is None else Outcome.UNAVAILABLE,
        detail=f"status {status}",
        retry_after=wait,
    )


def _unavailable(question: Question, detail: str, wait: float, *, asked: bool = True) -> Rejected:
    return Rejected(
        url=question.url,
        outcome=Outcome.UNAVAILABLE,
        detail=detail,
        retry_after=wait,
        asked=asked,
    )


def _leads_away(question: Question, reply: Reply, target: str) -> Rejected:
    detail = f"status {reply.status} leads to another host, {urlsplit(target).hostname or '?'}"
    return Rejected(url=question.url, outcome=Outcome.HTTP_ERROR, detail=detail)
