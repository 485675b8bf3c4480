"""Google News and Bing News as witnesses: headlines that tell what our sources miss.

Neither offers its lists to programs, so robots.txt decides, the pace is that of any site, and an
address they give is never followed: Google's lead through pages of its own, and the articles are
found by the sources that name them openly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from lxml import etree

from framewatch.story import (
    Answer,
    Outcome,
    Page,
    Rejected,
    Signal,
    Source,
    SourceStatus,
    Topic,
    Window,
)
from scrapers.answers import answered, failed, out_of_reach, refused, unusable
from scrapers.card import Card, base
from scrapers.relevance import promising
from scrapers.sniff import declares_doctype
from scrapers.urls import canonicalize
from scrapers.web import FEED, Web

GOOGLE_MOST = 100  # items of one list, without a second page
BING_MOST = 10  # items from which a list is taken to be cut; it gives 10 to 12
BING_REACH = timedelta(days=2)  # its lists are of the last day or so, and cannot be asked further

# The SOURCES reference, sections 8.1 and 8.2.
CARD = Card(
    title="Google News",
    gives="headlines with outlet and date",
    by_day=True,
    limits="100 items a day and edition; turns data centres away",
    terms="restricts automated access; personal, non-commercial use",
    home="https://news.google.com",
    requests_per_day=1.0,
    each=True,
    signals_only=True,
)
BING = Card(
    title="Bing News",
    gives="headlines with outlet and date",
    by_day=False,
    reach=BING_REACH,
    backfill=False,
    limits="about a dozen items, of the last day",
    terms="Microsoft's services agreement",
    home="https://www.bing.com",
    requests_per_day=1.0,
    each=True,
    signals_only=True,
)


def discover_google(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The headlines that Google dates in the window, day by day and edition by edition.

    Whether `after:` and `before:` include their day is written nowhere: a day more is asked for at
    both ends, and the dates of the items decide. A full list of one day cannot be narrowed: it is
    counted in `caps`.
    """
    if not source.editions:
        return refused(source, window, "names no edition, such as en-AU")
    tally = _Tally()
    for edition in source.editions:
        for day in _days(window):
            url = _google_url(source, topic, edition, day)
            items = _items(source, window, url, web)
            if isinstance(items, Answer):
                return tally.answer(source, window, items)
            tally.add(source, topic, window, items, GOOGLE_MOST)
    return tally.answer(source, window)


def discover_bing(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The headlines that Bing dates in the window. It lists a dozen and knows no dates: daily."""
    if not source.editions:
        return refused(source, window, "names no edition, such as en-AU")
    tally = _Tally()
    for edition in source.editions:
        items = _items(source, window, _bing_url(source, topic, edition), web)
        if isinstance(items, Answer):
            return tally.answer(source, window, items)
        if reason := _no_reach(items, window):
            return tally.answer(source, window, out_of_reach(source, window, reason))
        tally.add(source, topic, window, items, BING_MOST)
    return tally.answer(source, window)


@dataclass(frozen=True, slots=True)
class _Item:
    title: str
    teaser: str
    host: str
    host_name: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class _List:
    items: tuple[_Item, ...]
    read_at: datetime


class _Tally:
    """What the lists of one answer gave so far."""

    def __init__(self) -> None:
        self.signals: dict[tuple[str, str], Signal] = {}
        self.listed = self.requests = self.caps = 0
        self.dates: list[datetime] = []

    def add(self, source: Source, topic: Topic, window: Window, got: _List, most: int) -> None:
        """Its items of the window; those that name the topic are signals."""
        self.requests += 1
        self.caps += len(got.items) >= most
        for item in got.items:
            if item.published_at is None:
                continue
            self.dates.append(item.published_at)
            known = (item.host, item.title) in self.signals
            if item.published_at not in window or known:
                continue
            self.listed += 1
            if promising(topic, "", item.title, item.teaser):
                signal = Signal(
                    source=source.name,
                    title=item.title,
                    host=item.host,
                    host_name=item.host_name,
                    published_at=item.published_at,
                    seen_at=got.read_at,
                )
                self.signals[item.host, item.title] = signal

    def answer(self, source: Source, window: Window, broke: Answer | None = None) -> Answer:
        status = SourceStatus.OK if self.signals else SourceStatus.EMPTY
        answer = broke or replace(answered(source, window, (), 0), status=status)
        return replace(
            answer,
            signals=tuple(self.signals.values()),
            listed=self.listed,
            requests=self.requests + (broke is not None),
            caps=self.caps,
            oldest=min(self.dates, default=None),
            newest=max(self.dates, default=None),
        )


def _days(window: Window) -> Iterator[date]:
    """The UTC days that the window touches."""
    day = window.start.astimezone(UTC).date()
    last = (window.end - timedelta(microseconds=1)).astimezone(UTC).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _google_url(source: Source, topic: Topic, edition: str, day: date) -> str:
    language, _, country = edition.rpartition("-")
    after, before = day - timedelta(days=1), day + timedelta(days=2)
    query = {
        "q": f"{source.query or topic.query} after:{after} before:{before}",
        "hl": edition,
        "gl": country,
        "ceid": f"{country}:{language}",
    }
    return f"{base(CARD, source)}/rss/search?{urlencode(query)}"


def _bing_url(source: Source, topic: Topic, edition: str) -> str:
    language, _, country = edition.rpartition("-")
    query = {
        "q": source.query or topic.query,
        "format": "rss",
        "cc": country,
        "setlang": language,
    }
    return f"{base(BING, source)}/news/search?{urlencode(query)}"


def _no_reach(got: _List, window: Window) -> str:
    """Why Bing's list says nothing about the window; empty if it does."""
    if window.end <= got.read_at - BING_REACH:
        return "lists the last day only"
    if got.read_at <= window.start:
        return "read before the window"
    dates = [item.published_at for item in got.items if item.published_at]
    full = len(got.items) >= BING_MOST
    if full and dates and not any(moment in window for moment in dates):
        return "its list is full of items from outside the window"
    return ""


def _items(source: Source, window: Window, url: str, web: Web) -> _List | Answer:
    page = web.get(url, FEED)
    if isinstance(page, Rejected):
        return _not_had(source, window, url, page, web)
    if "/rss/unsupported" in page.final_url:
        return refused(source, window, "offers no such edition")
    root = _parsed(page)
    if root is None:
        return unusable(source, window, "answered with something that is not a feed")
    return _List(tuple(_item(node) for node in root.iter("item")), page.fetched_at)


def _not_had(source: Source, window: Window, url: str, rejected: Rejected, web: Web) -> Answer:
    """Why there is no list. A page for consent or suspicion, closed to robots, is no refusal."""
    if rejected.outcome is Outcome.DISALLOWED and web.forbidden(url) is None:
        return unusable(source, window, "led to a page closed to robots, perhaps for consent")
    return failed(source, window, rejected)


def _parsed(page: Page) -> Any:
    """The root of an RSS document; None for anything else."""
    if declares_doctype(page.body):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(page.body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if root is not None and root.tag == "rss" else None


def _item(node: Any) -> _Item:
    texts: Mapping[str, str] = {
        etree.QName(child).localname.lower(): " ".join((child.text or "").split())
        for child in node
        if isinstance(child.tag, str)
    }
    tag = node.find("source")
    outlet = texts.get("source", "")
    title = texts.get("title", "")
    if tag is not None and outlet:
        title = title.removesuffix(f" - {outlet}")
    named = tag.get("url", "") if tag is not None else texts.get("link", "")
    return _Item(
        title=title[:1000],
        # Google's description repeats the headline as a link; only Bing's is a teaser.
        teaser="" if tag is not None else texts.get("description", "")[:5000],
        host=_host(named),
        host_name=outlet[:200],
        published_at=_instant(texts.get("pubdate", "")),
    )


def _host(address: str) -> str:
    """The outlet's host name: behind Bing's own address stands the article's."""
    try:
        return urlsplit(canonicalize(address)).hostname or ""
    except ValueError:
        return ""


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
