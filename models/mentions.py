"""Where a text names a target: aliases as the topic's file lists them."""

import re
from collections.abc import Sequence
from functools import lru_cache

from framewatch.story import Target
from models.sentences import Span

# Han characters are written without spaces, so no word boundary can be asked of them.
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
# Up to this many letters an alias in capitals must be in capitals in the text: "US", not "us".
SHORT_CAPITALS = 4


def find_mentions(text: str, target: Target) -> list[Span]:
    """Every mention of the target in order, a possessive 's not included.

    Latin aliases match whole words in any case (short ones in capitals only as they stand);
    Chinese ones match anywhere. The longest alias wins where several begin.
    """
    return [Span(*match.span()) for match in _pattern(tuple(target.aliases)).finditer(text)]


def by_sentence(mentions: Sequence[Span], sentences: Sequence[Span]) -> dict[int, list[Span]]:
    """Mentions by the position of the sentence that holds their first character."""
    found: dict[int, list[Span]] = {}
    at = 0
    for mention in mentions:
        while at < len(sentences) and sentences[at].end <= mention.start:
            at += 1
        if at < len(sentences) and sentences[at].start <= mention.start:
            found.setdefault(at, []).append(mention)
    return found


@lru_cache(maxsize=256)
def _pattern(aliases: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted(filter(None, aliases), key=lambda alias: (-len(alias), alias))
    return re.compile("|".join(map(_alias, ordered)) or r"(?!)")


def _alias(alias: str) -> str:
    words = r"\s{1,3}".join(map(re.escape, alias.split()))
    if _HAN.search(alias):
        return words
    letters = [character for character in alias if character.isalpha()]
    exact = len(letters) <= SHORT_CAPITALS and alias.isupper()
    return rf"(?<!\w){words}(?!\w)" if exact else rf"(?<!\w)(?i:{words})(?!\w)"
