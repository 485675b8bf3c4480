"""The counts that charts read, derived from articles and the readings in force (`db.in_force`).

Every count is kept by genre and in each way of counting (`db.counting`), so that a page adds up
rows and decides nothing. Only days on which something changed (`db.changes`) are counted
(`db.count_days`), and with them the week and month they are in (`db.rollups`).
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, update

from db.changes import alone, clean, dirty_days, forget, settle
from db.count_days import count_day
from db.counting import UNDATED
from db.periods import month
from db.rollups import roll_up
from db.session import Store
from db.tables import DataVersionRow
from db.upsert import insert, table_of

Tick = Callable[[int], object]


def publish(connection: Connection, topic: str, now: datetime) -> dict[str, int]:
    """Bring the counts up to date, in one transaction.

    Returns how many rows of days are other ones now, or gone; bumps the data version if any are.
    """
    begin(connection, topic, now)
    while settle(connection, topic):
        pass
    tally = Counter({"written": 0, "removed": 0})
    for days in _by_month(dirty_days(connection, topic)):
        tally.update(_publish_days(connection, topic, days))
    if any(tally.values()):
        bump(connection, topic, now)
    return dict(tally)


def keep_up(store: Store, topic: str, now: datetime, tick: Tick = lambda _: None) -> dict[str, int]:
    """The same in one transaction per month with dirty days: killed at any moment, it goes on
    there.

    tick: called after each with the number of days.
    """
    tally = Counter({"written": 0, "removed": 0})
    for together in _by_month(days_to_count(store, topic, now)):
        with store.begin() as connection:
            begin(connection, topic, now)
            changed = _publish_days(connection, topic, together)
            if any(changed.values()):
                bump(connection, topic, now)
        tally.update(changed)
        tick(len(together))
    return dict(tally)


def days_to_count(store: Store, topic: str, now: datetime) -> list[date]:
    """What `keep_up` has to do: the days that changes since the last time make dirty."""
    while True:
        with store.begin() as connection:
            begin(connection, topic, now)
            if not settle(connection, topic):
                return dirty_days(connection, topic)


def rebuild(connection: Connection, topic: str, now: datetime) -> dict[str, int]:
    """Publish as if nothing had been: every article is placed and every day counted anew."""
    begin(connection, topic, now)
    forget(connection, topic)
    return publish(connection, topic, now)


def _by_month(days: Iterable[date]) -> Iterator[list[date]]:
    return (list(mine) for _, mine in groupby(days, key=month))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Days are some hundred thousand objects each, without cycles; to look for these, among all
    that was ever imported, took a fifth of the time in which they are counted.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_undisturbed()
def _publish_days(connection: Connection, topic: str, days: Sequence[date]) -> Counter[str]:
    days = [day for day in days if clean(connection, topic, day)]  # others are counted already
    tally = Counter[str]()
    for day in days:
        tally.update(count_day(connection, topic, day))
    roll_up(connection, topic, [day for day in days if day != UNDATED])
    return tally


def begin(connection: Connection, topic: str, now: datetime) -> None:
    """Nobody else publishes the topic before this transaction ends."""
    _enter(connection, topic, now)
    alone(connection, topic)


def _enter(connection: Connection, topic: str, now: datetime) -> None:
    row: Mapping[str, Any] = {"topic": topic, "version": 0, "changed_at": now}
    connection.execute(insert(connection, DataVersionRow).values(row).on_conflict_do_nothing())


def bump(connection: Connection, topic: str, now: datetime) -> None:
    """Something that pages show has changed."""
    _enter(connection, topic, now)
    table = table_of(DataVersionRow)
    connection.execute(
        update(table)
        .where(table.c.topic == topic)
        .values(version=table.c.version + 1, changed_at=now)
    )
