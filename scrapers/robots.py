"""robots.txt (RFC 9309), read once per host and process."""

from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from framewatch.story import Outcome, Page, Rejected

MAX_CRAWL_DELAY = (
    120.0  # seconds; a longer wish is a wish not to be crawled much (news-crawl's cap)
)

Ask = Callable[[str], Page | Rejected]


class Robots:
    """Who may be fetched, and how slowly. `ask` fetches a robots.txt without asking us again."""

    def __init__(self, ask: Ask, product_token: str) -> None:
        self._ask = ask
        self._token = product_token
        self._rules: dict[str, Protego | Rejected] = {}

    def verdict(self, url: str) -> Rejected | None:
        """Why url may not be fetched, or None if it may."""
        rules = self._of(url)
        if isinstance(rules, Rejected):
            return Rejected(
                url=url,
                outcome=rules.outcome,
                detail=f"robots.txt of its host: {rules.detail}",
                retry_after=rules.retry_after,
            )
        if rules.can_fetch(url, self._token):
            return None
        return Rejected(
            url=url, outcome=Outcome.DISALLOWED, detail=f"robots.txt disallows it for {self._token}"
        )

    def delay(self, url: str) -> float:
        """Seconds that the host wants between two requests; 0 if it does not say."""
        rules = self._of(url)
        if isinstance(rules, Rejected):
            return 0.0
        wish = float(rules.crawl_delay(self._token) or 0.0)
        if rate := rules.request_rate(self._token):
            wish = max(wish, rate.seconds / max(rate.requests, 1))
        return min(wish, MAX_CRAWL_DELAY)

    def _of(self, url: str) -> "Protego | Rejected":
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self._rules:
            self._rules[root] = self._read(f"{root}/robots.txt")
        return self._rules[root]

    def _read(self, url: str) -> "Protego | Rejected":
        answer = self._ask(url)
        if isinstance(answer, Page):
            return Protego.parse(answer.body.decode("utf-8", "replace"))
        if answer.outcome in (Outcome.GONE, Outcome.HTTP_ERROR):
            return Protego.parse("")  # RFC 9309 2.3.1.3: a 4xx means everything is allowed
        return answer  # 2.3.1.4: unreachable means everything is disallowed, for now
