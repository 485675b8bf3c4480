"""Tables of what goes with what: shifts, frames together, tone with and without a frame."""

from collections.abc import Mapping

from dashboard import words
from dashboard.sheets import Column, Row, Sheet
from dashboard.shifts import outlet_names
from framewatch.comparisons import Pair, tone_by_frame
from framewatch.shifts import Shifts
from framewatch.story import TrendState
from report.scope import Scope
from report.shares import DIFFERENCE, FRAME

MOST_PAIRS = 8  # on the page; the file has all


def shifts_sheet(scope: Scope, found: Shifts, *, by_outlet: bool = False) -> Sheet:
    columns = (
        *FRAME,
        *([Column("outlet", "Outlet")] if by_outlet else []),
        Column("start", "New level from"),
        Column("earliest", "Not before"),
        Column("latest", "Not after"),
        Column("before", "Level before", "share"),
        Column("after", "Level after", "share"),
        *DIFFERENCE,
        Column("n", "Articles", "count"),
        Column("p", "Adjusted p", "number"),
        Column("near", "Events near it"),
    )
    names, outlet = {frame.code: frame.name for frame in scope.frames}, outlet_names(scope.view)
    rows = []
    for one in found.found:
        shift = one.shift
        series: Row = (one.frame, names[one.frame], outlet(one.outlet))[: 2 + by_outlet]
        near = "; ".join(f"{number}: {event.label}" for number, event in one.events)
        rows.append(
            (
                *series,
                *(shift.start, shift.first, shift.last),
                *(shift.before, shift.after, shift.size, shift.low, shift.high),
                *(shift.n, shift.p, near),
            )
        )
    if by_outlet:
        caption = "Lasting shifts of a share in single outlets"
        return Sheet("outlet-shifts", caption, columns, tuple(rows))
    return Sheet("shifts", "Lasting shifts of a share", columns, tuple(rows))


def pairs_sheet(found: Mapping[tuple[str, str], Pair]) -> Sheet:
    columns = (
        FRAME[0],
        Column("other", "Other frame"),
        Column("articles", "Articles", "count"),
        Column("observed", "Both", "count"),
        Column("expected", "Expected", "number"),
        Column("ratio", "Ratio", "number"),
        Column("ratio_low", "Low", "number"),
        Column("ratio_high", "High", "number"),
        Column("state", "State"),
    )
    rows = []
    for (frame, other), pair in found.items():
        one = pair.together
        state = words.STATES[one.state] or "enough"
        counts = (frame, other, one.n, one.observed, one.expected)
        rows.append((*counts, one.ratio, one.low, one.high, state))
    return Sheet(
        "pairs", "Articles with two frames, over those expected by chance", columns, tuple(rows)
    )


def told_pairs(scope: Scope, found: Mapping[tuple[str, str], Pair]) -> tuple[tuple[Pair, str], ...]:
    """Those with an interval, the farthest from 1 first, with their names."""
    names = {frame.code: frame.name for frame in scope.frames}
    known = [pair for pair in found.values() if pair.together.state is TrendState.ENOUGH]

    def far(pair: Pair) -> tuple[float, str, str]:
        ratio = pair.together.ratio or 0.0
        return -max(ratio, 1 / ratio if ratio else 1e9), pair.frame, pair.other

    told = sorted(known, key=far)[:MOST_PAIRS]
    return tuple((pair, f"{names[pair.frame]} and {names[pair.other]}") for pair in told)


def tone_by_frame_sheet(scope: Scope, targets: Mapping[str, str]) -> Sheet:
    """Towards each target (by code, with its name), of articles with and without each frame."""
    sides = [
        Column(f"{side}_{key}", f"{side.capitalize()}: {title}", kind)
        for side in ("with", "without")
        for key, title, kind in (
            ("n", "Articles", "count"),
            ("mean", "Mean tone", "tone"),
            ("low", "Low", "tone"),
            ("high", "High", "tone"),
        )
    ]
    off = [Column(c.key, c.title, "tone") for c in DIFFERENCE]
    rows = []
    for code, name in targets.items():
        for frame in scope.frames:
            one = tone_by_frame(scope.question, frame.code, code).difference
            left, right = one.left, one.right
            rows.append(
                (
                    *(code, name, frame.code, frame.name),
                    *(left.n, left.mean, left.low, left.high),
                    *(right.n, right.mean, right.low, right.high),
                    *(one.value, one.low, one.high),
                )
            )
    columns = (Column("target", "Target"), Column("target_name", "Towards"), *FRAME, *sides, *off)
    return Sheet("tone-by-frame", "Tone with and without each frame", columns, tuple(rows))
