"""Where sums are read from: counts of days, rows kept by outlet, rows kept of all outlets.

`db.adding` tells what is made of them, and `db.columns` how they stand.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

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
from db.columns import Lexicon, Rows, columns, unpacked
from db.tables import FrameDayRow, ToneDayRow
from db.upsert import table_of

_frames, _tones = table_of(FrameDayRow), table_of(ToneDayRow)

# kind: its table, the column of its series, and n, total and squares. A share's x is 0 or 1.
KINDS: dict[str, tuple[Any, str, tuple[str, str, str]]] = {
    "frame": (_frames, "frame", ("n", "k", "k")),
    "tone": (_tones, "target", ("n", "tone_sum", "tone_squares")),
}
OUTLETS = ("host", *PLACES, "whole")  # the entries of a row kept by outlet
_OF_OUTLETS = ("count_by", "kind", "genre", "series", "start")

Where = Sequence[ColumnElement[bool]]


_DAYS = ("count_by", "kind", "genre", "series", "host", *PLACES, "day", "n", "total", "squares")


def outlet_days_of(connection: Connection, kind: str, where: Where) -> tuple[Rows, Lexicon]:
    """The counts of days added up by outlet, in whatever genre, country and language."""
    table, series, sums = KINDS[kind]
    c, none = table.c, literal("")
    keys = (c[series], c.day, c.host)
    added = (func.sum(c[name]) for name in sums)
    query = select(c.count_by, literal(kind), none, c[series], c.host, none, none, c.day, *added)
    rows = connection.execute(query.where(*where).group_by(c.count_by, *keys)).all()
    return columns(rows, _DAYS)


def outlets_of(connection: Connection, table: Table, where: Where) -> tuple[Rows, Lexicon]:
    """From `outlet_parts` or `outlet_months`."""
    c = table.c
    query = select(*(c[name] for name in _OF_OUTLETS), c.names, c.sums).where(*where)
    rows = connection.execute(query.order_by(*(c[name] for name in _OF_OUTLETS))).all()
    return unpacked(rows, _OF_OUTLETS, OUTLETS, SUMS)


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
