"""A series as small as a word: its run without axes, for a row of a table that has the numbers.

Every row has the same scale. A gap is a gap; what was collected in part or is not over is a hollow
dot, as no line leads there.
"""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from dashboard.charts.band import Axis, Point
from dashboard.charts.svg import BLUE, RULE, Label, Scale, Size, TimeScale, join, path, picture, tag

EDGE = 4.0  # room for a dot


def draw(label: Label, points: Sequence[Point], axis: Axis, size: Size) -> Markup:
    """Points must be in order and not empty."""
    x = TimeScale(points[0].start, points[-1].end, EDGE, size.width - EDGE)
    y = Scale(axis.low, axis.high, size.height - EDGE, EDGE)
    base = path([(EDGE, y(axis.base)), (size.width - EDGE, y(axis.base))])
    return picture(
        label,
        size,
        tag("path", d=base, class_="grid", stroke=RULE),
        join(_line(run, x, y) for run in _runs(points)),
        _ends(points, x, y),
    )


def _told(point: Point) -> bool:
    return point.value is not None and point.whole and not point.provisional


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Stretches without a gap."""
    return [list(run) for told, run in groupby(points, key=_told) if told]


def _at(point: Point, x: TimeScale, y: Scale) -> tuple[float, float]:
    return (x(point.start) + x(point.end)) / 2, y(point.value or 0.0)


def _line(run: Sequence[Point], x: TimeScale, y: Scale) -> Markup:
    places = [_at(point, x, y) for point in run]
    if len(places) == 1:
        return _dot(places[0], hollow=False, radius=1.5)
    return tag("path", d=path(places), class_="line", fill="none", stroke=BLUE, stroke_width=1.5)


def _ends(points: Sequence[Point], x: TimeScale, y: Scale) -> Markup:
    """The newest that may be compared as a dot, and those after it that may not."""
    told = [point for point in points if _told(point)]
    after = told[-1].end if told else points[0].start
    rest = [p for p in points if p.value is not None and p.start >= after and not _told(p)]
    dots = [_dot(_at(point, x, y), hollow=True, radius=2.5) for point in rest]
    if told:
        dots.append(_dot(_at(told[-1], x, y), hollow=False, radius=3.0))
    return join(dots)


def _dot(place: tuple[float, float], *, hollow: bool, radius: float) -> Markup:
    return tag(
        "circle",
        cx=place[0],
        cy=place[1],
        r=radius,
        class_="dot hollow" if hollow else "dot",
        fill="#ffffff" if hollow else BLUE,
        stroke=BLUE,
    )
