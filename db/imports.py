"""Texts that are brought in by hand, written many at a time.

Every call takes an open transaction and is idempotent: what is there already is left as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select, update

from db.tables import LinkRow, PageRow, SightingRow
from db.upsert import insert, table_of
from framewatch.story import Link, Outcome, Page

_AT_ONCE = 500  # values in one list of a query; SQLite takes 32,766, older ones 999


@dataclass(frozen=True, slots=True)
class Brought:
    """A link with its archived page, and where it is counted."""

    link: Link
    page: Page
    day: date  # in the topic's time zone
    outlet: str  # code of its host's outlet, or the host name


def known_pages(connection: Connection, pages: Iterable[Page]) -> set[tuple[str, str]]:
    """The (url, sha256) of those that are stored already: they need not be archived again."""
    return set(_page_ids(connection, {page.url for page in pages}))


def save_brought(
    connection: Connection, topic: str, brought: Sequence[Brought], zone: ZoneInfo, now: datetime
) -> dict[str, int]:
    """Enter pages, links and who named them; counts of new, reopened and known links.

    A link that a source named before gets the page if it has none; one that ended without an
    article is opened again where the page is new. One that led to an article is left alone.
    """
    pages = [item.page for item in brought]
    before = known_pages(connection, pages)
    _insert(connection, PageRow, [_page_row(page) for page in pages if page.warc_file])
    ids = _page_ids(connection, {page.url for page in pages})
    found = _links(connection, topic, {item.link.url for item in brought})
    fresh: dict[str, dict[str, Any]] = {}
    changes: dict[int, dict[str, Any]] = {}
    for item in brought:
        page_id = ids[item.page.url, item.page.sha256]
        old = found.get(item.link.url)
        is_new = (item.page.url, item.page.sha256) not in before
        if old is None:
            fresh.setdefault(item.link.url, _link_row(topic, item, page_id, zone, now))
        elif _takes(old, is_new):
            changes.setdefault(old.id, {"link": old.id, "page": page_id, "by": item.link.source})
    _insert(connection, LinkRow, list(fresh.values()))
    _reopen(connection, list(changes.values()))
    _name(connection, topic, brought, now)
    return {
        "new": len(fresh),
        "reopened": len(changes),
        "known": len(brought) - len(fresh) - len(changes),
    }


def _takes(old: Any, is_new: bool) -> bool:
    if old.article_id is not None:
        return False
    waiting = old.page_id is None and old.outcome in (None, Outcome.UNAVAILABLE)
    return waiting or (is_new and old.outcome is not None)


def _links(connection: Connection, topic: str, urls: Iterable[str]) -> dict[str, Any]:
    row = table_of(LinkRow).c
    query = select(row.id, row.url, row.page_id, row.article_id, row.outcome)
    return {
        found.url: found
        for part in _parts(urls)
        for found in connection.execute(query.where(row.topic == topic, row.url.in_(part)))
    }


def _page_ids(connection: Connection, urls: Iterable[str]) -> dict[tuple[str, str], int]:
    row = table_of(PageRow).c
    query = select(row.id, row.url, row.sha256)
    return {
        (found.url, found.sha256): found.id
        for part in _parts(urls)
        for found in connection.execute(query.where(row.url.in_(part)))
    }


def _parts(values: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(values)
    return (ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE))


def _insert(connection: Connection, row_class: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(connection, row_class).on_conflict_do_nothing(), rows)


def _reopen(connection: Connection, changes: list[dict[str, Any]]) -> None:
    if not changes:
        return
    table = table_of(LinkRow)
    statement = (
        update(table)
        .where(table.c.id == bindparam("link"), table.c.article_id.is_(None))
        .values(
            page_id=bindparam("page"),
            source=bindparam("by"),
            outcome=None,
            detail="",
            attempts=0,
            retry_at=None,
        )
    )
    connection.execute(statement, changes)


def _name(connection: Connection, topic: str, brought: Sequence[Brought], now: datetime) -> None:
    """Who named the links; nothing is to be tried there, since the page came along."""
    ids = _links(connection, topic, {item.link.url for item in brought})
    rows = [
        {
            "link_id": ids[item.link.url].id,
            "source": item.link.source,
            "address": item.link.address,
            "title": item.link.title,
            "published_at": item.link.published_at,
            "seen_at": item.link.seen_at,
            "found_at": now,
            "tried": True,
        }
        for item in brought
    ]
    _insert(connection, SightingRow, rows)


def _page_row(page: Page) -> dict[str, Any]:
    return {
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "sha256": page.sha256,
        "size": len(page.body),
        "content_type": page.headers.get("content-type", ""),
        "etag": "",
        "last_modified": "",
        "fetched_at": page.fetched_at,
        "warc_file": page.warc_file,
        "warc_offset": page.warc_offset,
        "captured_at": page.captured_at,
        "via": page.via,
    }


def _link_row(
    topic: str, item: Brought, page_id: int, zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    start = datetime.combine(item.day, time(), zone)
    return {
        "topic": topic,
        "url": item.link.url,
        "address": item.link.address,
        "source": item.link.source,
        "title": item.link.title,
        "published_at": item.link.published_at,
        "seen_at": item.link.seen_at,
        "window_start": start,
        "window_end": start + timedelta(days=1),
        "found_at": now,
        "page_id": page_id,
        "article_id": None,
        "outcome": None,
        "detail": "",
        "attempts": 0,
        "retry_at": None,
        "day": item.day,
        "outlet": item.outlet,
    }
