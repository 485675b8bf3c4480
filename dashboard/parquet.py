"""Tables as Parquet. Imported where one is asked for: pyarrow takes 30 MB."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.sheets import Cell, Column, Row, Sheet

KINDS = {
    "id": pa.int64(),
    "count": pa.int64(),
    "share": pa.float64(),
    "tone": pa.float64(),
    "points": pa.float64(),
    "number": pa.float64(),
    "day": pa.date32(),
    "yes": pa.bool_(),
}
COMPRESSION = "zstd"


def parquet_of(sheet: Sheet, about: Mapping[str, Any] | None = None) -> bytes:
    """The sheet's rows with their types; days are dates. The schema says what it is about."""
    columns = [_typed(column, i, sheet.rows) for i, column in enumerate(sheet.columns)]
    schema = _schema(columns, {"caption": sheet.caption, **(about or {})})
    out = io.BytesIO()
    pq.write_table(_table(schema, sheet.rows), out, compression=COMPRESSION)
    return out.getvalue()


def parquet_chunks(
    columns: Sequence[Column], batches: Iterable[Sequence[Row]], about: Mapping[str, Any]
) -> Iterator[bytes]:
    """The same piece by piece, one row group for each batch: no more than one is held."""
    schema, out = _schema(columns, about), io.BytesIO()
    sink = pa.PythonFile(_Passing(out), mode="w")
    with pq.ParquetWriter(sink, schema, compression=COMPRESSION) as writer:
        for batch in batches:
            writer.write_table(_table(schema, batch))
            yield _drained(out)
    yield _drained(out)


class _Passing:
    """A file that tells how much was written, though what was written is taken out."""

    def __init__(self, out: io.BytesIO) -> None:
        self._out, self._written, self.closed = out, 0, False

    def write(self, data: bytes) -> int:
        self._written += len(data)
        return self._out.write(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def _drained(out: io.BytesIO) -> bytes:
    held = out.getvalue()
    out.seek(0)
    out.truncate()
    return held


def _schema(columns: Iterable[Column], about: Mapping[str, Any]) -> pa.Schema:
    fields = [
        pa.field(c.key, KINDS.get(c.kind, pa.string()), metadata={"title": c.title})
        for c in columns
    ]
    facts = {
        name: fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False)
        for name, fact in about.items()
    }
    return pa.schema(fields, metadata=facts)


def _table(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    columns = []
    for i, field in enumerate(schema):
        cells = [row[i] for row in rows]
        texts = field.type == pa.string()
        columns.append(pa.array([_text(c) if texts else c for c in cells], type=field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _typed(column: Column, place: int, rows: Sequence[Row]) -> Column:
    """A column of days, where nothing but days stands in it."""
    known = [row[place] for row in rows if row[place] is not None]
    days = column.kind not in KINDS and known and all(isinstance(cell, date) for cell in known)
    return replace(column, kind="day") if days else column


def _text(cell: Cell) -> str | None:
    # Half of a surrogate pair, which a page may hold, is no text to Arrow.
    return None if cell is None else str(cell).encode("utf-8", "replace").decode()
