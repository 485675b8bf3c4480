"""The numbers of a chart as rows: the table under it and its CSV are the same sheet."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dashboard import words

Cell = str | int | float | date | None

# What a spreadsheet takes for a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    key: str  # in the CSV
    title: str  # on the page
    kind: str = "text"  # text, remark (may be long), count, share, tone


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str  # of the file, without .csv
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

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
        return f"{cell:,}" if column.kind == "count" and isinstance(cell, int) else str(cell)

    def csv(self, remarks: Iterable[str]) -> str:
        """Remarks as lines beginning with #, a header, the rows (RFC 4180, CRLF)."""
        out = io.StringIO()
        for remark in remarks:
            out.write(f"# {' '.join(remark.split())}\r\n")
        writer = csv.writer(out)
        writer.writerow(column.key for column in self.columns)
        writer.writerows([_safe(cell) for cell in row] for row in self.rows)
        return out.getvalue()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return round(cell, 6) if isinstance(cell, float) else cell
