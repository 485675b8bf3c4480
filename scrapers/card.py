"""What is known of a kind of source: what docs/sources.md prints and a backfill plans with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from framewatch.story import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Facts about a kind of source; where they come from stands beside them in its module."""

    title: str
    gives: str  # a phrase: "links with title and teaser", "full text"
    by_day: bool  # asked anew for each UTC day; False: one request answers for any window
    reach: date | timedelta | None = None  # from this day on; or so far back; None: it says
    daily: bool = True  # fit for the daily run
    backfill: bool = True  # can answer for days long past
    key: str = ""  # what kind of key it needs, in words; empty: none
    limits: str = ""  # in words
    terms: str = ""  # licence or terms of use, in words
    home: str = ""  # its base address, unless the source names another
    spacing: float = 0.0  # least seconds between two requests; 0: the setting's pace of hosts
    requests_per_day: float = 0.0  # to list one day; 0: next to none
    each: bool = False  # these requests are for each of its prefixes or editions
    settles: timedelta = timedelta(hours=48)  # after a day's end its answer is the last word
    signals_only: bool = False  # names headlines, not addresses


def earliest(card: Card, source: Source, now: datetime) -> datetime | None:
    """The instant before which the source has nothing; None where it is not known beforehand."""
    days = [source.since] if source.since else []
    if isinstance(card.reach, date):
        days.append(card.reach)
    bounds = [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days]
    if isinstance(card.reach, timedelta):
        bounds.append(now - card.reach)
    return max(bounds, default=None)


def base(card: Card, source: Source) -> str:
    """The base address without a slash at its end."""
    return (source.url or card.home).rstrip("/")


def requests_per_day(card: Card, source: Source) -> float:
    """How many requests it takes to list one day."""
    items = len(source.prefixes or source.editions) if card.each else 1
    days = 96.0 * len(source.minutes) if source.minutes else card.requests_per_day
    return max(1, items) * days
