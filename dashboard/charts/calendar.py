"""The calendar: a row for each source or outlet, a cell for each day.

A table, so that it can be heard and copied: each cell holds a letter, says in its title what the
letter means there, and is coloured and ruled by its class as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup, escape

from dashboard.regional import MONTHS, a_month

SHORT = 45  # days: there is room for long names


@dataclass(frozen=True, slots=True)
class Cell:
    letter: str
    kind: str  # its class
    note: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    cells: tuple[Cell, ...]  # one for each day
    total: bool = False  # of all other rows


def draw(caption: str, first_column: str, days: Sequence[date], rows: Sequence[Row]) -> Markup:
    """Days must be in order and not empty."""
    body = Markup("\n").join(_row(row) for row in rows)
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-label="{0}">'
        '<table class="calendar{5}"><caption>{0}</caption>\n<thead><tr><td></td>{1}</tr>\n'
        '<tr><th scope="col">{2}</th>{3}</tr></thead>\n<tbody>\n{4}\n</tbody></table></div>'
    ).format(
        *(caption, Markup("").join(_months(days)), first_column, _days(days), body),
        " short" if len(days) <= SHORT else "",
    )


def _months(days: Sequence[date]) -> Iterator[Markup]:
    for (year, month), mine in groupby(days, key=lambda day: (day.year, day.month)):
        width = len(list(mine))
        yield Markup('<th scope="colgroup" colspan="{}">{}</th>').format(
            width, a_month(year, month) if width > 3 else MONTHS[month - 1]
        )


def _days(days: Sequence[date]) -> Markup:
    """Mondays are named for all, the other days for those who hear the table."""
    shown, heard = Markup('<th scope="col">{}</th>'), Markup('<span class="unseen">{}</span>')
    marks = (shown.format(d.day if d.weekday() == 0 else heard.format(d.day)) for d in days)
    return Markup("").join(marks)


def _row(row: Row) -> Markup:
    # Thousands of cells: one string each, with what comes from outside escaped by hand.
    cells = "".join(
        f'<td class="{cell.kind}" title="{escape(cell.note)}">{escape(cell.letter)}</td>'
        for cell in row.cells
    )
    kind = Markup(" class=total") if row.total else ""
    return Markup('<tr{0}><th scope="row" title="{1}">{1}</th>{2}</tr>').format(
        kind,
        row.name,
        Markup(cells),  # noqa: S704
    )
