"""Requests by day, counted in the store so that every process knows of all."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Date, Engine, bindparam, select, text

from db.tables import SpendingRow
from db.upsert import table_of

ALL = "*"
# As text, for SQLAlchemy compiles an upsert anew each time: it stands before every request.
_COUNT = text(
    "INSERT INTO spending (name, day, requests) VALUES (:name, :day, 1) "
    "ON CONFLICT (name, day) DO UPDATE SET requests = spending.requests + 1 "
    "WHERE :most = 0 OR spending.requests < :most"
).bindparams(bindparam("day", type_=Date()))


class StoredSpending:
    """The spending table: one atomic count per name and UTC day."""

    def __init__(self, store: Engine, limit_of: Callable[[str], int]) -> None:
        self._store = store
        self._limit_of = limit_of  # of a name; 0: none

    def count(self, names: Sequence[str], now: datetime) -> str:
        """Count one request under each name and in all; the name whose limit forbids it, or ""."""
        day = now.astimezone(UTC).date()
        with self._store.begin() as connection:
            for name in sorted({ALL, *names}):  # one order, so that no two writers lock each other
                values = {"name": name, "day": day, "most": self._limit_of(name)}
                if not connection.execute(_COUNT, values).rowcount:
                    connection.rollback()
                    return name
        return ""

    def spent(self, day: date) -> dict[str, int]:
        """Requests of a UTC day by name."""
        row = table_of(SpendingRow).c
        query = select(row.name, row.requests).where(row.day == day)
        with self._store.begin() as connection:
            return {row.name: row.requests for row in connection.execute(query)}
