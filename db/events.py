"""Events that analysts add to a topic, beside those of its file.

Writing functions take an open transaction. No row is overwritten, so that it can be asked which
events stood on an earlier day.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from db.desk_tables import EventRow
from db.publish import bump
from db.queries import reading
from db.session import Store
from db.upsert import table_of
from framewatch.story import Event

_events = table_of(EventRow)


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event as it stands, and who wrote it."""

    number: int  # among the topic's events of analysts
    event: Event
    author: str
    added_at: datetime


def kept_events(engine: Store, topic: str, at: datetime | None = None) -> tuple[KeptEvent, ...]:
    """By number: those that stand now, or that stood at an instant."""
    query = select(_events).where(_events.c.topic == topic).order_by(_events.c.number)
    if at is None:
        query = query.where(_events.c.ended_at.is_(None))
    else:
        stood = or_(_events.c.ended_at.is_(None), _events.c.ended_at > at)
        query = query.where(_events.c.added_at <= at, stood)
    with reading(engine) as connection:
        return tuple(_kept(row) for row in connection.execute(query))


def add_event(connection: Connection, topic: str, event: Event, author: str, now: datetime) -> int:
    """Its number. Pages renew."""
    bump(connection, topic, now)  # first: whoever else adds one waits here
    given = select(func.max(_events.c.number)).where(_events.c.topic == topic)
    number = (connection.execute(given).scalar() or 0) + 1
    _insert(connection, topic, number, _said(event, author, now))
    return number


def change_event(
    connection: Connection, topic: str, number: int, changed: tuple[Event, str], now: datetime
) -> bool:
    """The event as it is to be, and who says so; False if there is none of that number."""
    bump(connection, topic, now)
    if not _end(connection, topic, number, now):
        return False
    _insert(connection, topic, number, _said(*changed, now))
    return True


def remove_event(connection: Connection, topic: str, number: int, now: datetime) -> bool:
    """False if there is none of that number."""
    bump(connection, topic, now)
    return _end(connection, topic, number, now)


def _end(connection: Connection, topic: str, number: int, now: datetime) -> bool:
    stands = _events.c.topic == topic, _events.c.number == number, _events.c.ended_at.is_(None)
    return bool(connection.execute(update(_events).where(*stands).values(ended_at=now)).rowcount)


def _said(event: Event, author: str, now: datetime) -> dict[str, Any]:
    values = asdict(event) | {"countries": list(event.countries)}
    return values | {"author": author, "added_at": now}


def _insert(connection: Connection, topic: str, number: int, values: Mapping[str, Any]) -> None:
    connection.execute(insert(_events).values({"topic": topic, "number": number, **values}))


def _kept(row: Any) -> KeptEvent:
    event = Event(day=row.day, label=row.label, link=row.link, countries=tuple(row.countries))
    return KeptEvent(row.number, event, row.author, row.added_at)
