"""The live web: polite, guarded, and archived as it comes in.

Every request is checked against robots.txt, spaced per host, limited in size and time, and goes
only to a public address (requests-hardened resolves, checks and connects to the same address).
Redirects are followed by hand so that each hop is checked again.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress

from framewatch.story import Outcome, Page, Rejected
from scrapers.archive import MAX_REDIRECTS, PageArchive
from scrapers.robots import Robots
from scrapers.web import PAGE, ROBOTS, Expect, outcome_of_status, wrong_type

PRODUCT_TOKEN = "Framewatch"  # noqa: S105  (what robots.txt rules are matched with, no secret)
TIMEOUT = (5.0, 20.0)  # seconds to connect, and between two reads
DEADLINE = 60.0  # seconds for one whole response: a read timeout alone never ends a slow drip
RETRY_LATER = 600.0  # seconds, where a failing host does not say
PATIENCE = 30.0  # a Retry-After up to this many seconds is waited for; a longer one ends the try
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Memory = Callable[[str], Page | None]  # the last stored response for an address, with its body


def user_agent(contact: str) -> str:
    """An honest name with a way to reach whoever runs it."""
    return f"{PRODUCT_TOKEN}/0.1 (news framing research; {contact or 'no contact configured'})"


class LiveWeb:
    """The web over HTTP. Safe to use from several threads, one host at a time each."""

    def __init__(
        self,
        archive: PageArchive,
        *,
        contact: str,
        host_delay: float,
        memory: Memory = lambda _url: None,
        allow_loopback: bool = False,
    ) -> None:
        self._archive = archive
        self._agent = user_agent(contact)
        self._host_delay = host_delay
        self._memory = memory
        self._allow_loopback = allow_loopback
        self._robots = Robots(lambda url: self._follow(url, ROBOTS, robots=False), PRODUCT_TOKEN)
        self._sessions: dict[str, HTTPSession] = {}
        self._host_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._last_request: dict[str, float] = {}
        self._archive_lock = threading.Lock()

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        return self._follow(url, expect, robots=True)

    def _follow(self, url: str, expect: Expect, *, robots: bool) -> Page | Rejected:
        at = url
        for _ in range(MAX_REDIRECTS + 1):
            if fault := unsafe(at, allow_loopback=self._allow_loopback):
                return Rejected(url=url, outcome=Outcome.UNSAFE, detail=f"{at[:200]}: {fault}")
            if robots and (verdict := self._robots.verdict(at)):
                return verdict
            wish = self._robots.delay(at) if robots else 0.0
            answer = self._patiently(url, at, expect, wish)
            if isinstance(answer, Page | Rejected):
                return answer
            at = urljoin(at, answer)
        return Rejected(url=url, outcome=Outcome.HTTP_ERROR, detail="redirects without end")

    def _patiently(self, url: str, at: str, expect: Expect, wish: float) -> Page | Rejected | str:
        """One try, and one more if the host is only briefly unavailable."""
        answer = self._request(url, at, expect, wish)
        if isinstance(answer, Rejected) and answer.outcome is Outcome.UNAVAILABLE:
            wait = answer.retry_after if answer.retry_after is not None else RETRY_LATER
            if wait <= PATIENCE:
                time.sleep(wait)
                answer = self._request(url, at, expect, wish)
        return answer

    def _request(self, url: str, at: str, expect: Expect, wish: float) -> Page | Rejected | str:
        """A page, why there is none, or the address it redirects to."""
        host = urlsplit(at).netloc.lower()
        with self._host_locks[host]:
            self._pace(host, wish)
            remembered = self._memory(at)
            headers = {"Accept": expect.accept} | _validators(remembered)
            try:
                session = self._session(host)
                with session.get(at, headers=headers, stream=True) as response:
                    return self._receive(url, at, response, expect, remembered)
            except InvalidIPAddress as error:
                return Rejected(
                    url=url, outcome=Outcome.UNSAFE, detail=f"{host}: not a public address: {error}"
                )
            except (requests.RequestException, OSError) as error:
                # Its message may hold the address with a key in it: the kind of fault will do.
                return _unavailable(url, f"{host}: {type(error).__name__}", RETRY_LATER)
            finally:
                self._last_request[host] = time.monotonic()

    def _receive(
        self,
        url: str,
        at: str,
        response: requests.Response,
        expect: Expect,
        remembered: Page | None,
    ) -> Page | Rejected | str:
        status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items()}
        if status in _REDIRECTS and "location" in headers:
            return headers["location"]
        if status == 304 and remembered is not None:
            return remembered
        outcome = outcome_of_status(status)
        if status != 200 and outcome is Outcome.UNAVAILABLE:
            wait = retry_after(headers, datetime.now(UTC))
            return _unavailable(url, f"status {status}", RETRY_LATER if wait is None else wait)
        if status != 200:
            return Rejected(url=url, outcome=outcome, detail=f"status {status}")
        if wrong_type(headers.get("content-type", ""), expect):
            return Rejected(
                url=url, outcome=Outcome.WRONG_TYPE, detail=headers["content-type"][:200]
            )
        body = _read(response, expect.limit)
        if body is None:
            detail = f"more than {expect.limit} bytes"
            return Rejected(url=url, outcome=Outcome.TOO_LARGE, detail=detail)
        page = Page(
            url=url,
            final_url=at,
            status=status,
            headers=headers,
            body=body,
            fetched_at=datetime.now(UTC).replace(microsecond=0),
        )
        sent = {"user-agent": self._agent, "accept": expect.accept}
        with self._archive_lock:
            return self._archive.keep(page, sent)

    def _pace(self, host: str, wish: float) -> None:
        since = time.monotonic() - self._last_request.get(host, float("-inf"))
        time.sleep(max(0.0, max(self._host_delay, wish) - since))

    def _session(self, host: str) -> HTTPSession:
        if host not in self._sessions:
            config = Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=self._allow_loopback,
                never_redirect=True,
                default_timeout=TIMEOUT,
                user_agent_override=self._agent,
            )
            session = HTTPSession(config)
            session.trust_env = False  # no proxy and no .netrc of the machine
            session.headers["Accept-Encoding"] = "gzip, deflate"
            self._sessions[host] = session
        return self._sessions[host]


def unsafe(url: str, *, allow_loopback: bool = False) -> str:
    """What is wrong with an address before any name is resolved; empty if nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https"):
        return "only http and https are fetched"
    if not parts.hostname:
        return "no host"
    if parts.username is not None or parts.password is not None:
        return "an address with a user name in it is not fetched"
    if "\\" in url or any(ord(c) < 33 or ord(c) == 127 for c in url):
        return "backslash, space or control character in the address"
    if port not in (None, 80, 443) and not allow_loopback:
        return f"port {port} is not fetched"
    return ""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds asked for by Retry-After (RFC 9110 10.2.3), capped at 6 hours; None if unsaid."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value) if value.isdigit() else (_http_date(value) - now).total_seconds()
    except ValueError:
        return None
    return min(max(seconds, 0.0), 6 * 3600.0)


def _http_date(value: str) -> datetime:
    moment = parsedate_to_datetime(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _validators(page: Page | None) -> dict[str, str]:
    if page is None:
        return {}
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return {name: page.headers[key] for name, key in pairs if page.headers.get(key)}


def _unavailable(url: str, detail: str, wait: float) -> Rejected:
    return Rejected(url=url, outcome=Outcome.UNAVAILABLE, detail=detail, retry_after=wait)


def _read(response: requests.Response, limit: int) -> bytes | None:
    """The decoded body; None if it has more than limit bytes. Raises Timeout past the deadline."""
    end = time.monotonic() + DEADLINE
    chunks, size = [], 0
    for chunk in response.iter_content(64 * 1024):
        size += len(chunk)
        if size > limit:
            return None
        if time.monotonic() > end:
            raise requests.Timeout(f"not finished after {DEADLINE:.0f} seconds")
        chunks.append(chunk)
    return b"".join(chunks)
