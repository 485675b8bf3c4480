"""What is counted of the coded articles of an outlet-day, kept as one array per day and kind.

A cell is an outlet's day, split by country, language, genre and reader: every filter is a choice of
cells, and every figure of a comparison is made of outlet-days (`trends.outlet_days`). The arrays of
a day stand on its list of cells (kind "key"), and leave out cells without articles:

key      one line a cell: JSON of host, country, language, genre and the label of the reader
reader   one line a reader: JSON of its label, its identity and its newest reading of the day
cell     n articles coded for frames, and how many of them are republications
frame    k articles with the frame; with evidence in each voice; republications; the best sentence
pair     articles with both frames
target   articles that mention a target, and their tone
tone     articles that mention a target and carry the frame, and their tone
earlier  readings that are not in force, by their reader
twice    articles that two readers read, by both readers

A label names a reader and the frames that it scored: all articles of a cell are scored for the same
frames. Arrays are made anew from a day's articles and never counted up.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from db.day_readings import DayReadings, Identity, IDs
from db.renew import replace_rows
from db.tables import CrossingDayRow
from db.upsert import table_of
from framewatch.story import CountBy

KINDS: dict[str, np.dtype[np.void]] = {
    name: np.dtype(list(columns.items()))
    for name, columns in {
        "cell": {"n": "<u4", "republished": "<u4"},
        "frame": {"cell": "<u4", "k": "<u4", "outlet": "<u4", "quoted": "<u4"}
        | {"republished": "<u4", "best": "<f8", "sentence": "<u8"},
        "pair": {"cell": "<u4", "both": "<u4"},
        "target": {"cell": "<u4", "n": "<u4", "tone": "<f8", "squares": "<f8"},
        "tone": {"cell": "<u4", "n": "<u4", "tone": "<f8", "squares": "<f8"},
        "earlier": {"cell": "<u4", "n": "<u4", "k": "<u4"},
        "twice": {"cell": "<u4", "n": "<u4", "first": "<u4", "second": "<u4", "differ": "<u4"},
    }.items()
}
PLACE = ("host", "country", "language", "genre")
KEY = ("kind", "frame", "other")

Array = npt.NDArray[Any]
Key = tuple[str, ...]  # way of counting, and the values of KEY
Made = tuple[Key, Array]
Arrays = Iterator[tuple[tuple[str, str, str], Array]]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_days = table_of(CrossingDayRow)


@dataclass(frozen=True, slots=True)
class Units:
    """What counts on a day."""

    article: IDs  # of each
    place: Places  # of each
    places: list[tuple[str, ...]]  # the values of PLACE, ascending

    @classmethod
    def of(cls, rows: Iterable[Any]) -> "Units":
        """From rows of the article and its place."""
        found = [(article, tuple(place)) for article, *place in rows]
        places = sorted({place for _, place in found})
        numbers = {place: number for number, place in enumerate(places)}
        article = np.array([article for article, _ in found], np.int64)
        return cls(article, np.array([numbers[place] for _, place in found], np.intp), places)


def crossed_day(ways: Mapping[CountBy, Units], read: DayReadings) -> Iterator[Made]:
    """The arrays of a day, of what counts on it in each way of counting."""
    for by, units in ways.items():
        yield readers_told(by, read.newest(units.article))
        for key, array in _arrays(units, read):
            yield (by.value, *key), array


def readers_told(by: CountBy, newest: Mapping[tuple[str, Identity], int]) -> Made:
    told = ([label, *who, reading] for (label, who), reading in sorted(newest.items()))
    return (by.value, "reader", "", ""), _text(map(_json, told))


def keep_arrays(
    connection: Connection, topic: str, day: date, made: Iterable[Made]
) -> Counter[str]:
    """Put them in the place of the day's; how many were written, and how many are gone."""
    fresh = {(topic, *key, day, array.tobytes()) for key, array in made if len(array)}
    # Not by the topic, whose name is the first part of the key: SQLite would go through all days.
    here = (_days.c.topic + "" == topic, _days.c.day == day)
    return replace_rows(connection, _days, here, fresh)


def _arrays(units: Units, read: DayReadings) -> Arrays:
    """Of the units that are coded for frames, sorted by cell and article."""
    rows = read.coding(units.article)
    coded = rows >= 0
    if not coded.any():
        return
    articles, rows, places = units.article[coded], rows[coded], units.place[coded]
    order = np.lexsort((articles, read.label[rows], places))
    articles, rows = articles[order], rows[order]
    places = np.stack([places[order], read.label[rows]])
    starts = np.flatnonzero(np.diff(places, prepend=-1).any(axis=0))
    cell = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    told = ((*units.places[at], read.labels[label]) for at, label in places[:, starts].T.tolist())
    yield ("key", "", ""), _text(map(_json, told))
    copied = np.isin(articles, read.republished)
    counts = np.zeros(len(starts), KINDS["cell"])
    counts["n"] = np.bincount(cell)
    counts["republished"] = np.bincount(cell, weights=copied)
    yield ("cell", "", ""), counts
    yield from _of_frames(read, rows, cell, copied)
    yield from _of_targets(read, rows, cell)
    yield from _of_readers(read, articles, cell)


def _json(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _text(lines: Iterable[str]) -> Array:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def _of_frames(read: DayReadings, rows: Places, cell: Places, copied: Mask) -> Arrays:
    present = read.present[rows]
    for at, frame in enumerate(read.frames):
        carried = present[:, at]
        values = {
            "k": carried,
            "outlet": carried & read.outlet[rows, at],
            "quoted": carried & read.quoted[rows, at],
            "republished": carried & copied,
        }
        counts = _tally("frame", cell, read.scored[rows, at], values)
        spoken = carried & (read.sentence[rows, at] > 0)
        _best(counts, cell[spoken], read.best[rows, at][spoken], read.sentence[rows, at][spoken])
        yield ("frame", frame, ""), counts
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    for one, frame in enumerate(read.frames):
        both = present[:, one : one + 1] & present[:, one + 1 :]
        for other, sums in zip(read.frames[one + 1 :], _summed(both, starts), strict=True):
            yield ("pair", frame, other), _filled("pair", {"both": sums})


def _of_targets(read: DayReadings, rows: Places, cell: Places) -> Arrays:
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    for at, target in enumerate(read.targets):
        mentions, tone = read.mentions[rows, at], read.tone[rows, at]
        values = {"n": mentions, "tone": tone, "squares": tone * tone}
        yield ("target", "", target), _tally("target", cell, mentions, values)
        carried = read.present[rows] & mentions[:, None]
        sums = {name: _summed(carried * value[:, None], starts) for name, value in values.items()}
        for of, frame in enumerate(read.frames):
            mine = {name: columns[of] for name, columns in sums.items()}
            yield ("tone", frame, target), _filled("tone", mine)


def _of_readers(read: DayReadings, articles: IDs, cell: Places) -> Arrays:
    """Of the articles that several readers read; of a reader's own readings the newest counts."""
    earlier: dict[str, list[tuple[int, int]]] = {}
    twice: dict[str, list[tuple[int, int, int]]] = {}
    mine = np.isin(articles, list(read.several))
    for article, at in zip(articles[mine].tolist(), cell[mine].tolist(), strict=True):
        held = _newest_of_each(read, article)
        for row in held[:-1]:
            earlier.setdefault(_label(read, row), []).append((at, row))
        for two in combinations(sorted(held, key=lambda row: _label(read, row)), 2):
            pair = " ".join(_label(read, row) for row in two)
            twice.setdefault(pair, []).append((at, *two))
    for label, found in sorted(earlier.items()):
        at_, row_ = np.array(found, dtype=np.intp).T
        for of, frame in enumerate(read.frames):
            scored, carried = read.scored[row_, of], read.present[row_, of]
            key = ("earlier", frame, label)
            yield key, _tally("earlier", at_, scored, {"n": scored, "k": carried})
    for pair, both in sorted(twice.items()):
        at_, first, second = np.array(both, dtype=np.intp).T
        for of, frame in enumerate(read.frames):
            scored = read.scored[first, of] & read.scored[second, of]
            one, two_ = read.present[first, of], read.present[second, of]
            values = {"n": scored, "first": one, "second": two_, "differ": one ^ two_}
            yield ("twice", frame, pair), _tally("twice", at_, scored, values)


def _newest_of_each(read: DayReadings, article: int) -> list[int]:
    """Of each reader of its present text the newest row, in order: the last one is in force."""
    return sorted({read.identity[row]: row for row in read.several[article]}.values())


def _label(read: DayReadings, row: int) -> str:
    label: str = read.labels[read.label[row]]
    return label


def _tally(kind: str, cell: Places, which: Mask, values: Mapping[str, Mask | Numbers]) -> Array:
    """Sums by cell over the articles that are meant; cells ascend."""
    mine = cell[which]
    starts = np.flatnonzero(np.diff(mine, prepend=-1))
    found = np.zeros(len(starts), KINDS[kind])
    if len(starts):
        found["cell"] = mine[starts]
        for name, value in values.items():
            found[name] = np.add.reduceat(value[which].astype(np.float64), starts)
    return found


def _summed(values: Mask | Numbers, starts: Places) -> Numbers:
    """Columns summed by cell, as rows."""
    return np.add.reduceat(values.astype(np.float64), starts, axis=0).T


def _filled(kind: str, sums: Mapping[str, Numbers]) -> Array:
    """Of sums of all cells: those of the cells that have articles, told by the first."""
    cells = np.flatnonzero(next(iter(sums.values())))
    found = np.zeros(len(cells), KINDS[kind])
    found["cell"] = cells
    for name, values in sums.items():
        found[name] = values[cells]
    return found


def _best(counts: Array, cell: Places, score: Numbers, sentence: Places) -> None:
    """The sentence with the highest score of each cell; of several the first that was stored."""
    order = np.lexsort((sentence, -score, cell))
    first = order[np.diff(cell[order], prepend=-1) > 0]
    at = np.searchsorted(counts["cell"], cell[first])
    counts["best"][at], counts["sentence"][at] = score[first], sentence[first]
