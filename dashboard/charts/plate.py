"""A drawing that stands alone: its title above it, and below all that a reader elsewhere needs.

SVG breaks no lines, and whoever draws it has other fonts: the width of a text is estimated.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboard.charts.svg import INK, MUTED, join, tag, text

MARGIN = 24.0
LEAST_WIDTH = 620.0  # of a plate: lines of text need room beside a small drawing
MOST_NOTES = 24
# Of a letter's height, for the common sans-serifs; bold ones are wider.
LETTER, BOLD_LETTER, FULL_WIDTH = 0.56, 0.64, 1.0
FONTS = "system-ui, sans-serif"
_VIEW_BOX = re.compile(r'viewBox="0 0 (\d+) (\d+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What is printed around a drawing."""

    title: str
    caption: str  # what it shows, and how to read it
    notes: Sequence[str] = ()  # the events behind its numbers
    source: str
    permalink: str


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    bold: bool = False
    fill: str = MUTED

    @property
    def line(self) -> float:
        return self.size * 1.4


TITLE, CAPTION, NOTE = _Style(17, bold=True, fill=INK), _Style(13), _Style(12)
SOURCE = _Style(11)


def draw(drawing: Markup, legend: Legend) -> Markup:
    """The drawing is one of `svg.picture`."""
    width, height = _size(drawing)
    whole = max(width, LEAST_WIDTH) + 2 * MARGIN
    y, marks = MARGIN - 10, []
    for words, style in _above(legend):
        y, made = _set(words, style, y, whole)
        marks.append(made)
    y += 8
    marks.append(_placed(drawing, MARGIN, y))
    y += height + 14
    for words, style in _below(legend):
        y += 6 if words == legend.source else 0
        y, made = _set(words, style, y, whole)
        marks.append(made)
    return _sheet(legend, whole, y + MARGIN - 6, join(marks))


def lines(words: str, style: _Style, width: float) -> list[str]:
    """Words in lines that fit; one that fits in no line is broken where it must."""
    made, line = [], ""
    for word in _pieces(words, style, width):
        if line and _wide(line + word.rstrip(), style) > width:
            made.append(line.rstrip())
            line = ""
        line += word
    return [*made, line.rstrip()] if line.strip() else made


def _above(legend: Legend) -> Iterable[tuple[str, _Style]]:
    yield legend.title, TITLE
    yield legend.caption, CAPTION


def _below(legend: Legend) -> Iterable[tuple[str, _Style]]:
    for note in legend.notes[:MOST_NOTES]:
        yield note, NOTE
    if more := len(legend.notes) - MOST_NOTES:
        yield from [(f"and {more} more", NOTE)] if more > 0 else []
    yield legend.source, SOURCE
    yield legend.permalink, SOURCE


def _sheet(legend: Legend, width: float, height: float, content: Markup) -> Markup:
    return tag(
        "svg",
        join(
            (
                tag("title", escape(legend.title), id="plate-title"),
                tag("desc", escape(f"{legend.caption} {legend.source}"), id="plate-desc"),
                tag("rect", width=width, height=height, fill="#ffffff"),
                content,
            )
        ),
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        aria_labelledby="plate-title plate-desc",
        font_family=FONTS,
    )


def _set(words: str, style: _Style, y: float, width: float) -> tuple[float, Markup]:
    """The lines below y, and where they end."""
    made = []
    for line in lines(words, style, width - 2 * MARGIN):
        y += style.line
        weight = 600 if style.bold else None
        made.append(
            text(line, MARGIN, y - 4, font_size=style.size, font_weight=weight, fill=style.fill)
        )
    return y, join(made)


def _pieces(words: str, style: _Style, width: float) -> Iterable[str]:
    for word in re.findall(r"\S+\s*", words):
        piece = ""
        for char in word:
            if piece and _wide(piece + char, style) > width:
                yield piece
                piece = ""
            piece += char
        yield piece


def _wide(words: str, style: _Style) -> float:
    letter = BOLD_LETTER if style.bold else LETTER
    full = sum(unicodedata.east_asian_width(char) in "WF" for char in words)
    return style.size * (full * FULL_WIDTH + (len(words) - full) * letter)


def _size(drawing: Markup) -> tuple[float, float]:
    found = _VIEW_BOX.search(str(drawing))
    if found is None:
        raise ValueError("not a drawing of dashboard.charts.svg.picture")
    return float(found[1]), float(found[2])


def _placed(drawing: Markup, x: float, y: float) -> Markup:
    """The drawing as a part of another: it needs a place and a size of its own."""
    width, height = _size(drawing)
    place = Markup('<svg x="{}" y="{}" width="{}" height="{}" ').format(x, y, width, height)
    return Markup(str(drawing).replace("<svg ", place, 1))  # noqa: S704
