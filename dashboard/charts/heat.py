"""Shares as a table of shades: its colours are eleven classes, as the policy forbids styles.

The number stands in every cell, and each leads to the articles behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.svg import Label, join, tag

SHADES = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Without a value there is nothing to shade: `said` tells why."""

    value: float | None
    said: str
    note: str  # the whole, for those who hear it
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    about: str  # how many articles it rests on
    cells: tuple[Cell, ...]


def draw(label: Label, columns: Sequence[str], rows: Sequence[Row], top: float) -> Markup:
    """The darkest shade is `top`."""
    head = join(tag("th", escape(name), scope="col") for name in columns)
    corner = tag("td", tag("span", label.title, class_="unseen"))
    lines = join(_row(row, top) for row in rows)
    table = tag(
        "table",
        tag("caption", escape(label.description))
        + tag("thead", tag("tr", corner + head))
        + tag("tbody", lines),
        class_="heat",
    )
    return tag("div", table, class_="scroll", role="region", tabindex=0, aria_label=label.title)


def shade(value: float, top: float) -> int:
    """From 0 to 10."""
    return min(SHADES - 1, max(0, round(value / top * (SHADES - 1))))


def _row(row: Row, top: float) -> Markup:
    about = tag("span", escape(row.about), class_="about")
    name = tag("th", escape(row.name) + Markup(" ") + about, scope="row")
    return tag("tr", name + join(_cell(cell, top) for cell in row.cells))


def _cell(cell: Cell, top: float) -> Markup:
    kind = "thin" if cell.value is None else f"h{shade(cell.value, top)}"
    content = escape(cell.said)
    if cell.href:
        content = tag("a", content, href=cell.href, title=cell.note, aria_label=cell.note)
    return tag("td", content, class_=kind)
