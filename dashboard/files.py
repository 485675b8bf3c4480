"""A sheet as a file, in each format that is offered, with what the file says of itself."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.imprint import Imprint
from dashboard.inert import printable
from dashboard.sheets import Cell, Column, Row, Sheet

BOM = "\ufeff"  # by which Excel knows UTF-8; base R would take it for a column's name
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    write: Callable[[Sheet, Imprint], bytes]


def csv_of(sheet: Sheet, imprint: Imprint) -> bytes:
    return sheet.csv(imprint.remarks).encode()


def excel_csv_of(sheet: Sheet, imprint: Imprint) -> bytes:
    return BOM.encode() + csv_of(sheet, imprint)


def json_of(sheet: Sheet, imprint: Imprint) -> bytes:
    """Under "about" what CSV has in its first lines, under "rows" an object each."""
    columns = [{"key": c.key, "title": c.title, "kind": c.kind} for c in sheet.columns]
    rows = objects(sheet.columns, sheet.rows)
    return line({"about": imprint.facts, "columns": columns, "rows": rows}).encode()


def parquet_of(sheet: Sheet, imprint: Imprint) -> bytes:
    from dashboard.parquet import parquet_of

    return parquet_of(sheet, imprint.facts)


def objects(columns: Sequence[Column], rows: Iterable[Row]) -> list[dict[str, Any]]:
    keys = [column.key for column in columns]
    return [dict(zip(keys, map(_plain, row), strict=True)) for row in rows]


def line(found: Any) -> str:
    """As JSON, in one line."""
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return printable(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


FORMATS: Mapping[str, Format] = {
    "csv": Format(CSV, csv_of),
    "excel.csv": Format(CSV, excel_csv_of),
    "json": Format("application/json", json_of),
    "parquet": Format(PARQUET, parquet_of),
}
