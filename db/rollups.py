"""Sums over weeks and months, so that a page over years reads hundreds of rows and not millions.

`outlet_periods` holds volumes. `outlet_parts` holds, per outlet, the sums over its days from which
any interval of `trends` can be made (`trends.clusters`): over parts, the days that one week and one
month share, so that weeks and months are both sums of parts. `outlet_months` adds these up, for
outlets over years. `trend_periods` holds the sums over all outlets of a week or a month; the
variance of outlets with one day only rests on the mean of all, and so is left to the reader
(`alone`).

Country and language are kept in the same rows: an outlet has one entry where it counts under one
of each, as nearly all do. One that counts under several has entries besides by country, by language
and by both, as far as it needs them; `db.adding.of_place` chooses.

Rows are made anew from the rows below them and never counted up: made once or a hundred times, in
any order, for one day or for years at once, they are the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, literal, select

from db import adding
from db.adding import POOLED, SUMS
from db.columns import Lexicon, Rows, packed
from db.day_cells import cells_of
from db.periods import STEPS, Span, month, part, week
from db.queries import distinct
from db.renew import replace_rows
from db.sums import layout, outlets_of, start_of
from db.tables import (
    OutletDayRow,
    OutletMonthRow,
    OutletPartRow,
    OutletPeriodRow,
    TrendPeriodRow,
)
from db.upsert import table_of
from framewatch.story import CountBy

_days = table_of(OutletDayRow)
_parts, _months = table_of(OutletPartRow), table_of(OutletMonthRow)
_periods, _trends = table_of(OutletPeriodRow), table_of(TrendPeriodRow)
_WAYS = list(CountBy)


def roll_up(connection: Connection, topic: str, days: Iterable[date]) -> None:
    """Make the weeks and months that hold the days anew, after their counts."""
    days = sorted(days)
    for span in spans(days, part):
        _roll_parts(connection, topic, span)
    for span in spans(days, month):
        _roll_months(connection, topic, span)
    for span in spans(days, week):
        _roll_weeks(connection, topic, span)
    genres = _genres(connection, topic)
    for step, period in STEPS.items():
        for span in spans(days, period):
            _roll_volumes(connection, topic, step, span, genres)


def spans(days: Iterable[date], period: Callable[[date], Span]) -> Iterator[Span]:
    """The periods that hold the days, which are in order: those that touch as one span."""
    held: Span | None = None
    for low, high in map(period, days):
        if held and low > held[1]:
            yield held
            held = None
        held = (held[0] if held else low, high)
    if held:
        yield held


def _roll_parts(connection: Connection, topic: str, span: Span) -> None:
    days, lexicon = cells_of(connection, topic, span)
    made = adding.parts(days, lambda day: part(day)[0])
    fresh = packed(made, lexicon, layout(_parts).entry, SUMS)
    _put(connection, _parts, _within(_parts, topic, span), ({"topic": topic} | r for r in fresh))


def _roll_months(connection: Connection, topic: str, span: Span) -> None:
    rows, lexicon = outlets_of(connection, _parts, _within(_parts, topic, span))
    made = adding.added(rows, lambda day: month(day)[0])
    fresh = packed(made, lexicon, layout(_months).entry, SUMS)
    _put(connection, _months, _within(_months, topic, span), ({"topic": topic} | r for r in fresh))
    _keep_trends(connection, topic, "month", span, made, lexicon)


def _roll_weeks(connection: Connection, topic: str, span: Span) -> None:
    rows, lexicon = outlets_of(connection, _parts, _within(_parts, topic, span))
    made = adding.added(rows, lambda day: week(day)[0])
    _keep_trends(connection, topic, "week", span, made, lexicon)


def _keep_trends(
    connection: Connection, topic: str, step: str, span: Span, outlets: Rows, lexicon: Lexicon
) -> None:
    same = {"topic": topic, "step": step}
    fresh = packed(adding.trends(outlets), lexicon, ("series",), POOLED)
    _put(connection, _trends, _within(_trends, topic, span, step), (same | row for row in fresh))


def _roll_volumes(
    connection: Connection, topic: str, step: str, span: Span, genres: set[str]
) -> None:
    """genres: those that volumes of any time are kept by."""
    c, days = _periods.c, _days.c
    # Kept by way of counting and genre before time: without these, all times are searched.
    kept = (c.count_by.in_(_WAYS), *_within(_periods, topic, span, step))
    connection.execute(delete(_periods).where(*kept, c.genre.in_(genres)))
    names = ["topic", "count_by", "host", "country", "language", "genre", "step", "start"]
    names += ["articles", "coded", "first", "last"]
    keys = [days[name] for name in names[:6]]
    start = start_of(connection, days.day, step)
    sums = (func.sum(days.articles), func.sum(days.coded), func.min(days.day), func.max(days.day))
    mine = (days.count_by.in_(_WAYS), *_within(_days, topic, span))
    rows = select(*keys, literal(step), start, *sums).where(*mine).group_by(*keys, start)
    connection.execute(_periods.insert().from_select(names, rows))
    # Of all genres together: from those rows.
    fresh = connection.scalars(select(days.genre).where(*mine).distinct()).all()
    keys = [c[name] for name in names[:5]]
    sums = (func.sum(c.articles), func.sum(c.coded), func.min(c.first), func.max(c.last))
    rows = select(*keys, literal(""), c.step, c.start, *sums).where(*kept, c.genre.in_(fresh))
    connection.execute(_periods.insert().from_select(names, rows.group_by(*keys, c.step, c.start)))


def _genres(connection: Connection, topic: str) -> set[str]:
    """Weeks and months are made of the same days: whichever has volumes of one, has the other."""
    c = _periods.c
    ways = [(c.topic == topic, c.count_by == by, c.step == "month") for by in _WAYS]
    return {genre for mine in ways for genre in distinct(connection, c.genre, *mine)}


def _within(table: Table, topic: str, span: Span, step: str = "") -> list[ColumnElement[bool]]:
    day = table.c.start if "start" in table.c else table.c.day
    where = [table.c.topic == topic, day >= span[0], day < span[1]]
    return [*where, table.c.step == step] if step else where


def _put(
    connection: Connection,
    table: Table,
    where: Sequence[ColumnElement[bool]],
    made: Iterable[dict[str, Any]],
) -> None:
    names = [column.name for column in table.c]
    replace_rows(connection, table, where, {tuple(row[name] for name in names) for row in made})
