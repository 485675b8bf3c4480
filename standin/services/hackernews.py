"""Hacker News as Algolia searches it: `/api/v1/search_by_date` and `/api/v1/search`.

From the SOURCES reference, section 8.3. Kinds of fault: throttled (429), down (503).

A search forgives slips of the pen, one from four letters on and two from eight on, so that it
also finds what is about something else; titles and addresses are what it looks through. Besides
the stories of the world there are such false hits and text posts, which have no address.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import Ask, as_json, asked, zulu
from standin.world import World

NAME = "hackernews"
hit_cap = 1000  # hits that paging reaches, whatever was found; a test may set it low
LARGEST_PAGE = 1000
_LIMIT = re.compile(r"(created_at_i|points|num_comments)(<=|>=|<|>|!=|=)(\d+)")
_WORD = re.compile(r"[a-z0-9]+")

# About other things, or without an address: every some days one more of each.
_FALSE = (
    "Show HN: DeepSeep, a map of springs",
    "Deepsea cables and who repairs them",
    "Deepspeak: a debugger for shaders",
)
_POST = "Ask HN: Does anyone run DeepSeek at home?"

FAULTS = (
    # Seconds of 3 and 14 February 2025, as far as their first digits tell.
    Fault(service=NAME, kind="throttled", match="17385", times=2),
    Fault(service=NAME, kind="down", match="17395"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    number: int
    created: datetime
    title: str
    url: str  # empty: a text post
    author: str
    points: int
    comments: int

    @property
    def seconds(self) -> int:
        return int(self.created.timestamp())

    def hit(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "objectID": str(self.number),
            "created_at": zulu(self.created),
            "created_at_i": self.seconds,
            "title": self.title,
            "author": self.author,
            "points": self.points,
            "num_comments": self.comments,
            "_tags": ["story", f"author_{self.author}", f"story_{self.number}"],
        }
        return {**data, "url": self.url} if self.url else {**data, "story_text": "What it says."}


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault == "throttled":
        return as_json({"message": "Too Many Requests", "status": 429}, 429)
    if fault == "down":
        return as_json({"message": "Service Unavailable", "status": 503}, 503)
    if ask.path not in ("/api/v1/search", "/api/v1/search_by_date"):
        return as_json({"error": "Not Found", "status": 404}, 404)
    try:
        page, size = ask.number("page", 0), ask.number("hitsPerPage", 20)
        limits = _limits(ask.one("numericFilters"))
    except ValueError as error:
        return as_json({"message": str(error), "status": 400}, 400)
    size = min(max(size, 1), LARGEST_PAGE)
    hits = [item for item in _matching(ask, world) if all(_keeps(item, part) for part in limits)]
    if ask.path.endswith("search"):
        hits.sort(key=lambda item: -item.points)
    reached = hits[:hit_cap]
    data = {
        "hits": [item.hit() for item in reached[page * size : (page + 1) * size]],
        "nbHits": len(hits),
        "page": page,
        "nbPages": -(-len(reached) // size),
        "hitsPerPage": size,
        "query": ask.one("query"),
    }
    return as_json(data)


def _limits(text: str) -> list[tuple[str, str, int]]:
    """ValueError for what is no condition on a number."""
    limits = []
    for part in text.split(",") if text else []:
        match = _LIMIT.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"invalid numericFilters: {part}")
        limits.append((match[1], match[2], int(match[3])))
    return limits


def _keeps(item: _Item, limit: tuple[str, str, int]) -> bool:
    name, sign, value = limit
    has = {
        "created_at_i": item.seconds,
        "points": item.points,
        "num_comments": item.comments,
    }[name]
    return {
        "<": has < value,
        "<=": has <= value,
        ">": has > value,
        ">=": has >= value,
        "=": has == value,
        "!=": has != value,
    }[sign]


def _matching(ask: Ask, world: World) -> list[_Item]:
    """Newest first."""
    if not _tagged(ask.one("tags")):
        return []
    fields = ask.one("restrictSearchableAttributes", "title,url")
    found = _found(world, ask.one("query").lower(), fields)
    return [item for item in found if item.created <= world.now]


def _tagged(tags: str) -> bool:
    """Whether stories pass: every part, or one of those in parentheses. All items are stories."""
    groups = re.findall(r"\(([^)]*)\)|([^,()]+)", tags)
    return all("story" in (either or single).split(",") for either, single in groups)


@lru_cache(maxsize=64)
def _found(world: World, query: str, fields: str) -> list[_Item]:
    terms = _WORD.findall(query)
    found = []
    for item in _items(world):
        text = f"{item.title if 'title' in fields else ''} {item.url if 'url' in fields else ''}"
        words = set(_WORD.findall(text.lower()))
        if all(any(_alike(term, word) for word in words) for term in terms):
            found.append(item)
    return found


@lru_cache(maxsize=8)
def _items(world: World) -> list[_Item]:
    """All there is, newest first."""
    items = []
    for story in world.stories:
        if story.slug in world.listings.get(NAME, ()):
            items.append(_item(story.seen, story.title, world.address(story, NAME)))
    first, last = world.stories[0].published, world.stories[-1].published
    for number in range((last - first).days + 1):
        noon = first.replace(hour=12, minute=number % 60, second=7, tzinfo=UTC)
        created = noon + timedelta(days=number)
        if number % 3 == 0:
            title = _FALSE[number // 3 % len(_FALSE)]
            items.append(_item(created, title, f"{world.home(world.outlets[0])}/else/{number}"))
        if number % 5 == 1:
            items.append(_item(created, _POST, ""))
    return sorted(items, key=lambda item: item.created, reverse=True)


def _item(created: datetime, title: str, url: str) -> _Item:
    seconds = int(created.timestamp())
    return _Item(
        number=seconds % 100_000_000,
        created=created,
        title=title,
        url=url,
        author=f"reader{seconds % 17}",
        points=seconds % 211 + 1,
        comments=seconds % 89,
    )


def _alike(term: str, word: str) -> bool:
    """Whether a word is the term, or begins with it, but for the slips that are forgiven."""
    slips = 0 if len(term) < 4 else 1 if len(term) < 8 else 2
    lengths = range(len(term) - slips, len(term) + slips + 1)
    return any(_distance(term, word[:length]) <= slips for length in lengths)


def _distance(one: str, other: str) -> int:
    """Letters to add, drop or change."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (a != b)))
        row = new
    return row[-1]
