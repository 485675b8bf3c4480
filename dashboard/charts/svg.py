"""SVG as strings: tags, scales and axes that every chart shares.

Colours come from the stylesheet by class; the presentation attributes beside them are what a chart
shows when it stands alone. There are no inline styles: the content security policy forbids them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup, escape

from dashboard.regional import MONTHS, a_day_of_year, a_month

BLUE = "#0072B2"
INK = "#1d2126"
MUTED = "#5b6168"
RULE = "#d9d5cb"


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Label:
    """What a chart is called, in words: key is unique on its page and safe in an id."""

    key: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Rule:
    """An event: a numbered vertical rule."""

    number: int
    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from low to high onto pixels from start to stop."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.stop - self.start)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """The days [first, after) onto pixels from start to stop."""

    first: date
    after: date
    start: float
    stop: float

    def __call__(self, day: date) -> float:
        part = (day - self.first).days / (self.after - self.first).days
        return self.start + part * (self.stop - self.start)


def tag(name: str, content: Markup | str = "", **attributes: object) -> Markup:
    """An element; underscores in attribute names stand for hyphens, a trailing one is dropped."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    # Markup.format does the same and doubles the time of the overview; all values are escaped.
    return Markup(f"<{name}{pairs}>{escape(content)}</{name}>")  # noqa: S704


def join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def text(content: str, x: float, y: float, class_: str = "label", **attributes: object) -> Markup:
    defaults: dict[str, object] = {"font_size": 12, "fill": MUTED}
    return tag("text", escape(content), x=x, y=y, class_=class_, **(defaults | attributes))


def path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    steps = " L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f"M{steps}{'Z' if closed else ''}"


def picture(label: Label, size: Size, *content: Markup) -> Markup:
    """The whole drawing, named and described for those who do not see it."""
    key = f"{label.key}-{size.width}"
    names = f"{key}-title {key}-desc"
    return tag(
        "svg",
        join(
            (
                tag("title", escape(label.title), id=f"{key}-title"),
                tag("desc", escape(label.description), id=f"{key}-desc"),
                *content,
            )
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {size.width} {size.height}",
        role="img",
        aria_labelledby=names,
        class_="chart",
        font_family="system-ui, sans-serif",
    )


def hatch(key: str) -> Markup:
    """The pattern that means: nobody collected."""
    line = tag("path", d="M0,6 L6,0", class_="hatch", stroke="#b9b4a7", stroke_width=1)
    return _pattern(key, line, 6)


def part(key: str) -> Markup:
    """The pattern that means: collected in part. It leans the other way, wider, and has dots."""
    line = tag("path", d="M0,0 L10,10", class_="part", stroke="#8a8f95", stroke_width=1)
    dot = tag("circle", cx=7.5, cy=2.5, r=0.9, class_="part-dot", fill="#8a8f95")
    return _pattern(key, line + dot, 10)


def _pattern(key: str, drawn: Markup, size: int) -> Markup:
    return tag(
        "defs",
        tag("pattern", drawn, id=key, width=size, height=size, patternUnits="userSpaceOnUse"),
    )


def ticks(scale: TimeScale, spacing: float = 64) -> list[tuple[date, str]]:
    """Days to name on a time axis, at least `spacing` pixels apart."""
    span = (scale.after - scale.first).days
    per_day = (scale.stop - scale.start) / span
    if span <= 75:
        step = next((n for n in (1, 2, 7, 14, 28) if n * per_day >= spacing), 28)
        start = scale.first + timedelta(days=-scale.first.weekday() % 7 if step >= 7 else 0)
        days = [start + timedelta(days=i * step) for i in range(span // step + 1)]
        return [(day, a_day_of_year(day)) for day in days if day < scale.after]
    months = next((n for n in (1, 2, 3, 6, 12, 24, 60) if n * 30.4 * per_day >= spacing), 120)
    first, last = _month(scale.first - timedelta(days=1)) + 1, _month(scale.after)
    named = [n for n in range(first, last + 1) if n % months == 0]
    marks = [(date(n // 12, n % 12 + 1, 1), n) for n in named]
    marks = [(day, n) for day, n in marks if day < scale.after]
    return [
        (day, str(day.year) if months >= 12 else _month_name(n, i == 0))
        for i, (day, n) in enumerate(marks)
    ]


def time_axis(scale: TimeScale, y: float) -> Markup:
    """Names under the axis at y."""
    marks = []
    room = scale.stop
    for day, name in ticks(scale):
        x = scale(day)
        anchor = "start" if x - scale.start < 20 else "end" if room - x < 20 else "middle"
        marks.append(tag("path", d=f"M{x:.1f},{y} v4", class_="tick", stroke=MUTED))
        marks.append(text(name, x, y + 17, text_anchor=anchor))
    return join(marks)


def rules(events: Iterable[Rule], scale: TimeScale, top: float, bottom: float) -> Markup:
    """Events as numbered rules; one that would cover its neighbour's number steps down."""
    marks: list[Markup] = []
    taken: list[tuple[float, float]] = []
    for event in events:
        if not scale.first <= event.day < scale.after:
            continue
        x, y = scale(event.day), top
        while any(abs(x - at) < 17 and abs(y - height) < 16 for at, height in taken):
            y += 17
        taken.append((x, y))
        number = text(
            str(event.number), x, y + 3.5, "rule-number", text_anchor="middle", font_size=10
        )
        marks.append(
            tag(
                "g",
                join(
                    (
                        tag("title", escape(event.label)),
                        tag(
                            "path",
                            d=f"M{x:.1f},{y} V{bottom}",
                            class_="rule",
                            stroke="#8a8f95",
                            stroke_dasharray="1 3",
                        ),
                        tag(
                            "circle",
                            cx=x,
                            cy=y,
                            r=8,
                            class_="rule-disc",
                            fill="#ffffff",
                            stroke="#8a8f95",
                        ),
                        number,
                    )
                ),
            )
        )
    return join(marks)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month_name(n: int, with_year: bool) -> str:
    year, month = divmod(n, 12)
    return a_month(year, month + 1) if with_year or month == 0 else MONTHS[month]


def _number(value: object) -> object:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value
