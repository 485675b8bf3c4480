"""Text from the web, made harmless before it reaches any file of a report."""

import unicodedata
from dataclasses import replace

from markupsafe import Markup

from dashboard.sheets import Cell, Sheet

LONGEST = 300  # characters of any text from the web
# Marks that turn the direction of what follows them (Unicode UAX #9).
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Controls, halves of surrogate pairs, and places without a character: no XML may hold them.
UNPRINTABLE = ("Cc", "Cs", "Cn")


def printable(text: str) -> str:
    """Without controls, lone surrogates and marks of direction; line breaks become spaces."""
    return "".join(
        " " if char in "\t\r\n" else char
        for char in text
        if char in "\t\r\n"
        or (char not in TURNING and unicodedata.category(char) not in UNPRINTABLE)
    )


def plain(text: str, most: int = LONGEST) -> str:
    """In one line, cut at a space where there is one."""
    line = " ".join(printable(text).split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    head, _, _ = cut.rpartition(" ")
    return f"{head if len(head) > most // 2 else cut}…"


def inert(sheet: Sheet) -> Sheet:
    """A sheet whose cells are plain."""
    rows = tuple(tuple(_cell(cell) for cell in row) for row in sheet.rows)
    return replace(sheet, caption=plain(sheet.caption), rows=rows)


def drawing(svg: Markup) -> Markup:
    """A drawing, whose texts are escaped already, that any reader of XML takes."""
    return Markup(printable(str(svg)))  # noqa: S704


def _cell(cell: Cell) -> Cell:
    return plain(cell, most=2_000) if isinstance(cell, str) else cell
