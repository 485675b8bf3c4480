"""What the dashboard reads of collection and readers: who answered, and who read.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from db.coverage import collected_shares
from db.ledger import ANSWERED
from db.ledger import outcomes as outcomes_of
from db.publish import readings_in_force
from db.queries import reading
from db.session import Store
from db.tables import AnswerRow, FrameScoreRow, ReadingRow
from db.upsert import table_of
from framewatch.story import SourceStatus


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """How one source answered, in windows."""

    source: str
    answers: dict[SourceStatus, int]
    listed: int
    found: int
    newest: datetime  # when it last answered, well or not


@dataclass(frozen=True, slots=True)
class ReaderRecord:
    """One reader among the readings in force."""

    model: str
    revision: str
    weights_sha256: str
    codebook_sha256: str
    read: int
    unread: int
    newest: datetime


def answered_days(
    engine: Store, topic: str, zone: ZoneInfo, first: date, last: date
) -> frozenset[date]:
    """Days from first to last, counted in zone, of which some source answered for a part."""
    table = table_of(AnswerRow)
    query = (
        select(table.c.window_start, table.c.window_end)
        .where(table.c.topic == topic, table.c.status.in_(ANSWERED))
        .distinct()
    )
    days: set[date] = set()
    with reading(engine) as connection:
        for start, end in connection.execute(query):
            day = max(first, start.astimezone(zone).date())
            end_day = min(last, (end - timedelta(microseconds=1)).astimezone(zone).date())
            while day <= end_day:
                days.add(day)
                day += timedelta(days=1)
    return frozenset(days)


def collected(
    engine: Store, topic: str, zone: ZoneInfo, days: Collection[date]
) -> dict[date, float]:
    """The part of each day's expected collection that was had: `db.coverage.collected_shares`."""
    with reading(engine) as connection:
        return collected_shares(connection, topic, days, zone)


def ledger(engine: Store, topic: str) -> tuple[SourceRecord, ...]:
    """How each source answered, over all windows, by name."""
    table = table_of(AnswerRow)
    query = (
        select(
            table.c.source,
            table.c.status,
            func.count().label("count"),
            func.sum(table.c.listed).label("listed"),
            func.sum(table.c.found).label("found"),
            func.max(table.c.answered_at).label("newest"),
        )
        .where(table.c.topic == topic)
        .group_by(table.c.source, table.c.status)
        .order_by(table.c.source)
    )
    rows: dict[str, list[Any]] = {}
    with reading(engine) as connection:
        for row in connection.execute(query):
            rows.setdefault(row.source, []).append(row)
    return tuple(
        SourceRecord(
            source=source,
            answers={SourceStatus(row.status): row.count for row in mine},
            listed=sum(int(row.listed) for row in mine),
            found=sum(int(row.found) for row in mine),
            newest=max(row.newest for row in mine),
        )
        for source, mine in rows.items()
    )


def outcomes(engine: Store, topic: str) -> dict[str, int]:
    """How many links ended how, the most frequent first; "pending" are under way."""
    with reading(engine) as connection:
        found = outcomes_of(connection, topic)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def readers(engine: Store, topic: str) -> tuple[ReaderRecord, ...]:
    """Who read the readings in force, the newest reader first."""
    table = table_of(ReadingRow)
    force = readings_in_force(topic).subquery()
    identity = [table.c[n] for n in ("model", "revision", "weights_sha256", "codebook_sha256")]
    newest = func.max(table.c.read_at).label("newest")
    query = (
        select(
            *identity,
            func.sum(case((table.c.unread == "", 1), else_=0)).label("read"),
            func.sum(case((table.c.unread == "", 0), else_=1)).label("unread"),
            newest,
        )
        .join(force, force.c.reading_id == table.c.id)
        .group_by(*identity)
        .order_by(newest.desc())
    )
    with reading(engine) as connection:
        rows = connection.execute(query).mappings()
        return tuple(ReaderRecord(**row) for row in rows)


def thresholds(engine: Store, topic: str) -> dict[str, tuple[float, float]]:
    """The lowest and highest threshold of each frame among the readings in force."""
    table = table_of(FrameScoreRow)
    force = readings_in_force(topic).subquery()
    query = (
        select(table.c.frame, func.min(table.c.threshold), func.max(table.c.threshold))
        .join(force, force.c.reading_id == table.c.reading_id)
        .group_by(table.c.frame)
    )
    with reading(engine) as connection:
        return {frame: (low, high) for frame, low, high in connection.execute(query)}
