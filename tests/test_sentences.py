"""Sentences: exact spans, nothing lost, bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sentences import LONGEST_SENTENCE, Span, split_sentences


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


def test_an_article_becomes_its_sentences() -> None:
    """Abbreviations and figures do not end a sentence; a new line always does."""
    text = (
        "A headline without a stop\n\n"
        "Dr. Wu of the U.S. firm lost $1.5 billion. “Bad,” he said.\nEnd"
    )
    assert sentences(text) == [
        "A headline without a stop",
        "Dr. Wu of the U.S. firm lost $1.5 billion.",
        "“Bad,” he said.",
        "End",
    ]


@given(st.text(alphabet=st.sampled_from("aB. \n\t“”'!?…中\u202e\x00😀"), max_size=300))
def test_every_visible_character_lies_in_exactly_one_sentence(text: str) -> None:
    """Offsets are exact: evidence is cut out of the text by them."""
    covered = [at for span in split_sentences(text) for at in range(span.start, span.end)]
    assert len(covered) == len(set(covered))
    assert {at for at, c in enumerate(text) if not c.isspace()} <= set(covered)


@pytest.mark.parametrize("text", ["“" * 200_000, "a" * 200_000, "(" * 200_000, "a.\n" * 60_000])
def test_hostile_texts_take_bounded_time(text: str) -> None:
    """A page may hold anything; the cut into sentences never takes the day."""
    start = time.perf_counter()
    found = split_sentences(text)
    assert time.perf_counter() - start < 60
    assert max(span.end - span.start for span in found) <= LONGEST_SENTENCE


@pytest.mark.parametrize(
    ("start", "end", "shared"), [(0, 5, 0), (5, 12, 2), (12, 14, 2), (20, 30, 0)]
)
def test_overlap_counts_shared_characters(start: int, end: int, shared: int) -> None:
    """Half-open spans that only touch share nothing."""
    assert Span(10, 20).overlap(start, end) == shared
