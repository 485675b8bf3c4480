"""What outlets list themselves: feeds, sitemaps and news sitemaps.

Formats: the SOURCES reference, sections 1 and 2. Where which outlet has them stands in FEEDS and
DATED; every outlet with a news sitemap (all but the sentinel) has it at /news-sitemap.xml.
"""

import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from standin.world import Habit, Outlet, Story, World

# code → kind and path of its feed
FEEDS = {
    "herald": ("rss", "/feed/"),
    "courier": ("atom", "/atom.xml"),
    "wire": ("rss", "/rss.xml"),
    "tribune": ("rss", "/rss/latest"),
    "quanbao": ("rss", "/rss.xml"),
    "sentinel": ("atom", "/feed.atom"),
}
# code → ending of its dated sub-sitemaps, one a month, under /sitemap.xml
DATED = {"herald": ".xml.gz", "courier": ".xml", "quanbao": ".xml"}
NO_NEWS = ("sentinel",)
_IGNORES = ("wire",)  # sends no validators and heeds none
_WEAK = ("courier",)  # its tags are weak ones
_ITEMS = 30
_NEWS = timedelta(days=2)
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS_MAP = "http://www.google.com/schemas/sitemap-news/0.9"


def respond(request: Request, world: World, outlet: Outlet) -> Response | None:
    """The list at this address; None if there is none."""
    path = request.url.path
    kind, feed = FEEDS[outlet.code]
    if path == feed:
        return _feed(request, world, outlet, kind)
    if path == "/news-sitemap.xml" and outlet.code not in NO_NEWS:
        return _news_sitemap(world, outlet)
    if outlet.code in DATED and path.startswith("/sitemap"):
        return _sitemap(path, world, outlet)
    return None


@lru_cache(maxsize=4)
def by_path(world: World) -> dict[tuple[str, str], Story]:
    """(an outlet's code, a path) → the story that stands there."""
    return {(story.outlet.code, story.path): story for story in world.stories}


def index(*parts: tuple[str, str]) -> Response:
    """A sitemap index of (address, lastmod)."""
    rows = "".join(
        f"<sitemap><loc>{escape(address)}</loc><lastmod>{day}</lastmod></sitemap>\n"
        for address, day in parts
    )
    return _xml(f'<sitemapindex xmlns="{_SITEMAP}">\n{rows}</sitemapindex>\n')


def _public(world: World, service: str, since: datetime | None = None) -> list[Story]:
    """What an outlet lists itself: at once, not when others have seen it."""
    slugs = world.listings[service]
    return [
        story
        for story in world.stories
        if story.slug in slugs
        and story.published <= world.now
        and (since is None or story.published >= since)
    ]


def _sitemap(path: str, world: World, outlet: Outlet) -> Response | None:
    service = f"sitemap:{outlet.code}"
    months = {
        f"/sitemap-{month}{DATED[outlet.code]}": list(stories)
        for month, stories in groupby(
            _public(world, service),
            key=lambda s: f"{s.published.astimezone(outlet.zone):%Y-%m}",
        )
    }
    if path == "/sitemap.xml":
        parts = [
            (world.home(outlet) + name, stories[-1].published.astimezone(outlet.zone).isoformat())
            for name, stories in months.items()
        ]
        return index(*parts)
    if path not in months:
        return None
    rows = "".join(
        f"<url><loc>{escape(world.address(story, service))}</loc>"
        f"<lastmod>{story.published.astimezone(outlet.zone).isoformat()}</lastmod></url>\n"
        for story in months[path]
    )
    whole = _xml(f'<urlset xmlns="{_SITEMAP}">\n{rows}</urlset>\n')
    if path.endswith(".gz"):
        return Response(gzip.compress(whole.body, mtime=0), media_type="application/gzip")
    return whole


def _news_sitemap(world: World, outlet: Outlet) -> Response:
    stories = [s for s in world.stories if s.outlet is outlet and s.habit is not Habit.GONE]
    rows = "".join(
        f"<url><loc>{escape(world.address(story, 'sitemap:'))}</loc><news:news><news:publication>"
        f"<news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{story.published.astimezone(outlet.zone).isoformat()}"
        f"</news:publication_date><news:title>{escape(story.title)}</news:title></news:news></url>\n"
        for story in stories
        if world.now - _NEWS <= story.published <= world.now
    )
    return _xml(f'<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS_MAP}">\n{rows}</urlset>\n')


def _feed(request: Request, world: World, outlet: Outlet, kind: str) -> Response:
    stories = _public(world, f"feed:{outlet.code}")[-_ITEMS:][::-1]
    make = _atom if kind == "atom" else _rss
    response = make(world, outlet, stories)
    if outlet.code in _IGNORES or not stories:
        return response
    tag = f'"{blake2b(response.body, digest_size=8).hexdigest()}"'
    validators = {
        "etag": f"W/{tag}" if outlet.code in _WEAK else tag,
        "last-modified": format_datetime(stories[0].published, usegmt=True),
        "cache-control": "max-age=300",
    }
    if _unchanged(request, tag, stories[0].published):
        return Response(status_code=304, headers=validators)
    response.headers.update(validators)
    return response


def _unchanged(request: Request, tag: str, changed: datetime) -> bool:
    """Whether the client has it already; a tag counts for more than a date (RFC 9110, 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tag in (one.strip().removeprefix("W/") for one in tags.split(","))
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and changed <= parsedate_to_datetime(since)
    except ValueError:
        return False


def _rss(world: World, outlet: Outlet, stories: Iterable[Story]) -> Response:
    items = "".join(_rss_item(world, outlet, story) for story in stories)
    return _xml(
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{world.home(outlet)}/</link>"
        f"<language>{outlet.language}</language>\n{items}</channel></rss>\n",
        "application/rss+xml",
    )


def _rss_item(world: World, outlet: Outlet, story: Story) -> str:
    service = f"feed:{outlet.code}"
    address = world.address(story, service)
    local = story.published.astimezone(outlet.zone)
    date = f"<pubDate>{format_datetime(local)}</pubDate>"
    if outlet.code == "wire":
        date = f"<dc:date>{story.published:%Y-%m-%dT%H:%M:%SZ}</dc:date>"
    if story.habit is Habit.UNDATED:
        date = ""
    if outlet.code == "tribune":
        address += f"{'&' if '?' in address else '?'}utm_source=rss&utm_medium=feed"
    guid = "" if outlet.code == "wire" else f"{outlet.code}-{story.number}"
    return (
        f"<item><title>{escape(story.title)}</title><link>{escape(address)}</link>"
        + (f'<guid isPermaLink="false">{guid}</guid>' if guid else "")
        + f"{date}<description>{escape(story.teaser)}</description>"
        f"<dc:creator>{escape(', '.join(story.authors))}</dc:creator></item>\n"
    )


def _atom(world: World, outlet: Outlet, stories: list[Story]) -> Response:
    home = world.home(outlet)
    newest = stories[0].published if stories else world.now
    entries = "".join(_atom_entry(world, outlet, story) for story in stories)
    return _xml(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><id>{home}/</id>'
        f"<title>{escape(outlet.name)}</title><updated>{newest.isoformat()}</updated>"
        f'<link rel="self" href="{home}{FEEDS[outlet.code][1]}"/>\n{entries}</feed>\n',
        "application/atom+xml",
    )


def _atom_entry(world: World, outlet: Outlet, story: Story) -> str:
    address = escape(world.address(story, f"feed:{outlet.code}"), {'"': "&quot;"})
    stamp = story.published.astimezone(outlet.zone).isoformat()
    dates = f"<published>{stamp}</published><updated>{stamp}</updated>"
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in story.authors)
    return (
        f"<entry><id>urn:{outlet.code}:{story.number}</id><title>{escape(story.title)}</title>"
        f'<link rel="alternate" href="{address}"/>'
        f"{'' if story.habit is Habit.UNDATED else dates}"
        f"<summary>{escape(story.teaser)}</summary>{authors}</entry>\n"
    )


def _xml(text: str, kind: str = "application/xml") -> Response:
    declared = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    return Response(declared, media_type=kind)
