"""Bringing in a corpus that somebody else collected: its texts become pages, still to be extracted.

    file → entries (scrapers.corpora) → records in the page archive → pages and links in the store

The rows of a batch go to disk together and into the store in one transaction, so a kill loses and
doubles nothing: what was stored is known when the import is run again, and a second import of the
same file changes no row. Memory does not grow with the file.
"""

import csv
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from db.imports import Brought, known_pages, save_brought
from framewatch.desk import Desk
from framewatch.facts import SourceBook
from framewatch.story import Link, Page, Topic
from scrapers.columns import Entry, Order, zone_of
from scrapers.corpora import open_corpus
from scrapers.urls import canonicalize

log = logging.getLogger(__name__)

SOURCE = "import:"  # begins the name of the source of every link that was brought in
AT_ONCE = 500  # rows in one transaction
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


class Report:
    """The refused rows, as CSV: row number, reason, address. Safe to open in a spreadsheet."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stack = ExitStack()

    @contextmanager
    def opened(self) -> Iterator["Report"]:
        with self._stack:
            if self._path is not None:
                stream = self._path.open("w", encoding="utf-8", newline="")
                self._rows = csv.writer(self._stack.enter_context(stream))
                self._rows.writerow(("row", "reason", "url"))
            yield self

    def add(self, entry: Entry) -> None:
        log.info("row %d refused: %s", entry.number, entry.reason)
        if self._path is not None:
            self._rows.writerow((entry.number, inert(entry.reason), inert(entry.url[:2000])))


def import_corpus(
    desk: Desk,
    topic: str,
    path: Path,
    mapping: Mapping[str, str],
    refused_path: Path | None,
    now: datetime,
    encoding: str = "utf-8",
) -> dict[str, int]:
    """Bring in CSV, JSONL, WARC or a folder of HTML files; the texts are extracted afterwards.

    mapping: field → column (scrapers.columns.GUESSES), where the column's name does not say.
    Counts: new links; reopened ones (ended without an article, or without a page); known; refused.
    """
    watched = desk.topic(topic)
    zones = _zones(desk.book)
    zone = partial(zone_of, zones=zones)
    order = Order(path=path, mapping=mapping, encoding=encoding, now=now, zones=zone)
    source = SOURCE + path.name.partition(".")[0]
    tally: Counter[str] = Counter()
    with (
        Report(refused_path).opened() as report,
        open_corpus(order) as corpus,
        desk.progress("import", corpus.total) as tick,
    ):
        done = 0
        while batch := list(islice(corpus.entries, AT_ONCE)):
            for entry in batch:
                if entry.page is None:
                    report.add(entry)
                    tally["refused"] += 1
            tally.update(_bring(desk, watched, source, batch, now))
            tick((at := corpus.done()) - done)
            done = at
    log.info("import %s: %s", path, dict(tally))
    return dict(tally)


def _bring(
    desk: Desk, topic: Topic, source: str, batch: list[Entry], now: datetime
) -> dict[str, int]:
    given = [(entry, entry.page) for entry in batch if entry.page is not None]
    with desk.store.begin() as connection:
        known = known_pages(connection, (page for _, page in given))
    new = {(p.url, p.sha256): p for _, p in given if (p.url, p.sha256) not in known}
    kept = dict(zip(new, desk.archive.keep_given(list(new.values())), strict=True))
    brought = [
        _brought(desk.book, topic, source, entry, kept.get((page.url, page.sha256), page), now)
        for entry, page in given
    ]
    with desk.store.begin() as connection:
        return save_brought(connection, topic.code, brought, topic.zone, now)


def _brought(
    book: SourceBook, topic: Topic, source: str, entry: Entry, page: Page, now: datetime
) -> Brought:
    url = canonicalize(page.url)
    said = entry.published_at
    seen = said or page.captured_at or now
    day = said.date() if said and entry.day_only else seen.astimezone(topic.zone).date()
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    outlet = book.outlet_of_host(host)
    link = Link(
        url=url,
        address=page.url,
        source=source,
        title=entry.title,
        published_at=None if entry.day_only else said,
        seen_at=page.captured_at,
    )
    return Brought(link, page, day, outlet.code if outlet else host)


def _zones(book: SourceBook) -> dict[str, ZoneInfo]:
    return {host: ZoneInfo(outlet.time_zone) for outlet in book.outlets for host in outlet.hosts}


def inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    cell = " ".join(cell.encode("utf-8", "replace").decode().split())
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
