"""The outlets: front pages, articles in each house's layout, robots.txt; lists are standin.lists'.

Kinds of fault, by service = an outlet's code; `match` names the path that meets it:

    down, throttled, forbidden, gap   503 with Retry-After, 429, 403, 404
    slow, hangup                      late; broken off half-way
    robots_5xx                        503 without Retry-After (match="/robots.txt")
    not_modified_lie                  304 to whoever asks, with validators or without
    html_200                          a page saying "please wait", status 200, in place of anything
    doctype_bomb, bozo                XML with an entity bomb; XML that breaks off
    gz_bomb                           a gzip file that unpacks to 300 MiB
    index_loop                        a sitemap index that names itself alone
"""

import asyncio
from collections.abc import AsyncIterator
from html import escape

from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from standin import lists
from standin.layouts import amp, html_of
from standin.script import Script, target
from standin.trouble import gz_bomb, spoiled, status_of
from standin.world import Habit, Outlet, Story, World

_TRAP = "http://169.254.169.254/latest/meta-data/"
_LATEST = 20  # stories on a front page
_DRIP_EVERY = 0.2  # seconds
_DOCTYPE = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>\n'
    "<rss version='2.0'><channel><title>&d;</title></channel></rss>"
)
_WAIT = (
    "<!DOCTYPE html><html><head><title>One moment</title></head><body>Please wait…</body></html>"
)


def respond(request: Request, world: World, script: Script, outlet: Outlet) -> Response:
    """What the outlet's host answers."""
    kind = script.fault(outlet.code, target(request))
    return _faulty(kind, request, world) or spoiled(kind, _content(request, world, outlet))


def _faulty(kind: str, request: Request, world: World) -> Response | None:
    match kind:
        case "robots_5xx":
            return PlainTextResponse("Internal Server Error\n", 503)
        case "not_modified_lie":
            return Response(status_code=304)
        case "html_200":
            return HTMLResponse(_WAIT)
        case "doctype_bomb":
            return Response(_DOCTYPE, media_type="application/xml")
        case "bozo":
            return Response('<?xml version="1.0"?><rss><channel><item>', media_type="text/xml")
        case "gz_bomb":
            return Response(gz_bomb(), media_type="application/gzip")
        case "index_loop":
            return lists.index((str(request.url), world.now.date().isoformat()))
    return status_of(kind)


def _content(request: Request, world: World, outlet: Outlet) -> Response:
    path = request.url.path
    if path == "/robots.txt":
        return PlainTextResponse(_robots(world, outlet))
    if path == "/":
        number = request.query_params.get("p")
        return _moved(world, outlet, number) if number else _front(world, outlet)
    if (listed := lists.respond(request, world, outlet)) is not None:
        return listed
    return _article(path, world, outlet)


def _robots(world: World, outlet: Outlet) -> str:
    home = world.home(outlet)
    lines = ["User-agent: *", "Disallow: /private/", "Disallow: /search", "Allow: /"]
    if outlet.code == "courier":
        lines.insert(1, "Crawl-delay: 0.1")
    if outlet.code == "wire":
        lines += ["", "User-agent: GPTBot", "User-agent: CCBot", "Disallow: /"]
    if outlet.code in ("herald", "quanbao"):
        lines += ["", f"Sitemap: {home}/sitemap.xml", f"Sitemap: {home}/news-sitemap.xml"]
    return "\n".join(lines) + "\n"


def _moved(world: World, outlet: Outlet, number: str) -> Response:
    for story in world.stories:
        if str(story.number) == number and story.outlet is outlet and _public(story, world):
            return RedirectResponse(world.url(story), 301)
    return _not_found(outlet)


def _public(story: Story, world: World) -> bool:
    return story.published <= world.now


def _not_found(outlet: Outlet) -> Response:
    return HTMLResponse(
        f"<!DOCTYPE html><html><head><title>Not found | {escape(outlet.name)}</title></head>"
        "<body><h1>Page not found</h1><p>The page has moved, or was never here.</p></body></html>",
        404,
    )


def _front(world: World, outlet: Outlet) -> Response:
    mine = [s for s in world.stories if s.outlet is outlet and _public(s, world)][-_LATEST:]
    items = "".join(
        f'<li><a href="{escape(s.path)}">{escape(s.title)}</a><p>{escape(s.teaser)}</p></li>'
        for s in reversed(mine)
    )
    kind, path = lists.FEEDS[outlet.code]
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="{outlet.language}"><head><meta charset="utf-8">'
        f"<title>{escape(outlet.name)}</title>"
        f'<link rel="alternate" type="application/{kind}+xml" href="{path}"></head>'
        f"<body><h1>{escape(outlet.name)}</h1><ul>{items}</ul></body></html>"
    )


def _article(path: str, world: World, outlet: Outlet) -> Response:
    is_amp = path.endswith("/amp/")
    address = path.removesuffix("amp/") if is_amp else path
    story = lists.by_path(world).get((outlet.code, address))
    if story is None or not _public(story, world) or story.habit is Habit.GONE:
        return _not_found(outlet)
    if is_amp and story.habit is not Habit.AMP_TWIN:
        return _not_found(outlet)
    match story.habit:
        case Habit.TRAP:
            return RedirectResponse(_TRAP, 302)
        case Habit.DRIP:
            return StreamingResponse(_drip(), media_type="text/html; charset=utf-8")
        case Habit.WRONG_TYPE:
            return Response(b"%PDF-1.7\n%%EOF\n", media_type="application/pdf")
    return HTMLResponse((amp if is_amp else html_of)(story, world), headers=_rights(story))


def _rights(story: Story) -> dict[str, str]:
    return {"tdm-reservation": "1"} if story.habit is Habit.RESERVED else {}


async def _drip() -> AsyncIterator[bytes]:
    """A page that never ends; the server cancels it when it stops."""
    yield b"<!DOCTYPE html><html><head><title>DeepSeek</title></head><body>"
    while True:
        await asyncio.sleep(_DRIP_EVERY)
        yield b"<p>More follows.</p>\n"
