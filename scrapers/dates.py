"""Dates as pages print them, and which of several to believe.

A wall-clock time without offset is the publisher's local time. Where the publisher's zone is not
known, only its day is kept: the crawl's own clock never stands in.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil import parser as dateutil_parser  # type: ignore[import-untyped]

from framewatch.story import DateClaim

__all__ = [
    "DateClaim",
    "choose",
    "day_claim",
    "read_date",
    "read_written_day",
    "url_day",
    "written_span",
]

FIRST_YEAR = 1990  # nothing on the web is older
_MAX_LENGTH = 80
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_CHINESE = re.compile(
    r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?(?:\s*(\d{1,2})[:：](\d{2}))?"
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}|\d{1,2}\s*[ap]\.?m\b|T\d{2}", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?!\d)")
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(\d{2})[/-]?(\d{2})(?!\d)")
_WRITTEN = re.compile(
    r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?"
    r"|\d{4}-\d{2}-\d{2}"
    r"|\b\d{1,2}(?:st|nd|rd|th|\.)?(?:\s+of|\s+de)?\s+[^\W\d_]{3,12}\.?,?(?:\s+de)?\s+\d{4}\b"
    r"|\b[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b"
    r"|\b\d{1,2}[/.]\d{1,2}[/.]\d{4}\b",
    re.IGNORECASE,
)


def read_date(text: str, source: str, zone: ZoneInfo | None) -> DateClaim | None:
    """A machine-readable date (ISO 8601 and its neighbours); None where it cannot be read."""
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    if match := _CHINESE.search(text):
        year, month, day, hour, minute = (int(part or 0) for part in match.groups())
        return _claim((year, month, day, hour, minute), bool(match.group(4)), source, zone)
    moment = _numeric(text) or _moment(text)
    if moment is None or (_AMBIGUOUS.match(text) and not _numeric(text)):
        return None
    timed = bool(_CLOCK.search(text)) and moment.time() != time(0)
    if moment.tzinfo is not None and timed:
        return _plausible(DateClaim(moment, False, source))
    fields = (moment.year, moment.month, moment.day, moment.hour, moment.minute)
    return _claim(fields, timed, source, zone)


def read_written_day(text: str, language: str = "en") -> date | None:
    """The first day written out in prose ("4 February 2025", "2025年2月4日").

    3/4/2025 is left unread: it means two days.
    """
    for match in _WRITTEN.finditer(text[:2000]):
        claim = read_date(match.group(), "", None)
        day = claim.moment.date() if claim else _spoken_day(match.group(), language)
        if day:
            return day
    return None


def written_span(text: str) -> re.Match[str] | None:
    """Where the first written-out day stands."""
    return _WRITTEN.search(text)


def url_day(url: str) -> DateClaim | None:
    """The day in a path such as /2025/02/04/."""
    match = _URL_DAY.search(url)
    return _claim((*map(int, match.groups()), 0, 0), False, "url", None) if match else None


def day_claim(day: date, source: str, zone: ZoneInfo | None) -> DateClaim:
    """A bare day, as the publisher printed it."""
    return DateClaim(datetime(day.year, day.month, day.day, tzinfo=zone or UTC), True, source)


def choose(claims: list[DateClaim]) -> DateClaim | None:
    """The first claim; where that is a bare day, the next of the same day that has a time."""
    if not claims:
        return None
    first = claims[0]
    if first.day_only:
        same = (c for c in claims if not c.day_only and c.moment.date() == first.moment.date())
        return next(same, first)
    return first


def _numeric(text: str) -> datetime | None:
    """31/1/2025, 1/31/2025 and 4.2.2025; None for what can be read two ways."""
    match = _AMBIGUOUS.fullmatch(text)
    if match is None:
        return None
    first, mark, second, year = match.groups()
    day, month = int(first), int(second)
    if mark == "/" and day != month and max(day, month) <= 12:
        return None
    if mark == "/" and month > 12:
        day, month = month, day
    try:
        return datetime(int(year), month, day)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        found = dateutil_parser.parse(text, default=datetime(1, 1, 1), tzinfos=_offset)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if isinstance(found, datetime) else None


def _offset(_name: str | None, seconds: int | None) -> timezone | None:
    """Offsets count; names such as EST or BST do not, being several zones each."""
    return None if seconds is None else timezone(timedelta(seconds=seconds))


def _spoken_day(text: str, language: str) -> date | None:
    import dateparser  # type: ignore[import-untyped]

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True}
    try:
        found = dateparser.parse(text, languages=[language], settings=settings)
    except ValueError:  # a language it does not know
        return None
    return found.date() if found and found.year >= FIRST_YEAR else None


def _claim(
    fields: tuple[int, ...], timed: bool, source: str, zone: ZoneInfo | None
) -> DateClaim | None:
    day_only = not timed or zone is None
    year, month, day, hour, minute = fields
    if day_only:
        hour = minute = 0
    try:
        moment = datetime(year, month, day, hour, minute, tzinfo=zone or UTC)
    except ValueError:
        return None
    return _plausible(DateClaim(moment, day_only, source))


def _plausible(claim: DateClaim) -> DateClaim | None:
    return claim if FIRST_YEAR <= claim.moment.year <= 2100 else None
