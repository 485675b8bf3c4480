"""Corpora that somebody else collected, read one article at a time: CSV, JSONL, WARC, HTML files.

Whatever the file, an entry is a page or the reason why there is none; a bad entry never stops the
rest. Only one entry is in memory at a time.
"""

import codecs
import csv
import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.timeutils import iso_date_to_datetime

from scrapers.body import parse_tree
from scrapers.columns import BadRow, Entry, MappingError, Order, address, html_page
from scrapers.decode import decode
from scrapers.tables import CUT, REST, Entries, Stream, of_csv, of_json_lines
from scrapers.web import PAGE, wrong_type

MANIFEST = "manifest.csv"  # in a folder of HTML files: columns file and url
_DATA_KINDS = ("response", "resource")


@dataclass(frozen=True, slots=True)
class Corpus:
    """An opened corpus: its entries, and how far it is read."""

    total: int  # bytes, or files
    done: Callable[[], int]
    entries: Iterator[Entry]


@contextmanager
def open_corpus(order: Order) -> Iterator[Corpus]:
    """A corpus by its name's ending: .csv .tsv .txt, .jsonl .ndjson, .warc (all also .gz), or a
    folder of HTML files. Raises MappingError where its columns cannot be told."""
    path = order.path
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".html", ".htm"))
        place = [0]
        yield Corpus(len(files), lambda: place[0], _of_files(order, files, place))
        return
    try:
        codecs.lookup(order.encoding)
    except LookupError as error:
        raise MappingError(str(error)) from None
    read = _READERS.get(path.name.lower().removesuffix(".gz").rpartition(".")[2])
    if read is None:
        raise MappingError(
            f"{path}: no corpus by its name; wanted .{', .'.join(_READERS)}, a folder"
        )
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b" and read is not _of_warc
        stream: Stream = gzip.GzipFile(fileobj=raw) if packed else raw
        with closing(read(order, stream)) as entries:  # before the file that they are read from
            yield Corpus(path.stat().st_size, raw.tell, entries)


def _of_warc(order: Order, stream: Stream) -> Entries:
    number = 0
    records = iter(ArchiveIterator(stream))
    while True:
        number += 1
        try:
            record = next(records)
        except StopIteration:
            return
        except (ArchiveLoadFailed, *CUT) as error:
            yield Entry(number=number, reason=f"{REST}: {error}"[:200])
            return
        if record.rec_type in _DATA_KINDS:
            yield _of_record(number, record, order)


def _of_record(number: int, record: Any, order: Order) -> Entry:
    url = record.rec_headers.get_header("WARC-Target-URI", "").strip("<>")
    http = record.http_headers
    status = http.get_statuscode() if http else "200"
    kind = (http or record.rec_headers).get_header("Content-Type", "") or ""
    if status != "200":
        return Entry(number=number, url=url, reason=f"status {status}")
    if wrong_type(kind, PAGE):
        return Entry(number=number, url=url, reason=f"{kind.partition(';')[0]}, not HTML"[:200])
    try:
        at = iso_date_to_datetime(record.rec_headers.get_header("WARC-Date")).replace(tzinfo=UTC)
        body = record.content_stream().read(PAGE.limit + 1)
        record.raw_stream.read()
        if record.raw_stream.limit > 0:  # bytes that its head promises
            raise BadRow("cut short")
        page = html_page(address(url), body, order.now, at, kind)
    except (BadRow, ArchiveLoadFailed, TypeError, *CUT) as error:
        return Entry(number=number, url=url, reason=str(error)[:200])
    return Entry(number=number, url=url, page=page)


def _of_files(order: Order, files: list[Path], place: list[int]) -> Iterator[Entry]:
    told = _manifest(order.path / MANIFEST)
    for number, file in enumerate(files, 1):
        place[0] = number
        name = file.relative_to(order.path).as_posix()
        try:
            if not file.resolve().is_relative_to(order.path.resolve()):
                raise BadRow("leads out of the folder")
            with file.open("rb") as stream:
                body = stream.read(PAGE.limit + 1)
            url = address(told.get(name) or _own_address(body))
            page = html_page(url, body, order.now, content_type="text/html")
        except (BadRow, OSError) as error:
            reason = str(error)
            if reason == "no address":
                reason = f"names no address of its own (canonical, og:url), nor does {MANIFEST}"
            yield Entry(number=number, url=name, reason=reason)
            continue
        yield Entry(number=number, url=url, page=page)


def _manifest(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if not {"file", "url"} <= set(rows.fieldnames or ()):
            raise MappingError(f"{path}: wanted the columns file and url")
        return {row["file"]: row["url"] or "" for row in rows if row["file"]}


def _own_address(body: bytes) -> str:
    tree = parse_tree(decode(body, {}))
    if tree is None:
        return ""
    for found in tree.iter("link", "meta"):
        named = {part.lower() for part in (found.get("rel") or found.get("property") or "").split()}
        value = found.get("href") if "canonical" in named else found.get("content")
        if named & {"canonical", "og:url"} and value and "://" in value:
            return str(value).strip()
    return ""


_READERS: Mapping[str, Callable[[Order, Stream], Entries]] = {
    "csv": of_csv,
    "tsv": of_csv,
    "txt": of_csv,
    "jsonl": of_json_lines,
    "ndjson": of_json_lines,
    "warc": _of_warc,
}
