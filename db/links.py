"""Links as sources name them: entered once, with everybody who named them.

A link's page is had in the way of one source. The others stand by: where the page is gone or cannot
be had, the next one that hands pages over from elsewhere (an archive) takes its place.

All functions take an open transaction; writing is idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from db.store import save_page
from db.tables import LinkRow, SightingRow
from db.upsert import insert_new, table_of
from framewatch.story import Link, Outcome, Window

# Ends after which another place may still have the page. Not a refusal (401, 403, robots.txt, a
# reservation of rights): who does not want to be read is not read through an archive either.
LOST = (Outcome.GONE, Outcome.TOO_LARGE, Outcome.UNAVAILABLE, Outcome.WRONG_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A link with where the ledger counts it."""

    link: Link
    day: date  # in the topic's zone
    outlet: str
    elsewhere: bool = False  # its source hands the page over itself


def enter(
    connection: Connection, topic: str, found: Sequence[Placed], window: Window, now: datetime
) -> int:
    """Enter links and who named them; returns how many links are new."""
    found = sorted(found, key=lambda item: item.link.url)  # one order, so that no writers lock up
    span = {"window_start": window.start, "window_end": window.end}
    new = insert_new(connection, LinkRow, [_link_row(topic, item, now) | span for item in found])
    ids = _ids(connection, topic, [item.link.url for item in found])
    for item in found:
        _sight(connection, ids[item.link.url], item, now)
    return new


def without_page(connection: Connection, topic: str, urls: Sequence[str]) -> set[str]:
    """Those of the addresses for which there is no page, or whose page could not be had."""
    row = table_of(LinkRow).c
    held: set[str] = set()
    for some in _some(urls):
        query = select(row.url).where(row.topic == topic, row.url.in_(some))
        query = query.where((row.page_id.is_not(None)) | (row.article_id.is_not(None)))
        held.update(connection.execute(query).scalars())
    return set(urls) - held


def fall_back(connection: Connection, link_id: int) -> bool:
    """Let the next source that hands the page over itself try; False if none is left."""
    links, sightings = table_of(LinkRow), table_of(SightingRow)
    lost = and_(links.c.id == link_id, links.c.outcome.in_(LOST), links.c.retry_at.is_(None))
    link = connection.execute(select(links).where(lost)).first()
    if link is None:
        return False
    mine = sightings.c.link_id == link_id
    used = and_(mine, sightings.c.source == link.source)
    connection.execute(update(sightings).where(used).values(tried=True))
    query = select(sightings).where(mine, ~sightings.c.tried)
    spare = connection.execute(query.order_by(sightings.c.found_at, sightings.c.source)).first()
    if spare is None:
        return False
    values = {
        "source": spare.source,
        "address": spare.address,
        "seen_at": spare.seen_at,  # which capture of the page it hands over
        "outcome": None,
        "page_id": None,
        "attempts": 0,
        "retry_at": None,
    }
    connection.execute(update(links).where(lost).values(values))
    return True


def _sight(connection: Connection, link_id: int, item: Placed, now: datetime) -> None:
    row = {
        "link_id": link_id,
        "source": item.link.source,
        "address": item.link.address,
        "title": item.link.title,
        "published_at": item.link.published_at,
        "seen_at": item.link.seen_at,
        "found_at": now,
        "tried": not item.elsewhere,  # on the web it is the same page, whoever names it
    }
    seen_anew = insert_new(connection, SightingRow, [row])
    if seen_anew:
        _date(connection, link_id, item)
    if item.link.page is not None:
        _attach(connection, link_id, item.link)
    elif seen_anew and item.elsewhere:
        fall_back(connection, link_id)


def _date(connection: Connection, link_id: int, item: Placed) -> None:
    """A link counts on the day of its earliest claim of publication, else when it was first seen.

    So the day does not depend on which source happened to answer first.
    """
    table, claim = table_of(LinkRow), item.link.published_at
    if claim is not None:
        later = or_(table.c.published_at.is_(None), table.c.published_at > claim)
        values: dict[str, Any] = {"published_at": claim, "day": item.day}
    else:
        later = and_(table.c.published_at.is_(None), table.c.day > item.day)
        values = {"day": item.day}
    connection.execute(update(table).where(table.c.id == link_id, later).values(values))


def _attach(connection: Connection, link_id: int, link: Link) -> None:
    """The source gave the page itself: used where no other has been had."""
    assert link.page is not None  # noqa: S101  (for the type checker)
    table = table_of(LinkRow)
    wanting = and_(table.c.id == link_id, table.c.page_id.is_(None), table.c.article_id.is_(None))
    if connection.execute(select(table.c.id).where(wanting)).first() is None:
        return
    values = {
        "page_id": save_page(connection, link.page),
        "source": link.source,
        "address": link.address,
        "outcome": None,
        "detail": "",
        "retry_at": None,
    }
    connection.execute(update(table).where(wanting).values(values))


def _link_row(topic: str, item: Placed, now: datetime) -> dict[str, Any]:
    link = item.link
    return {
        "topic": topic,
        "url": link.url,
        "address": link.address,
        "source": link.source,
        "title": link.title,
        "published_at": link.published_at,
        "seen_at": link.seen_at,
        "found_at": now,
        "outcome": None,
        "detail": "",
        "attempts": 0,
        "day": item.day,
        "outlet": item.outlet,
    }


def _ids(connection: Connection, topic: str, urls: Sequence[str]) -> dict[str, int]:
    row = table_of(LinkRow).c
    ids: dict[str, int] = {}
    for some in _some(urls):
        query = select(row.url, row.id).where(row.topic == topic, row.url.in_(some))
        ids.update((url, link_id) for url, link_id in connection.execute(query))
    return ids


def _some(urls: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """Portions small enough for one statement's parameters."""
    return [urls[first : first + size] for first in range(0, len(urls), size)]
