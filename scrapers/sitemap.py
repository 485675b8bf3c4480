"""Sitemaps and news sitemaps (sitemaps.org 0.9, Google News 0.9), parsed by
ultimate-sitemap-parser; fetched by us."""

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

from usp.objects.page import SitemapPage
from usp.objects.sitemap import AbstractSitemap, InvalidSitemap
from usp.tree import sitemap_from_str

from framewatch.story import Answer, Link, Rejected, Source, Topic, Window
from scrapers.answers import answered, failed, out_of_reach, unusable
from scrapers.relevance import promising
from scrapers.sniff import declares_doctype
from scrapers.urls import canonicalize
from scrapers.web import SITEMAP, Web

MAX_CHILDREN = 50  # sub-sitemaps read for one window; an index may name thousands
_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_/]?(0[1-9]|1[0-2])(?!\d{3})")


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The pages that the sitemap dates in the window; of an index, the sub-sitemaps that may."""
    root = _fetched(source, window, source.url, web)
    if isinstance(root, Answer):
        return root
    sitemap, read_at = root
    pages = list(sitemap.all_pages()) if not sitemap.sub_sitemaps else []
    for child in _children(sitemap, window):
        answer = _fetched(source, window, child, web)
        if isinstance(answer, Answer):
            return answer  # half an index is not an answer: its silence would look like no news
        pages += answer[0].all_pages()
    links = [link for page in pages if (link := _link(source, page, read_at))]
    dates = [link.published_at for link in links if link.published_at]
    inside = [link for link in links if link.published_at and link.published_at in window]
    if not inside and (read_at <= window.start or (dates and min(dates) >= window.end)):
        return out_of_reach(source, window, "lists nothing so far back, or was read before")
    found = tuple(link for link in inside if promising(topic, link.url, link.title))
    return answered(source, window, found, listed=len(inside))


def _fetched(
    source: Source, window: Window, url: str, web: Web
) -> tuple[AbstractSitemap, datetime] | Answer:
    page = web.get(url, SITEMAP)
    if isinstance(page, Rejected):
        return failed(source, window, page)
    try:
        text = _text(page.body)
    except (zlib.error, ValueError) as error:
        return unusable(source, window, f"{url}: {error}")
    if declares_doctype(text[:300_000].encode()):
        return unusable(source, window, f"{url}: not a sitemap (it declares a document type)")
    sitemap = sitemap_from_str(text)
    if isinstance(sitemap, InvalidSitemap):
        return unusable(source, window, f"{url}: not a sitemap")
    return sitemap, page.fetched_at


def _text(body: bytes) -> str:
    if body[:2] == b"\x1f\x8b":  # a .gz file: the transfer's own compression is off already
        engine = zlib.decompressobj(wbits=31)
        body = engine.decompress(body, SITEMAP.limit)
        if engine.unconsumed_tail:
            raise ValueError(f"unpacks to more than {SITEMAP.limit} bytes")
    return body.decode("utf-8-sig", "replace")


def _children(sitemap: AbstractSitemap, window: Window) -> Iterator[str]:
    """The sub-sitemaps whose name gives no month, or a month that the window touches."""
    urls = [child.url for child in sitemap.sub_sitemaps]
    months = {window.start.strftime("%Y%m"), window.end.strftime("%Y%m")}
    for url in urls[:MAX_CHILDREN]:
        named = {year + month for year, month in _MONTH.findall(url)}
        if not named or named & months:
            yield url


def _link(source: Source, page: SitemapPage, seen_at: datetime) -> Link | None:
    story = page.news_story
    published = story.publish_date if story else page.last_modified
    if published is not None and published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    try:
        url = canonicalize(page.url)
    except ValueError:
        return None
    return Link(
        url=url,
        address=page.url,
        source=source.name,
        title=(story.title if story else "")[:1000],
        published_at=published,
        seen_at=seen_at,
    )
