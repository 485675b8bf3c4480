"""One frame in every group: sorted shares, and each group less all the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from dashboard import words
from dashboard.charts import CHARTS, lanes
from dashboard.charts.lanes import Lane, Mark, Ruler
from dashboard.charts.svg import Label, Size
from dashboard.figures import HALF, NARROW, Figure
from dashboard.groups import Grouping
from dashboard.sheets import Cell, Column, Sheet
from framewatch import comparisons
from framewatch.analysis import whole
from framewatch.comparisons import Group
from framewatch.story import Frame
from trends import moments
from trends.compare import Difference
from trends.panel import Share

MOST_LANES = comparisons.MOST_COMPARED
REACHES = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # where a scale of differences may end
TOPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)  # and one of shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The largest groups, the highest share first; those without an interval last."""

    grouping: Grouping
    frame: Frame
    every: tuple[Group, ...]  # the largest first
    pooled: Share  # of all articles

    @property
    def shown(self) -> list[Group]:
        return sorted(self.every[:MOST_LANES], key=_rank)

    @property
    def left_out(self) -> int:
        return max(0, len(self.every) - MOST_LANES)

    @property
    def apart(self) -> list[Group]:
        """Those that have others beside them."""
        return [group for group in self.shown if group.difference.value is not None]

    @property
    def leads(self) -> tuple[str, ...]:
        """To the articles with the frame, group by group."""
        return tuple(self.grouping.behind(group.code, self.frame.code) for group in self.every)


def ranking(grouping: Grouping, frame: Frame) -> Ranking:
    question, reach = grouping.view.question, grouping.view.choice.reach
    found = comparisons.comparison(question, frame.code, grouping.dim.value, reach)
    pooled = moments.share(whole(question, frame.code), reach)
    return Ranking(grouping=grouping, frame=frame, every=found.groups, pooled=pooled)


def compare_sheet(found: Ranking) -> Sheet:
    rows = tuple((found.grouping.name(g.code), *share_cells(g.share)) for g in found.every)
    columns = (Column("group", found.grouping.title), *share_columns())
    grouping = found.grouping
    told = f"share of coded articles by {grouping.by}, with {grouping.interval}"
    caption = f"{found.frame.name}: {told}"
    return Sheet(f"compare-{found.frame.code}", caption, columns, rows, found.leads)


def apart_sheet(found: Ranking) -> Sheet:
    rows = []
    for group in found.every:
        off = group.difference
        said = verdict(off) if group.compared else "not compared: not among the largest"
        sizes = (off.left.n, off.right.n)
        rows.append((found.grouping.name(group.code), *sizes, off.value, off.low, off.high, said))
    columns = (
        Column("group", found.grouping.title),
        Column("denominator", "Coded articles", "count"),
        Column("others", "Of all others", "count"),
        Column("difference", "Less all others", "points"),
        Column("low", "Low", "points"),
        Column("high", "High", "points"),
        Column("verdict", "Verdict"),
    )
    grouping = found.grouping
    told = f"each {grouping.by} less all others, points with {grouping.interval}"
    caption = f"{found.frame.name}: {told}"
    return Sheet(f"apart-{found.frame.code}", caption, columns, tuple(rows), found.leads)


def shares_figure(found: Ranking) -> Figure:
    """Sorted dots; the line is the share of all articles."""
    rows = []
    for group in found.shown:
        share, name = group.share, found.grouping.name(group.code)
        disc = Mark(share.share, share.low, share.high) if share.share is not None else None
        rows.append(
            Lane(name=name, disc=disc, said=share_said(share), note=share_note(name, share))
        )
    line = found.pooled.share
    top = lanes.reach_of([*(row.disc for row in rows), Mark(line or 0.0)], TOPS)
    ruler = Ruler(
        low=0.0,
        high=top,
        ticks=tuple((top * part, words.a_tick(top * part)) for part in (0, 0.25, 0.5, 0.75, 1)),
        line=line,
        line_name=f"all {words.a_share(line)}",
    )
    title = f"{found.frame.name}: share by {found.grouping.by}"
    return laned(f"shares-{found.frame.code}", title, (rows, ruler), compare_sheet(found))


def apart_figure(found: Ranking) -> Figure:
    """In the order of the shares."""
    rows = []
    for group in found.apart:
        name, off = found.grouping.name(group.code), group.difference
        note = f"{name}: {difference_note(off)}"
        disc = Mark(off.value or 0.0, off.low, off.high)
        rows.append(Lane(name=name, disc=disc, said=difference_said(off), note=note))
    ruler = points_ruler(rows, ("less often", "more often"))
    title = f"{found.frame.name}: each {found.grouping.by} less all others"
    return laned(f"apart-{found.frame.code}", title, (rows, ruler), apart_sheet(found))


def laned(key: str, title: str, drawn: tuple[Sequence[Lane], Ruler], sheet: Sheet) -> Figure:
    """Rows on a scale, for half a page and for a phone."""
    rows, ruler = drawn
    label = Label(key, title, "; ".join(row.note for row in rows) or "Nothing to show.")
    wide, narrow = (
        CHARTS["lanes"](label, rows, ruler, Size(width, lanes.height(len(rows))))
        for width in (HALF, NARROW)
    )
    return Figure(wide=wide, narrow=narrow, sheet=sheet)


def points_ruler(rows: Sequence[Lane], sides: tuple[str, str]) -> Ruler:
    reach = lanes.reach_of((row.disc for row in rows), REACHES)
    values = (-reach, -reach / 2, 0.0, reach / 2, reach)
    ticks = tuple((value, words.a_points(value, whole=True)) for value in values)
    return Ruler(low=-reach, high=reach, ticks=ticks, line=0.0, sides=sides)


# --- in words -------------------------------------------------------------------------------------


def share_columns() -> tuple[Column, ...]:
    return (
        Column("numerator", "With the frame", "count"),
        Column("denominator", "Coded articles", "count"),
        Column("share", "Share", "share"),
        Column("low", "Low", "share"),
        Column("high", "High", "share"),
        Column("state", "State"),
    )


def share_cells(share: Share) -> tuple[Cell, ...]:
    state = words.STATES[share.state] or "enough"
    return (int(share.k), share.n, share.share, share.low, share.high, state)


def share_said(share: Share) -> str:
    return f"{words.a_share(share.share)}  n {words.a_number(share.n)}"


def share_note(name: str, share: Share) -> str:
    ends = words.a_range(share.low, share.high)
    counts = f"{words.a_number(share.k)} of {words.a_count(share.n, 'article')}"
    return f"{name}: {words.a_share(share.share)} ({ends}), {counts}"


def verdict(off: Difference) -> str:
    """More and less are said only where the interval leaves zero out."""
    if off.low is None:
        return "too few articles"
    if not off.clear:
        return "no clear difference"
    return "▲ more" if (off.value or 0.0) > 0 else "▼ less"


def difference_said(off: Difference) -> str:
    if off.low is None:
        return f"{words.a_points(off.value)} too few"
    if not off.clear:
        return f"{words.a_points(off.value)} not clear"
    return f"{'▲' if (off.value or 0.0) > 0 else '▼'} {words.a_points(off.value)}"


def difference_note(off: Difference) -> str:
    said = f"{words.a_points(off.value)} points"
    if off.low is not None:
        said += f" ({words.a_points(off.low)} to {words.a_points(off.high)})"
    left, right = words.a_number(off.left.n), words.a_number(off.right.n)
    return f"{said}, n {left} against {right}: {verdict(off)}"


def _rank(group: Group) -> tuple[bool, float, str]:
    share = group.share.share
    return group.share.low is None, -share if share is not None else inf, group.code
