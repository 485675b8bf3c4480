"""A row of somebody's table as an article: which column is which, and what a cell must hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from framewatch.story import DateClaim, Page
from scrapers.bylines import one_line, plain
from scrapers.dates import read_date
from scrapers.given import Given, page_of, paragraphs
from scrapers.urls import canonicalize
from scrapers.web import PAGE

VIA = "import"
# Names that columns of news corpora have, the likeliest first; the first of a list is our own.
GUESSES: Mapping[str, tuple[str, ...]] = {
    "url": ("url", "link", "article_url", "web_url", "weburl", "canonical_url", "address", "href"),
    "title": ("title", "headline", "headlines", "webtitle", "article_title"),
    "text": (
        "text", "body", "content", "article", "full_text", "fulltext", "article_text", "bodytext",
        "maintext", "story",
    ),
    "html": ("html", "body_html", "content_html"),
    "published": (
        "published", "published_at", "date", "pub_date", "pubdate", "publish_date", "date_publish",
        "publication_date", "publishedat", "webpublicationdate", "datetime", "timestamp", "created",
    ),
    "authors": ("authors", "author", "byline", "creator", "writer"),
    "language": ("language", "lang", "language_code"),
    "section": ("section", "category", "sectionname", "desk", "news_desk"),
    "kind": ("kind", "genre", "type", "type_of_material", "article_type"),
    "outlet": (
        "outlet", "publisher", "source", "publication", "source_name", "newspaper", "domain",
    ),
}  # fmt: skip
_TEXTS = ("text", "html")
_LONGEST = PAGE.limit
_BLOCK = re.compile(r"</(?:p|div|li|h[1-6]|blockquote)>|<br\s*/?>", re.IGNORECASE)
_EPOCH = {10: 1.0, 13: 1000.0}  # digits of a Unix time in seconds and in milliseconds

Zones = Callable[[str], ZoneInfo | None]  # the zone of the outlet that an address belongs to


class MappingError(ValueError):
    """Columns cannot be told; the message names those there are."""


class BadRow(ValueError):
    """A row that cannot be imported, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article of a corpus, or why it is none."""

    number: int  # its row in the table (the header is row 1), its line, its record or its file
    url: str = ""
    page: Page | None = None
    title: str = ""
    published_at: datetime | None = None
    day_only: bool = False
    reason: str = ""  # why there is no page


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a corpus is to be read."""

    path: Path
    mapping: Mapping[str, str]  # field → column, of tables; scrapers.columns.GUESSES
    encoding: str  # of tables, where no byte order mark says otherwise
    now: datetime
    zones: Zones


def columns_for(mapping: Mapping[str, str], present: Sequence[str]) -> dict[str, str]:
    """Field → column, from what the operator says and, for the rest, by the usual names.

    A dotted column ("headline.main") is looked up inside nested objects. Raises MappingError.
    """
    there = ", ".join(present) or "none"
    for field, column in mapping.items():
        if field not in GUESSES:
            raise MappingError(f"no field {field!r}; fields are: {', '.join(GUESSES)}")
        if column.split(".")[0] not in present and column not in present:
            raise MappingError(f"no column {column!r}; there are: {there}")
    found = dict(mapping)
    by_name = {name.strip().casefold(): name for name in reversed(present)}
    for field, names in GUESSES.items():
        free = [by_name[n] for n in names if n in by_name and by_name[n] not in found.values()]
        if field not in found and free:
            found[field] = free[0]
    if "url" not in found:
        raise MappingError(f"which column is the address? Say --map url=COLUMN; there are: {there}")
    if not any(field in found for field in _TEXTS):
        raise MappingError(f"which column is the text? Say --map text=COLUMN; there are: {there}")
    return found


def page_of_row(
    row: Mapping[str, Any], columns: Mapping[str, str], now: datetime, zones: Zones
) -> tuple[Page, str, DateClaim | None]:
    """The row as a page, its title, and its date. Raises BadRow."""
    cells = {field: _cell(row, column) for field, column in columns.items()}
    url = address(_string(cells.get("url")))
    claim = _published(_string(cells.get("published")), zones(url))
    title = plain(_string(cells.get("title")))
    html = _string(cells.get("html"))
    if html and not _string(cells.get("text")):
        return html_page(url, html.encode("utf-8", "replace"), now), title, claim
    text = _text(_string(cells.get("text")))
    given = Given(
        url=url,
        title=title,
        text=text,
        via=VIA,
        authors=tuple(filter(None, map(_string, _listed(cells.get("authors"))))),
        published_at=claim.moment if claim else None,
        published_day_only=bool(claim and claim.day_only),
        language=_string(cells.get("language")),
        section=_string(cells.get("section")),
        kind=_string(cells.get("kind")),
        outlet_name=_string(cells.get("outlet")),
    )
    return page_of(given, now), title, claim


def html_page(
    url: str,
    body: bytes,
    now: datetime,
    captured_at: datetime | None = None,
    content_type: str = "text/html; charset=utf-8",
) -> Page:
    """An HTML page as it was handed to us."""
    if len(body) > _LONGEST:
        raise BadRow(f"more than {_LONGEST} bytes")
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers={"content-type": content_type},
        body=body,
        fetched_at=now,
        captured_at=captured_at,
        via=VIA,
    )


def address(written: str) -> str:
    """The address as written, once it is known to be one. Raises BadRow."""
    if not written:
        raise BadRow("no address")
    try:
        canonicalize(written)
    except ValueError as error:
        raise BadRow(str(error)) from None
    return written


def _text(written: str) -> str:
    if len(written) > _LONGEST:
        raise BadRow(f"more than {_LONGEST} characters of text")
    if _BLOCK.search(written):  # mark-up after all
        written = "\n".join(plain(part, len(part)) for part in _BLOCK.split(written))
    text = paragraphs(written)
    if not text:
        raise BadRow("no text")
    return text


def _published(written: str, zone: ZoneInfo | None) -> DateClaim | None:
    if not written:
        return None
    if written.isdigit() and (scale := _EPOCH.get(len(written))):
        return DateClaim(datetime.fromtimestamp(int(written) / scale, UTC), False, VIA)
    claim = read_date(written, VIA, zone)
    if claim is None:
        raise BadRow(f"cannot read the date {one_line(written, 60)!r}")
    return claim


def _cell(row: Mapping[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    found: Any = row
    for key in column.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _string(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def zone_of(url: str, zones: Mapping[str, ZoneInfo]) -> ZoneInfo | None:
    """The zone of the outlet whose host an address has; zones by host name."""
    host = (urlsplit(url).hostname or "").lower()
    labels = host.split(".")
    names = (".".join(labels[at:]) for at in range(len(labels) - 1))
    return next((zones[name] for name in names if name in zones), None)
