"""What a transaction keeps aside: rows that several questions are put to, and long lists."""

import json
import uuid
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


@contextmanager
def held(connection: Connection, query: Select[Any], *, key: str = "") -> Iterator[Table]:
    """What the query finds, in a table that is gone at the end. key: the column it is found by."""
    found = query.subquery()
    columns = [
        Column(one.name, one.type, primary_key=one.name == key, autoincrement=False)
        for one in found.c
    ]
    with temporary(connection, columns) as table:
        names = [one.name for one in columns]
        connection.execute(table.insert().from_select(names, select(found)))
        yield table


@contextmanager
def temporary(connection: Connection, columns: Iterable[Column[Any]]) -> Iterator[Table]:
    """An empty table of this connection's own."""
    name = f"held_{uuid.uuid4().hex}"
    table = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(connection)
    yield table
    table.drop(connection)


def taken_out(
    connection: Connection, table: Table, where: ColumnElement[bool], *columns: Column[Any]
) -> list[tuple[Any, ...]]:
    """Delete the rows; what stood in them, each once. Rows that come meanwhile are left."""
    if connection.dialect.name == "postgresql":
        gone = delete(table).where(where).returning(*columns).cte("gone")
        return list(map(tuple, connection.execute(select(gone).distinct())))
    found = list(map(tuple, connection.execute(select(*columns).where(where).distinct())))
    connection.execute(delete(table).where(where))  # nobody else can have written
    return found


def listed(connection: Connection, values: Iterable[Any], kind: TypeEngine[Any]) -> Select[Any]:
    """A row for each value, all handed over as one parameter however many there are."""
    if connection.dialect.name == "postgresql":
        array = cast(literal(list(values), ARRAY(kind)), ARRAY(kind))
        return select(func.unnest(array, type_=kind).label("value"))
    told = json.dumps(list(values), default=str)
    return select(func.json_each(told).table_valued(column("value", kind)).c.value)
