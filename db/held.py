"""What a transaction keeps aside: rows that several questions are put to, and long lists."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    cast,
    column,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.types import TypeEngine


def beside(name: str, *columns: Column[Any]) -> Table:
    """A table that exists where it is `held`. Made once: a statement is compiled once for each."""
    return Table(f"held_{name}", MetaData(), *columns, prefixes=["TEMPORARY"])


@contextmanager
def held(connection: Connection, table: Table, query: Select[Any]) -> Iterator[Table]:
    """What the query finds, in a table `beside` that is gone at the end, or with a transaction that
    fails: one that has written already, since SQLite's begins with that.
    """
    table.create(connection, checkfirst=False)
    names = [column.name for column in table.c]
    connection.execute(table.insert().from_select(names, query))
    yield table
    table.drop(connection, checkfirst=False)


def taken_out(
    connection: Connection, table: Table, where: ColumnElement[bool], *columns: Column[Any]
) -> list[tuple[Any, ...]]:
    """Delete the rows; what stood in them, each once. Rows that come meanwhile are left.

    The transaction has written already: on SQLite nobody else can write then.
    """
    if connection.dialect.name == "postgresql":
        gone = delete(table).where(where).returning(*columns).cte("gone")
        return list(map(tuple, connection.execute(select(gone).distinct())))
    found = list(map(tuple, connection.execute(select(*columns).where(where).distinct())))
    connection.execute(delete(table).where(where))
    return found


def listed(connection: Connection, values: Iterable[Any], kind: TypeEngine[Any]) -> Select[Any]:
    """A row for each value, all handed over as one parameter however many there are."""
    if connection.dialect.name == "postgresql":
        array = cast(literal(list(values), ARRAY(kind)), ARRAY(kind))
        return select(func.unnest(array, type_=kind).label("value"))
    told = json.dumps(list(values), default=str)
    return select(func.json_each(told).table_valued(column("value", kind)).c.value)
