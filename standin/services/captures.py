"""What the Internet Archive's robots took, and when: the truth behind `wayback`.

A story that it lists was captured 20 minutes after it was first seen, or a day later for some; what
moved was captured under both addresses, a twin too. Some pages were captured again: unchanged (a
revisit), changed, or gone (404). Each outlet's front page was captured daily at noon.
"""

import base64
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from html import escape

from standin.layouts import amp, html_of
from standin.services.asking import rfc822
from standin.services.urlkeys import urlkey
from standin.world import Habit, Outlet, Story, World

HTML = "text/html; charset=utf-8"
_SOON = timedelta(minutes=20)
_LATE = timedelta(hours=26)
# After the end of the last day: the world's present is six hours after it.
_GRACE = timedelta(hours=5, minutes=40)
_GONE = "<!DOCTYPE html><html><title>Not found</title><h1>Page not found</h1></html>"
_LATER = b"<!-- a reader's letter was added -->\n"


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One line of the index and what it replays."""

    url: str
    at: datetime
    body: bytes
    replayed: int = 200  # the status of the page
    revisit: bool = False  # the index says "warc/revisit" and no status
    kind: str = HTML
    extra: Mapping[str, str] = field(default_factory=dict)  # headers of the page
    squeezed: bool = False

    @cached_property
    def key(self) -> str:
        return urlkey(self.url)

    @cached_property
    def stamp(self) -> str:
        return f"{self.at:%Y%m%d%H%M%S}"

    @cached_property
    def headers(self) -> dict[str, str]:
        """Those the page's own server sent."""
        return {"date": rfc822(self.at), "content-type": self.kind, **self.extra}

    @cached_property
    def row(self) -> tuple[str, ...]:
        """urlkey, timestamp, original, mimetype, statuscode, digest, length."""
        mime = "warc/revisit" if self.revisit else self.kind.partition(";")[0]
        status = "-" if self.revisit else str(self.replayed)
        length = str(len(zlib.compress(self.body)) + 400)
        return (self.key, self.stamp, self.url, mime, status, digest(self.body), length)


def digest(body: bytes) -> str:
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


@lru_cache(maxsize=4)
def captures(world: World) -> list[Capture]:
    """All of them, by key and time; those after `world.now` too."""
    found = [
        capture
        for story in world.stories
        if story.slug in world.listings.get("wayback", ())
        for capture in _of_story(world, story)
    ]
    for outlet in world.outlets:
        found.extend(_fronts(world, outlet))
    return sorted(found, key=lambda capture: (capture.key, capture.at))


def horizon(world: World) -> datetime:
    """Until when archives come to whatever was published."""
    last = world.stories[-1].published.replace(hour=0, minute=0, second=0)
    return last + timedelta(days=1) + _GRACE


def rights(story: Story) -> dict[str, str]:
    return {"tdm-reservation": "1"} if story.habit is Habit.RESERVED else {}


def _of_story(world: World, story: Story) -> Iterator[Capture]:
    at = story.seen + _SOON
    if story.number % 6 == 0 and story.habit is not Habit.GONE:
        at = max(at, min(story.seen + _LATE, horizon(world)))
    first = Capture(
        url=world.url(story),
        at=at,
        body=html_of(story, world).encode(),
        extra=rights(story),
        squeezed=story.number % 7 == 3,
    )
    yield first
    yield from _twins(world, story, first)
    if story.habit is Habit.GONE:
        yield replace(first, at=at + timedelta(days=2), body=_GONE.encode(), replayed=404)
    elif story.number % 3 == 0:
        yield replace(first, at=at + timedelta(days=1), revisit=True)
    elif story.number % 4 == 0:
        yield replace(first, at=at + timedelta(days=5), body=first.body + _LATER)
    if story.number % 5 == 0:
        picture = b"\xff\xd8\xff\xe0" + story.slug.encode()
        yield replace(first, url=f"{first.url}photo.jpg", kind="image/jpeg", body=picture)


def _twins(world: World, story: Story, first: Capture) -> Iterator[Capture]:
    """Captures under the story's other addresses."""
    if story.habit is Habit.MOVED:
        old = world.address(story)
        yield replace(first, url=old, replayed=301, body=b"", extra={"location": first.url})
    if story.habit is Habit.AMP_TWIN:
        yield replace(first, url=f"{first.url}amp/", body=amp(story, world).encode())


def _fronts(world: World, outlet: Outlet) -> Iterator[Capture]:
    """With the stories of the day before."""
    noon = world.stories[0].published.replace(hour=12, minute=0, second=1)
    while noon < horizon(world):
        day = timedelta(days=1)
        mine = [s for s in world.stories if s.outlet is outlet and noon - day < s.published < noon]
        items = "".join(f'<li><a href="{s.path}">{escape(s.title)}</a></li>' for s in mine)
        text = f"<!DOCTYPE html><html><title>{escape(outlet.name)}</title><ul>{items}</ul></html>"
        yield Capture(url=f"{world.home(outlet)}/", at=noon, body=text.encode())
        noon += day
