"""Sitemaps and news sitemaps (sitemaps.org 0.9, Google News 0.9), fetched by us and parsed by
ultimate-sitemap-parser.

An index is followed to the parts that can hold the window (scrapers.sitemap_parts); a bare site
address stands for the sitemaps that its robots.txt names. A page belongs to the window by its
news:publication_date, else by the day in its address, else by its lastmod: that one is a date of
modification, so it chooses links and is never handed on as a date of publication.
The SOURCES reference, section 2.
"""

import hashlib
import zlib
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from usp.objects.page import SitemapPage
from usp.objects.sitemap import InvalidSitemap
from usp.tree import sitemap_from_str

from framewatch.story import Answer, Link, Outcome, Rejected, Source, Topic, Window
from scrapers.answers import answered, failed, out_of_reach, unavailable, unusable
from scrapers.card import Card
from scrapers.dates import url_day
from scrapers.relevance import promising
from scrapers.sitemap_parts import addresses, chosen_parts, parts_of, period_of, touches
from scrapers.sniff import declares_doctype
from scrapers.urls import canonicalize
from scrapers.web import ROBOTS, SITEMAP, Web

MAX_CHILDREN = 50  # sub-sitemaps read for one window; an index may name thousands
MAX_DEPTH = 11  # levels of indexes, as ultimate-sitemap-parser has it
NEWS_REACH = timedelta(days=2)  # what the Google News format lets a sitemap list
_YOUNG = timedelta(days=2)  # after its end a window may be beyond what a list that works holds
_STRAYS = 0.1  # of a news sitemap's items may be older; if more are, it keeps them for longer
_UNCHANGING = 86_400.0  # seconds until a site whose sitemap is too wide is asked again
# Where robots.txt names none: the commonest names, WordPress's and Yoast's among them.
_USUAL = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")

CARD = Card(
    title="Sitemaps and news sitemaps",
    gives="links, with titles in news sitemaps",
    by_day=False,
    limits="news sitemaps: two days; dated sub-sitemaps: as far back as published",
)


@dataclass(slots=True)
class _Reading:
    """What was read of a source's sitemaps for one window."""

    pages: list[SitemapPage] = field(default_factory=list)
    read_at: datetime | None = None  # the first document: what came later is not on it
    hashes: list[str] = field(default_factory=list)
    requests: int = 0
    dated: bool = False  # parts were left out by name or by date
    named: bool = False  # a part that is named for the window was read
    cut: str = ""  # what was not read although it may hold the window
    fault: Answer | None = None


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The pages that the sitemap dates in the window; of an index, the sub-sitemaps that may."""
    reading = _Reading()
    roots = _roots(source, window, web, reading)
    if reading.fault is None:
        _read_all(source, window, web, reading, roots)
    inside = [(page, when) for page in reading.pages if (when := _when(page)) and when in window]
    links = [link for page, _ in inside if (link := _link(source, page, reading.read_at))]
    found = tuple({x.url: x for x in links if promising(topic, x.url, x.title)}.values())
    answer = _judged(source, window, reading, found, len(inside))
    return replace(answer, links=found, listed=len(inside), requests=reading.requests)


def _roots(source: Source, window: Window, web: Web, reading: _Reading) -> list[str]:
    """The source's own address; of a bare site, what its robots.txt names, or a usual name."""
    if urlsplit(source.url).path not in ("", "/"):
        return [source.url]
    page = web.get(urljoin(source.url, "/robots.txt"), ROBOTS)
    reading.requests += 1
    if not isinstance(page, Rejected):
        if named := list(addresses(page.body.decode("utf-8", "replace"))):
            return named
    elif page.outcome not in (Outcome.GONE, Outcome.HTTP_ERROR):
        reading.fault = failed(source, window, page)
        return []
    for name in _USUAL:
        reading.requests += 1
        if not isinstance(web.get(url := urljoin(source.url, name), SITEMAP), Rejected):
            return [url]
    reading.fault = unusable(source, window, "its robots.txt names no sitemap: name one in url")
    return []


def _read_all(
    source: Source, window: Window, web: Web, reading: _Reading, roots: list[str]
) -> None:
    """Breadth first, each address once; stops at the first part that cannot be had for now."""
    waiting = deque((url, 0) for url in roots if _may_hold(url, window) or len(roots) == 1)
    reading.dated = len(waiting) < len(roots)
    seen = set(roots)
    while waiting:
        url, depth = waiting.popleft()
        if reading.requests > MAX_CHILDREN:
            reading.cut = f"more than {MAX_CHILDREN} sub-sitemaps may hold the window"
            return
        text = _text_at(source, window, url, web, reading)
        if isinstance(text, Answer):
            reading.fault = reading.fault or text
            if text.retry_after is not None or (len(roots) == 1 and depth == 0):
                return
            continue
        parts = parts_of(text)
        if parts and depth >= MAX_DEPTH:
            reading.cut = f"indexes in indexes, more than {MAX_DEPTH} levels deep"
            continue
        chosen, some_left_out = chosen_parts(parts, window)
        reading.dated |= some_left_out
        waiting.extend((p.url, depth + 1) for p in chosen if p.url not in seen)
        seen.update(part.url for part in chosen)
        period = period_of(url)
        reading.named |= not parts and period is not None and touches(period, window)
        if not parts and (fault := _take(source, window, url, text, reading)):
            reading.fault = reading.fault or fault


def _may_hold(url: str, window: Window) -> bool:
    period = period_of(url)
    return period is None or touches(period, window)


def _take(source: Source, window: Window, url: str, text: str, reading: _Reading) -> Answer | None:
    sitemap = sitemap_from_str(text)
    if isinstance(sitemap, InvalidSitemap):
        return unusable(source, window, f"{url}: not a sitemap")
    reading.pages += sitemap.all_pages()
    return None


def _text_at(source: Source, window: Window, url: str, web: Web, reading: _Reading) -> str | Answer:
    page = web.get(url, SITEMAP)
    reading.requests += 1
    if isinstance(page, Rejected):
        return failed(source, window, page)
    reading.read_at = min(reading.read_at or page.fetched_at, page.fetched_at)
    reading.hashes.append(page.sha256)
    try:
        text = _text(page.body)
    except (zlib.error, ValueError) as error:
        return unusable(source, window, f"{url}: {error}")
    if declares_doctype(text[:300_000].encode()):
        return unusable(source, window, f"{url}: not a sitemap (it declares a document type)")
    return text


def _text(body: bytes) -> str:
    if body[:2] == b"\x1f\x8b":  # a .gz file: the transfer's own compression is off already
        engine = zlib.decompressobj(wbits=31)
        body = engine.decompress(body, SITEMAP.limit)
        if engine.unconsumed_tail:
            raise ValueError(f"unpacks to more than {SITEMAP.limit} bytes")
    return body.decode("utf-8-sig", "replace")


# --- what it means --------------------------------------------------------------------------------


def _judged(
    source: Source, window: Window, reading: _Reading, found: tuple[Link, ...], listed: int
) -> Answer:
    if reading.fault is not None:
        return reading.fault  # half an index is not an answer: its silence would look like no news
    if reading.cut:
        return replace(unavailable(source, window, reading.cut, _UNCHANGING), caps=1)
    oldest = _reach(reading)
    if oldest is None and _ought_to_hold(reading, window):
        return unusable(source, window, "it lists no page with a date")
    if not listed and (reason := _no_reach(reading, oldest, window)):
        answer = out_of_reach(source, window, reason)
    else:
        answer = answered(source, window, found, listed)
    if reading.dated or reading.named:
        return answer  # dated parts are no sliding list
    newest = max(filter(None, map(_when, reading.pages)), default=None)
    body = reading.hashes[0] if len(reading.hashes) == 1 else _hash(reading.hashes)
    return replace(answer, oldest=oldest, newest=newest, body_sha256=body)


def _ought_to_hold(reading: _Reading, window: Window) -> bool:
    """Whether a list without a date is broken: nothing else was to be read, and it was just now.

    A news sitemap has none only where its site published nothing for two days: that the watch then
    hears of it is the lesser evil.
    """
    if reading.read_at is None or reading.named or reading.dated:
        return False
    return window.start < reading.read_at < window.end + _YOUNG


def _hash(hashes: list[str]) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _no_reach(reading: _Reading, oldest: datetime | None, window: Window) -> str:
    """Why an empty answer says nothing about the window; empty if it means no news."""
    if reading.read_at is None:
        return "no sitemap that it names is of the window"
    if reading.read_at <= window.start:
        return f"read {reading.read_at:%Y-%m-%d %H:%M}, before the window"
    if reading.named:
        return ""
    if oldest is None:
        return "it lists no page with a date"
    if oldest >= window.end or (_is_news(reading) and oldest > window.start):
        return f"it reaches back to {oldest:%Y-%m-%d %H:%M}"
    return ""


def _reach(reading: _Reading) -> datetime | None:
    """How far back the list goes. A news sitemap's few older items are strays."""
    dates = sorted(filter(None, map(_when, reading.pages)))
    if not dates or reading.read_at is None:
        return None
    bound = reading.read_at - NEWS_REACH
    strays = sum(moment < bound for moment in dates)
    if _is_news(reading) and strays <= _STRAYS * len(dates):
        return max(dates[0], bound)
    return dates[0]


def _is_news(reading: _Reading) -> bool:
    return any(page.news_story for page in reading.pages)


def _when(page: SitemapPage) -> datetime | None:
    """What places a page in a window: its publication, its address's day, its last change."""
    if page.news_story:
        return _aware(page.news_story.publish_date)
    if claim := url_day(page.url):
        return claim.moment
    return _aware(page.last_modified)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _link(source: Source, page: SitemapPage, seen_at: datetime | None) -> Link | None:
    story = page.news_story
    try:
        url = canonicalize(page.url)
    except ValueError:
        return None
    return Link(
        url=url,
        address=page.url,
        source=source.name,
        title=(story.title if story else "")[:1000],
        published_at=_aware(story.publish_date) if story else None,
        seen_at=seen_at if story else None,
    )
