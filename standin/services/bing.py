"""Bing News' search feed: `/news/search?format=rss`.

From the SOURCES reference, section 8.2. Kinds of fault: throttled (429), down (503), robot (200
with a page of HTML that asks for proof of a human).

Only the newest of what matches, without days to ask for: of today's, or of the last hours with
`qft=interval="7"`.
"""

from datetime import timedelta
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import LONG_AGO, Ask, as_html, asked, rfc822, typed
from standin.services.matching import QueryError, found
from standin.world import Story, World

NAME = "bing"
item_cap = 12
_PRESETS = {'interval="4"': 1, 'interval="7"': 24, 'interval="8"': 24 * 7, 'interval="9"': 24 * 30}
_ROBOT = "<html><title>One last step</title><p>Please solve the challenge.</p></html>"

FAULTS = (
    Fault(service=NAME, kind="throttled"),
    Fault(service=NAME, kind="robot"),
)


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault == "throttled":
        return as_html("<html><title>Too many requests</title></html>", 429)
    if fault == "down":
        return as_html("<html><title>Service unavailable</title></html>", 503)
    if fault == "robot":
        return as_html(_ROBOT)
    if ask.path == "/news/apiclick.aspx":
        return as_html("<html><script>/* leads on by script */</script></html>")
    if ask.path != "/news/search":
        return as_html("<html><title>Not found</title></html>", 404)
    if ask.one("format").lower() != "rss":
        return as_html("<html><title>News</title></html>")
    stories = _newest(ask, world)
    return typed(_feed(ask, world, stories).encode(), "text/xml; charset=utf-8")


def _newest(ask: Ask, world: World) -> list[Story]:
    hours = _PRESETS.get(ask.one("qft"))
    start = world.now - timedelta(hours=hours) if hours else LONG_AGO
    language = (ask.one("setlang") or ask.one("mkt")).split("-")[0] or "en"
    try:
        slugs = found(world, NAME, ask.one("q"))
    except QueryError:
        return []
    stories = [
        story
        for story in world.listed(NAME, start, world.now)
        if story.slug in slugs and story.outlet.language == language
    ]
    return stories[::-1][:item_cap]


def _item(ask: Ask, world: World, story: Story) -> str:
    market = ask.one("mkt") or f"{ask.one('setlang', 'en')}-{ask.one('cc', 'us')}"
    link = (
        f"http://bing.localhost:{world.port}/news/apiclick.aspx?ref=FexRss&aid=&tid={story.number:x}"
        f"&url={quote(world.address(story, NAME), safe='')}&c={story.number * 7919}"
        f"&mkt={market.lower()}"
    )
    return (
        f"<item><title>{escape(story.title)}</title><link>{escape(link)}</link>"
        f"<description>{escape(story.teaser)}</description>"
        f"<pubDate>{rfc822(story.published)}</pubDate>"
        f"<News:Source>{escape(story.outlet.name)}</News:Source></item>"
    )


def _feed(ask: Ask, world: World, stories: list[Story]) -> str:
    about = f"http://bing.localhost:{world.port}/news/search?q={quote(ask.one('q'))}&format=rss"
    return (
        '<?xml version="1.0" encoding="utf-8" ?>'
        f'<rss version="2.0" xmlns:News="{escape(about)}"><channel>'
        f"<title>{escape(ask.one('q'))} - BingNews</title><link>{escape(about)}</link>"
        f"{''.join(_item(ask, world, story) for story in stories)}</channel></rss>"
    )
