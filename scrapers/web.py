"""The web as connectors see it: one method, whether live or replayed."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Protocol

from framewatch.story import Outcome, Page, Rejected

MiB = 1 << 20


@dataclass(frozen=True, slots=True)
class Expect:
    """What kind of answer is wanted: the types that will do, and the most decoded bytes."""

    types: tuple[str, ...]  # prefixes of the media type; an empty tuple takes any
    limit: int
    accept: str
    binary: tuple[str, ...] = ()  # what may come although it is no text, as scrapers.sniff names it


# Limits: SOURCES reference, section 13.5 (HTML 5, feeds 20, sitemaps 50 MiB); RFC 9309 section 2.5
# has robots.txt parsed up to 500 KiB at least.
PAGE = Expect(
    ("text/html", "application/xhtml"),
    5 * MiB,
    "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
)
FEED = Expect(
    ("application/", "text/"),
    20 * MiB,
    "application/atom+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.1",
)
SITEMAP = Expect(
    ("application/", "text/"),
    50 * MiB,
    "application/xml,text/xml;q=0.9,*/*;q=0.1",
    binary=("application/gzip",),
)
ROBOTS = Expect((), MiB, "text/plain,*/*;q=0.1")


# What services answer. Their limits: 20 MiB of JSON or text, 64 MiB for one packed file.
SERVICE = Expect((), 20 * MiB, "application/json,*/*;q=0.1")
PACKED = Expect(
    (),
    64 * MiB,
    "*/*",
    binary=("application/gzip", "application/zip"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request to a service that offers answers to programs. Its key goes into a header."""

    url: str  # with its query; never with a key in it
    source: str  # whose daily budget it is taken from
    spacing: float  # least seconds between two requests to this service
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    expect: Expect = SERVICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a service answered, with whatever status."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)  # decoded; of an error its first 64 KiB
    at: datetime
    retry_after: float | None = None  # seconds, of Retry-After where it was sent


class Web(Protocol):
    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        """The page at url with status 200, or why there is none. Never raises for a bad page.

        robots.txt is obeyed, the host's pace kept, the response archived.
        """
        ...

    def ask(self, question: Question) -> Reply | Rejected:
        """The reply of a service, with any status; Rejected if none came (or it is not its turn).

        No robots.txt (a service for programs is offered to them), nothing archived, redirects
        followed with the same guard. A 429 or 503 makes every process wait for this host.
        """
        ...

    def stream(self, question: Question) -> "AbstractContextManager[IO[bytes] | Rejected]":
        """The body of a reply with status 200 or 206 as a file, read as it comes: no size limit
        but expect.limit, no deadline but the one between two reads."""
        ...

    def keep(self, page: Page) -> Page:
        """Archive a page that another than its host handed over, and say where.

        It is cut to its head's claims where its publisher reserves the text.
        """
        ...

    def forbidden(self, url: str) -> Rejected | None:
        """What robots.txt of url's own host says against reading it, where it can be read.

        For pages that another archive hands over: an unreachable robots.txt forbids nothing here.
        """
        ...


def wrong_type(content_type: str, expect: Expect) -> bool:
    """Whether a media type is none of the wanted ones; an absent one is given the benefit."""
    media = content_type.partition(";")[0].strip().lower()
    return bool(media and expect.types) and not media.startswith(expect.types)


def outcome_of_status(status: int) -> Outcome:
    """How a link ends on an error status: gone, unavailable for now, or an error that stays."""
    if status in (404, 410):
        return Outcome.GONE
    return Outcome.UNAVAILABLE if status == 429 or status >= 500 else Outcome.HTTP_ERROR
