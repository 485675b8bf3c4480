"""Groups of articles on outlet-days: kept arrays as they are now, counts as known at an instant.

`framewatch.comparisons` and `framewatch.changes` ask here and need not know which of the two it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from db import analysis
from db.analysis import GROUPS, Counts
from db.crossed import Asked, Crossed, crossed, names
from framewatch.analysis import Question
from framewatch.story import DayCount
from trends.compare import listed, tone_rows
from trends.outlet_days import Group, Numbers, OutletDays, Places, Sides

VOICE, TARGET, ORIGIN = "voice", "target", "origin"
ORIGINAL, REPUBLISHED = "original", "republished"
_NEEDED = {VOICE: ("outlet", "quoted"), ORIGIN: ("republished",)}  # of a frame's array, beside k
DIMENSIONS = (*GROUPS, VOICE, TARGET, ORIGIN)


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups by code, and the articles that they are groups of, each by a frame's 0 or 1."""

    where: OutletDays
    every: Group
    groups: Mapping[str, Group]
    day: Places  # of each outlet-day, as an ordinal


def groups(question: Question, frame: str, by: str) -> Groups:
    return groups_by(question, frame, (by,))[by]


def groups_by(question: Question, frame: str, by: Sequence[str]) -> dict[str, Groups]:
    """By each of some columns of `GROUPS`, VOICE, TARGET or ORIGIN; ValueError for another."""
    for name in by:
        _must_be_known(name)
    if question.known_at is not None:
        return {name: _then(question, frame, name) for name in by}
    found, targets = _crossed(question, (frame,), by)
    return {name: _now(found, frame, name, targets) for name in by}


def groups_of(question: Question, frames: Sequence[str], by: str) -> dict[str, Groups]:
    """The same of several frames, read at once."""
    _must_be_known(by)
    if question.known_at is not None:
        return {frame: _then(question, frame, by) for frame in frames}
    found, targets = _crossed(question, tuple(frames), (by,))
    return {frame: _now(found, frame, by, targets) for frame in frames}


def _must_be_known(by: str) -> None:
    if by not in DIMENSIONS:
        raise ValueError(f"nothing is compared by {by!r}; choose one of {', '.join(DIMENSIONS)}")


def _crossed(
    question: Question, frames: tuple[str, ...], by: Sequence[str]
) -> tuple[Crossed, tuple[str, ...]]:
    targets = names(question.store, question.filters, "target") if TARGET in by else ()
    asked = [Asked("frame", frames)]
    if targets:
        asked += [Asked("target", ("",), targets), Asked("tone", frames, targets)]
    needed = ["k", *(name for one in by for name in _NEEDED.get(one, ()))]
    return crossed(question.store, question.filters, *asked, only=needed), targets


def _now(found: Crossed, frame: str, by: str, targets: tuple[str, ...]) -> Groups:
    where = OutletDays(found.host, len(found.hosts))
    counts = found.of("frame", frame)
    held, k = counts.held, counts["k"]
    n = found.n * held

    def group(n: Numbers, k: Numbers) -> Group:
        return Group.of(found.outlet_day, n, k, k)

    made: dict[str, Group] = {}
    if by == VOICE:
        made = {voice: group(n, counts[voice]) for voice in ("outlet", "quoted")}
    elif by == ORIGIN:
        copied = found.republished * held
        copied_k = counts["republished"]
        made = {ORIGINAL: group(n - copied, k - copied_k), REPUBLISHED: group(copied, copied_k)}
    elif by == TARGET:
        for target in targets:
            mentions = found.of("target", "", target)["n"] * held
            made[target] = group(mentions, found.of("tone", frame, target)["n"])
    else:
        codes, value = found.group(by)
        cells = np.argsort(value, kind="stable")
        starts = np.searchsorted(value[cells], np.arange(1, len(codes)))
        pieces = np.split(cells, starts) if codes else []
        for code, mine in zip(codes, pieces, strict=True):
            made[code] = Group.of(found.outlet_day[mine], n[mine], k[mine], k[mine])
    some = {code: one for code, one in made.items() if len(one.places)}
    ordinals = np.array([day.toordinal() for day in found.days], dtype=np.intp)
    return Groups(where, group(n, k), some, ordinals[found.day])


def _then(question: Question, frame: str, by: str) -> Groups:
    store, filters, at = question.store, question.filters, question.known_at
    every = analysis.article_counts(store, filters, frame, at)
    if by in GROUPS:
        counts = analysis.grouped_counts(store, filters, frame, by, at)
    else:
        counts = _COUNTS[by](store, filters, frame, at)
    where, number = OutletDays.of((count.outlet, count.day) for count in every)

    def group(counts: Iterable[DayCount]) -> Group:
        held = sorted((number[count.outlet, count.day], count.n, count.k) for count in counts)
        places, n, k = np.array(held, float).reshape(len(held), 3).T
        return Group.of(places.astype(np.intp), n, k, k)

    day = np.array([count.day.toordinal() for count in every], dtype=np.intp)
    return Groups(where, group(every), {code: group(mine) for code, mine in counts.items()}, day)


_COUNTS: dict[str, Callable[..., Counts]] = {
    VOICE: analysis.voice_counts,
    TARGET: analysis.target_counts,
    ORIGIN: analysis.origin_counts,
}


# --- two frames, and a target's tone --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairDays:
    """Articles scored for two frames: all, with one, with the other, with both."""

    where: OutletDays
    n: Numbers
    a: Numbers
    b: Numbers
    both: Numbers


def pairs(question: Question, two: Sequence[tuple[str, str]]) -> Iterator[PairDays]:
    """Of each two frames, in order."""
    if question.known_at is not None:
        yield from (_pair_then(question, *one) for one in two)
        return
    frames = tuple(sorted({frame for one in two for frame in one}))
    seconds: dict[str, set[str]] = {}
    for first, second in map(sorted, two):
        seconds.setdefault(first, set()).add(second)
    asked = (Asked("pair", (first,), tuple(sorted(mine))) for first, mine in seconds.items())
    found = crossed(question.store, question.filters, Asked("frame", frames), *asked, only=("k",))
    where = OutletDays(found.host, len(found.hosts))

    def days(values: Numbers) -> Numbers:
        sums = np.bincount(found.outlet_day, values, len(found.host))
        return sums.astype(np.float64, copy=False)

    counts = {frame: found.of("frame", frame) for frame in frames}
    held = {frame: counts[frame].held for frame in frames}
    k = {frame: counts[frame]["k"] for frame in frames}
    for a, b in two:
        here = held[a] & held[b]
        both = found.of("pair", *sorted((a, b)))["both"]
        yield PairDays(where, *map(days, (found.n * here, k[a] * here, k[b] * here, both)))


def _pair_then(question: Question, a: str, b: str) -> PairDays:
    held = analysis.pair_days(question.store, question.filters, a, b, question.known_at)
    where, _ = OutletDays.of((day.outlet, day.day) for day in held)
    values = [[day.n, day.a, day.b, day.both] for day in held]
    return PairDays(where, *np.array(values, float).reshape(len(held), 4).T)


def tones(question: Question, two: Sequence[tuple[str, str]]) -> Iterator[Sides]:
    """Of each frame and target: articles that mention it, with the frame (left) and without."""
    if question.known_at is not None:
        yield from (_tones_then(question, *one) for one in two)
        return
    frames, targets = (tuple(sorted({one[at] for one in two})) for at in (0, 1))
    found = crossed(
        question.store,
        question.filters,
        Asked("frame", frames),
        Asked("target", ("",), targets),
        Asked("tone", frames, targets),
        only=(),
    )
    where, names_ = OutletDays(found.host, len(found.hosts)), ("n", "tone", "squares")
    for frame, target in two:
        held = found.of("frame", frame).held
        every, with_it = found.of("target", "", target), found.of("tone", frame, target)
        left = [with_it[name] for name in names_]
        right = [every[name] * held - mine for name, mine in zip(names_, left, strict=True)]
        yield where.sides(Group.of(found.outlet_day, *left), Group.of(found.outlet_day, *right))


def _tones_then(question: Question, frame: str, target: str) -> Sides:
    store, filters, at = question.store, question.filters, question.known_at
    held = analysis.tones_by_presence(store, filters, frame, target, at)
    return listed(*(tone_rows(held[present]) for present in (True, False)))
