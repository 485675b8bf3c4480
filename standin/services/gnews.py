"""GNews on its free plan: `/api/v4/search`.

From the SOURCES reference, section 7.2. Kinds of fault: quota (403, the day's requests are used
up), throttled (429, too many in a second), down (503).

The free plan gives at most 10 articles of a question and no further page; what is of the last 12
hours or older than 30 days is counted in `totalArticles` and left out of `articles`.
"""

import hashlib
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import KEY, LONG_AGO, Ask, as_json, asked, closing, opening, zulu
from standin.services.matching import QueryError, found
from standin.world import Story, World

NAME = "gnews"
article_cap = 10
LONGEST_QUERY = 200
DELAY = timedelta(hours=12)
DEPTH = timedelta(days=30)
_QUOTA = "You have reached your request limit for today, the next reset is at midnight UTC."

FAULTS = (
    Fault(service=NAME, kind="throttled", match="2025-02-12"),
    Fault(service=NAME, kind="down", match="2025-02-18"),
)


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault == "quota":
        return _errors(403, [_QUOTA])
    if fault == "throttled":
        return _errors(429, ["You have made too many requests in the last second."])
    if fault == "down":
        return _errors(503, ["The service is down for maintenance."])
    if ask.key("x-api-key", "apikey") != KEY:
        return _errors(401, ["You did not provide a valid API key."])
    if ask.path != "/api/v4/search":
        return _errors(404, ["Not found."])
    return _search(ask, world)


def _errors(status: int, errors: list[str] | dict[str, str]) -> Response:
    return as_json({"errors": errors}, status)


def _search(ask: Ask, world: World) -> Response:
    query = ask.one("q")
    if not query:
        return _errors(400, {"q": "The query is required."})
    if len(query) > LONGEST_QUERY:
        return _errors(400, {"q": f"The query may not be longer than {LONGEST_QUERY} characters."})
    try:
        start = opening(ask.one("from")) if ask.one("from") else LONG_AGO
        end = closing(ask.one("to")) if ask.one("to") else world.now
        most = min(max(ask.number("max", article_cap), 1), article_cap)
        slugs = found(world, NAME, query)
    except QueryError:
        return _errors(400, {"q": "The query has a syntax error."})
    except ValueError:
        return _errors(400, {"from": "The date format is invalid."})
    stories = [
        story
        for story in reversed(world.listed(NAME, start, end))
        if story.slug in slugs and ask.one("lang") in ("", story.outlet.language)
    ]
    shown = [s for s in stories if world.now - DEPTH <= s.published <= world.now - DELAY]
    articles = [_article(world, story) for story in shown[:most]]
    return as_json({"totalArticles": len(stories), "articles": articles})


def _article(world: World, story: Story) -> dict[str, Any]:
    start, rest = story.text[:180], len(story.text) - 180
    return {
        "id": hashlib.md5(story.slug.encode(), usedforsecurity=False).hexdigest(),
        "title": story.title,
        "description": story.teaser,
        "content": f"{start}... [{rest} chars]" if rest > 0 else start,
        "url": world.address(story, NAME),
        "image": None,
        "publishedAt": zulu(story.published),
        "lang": story.outlet.language,
        "source": {
            "id": hashlib.md5(story.outlet.code.encode(), usedforsecurity=False).hexdigest(),
            "name": story.outlet.name,
            "url": world.home(story.outlet),
            "country": story.outlet.country.lower(),
        },
    }
