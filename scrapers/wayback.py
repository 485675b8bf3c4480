"""The Internet Archive's Wayback Machine: which articles it captured, and their pages as captured.

It cannot search texts: an outlet's addresses are listed by prefix, and those that name the topic
are links. Their pages are replayed as the outlet sent them then (`id_`: no banner, no rewriting).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from framewatch.story import Answer, Link, Page, Rejected, Source, Topic, Window
from scrapers.answers import failed, of_status, refused, unavailable, unusable
from scrapers.caller import Caller, address_of, broken_off, together
from scrapers.card import Card
from scrapers.dates import url_day
from scrapers.halving import Capped, Halved, halved
from scrapers.memento import PAUSE, closed, replay
from scrapers.relevance import promising
from scrapers.web import Reply, Web

# 24 index calls a minute: 80 % of the hard limit, which the Archive asks clients to keep to (the
# SOURCES reference, section 9.1).
CARD = Card(
    title="Wayback Machine",
    gives="archived pages",
    by_day=True,
    limits="24 index calls a minute; what it captured",
    terms="the Archive's terms of use; not for text that its publisher sells",
    home="https://web.archive.org",
    spacing=2.5,
    requests_per_day=1.0,
    each=True,
)

LIMIT = 1000  # captures of one page of the index; a fifth of it where the index is overloaded
MAX_PAGES = 50  # of one prefix and day
SHORTEST = timedelta(hours=1)  # a window of captures this short is not narrowed further
_OVERLOADED = frozenset({500, 502, 503, 504})
_PORT = re.compile(r"^(http://[^/:]+):80(?=/|$)|^(https://[^/:]+):443(?=/|$)")


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The earliest capture of each article of the window whose address names the topic.

    A prefix with {day} lists the articles that carry the date of a UTC day of the window in their
    address, whenever they were captured. The date is the outlet's, in its own zone: it is taken for
    the UTC day of the same name, so that each is listed once. Other prefixes list what was captured
    in the window; an address that carries another date, by more than a day, is left out.
    """
    if not source.prefixes:
        return refused(source, window, "names no prefix, such as www.herald.example/{year}/{month}")
    caller = Caller(source, CARD, web)
    found = together(listing(caller) for listing in _listings(source, window))
    listed = len({link.url for link in found.items})
    found.items = [link for link in found.items if promising(topic, link.url, "")]
    return caller.answer(window, found, listed)


def fetch(source: Source, link: Link, web: Web) -> Page | Rejected:
    """The page as captured."""
    return replay(source, CARD, link, web)


def _listings(source: Source, window: Window) -> list[Callable[[Caller], Halved[Link]]]:
    """The questions that a window takes: one for each prefix, filled in."""
    days, listings = _days(window), list[Callable[[Caller], Halved[Link]]]()
    for prefix in source.prefixes:
        for url in dict.fromkeys(_filled(prefix, day) for day in days):
            if "{day}" in prefix:
                listings.append(partial(_dated, url=url, window=window))
            else:
                listings.append(partial(_undated, url=url, window=window, days=days))
    return listings


def _days(window: Window) -> list[date]:
    """The UTC days that the window touches."""
    first = window.start.astimezone(UTC).date()
    last = (window.end - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _filled(prefix: str, day: date) -> str:
    year, month, number = f"{day:%Y %m %d}".split()
    return prefix.replace("{year}", year).replace("{month}", month).replace("{day}", number)


def _dated(caller: Caller, url: str, window: Window) -> Halved[Link]:
    """All of a dated prefix; in shorter pages where the index is overloaded."""
    found = _pages(caller, window, _question(url, LIMIT))
    if isinstance(found, Capped):
        found = _pages(caller, window, _question(url, LIMIT // 5))
    if isinstance(found, Capped):
        found = _overloaded(caller.source, window, found)
    return Halved(failure=found) if isinstance(found, Answer) else Halved(items=found)


def _undated(caller: Caller, url: str, window: Window, days: list[date]) -> Halved[Link]:
    """What was captured in the window under a prefix; narrowed where the index is overloaded."""

    def ask(part: Window) -> list[Link] | Capped[Link] | Answer:
        last = part.end - timedelta(seconds=1)  # both ends are inclusive there
        between = [("from", _stamp(part.start)), ("to", _stamp(last))]
        found = _pages(caller, part, _question(url, LIMIT) + between)
        if isinstance(found, Capped) and part.end - part.start < 2 * SHORTEST:
            return _overloaded(caller.source, part, found)
        return found

    found = together([halved(window, ask, shortest=SHORTEST)])
    found.items = [link for link in found.items if _near(link, days)]
    return found


def _near(link: Link, days: list[date]) -> bool:
    """Whether the date in an address, if it has one, is of the days, give or take a time zone."""
    claim, near = url_day(link.url), timedelta(days=1)
    return claim is None or days[0] - near <= claim.moment.date() <= days[-1] + near


def _question(url: str, limit: int) -> list[tuple[str, str]]:
    return [
        ("url", url),
        ("matchType", "prefix"),
        ("output", "json"),
        ("filter", "statuscode:200"),
        ("filter", "mimetype:text/html"),
        ("collapse", "urlkey"),
        ("limit", str(limit)),
        ("showResumeKey", "true"),
    ]


def _pages(
    caller: Caller, window: Window, question: list[tuple[str, str]]
) -> list[Link] | Capped[Link] | Answer:
    """Page after page by resume key; capped where the index wants to be asked for less."""
    source, key, links = caller.source, "", list[Link]()
    for _ in range(MAX_PAGES):
        # The server decodes a resume key once more than other values, so it is sent as it came.
        more = [("resumeKey", key)] if key else []
        reply = caller.ask("/cdx/search/cdx", question + more)
        if isinstance(reply, Rejected):
            return broken_off(failed(source, window, reply), links)
        if reply.status in _OVERLOADED and not closed(reply):
            return Capped(links)
        rows = _rows(source, window, reply)
        if isinstance(rows, Answer):
            return broken_off(rows, links)
        links += [link for row in rows.captures if (link := _link(source, row))]
        if not rows.resume:
            return links
        if rows.resume == key:
            break
        key = rows.resume
    return broken_off(unusable(source, window, "its pages do not come to an end"), links)


def _overloaded(source: Source, window: Window, found: Capped[Link]) -> Answer:
    detail = "the index is overloaded, however little it is asked for"
    return unavailable(source, window, detail, links=tuple(found.items))


@dataclass(frozen=True, slots=True)
class _Rows:
    captures: list[dict[str, str]]
    resume: str  # what to ask the next page with


def _rows(source: Source, window: Window, reply: Reply) -> _Rows | Answer:
    """The rows of a page of the index: a header, captures, and after an empty row a resume key."""
    if word := closed(reply):
        return refused(source, window, f"the archive keeps it closed: {word}")
    if answer := of_status(source, window, reply):
        least = PAUSE if reply.status == 429 else 0.0
        later = answer.retry_after
        return answer if later is None else replace(answer, retry_after=max(least, later))
    if not reply.body.strip():
        return _Rows([], "")
    try:
        rows = json.loads(reply.body)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return unusable(source, window, "answered with something that is not an index")
    resume = ""
    if len(rows) >= 2 and not rows[-2] and len(rows[-1]) == 1:
        resume, rows = str(rows[-1][0]), rows[:-2]
    header = [str(name) for name in rows[0]] if rows else []
    if header and not {"timestamp", "original"} <= set(header):
        return unusable(source, window, "an index without its columns")
    captures = [dict(zip(header, map(str, row), strict=False)) for row in rows[1:]]
    return _Rows(captures, resume)


def _link(source: Source, row: dict[str, str]) -> Link | None:
    """A captured page. Its time is when the Archive fetched it: never its publication."""
    original = _PORT.sub(r"\1\2", row.get("original", ""))
    seen_at = instant_of(row.get("timestamp", ""))
    found = address_of(original)
    if seen_at is None or found is None:
        return None
    return Link(url=found[0], address=original, source=source.name, seen_at=seen_at)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def instant_of(stamp: str) -> datetime | None:
    """A capture's time as the Archive writes it: 20250204070102, in UTC."""
    try:
        return datetime.strptime(f"{stamp}+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None
