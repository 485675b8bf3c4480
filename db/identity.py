"""Groups of near-copies, grown one article at a time, and the ledger of republications.

A group is what near-copies connect: an article joins those that it nearly copies and so may join
two groups into one. Which articles are compared depends on their texts alone, so any order of
arrival, and any interruption, leads to the same groups. A group is known by its first article.

All functions take an open transaction; writing is idempotent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, text, update

from db.tables import ArticleRow, BandRow, RepublicationRow
from db.upsert import insert_new, table_of
from framewatch.story import Republication

Near = Callable[[bytes, bytes], bool]

_articles, _bands, _ledger = map(table_of, (ArticleRow, BandRow, RepublicationRow))


@dataclass(frozen=True, slots=True)
class Unidentified:
    id: int
    text: str
    language: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A text's signature with its bands."""

    signature: bytes
    bands: tuple[int, ...]


def articles_to_identify(connection: Connection, topic: str) -> list[int]:
    """Articles without a signature of their present text."""
    c = _articles.c  # signature and group come and go together; the group has an index
    query = select(c.id).where(c.topic == topic, c.cluster_id.is_(None)).order_by(c.id)
    return list(connection.scalars(query))


def texts(connection: Connection, ids: Iterable[int]) -> list[Unidentified]:
    c = _articles.c
    query = select(c.id, c.text, c.language, c.text_sha256).where(c.id.in_(list(ids)))
    return [Unidentified(*row) for row in connection.execute(query.order_by(c.id))]


# --- groups ---------------------------------------------------------------------------------------


def join(
    connection: Connection, topic: str, article: Unidentified, signed: Signed, near: Near
) -> bool:
    """Put an article among its near-copies; whether it has any.

    Does nothing where its text has changed since it was signed: it is still to be identified.
    """
    _alone(connection, article.id)
    present = and_(_articles.c.id == article.id, _articles.c.text_sha256 == article.text_sha256)
    signing = update(_articles).where(present).values(minhash=signed.signature)
    if connection.execute(signing).rowcount == 0:
        return False
    groups = _neighbours(connection, topic, article.id, signed, near)
    first = _first(connection, {article.id, *groups})
    moving = update(_articles).values(cluster_id=first).where(_articles.c.topic == topic)
    connection.execute(moving.where(_articles.c.id == article.id))
    if others := groups - {first}:
        connection.execute(moving.where(_articles.c.cluster_id.in_(others)))
    rows = [
        {"article_id": article.id, "topic": topic, "band": band, "hash": value}
        for band, value in enumerate(signed.bands)
    ]
    connection.execute(_bands.insert(), rows)
    return bool(groups)


def dissolve(connection: Connection, article_id: int) -> None:
    """An article's text has changed: all of its group are to be identified anew."""
    _alone(connection, article_id)
    group = select(_articles.c.cluster_id).where(_articles.c.id == article_id).scalar_subquery()
    held = or_(_articles.c.id == article_id, _articles.c.cluster_id == group)
    members = select(_articles.c.id).where(held)
    ids = list(connection.scalars(members))
    connection.execute(delete(_bands).where(_bands.c.article_id.in_(ids)))
    forgotten = {"minhash": None, "cluster_id": None}
    connection.execute(update(_articles).where(_articles.c.id.in_(ids)).values(forgotten))


def _alone(connection: Connection, article_id: int) -> None:
    """Nobody else changes groups before this transaction ends: they would not see each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE bands IN SHARE ROW EXCLUSIVE MODE"))
    # SQLite locks the store at the first write, so there has to be one before the first look.
    connection.execute(delete(_bands).where(_bands.c.article_id == article_id))


def _neighbours(
    connection: Connection, topic: str, article_id: int, signed: Signed, near: Near
) -> set[int]:
    """The groups that hold a near-copy of the article."""
    candidates = select(_bands.c.article_id).where(
        _bands.c.topic == topic, _bands.c.hash.in_(signed.bands)
    )
    query = select(_articles.c.cluster_id, _articles.c.minhash).where(
        _articles.c.id.in_(candidates), _articles.c.id != article_id
    )
    groups: set[int] = set()
    for group, other in connection.execute(query):
        if group not in groups and near(signed.signature, other):
            groups.add(group)
    return groups


def _first(connection: Connection, ids: Iterable[int]) -> int:
    """The first published of some articles; on one day, one that names no other publisher."""
    c = _articles.c
    order = (
        c.day.is_(None),
        c.day,
        or_(c.republication_note != "", c.original_url != ""),
        c.published_day_only,
        c.published_at,
        c.url,
    )
    query = select(c.id).where(c.id.in_(list(ids))).order_by(*order).limit(1)
    return int(connection.execute(query).scalar_one())


# --- the ledger of republications -----------------------------------------------------------------


def concerned(connection: Connection, topic: str) -> Sequence[Any]:
    """Articles that may have an entry or be an original: rows with `printed`, the publisher's day.

    Those with a note or a foreign canonical tag, the headlines and addresses that these may mean,
    and every group of near-copies with more than one article.
    """
    c, mine = _articles.c, _articles.c.topic == topic
    named = or_(c.original_outlet != "", c.original_url != "")
    groups = select(c.cluster_id).where(mine).group_by(c.cluster_id).having(func.count() > 1)
    query = select(
        *(c[name] for name in ("id", "url", "title", "host", "host_name", "day", "published_at")),
        *(c[name] for name in ("published_offset", "published_day_only", "cluster_id", "minhash")),
        *(c[name] for name in ("republication_note", "original_outlet", "original_day")),
        c.original_url,
    ).where(
        mine,
        or_(
            named,
            c.cluster_id.in_(groups),
            c.title.in_(select(c.title).where(mine, c.original_outlet != "")),
            c.url.in_(select(c.original_url).where(mine, c.original_url != "")),
        ),
    )
    return connection.execute(query).all()


def printed_day(row: Any) -> date | None:
    """The day as the publisher's own clock has it."""
    if row.published_at is None:
        return None
    moment = row.published_at + timedelta(minutes=row.published_offset or 0)
    return date(moment.year, moment.month, moment.day)


def write_ledger(
    connection: Connection, topic: str, entries: Mapping[int, tuple[int | None, Republication]]
) -> dict[str, int]:
    """Bring the ledger up to date; writes only entries that differ. Returns how many."""
    mine = select(_articles.c.id).where(_articles.c.topic == topic)
    stored = {
        row["article_id"]: dict(row)
        for row in connection.execute(
            select(_ledger).where(_ledger.c.article_id.in_(mine))
        ).mappings()
    }
    fresh = {number: _row(number, *entry) for number, entry in entries.items()}
    stale = [number for number, row in stored.items() if fresh.get(number) != row]
    for number in stale:
        connection.execute(delete(_ledger).where(_ledger.c.article_id == number))
    written = [row for number, row in fresh.items() if stored.get(number) != row]
    insert_new(connection, RepublicationRow, written)
    return {"written": len(written), "removed": sum(number not in fresh for number in stale)}


def _row(article_id: int, original_id: int | None, entry: Republication) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "original_id": original_id,
        "original_outlet": entry.original_outlet[:200],
        "original_country": entry.original_country,
        "original_day": entry.original_day,
        "original_url": entry.original_url,
        "proof": str(entry.proof),
        "evidence": entry.evidence,
        "similarity": entry.similarity,
        "same_owner": entry.same_owner,
    }
