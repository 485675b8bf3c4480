"""What of an article is public: what its page declares, and how its text ends.

Where a publisher sells an article, the teaser is kept and the sold part is not, even if the page
carries it (schema.org: `isAccessibleForFree`, `hasPart.cssSelector`).
"""

import re
from collections.abc import Iterator
from typing import Any

from scrapers.jsonld import Node

_TEASER_END = re.compile(
    r"\b(?:subscribe|sign (?:in|up)|log in|register|join)\b.{0,60}"
    r"\bto (?:continue|keep|read|unlock|access)\b"
    r"|to (?:continue|keep) reading|already a subscriber|(?:article|story|content) is (?:only )?"
    r"(?:for|available to) (?:\w+ )?(?:subscribers|members)|weiterlesen mit|jetzt abonnieren|"
    r"réservé aux abonnés|il vous reste .{0,20}à lire|suscríbete para|登录后(?:阅读|查看)|订阅后",
    re.IGNORECASE,
)
_LONGEST_TEASER = 2_500  # characters; below a longer text the call to subscribe is furniture
_WHOLE = 0.5  # share of the declared words that a whole text must have
_MIN_WORD_COUNT = 150
_MAX_PARTS = 20


def is_free(article: Node) -> bool | None:
    """isAccessibleForFree, of the article or of any part of it; None where nothing is said."""
    own = _truth(article.get("isAccessibleForFree"))
    parts = [_truth(part.get("isAccessibleForFree")) for part in _parts(article)]
    return False if own is None and False in parts else own


def sold_selectors(article: Node) -> tuple[str, ...]:
    """CSS selectors of the parts that are not free."""
    found: list[str] = []
    for part in _parts(article):
        if _truth(part.get("isAccessibleForFree")) is False:
            selectors = part.get("cssSelector")
            listed = selectors if isinstance(selectors, list) else [selectors]
            found += [selector for selector in listed if isinstance(selector, str)]
    return tuple(found)


def before_teaser_end(text: str) -> tuple[str, bool]:
    """The text before a call to subscribe, and whether there was one."""
    before = 0
    for line in text.split("\n"):
        if before > _LONGEST_TEASER:
            break
        if before and len(line) < 300 and _TEASER_END.search(line):
            return text[: before - 1], True
        before += len(line) + 1
    return text, False


def is_whole(text: str, declared_words: int) -> bool:
    """Whether a spaced text has at least half of the words its page says the article has."""
    return declared_words < _MIN_WORD_COUNT or len(text.split()) >= _WHOLE * declared_words


def _parts(article: Node) -> Iterator[dict[str, Any]]:
    parts = article.get("hasPart")
    listed = parts if isinstance(parts, list) else [parts]
    return (part for part in listed[:_MAX_PARTS] if isinstance(part, dict))


def _truth(value: Any) -> bool | None:
    """Publishers write a boolean, the word, or the word's address."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().rsplit("/", 1)[-1].lower())
    return value if isinstance(value, bool) else None
