"""Paragraphs the extractor left out between two that it kept.

A paragraph dense with links or figures looks like furniture to it. But what stands between two
paragraphs of the article, in the same element as they do, is of the article.
"""

import re
from collections.abc import Iterator
from typing import Any

from scrapers.bylines import plain

_LONGEST_GAP = 3  # paragraphs; more is something else set into the text
_RUNNING = 80  # characters from which a paragraph is running text rather than a label
_ENDS = re.compile(r"[.!?。！？…][\"'”’»)」』\]]*$")
_MARK = 30  # letters: a paragraph whose head or tail the text has already is there in other dress
_MAX_PARAGRAPHS = 5_000
_MAX_LINE = 20_000


def paragraphs(tree: Any) -> list[list[str]]:
    """The running texts of each element's own <p> children, element by element."""
    rows: dict[Any, list[str]] = {}
    for number, paragraph in enumerate(tree.iter("p")):
        if number >= _MAX_PARAGRAPHS:
            break
        if text := plain("".join(paragraph.itertext()), _MAX_LINE):
            rows.setdefault(paragraph.getparent(), []).append(text)
    return [row for row in rows.values() if len(row) >= 3]


def filled(lines: list[str], rows: list[list[str]]) -> list[str]:
    """The lines with the paragraphs that stood between them in one of the rows."""
    places = {letters(line): number for number, line in reversed(list(enumerate(lines)))}
    known = "\n".join(places)
    missing: dict[int, list[str]] = {}
    for row in rows:
        for before, gap in _gaps(row, places):
            left = [text for text in gap if len(text) >= _RUNNING and _ENDS.search(text)]
            if left := [text for text in left if not _known(letters(text), known)]:
                missing[before] = left
    return [text for n, line in enumerate(lines) for text in (line, *missing.get(n, ()))]


def letters(text: str) -> str:
    """What two printings of a text share: its letters and digits, in one case."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _known(key: str, known: str) -> bool:
    return key[:_MARK] in known or key[-_MARK:] in known


def _gaps(row: list[str], places: dict[str, int]) -> Iterator[tuple[int, list[str]]]:
    """(number of the kept line before it, what was left out) for each short gap in a row."""
    last, gap = -1, list[str]()
    for text in row:
        place = places.get(letters(text), -1)
        if place < 0:
            gap.append(text)
            continue
        if 0 <= last < place <= last + 4 and 0 < len(gap) <= _LONGEST_GAP:
            yield last, gap
        last, gap = place, []
