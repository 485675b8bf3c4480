"""Rows of dots in their intervals on one scale, with a line that they are to be seen against.

A row has one mark, or two of different shapes: a disc, and a diamond. A mark without an interval
has too few articles for one and is hollow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.bars import shortened
from dashboard.charts.svg import (
    BLUE,
    INK,
    MUTED,
    RULE,
    Label,
    Scale,
    Size,
    join,
    path,
    picture,
    tag,
    text,
)

ROW = 30
TOP, BOTTOM = 24.0, 22.0


@dataclass(frozen=True, slots=True)
class Mark:
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One row: its marks may be none, and then `said` tells why."""

    name: str
    disc: Mark | None
    diamond: Mark | None = None
    said: str  # at the end of the row
    note: str  # read out on hover


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """The scale, and what stands above it: two sides of the line, or the line's name."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    line: float | None
    line_name: str = ""
    sides: tuple[str, str] = ("", "")


def height(rows: int) -> int:
    return rows * ROW + int(TOP + BOTTOM)


def draw(label: Label, lanes: Sequence[Lane], ruler: Ruler, size: Size) -> Markup:
    narrow = size.width < 400
    left, right = (118.0, size.width - 96.0) if narrow else (168.0, size.width - 128.0)
    x = Scale(ruler.low, ruler.high, left, right)
    bottom = size.height - BOTTOM
    return picture(
        label,
        size,
        _ruler(ruler, x, bottom, narrow),
        join(_lane(lane, x, TOP + ROW * (i + 0.5), size) for i, lane in enumerate(lanes)),
    )


def reach_of(marks: Iterable[Mark | None], steps: Sequence[float]) -> float:
    """How far a scale goes: the least of the steps that holds all, else the last."""
    held = (mark for mark in marks if mark)
    ends = [v for m in held for v in (m.value, m.low, m.high) if v is not None]
    most = max(map(abs, ends), default=0.0)
    return next((reach for reach in steps if most <= reach), steps[-1])


def _ruler(ruler: Ruler, x: Scale, bottom: float, narrow: bool) -> Markup:
    marks = []
    for i, (value, name) in enumerate(ruler.ticks):
        line = path([(x(value), TOP), (x(value), bottom)])
        marks.append(tag("path", d=line, class_="grid", stroke=RULE))
        if not narrow or i in (0, len(ruler.ticks) // 2, len(ruler.ticks) - 1):
            marks.append(text(name, x(value), bottom + 16, text_anchor="middle"))
    if ruler.line is not None:
        at = x(ruler.line)
        line = path([(at, TOP - 6), (at, bottom)])
        marks.append(tag("path", d=line, class_="base", stroke="#8a8f95", stroke_width=1.5))
        marks.append(text(ruler.line_name, at, 12, text_anchor="middle"))
        before, after = ruler.sides
        if before:
            marks.append(text(f"◀ {before}", at - 10, 12, text_anchor="end"))
            marks.append(text(f"{after} ▶", at + 10, 12))
    return join(marks)


def _lane(lane: Lane, x: Scale, y: float, size: Size) -> Markup:
    letters = int((x.start - 12) / 6.6)
    marks = [
        tag("title", escape(lane.note)),
        text(shortened(lane.name, letters), 0, y + 4, "name", fill=INK),
    ]
    apart = 5.0 if lane.disc and lane.diamond else 0.0
    if lane.diamond:
        marks.append(_diamond(lane.diamond, x, y + apart))
    if lane.disc:
        marks.append(_disc(lane.disc, x, y - apart))
    marks.append(text(lane.said, size.width, y + 4, "value", text_anchor="end", fill=INK))
    return tag("g", join(marks))


def _disc(mark: Mark, x: Scale, y: float) -> Markup:
    hollow = mark.low is None
    dot = tag(
        "circle",
        cx=x(mark.value),
        cy=y,
        r=5,
        class_="dot hollow" if hollow else "dot",
        fill="#ffffff" if hollow else BLUE,
        stroke=BLUE,
    )
    return _whisker(mark, x, y, "whisker", BLUE) + dot


def _diamond(mark: Mark, x: Scale, y: float) -> Markup:
    hollow = mark.low is None
    at = x(mark.value)
    shape = tag(
        "path",
        d=path([(at - 6, y), (at, y - 6), (at + 6, y), (at, y + 6)], closed=True),
        class_="diamond hollow" if hollow else "diamond",
        fill="#ffffff" if hollow else MUTED,
        stroke=MUTED,
    )
    return _whisker(mark, x, y, "whisker other", MUTED) + shape


def _whisker(mark: Mark, x: Scale, y: float, class_: str, stroke: str) -> Markup:
    if mark.low is None or mark.high is None:
        return Markup("")
    line = path([(x(mark.low), y), (x(mark.high), y)])
    return tag("path", d=line, class_=class_, stroke=stroke, stroke_width=5, stroke_opacity=0.35)
