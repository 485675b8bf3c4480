"""Rows of the store as columns of numbers, and as what is kept of them: arrays under their names.

Words stand as numbers in a `Lexicon`, days as ordinals, sums as they are. A packed row holds what
differs between its entries as JSON (`names`, in order) and their sums as an array (`sums`, a line
for each entry).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Rows = dict[str, Column]

SEVERAL = "*"  # the country or language of an outlet that counts under several
EVERY, MANY = 0, 1  # the numbers of "" and of SEVERAL
_MOST = 2**62
DAYS = frozenset({"day", "start"})
NUMBERS = frozenset(
    {"n", "total", "squares", "days", "tt", "tn", "nn", "outlets", "variance", "alone", "cells"}
    | {"whole"}
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words in the order of their numbers, which is that of the alphabet after the first two."""

    words: Sequence[str]
    numbers: Mapping[str, int]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Lexicon":
        known = ["", SEVERAL, *sorted(set(words) - {"", SEVERAL})]
        return cls(known, {word: number for number, word in enumerate(known)})

    def column(self, words: Iterable[str]) -> Column:
        return np.fromiter(map(self.numbers.__getitem__, words), np.int64)


def joined(several: Sequence[tuple[Rows, Lexicon]]) -> tuple[Rows, Lexicon]:
    """All rows under one lexicon."""
    lexicon = Lexicon.of(chain.from_iterable(held.words for _, held in several))
    renumbered = [
        {
            name: column if name in DAYS | NUMBERS else lexicon.column(held.words)[column]
            for name, column in rows.items()
        }
        for rows, held in several
    ]
    first = renumbered[0]
    return {name: np.concatenate([rows[name] for rows in renumbered]) for name in first}, lexicon


def numbered(columns: Sequence[Column]) -> Column:
    """One number for each row, ascending as its values in the columns: small whole numbers, of
    which the first counts most. Sorted in half the time that `numpy.lexsort` takes for nine.
    """
    numbers, most = np.zeros(len(columns[0]), np.int64), 1
    if not len(numbers):
        return numbers
    for column in columns:
        at = column.astype(np.int64) - int(column.min())
        held = np.zeros(int(at.max()) + 1, bool)
        held[at] = True
        ranks = np.cumsum(held) - 1
        values = int(ranks[-1]) + 1
        if most * values > _MOST:
            known, numbers = np.unique(numbers, return_inverse=True)
            most = len(known)
        numbers, most = numbers * values + ranks[at], most * values
    return numbers


def _ordinals(days: Iterable[date]) -> Column:
    known = {day: day.toordinal() for day in set(days)}
    return np.fromiter(map(known.__getitem__, days), np.int64)


def packed(
    rows: Rows, lexicon: Lexicon, entry: Sequence[str], sums: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """One row for all entries that differ only in the columns of `entry`."""
    key = [name for name in rows if name not in (*entry, *sums)]
    numbers = numbered([rows[name] for name in key[::-1]])
    order = np.lexsort((numbered([rows[name] for name in entry]), numbers))
    starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    array = np.column_stack([rows[name] for name in sums])[order].astype("<f8")
    told = (_told(name, rows[name][order[starts]], lexicon) for name in key)
    entries = np.column_stack([rows[name] for name in entry])[order].astype(np.int64)
    lists: dict[bytes, str] = {}  # most rows have the list of some other row
    ends = pairwise([*starts.tolist(), len(order)])
    for (start, end), values in zip(ends, zip(*told, strict=True), strict=True):
        mine = entries[start:end]
        if (known := mine.tobytes()) not in lists:
            lists[known] = _listed(mine, entry, lexicon)
        held = dict(zip(key, values, strict=True))
        yield held | {"names": lists[known], "sums": array[start:end].tobytes()}


def _listed(entries: Column, entry: Sequence[str], lexicon: Lexicon) -> str:
    columns = (_told(name, entries[:, at], lexicon) for at, name in enumerate(entry))
    lines = list(zip(*columns, strict=True))
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def _told(name: str, column: Column, lexicon: Lexicon) -> list[Any]:
    if name in DAYS:
        known = {number: date.fromordinal(number) for number in np.unique(column).tolist()}
        return [known[number] for number in column.tolist()]
    if name in NUMBERS:
        return list(column.astype(np.int64).tolist())
    return [lexicon.words[number] for number in column.tolist()]


def unpacked(
    rows: Sequence[Any], key: Sequence[str], entry: Sequence[str], sums: Sequence[str]
) -> tuple[Rows, Lexicon]:
    """The entries of packed rows; each row is the values of key, then names and sums."""
    lists = {text: json.loads(text) for text in {row[-2] for row in rows}}
    texts = [name for name in key if name not in DAYS]
    said = {word for each in lists.values() for line in each for word in line}
    lexicon = Lexicon.of(
        {row[at] for at, name in enumerate(key) if name in texts for row in rows}
        | {word for word in said if isinstance(word, str)}
    )
    entries = {text: _entries(each, entry, lexicon) for text, each in lists.items()}
    sizes = [len(lists[row[-2]]) for row in rows]
    found: Rows = {}
    for at, name in enumerate(key):
        values = [row[at] for row in rows]
        column = _ordinals(values) if name in DAYS else lexicon.column(values)
        found[name] = np.repeat(column, sizes)
    for at, name in enumerate(entry):
        found[name] = np.concatenate(
            [entries[row[-2]][at] for row in rows] or [np.empty(0, np.int64)]
        )
    array = np.frombuffer(b"".join(row[-1] for row in rows), "<f8").reshape(-1, len(sums))
    return found | {name: array[:, at] for at, name in enumerate(sums)}, lexicon


def _entries(lines: Sequence[Any], entry: Sequence[str], lexicon: Lexicon) -> list[Column]:
    values = zip(*lines, strict=True)
    return [
        np.array(column, np.float64) if name in NUMBERS else lexicon.column(column)
        for name, column in zip(entry, values, strict=True)
    ]
