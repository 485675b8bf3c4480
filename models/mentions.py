"""Where a text names a target: aliases as the topic's file lists them."""

from collections.abc import Sequence

from framewatch.aliases import pattern
from framewatch.story import Target
from models.sentences import Span


def find_mentions(text: str, target: Target) -> list[Span]:
    """Every mention of the target in order, a possessive 's not included.

    Latin aliases match whole words in any case (short ones in capitals only as they stand);
    Chinese ones match anywhere. The longest alias wins where several begin.
    """
    return [Span(*match.span()) for match in pattern(target.aliases).finditer(text)]


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
