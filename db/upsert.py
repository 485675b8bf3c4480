"""INSERT … ON CONFLICT, spelled once for SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from db.tables import Table as Base

Row = Mapping[str, Any]


def table_of(row_class: type[Base]) -> Table:
    table = row_class.__table__
    assert isinstance(table, Table)  # noqa: S101  (for the type checker: all of ours are)
    return table


def insert(connection: Connection, into: type[Base] | Table) -> Any:
    """The dialect's own INSERT: both dialects spell `on_conflict_do_*` alike."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
    return dialect.insert(into if isinstance(into, Table) else table_of(into))


def insert_new(connection: Connection, row_class: type[Base], rows: Sequence[Row]) -> int:
    """Insert the rows that are not there yet; returns how many were new."""
    if not rows:
        return 0
    statement = insert(connection, row_class).on_conflict_do_nothing()
    return sum(connection.execute(statement, row).rowcount for row in rows)
