"""A publisher's own interface, of the Guardian Open Platform's kind (`/search`, `/{item}`).

From the SOURCES reference, section 7.1. Kinds of fault:

    throttled   429 of the gateway: another shape than the interface's own errors
    down        503 of the gateway
    expired     410, the item's rights are over
    deep        400, paging refused this far

An item whose own page is gone answers 410 by itself.
"""

import html
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import KEY, LONG_AGO, Ask, as_json, asked, closing, opening, zulu
from standin.services.matching import QueryError, found
from standin.world import Habit, Story, World

NAME = "guardian"
LARGEST_PAGE = 200
DEEPEST = 1500  # hits; the documentation names no number
_DATES = "Dates must be an ISO8601 date or datetime e.g. 2014-01-01 or 2014-01-01T12:34:56Z"
_BEYOND = "requested page is beyond the number of available pages"
_DEEP = "Content API does not support paging this far. Please change page or page-size."
_EXPIRED = "The requested resource has expired for rights reason."

FAULTS = (
    Fault(service=NAME, kind="throttled", match="2025-02-03", times=2),
    Fault(service=NAME, kind="down", match="2025-02-10"),
    Fault(service=NAME, kind="throttled", match="2025-02-20"),
)


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault == "throttled":
        return as_json({"message": "API rate limit exceeded"}, 429)
    if fault == "down":
        return as_json({"message": "The upstream server is timing out"}, 503)
    if ask.key("api-key", "api-key") != KEY:
        return as_json({"message": "Unauthorized"}, 401)
    if fault == "deep":
        return _error(400, _DEEP)
    if ask.path == "/search":
        return _search(ask, world)
    return _item(ask, world, expired=fault == "expired")


def _error(status: int, message: str) -> Response:
    response = {"status": "error", "userTier": "developer", "message": message}
    return as_json({"response": response}, status)


def _search(ask: Ask, world: World) -> Response:
    try:
        start = opening(ask.one("from-date")) if ask.one("from-date") else LONG_AGO
        end = closing(ask.one("to-date")) if ask.one("to-date") else world.now
    except ValueError:
        return _error(400, _DATES)
    try:
        page, size = ask.number("page", 1), ask.number("page-size", 10)
    except ValueError:
        page, size = 0, 0
    if page < 1 or not 1 <= size <= LARGEST_PAGE:
        return _error(400, f"page-size must be an integer between 0 and {LARGEST_PAGE}")
    try:
        stories = _found(ask, world, start, end)
    except QueryError as error:
        return _error(400, f"An error occurred while parsing the query: {error}")
    pages = -(-len(stories) // size)
    if page > max(pages, 1):
        return _error(400, _BEYOND)
    if page * size > max(DEEPEST, size):
        return _error(400, _DEEP)
    return as_json({"response": _listing(ask, world, stories, page, size, pages)})


def _found(ask: Ask, world: World, start: datetime, end: datetime) -> list[Story]:
    """In the order that was asked for; relevance is not told from newest first."""
    if ask.one("use-date") == "last-modified":
        shift = timedelta(hours=1)  # see `_fields`
        start, end = start - shift, end - shift
    stories = world.listed(NAME, start, end)
    if ask.one("q"):
        slugs = found(world, NAME, ask.one("q"))
        stories = [story for story in stories if story.slug in slugs]
    if ask.one("lang"):
        stories = [story for story in stories if story.outlet.language == ask.one("lang")]
    return stories if ask.one("order-by") == "oldest" else stories[::-1]


def _listing(
    ask: Ask, world: World, stories: list[Story], page: int, size: int, pages: int
) -> dict[str, Any]:
    first = (page - 1) * size
    return {
        "status": "ok",
        "userTier": "developer",
        "total": len(stories),
        "startIndex": first + 1 if stories else 0,
        "pageSize": size,
        "currentPage": page,
        "pages": pages,
        "orderBy": ask.one("order-by", "relevance" if ask.one("q") else "newest"),
        "results": [_result(ask, world, story) for story in stories[first : first + size]],
    }


def _result(ask: Ask, world: World, story: Story) -> dict[str, Any]:
    item = story.path.strip("/")
    result: dict[str, Any] = {
        "id": item,
        "type": "article",
        "sectionId": "commentisfree" if story.opinion else "technology",
        "sectionName": "Opinion" if story.opinion else "Technology",
        "webPublicationDate": zulu(story.published),
        "webTitle": story.title,
        "webUrl": world.url(story),
        "apiUrl": f"http://guardian.localhost:{world.port}/{item}",
    }
    if ask.one("show-fields"):
        fields = _fields(world, story)
        wanted = ask.one("show-fields").split(",")
        result["fields"] = {n: v for n, v in fields.items() if "all" in wanted or n in wanted}
    if ask.one("show-tags"):
        wanted = ask.one("show-tags").split(",")
        result["tags"] = [t for t in _tags(story) if "all" in wanted or t["type"] in wanted]
    return {**result, "isHosted": False, "pillarId": "pillar/news", "pillarName": "News"}


@lru_cache(maxsize=4096)
def _fields(world: World, story: Story) -> dict[str, str]:
    """Strings all of them, numbers too."""
    url = world.url(story)
    return {
        "headline": story.title,
        "trailText": html.escape(story.teaser, quote=False),
        "byline": " and ".join(story.authors),
        "bodyText": " ".join(story.paragraphs),
        "body": "".join(f"<p>{html.escape(text, quote=False)}</p>" for text in story.paragraphs),
        "wordcount": str(len(story.text.split())),
        "firstPublicationDate": zulu(story.published),
        "lastModified": zulu(story.published + timedelta(hours=1)),
        "shortUrl": f"{world.home(story.outlet)}/p/{story.number}",
        "thumbnail": f"{url}thumb.jpg",
        "publication": story.outlet.name,
        "lang": story.outlet.language,
    }


def _tags(story: Story) -> list[dict[str, str]]:
    tone = ("tone/comment", "Comment") if story.opinion else ("tone/news", "News")
    tags = [
        {"id": tone[0], "type": "tone", "webTitle": tone[1]},
        {"id": f"technology/{story.theme or 'general'}", "type": "keyword", "webTitle": "Topic"},
    ]
    for name in story.authors:
        code = name.lower().replace(" ", "")
        tags.append({"id": f"profile/{code}", "type": "contributor", "webTitle": name})
    return tags


def _item(ask: Ask, world: World, *, expired: bool) -> Response:
    listed = world.listed(NAME, LONG_AGO, world.now)
    for story in listed:
        if story.path.strip("/") == ask.path.strip("/"):
            if expired or story.habit is Habit.GONE:
                return _error(410, _EXPIRED)
            content = _result(ask, world, story)
            response = {"status": "ok", "userTier": "developer", "total": 1, "content": content}
            return as_json({"response": response})
    return _error(404, "The requested resource could not be found.")
