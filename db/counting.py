"""What counts as one article, and under which outlet and day, in each way of counting.

host      every page, under the site it stands on.
original  every text once, under the outlet that published it first: a republication belongs to its
          original, and so do the outlet's own updates of it. Its reading is the original's where
          that is held whole; else that of the earliest whole copy held, still under the original's
          outlet and day. An outlet not held has the country that the sources file gives, or none.
cluster   every group of near-copies once, under its first article.
"""

from typing import Any

from sqlalchemy import Select, Subquery, case, func, or_, select

from db.tables import ArticleRow, RepublicationRow
from db.upsert import table_of
from framewatch.story import CountBy

_articles, _ledger = table_of(ArticleRow), table_of(RepublicationRow)
_KEYS = ("topic", "day", "host", "country", "language", "genre")


def counted(topic: str, by: CountBy) -> Subquery:
    """One row for each article that counts: article_id, and what it counts under."""
    if by is CountBy.ORIGINAL:
        return _originals(topic).subquery()
    query = select(_articles.c.id.label("article_id"), *(_articles.c[key] for key in _KEYS))
    query = query.where(_articles.c.topic == topic)
    if by is CountBy.CLUSTER:
        alone = _articles.c.cluster_id.is_(None)
        query = query.where(or_(alone, _articles.c.cluster_id == _articles.c.id))
    return query.subquery()


def _originals(topic: str) -> Select[Any]:
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
    ranked = (
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
            func.row_number().over(partition_by=(group, host), order_by=order).label("place"),
        )
        .select_from(
            _articles.outerjoin(_ledger, entry.article_id == article.id).outerjoin(
                held, first.id == entry.original_id
            )
        )
        .where(article.topic == topic)
        .subquery()
    )
    kept = (ranked.c[name] for name in ("article_id", *_KEYS))
    return select(*kept).where(ranked.c.place == 1)
