"""Text from the web, made harmless before it reaches any file of a report."""

import re
from dataclasses import replace

from markupsafe import Markup

from dashboard.inert import printable
from dashboard.sheets import Cell, Sheet

LONGEST = 300  # characters of any text from the web
# How a place is hatched (`dashboard.charts.svg`): pixels between lines, and their colour.
HATCHING = {"no-collection": (6.0, "#b9b4a7"), "partial": (10.0, "#8a8f95")}
_HATCHED = re.compile(
    r'<rect((?: [a-z-]+="[^"]*")*? x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)")'
    r' fill="url\(#[^"]*\)" class="(no-collection|partial)">'
)


def plain(text: str, most: int = LONGEST) -> str:
    """In one line, cut at a space where there is one."""
    line = " ".join(printable(text).split())
    if len(line) <= most:
        return line
    head, _, _ = line[:most].rpartition(" ")
    return f"{head if len(head) > most // 2 else line[: most - 1]}…"


def inert(sheet: Sheet) -> Sheet:
    """A sheet whose cells are plain."""
    rows = tuple(tuple(_cell(cell) for cell in row) for row in sheet.rows)
    return replace(sheet, caption=plain(sheet.caption), rows=rows)


def drawing(svg: Markup) -> Markup:
    """A drawing, whose texts are escaped already, that any reader of XML takes."""
    return Markup(printable(str(svg)))  # noqa: S704


def on_paper(svg: Markup) -> Markup:
    """A drawing with hatching as lines: Chromium prints a pattern as an image of 200 kB."""
    return Markup(_HATCHED.sub(_lines, str(drawing(svg))))  # noqa: S704


def _lines(rect: re.Match[str]) -> str:
    """The place itself without a filling (it may hold a title), after the lines that fill it.

    They rise where nobody collected, and fall where a part was.
    """
    x, y, width, height = (float(rect[i]) for i in range(2, 6))
    kind = rect[6]
    spacing, colour = HATCHING[kind]
    bottom, way = (y + height, -1.0) if kind == "no-collection" else (y, 1.0)
    steps = []
    for i in range(int((width + height) // spacing) + 1):
        start = x - height + i * spacing  # where the line meets the lower (or upper) edge
        low, high = max(0.0, x - start), min(height, x + width - start)
        if low < high:
            ends = (start + low, bottom + way * low, start + high, bottom + way * high)
            steps.append("M{:.1f},{:.1f} L{:.1f},{:.1f}".format(*ends))
    path = f'<path d="{" ".join(steps)}" class="lines" stroke="{colour}" fill="none"></path>'
    return f'{path}<rect{rect[1]} fill="transparent" class="{kind}">'


def _cell(cell: Cell) -> Cell:
    return plain(cell, most=2_000) if isinstance(cell, str) else cell
