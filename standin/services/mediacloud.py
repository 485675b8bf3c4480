"""Media Cloud's search interface: `/api/search/{story-list,total-count,count-over-time}`.

From the SOURCES reference, section 6. Kinds of fault:

    throttled       429 with JSON
    throttled_bare  429 with an empty body, as older servers gave
    outage          400 that says it is temporary
    quota           400, the week's quota is used up
    not_json        200 with a page of HTML

Every collection and source holds whatever the world lists for Media Cloud. A story whose publisher
gives no date has none here either (null) and is searched by the day of its indexing.
"""

import base64
import hashlib
import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import KEY, Ask, as_html, as_json, asked
from standin.services.matching import QueryError, found
from standin.world import Habit, Story, World

NAME = "mediacloud"
LARGEST_PAGE = 1000
page_cap = 1  # stories a page, however many are asked for: most days then have pages
_NO_KEY = "Authentication credentials were not provided."
_STAFF = ("expanded", "randomize")

FAULTS = (
    Fault(service=NAME, kind="throttled", match="2025-02-02"),
    Fault(service=NAME, kind="throttled_bare", match="2025-02-06"),
    Fault(service=NAME, kind="outage", match="2025-02-10", times=2),
    Fault(service=NAME, kind="not_json", match="2025-02-14"),
)


class _InputError(ValueError):
    """What is wrong with the question, in the server's words."""


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault:
        return _spoiled(fault)
    key = ask.headers.get("authorization", "")
    if key != f"Token {KEY}":
        detail = "Invalid token." if key else _NO_KEY
        return as_json({"detail": detail}, 401, {"www-authenticate": "Token"})
    views = {"story-list": _stories, "total-count": _total, "count-over-time": _over_time}
    place, _, name = ask.path.rstrip("/").rpartition("/")
    if place != "/api/search" or name not in views:
        return as_json({"detail": "Not found."}, 404)
    if any(ask.one(parameter) for parameter in _STAFF):
        return _error(403, "expanded and randomize are not permitted")
    try:
        return views[name](ask, world)
    except QueryError as error:
        return _error(400, f"parse_exception: {error}")
    except _InputError as error:
        return _error(422, str(error))


def _spoiled(fault: str) -> Response:
    match fault:
        case "throttled":
            return _error(429, "rate limited", temporary=True)
        case "throttled_bare":
            return Response(status_code=429)
        case "outage":
            return _error(400, "Search service is overloaded", temporary=True)
        case "quota":
            return _error(400, "You have used up your quota for onlinenews 4000 hits per week")
        case _:
            return as_html("<html><title>Media Cloud</title><p>Back soon.</p></html>")


def _error(status: int, note: str, *, temporary: bool = False) -> Response:
    data: dict[str, Any] = {"status": "error", "note": note}
    return as_json({**data, "temporary": True} if temporary else data, status)


def _day(ask: Ask, name: str) -> date:
    text = ask.one(name)
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise _InputError(f"Bad '{name}' value: must be date (without time)")


def _date(story: Story) -> date | None:
    """What the publisher claims; the day is counted in UTC."""
    return None if story.habit is Habit.UNDATED else story.published.date()


def _indexed(story: Story) -> datetime:
    """Some seconds after it was seen, to the microsecond for most."""
    return story.seen + timedelta(seconds=31, microseconds=story.number % 5 * 1001)


@lru_cache(maxsize=8)
def _by_day(world: World) -> dict[int, list[Story]]:
    """All that is listed, by the (ordinal) day under which it is searched."""
    days: dict[int, list[Story]] = defaultdict(list)
    for story in world.stories:
        if story.slug in world.listings.get(NAME, ()):
            days[(_date(story) or _indexed(story).date()).toordinal()].append(story)
    return days


def _hits(ask: Ask, world: World) -> tuple[list[Story], list[Story]]:
    """What matches the query, and all there is in the span."""
    query = ask.one("q")
    if not query:
        raise _InputError("Missing 'q' parameter value")
    if len(query) > 16384:
        raise _InputError("Query is too long")
    start, end = _day(ask, "start"), _day(ask, "end")
    if not ask.one("ss") and not ask.one("cs"):
        raise _InputError("Must have at least one of 'ss' or 'cs' parameters")
    numbers = f"{ask.one('ss')},{ask.one('cs')}".split(",")
    if not all(number.strip().isdigit() for number in numbers if number):
        raise _InputError("Bad 'cs' or 'ss' value: must be numbers")
    days = _by_day(world)
    span = range(start.toordinal(), min(end, world.now.date()).toordinal() + 1)
    pool = [s for day in span for s in days.get(day, ()) if s.seen <= world.now]
    slugs = found(world, NAME, query)
    return [story for story in pool if story.slug in slugs], pool


def _stories(ask: Ask, world: World) -> Response:
    hits, _ = _hits(ask, world)
    hits.sort(key=_indexed, reverse=ask.one("sort_order", "desc") != "asc")
    try:
        size = ask.number("page_size", LARGEST_PAGE)
    except ValueError:
        size = 0
    if not 1 <= size <= LARGEST_PAGE:
        raise _InputError(f"Bad 'page_size' value: must be between 1 and {LARGEST_PAGE}")
    size = min(size, page_cap)
    first = _place(ask)
    left = first + size < len(hits)
    return as_json(
        {
            "stories": [_story(world, story) for story in hits[first : first + size]],
            "pagination_token": _token(ask, first + size) if left else None,
        }
    )


def _mark(ask: Ask) -> str:
    """Of the parameters that must stay the same from page to page."""
    same = {name: value for name, value in ask.params.items() if name != "pagination_token"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:16]


def _token(ask: Ask, place: int) -> str:
    return base64.b64encode(f"{_mark(ask)}:{place:>06}".encode()).decode()


def _place(ask: Ask) -> int:
    token = ask.one("pagination_token")
    if not token:
        return 0
    try:
        mark, _, place = base64.b64decode(token, validate=True).decode().partition(":")
        if mark == _mark(ask):
            return int(place)
    except ValueError:
        pass
    raise _InputError("Bad 'pagination_token' value")


def _story(world: World, story: Story) -> dict[str, Any]:
    """Dates as Python's `str` writes them."""
    day = _date(story)
    return {
        "id": hashlib.sha256(story.slug.encode()).hexdigest(),
        "indexed_date": str(_indexed(story).astimezone(UTC)),
        "publish_date": None if day is None else str(day),
        "language": story.outlet.language,
        "media_name": story.outlet.host,
        "media_url": story.outlet.host,
        "title": story.title,
        "url": world.address(story, NAME),
    }


def _total(ask: Ask, world: World) -> Response:
    hits, pool = _hits(ask, world)
    return as_json({"count": {"relevant": len(hits), "total": len(pool)}})


def _over_time(ask: Ask, world: World) -> Response:
    hits, pool = _hits(ask, world)
    relevant = Counter(_date(story) for story in hits)
    total = Counter(_date(story) for story in pool)
    start, end = _day(ask, "start"), _day(ask, "end")
    counts = []
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        ratio = relevant[day] / total[day] if total[day] else 0
        row = {"date": str(day), "total_count": total[day], "count": relevant[day], "ratio": ratio}
        counts.append(row)
    data = {"counts": counts, "total": len(hits), "normalized_total": len(pool)}
    return as_json({"count_over_time": data})
