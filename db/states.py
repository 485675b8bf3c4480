"""How each source of a topic stands: its last answer, and the days of late that it answered."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from db.coverage import answers_of
from db.tables import AnswerRow
from db.upsert import table_of
from framewatch.story import SourceStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    last: SourceStatus  # its newest word, on whatever window
    last_at: datetime
    settled: int  # days of the span asked about that it answered for as a whole


def source_states(
    connection: Connection, topic: str, first: date, last: date, zone: ZoneInfo
) -> dict[str, SourceState]:
    """By source; those never asked are left out."""
    days = answers_of(connection, topic, first, last, zone)
    table = table_of(AnswerRow)
    newest = (
        select(table.c.source, func.max(table.c.answered_at).label("at"))
        .where(table.c.topic == topic)
        .group_by(table.c.source)
        .subquery()
    )
    query = (
        select(table.c.source, table.c.status, table.c.answered_at)
        .join(newest, (newest.c.source == table.c.source) & (newest.c.at == table.c.answered_at))
        .where(table.c.topic == topic)
        .order_by(table.c.window_end)
    )
    return {
        source: SourceState(
            last=SourceStatus(status),
            last_at=at,
            settled=sum(d.known and not d.partial for d in days.get(source, {}).values()),
        )
        for source, status, at in connection.execute(query).tuples()
    }
