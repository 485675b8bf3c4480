"""What the dashboard reads of weeks and months: sums instead of days. Nothing here writes.

Which rows answer depends on the filters alone, and what they answer does not:

country, genre, both or neither     `trend_periods`, one row per series and period
an outlet, also with these          `outlet_parts`, about six rows per series and month
a language, also with others        days, added up on demand: no tier is kept by language
periods cut by the first or last day  the days of these periods, at most two

See `db.queries` for what the functions have in common.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from db.periods import EARLIEST, LATEST, STEPS, Span, part, whole_periods
from db.queries import Filters, VolumeDay, chosen, reading, volumes
from db.rollups import KINDS, POOLED, SUMS, added, cells, outlets, pooled
from db.session import Store
from db.tables import OutletPartRow, OutletPeriodRow, TrendPeriodRow
from db.upsert import table_of

_parts, _trends = table_of(OutletPartRow), table_of(TrendPeriodRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The sums over all outlets of a week or month: see `trends.moments`."""

    start: date
    n: int
    total: float
    squares: float
    outlets: int
    variance: float
    alone: int
    cells: int
    tt: float
    tn: float
    nn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletSums:
    """One outlet over all its days d with n_d articles of total t_d."""

    outlet: str
    n: int
    total: float
    squares: float
    days: int
    tt: float
    tn: float
    nn: int


def frame_moments(
    engine: Store, filters: Filters, step: str, frame: str = ""
) -> dict[str, tuple[Moments, ...]]:
    """Per frame (or of one), the weeks or months that have coded articles."""
    return _moments(engine, filters, step, "frame", frame)


def tone_moments(
    engine: Store, filters: Filters, step: str, target: str = ""
) -> dict[str, tuple[Moments, ...]]:
    """Per target (or of one), the weeks or months that have mentions."""
    return _moments(engine, filters, step, "tone", target)


def frame_outlets(
    engine: Store, filters: Filters, frame: str = ""
) -> dict[str, tuple[OutletSums, ...]]:
    """Per frame (or of one), each outlet over the whole time."""
    return _outlets(engine, filters, "frame", frame)


def tone_outlets(
    engine: Store, filters: Filters, target: str = ""
) -> dict[str, tuple[OutletSums, ...]]:
    """Per target (or of one), each outlet over the whole time."""
    return _outlets(engine, filters, "tone", target)


def overall(start: date, sums: Iterable[OutletSums]) -> Moments:
    """All outlets over the whole time as one bucket."""
    held = [found for found in sums if found.n > 0]
    return Moments(
        start=start,
        n=sum(o.n for o in held),
        total=sum(o.total for o in held),
        squares=sum(o.squares for o in held),
        outlets=len(held),
        variance=sum(_variance(o) for o in held if o.days > 1),
        alone=sum(o.n for o in held if o.days == 1),
        cells=sum(o.nn for o in held),
        tt=sum(o.total * o.total for o in held),
        tn=sum(o.total * o.n for o in held),
        nn=sum(o.n * o.n for o in held),
    )


def volume_periods(engine: Store, filters: Filters, step: str) -> tuple[VolumeDay, ...]:
    """As `volumes`, by week or month: the day of each is the first of its period."""
    table = table_of(OutletPeriodRow)
    whole, edges = whole_periods(filters.first, filters.last, STEPS[step])
    found: dict[tuple[date, str], tuple[int, int]] = {}
    query = (
        select(table.c.host, table.c.start, func.sum(table.c.articles), func.sum(table.c.coded))
        .where(*chosen(table, replace(filters, first=None, last=None)), table.c.step == step)
        .where(table.c.start >= whole[0], table.c.start < whole[1])
        .group_by(table.c.host, table.c.start)
    )
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    for first, last in edges:
        days = volumes(engine, replace(filters, first=first, last=last))
        rows += [(v.outlet, STEPS[step](v.day)[0], v.articles, v.coded) for v in days]
    for host, start, articles, coded in rows:
        before = found.get((start, host), (0, 0))
        found[start, host] = (before[0] + int(articles), before[1] + int(coded))
    return tuple(VolumeDay(h, start, *sums) for (start, h), sums in sorted(found.items()))


# --- which rows -----------------------------------------------------------------------------------


def _moments(
    engine: Store, filters: Filters, step: str, kind: str, series: str
) -> dict[str, tuple[Moments, ...]]:
    whole, edges = whole_periods(filters.first, filters.last, STEPS[step])
    if filters.language:
        whole, edges = (EARLIEST, EARLIEST), [(filters.first or EARLIEST, filters.last or LATEST)]
    with reading(engine) as connection:
        names = [series] if series else _series(connection, filters, kind)
        rows: list[Any] = []
        if whole[0] < whole[1]:
            by = _of_outlet if filters.host else _of_all
            rows += by(connection, filters, step, kind, names, whole)
        for edge in edges:
            rows += _of_days(connection, filters, step, kind, names, edge)
    found: dict[str, list[Moments]] = {}
    for row in sorted(rows, key=lambda row: (row.series, row.start)):
        sums = {name: getattr(row, name) for name in POOLED}
        found.setdefault(row.series, []).append(Moments(start=row.start, **_plain(sums)))
    return {name: tuple(mine) for name, mine in found.items()}


def _of_all(
    connection: Connection, filters: Filters, step: str, kind: str, names: list[str], whole: Span
) -> list[Any]:
    c = _trends.c
    query = select(c.series, c.start, *(c[name] for name in POOLED)).where(
        c.topic == filters.topic,
        c.count_by == filters.count_by,
        c.step == step,
        c.country == filters.country,
        c.genre == filters.genre,
        c.kind == kind,
        c.start >= whole[0],
        c.start < whole[1],
        c.series.in_(names),
    )
    return list(connection.execute(query))


def _of_outlet(
    connection: Connection, filters: Filters, step: str, kind: str, names: list[str], whole: Span
) -> list[Any]:
    where = (*_of_parts(filters, kind, names, whole), _parts.c.host == filters.host)
    start = _start_of(connection, _parts.c.start, step)
    sums = added(where, ("series", "host"), start=start)
    return list(connection.execute(pooled(sums, ("series", "start"))))


def _of_parts(
    filters: Filters, kind: str, names: list[str], whole: Span
) -> tuple[ColumnElement[bool], ...]:
    c = _parts.c
    return (
        c.topic == filters.topic,
        c.count_by == filters.count_by,
        c.kind == kind,
        c.genre == filters.genre,
        c.start >= whole[0],
        c.start < whole[1],
        c.country == filters.country if filters.country else c.whole,
        c.series.in_(names),
    )


def _of_days(
    connection: Connection,
    filters: Filters,
    step: str,
    kind: str,
    names: list[str],
    edge: Span,
) -> list[Any]:
    table = KINDS[kind][0]
    start = _start_of(connection, table.c.day, step)
    days = cells(kind, _within(filters, kind, names, edge), ("series", "host"), start=start)
    sums = outlets(days, ("series", "start", "host")).subquery()
    return list(connection.execute(pooled(sums, ("series", "start"))))


def _within(
    filters: Filters, kind: str, names: list[str], edge: Span
) -> tuple[ColumnElement[bool], ...]:
    """Days from the first to the last, both included."""
    table, name, _ = KINDS[kind]
    days = replace(filters, first=edge[0], last=edge[1])
    return (*chosen(table, days), table.c[name].in_(names))


def _series(connection: Connection, filters: Filters, kind: str) -> list[str]:
    """All that there are. Rows are kept by series: asked by name, each is found at once."""
    c = _trends.c
    query = select(c.series).where(
        c.topic == filters.topic,
        c.count_by == filters.count_by,
        c.step == "month",
        c.country == "",
        c.genre == "",
        c.kind == kind,
    )
    return list(connection.scalars(query.distinct().order_by(c.series)))


def _outlets(
    engine: Store, filters: Filters, kind: str, series: str
) -> dict[str, tuple[OutletSums, ...]]:
    whole, edges = whole_periods(filters.first, filters.last, part)
    if filters.language:
        whole, edges = (EARLIEST, EARLIEST), [(filters.first or EARLIEST, filters.last or LATEST)]
    keys = ("series", "host")
    with reading(engine) as connection:
        names = [series] if series else _series(connection, filters, kind)
        rows: list[Any] = []
        if whole[0] < whole[1]:
            where = _of_parts(filters, kind, names, whole)
            if filters.host:
                where = (*where, _parts.c.host == filters.host)
            rows += connection.execute(select(added(where, keys)))
        for edge in edges:
            days = cells(kind, _within(filters, kind, names, edge), keys)
            rows += connection.execute(outlets(days, keys))
    found: dict[str, dict[str, OutletSums]] = {}
    for row in rows:
        mine = found.setdefault(row.series, {})
        before = mine.get(row.host)
        sums = {s: getattr(row, s) + (getattr(before, s) if before else 0) for s in SUMS}
        mine[row.host] = OutletSums(outlet=row.host, **_plain(sums))
    return {name: tuple(mine[h] for h in sorted(mine)) for name, mine in sorted(found.items())}


def _start_of(connection: Connection, day: ColumnElement[Any], step: str) -> ColumnElement[date]:
    """The first day of the week (Monday) or month that holds the day."""
    if connection.dialect.name == "sqlite":
        moves = ("weekday 0", "-6 days") if step == "week" else ("start of month",)
        return type_coerce(func.date(day, *moves), Date)
    return cast(func.date_trunc(literal(step), day), Date)


def _variance(sums: OutletSums) -> float:
    mean = sums.total / sums.n
    between = sums.tt - 2 * mean * sums.tn + mean * mean * sums.nn
    return max(between * sums.days / (sums.days - 1), sums.squares - mean * mean * sums.n)


_WHOLE = ("n", "outlets", "days", "alone", "cells", "nn")


def _plain(sums: dict[str, Any]) -> dict[str, Any]:
    """Databases sum whole numbers into decimals."""
    return {k: int(v) if k in _WHOLE else float(v) for k, v in sums.items()}
