"""A probability against its threshold: a small bar with a tick."""

from markupsafe import Markup

from dashboard.charts.svg import BLUE, INK, RULE, Label, Size, picture, tag

SIZE = Size(160, 16)


def draw(label: Label, probability: float, threshold: float, size: Size = SIZE) -> Markup:
    """Both from 0 to 1. The bar is filled where the probability reaches the threshold."""
    present = probability >= threshold
    at = size.width * min(max(threshold, 0.0), 1.0)
    return picture(
        label,
        size,
        tag("rect", x=0, y=5, width=size.width, height=6, class_="track", fill=RULE),
        tag(
            "rect",
            x=0,
            y=5,
            width=size.width * min(max(probability, 0.0), 1.0),
            height=6,
            class_="bar" if present else "bar absent",
            fill=BLUE if present else "#9aa0a6",
        ),
        tag("path", d=f"M{at:.1f},1 v14", class_="threshold", stroke=INK, stroke_width=2),
    )
