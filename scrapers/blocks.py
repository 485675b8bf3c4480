"""A page as a reader sees it: runs of text between block boundaries, in one pass over the tree."""

from collections.abc import Iterator
from typing import Any

from scrapers.bylines import plain

_BOUNDARIES = frozenset(
    "p div li ul ol td tr table aside section footer header article main nav blockquote figure "
    "figcaption h1 h2 h3 h4 h5 h6 br address time form".split()
)
_UNSEEN = frozenset("script style noscript template svg head select button".split())
_MAX_BLOCKS = 20_000


def text_blocks(tree: Any, longest: int) -> Iterator[tuple[str, str]]:
    """(enclosing tag, text) of each run; runs longer than `longest` come cut to it."""
    from lxml import etree

    pieces: list[str] = []
    tag, unseen, found = "", 0, 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        if name in _BOUNDARIES:
            if text := _joined(pieces, longest):
                found += 1
                yield tag, text
            if found >= _MAX_BLOCKS:
                return
            pieces, tag = [], name if event == "start" else ""
        unseen += (name in _UNSEEN) * (1 if event == "start" else -1)
        words = element.text if event == "start" else element.tail
        if words and not unseen and name:
            pieces.append(words)
    if text := _joined(pieces, longest):
        yield tag, text


def _joined(pieces: list[str], longest: int) -> str:
    joined = "".join(pieces)
    return plain(joined, longest) if joined.strip() else ""
