"""An article among its copies: who else has its text, who had it first, what it said before.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from db.identity import printed_day
from db.queries import reading
from db.session import Store
from db.tables import ArticleRow, ArticleVersionRow, RepublicationRow
from db.upsert import table_of
from framewatch.story import Proof, Republication

MOST_COPIES = 50  # shown of a group, the earliest first

_articles = table_of(ArticleRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article whose text is nearly the same, or is connected to it by such texts."""

    id: int
    title: str
    language: str
    host: str
    host_name: str
    day: date | None
    fictional: bool
    first: bool  # by which the group is known
    signature: bytes  # scrapers.identify.signature


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an article said until it was changed."""

    title: str
    text_sha256: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    signature: bytes  # of the article itself; empty while it is not identified
    copies: tuple[Copy, ...] = ()
    entry: Republication | None = None
    original_id: int | None = None
    original_name: str = ""
    earlier: tuple[Earlier, ...] = ()  # the newest first


def kin(engine: Store, article_id: int) -> Kin:
    """The kin of an article, which must exist."""
    with reading(engine) as connection:
        row = connection.execute(select(_articles).where(_articles.c.id == article_id)).one()
        entry, original_id, name = _entry(connection, row)
        return Kin(
            signature=row.minhash or b"",
            copies=_copies(connection, row),
            entry=entry,
            original_id=original_id,
            original_name=name,
            earlier=_earlier(connection, row),
        )


def _copies(connection: Connection, row: Any) -> tuple[Copy, ...]:
    if row.cluster_id is None:
        return ()
    c = _articles.c
    query = select(_articles).where(
        c.topic == row.topic, c.cluster_id == row.cluster_id, c.id != row.id
    )
    query = query.order_by(c.day.is_(None), c.day, c.published_at, c.url).limit(MOST_COPIES)
    return tuple(
        Copy(
            id=other.id,
            title=other.title,
            language=other.language,
            host=other.host,
            host_name=other.host_name,
            day=other.day,
            fictional=other.fictional,
            first=other.id == row.cluster_id,
            signature=other.minhash or b"",
        )
        for other in connection.execute(query)
    )


def _entry(connection: Connection, row: Any) -> tuple[Republication | None, int | None, str]:
    ledger = table_of(RepublicationRow)
    found = connection.execute(select(ledger).where(ledger.c.article_id == row.id)).first()
    if found is None:
        return None, None, ""
    name = select(_articles.c.host_name).where(
        _articles.c.topic == row.topic, _articles.c.host == found.original_outlet
    )
    held = connection.execute(name.limit(1)).scalar()
    entry = Republication(
        host=row.host,
        host_day=printed_day(row),
        original_outlet=found.original_outlet,
        original_country=found.original_country,
        original_day=found.original_day,
        original_url=found.original_url,
        proof=Proof(found.proof),
        evidence=found.evidence,
        similarity=found.similarity,
        same_owner=found.same_owner,
    )
    return entry, found.original_id, held or row.original_outlet or found.original_outlet


def _earlier(connection: Connection, row: Any) -> tuple[Earlier, ...]:
    table = table_of(ArticleVersionRow)
    query = select(table.c.title, table.c.text_sha256, table.c.seen_at).where(
        table.c.article_id == row.id,
        table.c.text_sha256 != row.text_sha256,  # a text may come back
    )
    query = query.order_by(table.c.seen_at.desc())
    return tuple(Earlier(*version) for version in connection.execute(query))
