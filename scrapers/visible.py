"""The byline a reader sees: names and a day printed between the headline and the text.

Asked only where the head of the page names no person, or no date.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from scrapers.blocks import text_blocks
from scrapers.bylines import clean_authors
from scrapers.dates import read_written_day, written_span
from scrapers.republication import is_note

_BLOCKS_READ = 8  # below the headline
_LONGEST = 120  # characters; more is text
_BY = re.compile(
    r"^(?:by|von|par|por|text:|autor(?:in)?:|作者[:：]|记者[:：]?|文[/／])\s*", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}\s*(?:Uhr|h|[ap]\.?m\.?)?(?:\s*[A-Z]{3,4}\b)?", re.IGNORECASE)
_PLACE = re.compile(r",\s*[^\W\d_a-z][\w’'-]*$")  # "Ada Brook, Lille"
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Professor)\.?\s+)?[^\W\d_a-z][\w’'.-]*(?:\s+(?:de|van|von|der|al|bin)\b)?"
    r"(?:\s+[^\W\d_a-z][\w’'.-]*){1,3}"
)


def visible_byline(tree: Any, language: str = "en") -> tuple[tuple[str, ...], date | None]:
    """Authors and day as printed under the headline; empty and None where there are none."""
    authors: tuple[str, ...] = ()
    day: date | None = None
    for line in _under_headline(tree):
        dated = written_span(line)
        if dated and day is None:
            day = read_written_day(dated.group(), language)
        rest = line[: dated.start()] + line[dated.end() :] if dated else line
        rest = _CLOCK.sub("", rest).strip(" |·•,–—-")
        authors = authors or _people(rest)
    return authors, day


def xpath_authors(tree: Any) -> tuple[str, ...]:
    """Authors where the page's mark-up names them (rel=author, class=byline …), by trafilatura."""
    from trafilatura.metadata import extract_author

    return clean_authors((extract_author(tree) or "").split("; "))


def _under_headline(tree: Any) -> Iterator[str]:
    below = 0
    for tag, line in text_blocks(tree, _LONGEST + 1):
        if below and (len(line) > _LONGEST or below > _BLOCKS_READ):
            return
        if below:
            below += 1
            if not is_note(line):
                yield line
        elif tag == "h1":
            below = 1


def _people(line: str) -> tuple[str, ...]:
    """Names after "By", or a line that is nothing but one name."""
    bare = _BY.sub("", line)
    if bare != line and len(bare) <= 80:
        return clean_authors([_PLACE.sub("", bare)])
    return clean_authors([line]) if _NAME.fullmatch(line) else ()


def people_only(names: Iterable[str], sites: Iterable[str]) -> tuple[str, ...]:
    """The names that are not the site's own, however it is spelled ("n-tv", "ntv.de")."""
    known = {_letters(site) for site in sites}
    return tuple(name for name in names if _letters(name) not in known)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
