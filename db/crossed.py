"""The arrays of `db.crossings` under some filters, read at once. Nothing here writes.

One statement reads all that a figure needs, so that a publisher at work cannot come between.
See `db.queries` for what the functions have in common.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select, select, union_all

from db.crossings import KINDS, PLACE
from db.queries import Filters, distinct, reading
from db.session import Store
from db.tables import CrossingDayRow
from db.upsert import table_of

Places = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[Any]

_days = table_of(CrossingDayRow)


class Asked(NamedTuple):
    """Arrays of a kind, of some frames (none: of no frame) and of some others."""

    kind: str
    frames: tuple[str, ...] = ("",)
    others: tuple[str, ...] = ("",)


class Key(NamedTuple):
    """What the cells of an outlet share on all days."""

    host: str
    country: str
    language: str
    genre: str
    label: str  # of the reader (`db.crossings`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """Cells in the order of days and outlets; each array has one value a cell."""

    keys: tuple[Key, ...]
    key: Places  # of each cell, in keys
    hosts: tuple[str, ...]
    host: Places  # of each outlet-day, in hosts
    days: tuple[date, ...]
    day: Places  # of each outlet-day, in days
    outlet_day: Places  # of each cell: cells of one outlet-day are neighbours
    n: Numbers
    republished: Numbers
    series: dict[tuple[str, str, str], Rows]
    readers: dict[str, tuple[str, ...]]  # who is meant by a label, where asked for

    def of(self, kind: str, frame: str = "", other: str = "") -> "Column":
        return Column(self.series.get((kind, frame, other), _NOTHING[kind]), len(self.n))

    def labelled(self, labels: frozenset[str]) -> Mask:
        """The cells of some readers."""
        return np.array([key.label in labels for key in self.keys], bool)[self.key]

    def group(self, by: str) -> tuple[tuple[str, ...], Places]:
        """The values of a column of PLACE, and that of each cell."""
        values = [getattr(key, by) for key in self.keys]
        names = tuple(sorted(set(values)))
        places = {name: at for at, name in enumerate(names)}
        return names, np.array([places[value] for value in values], dtype=np.intp)[self.key]


@dataclass(frozen=True, slots=True)
class Column:
    """One array, spread over the cells."""

    rows: Rows
    cells: int

    def __getitem__(self, name: str) -> Numbers:
        found = np.zeros(self.cells)
        found[self.rows["cell"]] = self.rows[name]
        return found

    @property
    def held(self) -> Mask:
        """Of a frame: the cells that were scored for it."""
        found = np.zeros(self.cells, bool)
        found[self.rows["cell"]] = True
        return found


_NOTHING = {kind: np.zeros(0, dtype) for kind, dtype in KINDS.items()}


def crossed(
    engine: Store, filters: Filters, *asked: Asked, only: Sequence[str] | None = None
) -> Crossed:
    """The cells of the filters with what is asked of them.

    only: what is needed of arrays of kind "frame". Of fourteen frames over five years they are
    140 MB whole, and 30 MB with their k alone.
    """
    with reading(engine) as connection:
        return crossed_of(connection, filters, *asked, only=only)


def crossed_of(
    connection: Connection,
    filters: Filters,
    *asked: Asked,
    only: Sequence[str] | None = None,
    among: Sequence[date] | None = None,
) -> Crossed:
    """The same, of single days where they are named."""
    every = (Asked("key"), Asked("cell"), *asked)
    found_by = () if among is None else (_days.c.day.in_(among),)
    query = union_all(*(_query(filters, one).where(*found_by) for one in every))
    kinds = KINDS if only is None else KINDS | {"frame": _narrow(KINDS["frame"], only)}
    found: dict[tuple[str, str, str], dict[date, bytes]] = {}
    for kind, frame, other, day, cells in connection.execute(query):
        if kind == "frame" and only is not None:
            cells = _narrowed(cells, kinds[kind])
        found.setdefault((kind, frame, other), {})[day] = cells
    return _chosen(found, filters, kinds)


def _narrow(kind: np.dtype[np.void], only: Sequence[str]) -> np.dtype[np.void]:
    return np.dtype([(name, kind[name]) for name in ("cell", *only)])


def _narrowed(cells: bytes, to: np.dtype[np.void]) -> bytes:
    whole = np.frombuffer(cells, KINDS["frame"])
    made = np.empty(len(whole), to)
    for name in to.names or ():
        made[name] = whole[name]
    return made.tobytes()


def names(engine: Store, filters: Filters, kind: str, frame: str = "") -> tuple[str, ...]:
    """The others that there are of a kind and frame."""
    with reading(engine) as connection:
        mine = (*_of(filters, kind), _days.c.frame == frame)
        return tuple(distinct(connection, _days.c.other, *mine))


def frames(engine: Store, filters: Filters) -> tuple[str, ...]:
    """All that any article was scored for."""
    with reading(engine) as connection:
        return tuple(distinct(connection, _days.c.frame, *_of(filters, "frame")))


def readings(engine: Store, filters: Filters) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Who read the articles of each day, by whichever text, with the newest reading."""
    with reading(engine) as connection:
        rows = {bytes(row.cells) for row in connection.execute(_query(filters, Asked("reader")))}
    return tuple((who, newest) for _, who, newest in _told(rows))


def days_with(
    engine: Store, filters: Filters, asked: Asked, among: Sequence[date]
) -> tuple[date, ...]:
    """Those of some days on which any article carries the frame, or mentions the target.

    Whatever its outlet, country, language and genre: the lists of cells are left unread.
    """
    counted = {"frame": "k", "target": "n"}[asked.kind]
    query = _query(filters, asked).where(_days.c.day.in_(among))
    with reading(engine) as connection:
        return tuple(
            row.day
            for row in connection.execute(query)
            if np.frombuffer(row.cells, KINDS[asked.kind])[counted].any()
        )


def _of(filters: Filters, kind: str) -> tuple[Any, ...]:
    c = _days.c
    return c.topic == filters.topic, c.count_by == filters.count_by, c.kind == kind


def _query(filters: Filters, asked: Asked) -> Select[Any]:
    c = _days.c
    query = select(c.kind, c.frame, c.other, c.day, c.cells).where(
        *_of(filters, asked.kind), c.frame.in_(asked.frames), c.other.in_(asked.others)
    )
    if filters.first is not None:
        query = query.where(c.day >= filters.first)
    if filters.last is not None:
        query = query.where(c.day <= filters.last)
    return query


def _told(texts: Iterable[bytes]) -> Iterator[tuple[str, tuple[str, ...], int]]:
    for line in {line for text in texts for line in text.splitlines()}:
        label, *who, newest = json.loads(line)
        yield label, tuple(who), newest


# --- cells of many days ---------------------------------------------------------------------------


def _chosen(
    found: dict[tuple[str, str, str], dict[date, bytes]],
    filters: Filters,
    kinds: Mapping[str, np.dtype[np.void]],
) -> Crossed:
    lists, counts = found.pop(("key", "", ""), {}), found.pop(("cell", "", ""), {})
    told = found.pop(("reader", "", ""), {})
    days = sorted(lists)
    keys, key, sizes = _keys([bytes(lists[day]) for day in days])
    kept = np.array([_holds(filters, one) for one in keys], bool)[key]
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    starts = dict(zip(days, (np.cumsum(sizes) - sizes).tolist(), strict=True))
    cells = np.frombuffer(b"".join(bytes(counts[day]) for day in days), KINDS["cell"])[kept]
    hosts = tuple(sorted({one.host for one in keys}))
    of_host = {host: at for at, host in enumerate(hosts)}
    host = np.array([of_host[one.host] for one in keys], dtype=np.intp)[key[kept]]
    day = np.repeat(np.arange(len(days)), sizes)[kept]
    first = np.diff(host, prepend=-1).astype(bool) | np.diff(day, prepend=-1).astype(bool)
    return Crossed(
        keys=keys,
        key=key[kept],
        hosts=hosts,
        host=host[first],
        days=tuple(days),
        day=day[first],
        outlet_day=np.cumsum(first) - 1,
        n=cells["n"].astype(np.float64),
        republished=cells["republished"].astype(np.float64),
        series={n: _joined(kinds[n[0]], mine, starts, place) for n, mine in found.items()},
        readers={label: who for label, who, _ in _told(map(bytes, told.values()))},
    )


def _keys(lists: Sequence[bytes]) -> tuple[tuple[Key, ...], Places, Places]:
    """The keys that there are, that of each cell, and how many cells each day has."""
    places: dict[bytes, int] = {}
    known: dict[bytes, Places] = {}  # most days have the list of some other day
    for text in lists:
        if text not in known:
            lines = text.split(b"\n")
            known[text] = np.array([places.setdefault(one, len(places)) for one in lines])
    key = [known[text] for text in lists]
    keys = tuple(Key(*json.loads(line)) for line in places)
    every = np.concatenate(key) if key else np.zeros(0, dtype=np.intp)
    return keys, every, np.array([len(one) for one in key], dtype=np.intp)


def _holds(filters: Filters, key: Key) -> bool:
    return all(getattr(filters, name) in ("", getattr(key, name)) for name in PLACE)


def _joined(
    kind: np.dtype[np.void], arrays: dict[date, bytes], starts: dict[date, int], place: Places
) -> Rows:
    """The arrays of all days, their cells among those chosen."""
    held = [(starts[day], bytes(array)) for day, array in arrays.items()]
    every: Rows = np.frombuffer(b"".join(array for _, array in held), kind)
    sizes = [len(array) // every.itemsize for _, array in held]
    firsts = np.array([start for start, _ in held], dtype=np.intp)
    cell = place[every["cell"] + np.repeat(firsts, sizes)]
    rows: Rows = every[cell >= 0]
    rows["cell"] = cell[cell >= 0]
    return rows
