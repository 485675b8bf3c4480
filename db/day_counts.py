"""What charts show by day: the arrays of `db.crossings`, added up by outlet. Nothing here writes.

See `db.queries` for what the functions have in common.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from db.adding import PLACES
from db.columns import EVERY, MANY, Lexicon, Rows
from db.crossed import Asked, Crossed, crossed_of, frames, names
from db.queries import Filters, ToneDay, reading
from db.session import Store
from framewatch.story import DayCount

Numbers = npt.NDArray[Any]
# An outlet-day's number in `Crossed`, and n, total and squares. A share's x is 0 or 1.
Sums = tuple[npt.NDArray[np.intp], Numbers, Numbers, Numbers]
Days = Sequence[date] | None  # single ones; None: all that the filters leave


def frame_days(
    engine: Store, filters: Filters, frame: str = "", among: Days = None
) -> dict[str, tuple[DayCount, ...]]:
    """Counts per outlet and day, by frame; of one frame where one is named.

    For years ask `db.tiers`.
    """
    wanted = (frame,) if frame else frames(engine, filters)
    with reading(engine) as connection:
        found = _asked(connection, filters, "frame", wanted, among)
    return {
        name: tuple(
            DayCount(outlet=found.hosts[host], day=found.days[day], n=int(n), k=int(k))
            for host, day, n, k, _ in _lines(found, sums)
        )
        for name, sums in _summed(found, "frame", wanted)
    }


def tone_days(
    engine: Store, filters: Filters, target: str = "", among: Days = None
) -> dict[str, tuple[ToneDay, ...]]:
    """Moments per outlet and day, by target; of one target where one is named."""
    wanted = (target,) if target else names(engine, filters, "target")
    with reading(engine) as connection:
        found = _asked(connection, filters, "tone", wanted, among)
    return {
        name: tuple(
            ToneDay(found.hosts[host], found.days[day], int(n), total, squares)
            for host, day, n, total, squares in _lines(found, sums)
        )
        for name, sums in _summed(found, "tone", wanted)
    }


def outlet_days_of(
    connection: Connection, filters: Filters, kind: str, wanted: Sequence[str]
) -> tuple[Rows, Lexicon]:
    """The same as columns, for `db.adding.outlets`.

    kind: "frame" or "tone"; wanted: frames or targets.
    """
    found = _asked(connection, filters, kind, wanted)
    lexicon = Lexicon.of({filters.count_by, kind, *wanted, *found.hosts})
    host_of, day_of = lexicon.column(found.hosts), np.array([d.toordinal() for d in found.days])
    pieces: list[Rows] = []
    for name, (at, n, total, squares) in _summed(found, kind, wanted):
        same = {"count_by": filters.count_by, "kind": kind, "series": name}
        rows = {key: np.full(len(at), lexicon.numbers[word]) for key, word in same.items()}
        rows |= {"genre": np.full(len(at), EVERY)} | {p: np.full(len(at), MANY) for p in PLACES}
        rows |= {"host": host_of[found.host[at]], "day": day_of[found.day[at]]}
        pieces.append(rows | {"n": n, "total": total, "squares": squares})
    if not pieces:
        whole = ("count_by", "kind", "genre", "series", "host", *PLACES, "day")
        none: Rows = {key: np.zeros(0, np.int64) for key in whole}
        return none | {key: np.zeros(0) for key in ("n", "total", "squares")}, lexicon
    return {key: np.concatenate([rows[key] for rows in pieces]) for key in pieces[0]}, lexicon


def _asked(
    connection: Connection, filters: Filters, kind: str, wanted: Sequence[str], among: Days = None
) -> Crossed:
    of = Asked("frame", tuple(wanted)) if kind == "frame" else Asked("target", ("",), tuple(wanted))
    return crossed_of(connection, filters, of, only=("k",), among=among)


def _summed(found: Crossed, kind: str, wanted: Sequence[str]) -> Iterator[tuple[str, Sums]]:
    """Of each series that has any: the outlet-days that have, in the order of days and outlets."""
    size = len(found.host)
    for name in sorted(wanted):
        column = found.of("frame", name) if kind == "frame" else found.of("target", "", name)
        rows = column.rows
        if not len(rows):
            continue
        of = found.outlet_day[rows["cell"]]
        if kind == "frame":
            values = found.n[rows["cell"]], rows["k"], rows["k"]
        else:
            values = rows["n"], rows["tone"], rows["squares"]
        held = np.flatnonzero(np.bincount(of, minlength=size))
        n, total, squares = (np.bincount(of, value, size)[held] for value in values)
        yield name, (held, n, total, squares)


def _lines(found: Crossed, sums: Sums) -> Iterator[tuple[int, int, float, float, float]]:
    at, *values = sums
    columns = (found.host[at], found.day[at], *values)
    return zip(*(column.tolist() for column in columns), strict=True)
