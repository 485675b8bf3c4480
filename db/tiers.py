"""What the dashboard reads of weeks and months: sums instead of days. Nothing here writes.

Which rows answer depends on the filters alone, and what they answer does not:

country, language, genre, any or none  `trend_periods`, one row per series and period
an outlet, also with these             `outlet_parts` for weeks, `outlet_months` for months
each outlet over the whole time        `outlet_months`; `outlet_parts` of the months cut
periods cut by the first or last day   their parts, and the days of the parts that are cut

See `db.queries` for what the functions have in common.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Date, Select, Table, func, literal, select

from db import adding
from db.adding import PLACES, POOLED, SUMS
from db.columns import EVERY, Lexicon, Rows, joined
from db.day_counts import outlet_days_of
from db.periods import STEPS, Span, month, part, whole_periods
from db.queries import Filters, Volume, chosen, of_periods, reading
from db.session import Store
from db.sums import layout, outlets_of, trends_of
from db.tables import OutletDayRow, OutletMonthRow, OutletPartRow, OutletPeriodRow, TrendPeriodRow
from db.upsert import table_of

_parts, _months = table_of(OutletPartRow), table_of(OutletMonthRow)
_trends = table_of(TrendPeriodRow)


class Moments(NamedTuple):
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


class OutletSums(NamedTuple):
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


def volumes(engine: Store, filters: Filters, step: str) -> tuple[Volume, ...]:
    """By day, week or month, those that have articles: each starts with its first day."""
    days, periods = table_of(OutletDayRow), table_of(OutletPeriodRow)
    if step == "day":
        asked = [_volumes_of(days, days.c.day).where(*chosen(days, filters)).group_by(days.c.day)]
    else:
        c, (whole, edges) = periods.c, whole_periods(filters.first, filters.last, STEPS[step])
        within = (*of_periods(periods, filters, step), c.start >= whole[0], c.start < whole[1])
        asked = [_volumes_of(periods, c.start).where(*within).group_by(c.start)]
        for first, last in edges:  # each of one period
            start = literal(STEPS[step](first)[0], Date)
            where = chosen(days, replace(filters, first=first, last=last))
            asked.append(_volumes_of(days, start).where(*where))
    with reading(engine) as connection:
        rows = [row for query in asked for row in connection.execute(query)]
    held = (Volume(start, int(n), int(coded), outlets) for start, n, coded, outlets in rows if n)
    return tuple(sorted(held))


def _volumes_of(table: Table, start: ColumnElement[date]) -> Select[Any]:
    c = table.c
    outlets = func.count(c.host.distinct())
    return select(start, func.sum(c.articles), func.sum(c.coded), outlets)


# --- which rows -----------------------------------------------------------------------------------


def _moments(
    engine: Store, filters: Filters, step: str, kind: str, series: str
) -> dict[str, tuple[Moments, ...]]:
    whole, edges = whole_periods(filters.first, filters.last, STEPS[step])
    found: dict[str, list[Moments]] = {}
    with reading(engine) as connection:
        names = [series] if series else _series(connection, filters, kind)
        spans: list[tuple[Table, Span]] = []
        if filters.host:
            spans.append((_parts if step == "week" else _months, whole))
        else:
            _collect(found, names, *_of_all(connection, filters, step, kind, whole))
        days = []
        for edge in edges:
            parts, cut = whole_periods(*edge, part)
            spans.append((_parts, parts))
            days += cut
        if spans:
            rows, lexicon = _of_outlets(connection, filters, kind, names, spans, days)
            made = adding.added(rows, lambda day: STEPS[step](day)[0])
            _collect(found, names, adding.pooled(made), lexicon)
    return {
        name: tuple(sorted(found[name], key=lambda moments: moments.start))
        for name in sorted(found)
    }


def _collect(
    found: dict[str, list[Moments]], names: list[str], rows: Rows, lexicon: Lexicon
) -> None:
    wanted = [lexicon.numbers[name] for name in names if name in lexicon.numbers]
    rows = adding.chosen(rows, np.isin(rows["series"], wanted))
    for series, start, *sums in _lines(rows, ("series", "start", *POOLED)):
        moments = Moments(date.fromordinal(start), *sums)
        found.setdefault(lexicon.words[series], []).append(moments)


def _of_all(
    connection: Connection, filters: Filters, step: str, kind: str, whole: Span
) -> tuple[Rows, Lexicon]:
    c = _trends.c
    where = (
        c.topic == filters.topic,
        c.count_by == filters.count_by,
        c.step == step,
        c.country == filters.country,
        c.language == filters.language,
        c.genre == filters.genre,
        c.kind == kind,
        c.start >= whole[0],
        c.start < whole[1],
    )
    return trends_of(connection, _trends, where)


def _of_outlets(
    connection: Connection,
    filters: Filters,
    kind: str,
    names: list[str],
    spans: Iterable[tuple[Table, Span]],
    edges: Iterable[Span],
) -> tuple[Rows, Lexicon]:
    """Whole outlets as far as the filters choose of them, of spans and of the days of edges."""
    pieces = [_kept(connection, filters, kind, names, span) for span in spans]
    for first, last in edges:
        within = replace(filters, first=first, last=last)
        days, lexicon = outlet_days_of(connection, within, kind, names)
        pieces.append((adding.outlets(days, lambda day: part(day)[0]), lexicon))
    return joined(pieces)


def _kept(
    connection: Connection,
    filters: Filters,
    kind: str,
    names: list[str],
    of: tuple[Table, Span],
) -> tuple[Rows, Lexicon]:
    table, (start, end) = of
    c = table.c
    wanted = {"genre": [filters.genre], "series": names}
    wanted |= {"host": [filters.host]} if filters.host else {}
    where: list[ColumnElement[bool]] = [
        c.topic == filters.topic,
        c.count_by == filters.count_by,
        c.kind == kind,
        *(c[name].in_(wanted.pop(name)) for name in layout(table).key if name in wanted),
        c.start >= start,
        c.start < end,
    ]
    rows, lexicon = outlets_of(connection, table, where)
    codes = {place: getattr(filters, place) for place in PLACES}
    places = {place: lexicon.numbers.get(code, -1) for place, code in codes.items() if code}
    mine = adding.of_place(rows, places)
    for name, words in wanted.items():  # what the rows are not found by
        mine &= np.isin(rows[name], [lexicon.numbers.get(word, -1) for word in words])
    none = dict.fromkeys(("genre", *PLACES), EVERY)  # what is chosen is all there is
    held = adding.chosen(rows, mine)
    held |= {name: held[name] * 0 + number for name, number in none.items()}
    return held | {"whole": held["whole"] * 0 + 1}, lexicon


def _series(connection: Connection, filters: Filters, kind: str) -> list[str]:
    """All that there are. Rows are kept by series: asked by name, each is found at once."""
    c = _trends.c
    query = select(c.names).where(
        c.topic == filters.topic,
        c.count_by == filters.count_by,
        c.step == "month",
        c.country == "",
        c.language == "",
        c.genre == "",
        c.kind == kind,
    )
    lists = map(json.loads, connection.scalars(query.distinct()))
    return sorted({name for lines in lists for (name,) in lines})


def _outlets(
    engine: Store, filters: Filters, kind: str, series: str
) -> dict[str, tuple[OutletSums, ...]]:
    whole, cut = whole_periods(filters.first, filters.last, month)
    spans, edges = [(_months, whole)], []
    for first, last in cut:
        parts, days = whole_periods(first, last, part)
        spans.append((_parts, parts))
        edges += days
    with reading(engine) as connection:
        names = [series] if series else _series(connection, filters, kind)
        rows, lexicon = _of_outlets(connection, filters, kind, names, spans, edges)
    made = adding.summed(rows, ("series", "host"))
    found: dict[str, list[OutletSums]] = {}
    for of, host, *sums in _lines(made, ("series", "host", *SUMS)):
        found.setdefault(lexicon.words[of], []).append(OutletSums(lexicon.words[host], *sums))
    return {
        name: tuple(sorted(mine, key=lambda sums: sums.outlet))
        for name, mine in sorted(found.items())
    }


def _variance(sums: OutletSums) -> float:
    mean = sums.total / sums.n
    between = sums.tt - 2 * mean * sums.tn + mean * mean * sums.nn
    return max(between * sums.days / (sums.days - 1), sums.squares - mean * mean * sums.n)


_WHOLE = ("n", "outlets", "days", "alone", "cells", "nn")


def _lines(rows: Rows, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Columns as lines: what is counted was kept as a float, and is whole."""
    whole = (rows[n].astype(np.int64) if n in _WHOLE else rows[n] for n in names)
    return zip(*(column.tolist() for column in whole), strict=True)
