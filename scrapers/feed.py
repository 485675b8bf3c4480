"""RSS and Atom feeds. A feed is a sliding list: it cannot be asked for a day, only read.

What slid off between two readings was never seen, so every answer says how far back the list
reached (framewatch.poll joins the readings). The SOURCES reference, section 1.
"""

import calendar
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import feedparser

from framewatch.story import Answer, Link, Page, Rejected, Source, Topic, Window
from scrapers.answers import answered, failed, out_of_reach, unusable
from scrapers.card import Card
from scrapers.relevance import promising
from scrapers.sniff import declares_doctype
from scrapers.urls import canonicalize
from scrapers.web import FEED, Web

# What feedparser 6.0.14 can raise on markup it does not expect, such as &#x110000; (found by
# tests/test_fuzz_guard.py): a fault of the feed, never of the run.
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

YOUNG = timedelta(days=2)  # after a window's end, items without a date are no longer its own

CARD = Card(
    title="RSS and Atom feeds",
    gives="links with title and teaser",
    by_day=False,
    backfill=False,
    limits="a sliding list: hours to weeks",
)


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The feed's items published in the window; undated ones, seen now, count for late windows."""
    page = web.get(source.url, FEED)
    if isinstance(page, Rejected):
        return replace(failed(source, window, page), requests=1)
    return replace(_answer(source, topic, window, page), requests=1)


def _answer(source: Source, topic: Topic, window: Window, page: Page) -> Answer:
    if declares_doctype(page.body):
        return unusable(source, window, "declares a document type, as no feed of today does")
    feed = _parsed(page)
    if not feed.get("version"):
        return unusable(source, window, "answered with something that is not a feed")
    young = page.fetched_at - window.end < YOUNG
    read = [_item(source, entry, page.fetched_at) for entry in feed.entries]
    items = [(link, summary) for link, summary in read if link]
    if not items:  # a feed holds its latest items, however old: without any it is broken
        say = unusable if young else out_of_reach
        return say(source, window, "it lists nothing with an address")
    dates = [link.published_at for link, _ in items if link.published_at]
    oldest = reach(dates)
    inside = [
        (link, summary)
        for link, summary in items
        if (link.published_at in window if link.published_at else young)
    ]
    links = tuple(
        link for link, summary in inside if promising(topic, link.url, link.title, summary)
    )
    if not inside and (reason := _no_reach(oldest, page.fetched_at, window)):
        answer = out_of_reach(source, window, reason)
    else:
        answer = answered(source, window, links, listed=len(inside))
    newest = max((date for date in dates if date <= page.fetched_at), default=oldest)
    return replace(answer, oldest=oldest, newest=newest, body_sha256=page.sha256)


def reach(dates: Sequence[datetime]) -> datetime | None:
    """The date down to which a list in order of time is whole; None without dates.

    An item that is older than those after it was pinned or changed, and shows nothing of how far
    the list reaches. dates: in the order of the list, newest or oldest first.
    """
    rising = sum(one < other for one, other in pairwise(dates))
    falling = sum(one > other for one, other in pairwise(dates))
    from_the_end = dates if rising > falling else reversed(dates)
    whole: list[datetime] = []
    for date in from_the_end:
        if not whole or date >= whole[-1]:
            whole.append(date)
    return min(whole, default=None)


def _parsed(page: Page) -> Any:
    """What feedparser reads; nothing where it fails, as it does on some hostile markup."""
    try:
        # Bytes, never a string: feedparser would fetch a string that looks like an address.
        return feedparser.parse(page.body, response_headers=dict(page.headers))
    except _FAULTS:
        return {}


def _no_reach(oldest: datetime | None, read_at: datetime, window: Window) -> str:
    """Why an empty answer says nothing about the window; empty if it means no news."""
    if read_at <= window.start:
        return f"read {read_at:%Y-%m-%d %H:%M}, before the window"
    if oldest is None:
        return "it lists nothing with a date"
    if oldest >= window.end:
        return f"its oldest item is of {oldest:%Y-%m-%d}"
    return ""


def _item(source: Source, entry: Any, seen_at: datetime) -> tuple[Link | None, str]:
    address = entry.get("link", "")
    try:
        url = canonicalize(address)
    except ValueError:
        return None, ""
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    link = Link(
        url=url,
        address=address,
        source=source.name,
        title=entry.get("title", "")[:1000],
        published_at=_instant(parsed),
        seen_at=seen_at,
    )
    return link, entry.get("summary", "")[:5000]


def _instant(parsed: Any) -> datetime | None:
    # feedparser's *_parsed are UTC: timegm, not mktime.
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, TypeError):
        return None
