"""Where sums are read from: rows kept by outlet, rows kept of all outlets.

`db.adding` tells what is made of them, and `db.columns` how they stand.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Float,
    Numeric,
    Table,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from db.adding import PLACES, POOLED, SUMS
from db.columns import Lexicon, Rows, unpacked
from db.tables import OutletPartRow
from db.upsert import table_of

_parts = table_of(OutletPartRow)


class Layout(NamedTuple):
    """What rows kept by outlet are found by, and what stands in each."""

    key: tuple[str, ...]
    entry: tuple[str, ...]


# An outlet's weeks are asked for by all series, a frame's years by all outlets.
BY_OUTLET = Layout(("count_by", "kind", "host", "start"), ("genre", "series", *PLACES, "whole"))
BY_SERIES = Layout(("count_by", "kind", "genre", "series", "start"), ("host", *PLACES, "whole"))

Where = Sequence[ColumnElement[bool]]


def layout(table: Table) -> Layout:
    """Of `outlet_parts` or `outlet_months`."""
    return BY_OUTLET if table is _parts else BY_SERIES


def outlets_of(connection: Connection, table: Table, where: Where) -> tuple[Rows, Lexicon]:
    """From `outlet_parts` or `outlet_months`."""
    c, (key, entry) = table.c, layout(table)
    query = select(*(c[name] for name in key), c.names, c.sums).where(*where)
    rows = connection.execute(query.order_by(*(c[name] for name in key))).all()
    return unpacked(rows, key, entry, SUMS)


def trends_of(connection: Connection, table: Table, where: Where) -> tuple[Rows, Lexicon]:
    """From `trend_periods`."""
    c = table.c
    rows = connection.execute(select(c.start, c.names, c.sums).where(*where)).all()
    return unpacked(rows, ("start",), ("series",), POOLED)


def start_of(connection: Connection, day: ColumnElement[Any], step: str) -> ColumnElement[date]:
    """The first day of the week (Monday) or month that holds the day."""
    if connection.dialect.name == "sqlite":
        moves = ("weekday 0", "-6 days") if step == "week" else ("start of month",)
        return type_coerce(func.date(day, *moves), Date)
    return cast(func.date_trunc(literal(step), day), Date)


def rounded(value: ColumnElement[Any]) -> ColumnElement[float]:
    """To the ninth decimal: the order of a sum differs between databases and runs, and it shows."""
    return cast(func.round(cast(value, Numeric), 9), Float)
