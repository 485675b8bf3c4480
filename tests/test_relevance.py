"""Finding names, and telling what is on the topic."""

from pathlib import Path

import pytest

from framewatch.aliases import count, names
from framewatch.facts import load_topic
from framewatch.story import Article
from scrapers.relevance import off_topic, promising

TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")


@pytest.mark.parametrize(
    ("text", "aliases", "times"),
    [
        ("DeepSeek's model; deepseek, DEEPSEEK", ("DeepSeek",), 3),
        ("DeepSeeker and xDeepSeek", ("DeepSeek",), 0),
        ("let us ask the US and U.S. firms about USB", ("US", "U.S."), 2),
        ("梁文锋说深度求索很好", ("深度求索", "梁文锋"), 2),
        ("Liang  Wenfeng, then Liang\nWenfeng", ("Liang Wenfeng", "Liang"), 2),
        ("打开DeepSeek查看,éDeepSeek", ("DeepSeek",), 1),
        ("anything", (), 0),
    ],
    ids=["possessive", "inside", "acronym", "chinese", "spaces", "mixed scripts", "none"],
)
def test_names_are_found_as_whole_names(text: str, aliases: tuple[str, ...], times: int) -> None:
    """Word boundaries where the script has them; the longest alias first."""
    assert count(text, aliases) == times
    assert names(text, aliases) is (times > 0)


@pytest.mark.parametrize(
    ("url", "title", "summary", "expected"),
    [
        ("https://herald.example/1", "DeepSeek rattles markets", "", True),
        ("https://herald.example/1", "Markets rattled", "after DeepSeek's launch", True),
        ("https://herald.example/2025/deepseek-rattles-markets", "", "", True),
        ("https://herald.example/%E6%B7%B1%E5%BA%A6%E6%B1%82%E7%B4%A2", "", "", True),
        ("https://deepseek.example/rain", "Rain", "", False),
        ("https://herald.example/rain", "Rain", "More rain", False),
    ],
)
def test_a_listed_item_is_judged_before_it_is_fetched(
    url: str, title: str, summary: str, expected: bool
) -> None:
    """Title, summary or path names the topic; the host does not count."""
    assert promising(TOPIC, url, title, summary) is expected


@pytest.mark.parametrize(
    ("title", "text", "on_topic"),
    [
        ("DeepSeek rattles markets", "Nothing more.", True),
        ("Markets", "DeepSeek fell. Then DeepSeek rose.", True),
        ("Markets", "A long text with DeepSeek in passing.", False),
        ("Rain", "Rain.", False),
    ],
)
def test_one_passing_mention_is_not_the_topic(title: str, text: str, on_topic: bool) -> None:
    """And the reason is said."""
    article = Article(
        url="https://herald.example/1",
        title=title,
        text=text,
        language="en",
        host="herald",
        host_name="Example Herald",
    )
    assert (off_topic(TOPIC, article) == "") is on_topic
