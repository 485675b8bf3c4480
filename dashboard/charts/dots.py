"""Means with their intervals, one row each, on one scale with a zero line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.band import Point
from dashboard.charts.svg import (
    BLUE,
    INK,
    RULE,
    Label,
    Scale,
    Size,
    join,
    path,
    picture,
    signed,
    tag,
    text,
)

ROW = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One row. Without a low and a high it has too few articles for an interval."""

    name: str
    value: float
    low: float | None
    high: float | None
    n: int
    note: str


def height(rows: int) -> int:
    return rows * ROW + 46


def draw(label: Label, dots: Sequence[Dot], ends: tuple[str, str], size: Size) -> Markup:
    """Values from -1 to 1; `ends` names the two sides of zero."""
    narrow = size.width < 500
    left, right = 118.0, size.width - 96.0
    top, bottom = 24.0, size.height - 22.0
    reach = reach_of(dots)
    x = Scale(-reach, reach, left, right)
    grid = [tag("path", d=path([(x(0), top), (x(0), bottom)]), class_="base", stroke="#8a8f95")]
    for value in (-reach, -reach / 2, 0.0, reach / 2, reach):
        line = path([(x(value), top), (x(value), bottom)])
        if value:
            grid.append(tag("path", d=line, class_="grid", stroke=RULE))
        if not narrow or value in (-reach, 0.0, reach):
            grid.append(text(signed(value), x(value), bottom + 16, text_anchor="middle"))
    return picture(
        label,
        size,
        text(f"◀ {ends[0]}", x(0) - 10, 12, text_anchor="end"),
        text(f"{ends[1]} ▶", x(0) + 10, 12),
        join(grid),
        join(_row(dot, x, top + ROW * (i + 0.5), size) for i, dot in enumerate(dots)),
    )


def reach_of(dots: Iterable[Dot | Point]) -> float:
    """How far the scale goes on either side: the least of .2, .3, .5 and 1 that holds all."""
    ends = [v for dot in dots for v in (dot.value, dot.low, dot.high) if v is not None]
    most = max(map(abs, ends), default=0.0)
    return next((reach for reach in (0.2, 0.3, 0.5) if most <= reach), 1.0)


def _row(dot: Dot, x: Scale, y: float, size: Size) -> Markup:
    marks = [tag("title", escape(dot.note)), text(dot.name, 0, y + 4, "name", fill=INK)]
    if dot.low is not None and dot.high is not None:
        line = path([(x(dot.low), y), (x(dot.high), y)])
        marks.append(
            tag("path", d=line, class_="whisker", stroke=BLUE, stroke_width=5, stroke_opacity=0.35)
        )
    hollow = dot.low is None
    marks.append(
        tag(
            "circle",
            cx=x(dot.value),
            cy=y,
            r=5,
            class_="dot hollow" if hollow else "dot",
            fill="#ffffff" if hollow else BLUE,
            stroke=BLUE,
        )
    )
    shown = f"{signed(dot.value)}  n {dot.n}"
    marks.append(text(shown, size.width, y + 4, "value", text_anchor="end", fill=INK))
    return tag("g", join(marks))
