"""WARC files: where pages are kept, and the web as it can be replayed from them."""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.timeutils import iso_date_to_datetime
from warcio.warcwriter import WARCWriter

from framewatch.story import Outcome, Page, Rejected
from scrapers.hosts import MemoryBook
from scrapers.robots import Robots
from scrapers.urls import canonicalize
from scrapers.web import PAGE, ROBOTS, Expect, Question, Reply, outcome_of_status, wrong_type

MAX_REDIRECTS = 5
_RIGHTS = "Framewatch-Rights"  # a named field of our own, as WARC 1.1 section 4 allows
_HOP_BY_HOP = {"transfer-encoding", "content-encoding", "content-length", "connection"}


class ArchiveError(OSError):
    """A WARC file is missing or cannot be read."""


class PageArchive:
    """The WARC files that Framewatch writes: one per process that fetches, one record at a time.

    A page's row in the store is written after its record is on disk, so that a kill between the
    two leaves an unused record and never a row that points nowhere.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder = folder
        self._root = root  # of the repository: replayed archives are named relative to it
        self._file: io.BufferedWriter | None = None
        self._name = ""

    def keep(self, page: Page, request_headers: Mapping[str, str]) -> Page:
        """Write response, request and metadata records; returns the page with its address.

        A page that another archive handed over was never requested by us, and its response is of
        the day on which that archive had it.
        """
        stream = self._open(page.fetched_at)
        offset = stream.tell()
        writer = WARCWriter(stream, gzip=True)
        response = _response(writer, page)
        metadata = _metadata(writer, page)
        if page.via:
            writer.write_record(response)
        else:
            request = _request(writer, page, request_headers)
            writer.write_request_response_pair(request, response)
            request.raw_stream.close()
        writer.write_record(metadata)
        for record in (response, metadata):
            record.raw_stream.close()  # warcio's buffer: a file where the page is large
        stream.flush()
        os.fsync(stream.fileno())
        return replace(page, warc_file=self._name, warc_offset=offset)

    def keep_given(self, pages: Sequence[Page]) -> list[Page]:
        """Write pages that were handed to us, one resource record each, and sync them together."""
        kept: list[Page] = []
        for page in pages:
            stream = self._open(page.fetched_at)
            kept.append(replace(page, warc_file=self._name, warc_offset=stream.tell()))
            writer = WARCWriter(stream, gzip=True)
            record = writer.create_warc_record(
                page.final_url,
                "resource",
                payload=io.BytesIO(page.body),
                warc_content_type=page.headers.get("content-type", ""),
                warc_headers_dict={"WARC-Date": _date(page.captured_at or page.fetched_at)},
            )
            writer.write_record(record)
            record.raw_stream.close()
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
        return kept

    def read(self, page: Page) -> Page:
        """The page with its body and headers, from where it is archived."""
        path = self.path_of(page.warc_file)
        with _opened(path) as stream:
            stream.seek(page.warc_offset)
            for record in ArchiveIterator(stream):
                if record.rec_type in ("response", "resource"):
                    body, rights = record.content_stream().read(), _rights(record)
                    return replace(page, body=body, headers=_headers(record), rights=rights)
        raise ArchiveError(f"{path}: no response record at byte {page.warc_offset}")

    def path_of(self, warc_file: str) -> Path:
        """Where a file named in the store lies: ours in the archive, replayed ones as named."""
        ours = self._folder / warc_file
        return ours if ours.exists() else self._root / warc_file

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, now: datetime) -> io.BufferedWriter:
        if self._file is None:
            stamp = now.astimezone(UTC)
            # The process id keeps two processes out of each other's file.
            self._name = f"{stamp:%Y/%m}/framewatch-{stamp:%Y%m%d%H%M%S%f}-{os.getpid()}.warc.gz"
            path = self._folder / self._name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb")
        return self._file


def _response(writer: WARCWriter, page: Page) -> Any:
    headers = [(k, v) for k, v in page.headers.items() if k not in _HOP_BY_HOP]
    headers.append(("content-length", str(len(page.body))))
    date = _date(page.captured_at or page.fetched_at)
    return writer.create_warc_record(
        page.final_url,
        "response",
        payload=io.BytesIO(page.body),
        http_headers=StatusAndHeaders(str(page.status), headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": date, **_withheld(page)},
    )


def _request(writer: WARCWriter, page: Page, headers: Mapping[str, str]) -> Any:
    path = urlsplit(page.final_url)
    target = f"{path.path or '/'}{'?' + path.query if path.query else ''}"
    return writer.create_warc_record(
        page.final_url,
        "request",
        http_headers=StatusAndHeaders(
            f"GET {target} HTTP/1.1",
            [("host", path.netloc), *headers.items()],
            is_http_request=True,
        ),
        warc_headers_dict={"WARC-Date": _date(page.fetched_at)},
    )


def _metadata(writer: WARCWriter, page: Page) -> Any:
    """Of the time at which we had the page."""
    note = f"requested: {page.url}\r\nsha256: {page.sha256}\r\n"
    if page.via:
        note += f"via: {page.via}\r\n"
    if page.rights:
        note += f"rights: {page.rights}; cut to title, metadata and first heading\r\n"
    return writer.create_warc_record(
        page.final_url,
        "metadata",
        payload=io.BytesIO(note.encode()),
        warc_content_type="application/warc-fields",
        warc_headers_dict={"WARC-Date": _date(page.fetched_at)},
    )


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _withheld(page: Page) -> dict[str, str]:
    """What a WARC header says of a body that is not kept whole (WARC 1.1, section 5.13)."""
    return {"WARC-Truncated": "unspecified", _RIGHTS: page.rights} if page.rights else {}


def _rights(record: Any) -> str:
    return record.rec_headers.get_header(_RIGHTS) or ""


def _headers(record: Any) -> dict[str, str]:
    if record.http_headers is None:  # a resource: its type stands in the record's own head
        return {"content-type": record.rec_headers.get_header("Content-Type", "")}
    return {name.lower(): value for name, value in record.http_headers.headers}


def _opened(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise ArchiveError(
            f"{path}: {error.strerror}; restore the WARC file or set FRAMEWATCH_HOME to its folder"
        ) from None


@dataclass(frozen=True, slots=True)
class Capture:
    """One response record of a WARC file."""

    url: str
    at: datetime
    status: int
    content_type: str
    location: str  # of a redirect
    file: Path
    offset: int


class ArchiveWeb:
    """A WARC file, or a folder of them, replayed as if it were the web.

    The newest good capture of an address answers; robots.txt rules in the archive are obeyed.
    """

    def __init__(self, path: Path, root: Path, product_token: str) -> None:
        self._path = path
        self._root = root
        self._robots = Robots(lambda url: self._fetch(url, ROBOTS), product_token, MemoryBook())

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        return self._robots.verdict(url) or self._fetch(url, expect)

    def ask(self, question: Question) -> Reply | Rejected:
        return _no_service(question)

    @contextmanager
    def stream(self, question: Question) -> Iterator[IO[bytes] | Rejected]:
        yield _no_service(question)

    def forbidden(self, url: str) -> Rejected | None:
        return self._robots.forbidden(url)

    def keep(self, page: Page) -> Page:
        raise ArchiveError("a replayed archive takes no pages")

    @cached_property
    def captures(self) -> dict[str, list[Capture]]:
        """Every captured address (without scheme) with its captures, oldest first."""
        found: dict[str, list[Capture]] = {}
        for file in self._files():
            for capture in _index(file):
                found.setdefault(_key(capture.url), []).append(capture)
        for captures in found.values():
            captures.sort(key=lambda capture: capture.at)
        return found

    def _files(self) -> list[Path]:
        if self._path.is_file():
            return [self._path]
        files = sorted(p for p in self._path.rglob("*.warc*") if p.is_file())
        if not files:
            raise ArchiveError(f"{self._path}: no WARC file there (wanted *.warc or *.warc.gz)")
        return files

    def _fetch(self, url: str, expect: Expect) -> Page | Rejected:
        at = url
        for _ in range(MAX_REDIRECTS + 1):
            captures = self.captures.get(_key(at)) or self.captures.get(_canonical_key(at))
            if not captures:
                return Rejected(url=url, outcome=Outcome.GONE, detail=f"not in the archive: {at}")
            good = [capture for capture in captures if capture.status < 400]
            capture = (good or captures)[-1]
            if not 300 <= capture.status < 400:
                return self._page(url, capture, expect)
            at = urljoin(at, capture.location)
        return Rejected(url=url, outcome=Outcome.HTTP_ERROR, detail="redirects without end")

    def _page(self, url: str, capture: Capture, expect: Expect) -> Page | Rejected:
        if capture.status != 200:
            # Without a wish to retry: an archive does not change.
            outcome = outcome_of_status(capture.status)
            return Rejected(url=url, outcome=outcome, detail=f"archived status {capture.status}")
        if wrong_type(capture.content_type, expect):
            return Rejected(url=url, outcome=Outcome.WRONG_TYPE, detail=capture.content_type[:200])
        with _opened(capture.file) as stream:
            stream.seek(capture.offset)
            record = next(iter(ArchiveIterator(stream)))
            body = record.content_stream().read(expect.limit + 1)
            headers, rights = _headers(record), _rights(record)
        if len(body) > expect.limit:
            return Rejected(
                url=url, outcome=Outcome.TOO_LARGE, detail=f"more than {expect.limit} bytes"
            )
        inside = capture.file.is_relative_to(self._root)
        return Page(
            url=url,
            final_url=capture.url,
            status=capture.status,
            headers=headers,
            body=body,
            fetched_at=capture.at,
            warc_file=str(capture.file.relative_to(self._root) if inside else capture.file),
            warc_offset=capture.offset,
            rights=rights,
        )


def _no_service(question: Question) -> Rejected:
    detail = "a replayed archive holds pages, no services"
    return Rejected(url=question.url, outcome=Outcome.UNAVAILABLE, detail=detail)


def _key(url: str) -> str:
    return url.partition("#")[0].partition("://")[2].rstrip("/")


def _canonical_key(url: str) -> str:
    """An address with tracking parameters finds the page that was captured without them."""
    try:
        return _key(canonicalize(url))
    except ValueError:
        return ""


def _index(file: Path) -> Iterator[Capture]:
    with _opened(file) as stream:
        records = ArchiveIterator(stream)
        for record in records:
            if record.rec_type != "response" or record.http_headers is None:
                continue
            status = record.http_headers.get_statuscode()
            yield Capture(
                url=record.rec_headers.get_header("WARC-Target-URI", ""),
                at=iso_date_to_datetime(record.rec_headers.get_header("WARC-Date")).replace(
                    tzinfo=UTC
                ),
                status=int(status) if status and status.isdigit() else 0,
                content_type=record.http_headers.get_header("Content-Type", "") or "",
                location=record.http_headers.get_header("Location", "") or "",
                file=file,
                offset=records.get_record_offset(),
            )
