"""Who read the articles of a day, and between which thresholds: kept with the counts of the day.

Of every article, as each has a reading in force or none; undated ones are kept under `UNDATED`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select

from db.counting import UNDATED
from db.tables import ArticleRow, FrameScoreRow, ReaderDayRow, ReadingRow, ThresholdDayRow
from db.tables import Table as Base
from db.upsert import table_of

IDENTITY = ("model", "revision", "weights_sha256", "codebook_sha256")

_articles, _readings, _scores = map(table_of, (ArticleRow, ReadingRow, FrameScoreRow))


def in_force(topic: str, days: Sequence[date]) -> Select[Any]:
    """Each article's day, with the number of its reading in force."""
    c = _articles.c
    newest = (
        select(func.max(_readings.c.id))
        .where(_readings.c.article_id == c.id, _readings.c.text_sha256 == c.text_sha256)
        .correlate(_articles)
        .scalar_subquery()
    )
    of_days = or_(c.day.in_(days), *([c.day.is_(None)] if UNDATED in days else []))
    day = func.coalesce(c.day, literal(UNDATED, c.day.type), type_=c.day.type)
    query = select(c.topic, day.label("day"), newest.label("reading_id"))
    return query.where(c.topic == topic, of_days)


def readers_of_days(read: Any) -> dict[type[Base], Select[Any]]:
    """The rows of each table, from what `in_force` found."""
    keys = (read.c.topic, read.c.day)
    identity = [_readings.c[name] for name in IDENTITY]
    coded = case((_readings.c.unread == "", 1), else_=0)
    readers = (
        select(
            *keys,
            *identity,
            func.sum(coded).label("read"),
            func.sum(1 - coded).label("unread"),
            func.max(_readings.c.read_at).label("newest"),
        )
        .select_from(read.join(_readings, _readings.c.id == read.c.reading_id))
        .group_by(*keys, *identity)
    )
    low, high = func.min(_scores.c.threshold), func.max(_scores.c.threshold)
    thresholds = (
        select(*keys, _scores.c.frame, low.label("low"), high.label("high"))
        .select_from(read.join(_scores, _scores.c.reading_id == read.c.reading_id))
        .group_by(*keys, _scores.c.frame)
    )
    return {ReaderDayRow: readers, ThresholdDayRow: thresholds}
