"""The counts of days as columns, read from the arrays of `db.crossings`: some hundred rows a week.

As rows they would be tens of thousands.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, select, tuple_

from db.adding import PLACES
from db.columns import Column, Lexicon, Rows, numbered
from db.crossings import KINDS, PLACE
from db.periods import Span
from db.tables import CrossingDayRow
from db.upsert import table_of

OF_ROWS = {"frame": "frame", "target": "tone"}  # a kind of array: the kind of its rows
WORDS = ("count_by", "kind", "genre", "series", "host", *PLACES)
SUMMED = ("n", "total", "squares")

_days = table_of(CrossingDayRow)


@dataclass(slots=True)
class _Day:
    """The arrays of a day, in one way of counting."""

    count_by: str
    day: date
    text: bytes = b""  # the list of cells
    counts: Column = field(default_factory=lambda: np.zeros(0))  # articles of each
    series: dict[tuple[str, str], Any] = field(default_factory=dict)


def cells_of(connection: Connection, topic: str, span: Span) -> tuple[Rows, Lexicon]:
    """Of the days [span[0], span[1]): a line for each cell with articles of a frame or target."""
    days = _read(connection, topic, span)
    lists = {one.text: json.loads(b"[%b]" % b",".join(one.text.splitlines())) for one in days}
    lexicon = Lexicon.of(
        {word for lines in lists.values() for line in lines for word in line[: len(PLACE)]}
        | {one.count_by for one in days}
        | {word for one in days for key in one.series for word in key}
    )
    places = {
        text: {name: lexicon.column(line[at] for line in lines) for at, name in enumerate(PLACE)}
        for text, lines in lists.items()
    }
    parts: list[Rows] = [
        _lines(one, key, array, places[one.text], lexicon)
        for one in days
        for key, array in one.series.items()
    ]
    nothing: Rows = {name: np.zeros(0, np.int64) for name in (*WORDS, "day")}
    nothing |= {name: np.zeros(0) for name in SUMMED}
    found = {name: np.concatenate([rows[name] for rows in (nothing, *parts)]) for name in nothing}
    order = np.argsort(numbered([found[name] for name in ("day", *WORDS[::-1])]), kind="stable")
    return {name: column[order] for name, column in found.items()}, lexicon


def _read(connection: Connection, topic: str, span: Span) -> list[_Day]:
    # Keys first, which the index of days holds: SQLite would look up all rows of the days, five
    # times as many. Not by the topic, with which keys begin: it would go through all days.
    c, key = _days.c, [column.name for column in _days.primary_key]
    k = _days.alias("keys").c
    mine = select(*(k[name] for name in key)).where(
        k.topic + "" == topic,
        k.day >= span[0],
        k.day < span[1],
        k.kind.in_(("key", "cell", *OF_ROWS)),
    )
    query = select(c.count_by, c.day, c.kind, c.frame, c.other, c.cells)
    query = query.where(tuple_(*(c[name] for name in key)).in_(mine))
    found: dict[tuple[str, date], _Day] = {}
    order = (c.count_by, c.day, c.kind, c.frame, c.other)  # sums are made in this order
    for by, day, kind, frame, other, cells in connection.execute(query.order_by(*order)):
        one = found.setdefault((by, day), _Day(by, day))
        if kind == "key":
            one.text = bytes(cells)
        elif kind == "cell":
            one.counts = np.frombuffer(bytes(cells), KINDS[kind])["n"]
        else:
            one.series[OF_ROWS[kind], frame or other] = np.frombuffer(bytes(cells), KINDS[kind])
    return list(found.values())


def _lines(
    one: _Day, key: tuple[str, str], array: Any, places: Mapping[str, Column], lexicon: Lexicon
) -> Rows:
    cell = array["cell"]
    kind, series = key
    same = {"count_by": one.count_by, "kind": kind, "series": series}
    numbers = {name: lexicon.numbers[word] for name, word in same.items()}
    numbers["day"] = one.day.toordinal()
    found = {name: np.full(len(cell), number, np.int64) for name, number in numbers.items()}
    found |= {name: column[cell] for name, column in places.items()}
    if kind == "frame":  # a share's x is 0 or 1
        sums = {"n": one.counts[cell], "total": array["k"], "squares": array["k"]}
    else:
        sums = {"n": array["n"], "total": array["tone"], "squares": array["squares"]}
    return found | {name: column.astype(np.float64) for name, column in sums.items()}
