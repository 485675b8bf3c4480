"""Visits to stored articles, and the texts they had before their publishers changed them.

All functions take an open transaction; writing is idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, literal, select, update

from db.identity import dissolve
from db.tables import ArticleRow, ArticleVersionRow, LinkRow, PageRow, RecheckRow
from db.upsert import insert_new, table_of
from framewatch.story import KEPT, Article, Link

_articles, _pages, _links = map(table_of, (ArticleRow, PageRow, LinkRow))
_rechecks = table_of(RecheckRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit that is due, and what is held of the article."""

    article_id: int
    days: int
    stored_at: datetime
    url: str
    link: Link  # by which the article was found
    text_sha256: str
    complete: bool
    minhash: bytes  # empty: not identified
    page_id: int
    page_sha256: str
    fetched_at: datetime


def plan(
    connection: Connection, topic: str, days: Sequence[int], now: datetime, grace: timedelta
) -> int:
    """Enter the visits that lack a row; returns how many.

    Days count from when an article was stored. Visits overdue by more than grace are left out: what
    was never visited in time is not all visited at once. So are articles whose rights are reserved,
    and those that another than their host handed over: its page may differ without a change.
    """
    planned = 0
    for after in days:
        entered = and_(_rechecks.c.article_id == _articles.c.id, _rechecks.c.days == after)
        query = select(_articles.c.id, _articles.c.stored_at).where(
            _articles.c.topic == topic,
            _articles.c.rights == "",
            select(literal(1))
            .where(_pages.c.id == _articles.c.page_id, _pages.c.via == "")
            .exists(),
            _articles.c.stored_at >= now - grace - timedelta(days=after),
            ~select(literal(1)).where(entered).exists(),
        )
        rows = [
            {"article_id": number, "days": after, "due_at": stored + timedelta(days=after)}
            for number, stored in connection.execute(query)
        ]
        planned += insert_new(connection, RecheckRow, rows)
    return planned


def due(connection: Connection, topic: str, now: datetime) -> list[Visit]:
    """Visits whose time has come, one per article (the last), oldest first."""
    last = (
        select(_rechecks.c.article_id, func.max(_rechecks.c.days).label("days"))
        .where(_rechecks.c.done_at.is_(None), _rechecks.c.due_at <= now)
        .group_by(_rechecks.c.article_id)
        .subquery()
    )
    ends = _links.alias().c
    found_by = (
        select(func.min(ends.id))
        .where(ends.article_id == _articles.c.id, ends.outcome.in_(KEPT))
        .scalar_subquery()
    )
    page = (_pages.c.sha256.label("page_sha256"), _pages.c.fetched_at)
    link = [_links.c[name].label(f"its_{name}") for name in ("url", "address", "source", "title")]
    query = (
        select(_articles, last.c.days, *page, *link)
        .join(last, last.c.article_id == _articles.c.id)
        .join(_pages, _pages.c.id == _articles.c.page_id)
        .outerjoin(_links, _links.c.id == found_by)
        .where(_articles.c.topic == topic)
        .order_by(_articles.c.id)
    )
    return [_visit(row) for row in connection.execute(query)]


def _visit(row: Any) -> Visit:
    link = Link(
        url=row.its_url or row.url,
        address=row.its_address or "",
        source=row.its_source or "",
        title=row.its_title or "",
    )
    return Visit(
        article_id=row.id,
        days=row.days,
        stored_at=row.stored_at,
        url=row.url,
        link=link,
        text_sha256=row.text_sha256,
        complete=row.complete,
        minhash=row.minhash or b"",
        page_id=row.page_id,
        page_sha256=row.page_sha256,
        fetched_at=row.fetched_at,
    )


def settle(connection: Connection, visit: Visit, outcome: str, now: datetime) -> None:
    """The visit is done, and with it any earlier one that was due."""
    mine = and_(_rechecks.c.article_id == visit.article_id, _rechecks.c.days <= visit.days)
    open_ = _rechecks.c.done_at.is_(None)
    values = {"done_at": now, "outcome": outcome}
    connection.execute(update(_rechecks).where(mine, open_).values(values))


def postpone(connection: Connection, visit: Visit, outcome: str, until: datetime) -> None:
    """The visit could not be made; it is due again later."""
    mine = and_(_rechecks.c.article_id == visit.article_id, _rechecks.c.days <= visit.days)
    open_ = _rechecks.c.done_at.is_(None)
    values = {"due_at": until, "outcome": outcome}
    connection.execute(update(_rechecks).where(mine, open_).values(values))


def change(connection: Connection, visit: Visit, article: Article, page_id: int) -> bool:
    """Keep the held text as a version and put the new one in its place; False if it was not held.

    Address, outlet and dates of publication stay: an edit does not publish an article again. The
    old readings stay too; they name the old text.
    """
    c = _articles.c
    mine = and_(c.id == visit.article_id, c.text_sha256 == visit.text_sha256)
    held = connection.execute(select(_articles).where(mine)).first()
    if held is None:
        return False
    version = {
        "article_id": held.id,
        "text_sha256": held.text_sha256,
        "page_id": held.page_id,
        "title": held.title,
        "text": held.text,
        "seen_at": visit.fetched_at,
    }
    insert_new(connection, ArticleVersionRow, [version])
    dissolve(connection, held.id)
    values = {
        "page_id": page_id,
        "title": article.title,
        "text": article.text,
        "text_sha256": article.text_sha256,
        "language": article.language,
        "authors": list(article.authors),
        "complete": article.complete,
        "original_outlet": article.original_outlet,
        "original_day": article.original_day,
        "republication_note": article.republication_note,
        "original_url": article.original_url,
        "quotations": [[q.start, q.end, q.speaker] for q in article.quotations],
        "genre": article.genre,
        "genre_evidence": article.genre_evidence,
        "rights": article.rights,
    }
    connection.execute(update(_articles).where(mine).values(values))
    return True
