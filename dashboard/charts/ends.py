"""How the links of each day ended: articles at the bottom, then what was left out, then faults.

The parts are told apart by their place and by their pattern, not by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup, escape

from dashboard.charts.svg import (
    BLUE,
    MUTED,
    Label,
    Size,
    TimeScale,
    hatch,
    join,
    picture,
    tag,
    text,
    time_axis,
)
from dashboard.regional import number

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One day's links."""

    day: date
    kept: int
    left_out: int
    faults: int
    open: int  # under way
    note: str

    @property
    def links(self) -> int:
        return self.kept + self.left_out + self.faults + self.open


def draw(label: Label, days: Sequence[Ended], size: Size) -> Markup:
    """Days must be in order and not empty."""
    left, right, top, bottom = 44.0, size.width - 10.0, 8.0, size.height - 24.0
    x = TimeScale(days[0].day, days[-1].day + DAY, left, right)
    most = max(day.links for day in days) or 1
    pattern = f"{label.key}-{size.width}-faults"
    bars = (_bar(day, x, (top, bottom), most, pattern) for day in days)
    return picture(
        label,
        size,
        hatch(pattern),
        tag("path", d=f"M{left},{bottom} H{right}", class_="base", stroke="#8a8f95"),
        join(bars),
        text(number(most), left - 7, top + 8, text_anchor="end"),
        text("0", left - 7, bottom + 4, text_anchor="end"),
        time_axis(x, bottom),
    )


def _bar(ended: Ended, x: TimeScale, span: tuple[float, float], most: int, pattern: str) -> Markup:
    top, bottom = span
    start, width = x(ended.day), x(ended.day + DAY) - x(ended.day)
    space = min(2.0, width * 0.2)
    parts: tuple[tuple[int, dict[str, Any]], ...] = (
        (ended.kept, {"class_": "bar", "fill": BLUE, "fill_opacity": 0.8}),
        (ended.left_out, {"class_": "bar absent", "fill": MUTED, "fill_opacity": 0.45}),
        (ended.faults, {"class_": "bar-faults", "fill": f"url(#{pattern})", "stroke": MUTED}),
        (ended.open, {"class_": "bar-open", "fill": "none", "stroke": MUTED}),
    )
    drawn, y = [], bottom
    for links, look in parts:
        height = (bottom - top) * links / most
        y -= height
        if links:
            look |= {"x": start + space / 2, "y": y, "width": width - space, "height": height}
            drawn.append(tag("rect", **look))
    note = tag("title", escape(ended.note))
    whole: dict[str, Any] = {"x": start, "y": top, "width": width, "height": bottom - top}
    drawn.append(tag("rect", note, **whole, class_="hover", fill="transparent"))
    return join(drawn)
