"""robots.txt (RFC 9309) and tdmrep.json: a site's rules, read once a day for all processes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from framewatch.story import Host, Outcome, Page, Rejected
from scrapers.hosts import HostBook
from scrapers.rights import WELL_KNOWN, site_signals

# Seconds; a longer wish is a wish not to be crawled much (news-crawl's cap).
MAX_CRAWL_DELAY = 120.0
MAX_AGE = timedelta(hours=24)  # RFC 9309 2.4
MAX_AGE_UNREADABLE = timedelta(minutes=10)
MAX_LENGTH = 512_000  # characters kept; 2.5 asks for 500 KiB at least

Ask = Callable[[str], Page | Rejected]
Rules = tuple[Host, Protego]


class Robots:
    """Who may be fetched, and how slowly. `ask` fetches a robots.txt without asking us again."""

    def __init__(
        self,
        ask: Ask,
        product_token: str,
        book: HostBook,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        again: timedelta = MAX_AGE_UNREADABLE,
    ) -> None:
        self._again = again  # after which unreadable rules are asked for again
        self._ask = ask
        self._token = product_token
        self._book = book
        self._clock = clock
        self._parsed: dict[str, Rules] = {}

    def verdict(self, url: str) -> Rejected | None:
        """Why url may not be fetched, or None if it may."""
        rules = self._of(url)
        if isinstance(rules, Rejected):
            return replace(rules, url=url, detail=f"robots.txt of its host: {rules.detail}")
        if rules[1].can_fetch(url, self._token):
            return None
        return Rejected(
            url=url, outcome=Outcome.DISALLOWED, detail=f"robots.txt disallows it for {self._token}"
        )

    def forbidden(self, url: str) -> Rejected | None:
        """What the rules of url's host say against it; nothing where they cannot be read."""
        verdict = self.verdict(url)
        return verdict if verdict and verdict.outcome is Outcome.DISALLOWED else None

    def delay(self, url: str) -> float:
        """Seconds that the host wants between two requests; 0 if it does not say."""
        rules = self._of(url)
        if isinstance(rules, Rejected):
            return 0.0
        wish = float(rules[1].crawl_delay(self._token) or 0.0)
        if rate := rules[1].request_rate(self._token):
            wish = max(wish, rate.seconds / max(rate.requests, 1))
        return min(max(wish, 0.0), MAX_CRAWL_DELAY)

    def reservations(self, url: str) -> str:
        """The site-wide signals for url's site, for scrapers.rights.signal; empty if none."""
        rules = self._of(url)
        return "" if isinstance(rules, Rejected) else rules[0].opt_out

    def _of(self, url: str) -> Rules | Rejected:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url)).lower()
        known = self._parsed.get(origin)
        if known is None or not self._fresh(known[0]):
            host = self._book.read(origin)
            if not self._fresh(host):
                answer = self._read(host)
                if isinstance(answer, Rejected):
                    return answer
                host = answer
            if host.robots_outcome:
                return self._unreadable(host)
            known = self._parsed[origin] = (host, Protego.parse(host.robots))
        return known

    def _fresh(self, host: Host) -> bool:
        age = self._again if host.robots_outcome else MAX_AGE
        return host.robots_at is not None and self._clock() - host.robots_at < age

    def _read(self, old: Host) -> Host | Rejected:
        """The host with its rules as they are now, entered in the book; Rejected if not its turn.

        RFC 9309 2.3.1.3: a 4xx means that everything is allowed; 2.3.1.4: unreachable means that
        everything is disallowed, for now.
        """
        answer = self._ask(f"{old.name}/robots.txt")
        text, outcome = "", ""
        if isinstance(answer, Page):
            text = answer.body.decode("utf-8", "replace").replace("\x00", "")[:MAX_LENGTH]
        elif not answer.asked:
            return answer
        elif answer.outcome not in (Outcome.GONE, Outcome.HTTP_ERROR):
            outcome = answer.outcome
        reserved = b"" if outcome else self._reserved(old.name)
        if isinstance(reserved, Rejected):
            return reserved
        new = replace(
            old,
            robots=text,
            robots_outcome=outcome,
            robots_at=self._clock(),
            opt_out=site_signals(reserved, text),
        )
        self._book.change(old, new)  # where another process was first, both have read the same
        return new

    def _reserved(self, origin: str) -> bytes | Rejected:
        """The body of tdmrep.json. A file that cannot be had reserves nothing."""
        answer = self._ask(origin + WELL_KNOWN)
        if isinstance(answer, Page):
            return answer.body
        return b"" if answer.asked else answer

    def _unreadable(self, host: Host) -> Rejected:
        age = self._clock() - (host.robots_at or self._clock())
        left = (self._again - age).total_seconds()
        later = host.robots_outcome == Outcome.UNAVAILABLE
        return Rejected(
            url=host.name,
            outcome=Outcome(host.robots_outcome),
            detail="could not be read",
            retry_after=max(left, 0.0) if later else None,
        )
