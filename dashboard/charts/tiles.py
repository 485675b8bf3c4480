"""The table of shades as a drawing, for files: `dashboard.charts.heat` is what pages show."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from dashboard.charts.heat import Cell, Row, shade
from dashboard.charts.svg import INK, MUTED, Label, Size, join, picture, tag, text

# Those of the light scheme in style.css, from none to the most.
FILLS = (
    "#fcfbf8", "#e6f0f6", "#cfe3f0", "#b5d5ea", "#97c4e2", "#74b1d8",
    "#4f9ccd", "#0072b2", "#00639c", "#005485", "#00456e",
)  # fmt: skip
DARK = 7  # from this shade on, numbers are white
NAMES, WIDE, HIGH, HEAD = 190, 64, 26, 104  # pixels: of names, of a tile, of the columns' names
LONGEST = 26  # characters of a name; the files of data have the whole


def draw(label: Label, columns: Sequence[str], rows: Sequence[Row], top: float) -> Markup:
    """One tile for each cell; the darkest shade is `top`, a share."""
    size = Size(NAMES + WIDE * len(columns) + 30, HEAD + HIGH * len(rows) + 4)
    heads = (_head(name, NAMES + WIDE * i) for i, name in enumerate(columns))
    lines = (_line(row, HEAD + HIGH * i, top) for i, row in enumerate(rows))
    return picture(label, size, join(heads), join(lines))


def _head(name: str, x: int) -> Markup:
    """Aslant: names are longer than a tile is wide."""
    at = x + WIDE / 2 - 6
    return text(_short(name), at, HEAD - 8, transform=f"rotate(-32 {at:.0f} {HEAD - 8})")


def _line(row: Row, y: int, top: float) -> Markup:
    name = text(_short(row.name), NAMES - 8, y + 17, text_anchor="end", fill=INK)
    tiles = (_tile(cell, NAMES + WIDE * i, y, top) for i, cell in enumerate(row.cells))
    return name + join(tiles)


def _tile(cell: Cell, x: int, y: int, top: float) -> Markup:
    level = None if cell.value is None else shade(cell.value, top)
    fill = "#ffffff" if level is None else FILLS[level]
    said = "#ffffff" if level is not None and level >= DARK else MUTED if level is None else INK
    drawn = tag("title", escape(cell.note))
    drawn += tag("rect", x=x, y=y, width=WIDE - 2, height=HIGH - 2, fill=fill)
    middle = x + WIDE / 2 - 1
    drawn += text(cell.said, middle, y + 16, "tile", text_anchor="middle", fill=said, font_size=11)
    return tag("g", drawn)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
