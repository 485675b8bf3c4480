"""Media Cloud: what the outlets of a country published on a topic, day by day, for years back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from framewatch.story import Answer, Link, Rejected, Source, Topic, Window
from scrapers.answers import failed, refused, unavailable, unusable
from scrapers.caller import (
    Caller,
    address_of,
    broken_off,
    instant,
    json_object,
    keyless,
    read,
    text_of,
    unique,
    words,
)
from scrapers.card import Card
from scrapers.halving import Halved
from scrapers.web import Reply, Web

PAGE_SIZE = 1000  # stories; the most it gives
MAX_PAGES = 50  # of one day: far more than a country publishes on a topic
LONGEST_QUERY = 16_384  # characters

# The SOURCES reference, section 6: limits are read in the server's code.
CARD = Card(
    title="Media Cloud",
    gives="links with title and day",
    by_day=True,
    key="a free account's token",
    limits="2 requests a minute, 4,000 hits a week",
    terms="addresses and metadata for research; Media Cloud's terms of use",
    home="https://search.mediacloud.org/api",
    spacing=30.0,
    requests_per_day=1.0,
)


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The stories that Media Cloud dates on the UTC days the window touches.

    It knows the day an outlet printed, not the instant. A bare day is taken for the UTC day of the
    same name: asked day by day, each is listed once, and at the ends of a period an article may
    be off by one. The day stays out of the link's instants; the article's page tells its time.
    """
    if not source.key:
        return keyless(source, window)
    query = source.query or topic.query
    if not source.collections:
        return refused(source, window, "names no collection, and Media Cloud asks for one")
    if len(query) > LONGEST_QUERY:
        return refused(source, window, f"query of more than {LONGEST_QUERY} characters")
    caller = Caller(source, CARD, web, {"Authorization": f"Token {source.key}"})
    days = _days(window)
    parameters = [
        ("q", query),
        ("start", days[0].isoformat()),
        ("end", days[1].isoformat()),
        ("cs", ",".join(source.collections)),
        ("page_size", str(PAGE_SIZE)),
    ]
    return caller.answer(window, _stories(caller, window, parameters, days))


def _days(window: Window) -> tuple[date, date]:
    """The first and the last UTC day that the window touches; both are asked for inclusively."""
    last = window.end - timedelta(microseconds=1)
    return window.start.astimezone(UTC).date(), last.astimezone(UTC).date()


def _stories(
    caller: Caller, window: Window, parameters: list[tuple[str, str]], days: tuple[date, date]
) -> Halved[Link]:
    """Page after page by token, until there is none."""
    source, token, links = caller.source, "", list[Link]()
    for _ in range(MAX_PAGES):
        more = [("pagination_token", token)] if token else []
        found = _read(source, window, caller.ask("/search/story-list", parameters + more))
        if isinstance(found, Answer):
            return Halved(failure=broken_off(found, links))
        stories, following = found.get("stories"), found.get("pagination_token")
        if not isinstance(stories, list):
            answer = unusable(source, window, "an answer without stories")
            return Halved(failure=broken_off(answer, links))
        links += [link for story in stories if (link := _link(source, story, days))]
        if not following:
            return Halved(items=links)
        if following == token:
            break
        token = str(following)
    detail = "its pages do not come to an end"
    return Halved(failure=unavailable(source, window, detail, links=unique(links)))


def _read(source: Source, window: Window, reply: Reply | Rejected) -> dict[str, Any] | Answer:
    """The object of a reply. Status 400 also means: not now, or no more this week."""
    if isinstance(reply, Rejected):
        return failed(source, window, reply)
    body = json_object(reply)
    if reply.status == 400 and body is not None:
        said = words(source, body)
        if "used up your quota" in said:
            return unavailable(source, window, f"status 400: {said}", _until_monday(reply.at))
        if body.get("temporary") is True:
            return unavailable(source, window, f"status 400: {said}", reply.retry_after)
    answer = read(source, window, reply)
    if isinstance(answer, Answer):
        return answer
    if answer.get("status") in ("error", "empty", "bad-response"):
        return unusable(source, window, words(source, answer) or "an error with status 200")
    return answer


def _until_monday(now: datetime) -> float:
    """Seconds until the next week. The reference does not say when one begins: ISO's Monday."""
    now = now.astimezone(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=7 - now.weekday()) - now).total_seconds()


def _link(source: Source, story: Any, days: tuple[date, date]) -> Link | None:
    if not isinstance(story, dict) or not (found := address_of(story.get("url"))):
        return None
    printed = text_of(story.get("publish_date"))[:10]
    if printed and not days[0].isoformat() <= printed <= days[1].isoformat():
        return None
    url, address = found
    link = Link(url=url, address=address, source=source.name, title=text_of(story.get("title")))
    return replace(link, seen_at=instant(story.get("indexed_date")))
