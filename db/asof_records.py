"""Collection and readers as known at an instant: `db.records`, from raw rows.

How a link ended is kept without its time: `db.coverage` tells the end that is known today.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, select

from db.answer_states import answers_at
from db.asof import text_then
from db.coverage import collected_shares
from db.day_readings import IDENTITY
from db.ledger import ANSWERED
from db.queries import reading
from db.records import ReaderRecord, SourceRecord
from db.session import Store
from db.tables import ArticleRow, FrameScoreRow, ReadingRow
from db.upsert import table_of
from framewatch.story import ReaderIdentity, SourceStatus

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)


def answered_days(
    engine: Store, topic: str, zone: ZoneInfo, first: date, last: date, at: datetime
) -> frozenset[date]:
    """As `db.records.answered_days`."""
    row = answers_at(at).c
    query = select(row.window_start, row.window_end).where(
        row.topic == topic, row.status.in_(ANSWERED)
    )
    days: set[date] = set()
    with reading(engine) as connection:
        for start, end in connection.execute(query.distinct()):
            low = max(first, start.astimezone(zone).date())
            high = min(last, (end - timedelta(microseconds=1)).astimezone(zone).date())
            days |= {low + timedelta(days=i) for i in range((high - low).days + 1)}
    return frozenset(days)


def collected(
    engine: Store, topic: str, zone: ZoneInfo, days: Collection[date], at: datetime
) -> dict[date, float]:
    """As `db.records.collected`."""
    with reading(engine) as connection:
        return collected_shares(connection, topic, days, zone, at)


def ledger(engine: Store, topic: str, at: datetime) -> tuple[SourceRecord, ...]:
    """As `db.records.ledger`."""
    row = answers_at(at).c
    query = (
        select(
            *(row.source, row.status, func.count().label("count")),
            func.sum(row.listed).label("listed"),
            func.sum(row.found).label("found"),
            func.max(row.answered_at).label("newest"),
        )
        .where(row.topic == topic)
        .group_by(row.source, row.status)
        .order_by(row.source)
    )
    held: dict[str, list[Any]] = {}
    with reading(engine) as connection:
        for found in connection.execute(query):
            held.setdefault(found.source, []).append(found)
    return tuple(
        SourceRecord(
            source=source,
            answers={SourceStatus(one.status): one.count for one in mine},
            listed=sum(int(one.listed) for one in mine),
            found=sum(int(one.found) for one in mine),
            newest=max(one.newest for one in mine),
        )
        for source, mine in held.items()
    )


def identities(engine: Store, topic: str, at: datetime) -> tuple[ReaderIdentity, ...]:
    """As `db.rereadings.identities`."""
    columns = [_readings.c[name] for name in IDENTITY]
    query = (
        select(*columns)
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(_articles.c.topic == topic, _readings.c.read_at <= at)
        .group_by(*columns)
        .order_by(func.max(_readings.c.id).desc())
    )
    with reading(engine) as connection:
        return tuple(ReaderIdentity(**row) for row in connection.execute(query).mappings())


def readers(engine: Store, topic: str, at: datetime) -> tuple[ReaderRecord, ...]:
    """As `db.records.readers`."""
    force = _in_force(topic, at).subquery()
    columns = [_readings.c[name] for name in IDENTITY]
    newest = func.max(_readings.c.read_at).label("newest")
    query = (
        select(
            *columns,
            func.sum(case((_readings.c.unread == "", 1), else_=0)).label("read"),
            func.sum(case((_readings.c.unread == "", 0), else_=1)).label("unread"),
            newest,
        )
        .join(force, force.c.reading_id == _readings.c.id)
        .group_by(*columns)
        .order_by(newest.desc())
    )
    with reading(engine) as connection:
        return tuple(ReaderRecord(**row) for row in connection.execute(query).mappings())


def thresholds(engine: Store, topic: str, at: datetime) -> dict[str, tuple[float, float]]:
    """As `db.records.thresholds`."""
    score, force = table_of(FrameScoreRow).c, _in_force(topic, at).subquery()
    query = (
        select(score.frame, func.min(score.threshold), func.max(score.threshold))
        .join(force, force.c.reading_id == score.reading_id)
        .group_by(score.frame)
    )
    with reading(engine) as connection:
        return {frame: (low, high) for frame, low, high in connection.execute(query)}


def _in_force(topic: str, at: datetime) -> Select[Any]:
    """As `db.in_force.readings_in_force`."""
    return (
        select(_readings.c.article_id, func.max(_readings.c.id).label("reading_id"))
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(
            _articles.c.topic == topic,
            _articles.c.stored_at <= at,
            _readings.c.read_at <= at,
            _readings.c.text_sha256 == text_then(at),
        )
        .group_by(_readings.c.article_id)
    )
