"""Groups side by side, frames together, and tone: assembled as in `framewatch.analysis`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from db.analysis import (
    GROUPS,
    Counts,
    article_counts,
    frame_counts,
    grouped_counts,
    pair_days,
    target_counts,
    tones_by_presence,
    voice_counts,
)
from framewatch.analysis import Question, Trace, trace_of
from framewatch.story import DayCount, TrendState
from trends import panel
from trends.compare import Difference, Side, Together, of_shares, of_tones, together
from trends.panel import Reach, Share

VOICE, TARGET = "voice", "target"
DIMENSIONS = (*GROUPS, VOICE, TARGET)
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
    """Each outlet (`host`), country, language, genre, voice or target. Raises ValueError.

    The target group are the articles that mention the target, beside those that do not. The `most`
    largest groups have a difference: each goes through all outlet-days once more.
    """
    counts = _counts(question, frame, by)
    # Not the counts of days for targets: readings may have come since they were made.
    every = (article_counts if by == TARGET else frame_counts)(
        question.store, question.filters, frame
    )
    large = sorted(counts, key=lambda code: (-sum(c.n for c in counts[code]), code))
    groups = []
    for place, code in enumerate(large):
        mine, compared = counts[code], place < most
        rest = _others(counts, code) if by == VOICE else _less(every, mine)
        groups.append(
            Group(
                code=code,
                share=panel.share(panel.cells(mine), reach),
                difference=of_shares(mine, rest, reach) if compared else _bare(mine, rest),
                compared=compared,
            )
        )
    return Comparison(frame=frame, by=by, groups=tuple(groups), trace=trace_of(question))


def _bare(left: Iterable[DayCount], right: Iterable[DayCount]) -> Difference:
    """Without an interval, which takes most of the time."""
    sides = []
    for counts in (tuple(left), tuple(right)):
        n = sum(count.n for count in counts)
        share = sum(count.k for count in counts) / n if n else None
        sides.append(Side(n, share, None, None))
    one, two = sides
    value = None if one.mean is None or two.mean is None else one.mean - two.mean
    state = TrendState.NO_COVERAGE if value is None else TrendState.INSUFFICIENT
    return Difference(left=one, right=two, value=value, low=None, high=None, state=state)


def _others(counts: Counts, code: str) -> list[DayCount]:
    return [count for other, held in counts.items() if other != code for count in held]


def difference(
    question: Question, frame: str, by: str, left: str, right: str, reach: Reach = Reach.PANEL
) -> Difference:
    """One group less another. Raises ValueError for a dimension that there is not."""
    counts = _counts(question, frame, by)
    return of_shares(counts.get(left, ()), counts.get(right, ()), reach)


def _counts(question: Question, frame: str, by: str) -> Counts:
    store, filters = question.store, question.filters
    if by == VOICE:
        return voice_counts(store, filters, frame)
    if by == TARGET:
        return target_counts(store, filters, frame)
    if by not in GROUPS:
        raise ValueError(f"nothing is compared by {by!r}; choose one of {', '.join(DIMENSIONS)}")
    return grouped_counts(store, filters, frame, by)


def _less(every: Iterable[DayCount], mine: Iterable[DayCount]) -> list[DayCount]:
    """Outlet-days of the articles that are not in a group."""
    left = {(c.outlet, c.day): (c.n, c.k) for c in every}
    for c in mine:
        n, k = left[c.outlet, c.day]
        left[c.outlet, c.day] = n - c.n, k - c.k
    return [
        DayCount(outlet=outlet, day=day, n=n, k=k) for (outlet, day), (n, k) in left.items() if n
    ]


# --- frames together, and tone --------------------------------------------------------------------


def cooccurrence(question: Question, frame: str, other: str) -> Pair:
    """How often two frames share an article, over how often they would by chance."""
    days = pair_days(question.store, question.filters, frame, other)
    found = together(days)
    return Pair(frame=frame, other=other, together=found, trace=trace_of(question))


def cooccurrences(question: Question, frames: Sequence[str]) -> Mapping[tuple[str, str], Pair]:
    """Every two of them."""
    pairs = [(a, b) for i, a in enumerate(frames) for b in frames[i + 1 :]]
    return {(a, b): cooccurrence(question, a, b) for a, b in pairs}


def tone_by_frame(question: Question, frame: str, target: str) -> ToneByFrame:
    """Of the articles that mention the target."""
    days = tones_by_presence(question.store, question.filters, frame, target)
    return ToneByFrame(
        frame=frame,
        target=target,
        difference=of_tones(days[True], days[False]),
        trace=trace_of(question),
    )
