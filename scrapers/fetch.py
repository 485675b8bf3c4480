"""The live web: polite, guarded, and archived as it comes in.

Every request is checked against robots.txt, waits for its host's turn, is limited in size and time,
and goes only to a public address. Redirects are followed by hand so that each hop is checked again.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests
from requests_hardened import HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from framewatch.story import Outcome, Page, Rejected
from scrapers.archive import MAX_REDIRECTS, PageArchive
from scrapers.connection import Deadline, open_session
from scrapers.given import is_given
from scrapers.guard import unsafe
from scrapers.hosts import PATIENCE, REFUSAL, Pace
from scrapers.receive import (
    ACCEPT_ENCODING,
    Unfit,
    location_of,
    read_body,
    retry_after,
    validators,
)
from scrapers.robots import Robots
from scrapers.services import Services
from scrapers.spending import Spending, Unlimited, overspent
from scrapers.urls import registrable_domain
from scrapers.web import PAGE, ROBOTS, Expect, Question, Reply, outcome_of_status
from scrapers.withhold import reservation, withheld

PRODUCT_TOKEN = "Framewatch"  # noqa: S105  (what robots.txt rules are matched with, no secret)
DEADLINE = 60.0  # seconds for one whole response, from connecting to its last byte
RETRY_LATER = 600.0  # seconds, where a failing host does not say
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_THROTTLED = frozenset({429, 503})

UNLIMITED = Unlimited()

Memory = Callable[[str], Page | None]  # the last stored response for an address, with its body


def user_agent(contact: str) -> str:
    """An honest name with a way to reach whoever runs it."""
    return f"{PRODUCT_TOKEN}/0.1 (news framing research; {contact or 'no contact configured'})"


class LiveWeb:
    """The web over HTTP. Safe to use from several threads, one site at a time each."""

    def __init__(
        self,
        archive: PageArchive,
        pace: Pace,
        *,
        contact: str,
        memory: Memory = lambda _url: None,
        spending: Spending = UNLIMITED,
        retry_later: float = RETRY_LATER,
        deadline: float | None = None,
        allow_loopback: bool = False,
    ) -> None:
        self._archive = archive
        self._pace = pace
        self._spending = spending
        self._agent = user_agent(contact)
        self._retry_later = retry_later
        self._deadline = deadline
        self._services = Services(
            pace,
            spending,
            agent=self._agent,
            retry_later=retry_later,
            allow_loopback=allow_loopback,
        )
        self._memory = memory
        self._allow_loopback = allow_loopback
        again = timedelta(seconds=retry_later)
        self._robots = Robots(self._ask_rules, PRODUCT_TOKEN, pace.book, pace.clock, again)
        self._sessions: dict[str, HTTPSession] = {}
        self._site_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._archive_lock = threading.Lock()

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        return self._follow(url, expect, robots=True)

    def ask(self, question: Question) -> Reply | Rejected:
        return self._services.ask(question)

    def stream(self, question: Question) -> AbstractContextManager[IO[bytes] | Rejected]:
        return self._services.stream(question)

    def forbidden(self, url: str) -> Rejected | None:
        return self._robots.forbidden(url)

    def _ask_rules(self, url: str) -> Page | Rejected:
        return self._follow(url, ROBOTS, robots=False)

    def _follow(self, url: str, expect: Expect, *, robots: bool) -> Page | Rejected:
        at = url
        for _ in range(MAX_REDIRECTS + 1):
            if fault := unsafe(at, allow_loopback=self._allow_loopback):
                return Rejected(url=url, outcome=Outcome.UNSAFE, detail=f"{at[:200]}: {fault}")
            if robots and (verdict := self._robots.verdict(at)):
                return verdict
            answer = self._patiently(_Hop(url, at, expect, robots))
            if isinstance(answer, Page):
                return (
                    answer
                    if answer.warc_file
                    else self._kept(answer, expect.accept, expect is PAGE)
                )
            if isinstance(answer, Rejected):
                return answer
            try:
                at = urljoin(at, answer)
            except ValueError as error:
                return Rejected(url=url, outcome=Outcome.UNSAFE, detail=f"redirect: {error}")
        return Rejected(url=url, outcome=Outcome.HTTP_ERROR, detail="redirects without end")

    def _patiently(self, hop: "_Hop") -> Page | Rejected | str:
        """One try, and one more if the host is only briefly unavailable."""
        answer = self._request(hop)
        again = isinstance(answer, Rejected) and answer.asked and answer.retry_after is not None
        if again and answer.retry_after <= PATIENCE:  # type: ignore[union-attr, operator]
            return self._request(hop)
        return answer

    def _request(self, hop: "_Hop") -> Page | Rejected | str:
        """A page, why there is none, or the address it redirects to."""
        host = urlsplit(hop.at).netloc.lower()
        site = registrable_domain(urlsplit(hop.at).hostname or "")
        wish = self._robots.delay(hop.at) if hop.robots else 0.0
        with self._site_locks[site]:
            turn = self._pace.turn(site, wish)
            if not turn.granted:
                return Rejected(
                    url=hop.url,
                    outcome=Outcome.UNAVAILABLE,
                    detail=f"{site}: {turn.reason}",
                    retry_after=turn.wait,
                    asked=False,
                )
            now = self._pace.clock()
            if spent := self._spending.count((site,), now):
                return overspent(hop.url, spent, now)
            return self._settled(site, self._response(host, hop))

    def _settled(self, site: str, answer: "_Answer") -> Page | Rejected | str:
        """The answer, entered in the book of hosts: what it says of its host counts for all."""
        seconds = self._pace.settle(site, answer.weight, answer.pause)
        found = answer.found
        if isinstance(found, Rejected) and found.outcome is Outcome.UNAVAILABLE:
            least = 0.0 if answer.throttled else self._retry_later
            return replace(found, retry_after=max(least, seconds))
        return found

    def _response(self, host: str, hop: "_Hop") -> "_Answer":
        remembered = self._memory(hop.at) if hop.robots else None
        headers = {"Accept": hop.expect.accept} | validators(remembered)
        seconds = self._deadline or DEADLINE
        session, deadline = self._session(host), Deadline(seconds)
        try:
            with deadline, session.get(hop.at, headers=headers, stream=True) as response:
                answer = self._received(hop, response, remembered)
            if not deadline.passed:
                return answer
            fault = ""
        except InvalidIPAddress as error:
            detail = f"{host}: not a public address: {error}"
            return _Answer(Rejected(url=hop.url, outcome=Outcome.UNSAFE, detail=detail))
        except (requests.RequestException, HTTPError, OSError) as error:
            # Its message may hold the address with a key in it: the kind of fault will do.
            fault = type(error).__name__
        detail = f"{host}: {fault}"
        if deadline.passed:
            detail = f"{host}: not finished after {seconds:g} seconds"
        return _Answer(Rejected(url=hop.url, outcome=Outcome.UNAVAILABLE, detail=detail), weight=1)

    def _received(
        self, hop: "_Hop", response: requests.Response, remembered: Page | None
    ) -> "_Answer":
        status = response.status_code
        if status in _REDIRECTS and (location := location_of(response)):
            return _Answer(location)
        if status == 304 and remembered is not None:
            return _Answer(replace(remembered, fetched_at=_now()))
        if status == 304:
            detail = "status 304, although it was not asked whether anything changed"
            lie = Rejected(url=hop.url, outcome=Outcome.UNAVAILABLE, detail=detail)
            return _Answer(lie, weight=1)
        if status != 200:
            return _refused(hop, response)
        body = read_body(response, hop.expect)
        if isinstance(body, Unfit):
            return _Answer(Rejected(url=hop.url, outcome=body.outcome, detail=body.detail))
        return _Answer(
            Page(
                url=hop.url,
                final_url=hop.at,
                status=status,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=body,
                fetched_at=_now(),
            )
        )

    def keep(self, page: Page) -> Page:
        # What a source gives as text it gives under terms of its own, not under the page's.
        return page if page.warc_file else self._kept(page, PAGE.accept, not is_given(page))

    def _kept(self, page: Page, accept: str, html: bool) -> Page:
        """The page as archived: cut to its head's claims where its publisher reserves the text."""
        if html:
            site = self._robots.reservations(page.final_url)
            if rights := reservation(page, site):
                page = withheld(page, rights)
        with self._archive_lock:
            if is_given(page):
                return self._archive.keep_given([page])[0]
            return self._archive.keep(page, {"user-agent": self._agent, "accept": accept})

    def _session(self, host: str) -> HTTPSession:
        if host not in self._sessions:
            headers = {"Accept-Encoding": ACCEPT_ENCODING}
            self._sessions[host] = open_session(
                self._agent, allow_loopback=self._allow_loopback, headers=headers
            )
        return self._sessions[host]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request on the way to a page."""

    url: str  # as asked for
    at: str  # where redirects have led
    expect: Expect
    robots: bool  # whether robots.txt is obeyed: not for robots.txt itself


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back, and how it weighs on its host (see scrapers.hosts.settle)."""

    found: Page | Rejected | str
    weight: int = 0
    pause: float | None = 0.0
    throttled: bool = False


def _refused(hop: _Hop, response: requests.Response) -> _Answer:
    status = response.status_code
    outcome = outcome_of_status(status)
    rejected = Rejected(url=hop.url, outcome=outcome, detail=f"status {status}")
    if outcome is not Outcome.UNAVAILABLE:
        # A robots.txt that is forbidden says that there are no rules, not that we are unwelcome.
        return _Answer(rejected, weight=REFUSAL if status == 403 and hop.robots else 0)
    headers = {name.lower(): value for name, value in response.headers.items()}
    pause = retry_after(headers, datetime.now(UTC))
    throttled = status in _THROTTLED or pause is not None
    return _Answer(rejected, 1, pause if throttled else 0.0, throttled)
