"""A series over time: a line in its interval, with every kind of gap told apart.

Enough articles: line and band. Too few for an interval: a hollow dot. Sources answered and nothing
was published: a blank with a tick on the axis. Nobody collected: hatched. Collected in part:
hatched the other way, with its interval; no line passes, as it is not to be compared. The
unfinished bucket: dashed, with a hollow dot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from markupsafe import Markup, escape

from dashboard.charts.svg import (
    BLUE,
    RULE,
    Label,
    Rule,
    Scale,
    Size,
    TimeScale,
    hatch,
    join,
    part,
    path,
    picture,
    rules,
    tag,
    text,
    time_axis,
)
from framewatch.story import TrendState


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One bucket [start, end) of a series."""

    start: date
    end: date
    value: float | None
    low: float | None
    high: float | None
    state: TrendState
    provisional: bool
    note: str  # read out on hover
    partial: bool = False  # of a part of its expected collection

    @property
    def whole(self) -> bool:
        """It has an interval, and may be compared with its neighbours."""
        return self.state is TrendState.ENOUGH and not self.partial


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale of values, shared by charts that are to be compared."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    base: float = 0.0  # drawn stronger


def draw(
    label: Label, points: Sequence[Point], axis: Axis, events: Iterable[Rule], size: Size
) -> Markup:
    """Points must be in order and not empty."""
    left, right, top, bottom = 44.0, size.width - 10.0, 26.0, size.height - 24.0
    x = TimeScale(points[0].start, points[-1].end, left, right)
    y = Scale(axis.low, axis.high, bottom, top)
    pattern = f"{label.key}-{size.width}-hatch"
    return picture(
        label,
        size,
        hatch(pattern),
        part(f"{pattern}-part"),
        _gaps(points, x, (top, bottom), pattern),
        _grid(axis, y, left, right),
        time_axis(x, bottom),
        rules(events, x, 10.0, bottom),
        _band(points, x, y),
        _line(points, x, y),
        _dots(points, x, y),
        _hover(points, x, (top, bottom)),
    )


def middle(point: Point, x: TimeScale) -> float:
    return (x(point.start) + x(point.end)) / 2


def gap(point: Point, x: TimeScale, span: tuple[float, float], pattern: str) -> Markup:
    """Hatched where nobody collected, a tick on the axis where nothing was published."""
    top, bottom = span
    if point.state is TrendState.NO_COLLECTION or point.partial:
        none = point.state is TrendState.NO_COLLECTION
        return tag(
            "rect",
            x=x(point.start),
            y=top,
            width=x(point.end) - x(point.start),
            height=bottom - top,
            fill=f"url(#{pattern})" if none else f"url(#{pattern}-part)",
            class_="no-collection" if none else "partial",
        )
    if point.state is TrendState.NO_COVERAGE:
        width = min(8.0, x(point.end) - x(point.start))
        start = middle(point, x) - width / 2
        return tag(
            "path", d=f"M{start:.1f},{bottom} h{width:.1f}", class_="no-coverage", stroke=BLUE
        )
    return Markup("")


def _gaps(points: Sequence[Point], x: TimeScale, span: tuple[float, float], pattern: str) -> Markup:
    return join(gap(point, x, span, pattern) for point in points)


def _grid(axis: Axis, y: Scale, left: float, right: float) -> Markup:
    marks = []
    for value, name in axis.ticks:
        base = value == axis.base
        marks.append(
            tag(
                "path",
                d=f"M{left},{y(value):.1f} H{right}",
                class_="base" if base else "grid",
                stroke=RULE,
            )
        )
        marks.append(text(name, left - 7, y(value) + 4, text_anchor="end"))
    return join(marks)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Neighbours that have an interval; one that was collected in part has no neighbours."""
    runs: list[list[Point]] = []
    before: Point | None = None
    for point in points:
        if point.state is not TrendState.ENOUGH:
            before = None
            continue
        if before is not None and before.whole and point.whole:
            runs[-1].append(point)
        else:
            runs.append([point])
        before = point
    return runs


def _band(points: Sequence[Point], x: TimeScale, y: Scale) -> Markup:
    marks = []
    for run in _runs(points):
        if len(run) == 1:
            at = middle(run[0], x)
            ends = (y(run[0].low or 0.0), y(run[0].high or 0.0))
            drawn = path([(at, ends[0]), (at, ends[1])])
            marks.append(tag("path", d=drawn, class_="whisker", stroke=BLUE, stroke_opacity=0.35))
            continue
        upper = [(middle(point, x), y(point.high or 0.0)) for point in run]
        lower = [(middle(point, x), y(point.low or 0.0)) for point in reversed(run)]
        edge = path(upper + lower, closed=True)
        marks.append(tag("path", d=edge, class_="band", fill=BLUE, fill_opacity=0.18))
    return join(marks)


def _line(points: Sequence[Point], x: TimeScale, y: Scale) -> Markup:
    marks = []
    for run in _runs(points):
        for unfinished, steps in groupby(pairwise(run), key=lambda pair: pair[1].provisional):
            pairs = list(steps)
            drawn = [pairs[0][0], *(after for _, after in pairs)]
            marks.append(
                tag(
                    "path",
                    d=path((middle(p, x), y(p.value or 0.0)) for p in drawn),
                    class_="line unfinished" if unfinished else "line",
                    fill="none",
                    stroke=BLUE,
                    stroke_width=2,
                    stroke_dasharray="4 4" if unfinished else None,
                )
            )
    return join(marks)


def _dots(points: Sequence[Point], x: TimeScale, y: Scale) -> Markup:
    crowded = len(points) > 60
    marks = []
    for point in points:
        if point.value is None:
            continue
        solid = point.whole and not point.provisional
        marks.append(
            tag(
                "circle",
                cx=middle(point, x),
                cy=y(point.value),
                r=(1.6 if crowded else 2.6) if solid else 3.0,
                class_="dot" if solid else "dot hollow",
                fill=BLUE if solid else "#ffffff",
                stroke=BLUE,
            )
        )
    return join(marks)


def _hover(points: Sequence[Point], x: TimeScale, span: tuple[float, float]) -> Markup:
    return join(
        tag(
            "rect",
            tag("title", escape(point.note)),
            x=x(point.start),
            y=span[0],
            width=x(point.end) - x(point.start),
            height=span[1] - span[0],
            class_="hover",
            fill="transparent",
        )
        for point in points
    )
