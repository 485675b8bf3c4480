"""The byline a reader sees: names and a day printed between the headline and the text.

Asked only where the head of the page names no person, or no date.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from scrapers.blocks import text_blocks
from scrapers.bylines import clean_authors
from scrapers.dates import DateClaim, day_claim, read_date, read_written_day, written_span
from scrapers.republication import is_note

_BLOCKS_READ = 8  # below the headline
_LONGEST = 120  # characters; more is text
_BY = re.compile(
    r"^(?:by|von|par|por|text:|autor(?:in)?:|作者[:：]|记者[:：]?|文[/／])\s*", re.IGNORECASE
)
_CHINESE_DATE = 24  # characters: 2025 年 02 月 05 日 11:10
_LABELLED = re.compile(r"(?:作者|记者|文)\s*[:：/／]\s*([\u4e00-\u9fff·\s、，]{2,40})")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}\s*(?:Uhr|h|[ap]\.?m\.?)?(?:\s*[A-Z]{3,4}\b)?", re.IGNORECASE)
_CHANGED = re.compile(
    r"^(?:[^\d]*\b)?(?:updated?|modified|amended|aktualisiert|stand|mis à jour|actualizad[oa]|"
    r"aggiornato|oppdatert|opdateret)\b[^\d]*$|更新",
    re.IGNORECASE,
)
_PLACE = re.compile(r",\s*[^\W\d_a-z][\w’'-]*$")  # "Ada Brook, Lille"
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Professor)\.?\s+)?[^\W\d_a-z][\w’'.-]*(?:\s+(?:de|van|von|der|al|bin)\b)?"
    r"(?:\s+[^\W\d_a-z][\w’'.-]*){1,3}"
)


def visible_byline(
    tree: Any, language: str = "en", zone: ZoneInfo | None = None
) -> tuple[tuple[str, ...], DateClaim | None]:
    """Authors and date as printed under the headline; empty and None where there are none.

    A time of day counts only in the Chinese form, which has no second meaning, and with a zone.
    """
    authors: tuple[str, ...] = ()
    printed: DateClaim | None = None
    for line in lines_under_headline(tree):
        dated = written_span(line)
        if dated and (printed is None or printed.modified):
            said = _printed(line[dated.start() :], dated.group(), language, zone)
            if said and _CHANGED.search(line[: dated.start()]):
                said = replace(said, source="byline modified")
            printed = said or printed
        rest = line[: dated.start()] + line[dated.end() :] if dated else line
        rest = _CLOCK.sub("", rest).strip(" |·•,–—-")
        authors = authors or _people(rest)
    return authors, printed


def _printed(line: str, written: str, language: str, zone: ZoneInfo | None) -> DateClaim | None:
    if "年" in written:
        return read_date(line[:_CHINESE_DATE], "byline", zone)
    day = read_written_day(written, language)
    return day_claim(day, "byline", zone) if day else None


def xpath_authors(tree: Any) -> tuple[str, ...]:
    """Authors where the page's mark-up names them (rel=author, class=byline …), by trafilatura."""
    from trafilatura.metadata import extract_author

    return clean_authors((extract_author(tree) or "").split("; "))


def lines_under_headline(tree: Any) -> Iterator[str]:
    """Short lines between the headline and the text, a note of republication left out."""
    headline = "h2" if tree.find(".//h1") is None else "h1"
    below = 0
    for tag, line in text_blocks(tree, _LONGEST + 1):
        if below and (len(line) > _LONGEST or below > _BLOCKS_READ):
            return
        if below:
            below += 1
            if not is_note(line):
                yield line
        elif tag == headline:
            below = 1


def _people(line: str) -> tuple[str, ...]:
    """Names after "By", or a line that is nothing but one name."""
    if labelled := _LABELLED.search(line):
        return clean_authors([labelled.group(1).strip()])
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
