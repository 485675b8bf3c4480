"""Headlines that sources name without an address to follow: a measure of what our sources miss.

A signal is linked to the link of the same outlet with the same headline, a few days around it. All
functions take an open transaction; writing is idempotent.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from db.tables import ArticleRow, LinkRow, SightingRow, SignalRow
from db.upsert import insert_new, table_of
from framewatch.facts import SourceBook
from framewatch.story import Signal

# A search engine dates a headline by when it saw it, and a zone or a weekend lies between.
AROUND = timedelta(days=3)
LONGEST = 200  # characters of a key: the column's; a headline is known by its first 200
_SUFFIX = re.compile(r" [-–—|·:]{1,3} (?=[^-–—|·]{2,60}$)")  # the last part, if short: " - Herald"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A day's headlines of an outlet, as named by sources of signals; each counts once."""

    day: date
    outlet: str  # its code, or host name
    named: int = 0
    held: int = 0  # of these, the article is in the store
    known: int = 0  # the link is known, but led to no article: off topic, failed or under way
    unknown: int = 0  # no source of ours named it


def title_key(title: str, names: Iterable[str] = ()) -> str:
    """A headline folded for comparison: letters and digits, in one case and width.

    The outlet's name at its end ("Headline - The Herald") goes, where it is one of names.
    """
    title = " ".join(unicodedata.normalize("NFKC", title).split())
    known = {_folded(name).removeprefix("the") for name in names} - {""}
    parts = list(_SUFFIX.finditer(title))
    if parts and _folded(title[parts[-1].end() :]).removeprefix("the") in known:
        title = title[: parts[-1].start()]
    return _folded(title)[:LONGEST]


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def save_signals(
    connection: Connection,
    topic: str,
    signals: Sequence[Signal],
    book: SourceBook,
    zone: ZoneInfo,
    now: datetime,
) -> int:
    """Enter signals; returns how many are new. A headline without a letter or digit is none."""
    rows = [_row(topic, signal, book, zone, now) for signal in signals]
    return insert_new(connection, SignalRow, [row for row in rows if row["title_key"]])


def _row(
    topic: str, signal: Signal, book: SourceBook, zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    host = _bare(signal.host)
    outlet = book.outlet_of_host(host) if host else book.outlet_named(signal.host_name)
    names = [signal.host_name, host]
    if outlet is not None:
        names += [outlet.name, *outlet.aliases, *outlet.hosts]
    return {
        "topic": topic,
        "source": signal.source,
        "title": signal.title,
        "title_key": title_key(signal.title, names),
        "host": host,
        "host_name": signal.host_name,
        "outlet": outlet.code if outlet else "",
        "published_at": signal.published_at,
        "seen_at": signal.seen_at,
        "day": (signal.published_at or signal.seen_at or now).astimezone(zone).date(),
        "link_id": None,
    }


def _bare(host: str) -> str:
    """A host name in one case and without its `www.`, as it may or may not be written."""
    return host.lower().rstrip(".").removeprefix("www.")[:LONGEST]


# --- matching -------------------------------------------------------------------------------------


def match_signals(connection: Connection, topic: str) -> int:
    """Link signals to links of the same outlet, headline and days; returns how many were linked.

    Of several links with the headline, one that led to an article is taken, then the nearest day.
    """
    row = table_of(SignalRow).c
    wanting = select(table_of(SignalRow)).where(row.topic == topic, row.link_id.is_(None))
    by_place: dict[str, list[Any]] = {}
    for signal in connection.execute(wanting.order_by(row.id)):
        by_place.setdefault(signal.outlet or signal.host, []).append(signal)
    matched = 0
    for place, signals in by_place.items():
        if place:
            matched += _match(connection, topic, place, signals)
    return matched


def _match(connection: Connection, topic: str, place: str, signals: list[Any]) -> int:
    names = {place, *(s.host_name for s in signals), *(s.host for s in signals)}
    days = [signal.day for signal in signals]
    links: dict[str, list[Any]] = {}
    for link in _links(connection, topic, place, (min(days) - AROUND, max(days) + AROUND)):
        for title in {link.title, link.seen_title, link.article_title} - {None, ""}:
            links.setdefault(title_key(title, names), []).append(link)
    matched = 0
    for signal in signals:
        near = [
            (link.article_id is None, abs(link.day - signal.day), link.id)
            for link in links.get(signal.title_key, ())
            if abs(link.day - signal.day) <= AROUND
        ]
        if near:
            change = update(table_of(SignalRow)).where(table_of(SignalRow).c.id == signal.id)
            connection.execute(change.values(link_id=min(near)[2]))
            matched += 1
    return matched


def _links(
    connection: Connection, topic: str, place: str, days: tuple[date, date]
) -> Iterator[Any]:
    """Links of an outlet, with every headline they are known by: one row per source."""
    links, seen, articles = map(table_of, (LinkRow, SightingRow, ArticleRow))
    query = (
        select(
            links.c.id,
            links.c.day,
            links.c.article_id,
            links.c.title,
            seen.c.title.label("seen_title"),
            articles.c.title.label("article_title"),
        )
        .select_from(links)
        .outerjoin(seen, seen.c.link_id == links.c.id)
        .outerjoin(articles, articles.c.id == links.c.article_id)
        .where(
            links.c.topic == topic,
            links.c.day.between(*days),
            links.c.outlet.in_((place, f"www.{place}")),
        )
    )
    yield from connection.execute(query)


# --- what we miss ---------------------------------------------------------------------------------


def missed(connection: Connection, topic: str, first: date, last: date) -> list[Missed]:
    """Per outlet and day: the headlines named by sources of signals, and what we have of them."""
    row, links = table_of(SignalRow).c, table_of(LinkRow)
    query = (
        select(row.day, row.outlet, row.host, row.title_key, row.link_id, links.c.article_id)
        .select_from(table_of(SignalRow))
        .outerjoin(links, links.c.id == row.link_id)
        .where(row.topic == topic, row.day.between(first, last))
    )
    # The same headline from two sources is one, on its earliest day and with the best of its ends.
    headlines: dict[tuple[str, str], list[Any]] = {}
    for found in connection.execute(query.order_by(row.day, row.id)):
        headlines.setdefault((found.outlet or found.host, found.title_key), []).append(found)
    tally: dict[tuple[date, str], list[str]] = {}
    for (outlet, _), signals in headlines.items():
        tally.setdefault((signals[0].day, outlet), []).append(_end(signals))
    return [
        Missed(
            day=day,
            outlet=outlet,
            named=len(ends),
            held=ends.count("held"),
            known=ends.count("known"),
            unknown=ends.count("unknown"),
        )
        for (day, outlet), ends in sorted(tally.items())
    ]


def _end(signals: Collection[Any]) -> str:
    if any(signal.article_id is not None for signal in signals):
        return "held"
    return "known" if any(signal.link_id is not None for signal in signals) else "unknown"
