"""Groups side by side, frames together, and tone: assembled as in `framewatch.analysis`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from framewatch import crossings
from framewatch.analysis import Question, Trace, trace_of
from framewatch.crossings import VOICE, Groups
from framewatch.story import TrendState
from trends import panel
from trends.compare import Difference, Side, Together, of_pairs, of_sides
from trends.outlet_days import NOBODY, OutletSums
from trends.panel import Reach, Share
from trends.tone import interval as tone_interval

MOST_COMPARED = 12  # as many as a chart of bars shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group beside all other articles of the filters (a voice: beside the other voice)."""

    code: str
    share: Share
    difference: Difference
    compared: bool = True  # False: not among the largest, and so without an interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The machine's shares: whether it errs alike in all groups is not known."""

    frame: str
    by: str
    groups: tuple[Group, ...]  # the largest first
    trace: Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoGroups:
    left: Share
    right: Share
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    frame: str
    other: str
    together: Together
    trace: Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneByFrame:
    """Mean tone towards a target, of articles with the frame (left) and without (right)."""

    frame: str
    target: str
    difference: Difference
    trace: Trace


def comparison(
    question: Question,
    frame: str,
    by: str,
    reach: Reach = Reach.PANEL,
    most: int = MOST_COMPARED,
) -> Comparison:
    """Each outlet (`host`), country, language, genre, voice, target or origin. Raises ValueError.

    The target group are the articles that mention the target, beside those that do not. The `most`
    largest groups have a difference: each goes through its outlets' days once more.
    """
    held = crossings.groups(question, frame, by)
    sums = held.where.sums(held.every)
    sizes = {code: float(mine.n.sum()) for code, mine in held.groups.items()}
    large = sorted(held.groups, key=lambda code: (-sizes[code], code))
    found = []
    for place, code in enumerate(large):
        mine, compared = held.where.sums(held.groups[code]), place < most or by == VOICE
        found.append(
            Group(
                code=code,
                share=panel.of_estimate(mine.estimate(reach), mine.outlets, reach),
                difference=_beside(held, sums, code, by, reach) if compared else _bare(mine, sums),
                compared=compared,
            )
        )
    return Comparison(frame=frame, by=by, groups=tuple(found), trace=trace_of(question))


def _beside(held: Groups, sums: OutletSums, code: str, by: str, reach: Reach) -> Difference:
    mine = held.groups[code]
    if by != VOICE:
        return of_sides(held.where.beside(held.every, sums, mine), reach)
    other = next((group for name, group in held.groups.items() if name != code), NOBODY)
    return of_sides(held.where.sides(mine, other), reach)


def _bare(mine: OutletSums, every: OutletSums) -> Difference:
    """Without an interval, which takes most of the time."""
    n, k = float(mine.n.sum()), float(mine.total.sum())
    both = ((n, k), (float(every.n.sum()) - n, float(every.total.sum()) - k))
    one, two = (Side(round(n), k / n if n else None, None, None) for n, k in both)
    value = None if one.mean is None or two.mean is None else one.mean - two.mean
    state = TrendState.NO_COVERAGE if value is None else TrendState.INSUFFICIENT
    return Difference(left=one, right=two, value=value, low=None, high=None, state=state)


def difference(
    question: Question, frame: str, by: str, left: str, right: str, reach: Reach = Reach.PANEL
) -> Difference:
    """One group less another. Raises ValueError for a dimension that there is not."""
    return two_groups(question, frame, by, (left, right), reach).difference


def two_groups(
    question: Question, frame: str, by: str, pair: tuple[str, str], reach: Reach = Reach.PANEL
) -> TwoGroups:
    """Left less right, with the share of each. Raises ValueError as `difference`."""
    held = crossings.groups(question, frame, by)
    found = held.where.sides(*(held.groups.get(code, NOBODY) for code in pair))
    left, right = (
        panel.of_estimate(sums.estimate(reach), sums.outlets, reach)
        for sums in (found.left, found.right)
    )
    return TwoGroups(left=left, right=right, difference=of_sides(found, reach))


# --- frames together, and tone --------------------------------------------------------------------


def cooccurrence(question: Question, frame: str, other: str) -> Pair:
    """How often two frames share an article, over how often they would by chance."""
    (found,) = _pairs(question, [(frame, other)])
    return found


def cooccurrences_with(question: Question, frame: str, others: Sequence[str]) -> list[Pair]:
    """One frame with each of some others, read at once."""
    return _pairs(question, [(frame, other) for other in others])


def cooccurrences(question: Question, frames: Sequence[str]) -> Mapping[tuple[str, str], Pair]:
    """Every two of them."""
    two = list(combinations(frames, 2))
    return dict(zip(two, _pairs(question, two), strict=True))


def _pairs(question: Question, two: Sequence[tuple[str, str]]) -> list[Pair]:
    trace = trace_of(question)
    return [
        Pair(
            frame=frame,
            other=other,
            together=of_pairs(days.where, days.n, days.a, days.b, days.both),
            trace=trace,
        )
        for (frame, other), days in zip(two, crossings.pairs(question, two), strict=True)
    ]


def tone_by_frame(question: Question, frame: str, target: str) -> ToneByFrame:
    """Of the articles that mention the target."""
    (found,) = tones_by_frame(question, [(frame, target)])
    return found


def tones_by_frame(question: Question, two: Sequence[tuple[str, str]]) -> list[ToneByFrame]:
    """The same of several frames and targets, read at once."""
    trace = trace_of(question)
    return [
        ToneByFrame(
            frame=frame,
            target=target,
            difference=of_sides(sides, interval=tone_interval),
            trace=trace,
        )
        for (frame, target), sides in zip(two, crossings.tones(question, two), strict=True)
    ]
