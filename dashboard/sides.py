"""Two groups side by side over time, and the one less the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard import figures, series, words
from dashboard.charts import CHARTS, lanes
from dashboard.charts.band import Axis, Point
from dashboard.charts.lanes import Mark
from dashboard.charts.svg import Label, Size
from dashboard.figures import PANEL, Figure
from dashboard.groups import SEPARATE, Grouping
from dashboard.ranking import REACHES, difference_note, verdict
from dashboard.sheets import Cell, Column, Sheet
from dashboard.view import View
from framewatch import comparisons
from framewatch.sides import differences
from framewatch.story import Frame, Trend, TrendState
from trends.buckets import Bucket, Step
from trends.compare import Difference, Side

SIDE = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """By week or month: single days are not compared."""

    grouping: Grouping
    frame: Frame
    codes: tuple[str, str]
    whole: Difference  # over the whole time
    apart: tuple[Difference, ...]  # by bucket

    @property
    def view(self) -> View:
        return self.grouping.view

    @property
    def names(self) -> tuple[str, str]:
        left, right = (self.grouping.name(code) for code in self.codes)
        return left, right

    @property
    def alone(self) -> tuple[View, View]:
        """Of each group, where a filter can leave it; else of both."""
        known = self.grouping.dim in SEPARATE
        left, right = (self.grouping.alone(c) if known else self.view for c in self.codes)
        return left, right


def sides(grouping: Grouping, frame: Frame, codes: tuple[str, str]) -> Sides:
    if grouping.view.step is Step.DAY:
        view = replace(grouping.view, choice=grouping.view.choice.but(step=Step.WEEK))
        grouping = Grouping(view, grouping.dim)
    view, by = grouping.view, grouping.dim.value
    asked = (view.question, frame.code, by)
    return Sides(
        grouping=grouping,
        frame=frame,
        codes=codes,
        whole=comparisons.difference(*asked, *codes, reach=view.choice.reach),
        apart=differences(*asked, codes, view.buckets),
    )


def codes_of(view: View, codes: Sequence[str]) -> tuple[str, str] | None:
    """The two groups that were chosen; else the largest. None where there are no two."""
    known = [code for code in codes if code]
    left = view.choice.left if view.choice.left in known else ""
    right = view.choice.right if view.choice.right in known else ""
    left = left or next((code for code in known if code != right), "")
    if right in ("", left):
        right = next((code for code in known if code != left), "")
    return (left, right) if left and right else None


def side_figures(found: Sides) -> tuple[Figure, Figure]:
    """Small multiples on one scale."""
    pair = [
        _trends(view, [getattr(off, side) for off in found.apart])
        for side, view in zip(SIDE, found.alone, strict=True)
    ]
    axis, sheet = series.share_axis(pair), sides_sheet(found)
    drawn = []
    for side, name, view, trends in zip(SIDE, found.names, found.alone, pair, strict=True):
        points = series.frame_points(view, trends)
        title = f"{found.frame.name}, {name}: share of coded articles by {view.step}"
        label = Label(f"{side}-{found.frame.code}", title, figures.described(view, points))
        made = CHARTS["band"](label, points, axis, found.view.rules, Size(PANEL, 190))
        drawn.append(Figure(wide=made, narrow=None, sheet=sheet))
    left, right = drawn
    return left, right


def strips(found: Sides) -> tuple[Figure, Figure]:
    """Collection under each; voices and targets have that of all articles."""
    drawn = []
    for side, name, view in zip(SIDE, found.names, found.alone, strict=True):
        articles = words.a_count(sum(slot.articles for slot in series.slots(view)), "article")
        label = Label(f"coverage-{side}", f"{name}: articles by {view.step}", articles)
        made = CHARTS["coverage"](label, series.slots(view), Size(PANEL, 90))
        drawn.append(Figure(wide=made, narrow=None, sheet=sides_sheet(found)))
    left, right = drawn
    return left, right


def difference_figure(found: Sides) -> Figure:
    """Left less right in points, on a scale around zero."""
    view = found.view
    points = _difference_points(found)
    marks = (Mark(p.value, p.low, p.high) for p in points if p.value is not None)
    reach = lanes.reach_of(marks, REACHES)
    ticks = tuple((end, words.a_points(end, whole=True)) for end in (-reach, 0.0, reach))
    left, right = found.names
    title = f"{found.frame.name}: {left} less {right}, points by {view.step}"
    label = Label(f"less-{found.frame.code}", title, figures.described(view, points))
    axis = Axis(-reach, reach, ticks)
    made = CHARTS["band"](label, points, axis, view.rules, Size(PANEL, 190))
    return Figure(wide=made, narrow=None, sheet=sides_sheet(found))


def sides_sheet(found: Sides) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for bucket, off in zip(found.view.buckets, found.apart, strict=True):
        held = [(side.n, side.mean, side.low, side.high) for side in (off.left, off.right)]
        said = verdict(off) if _comparable(found, bucket, off) else "not compared"
        apart = (off.value, off.low, off.high, said)
        rows.append((bucket.start, series.last_of(bucket), *held[0], *held[1], *apart))
    columns = [*series.WHEN]
    for side, name in zip(SIDE, found.names, strict=True):
        columns += [
            Column(f"{side}_denominator", f"{name}: articles", "count"),
            Column(f"{side}_share", "Share", "share"),
            Column(f"{side}_low", "Low", "share"),
            Column(f"{side}_high", "High", "share"),
        ]
    columns += [
        Column("difference", "Left less right", "points"),
        Column("low", "Low", "points"),
        Column("high", "High", "points"),
        Column("verdict", "Verdict"),
    ]
    left, right = found.names
    caption = f"{found.frame.name}: {left} and {right} by {found.view.step}, with 95% intervals"
    return Sheet(f"sides-{found.frame.code}", caption, tuple(columns), tuple(rows))


def _trends(view: View, sides: Sequence[Side]) -> tuple[Trend, ...]:
    return tuple(
        Trend(
            start=bucket.start,
            n=side.n,
            k=side.n * (side.mean or 0.0),
            share=side.mean,
            low=side.low,
            high=side.high,
            state=_state(view, bucket, side),
            provisional=bucket.provisional,
        )
        for bucket, side in zip(view.buckets, sides, strict=True)
    )


def _state(view: View, bucket: Bucket, side: Side) -> TrendState:
    if side.mean is None:
        return view.presence.state(bucket)
    return TrendState.ENOUGH if side.low is not None else TrendState.INSUFFICIENT


def _difference_points(found: Sides) -> list[Point]:
    view, points = found.view, []
    for bucket, off in zip(view.buckets, found.apart, strict=True):
        when = words.a_bucket(bucket, view.step)
        state = off.state if off.value is not None else view.presence.state(bucket)
        said = difference_note(off) if off.value is not None else words.STATES[state]
        points.append(
            Point(
                start=bucket.start,
                end=bucket.end,
                value=off.value,
                low=off.low,
                high=off.high,
                state=state,
                provisional=bucket.provisional,
                partial=view.partial(bucket, state),
                note=f"{when}: {said}",
            )
        )
    return points


def _comparable(found: Sides, bucket: Bucket, off: Difference) -> bool:
    """Whole and over."""
    return not bucket.provisional and not found.view.partial(bucket, off.state)
