"""Tables of shares: of the whole period, against earlier ones, by group, by voice, by origin."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from dashboard import words
from dashboard.sheets import Cell, Column, Sheet
from db import analysis, queries
from framewatch.analysis import FrameShare, frame_share
from framewatch.changes import ORIGIN, Change, change
from framewatch.story import DayCount, Frame
from report.scope import Scope
from trends import panel
from trends.compare import of_shares

FRAME = (Column("frame", "Frame"), Column("name", "Name"))
SHARE = (
    Column("numerator", "With the frame", "count"),
    Column("denominator", "Coded articles", "count"),
    Column("outlets", "Outlets", "count"),
    Column("share", "Share", "share"),
    Column("low", "Low", "share"),
    Column("high", "High", "share"),
    Column("state", "State"),
)
DIFFERENCE = (
    Column("difference", "Difference", "points"),
    Column("difference_low", "Low", "points"),
    Column("difference_high", "High", "points"),
)
GROUPS = {"host": "outlet", "country": "country", "language": "language", "genre": "genre"}
Groups = Mapping[str, tuple[DayCount, ...]]


def shares_sheet(scope: Scope, found: Sequence[FrameShare]) -> Sheet:
    """Each frame over the whole period: the machine's share, and what people would have counted."""
    corrections = ("corrected", "corrected_low", "corrected_high")
    predicted = ("predicted", "predicted_low", "predicted_high")
    columns = (
        *FRAME,
        *SHARE,
        *(Column(key, _titled(key), "share") for key in (*corrections, *predicted)),
        Column("coded_by_hand", "Coded by hand", "count"),
        Column("note", "Note"),
    )
    rows = []
    for frame, one in zip(scope.frames, found, strict=True):
        made = one.correction
        estimates = (made.rogan_gladen, made.prediction_powered) if made else ()
        values = [v for e in estimates for v in (e.value, e.low, e.high)] or [None] * 6
        coded = made.coded if made else 0
        rows.append((frame.code, frame.name, *_share(one.share), *values, coded, uncorrected(one)))
    return Sheet("shares", "Share of coded articles over the whole period", columns, tuple(rows))


def overall(scope: Scope) -> tuple[FrameShare, ...]:
    return tuple(frame_share(scope.question, frame.code) for frame in scope.frames)


def uncorrected(found: FrameShare) -> str:
    """Why a share is not corrected; empty where it is."""
    if found.correction is None:
        return "No article was read."
    estimates = (found.correction.rogan_gladen, found.correction.prediction_powered)
    reasons = (e.reason for e in estimates if e.value is None and e.reason)
    return " ".join(dict.fromkeys(reasons))


def changes(scope: Scope) -> dict[tuple[str, str], Change]:
    """By frame and by what the period is compared with."""
    return {
        (frame.code, name): change(scope.question, frame.code, before, scope.period)
        for frame in scope.frames
        for name, before in scope.earlier.items()
    }


def changes_sheet(scope: Scope, found: Mapping[tuple[str, str], Change]) -> Sheet:
    columns = (
        *FRAME,
        Column("against", "Against"),
        Column("before_first", "From"),
        Column("before_last", "To"),
        Column("before_denominator", "Articles then", "count"),
        Column("before_share", "Share then", "share"),
        Column("denominator", "Articles now", "count"),
        Column("share", "Share now", "share"),
        *DIFFERENCE,
        Column("clear", "Clear"),
        Column("outlet_mix", "By the mix of outlets", "points"),
        Column("within_outlets", "Within outlets", "points"),
        Column("origin_mix", "By re-publishing", "points"),
        Column("note", "Note"),
    )
    rows = []
    for frame in scope.frames:
        for name, period in scope.earlier.items():
            one = found[frame.code, name]
            moved = one.difference
            outlets, origin = one.splits.get("host"), one.splits.get(ORIGIN)
            rows.append(
                (
                    *(frame.code, frame.name, name, period.first, period.last),
                    *(one.before.n, one.before.share.share, one.after.n, one.after.share.share),
                    *(moved.value, moved.low, moved.high, _clear(one)),
                    *((outlets.mix, outlets.within) if outlets else (None, None)),
                    origin.mix if origin else None,
                    one.reason or words.STATES[moved.state],
                )
            )
    return Sheet("changes", "Change of each share", columns, tuple(rows))


def groups_sheet(scope: Scope) -> Sheet:
    """Every frame by outlet, country, language and genre, the largest group first."""
    columns = (Column("by", "By"), Column("group", "Group"), Column("group_name", "Name"))
    rows: list[tuple[Cell, ...]] = []
    view = scope.view
    outlets = {facet.code: facet.name for facet in view.facets.hosts}
    names: dict[str, Callable[[str], str]] = {
        "host": lambda code: outlets.get(code) or code,
        "country": words.a_country,
        "language": words.a_language,
        "genre": words.a_genre,
    }
    for column, name in GROUPS.items():
        for frame in scope.frames:
            held = analysis.grouped_counts(view.site.engine, view.filters, frame.code, column)
            for group in sorted(held, key=lambda g: (-analysis.total(held[g])[0], g)):
                share = panel.share(panel.cells(held[group]))
                label = (name, group, names[column](group), frame.code, frame.name)
                rows.append((*label, *_share(share)))
    caption = "Share of coded articles by outlet, country, language and genre"
    return Sheet("groups", caption, (*columns, *FRAME, *SHARE), tuple(rows))


def voices_sheet(scope: Scope) -> Sheet:
    caption = "Frames in the outlet's own words and in quoted words"
    count = analysis.voice_counts
    return _sides(scope, "voices", caption, ("outlet", "quoted"), lambda *a: count(*a))


def origins_sheet(scope: Scope) -> Sheet:
    caption = "Frames in original and in re-published articles"
    count = analysis.origin_counts
    return _sides(scope, "origins", caption, ("original", "republished"), lambda *a: count(*a))


def counts_sheet(scope: Scope) -> Sheet:
    """The counts from which every share can be made again."""
    view = scope.view
    held = queries.frame_days(view.site.engine, view.filters)
    rows = tuple(
        (frame.code, count.outlet, count.day, count.k, count.n)
        for frame in scope.frames
        for count in held.get(frame.code, ())
    )
    columns = (
        FRAME[0],
        Column("outlet", "Outlet"),
        Column("day", "Day"),
        Column("numerator", "With the frame", "count"),
        Column("denominator", "Coded articles", "count"),
    )
    return Sheet("counts", "Coded articles by frame, outlet and day", columns, rows)


def _sides(
    scope: Scope,
    name: str,
    caption: str,
    sides: tuple[str, str],
    count: Callable[..., Groups],
) -> Sheet:
    """Each frame on two sides, and the difference, the first less the second."""
    columns = [*FRAME]
    for side in sides:
        columns += [Column(f"{side}_{c.key}", f"{_titled(side)}: {c.title}", c.kind) for c in SHARE]
    rows = []
    for frame in scope.frames:
        held = count(scope.view.site.engine, scope.view.filters, frame.code)
        both = [held.get(side, ()) for side in sides]
        cells = [cell for counts in both for cell in _share(panel.share(panel.cells(counts)))]
        off = of_shares(*both)
        rows.append((frame.code, frame.name, *cells, off.value, off.low, off.high))
    return Sheet(name, caption, (*columns, *DIFFERENCE), tuple(rows))


def _share(found: panel.Share) -> tuple[Cell, ...]:
    state = words.STATES[found.state] or "enough"
    return (int(found.k), found.n, found.outlets, found.share, found.low, found.high, state)


def _clear(found: Change) -> str:
    if found.reason or found.difference.low is None:
        return "not known"
    return "yes" if found.difference.clear else "no"


@cache
def _titled(key: str) -> str:
    return key.replace("_", " ").capitalize()


def named(frames: Iterable[Frame]) -> dict[str, str]:
    return {frame.code: frame.name for frame in frames}
