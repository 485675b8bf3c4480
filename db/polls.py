"""How far each sliding list (feed, news sitemap) reached when it was read, and when it is due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from db.tables import PollRow
from db.upsert import insert, table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The last reading of one source's list. framewatch.poll says how each field is made."""

    source: str
    asked_at: datetime
    changed_at: datetime  # when its body last differed
    body_sha256: str = ""
    every: timedelta  # between two polls, without the jitter
    next_at: datetime
    oldest: datetime | None = None  # the earliest item at the last reading that gave dates
    newest: datetime | None = None
    covered_since: datetime | None = None  # every item since then was on some list we read


def polls(connection: Connection, topic: str, sources: Collection[str]) -> dict[str, Poll]:
    """By source; those never read are left out."""
    table = table_of(PollRow)
    query = select(table).where(table.c.topic == topic, table.c.source.in_(sources))
    return {row.source: _poll_of(row) for row in connection.execute(query)}


def save_poll(connection: Connection, topic: str, poll: Poll) -> None:
    """Write one source's row; an older reading never replaces a newer one."""
    table = table_of(PollRow)
    values = {name: getattr(poll, name) for name in Poll.__dataclass_fields__}
    values["every"] = round(poll.every.total_seconds())
    statement = insert(connection, PollRow).values(values | {"topic": topic})
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["topic", "source"],
            set_={name: new[name] for name in values if name != "source"},
            where=new.asked_at >= table.c.asked_at,
        )
    )


def _poll_of(row: Any) -> Poll:
    values = {name: getattr(row, name) for name in Poll.__dataclass_fields__}
    return Poll(**(values | {"every": timedelta(seconds=row.every)}))
