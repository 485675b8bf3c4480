"""An article's passages as its page marks them: each sentence once, with a place to link to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dashboard.excerpt import Passage, Piece
from framewatch.story import Evidence

TONE = "tone"  # in place of a frame's code: the sentences that mention a target


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text, and for what it is evidence."""

    text: str
    frames: tuple[Evidence, ...]
    targets: tuple[Evidence, ...]
    anchors: tuple[str, ...]  # of the sentences that begin here


def shown(evidence: Iterable[Evidence], about: str) -> tuple[Evidence, ...]:
    """What is marked: evidence for one frame, for targets (`TONE`), or all of it ("")."""
    return tuple(
        item
        for item in evidence
        if not about
        or (about == TONE and item.kind == "target")
        or (item.kind == "frame" and item.about == about)
    )


def marked(passages: Iterable[Passage]) -> tuple[tuple[Mark, ...], ...]:
    """Per passage. A sentence's anchor is its place in the text, and stands where it begins."""
    given: set[str] = set()
    return tuple(tuple(_marks(passage.pieces, given)) for passage in passages)


def anchor(item: Evidence) -> str:
    return f"e{item.start}"


def _marks(pieces: Sequence[Piece], given: set[str]) -> Iterator[Mark]:
    for piece in pieces:
        anchors = sorted({anchor(item) for item in piece.evidence} - given)
        given.update(anchors)
        yield Mark(
            text=piece.text,
            frames=tuple(item for item in piece.evidence if item.kind == "frame"),
            targets=tuple(item for item in piece.evidence if item.kind == "target"),
            anchors=tuple(anchors),
        )
