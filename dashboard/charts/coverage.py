"""The coverage strip: is a move real, or did collection break?

Articles per bucket as bars; orange under a small triangle where they are below 70 % of the median
of the finished buckets with articles; hatched where nobody collected, hatched the other way where
only a part was. Stands under a time chart, on the same time axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from markupsafe import Markup, escape

from dashboard.charts.svg import (
    BLUE,
    INK,
    Label,
    Size,
    TimeScale,
    hatch,
    join,
    part,
    picture,
    tag,
    text,
    time_axis,
)
from dashboard.regional import number
from framewatch.story import TrendState

LOW = 0.7  # of the median: the design's mark for "look at collection first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One bucket [start, end) of collection."""

    start: date
    end: date
    articles: int
    outlets: int
    state: TrendState
    provisional: bool
    note: str
    partial: bool = False  # of a part of its expected collection


def draw(label: Label, slots: Sequence[Slot], size: Size) -> Markup:
    """Slots must be in order and not empty."""
    left, right, top, bottom = 44.0, size.width - 10.0, 8.0, size.height - 24.0
    x = TimeScale(slots[0].start, slots[-1].end, left, right)
    most = max((slot.articles for slot in slots), default=0) or 1
    pattern = f"{label.key}-{size.width}-hatch"
    low = low_mark(slots)
    bars = (_bar(slot, x, (top, bottom), (most, low), pattern) for slot in slots)
    return picture(
        label,
        size,
        hatch(pattern),
        part(f"{pattern}-part"),
        tag("path", d=f"M{left},{bottom} H{right}", class_="base", stroke="#8a8f95"),
        join(bars),
        text(number(most), left - 7, top + 8, text_anchor="end"),
        text("0", left - 7, bottom + 4, text_anchor="end"),
        time_axis(x, bottom),
    )


def low_mark(slots: Sequence[Slot]) -> float:
    """Articles below which a bucket is marked."""
    full = [slot.articles for slot in slots if slot.articles and not slot.provisional]
    return LOW * median(full) if full else 0.0


def _bar(
    slot: Slot, x: TimeScale, span: tuple[float, float], marks: tuple[int, float], pattern: str
) -> Markup:
    top, bottom = span
    most, low = marks
    note = tag("title", escape(slot.note))
    if slot.state is TrendState.NO_COLLECTION:
        return _whole(slot, x, span, note, fill=f"url(#{pattern})", class_="no-collection")
    width = x(slot.end) - x(slot.start)
    space = min(2.0, width * 0.2)
    height = (bottom - top) * slot.articles / most
    scarce = 0 < slot.articles < low and not slot.provisional
    kind = "bar low" if scarce else "bar"
    drawn = []
    if slot.partial:
        fill = f"url(#{pattern}-part)"
        drawn.append(_whole(slot, x, span, fill=fill, class_="partial"))
    drawn.append(
        tag(
            "rect",
            x=x(slot.start) + space / 2,
            y=bottom - height,
            width=width - space,
            height=height,
            class_=f"{kind} unfinished" if slot.provisional else kind,
            fill="#E69F00" if scarce else BLUE,
            fill_opacity=0.45 if slot.provisional else 0.8,
        )
    )
    if scarce:
        drawn.append(_few(x(slot.start) + width / 2, bottom - height - 3))
    return join([*drawn, _whole(slot, x, span, note, class_="hover", fill="transparent")])


def _whole(
    slot: Slot,
    x: TimeScale,
    span: tuple[float, float],
    content: Markup | str = "",
    **attributes: object,
) -> Markup:
    """All of a bucket's place."""
    top, bottom = span
    width = x(slot.end) - x(slot.start)
    place = {"x": x(slot.start), "y": top, "width": width, "height": bottom - top}
    return tag("rect", content, **place, **attributes)


def _few(x: float, y: float) -> Markup:
    """A triangle that points down on a bar: what its colour says, without colour."""
    drawn = f"M{x - 3.5:.1f},{y - 5:.1f} h7 l-3.5,5Z"
    return tag("path", d=drawn, class_="few", fill=INK)
