"""Which of the dates that a page gives is the day of its publication.

Every candidate is kept with where it stood. One is chosen:

1. Refused are dates before 1990 (1970 is an empty field), dates later than a day after the page
   was fetched, and a <meta> or <time> within five minutes of the fetch: that is the server's clock.
2. Of the rest the most trusted is chosen: json-ld, opengraph, meta, time, url, byline; then
   htmldate's finding, and last of all what the source of the link said.
3. Where that gives only a day, the page's next claim of the same day lends its time.
4. A date of modification ("json-ld modified", …) is never chosen, nor the date of a note of
   republication, nor the moment of the crawl. Without a candidate the article is undated.

A time without an offset is local to the outlet's zone; on an unknown outlet only its day is kept.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from scrapers.dates import DateClaim, choose

OF_LINK = "source"  # what the feed, sitemap or archive said that named the page
_CLOCK = timedelta(minutes=5)
_CLOCK_SOURCES = frozenset(("meta", "time"))
_AHEAD = timedelta(days=1)  # a publisher's zone may be ahead of the crawl's
_MAX_CLAIMS = 20


def settled(claims: Iterable[DateClaim], fetched_at: datetime | None) -> tuple[DateClaim, ...]:
    """The claims that can be true: the chosen one first, modifications last.

    claims: most trusted first. Empty, or with modifications only, if none can be chosen.
    """
    left = [claim for claim in dict.fromkeys(claims) if not _refused(claim, fetched_at)]
    published = [claim for claim in left if not claim.modified]
    found = choose([claim for claim in published if claim.source != OF_LINK] or published)
    first = [found] if found else []
    rest = [claim for claim in published if claim != found]
    return (*first, *rest, *(claim for claim in left if claim.modified))[:_MAX_CLAIMS]


def chosen(claims: tuple[DateClaim, ...]) -> DateClaim | None:
    """The one chosen, of claims that are settled."""
    return claims[0] if claims and not claims[0].modified else None


def _refused(claim: DateClaim, fetched_at: datetime | None) -> bool:
    if fetched_at is None:
        return False
    clock = claim.source in _CLOCK_SOURCES and not claim.day_only
    return claim.moment > fetched_at + _AHEAD or (
        clock and abs(claim.moment - fetched_at) <= _CLOCK
    )
