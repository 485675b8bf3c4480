"""Counts by name, the largest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.svg import BLUE, INK, Label, Size, join, picture, tag, text
from dashboard.regional import number

ROW = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    name: str
    value: int
    note: str


def height(rows: int) -> int:
    return rows * ROW + 6


def draw(label: Label, bars: Sequence[Bar], size: Size) -> Markup:
    left = 150.0 if size.width < 400 else 210.0
    room = size.width - left - 52
    most = max((bar.value for bar in bars), default=0) or 1
    letters = int(left / 7)
    marks = []
    for i, bar in enumerate(bars):
        y = i * ROW + 3.0
        width = max(1.0, room * bar.value / most)
        parts = (
            tag("title", escape(bar.note)),
            text(
                shortened(bar.name, letters), left - 10, y + 14, "name", text_anchor="end", fill=INK
            ),
            tag("rect", x=left, y=y, width=width, height=ROW - 8, class_="bar", fill=BLUE),
            text(number(bar.value), left + width + 7, y + 14, "value", fill=INK),
        )
        marks.append(tag("g", join(parts)))
    return picture(label, size, join(marks))


def shortened(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"
