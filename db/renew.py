"""Rows that are derived by day, made anew: only those that differ are written."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    bindparam,
    delete,
    literal,
    select,
)

from db.tables import Table as Base
from db.upsert import insert, table_of

Row = tuple[Any, ...]  # in the order of its table's columns


@contextmanager
def held(connection: Connection, query: Select[Any]) -> Iterator[Table]:
    """What the query finds, kept aside until the end: several questions are put to it."""
    found = query.subquery()
    columns = [Column(column.name, column.type) for column in found.c]
    name = f"held_{uuid.uuid4().hex}"
    table = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(connection)
    connection.execute(table.insert().from_select([c.name for c in columns], select(found)))
    yield table
    table.drop(connection)


def renew(
    connection: Connection,
    row_class: type[Base],
    topic: str,
    days: Sequence[date],
    query: Select[Any],
) -> Counter[str]:
    """Put what the query finds in the place of the days' rows; says how many rows were touched.

    A row that is stored as it is found stays as it is.
    """
    table = table_of(row_class)
    found = query.subquery()
    fresh = select(*(found.c[column.name] for column in table.c))
    mine = _of_days(table, topic, days)
    if connection.execute(select(literal(1)).where(*mine).limit(1)).first() is None:
        names = [column.name for column in table.c]
        written = connection.execute(table.insert().from_select(names, fresh)).rowcount
        return Counter(written=written, removed=0)
    return replace_rows(connection, table, mine, {tuple(row) for row in connection.execute(fresh)})


def replace_rows(
    connection: Connection,
    table: Table,
    where: Sequence[ColumnElement[bool]],
    fresh: Collection[Row],
) -> Counter[str]:
    """Put these rows, whole and in the order of the table's columns, in the place of others."""
    stored = {tuple(row) for row in connection.execute(select(table).where(*where)).all()}
    stale, new = stored.difference(fresh), sorted(set(fresh) - stored)
    names = [column.name for column in table.c]
    keys = [column.name for column in table.primary_key]  # they stand first
    gone = {row[: len(keys)] for row in stale} - {row[: len(keys)] for row in new}
    if gone:
        here = (table.c[name] == bindparam(f"its_{name}") for name in keys)
        bound = [{f"its_{n}": v for n, v in zip(keys, key, strict=True)} for key in gone]
        connection.execute(delete(table).where(*here), bound)
    if new:
        adding = insert(connection, table)
        rest = {name: adding.excluded[name] for name in names if name not in keys}
        adding = adding.on_conflict_do_update(index_elements=keys, set_=rest)
        if connection.dialect.name == "postgresql":
            adding = adding.returning(table.c[keys[0]])  # else each row is sent by itself
        connection.execute(adding, [dict(zip(names, row, strict=True)) for row in new])
    return Counter(written=len(new), removed=len(gone))


def _of_days(table: Table, topic: str, days: Sequence[date]) -> list[ColumnElement[bool]]:
    # The span too: for a list of days alone, SQLite goes through the whole topic.
    day = table.c.day
    return [table.c.topic == topic, day.between(min(days), max(days)), day.in_(days)]
