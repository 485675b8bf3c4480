"""Sums over weeks and months, so that a page over years reads hundreds of rows and not millions.

`outlet_periods` holds volumes. `outlet_parts` holds, per outlet, the sums over its days from which
any interval of `trends` can be made (`trends.clusters`): over parts, the days that one week and one
month share, so that weeks and months are both sums of parts. `trend_periods` holds the sums over
all outlets of a week or a month; the variance of outlets with one day only rests on the mean of
all, and so is left to the reader (`alone`).

Rows are made anew from the rows below them and never counted up: made once or a hundred times, in
any order, they are the same.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Float,
    Numeric,
    Select,
    String,
    Subquery,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    tuple_,
)

from db.periods import STEPS, part
from db.tables import (
    Big,
    FrameDayRow,
    OutletDayRow,
    OutletPartRow,
    OutletPeriodRow,
    ToneDayRow,
    TrendPeriodRow,
)
from db.upsert import table_of
from framewatch.story import CountBy

SEVERAL = "*"  # the country of an outlet that counts under several
SUMS = ("n", "total", "squares", "days", "tt", "tn", "nn")

_frames, _tones = table_of(FrameDayRow), table_of(ToneDayRow)
_parts, _periods, _trends = map(table_of, (OutletPartRow, OutletPeriodRow, TrendPeriodRow))

# kind: its table, the column of its series, and n, total and squares. A share's x is 0 or 1.
KINDS: dict[str, tuple[Any, str, tuple[str, str, str]]] = {
    "frame": (_frames, "frame", ("n", "k", "k")),
    "tone": (_tones, "target", ("n", "tone_sum", "tone_squares")),
}


def roll_up(connection: Connection, topic: str, day: date) -> None:
    """Make the week and the month that hold day anew, after its counts."""
    _roll_parts(connection, topic, *part(day))
    for step, period in STEPS.items():
        start, end = period(day)
        _roll_volumes(connection, topic, step, start, end)
        _roll_trends(connection, topic, step, start, end)


def _roll_volumes(connection: Connection, topic: str, step: str, start: date, end: date) -> None:
    c, days = _periods.c, table_of(OutletDayRow).c
    ways = c.count_by.in_(list(CountBy))
    connection.execute(
        delete(_periods).where(c.topic == topic, ways, c.step == step, c.start == start)
    )
    keys = [days[name] for name in ("topic", "count_by", "host", "country", "language", "genre")]
    sums = (func.sum(days.articles), func.sum(days.coded), func.min(days.day), func.max(days.day))
    rows = select(*keys, literal(step), literal(start, c.start.type), *sums).where(
        days.topic == topic, days.count_by.in_(list(CountBy)), days.day >= start, days.day < end
    )
    names = [*(key.name for key in keys), "step", "start", "articles", "coded", "first", "last"]
    connection.execute(_periods.insert().from_select(names, rows.group_by(*keys)))


def _roll_parts(connection: Connection, topic: str, start: date, end: date) -> None:
    connection.execute(delete(_parts).where(_parts.c.topic == topic, _parts.c.start == start))
    for kind, (table, series, _) in KINDS.items():
        here = (table.c.topic == topic, table.c.day >= start, table.c.day < end)
        for by_genre in (False, True):
            key = (*(("genre",) if by_genre else ()), "count_by", "host", series)
            columns = [table.c[name] for name in key]
            mixed = select(*columns).where(*here).group_by(*columns)
            mixed = mixed.having(func.min(table.c.country) < func.max(table.c.country))
            _write_parts(connection, kind, start, here, key[: len(key) - 3])
            if connection.execute(mixed.limit(1)).first():
                of_mixed = tuple_(*columns).in_(mixed)
                _write_parts(connection, kind, start, (*here, of_mixed), (*key[:-3], "country"))


def _write_parts(
    connection: Connection,
    kind: str,
    start: date,
    where: Sequence[ColumnElement[bool]],
    by: tuple[str, ...],
) -> None:
    """By genre, by country, by both or by neither; without country, rows are whole outlets."""
    keys = ("topic", "count_by", "series", "host")
    found = outlets(cells(kind, where, (*keys, *by)), (*keys, *by)).subquery().c
    split = "country" in by
    several = case((found.least == found.most, found.least), else_=SEVERAL)
    rest = {
        "kind": literal(kind),
        "start": literal(start, _parts.c.start.type),
        "genre": found.genre if "genre" in by else literal(""),
        "country": found.country if split else several,
        "whole": literal(not split, Boolean),
    }
    names = [*keys, *rest, *SUMS]
    rows = select(*(found[name] for name in keys), *rest.values(), *(found[s] for s in SUMS))
    connection.execute(_parts.insert().from_select(names, rows))


def _roll_trends(connection: Connection, topic: str, step: str, start: date, end: date) -> None:
    c = _trends.c
    connection.execute(delete(_trends).where(c.topic == topic, c.step == step, c.start == start))
    here = (_parts.c.topic == topic, _parts.c.start >= start, _parts.c.start < end)
    for by_country in (False, True):
        scope = _parts.c.country.not_in((SEVERAL, "")) if by_country else _parts.c.whole
        keys = ("topic", "count_by", "kind", "series", "genre", *("country",) * by_country)
        by_host = added((*here, scope), (*keys, "host"))
        found = pooled(by_host, keys).subquery().c
        country = found.country if by_country else literal("")
        sums = [c[name].name for name in POOLED]
        rows = select(
            *(found[name] for name in keys[:5]),
            country,
            literal(step),
            literal(start, c.start.type),
            *(found[name] for name in sums),
        )
        names = [*keys[:5], "country", "step", "start", *sums]
        connection.execute(_trends.insert().from_select(names, rows))


# --- the sums, in three steps: outlet-days, outlets, all outlets ----------------------------------


def cells(
    kind: str,
    where: Sequence[ColumnElement[bool]],
    by: Sequence[str],
    **more: ColumnElement[Any],
) -> Subquery:
    """Outlet-days (`trends.clusters.Cell`): n, total and squares by outlet, day and `by`."""
    table, series, sums = KINDS[kind]
    columns = {name: table.c[series] if name == "series" else table.c[name] for name in by}
    keys = [column.label(name) for name, column in (columns | more).items()]
    n, total, squares = (func.sum(table.c[name]) for name in sums)
    query = select(
        *keys,
        table.c.day,
        cast(n, Big).label("n"),
        cast(total, Float).label("total"),
        cast(squares, Float).label("squares"),
        func.min(table.c.country).label("least"),
        func.max(table.c.country).label("most"),
    )
    groups = [*columns.values(), *more.values(), table.c.day]
    return query.where(*where).group_by(*groups).subquery()


def outlets(days: Subquery, by: Sequence[str]) -> Select[Any]:
    """Per outlet, from outlet-days: the sums over its days."""
    c = days.c
    return select(
        *(c[name] for name in by),
        func.sum(c.n).label("n"),
        _rounded(func.sum(c.total)).label("total"),
        _rounded(func.sum(c.squares)).label("squares"),
        func.count().label("days"),
        _rounded(func.sum(c.total * c.total)).label("tt"),
        _rounded(func.sum(c.total * c.n)).label("tn"),
        func.sum(c.n * c.n).label("nn"),
        cast(func.min(c.least), String).label("least"),
        cast(func.max(c.most), String).label("most"),
    ).group_by(*(c[name] for name in by))


def added(
    where: Sequence[ColumnElement[bool]], by: Sequence[str], **more: ColumnElement[Any]
) -> Subquery:
    """Per outlet, from parts."""
    c = _parts.c
    columns = {name: c[name] for name in by} | more
    sums = (func.sum(c[name]).label(name) for name in SUMS)
    query = select(*(column.label(name) for name, column in columns.items()), *sums)
    return query.where(*where).group_by(*columns.values()).subquery()


POOLED = (
    "n", "total", "squares", "outlets", "variance", "alone", "cells", "tt", "tn", "nn",
)  # fmt: skip


def pooled(by_host: Subquery, by: Sequence[str]) -> Select[Any]:
    """All outlets, from the sums per outlet.

    With m = total / n of an outlet with D days, the sum over them of (t - m n)^2 is
    tt - 2 m tn + m^2 nn; see `trends.clusters` for the variance that it gives, and its floor.
    """
    c = by_host.c
    n, total, days = cast(c.n, Float), cast(c.total, Float), cast(c.days, Float)
    mean = total / n
    between = (c.tt - 2 * mean * c.tn + mean * mean * cast(c.nn, Float)) * days / (days - 1)
    independent = c.squares - mean * mean * n
    variance = case((between > independent, between), else_=independent)
    return select(
        *(c[name] for name in by),
        cast(func.sum(c.n), Big).label("n"),
        _rounded(func.sum(total)).label("total"),
        _rounded(func.sum(c.squares)).label("squares"),
        func.count().label("outlets"),
        _rounded(func.sum(case((c.days > 1, variance), else_=0.0))).label("variance"),
        cast(func.sum(case((c.days == 1, c.n), else_=0)), Big).label("alone"),
        cast(func.sum(c.nn), Big).label("cells"),
        _rounded(func.sum(total * total)).label("tt"),
        _rounded(func.sum(total * n)).label("tn"),
        cast(func.sum(c.n * c.n), Big).label("nn"),
    ).group_by(*(c[name] for name in by))


def _rounded(value: ColumnElement[Any]) -> ColumnElement[float]:
    # As in `db.publish`: the order of a sum differs, and the ninth decimal is noise.
    return cast(func.round(cast(value, Numeric), 9), Float)
