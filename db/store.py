"""What the stages write: every call is idempotent, so a stage may be killed and run again.

All functions take an open transaction (`engine.begin()`); the caller decides what belongs together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from db.tables import (
    ArticleRow,
    LinkRow,
    PageRow,
)
from db.upsert import insert_new, table_of
from framewatch.story import (
    Article,
    DateClaim,
    Genre,
    Link,
    Outcome,
    Page,
    Quotation,
    Rejected,
    Relevance,
    Topic,
)

WANTED = Relevance(1.0, "asked for by hand")
MAX_ATTEMPTS = 4  # then an unavailable page stays so


@dataclass(frozen=True, slots=True)
class PendingLink:
    id: int
    link: Link
    attempts: int


@dataclass(frozen=True, slots=True)
class PendingPage:
    link_id: int
    link: Link
    page_id: int
    page: Page  # its body is empty: it stands in the archive


def _link_of(row: Any) -> Link:
    return Link(
        url=row.url,
        address=row.address,
        source=row.source,
        title=row.title,
        published_at=row.published_at,
        seen_at=row.seen_at,
    )


# --- fetching -----------------------------------------------------------------------------------


def links_to_fetch(connection: Connection, topic: str, now: datetime) -> list[PendingLink]:
    """Links without a page: the new ones, and the unavailable ones whose time has come."""
    row = table_of(LinkRow).c
    due = and_(row.outcome == Outcome.UNAVAILABLE, row.retry_at <= now)
    fresh = and_(row.outcome.is_(None), row.page_id.is_(None))
    query = select(table_of(LinkRow)).where(row.topic == topic, or_(fresh, due)).order_by(row.id)
    return [PendingLink(r.id, _link_of(r), r.attempts) for r in connection.execute(query)]


def next_retry(connection: Connection, topic: str) -> datetime | None:
    """When the first unavailable page may be asked for again."""
    row = table_of(LinkRow).c
    query = select(row.retry_at).where(row.topic == topic, row.retry_at.is_not(None))
    return connection.execute(query.order_by(row.retry_at).limit(1)).scalar()


def save_page(connection: Connection, page: Page) -> int:
    """The page's id; the same bytes at the same address are one row."""
    values = {
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "sha256": page.sha256,
        "size": len(page.body),
        "content_type": page.headers.get("content-type", ""),
        "etag": page.headers.get("etag", ""),
        "last_modified": page.headers.get("last-modified", ""),
        "fetched_at": page.fetched_at,
        "warc_file": page.warc_file,
        "warc_offset": page.warc_offset,
        "captured_at": page.captured_at,
        "via": page.via,
    }
    insert_new(connection, PageRow, [values])
    row = table_of(PageRow).c
    query = select(row.id).where(row.url == page.url, row.sha256 == values["sha256"])
    return int(connection.execute(query).scalar_one())


def last_page(connection: Connection, url: str) -> Page | None:
    """The newest stored response for an address, without its body (which stands in the archive)."""
    row = table_of(PageRow).c
    query = select(table_of(PageRow)).where(row.url == url, row.status == 200)
    found = connection.execute(query.order_by(row.fetched_at.desc(), row.id.desc())).first()
    return None if found is None else _page_of(found)


def _page_of(row: Any) -> Page:
    headers = {
        "content-type": row.content_type,
        "etag": row.etag,
        "last-modified": row.last_modified,
    }
    return Page(
        url=row.url,
        final_url=row.final_url,
        status=row.status,
        headers={name: value for name, value in headers.items() if value},
        body=b"",
        fetched_at=row.fetched_at,
        warc_file=row.warc_file,
        warc_offset=row.warc_offset,
        captured_at=row.captured_at,
        via=row.via,
    )


def attach_page(connection: Connection, link_id: int, page_id: int) -> None:
    """The link has its page and is no longer to be fetched."""
    table = table_of(LinkRow)
    values = {"page_id": page_id, "outcome": None, "detail": "", "retry_at": None}
    connection.execute(update(table).where(table.c.id == link_id).values(values))


def reject_link(
    connection: Connection,
    pending: PendingLink,
    rejected: Rejected,
    now: datetime,
    delay: float = 600.0,
) -> None:
    """The link gave no page. An unavailable one is tried again later, a few times.

    delay: seconds, doubled with every attempt, that are waited at least.
    """
    if not rejected.asked:  # its host's turn is later: no attempt, and no longer a wait than that
        _wait(connection, pending, rejected, now)
        return
    attempts = pending.attempts + 1
    again = rejected.retry_after is not None and attempts < MAX_ATTEMPTS
    wait = max(rejected.retry_after or 0.0, delay * 2**attempts)
    table = table_of(LinkRow)
    values = {
        "outcome": rejected.outcome,
        "detail": rejected.detail,
        "attempts": attempts,
        "retry_at": now + timedelta(seconds=wait) if again else None,
    }
    connection.execute(update(table).where(table.c.id == pending.id).values(values))


def _wait(connection: Connection, pending: PendingLink, rejected: Rejected, now: datetime) -> None:
    table = table_of(LinkRow)
    values = {
        "outcome": Outcome.UNAVAILABLE,
        "detail": rejected.detail,
        "retry_at": now + timedelta(seconds=rejected.retry_after or 0.0),
    }
    connection.execute(update(table).where(table.c.id == pending.id).values(values))


# --- extraction ---------------------------------------------------------------------------------


def pages_to_extract(connection: Connection, topic: str) -> list[PendingPage]:
    """Fetched links that have not ended yet."""
    links, pages = table_of(LinkRow), table_of(PageRow)
    query = (
        select(links, *(c.label(f"its_{c.name}") for c in pages.c))
        .join(pages, pages.c.id == links.c.page_id)
        .where(links.c.topic == topic, links.c.outcome.is_(None))
        .order_by(links.c.id)
    )
    return [
        PendingPage(r.id, _link_of(r), r.page_id, _page_of(_Prefixed(r)))
        for r in connection.execute(query)
    ]


class _Prefixed:
    """A joined row's page columns under their own names."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"its_{name}")


def settle_link(
    connection: Connection,
    link_id: int,
    outcome: Outcome,
    detail: str,
    article_id: int | None = None,
) -> None:
    """The link has ended."""
    table = table_of(LinkRow)
    values = {"outcome": outcome, "detail": detail, "article_id": article_id}
    connection.execute(update(table).where(table.c.id == link_id).values(values))


def save_article(
    connection: Connection,
    topic: Topic,
    article: Article,
    page_id: int,
    now: datetime,
    relevance: Relevance = WANTED,
) -> tuple[int, bool]:
    """The article's id, and whether it is new: one article per canonical URL and topic."""
    published = article.published_at
    offset = published.utcoffset() if published else None
    row = {
        "topic": topic.code,
        "url": article.url,
        "page_id": page_id,
        "title": article.title,
        "text": article.text,
        "text_sha256": article.text_sha256,
        "language": article.language,
        "host": article.host,
        "host_name": article.host_name,
        "country": article.country,
        "authors": list(article.authors),
        "published_at": published,
        "published_offset": None if offset is None else int(offset.total_seconds() // 60),
        "published_day_only": article.published_day_only,
        "published_source": article.published_source,
        "day": article.day(topic.zone),
        "complete": article.complete,
        "live": article.live,
        "original_outlet": article.original_outlet,
        "original_day": article.original_day,
        "republication_note": article.republication_note,
        "original_url": article.original_url,
        "quotations": [[q.start, q.end, q.speaker] for q in article.quotations],
        "fictional": article.fictional,
        "stored_at": now,
        "genre": article.genre,
        "genre_evidence": article.genre_evidence,
        "date_claims": [[c.moment.isoformat(), c.day_only, c.source] for c in article.date_claims],
        "date_conflict": article.date_conflict,
        "rights": article.rights,
        "relevance": relevance.score,
        "relevance_reason": relevance.reason,
    }
    new = insert_new(connection, ArticleRow, [row])
    table = table_of(ArticleRow)
    query = select(table.c.id).where(table.c.topic == topic.code, table.c.url == article.url)
    return int(connection.execute(query).scalar_one()), bool(new)


def reopen_link(connection: Connection, topic: str, url: str, source: str) -> None:
    """Let a link that ended without an article be tried afresh, in the name of source."""
    table = table_of(LinkRow)
    values = {"outcome": None, "page_id": None, "detail": "", "attempts": 0, "source": source}
    ended = and_(table.c.outcome.is_not(None), table.c.article_id.is_(None))
    mine = and_(table.c.topic == topic, table.c.url == url)
    connection.execute(update(table).where(mine, ended).values(values))


def article_of(row: Any) -> Article:
    """The article as `save_article` was given it."""
    published = row.published_at
    if published is not None and row.published_offset is not None:
        published = published.astimezone(timezone(timedelta(minutes=row.published_offset)))
    return Article(
        url=row.url,
        title=row.title,
        text=row.text,
        language=row.language,
        host=row.host,
        host_name=row.host_name,
        country=row.country,
        authors=tuple(row.authors),
        published_at=published,
        published_day_only=row.published_day_only,
        published_source=row.published_source,
        complete=row.complete,
        live=row.live,
        original_outlet=row.original_outlet,
        original_day=row.original_day,
        republication_note=row.republication_note,
        original_url=row.original_url,
        quotations=tuple(Quotation(start=a, end=b, speaker=who) for a, b, who in row.quotations),
        fictional=row.fictional,
        genre=Genre(row.genre),
        genre_evidence=row.genre_evidence,
        date_claims=tuple(
            DateClaim(datetime.fromisoformat(moment), day_only, source)
            for moment, day_only, source in row.date_claims
        ),
        rights=row.rights,
    )
