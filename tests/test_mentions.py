"""Where a text names a target."""

import pytest

from framewatch.story import Target
from models.mentions import by_sentence, find_mentions
from models.sentences import split_sentences

ALIASES = ("United States", "U.S.", "US", "the White House", "DeepSeek", "Deep Seek", "深度求索")
TARGET = Target(code="x", name="X", aliases=ALIASES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DeepSeek's model", ["DeepSeek"]),
        ("DeepSeek’s model", ["DeepSeek"]),
        ("the DEEPSEEK panic", ["DEEPSEEK"]),
        ("deep  seek", ["deep  seek"]),
        ("DeepSeeker", []),
        ("US-based rivals", ["US"]),
        ("it concerns us all", []),
        ("BUS FARES", []),
        ("USB sticks", []),
        ("in the U.S. today", ["U.S."]),
        ("a u.s. flag", []),
        ("the united states", ["united states"]),
        ("杭州的深度求索公司", ["深度求索"]),
        ("The White House and the White Houses", ["The White House"]),
        ("U.S., US and DeepSeek", ["U.S.", "US", "DeepSeek"]),
        ("", []),
    ],
)
def test_mentions(text: str, found: list[str]) -> None:
    """Whole words, possessives, short capitals as they stand, Chinese names without spaces."""
    assert [text[m.start : m.end] for m in find_mentions(text, TARGET)] == found


def test_a_target_without_aliases_is_never_mentioned() -> None:
    """An empty alternative would match everywhere."""
    assert find_mentions("- any -", Target(code="x", name="X", aliases=("",))) == []


def test_the_longest_alias_wins() -> None:
    """All of the name's tokens are the target's, in whatever order the aliases stand."""
    target = Target(code="x", name="X", aliases=("Lin", "Lin Wei"))
    assert [(m.start, m.end) for m in find_mentions("Then Lin Wei left.", target)] == [(5, 12)]


def test_mentions_are_grouped_by_the_sentence_that_holds_them() -> None:
    """A sentence with two mentions counts once; one without is absent."""
    text = "DeepSeek beat DeepSeek. Nobody came.\nThe US waits."
    sentences = split_sentences(text)
    grouped = by_sentence(find_mentions(text, TARGET), sentences)
    assert {at: len(found) for at, found in grouped.items()} == {0: 2, 2: 1}
