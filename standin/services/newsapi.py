"""NewsAPI.org on its free plan: `/v2/everything`.

From the SOURCES reference, section 7.3. Kinds of fault: throttled (429 `rateLimited`), down (500).

The free plan shows nothing of the last 24 hours, nothing older than a month (426), and no more
than 100 results of a question (426).
"""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import KEY, Ask, as_json, asked, closing, opening, zulu
from standin.services.matching import QueryError, found
from standin.world import Story, World

NAME = "newsapi"
LARGEST_PAGE = 100
result_cap = 100
DELAY = timedelta(hours=24)
DEPTH = timedelta(days=30)
_LIMIT = "You have made too many requests recently. Developer accounts are limited to 100 requests."
_MANY = "You have requested too many results. Developer accounts are limited to {} results."
_OLD = "You are trying to request results too far in the past. Your plan reaches back to {}."

FAULTS = (
    Fault(service=NAME, kind="throttled", match="2025-02-12"),
    Fault(service=NAME, kind="down", match="2025-02-18"),
)


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault == "throttled":
        return _error(429, "rateLimited", _LIMIT)
    if fault == "down":
        return _error(500, "unexpectedError", "This shouldn't happen.")
    key = ask.key("x-api-key", "apiKey")
    if not key:
        return _error(401, "apiKeyMissing", "Your API key is missing.")
    if key != KEY:
        return _error(401, "apiKeyInvalid", "Your API key is invalid or incorrect.")
    if ask.path != "/v2/everything":
        return _error(404, "endpointNotFound", "The endpoint does not exist.")
    return _everything(ask, world)


def _error(status: int, code: str, message: str) -> Response:
    return as_json({"status": "error", "code": code, "message": message}, status)


def _everything(ask: Ask, world: World) -> Response:
    if not ask.one("q"):
        return _error(400, "parametersMissing", "Required parameters are missing: q.")
    earliest = world.now - DEPTH
    try:
        start = opening(ask.one("from")) if ask.one("from") else earliest
        end = closing(ask.one("to")) if ask.one("to") else world.now
        page, size = ask.number("page", 1), ask.number("pageSize", LARGEST_PAGE)
        slugs = found(world, NAME, ask.one("q"))
    except QueryError:
        return _error(400, "queryMalformed", "Your query is malformed.")
    except ValueError:
        return _error(400, "parameterInvalid", "A date or a number cannot be read.")
    if start.date() < earliest.date():
        return _error(426, "parameterInvalid", _OLD.format(earliest.date()))
    if page < 1 or not 1 <= size <= LARGEST_PAGE:
        return _error(400, "parameterInvalid", "page and pageSize are out of range.")
    if page * size > max(result_cap, size) or (page > 1 and page * size > result_cap):
        return _error(426, "maximumResultsReached", _MANY.format(result_cap))
    listed = world.listed(NAME, start, min(end, world.now - DELAY))
    stories = [s for s in listed if s.slug in slugs and _spoken(ask, s)][::-1]
    chosen = stories[:result_cap][(page - 1) * size : page * size]
    articles = [_article(world, story) for story in chosen]
    return as_json({"status": "ok", "totalResults": len(stories), "articles": articles})


def _spoken(ask: Ask, story: Story) -> bool:
    return ask.one("language") in ("", story.outlet.language)


def _article(world: World, story: Story) -> dict[str, Any]:
    start, rest = story.text[:200], len(story.text) - 200
    return {
        "source": {"id": None, "name": story.outlet.name},
        "author": ", ".join(story.authors) or None,
        "title": story.title,
        "description": story.teaser,
        "url": world.address(story, NAME),
        "urlToImage": None,
        "publishedAt": zulu(story.published),
        "content": f"{start}… [+{rest} chars]" if rest > 0 else start,
    }
