"""Pages out of Common Crawl's WARC records: what its crawler was answered, handed to us.

The SOURCES reference, section 10. warcio reads the records; the files come from the web, so what
it can raise on a broken one is caught here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.timeutils import iso_date_to_datetime

from framewatch.story import Outcome, Page, Rejected
from scrapers.web import PAGE, outcome_of_status, wrong_type

VIA = "commoncrawl"
DATA = "https://data.commoncrawl.org"
TERMS = (
    "Common Crawl's terms of use (https://commoncrawl.org/terms-of-use); "
    "the publishers' copyright remains"
)
DATA_SPACING = 0.55  # seconds between two requests for data, as cdx_toolkit keeps them
INDEX_SPACING = 1.0  # between two to the index

# What warcio 1.8.1 raises on what is not WARC, or breaks off (seen with such files).
FAULTS = (
    ArchiveLoadFailed,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,  # a PackedError is one
)
_CODED = frozenset(("content-encoding", "transfer-encoding", "content-length"))


def responses(stream: IO[bytes]) -> Iterator[Any]:
    """The response records of an unpacked WARC file, as warcio gives them. Raises FAULTS."""
    for record in ArchiveIterator(stream):
        if record.rec_type == "response" and record.http_headers is not None:
            yield record


def target(record: Any) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")


def page_of(record: Any, url: str) -> Page | Rejected:
    """The page a response record holds, as the page at `url`. Raises FAULTS.

    A record that the crawler cut short is no page: its article would break off unseen.
    """
    if cut := record.rec_headers.get_header("WARC-Truncated"):
        outcome = Outcome.TOO_LARGE if cut == "length" else Outcome.BROKEN
        return Rejected(url=url, outcome=outcome, detail=f"cut by the crawler: {cut[:40]}")
    code = record.http_headers.get_statuscode() or ""
    status = int(code) if code.isascii() and code.isdigit() else 0
    if status != 200:
        # Without a wish to retry: an archive does not change.
        outcome = outcome_of_status(status)
        return Rejected(url=url, outcome=outcome, detail=f"archived status {code[:9]}")
    headers = {name.lower(): value for name, value in record.http_headers.headers}
    if wrong_type(headers.get("content-type", ""), PAGE):
        kind = headers["content-type"][:200]
        return Rejected(url=url, outcome=Outcome.WRONG_TYPE, detail=kind)
    captured = iso_date_to_datetime(record.rec_headers.get_header("WARC-Date"))
    body = _body(record)
    if len(body) > PAGE.limit:
        return Rejected(url=url, outcome=Outcome.TOO_LARGE, detail=f"more than {PAGE.limit} bytes")
    return Page(
        url=url,
        final_url=url,
        status=status,
        headers={name: value for name, value in headers.items() if name not in _CODED},
        body=body,
        fetched_at=datetime.now(UTC).replace(microsecond=0),
        captured_at=captured.replace(tzinfo=UTC),
        via=VIA,
    )


def _body(record: Any) -> bytes:
    """Its body without the transfer's chunks and compression: a byte more than allowed at most."""
    stream = record.content_stream()
    parts: list[bytes] = []
    size = 0
    while size <= PAGE.limit and (part := stream.read(PAGE.limit + 1 - size)):
        parts.append(part)
        size += len(part)
    if size <= PAGE.limit:
        _check_whole(record)
    return b"".join(parts)


def _check_whole(record: Any) -> None:
    """Raise where the file ends before the record does; warcio takes that for a short body."""
    raw = record.raw_stream
    while raw.read(65_536):  # what its compression or its chunks left over
        pass
    if getattr(raw, "limit", 0) > 0:
        raise ValueError("the record breaks off")
