"""What the dashboard reads of collection and readers: who answered, and who read.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from db import collection
from db.day_readings import IDENTITY
from db.queries import reading
from db.session import Store
from db.tables import AnswerRow, ReaderDayRow, ThresholdDayRow
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
    with reading(engine) as connection:
        return collection.answered_days(connection, topic, zone, first, last)


def collected(
    engine: Store, topic: str, zone: ZoneInfo, days: Collection[date]
) -> dict[date, float]:
    """The part of each day's expected collection that was had: `db.coverage.collected_shares`."""
    with reading(engine) as connection:
        return collection.collected(connection, topic, zone, days)


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
        found = collection.outcomes(connection, topic)
    ordered = sorted(found.items(), key=lambda item: -item[1])
    return {outcome or "pending": links for outcome, links in ordered}


def readers(engine: Store, topic: str) -> tuple[ReaderRecord, ...]:
    """Who read the readings in force, the newest reader first."""
    c = table_of(ReaderDayRow).c
    identity = [c[name] for name in IDENTITY]
    newest = func.max(c.newest).label("newest")
    sums = (func.sum(c.read).label("read"), func.sum(c.unread).label("unread"))
    query = (
        select(*identity, *sums, newest)
        .where(c.topic == topic)
        .group_by(*identity)
        .order_by(newest.desc())
    )
    with reading(engine) as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    counts = ({name: int(row[name]) for name in ("read", "unread")} for row in rows)
    return tuple(ReaderRecord(**row | mine) for row, mine in zip(rows, counts, strict=True))


def thresholds(engine: Store, topic: str) -> dict[str, tuple[float, float]]:
    """The lowest and highest threshold of each frame among the readings in force."""
    c = table_of(ThresholdDayRow).c
    query = select(c.frame, func.min(c.low), func.max(c.high)).where(c.topic == topic)
    with reading(engine) as connection:
        rows = connection.execute(query.group_by(c.frame))
        return {frame: (low, high) for frame, low, high in rows}
