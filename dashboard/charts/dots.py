"""Means with their intervals, one row each, on one scale with a zero line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import lanes
from dashboard.charts.band import Point
from dashboard.charts.lanes import Lane, Mark, Ruler
from dashboard.charts.svg import Label, Size
from dashboard.regional import number, signed

height = lanes.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One row. Without a low and a high it has too few articles for an interval."""

    name: str
    value: float
    low: float | None
    high: float | None
    n: int
    note: str


def draw(label: Label, dots: Sequence[Dot], ends: tuple[str, str], size: Size) -> Markup:
    """Values from -1 to 1; `ends` names the two sides of zero."""
    rows = [
        Lane(
            name=dot.name,
            disc=Mark(dot.value, dot.low, dot.high),
            said=f"{signed(dot.value)}  n {number(dot.n)}",
            note=dot.note,
        )
        for dot in dots
    ]
    return lanes.draw(label, rows, ruler(reach_of(dots), ends), size)


def ruler(reach: float, ends: tuple[str, str]) -> Ruler:
    """As far on either side of zero."""
    values = (-reach, -reach / 2, 0.0, reach / 2, reach)
    ticks = tuple((value, signed(value)) for value in values)
    return Ruler(low=-reach, high=reach, ticks=ticks, line=0.0, sides=ends)


def reach_of(dots: Iterable[Dot | Point]) -> float:
    """How far the scale goes on either side: the least of .2, .3, .5 and 1 that holds all."""
    marks = (Mark(d.value, d.low, d.high) for d in dots if d.value is not None)
    return lanes.reach_of(marks, (0.2, 0.3, 0.5, 1.0))
