"""Google News' search feed: `/rss/search`.

From the SOURCES reference, section 8.1. Kinds of fault:

    down        503, as addresses of data centres get
    throttled   429
    consent     200 with a consent page in HTML
    moved       302 to that page
    sorry       302 to a page that takes the client for a robot (200, HTML)

A client that names itself by no User-Agent gets 403. A feed has stories in the edition's language
only. Days of `after:` and `before:` are excluded themselves; without one, old stories appear, and
`when:` with anything but a span is ignored.
"""

import base64
import hashlib
import re
from datetime import UTC, date, datetime, time, timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from standin.script import Fault, Script, target
from standin.services.asking import LONG_AGO, Ask, as_html, asked, rfc822, typed
from standin.services.matching import QueryError, found
from standin.world import Story, World

NAME = "googlenews"
item_cap = 100  # items in a feed; a test may set it low
_OPERATOR = re.compile(r"(?:^|\s)(after|before|when):(\S+)")
_SPAN = re.compile(r"(\d+)([hdmy])")
_HOURS = {"h": 1, "d": 24, "m": 24 * 30, "y": 24 * 365}
_EDITION = {"hl": "en-US", "gl": "US", "ceid": "US:en"}
_CONSENT = "<html><title>Before you continue</title><form>Cookies and data</form></html>"
_SORRY = "<html><title>Sorry</title><p>Our systems have detected unusual traffic.</p></html>"
_OLD_TITLE = "DeepSeek and the chips of years ago"

FAULTS = (
    Fault(service=NAME, kind="down", match="2025-02-03"),
    Fault(service=NAME, kind="consent", match="2025-02-09"),
    Fault(service=NAME, kind="throttled", match="2025-02-15"),
    Fault(service=NAME, kind="moved", match="2025-02-21"),
)


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault == "down":
        return as_html("<html><title>Error 503 (Service Unavailable)</title></html>", 503)
    if fault == "throttled":
        return as_html("<html><title>Error 429 (Too Many Requests)</title></html>", 429)
    if fault == "consent" or ask.path == "/consent":
        return as_html(_CONSENT)
    if fault in ("moved", "sorry"):
        return RedirectResponse("/consent" if fault == "moved" else "/sorry/index", 302)
    if ask.path == "/sorry/index":
        return as_html(_SORRY)
    if not ask.headers.get("user-agent"):
        return as_html("<html><title>Error 403 (Forbidden)</title></html>", 403)
    if ask.path == "/rss/unsupported":
        return _feed("This feed is not available.", [])
    if ask.path.startswith("/rss/articles/"):
        return as_html('<html><c-wiz data-n-a-sg="AZ5r" data-n-a-ts="1738627200"></c-wiz></html>')
    if ask.path != "/rss/search":
        return as_html("<html><title>Error 404 (Not Found)</title></html>", 404)
    return _search(ask, world)


def _search(ask: Ask, world: World) -> Response:
    """Newest first; the real one mixes in relevance."""
    if any(not ask.one(name) for name in _EDITION):
        kept = "&".join(f"{n}={ask.one(n) or v}" for n, v in _EDITION.items())
        said = re.search(r"(?:^|&)(q=[^&]*)", ask.query)
        return RedirectResponse(f"/rss/search?{said[1] if said else 'q='}&{kept}", 302)
    land, _, language = ask.one("ceid").partition(":")
    if land != ask.one("gl") or language.split("-")[0] != ask.one("hl").split("-")[0]:
        return RedirectResponse("/rss/unsupported", 302)
    words = _OPERATOR.sub(" ", ask.one("q")).strip()
    start, end = _span(ask.one("q"), world)
    try:
        slugs = found(world, NAME, words)
    except QueryError:
        return _feed(f'"{ask.one("q")}" - Google News', [])
    items = [
        _item(world, story)
        for story in reversed(world.listed(NAME, start or LONG_AGO, end or world.now))
        if story.slug in slugs and story.outlet.language == ask.one("hl").split("-")[0]
    ]
    if start is None and "deepseek" in words.lower():
        items.append(_old_item(world))
    return _feed(f'"{ask.one("q")}" - Google News', items[:item_cap])


def _span(query: str, world: World) -> tuple[datetime | None, datetime | None]:
    """Half-open; None where nothing was said."""
    start = end = None
    for name, value in _OPERATOR.findall(query):
        if name == "when":
            span = _SPAN.fullmatch(value)
            if span:
                start = world.now - timedelta(hours=int(span[1]) * _HOURS[span[2]])
            continue
        try:
            day = datetime.combine(date.fromisoformat(value), time(), UTC)
        except ValueError:
            continue
        if name == "after":
            start = day + timedelta(days=1)
        else:
            end = day
    return start, end


def _link(world: World, story: Story) -> str:
    """An opaque number: of every second story the old kind, which holds the address."""
    if story.number % 2:
        digest = hashlib.sha256(story.slug.encode()).digest()
        inner = b"AU_yqL" + base64.urlsafe_b64encode(digest * 2)
    else:
        inner = world.address(story, NAME).encode()
    size = len(inner)
    length = bytes([size]) if size < 128 else bytes([size % 128 + 128, size // 128])
    data = b"\x08\x13\x22" + length + inner + b"\xd2\x01\x00"
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _item(world: World, story: Story) -> str:
    return _entry(
        world, _link(world, story), story.title, story.published, story.outlet.name,
        world.home(story.outlet),
    )  # fmt: skip


def _old_item(world: World) -> str:
    outlet = world.outlets[0]
    published = datetime(2021, 5, 3, 8, tzinfo=UTC)
    return _entry(world, "CBMiOLD0", _OLD_TITLE, published, outlet.name, world.home(outlet))


def _entry(world: World, code: str, title: str, published: datetime, outlet: str, home: str) -> str:
    link = f"http://googlenews.localhost:{world.port}/rss/articles/{code}?oc=5"
    shown = f'<a href="{link}" target="_blank">{escape(title)}</a>&nbsp;&nbsp;{escape(outlet)}'
    return (
        f"<item><title>{escape(f'{title} - {outlet}')}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{code}</guid><pubDate>{rfc822(published)}</pubDate>'
        f"<description>{escape(shown)}</description>"
        f'<source url="{home}">{escape(outlet)}</source></item>'
    )


def _feed(title: str, items: list[str]) -> Response:
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<generator>NFE/5.0</generator><title>{escape(title)}</title>"
        f"<language>en</language>{''.join(items)}</channel></rss>"
    )
    return typed(text.encode(), "application/xml; charset=utf-8")
