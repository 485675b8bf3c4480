"""Many rows into a table at once."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table

Row = tuple[Any, ...]  # in the order of its table's columns

# https://www.postgresql.org/docs/current/sql-copy.html, "Text Format": read in two thirds of the
# time that its other format, CSV, takes.
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_NULL = "\\N"


def add_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """PostgreSQL copies a thousand in a quarter of the time in which it inserts them.

    The transaction has begun: SQLAlchemy does not see what is copied.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        names = [column.name for column in table.c]
        connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
        return
    columns = zip(table.c, zip(*rows, strict=True), strict=True)
    told = zip(*(_told(connection, *column) for column in columns), strict=True)
    lines = io.StringIO("\n".join(map("\t".join, told)))
    # Columns that a migration added or made anew stand elsewhere in the server's own order.
    quoted = connection.dialect.identifier_preparer.quote
    listed = ", ".join(quoted(column.name) for column in table.c)
    cursor: Any = connection.connection.cursor()
    cursor.copy_expert(f"COPY {quoted(table.name)} ({listed}) FROM STDIN", lines)
    cursor.close()


def _told(connection: Connection, column: Column[Any], values: Iterable[Any]) -> Iterable[str]:
    """A column's values as the server reads them."""
    if isinstance(column.type, LargeBinary):
        return [_NULL if value is None else f"\\\\x{value.hex()}" for value in values]
    bound = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    known = {value: _text(bound(value) if bound else value) for value in set(values)}
    return map(known.__getitem__, values)


def _text(value: Any) -> str:
    return _NULL if value is None else str(value).translate(_ESCAPED)
