"""The numbers of a chart as rows: the table under it and its files are the same sheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard import words
from dashboard.inert import printable

Cell = str | int | float | date | None
Row = tuple[Cell, ...]

# What a spreadsheet takes for a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Column:
    key: str  # in files
    title: str  # on the page
    kind: str = "text"  # text, remark (may be long), count, share, tone, points, number, day, yes


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str  # of its files
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    leads: tuple[str, ...] = ()  # addresses of the articles behind each row, on the page only

    def shown(self, cell: Cell, column: Column) -> str:
        """A cell as the page writes it."""
        if cell is None:
            return "–"
        if isinstance(cell, date):
            return words.a_day(cell)
        if column.kind == "share" and isinstance(cell, int | float):
            return words.a_share(cell)
        if column.kind == "tone" and isinstance(cell, int | float):
            return words.a_tone(cell)
        if column.kind == "points" and isinstance(cell, int | float):
            return words.a_points(cell)
        if column.kind == "number" and isinstance(cell, float):
            return words.a_number(cell, 2)
        if column.kind == "count" and isinstance(cell, int):
            return words.a_number(cell)
        return str(cell)

    def csv(self, remarks: Iterable[str]) -> str:
        """Remarks as lines beginning with #, a header, the rows (RFC 4180, CRLF)."""
        return csv_head(self.columns, remarks) + csv_rows(self.rows)


def csv_head(columns: Sequence[Column], remarks: Iterable[str]) -> str:
    lines = (f"# {' '.join(printable(remark).split())}\r\n" for remark in remarks)
    return "".join(lines) + _quoted([[column.key for column in columns]])


def csv_rows(rows: Iterable[Row]) -> str:
    return _quoted([[_safe(cell) for cell in row] for row in rows])


def _quoted(rows: Iterable[Iterable[Cell]]) -> str:
    """Every text in quotes: readers that know comments cut all else at a #."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, str):
        text = printable(cell)
        return f"'{text}" if cell.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text
    return round(cell, 6) if isinstance(cell, float) else cell
