"""RSS and Atom feeds. A feed is a sliding list: it cannot be asked for a day, only read."""

import calendar
from datetime import UTC, datetime
from typing import Any

import feedparser

from framewatch.story import Answer, Link, Page, Rejected, Source, Topic, Window
from scrapers.answers import answered, failed, out_of_reach, unusable
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


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The feed's items published in the window, and undated ones (seen now, so they count)."""
    page = web.get(source.url, FEED)
    if isinstance(page, Rejected):
        return failed(source, window, page)
    if declares_doctype(page.body):
        return unusable(source, window, "declares a document type, as no feed of today does")
    feed = _parsed(page)
    if not feed.get("version"):
        return unusable(source, window, "answered with something that is not a feed")
    items = [_item(source, entry, page.fetched_at) for entry in feed.entries]
    dated = [link.published_at for link, _ in items if link and link.published_at]
    inside = [
        (link, summary)
        for link, summary in items
        if link and (link.published_at is None or link.published_at in window)
    ]
    if not inside and (reason := _no_reach(dated, page.fetched_at, window)):
        return out_of_reach(source, window, reason)
    links = tuple(
        link for link, summary in inside if promising(topic, link.url, link.title, summary)
    )
    return answered(source, window, links, listed=len(inside))


def _parsed(page: Page) -> Any:
    """What feedparser reads; nothing where it fails, as it does on some hostile markup."""
    try:
        # Bytes, never a string: feedparser would fetch a string that looks like an address.
        return feedparser.parse(page.body, response_headers=dict(page.headers))
    except _FAULTS:
        return {}


def _no_reach(dated: list[datetime], read_at: datetime, window: Window) -> str:
    """Why an empty answer says nothing about the window; empty if it means no news."""
    if read_at <= window.start:
        return f"read {read_at:%Y-%m-%d %H:%M}, before the window"
    if dated and min(dated) >= window.end:
        return f"its oldest item is of {min(dated):%Y-%m-%d}"
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
