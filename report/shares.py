"""Tables of shares: of the whole period, against earlier ones, by group, by voice, by origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.sheets import Cell, Column, Sheet
from framewatch.analysis import FrameShare, frame_share
from framewatch.changes import Change, ReaderPart, change
from framewatch.comparisons import two_groups
from framewatch.crossings import ORIGIN, VOICE
from framewatch.story import Frame
from report.scope import Scope
from trends import panel
from trends.compare import Difference
from trends.decompose import Split

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
        rows.append(
            (frame.code, frame.name, *share_cells(one.share), *values, coded, uncorrected(one))
        )
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


def why_uncorrected(scope: Scope, found: Sequence[FrameShare]) -> dict[str, list[str]]:
    """By reason, the names of the frames that are not corrected for it."""
    held: dict[str, list[str]] = {}
    for frame, one in zip(scope.frames, found, strict=True):
        if reason := uncorrected(one):
            held.setdefault(reason, []).append(frame.name)
    return held


def is_corrected(found: FrameShare) -> bool:
    """Whether one of the two corrections has a value."""
    made = found.correction
    both = (made.rogan_gladen, made.prediction_powered) if made else ()
    return any(estimate.value is not None for estimate in both)


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
        Column("corrected_difference", "Corrected difference", "points"),
        Column("corrected_difference_low", "Low", "points"),
        Column("corrected_difference_high", "High", "points"),
        Column("outlet_mix", "By the mix of outlets", "points"),
        Column("within_outlets", "Within outlets", "points"),
        Column("origin_mix", "By re-publishing", "points"),
        Column("within_origin", "Within original and re-published", "points"),
        Column("reader_part", "By the model or codebook", "points"),
        Column("reader_part_low", "Low", "points"),
        Column("reader_part_high", "High", "points"),
        Column("news_part", "News", "points"),
        Column("reader_note", "Who read"),
        Column("note", "Note"),
    )
    rows = []
    for frame in scope.frames:
        for name, period in scope.earlier.items():
            one = found[frame.code, name]
            moved = one.difference
            corrected = one.corrected
            rows.append(
                (
                    *(frame.code, frame.name, name, period.first, period.last),
                    *(one.before.n, one.before.share.share, one.after.n, one.after.share.share),
                    *(moved.value, moved.low, moved.high, clear(one)),
                    *(corrected.value, corrected.low, corrected.high),
                    *(cell for by in ("host", ORIGIN) for cell in _split_cells(one.splits.get(by))),
                    *_reader_cells(one.reader),
                    one.reason or words.STATES[moved.state],
                )
            )
    return Sheet("changes", "Change of each share", columns, tuple(rows))


def _split_cells(found: Split | None) -> tuple[Cell, Cell]:
    return (found.mix, found.within) if found else (None, None)


def _reader_cells(found: ReaderPart) -> tuple[Cell, ...]:
    parts = found.parts
    if parts is None:
        return (None, None, None, None, found.reason)
    return (parts.reader, parts.low, parts.high, parts.news, parts.note)


@dataclass(frozen=True, slots=True)
class TwoSides:
    """A frame on two sides, and the difference, the first less the second."""

    frame: Frame
    sides: tuple[panel.Share, panel.Share]
    off: Difference


def voices(scope: Scope) -> tuple[TwoSides, ...]:
    """In the outlet's own words, and in quoted ones."""
    return _sides(scope, VOICE, ("outlet", "quoted"))


def origins(scope: Scope) -> tuple[TwoSides, ...]:
    return _sides(scope, ORIGIN, ("original", "republished"))


def sides_sheet(
    name: str, caption: str, sides: tuple[str, str], found: Sequence[TwoSides]
) -> Sheet:
    columns = [*FRAME]
    for side in sides:
        columns += [Column(f"{side}_{c.key}", f"{_titled(side)}: {c.title}", c.kind) for c in SHARE]
    rows = tuple(
        (
            *(one.frame.code, one.frame.name),
            *(cell for share in one.sides for cell in share_cells(share)),
            *(one.off.value, one.off.low, one.off.high),
        )
        for one in found
    )
    return Sheet(name, caption, (*columns, *DIFFERENCE), rows)


def counts_sheet(scope: Scope) -> Sheet:
    """The counts from which every share can be made again."""
    view = scope.view
    held = view.known.frame_days(view.filters)
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


def _sides(scope: Scope, by: str, names: tuple[str, str]) -> tuple[TwoSides, ...]:
    found = []
    for frame in scope.frames:
        two = two_groups(scope.question, frame.code, by, names)
        found.append(TwoSides(frame, (two.left, two.right), two.difference))
    return tuple(found)


def share_cells(found: panel.Share) -> tuple[Cell, ...]:
    state = words.STATES[found.state] or "enough"
    return (int(found.k), found.n, found.outlets, found.share, found.low, found.high, state)


def clear(found: Change) -> str:
    if found.reason or found.difference.low is None:
        return "not known"
    return "yes" if found.difference.clear else "no"


def _titled(key: str) -> str:
    return key.replace("_", " ").capitalize()
