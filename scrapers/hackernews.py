"""Hacker News through Algolia: much-discussed articles, exact to the second, back to 2006."""

import re
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from framewatch.story import Answer, Link, Source, Topic, Window
from scrapers.answers import unusable
from scrapers.caller import Caller, address_of, broken_off, read, text_of, together
from scrapers.card import Card
from scrapers.halving import Capped, halved
from scrapers.relevance import promising
from scrapers.web import Web

MOST = 1000  # hits that Algolia gives to one query, however it is paged

# The SOURCES reference, section 8.3. The hourly limit is general knowledge there.
CARD = Card(
    title="Hacker News",
    gives="links with title",
    by_day=True,
    reach=date(2006, 1, 1),
    limits="1,000 hits a query; about 10,000 requests an hour",
    terms="no key; a link is what a reader submitted, its date when they did",
    home="https://hn.algolia.com/api/v1",
    spacing=1.0,
    requests_per_day=2.0,
)

_NEGATED = re.compile(r"(?:\bNOT\s+|(?<!\S)-)(?:\"[^\"]*\"|\S+)")


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The stories submitted in the window whose title or address names the topic.

    Algolia knows no OR, so each alternative is asked by itself; it forgives spelling, so each hit
    is looked at again.
    """
    caller = Caller(source, CARD, web)
    searches = alternatives(source.query or topic.query)
    found = together(halved(window, partial(_hits, caller, words)) for words in searches)
    listed = len({link.url for link in found.items})
    found.items = [link for link in found.items if promising(topic, link.url, link.title)]
    return caller.answer(window, found, listed)


def alternatives(query: str) -> list[str]:
    """`DeepSeek OR "Liang Wenfeng"` as plain words: one search for each side of an OR.

    What is negated, grouped or quoted is asked for more widely; the hits are looked at again.
    """
    sides = re.split(r"\s+OR\s+", _NEGATED.sub(" ", query))
    plain = [re.sub(r"\bAND\b|[()\"]", " ", side) for side in sides]
    return [words for side in plain if (words := " ".join(side.split()))]


def _hits(caller: Caller, words: str, window: Window) -> list[Link] | Capped[Link] | Answer:
    links: list[Link] = []
    page = pages = 0
    while page <= pages:
        reply = caller.ask("/search_by_date", _query(words, window, page))
        found = read(caller.source, window, reply)
        if isinstance(found, Answer):
            return broken_off(found, links)
        hits, total = found.get("hits"), found.get("nbHits")
        if not isinstance(hits, list) or not isinstance(total, int):
            return broken_off(unusable(caller.source, window, "an answer without hits"), links)
        links += [link for hit in hits if (link := _link(caller.source, hit, window))]
        if total > MOST:
            return Capped(links)
        last = found.get("nbPages")
        pages = min(last - 1 if isinstance(last, int) else 0, MOST)
        page += 1
    return links


def _query(words: str, window: Window, page: int) -> list[tuple[str, str]]:
    first, after = _second(window.start), _second(window.end)
    return [
        ("query", words),
        ("tags", "story"),
        ("numericFilters", f"created_at_i>={first},created_at_i<{after}"),
        ("restrictSearchableAttributes", "url,title"),
        ("hitsPerPage", str(MOST)),
        ("page", str(page)),
    ]


def _second(moment: datetime) -> int:
    """Whole seconds since 1970, rounded up: stories have no fractions."""
    return -int(-moment.timestamp() // 1)


def _link(source: Source, hit: Any, window: Window) -> Link | None:
    """A story with an address. Its time is when a reader submitted it: never its publication."""
    if not isinstance(hit, dict) or not (found := address_of(hit.get("url"))):
        return None
    second = hit.get("created_at_i")
    try:
        seen_at = datetime.fromtimestamp(second, UTC) if isinstance(second, int) else None
    except (ValueError, OverflowError, OSError):
        return None
    if seen_at is None or seen_at not in window:
        return None
    url, address = found
    return Link(
        url=url,
        address=address,
        source=source.name,
        title=text_of(hit.get("title")),
        seen_at=seen_at,
    )
