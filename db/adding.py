"""How counts of days are added up: to outlets' parts, to weeks and months, and to all outlets.

The sums are those from which `trends.clusters` makes any interval, and all but the last step only
adds. A column is an array with a value for each row; words stand as numbers (`db.columns`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from db.columns import EVERY, MANY, Column, Rows, numbered

SUMS = ("n", "total", "squares", "days", "tt", "tn", "nn")
POOLED = (
    "n", "total", "squares", "outlets", "variance", "alone", "cells", "tt", "tn", "nn",
)  # fmt: skip
PLACES = ("country", "language")
OUTLET = ("count_by", "kind", "genre", "series", "start", "host")
KEPT = (*OUTLET, *PLACES, "whole")  # the key of a row kept by outlet
TREND = ("count_by", "kind", "genre", "series", "start")
SPLITS = (("country",), ("language",), PLACES)


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows that are alike in some columns."""

    order: Column
    starts: Column

    @classmethod
    def of(cls, columns: Sequence[Column]) -> "Groups":
        numbers = numbered(columns)
        order = np.argsort(numbers, kind="stable")
        return cls(order, np.flatnonzero(np.diff(numbers[order], prepend=-1)))

    def first(self, column: Column) -> Column:
        return column[self.order[self.starts]]

    def sum(self, column: Column) -> Column:
        return np.add.reduceat(column[self.order], self.starts)

    def differ(self, column: Column) -> Column:
        """For each row: whether its group has several values."""
        held = column[self.order]
        least, most = (end.reduceat(held, self.starts) for end in (np.minimum, np.maximum))
        found = np.empty(len(held), bool)
        found[self.order] = np.repeat(least != most, self.sizes())
        return found

    def sizes(self) -> Column:
        return np.diff(self.starts, append=len(self.order))


def parts(days: Rows, start_of: Callable[[date], date]) -> Rows:
    """The rows kept by outlet: whole ones, all and by genre, and what several are split into."""
    days = days | {"start": _starts(days["day"], start_of)}
    every = days | {"genre": np.full_like(days["genre"], EVERY)}
    return _joined([made for rows in (every, days) for made in _outlets(rows)])


def outlets(days: Rows, start_of: Callable[[date], date]) -> Rows:
    """Whole outlets, of days that are already chosen by place and genre."""
    whole = {"start": _starts(days["day"], start_of), "genre": np.full_like(days["genre"], EVERY)}
    whole |= {place: np.full_like(days[place], MANY) for place in PLACES}
    return _over_days(days | whole, whole=True)


def added(rows: Rows, start_of: Callable[[date], date]) -> Rows:
    """Rows kept by outlet, added up over longer spans."""
    return summed(rows | {"start": _starts(rows["start"], start_of)}, KEPT)


def trends(rows: Rows) -> Rows:
    """All outlets, from rows kept by outlet: of all places, and by country, language and both."""
    found = []
    for by in ((), *SPLITS):
        mine = chosen(rows, of_place(rows, dict.fromkeys(by)))
        found.append(pooled(mine, by))
    return _joined(found)


def _starts(days: Column, start_of: Callable[[date], date]) -> Column:
    known, where = np.unique(days, return_inverse=True)
    starts = [start_of(date.fromordinal(day)).toordinal() for day in known.tolist()]
    return np.array(starts, np.int64)[where]


def chosen(rows: Rows, which: Column) -> Rows:
    return {name: column[which] for name, column in rows.items()}


def _joined(several: Sequence[Rows]) -> Rows:
    return {name: np.concatenate([rows[name] for rows in several]) for name in several[0]}


def _outlets(days: Rows) -> Iterator[Rows]:
    groups = Groups.of([days[name] for name in OUTLET])
    several = {place: groups.differ(days[place]) for place in PLACES}
    whole = {place: np.where(several[place], MANY, days[place]) for place in PLACES}
    yield _over_days(days | whole, whole=True)
    for split in SPLITS:
        which = np.logical_or.reduce([several[place] for place in split])
        if which.any():
            mine = chosen(days, which)
            rest = {p: np.full_like(mine[p], MANY) for p in PLACES if p not in split}
            yield _over_days(mine | rest, whole=False)


def _over_days(days: Rows, *, whole: bool) -> Rows:
    """Outlet-days (`trends.clusters.Cell`), and the sums of each outlet over its days."""
    key = (*OUTLET, *PLACES)
    groups = Groups.of([days[name] for name in (*key, "day")])
    cells = {name: groups.first(days[name]) for name in key}
    n, total, squares = (groups.sum(days[name]) for name in ("n", "total", "squares"))
    cells |= {"whole": np.full(len(n), float(whole)), "n": n, "total": total, "squares": squares}
    cells |= {"days": np.ones_like(n), "tt": total * total, "tn": total * n, "nn": n * n}
    return summed(cells, KEPT)


def summed(rows: Rows, key: Sequence[str]) -> Rows:
    groups = Groups.of([rows[name] for name in key])
    found = {name: groups.first(rows[name]) for name in key}
    return found | {name: groups.sum(rows[name]) for name in SUMS}


def of_place(rows: Rows, places: Mapping[str, int | None]) -> Column:
    """Which rows kept by outlet are of these places: of a number, or with None of any one known.

    Without a place: whole outlets.
    """
    if not places:
        return rows["whole"] > 0
    mine = [rows[p] == number if number else rows[p] > MANY for p, number in places.items()]
    others = [rows[place] == MANY for place in PLACES if place not in places]
    told = [np.logical_or.reduce([rows["whole"] > 0, *others])] if others else []
    found: Column = np.logical_and.reduce([*mine, *told])
    return found


def pooled(rows: Rows, by: Sequence[str] = ()) -> Rows:
    """All outlets, from rows kept by outlet.

    With m = total / n of an outlet with D days, the sum over them of (t - m n)^2 is
    tt - 2 m tn + m^2 nn; see `trends.clusters` for the variance that it gives, and its floor.
    """
    outlets = summed(rows, (*TREND, *by, "host"))
    n, total, days = outlets["n"], outlets["total"], outlets["days"]
    mean = total / n
    alone = days == 1
    between = outlets["tt"] - 2 * mean * outlets["tn"] + mean * mean * outlets["nn"]
    between = between * days / np.where(alone, 1, days - 1)
    variance = np.maximum(between, outlets["squares"] - mean * mean * n)
    sums = {
        "n": n,
        "total": total,
        "squares": outlets["squares"],
        "outlets": np.ones_like(n),
        "variance": np.where(alone, 0.0, variance),
        "alone": np.where(alone, n, 0),
        "cells": outlets["nn"],
        "tt": total * total,
        "tn": total * n,
        "nn": n * n,
    }
    key = [outlets[name] for name in (*TREND, *by)]
    groups = Groups.of(key)
    found = {name: groups.first(outlets[name]) for name in (*TREND, *by)}
    every = np.full(len(groups.starts), EVERY)
    found |= {place: every for place in PLACES if place not in by}
    return found | {name: groups.sum(sums[name]) for name in POOLED}
