"""What counts as one article, and under which outlet and day, in each way of counting.

host      every page, under the site it stands on.
original  every text once, under the outlet that published it first: a republication belongs to its
          original, and so do the outlet's own updates of it. Its reading is the original's where
          that is held whole; else that of the earliest whole copy held, still under the original's
          outlet and day. An outlet not held has the country that the sources file gives, or none.
cluster   every group of near-copies once, under its first article.

Each can be asked for as it was known at an instant: see `db.asof`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select, true

from db.tables import ArticleRow, OriginalRow, RepublicationRow
from db.upsert import table_of
from framewatch.story import CountBy, Proof

UNDATED = date.min  # the day under which changes of articles without one are kept

_articles, _ledger = table_of(ArticleRow), table_of(RepublicationRow)
_KEYS = ("topic", "day", "host", "country", "language", "genre")


def counted(topic: str, by: CountBy, known_by: datetime | None = None) -> Subquery:
    """One row for each article that counts: article_id, and what it counts under."""
    if by is CountBy.ORIGINAL:
        ranked = originals(topic, known_by=known_by).subquery()
        kept = (ranked.c[name] for name in ("article_id", *_KEYS))
        return select(*kept).where(ranked.c.place == 1).subquery()
    if by is CountBy.CLUSTER and known_by is not None:
        return _first_known(topic, known_by).subquery()
    query = select(_articles.c.id.label("article_id"), *(_articles.c[key] for key in _KEYS))
    query = query.where(_articles.c.topic == topic, _stored(_articles, known_by))
    if by is CountBy.CLUSTER:
        query = query.where(first_of_cluster())
    return query.subquery()


def first_of_cluster() -> ColumnElement[bool]:
    """The article stands for its group of near-copies."""
    return or_(_articles.c.cluster_id.is_(None), _articles.c.cluster_id == _articles.c.id)


def published(topic: str, by: CountBy) -> Subquery:
    """The same as `counted`, by original as it was when last published, and so without a search."""
    if by is not CountBy.ORIGINAL:
        return counted(topic, by)
    table = table_of(OriginalRow)
    names = ("article_id", *_KEYS, "published_at")
    return (
        select(*(table.c[n] for n in names))
        .where(table.c.topic == topic, table.c.counts)
        .subquery()
    )


def originals(
    topic: str, among: Select[Any] | None = None, known_by: datetime | None = None
) -> Select[Any]:
    """Every article (or those among the ids), the group and outlet of its text, and its place.

    Of the articles of one text_group and host only the one in place 1 counts.
    """
    held = _articles.alias("first")
    article, entry, first = _articles.c, _ledger.c, held.c
    own = entry.article_id.is_(None)
    host = func.coalesce(first.host, entry.original_outlet, article.host)
    group = func.coalesce(first.cluster_id, first.id, article.cluster_id, article.id)
    order = (
        article.complete.desc(),
        own.desc(),
        article.day.is_(None),
        article.day,
        article.published_at,
        article.url,
    )
    original = and_(first.id == entry.original_id, _stored(held, known_by))
    query = (
        select(
            article.id.label("article_id"),
            article.topic,
            func.coalesce(first.day, entry.original_day, article.day).label("day"),
            host.label("host"),
            case(
                (own, article.country),
                else_=func.coalesce(first.country, entry.original_country),
            ).label("country"),
            article.language,
            func.coalesce(first.genre, article.genre).label("genre"),
            article.published_at,
            group.label("text_group"),
            func.row_number().over(partition_by=(group, host), order_by=order).label("place"),
        )
        .select_from(
            _articles.outerjoin(
                _ledger, and_(entry.article_id == article.id, entered(known_by))
            ).outerjoin(held, original)
        )
        .where(_stored(_articles, known_by))
    )
    # The ids are of the topic; asked for both, SQLite would go through the topic.
    return query.where(article.topic == topic if among is None else article.id.in_(among))


def _first_known(topic: str, known_by: datetime) -> Select[Any]:
    """The first article of each group among those stored by then, as `db.identity` chooses it."""
    c = _articles.c
    order = (
        c.day.is_(None),
        c.day,
        or_(c.republication_note != "", c.original_url != ""),
        c.published_day_only,
        c.published_at,
        c.url,
    )
    group = func.coalesce(c.cluster_id, c.id)
    place = func.row_number().over(partition_by=group, order_by=order).label("place")
    query = select(c.id.label("article_id"), *(c[key] for key in _KEYS), place)
    ranked = query.where(c.topic == topic, _stored(_articles, known_by)).subquery()
    kept = (ranked.c[name] for name in ("article_id", *_KEYS))
    return select(*kept).where(ranked.c.place == 1)


def _stored(articles: Any, known_by: datetime | None) -> ColumnElement[bool]:
    return true() if known_by is None else articles.c.stored_at <= known_by


def entered(known_by: datetime | None) -> ColumnElement[bool]:
    """An entry by likeness could be made only once the original was held; others speak at once."""
    if known_by is None:
        return true()
    of = _articles.alias("of")
    held = select(of.c.id).where(of.c.id == _ledger.c.original_id, _stored(of, known_by)).exists()
    return or_(_ledger.c.proof != Proof.NEAR_COPY, held)
