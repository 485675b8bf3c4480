"""How many requests a day we allow ourselves: in all, to a site, and for a source."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from framewatch.story import Outcome, Rejected


class Spending(Protocol):
    """Counts requests by UTC day."""

    def count(self, names: Sequence[str], now: datetime) -> str:
        """Count one request under each name and in all; the name whose limit forbids it, or "".

        A forbidden request is counted nowhere.
        """
        ...


class Unlimited:
    """Everything is allowed and nothing counted: tests, and replayed archives."""

    def count(self, names: Sequence[str], now: datetime) -> str:
        return ""


def overspent(url: str, name: str, now: datetime) -> Rejected:
    """What becomes of a request over a limit: it waits for the next UTC day."""
    whose = "all requests" if name == "*" else name
    return Rejected(
        url=url,
        outcome=Outcome.UNAVAILABLE,
        detail=f"today's budget of requests is spent ({whose})",
        retry_after=until_midnight(now),
        asked=False,
    )


def until_midnight(now: datetime) -> float:
    """Seconds until the next UTC day."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1) - now).total_seconds()
