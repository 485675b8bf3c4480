"""The reading in force of an article, and volumes straight from articles and readings.

It is the newest reading of the article's present text: now, or as it was at an instant.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, case, func, literal, select

from db.tables import ArticleRow, ReadingRow
from db.upsert import table_of
from framewatch.story import CountBy

GROUP = ("topic", "day", "host", "country", "language", "genre")

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)


def readings_in_force(topic: str, among: Sequence[int] | None = None) -> Select[Any]:
    """One row per article (or those among the ids) that has a reading: article_id, reading_id."""
    # The ids are of the topic; asked for both, SQLite would go through the topic.
    mine = _articles.c.topic == topic if among is None else _articles.c.id.in_(among)
    return (
        select(_readings.c.article_id, func.max(_readings.c.id).label("reading_id"))
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(mine, _articles.c.text_sha256 == _readings.c.text_sha256)
        .group_by(_readings.c.article_id)
    )


def with_readings(
    unit: FromClause,
    by: CountBy,
    where: ColumnElement[bool],
    text: ColumnElement[str] = _articles.c.text_sha256,
    until: datetime | None = None,
) -> Select[Any]:
    """What counts, with its reading in force: the newest of its text, made by then.

    Looked up article by article: joined with `readings_in_force`, SQLite would go through all
    readings for every article counted by original.
    """
    newest = select(func.max(_readings.c.id)).where(
        _readings.c.article_id == _articles.c.id, _readings.c.text_sha256 == text
    )
    if until is not None:
        newest = newest.where(_readings.c.read_at <= until)
    reading = newest.correlate(_articles).scalar_subquery().label("reading_id")
    keys = (unit.c[name] for name in GROUP)
    query = select(*keys, literal(by.value).label("count_by"), reading)
    return query.join_from(unit, _articles, _articles.c.id == unit.c.article_id).where(where)


def volumes_of(read: FromClause) -> Select[Any]:
    """Articles and coded articles, from what `with_readings` found."""
    keys = [read.c[name] for name in (*GROUP[:1], "count_by", *GROUP[1:])]
    coded = func.sum(case((_readings.c.unread == "", 1), else_=0))
    return (
        select(*keys, func.count().label("articles"), coded.label("coded"))
        .outerjoin_from(read, _readings, _readings.c.id == read.c.reading_id)
        .group_by(*keys)
    )
