"""Tables of articles: CSV in whatever dialect and encoding, and JSON lines.

Only one row is in memory at a time; a bad one is an entry with the reason.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Generator, Iterator, Mapping
from itertools import count
from typing import Any

from scrapers.columns import BadRow, Entry, Order, columns_for, page_of_row

Stream = io.BufferedReader | gzip.GzipFile
Entries = Generator[Entry, None, None]

CUT = (EOFError, OSError, ValueError, zlib.error)  # what a damaged or cut file raises
REST = "the rest cannot be read"
_LONGEST_CELL = 16 << 20  # characters; the csv module's own limit is 131,072
_LONGEST_LINE = 64 << 20  # bytes of one JSON line
_DELIMITERS = ",;\t|"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def of_csv(order: Order, stream: Stream) -> Entries:
    csv.field_size_limit(_LONGEST_CELL)
    head = stream.peek(4)
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), order.encoding)
    # Bytes that do not fit become half surrogates: their row is refused, the others are not.
    text = io.TextIOWrapper(stream, encoding, "surrogateescape", newline="")
    first = text.readline()
    delimiter = max(
        _DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), ()))
    )
    names = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    columns = columns_for(order.mapping, names)
    try:
        for number, row in _rows(csv.reader(text, delimiter=delimiter)):
            if isinstance(row, str):
                yield Entry(number=number, reason=row)
            elif row:
                yield _of_row(number, row, names, columns, order, encoding)
    finally:
        text.detach()  # else it would close the file, whose place is still asked for


def _rows(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | str]]:
    """The rows with their numbers; a row that csv cannot read is the reason why."""
    for number in count(2):
        try:
            yield number, next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, str(error)
        except CUT as error:
            yield number, f"{REST}: {error}"
            return


def _of_row(
    number: int,
    row: list[str],
    names: list[str],
    columns: Mapping[str, str],
    order: Order,
    encoding: str,
) -> Entry:
    url = dict(zip(names, row, strict=False)).get(columns["url"], "")
    if len(row) != len(names):
        reason = f"{len(row)} cells where the header has {len(names)}"
        return Entry(number=number, url=url, reason=reason)
    if any("\ud800" <= mark <= "\udfff" for cell in row if not cell.isascii() for mark in cell):
        return Entry(number=number, url=url, reason=f"not in {encoding}: name its encoding")
    return _entry(number, dict(zip(names, row, strict=True)), columns, order)


def of_json_lines(order: Order, stream: Stream) -> Entries:
    columns: dict[str, str] = {}
    for number, line in _lines(stream):
        if isinstance(line, str):
            yield Entry(number=number, reason=line)
            return
        if not line.strip(b" \t\r\n\xef\xbb\xbf"):
            continue
        try:
            row = json.loads(
                line.decode("utf-8-sig" if number == 1 else order.encoding), strict=False
            )
        except (ValueError, RecursionError) as error:
            yield Entry(number=number, reason=f"not JSON: {error}"[:200])
            continue
        if not isinstance(row, dict):
            yield Entry(number=number, reason=f"no object, but {type(row).__name__}")
            continue
        columns = columns or columns_for(order.mapping, list(row))
        yield _entry(number, row, columns, order)


def _lines(stream: Stream) -> Iterator[tuple[int, bytes | str]]:
    """The lines with their numbers; where no more can be read, the reason why."""
    for number in count(1):
        try:
            line = stream.readline(_LONGEST_LINE)
        except CUT as error:
            yield number, f"{REST}: {error}"
            return
        if not line:
            return
        yield number, line


def _entry(number: int, row: Mapping[str, Any], columns: Mapping[str, str], order: Order) -> Entry:
    try:
        page, title, claim = page_of_row(row, columns, order.now, order.zones)
    except BadRow as error:
        return Entry(number=number, url=str(row.get(columns["url"], "")), reason=str(error))
    return Entry(
        number=number,
        url=page.url,
        page=page,
        title=title,
        published_at=claim.moment if claim else None,
        day_only=bool(claim and claim.day_only),
    )
