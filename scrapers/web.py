"""The web as connectors see it: one method, whether live or replayed."""

from dataclasses import dataclass
from typing import Protocol

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


class Web(Protocol):
    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        """The page at url with status 200, or why there is none. Never raises for a bad page."""
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
