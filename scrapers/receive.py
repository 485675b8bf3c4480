"""One response: its body within limits of size, type and encoding, and the headers we act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from framewatch.story import Outcome, Page
from scrapers.sniff import HEAD, misfit
from scrapers.web import Expect, wrong_type

ACCEPT_ENCODING = "gzip, deflate"
_ENCODINGS = frozenset(("gzip", "x-gzip", "deflate", "identity"))
_MOST_ENCODINGS = 2  # each layer of compression multiplies what a small body can become
_CHUNK = 64 * 1024
_LONGEST_WAIT = 6 * 3600.0  # seconds; urllib3's cap


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a response with status 200 is not taken."""

    outcome: Outcome
    detail: str


def read_body(response: requests.Response, expect: Expect) -> bytes | Unfit:
    """The decoded body, if it is of a wanted type and within the limit.

    Raises requests.RequestException where the connection fails on the way.
    """
    declared = response.headers.get("content-type", "")
    if fault := _declared_fault(response.headers, expect):
        return fault
    chunks: list[bytes] = []
    size, sniffed = 0, False
    try:
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > expect.limit:
                return Unfit(Outcome.TOO_LARGE, f"more than {expect.limit} bytes")
            chunks.append(chunk)
            if not sniffed and size >= HEAD:
                sniffed = True
                if found := misfit(b"".join(chunks)[:HEAD], declared, expect):
                    return Unfit(Outcome.WRONG_TYPE, found)
    except requests.exceptions.ContentDecodingError:
        return Unfit(Outcome.BROKEN, "its compression is broken")
    body = b"".join(chunks)
    if not sniffed and (found := misfit(body, declared, expect)):
        return Unfit(Outcome.WRONG_TYPE, found)
    return body


def _declared_fault(headers: Mapping[str, str], expect: Expect) -> Unfit | None:
    """What the headers alone give away, before a byte of the body is read."""
    kind = headers.get("content-type", "")
    if wrong_type(kind, expect):
        return Unfit(Outcome.WRONG_TYPE, kind[:200])
    encodings = [e.strip().lower() for e in headers.get("content-encoding", "").split(",")]
    encodings = [encoding for encoding in encodings if encoding]
    if strange := [encoding for encoding in encodings if encoding not in _ENCODINGS]:
        return Unfit(Outcome.BROKEN, f"content encoding {strange[0][:40]!r}, never asked for")
    if len(encodings) > _MOST_ENCODINGS:
        return Unfit(Outcome.BROKEN, f"compressed {len(encodings)} times over")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > expect.limit:
        return Unfit(Outcome.TOO_LARGE, f"more than {expect.limit} bytes")
    return None


def location_of(response: requests.Response) -> str:
    """The address in a Location header, as UTF-8 where it is; header bytes come as Latin-1."""
    location = response.headers.get("location", "")
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds asked for by Retry-After (RFC 9110 10.2.3), capped at 6 hours; None if unsaid."""
    value = headers.get("retry-after", "").strip()[:100]
    if not value:
        return None
    try:
        seconds = float(value) if value.isdigit() else (_http_date(value) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _http_date(value: str) -> datetime:
    moment = parsedate_to_datetime(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def validators(page: Page | None) -> dict[str, str]:
    """The conditional headers that a kept page allows."""
    if page is None:
        return {}
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return {name: page.headers[key] for name, key in pairs if page.headers.get(key)}
