"""Requests by day, counted in the store so that every process knows of all."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Engine, literal, or_, select

from db.tables import SpendingRow
from db.upsert import insert, table_of

ALL = "*"


class StoredSpending:
    """The spending table: one atomic count per name and UTC day."""

    def __init__(self, store: Engine, limit_of: Callable[[str], int]) -> None:
        self._store = store
        self._limit_of = limit_of  # of a name; 0: none

    def count(self, names: Sequence[str], now: datetime) -> str:
        """Count one request under each name and in all; the name whose limit forbids it, or ""."""
        day = now.astimezone(UTC).date()
        table = table_of(SpendingRow)
        with self._store.begin() as connection:
            for name in sorted({ALL, *names}):  # one order, so that no two writers lock each other
                limit = self._limit_of(name)
                statement = insert(connection, SpendingRow).values(name=name, day=day, requests=1)
                statement = statement.on_conflict_do_update(
                    index_elements=["name", "day"],
                    set_={"requests": table.c.requests + 1},
                    where=or_(literal(limit) == 0, table.c.requests < limit),
                )
                if not connection.execute(statement).rowcount:
                    connection.rollback()
                    return name
        return ""

    def spent(self, day: date) -> dict[str, int]:
        """Requests of a UTC day by name."""
        row = table_of(SpendingRow).c
        query = select(row.name, row.requests).where(row.day == day)
        with self._store.begin() as connection:
            return {name: requests for name, requests in connection.execute(query)}
