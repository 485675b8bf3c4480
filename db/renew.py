"""Rows that are derived by day, made anew; where few differ, only these are written."""

from collections import Counter
from collections.abc import Sequence, Set
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    delete,
    literal,
    select,
)

from db.bulk import Row, add_rows
from db.tables import Table as Base
from db.upsert import table_of

FEW = 50  # rows that are deleted one by one


def renew(
    connection: Connection,
    row_class: type[Base],
    topic: str,
    days: Sequence[date],
    query: Select[Any],
) -> Counter[str]:
    """Put what the query finds in the place of the days' rows; says how many rows differ."""
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
    fresh: Set[Row],
) -> Counter[str]:
    """Put these rows, whole and in the order of the table's columns, in the place of others.

    Says how many of them differ (`written`), and how many keys are gone (`removed`).
    """
    stored = {tuple(row) for row in connection.execute(select(table).where(*where)).all()}
    stale, new = stored - fresh, fresh - stored
    keys = [column.name for column in table.primary_key]  # they stand first
    before, after = ({row[: len(keys)] for row in rows} for rows in (stale, new))
    if len(stale) > FEW:
        connection.execute(delete(table).where(*where))
        add_rows(connection, table, sorted(fresh))
    else:
        if stale:
            here = (table.c[name] == bindparam(f"its_{name}") for name in keys)
            bound = [{f"its_{n}": v for n, v in zip(keys, key, strict=True)} for key in before]
            connection.execute(delete(table).where(*here), bound)
        add_rows(connection, table, sorted(new))
    return Counter(written=len(new), removed=len(before - after))


def _of_days(table: Table, topic: str, days: Sequence[date]) -> list[ColumnElement[bool]]:
    # The span too: for a list of days alone, SQLite goes through the whole topic.
    day = table.c.day
    return [table.c.topic == topic, day.between(min(days), max(days)), day.in_(days)]
