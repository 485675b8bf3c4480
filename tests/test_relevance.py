"""Finding names, and telling what is on the topic."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from framewatch.aliases import count, names
from framewatch.facts import SourceBook, load_topic
from framewatch.story import Article, Link, Page
from scrapers.extract import extract
from scrapers.relevance import off_topic, promising, relevance

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


PLAIN = "The council met on Tuesday and put off what it had put off before, for want of a chair."
NAMED = "Shares fell after DeepSeek published its model, and the chair sold hers at the bottom."
FOUNDER = "He was likened by a banker to Liang Wenfeng, whom neither of them had met in person."
OFFHAND = "Unlike DeepSeek, the harbour has been open to everybody since the spring of last year."
CHINESE = "会议在星期二举行，与会者讨论了港口的收费问题，没有作出任何决定，下个月再议。"
CHINESE_NAMED = "深度求索公布模型以后，港口的股价下跌，主席在最低点卖出了她的股份。"
CHINESE_FOUNDER = "有银行家把他比作梁文锋，虽然两个人都没有见过梁文锋本人，也没有用过他的模型。"


def written(title: str, *paragraphs: str, language: str = "en") -> Article:
    return Article(
        url="https://herald.example/1",
        title=title,
        text="\n".join(paragraphs),
        language=language,
        host="herald",
        host_name="Example Herald",
    )


def mixed(places: dict[int, str], length: int, plain: str = PLAIN) -> list[str]:
    """Paragraphs of which those at places name the topic; each differs."""
    return [places.get(n, f"{plain[:-1]} ({n}){plain[-1]}") for n in range(1, length + 1)]


ON_TOPIC = {
    "headline alone": written("DeepSeek rattles markets", "Nothing more."),
    "headline and one paragraph": written("DeepSeek rattles markets", *mixed({4: NAMED}, 8)),
    "lead and often": written("Markets rattled", *mixed({1: NAMED, 2: NAMED, 5: NAMED}, 8)),
    "lead and once more": written("Markets rattled", *mixed({1: NAMED, 6: OFFHAND}, 8)),
    "two in the second paragraph": written("Markets rattled", *mixed({2: NAMED + " " + NAMED}, 7)),
    "late, but throughout": written(
        "Markets rattled", *mixed(dict.fromkeys(range(6, 12), NAMED), 12)
    ),
    "two mentions in a note": written("Markets", "DeepSeek fell. Then DeepSeek rose."),
    "founder in the headline": written("What Liang Wenfeng wants", *mixed({1: FOUNDER}, 6)),
    "founder throughout": written("A quiet man", *mixed(dict.fromkeys((1, 2, 3, 5), FOUNDER), 6)),
    "possessive and capitals": written("DEEPSEEK'S week", *mixed({2: NAMED}, 6)),
    "in two words": written("Deep Seek and the harbour", *mixed({2: NAMED}, 6)),
    "long, named in a quarter": written(
        "Markets rattled", *mixed(dict.fromkeys((1, 5, 9, 13, 17), NAMED), 20)
    ),
    "Chinese headline": written(
        "深度求索震动市场", *mixed({3: CHINESE_NAMED}, 6, CHINESE), language="zh"
    ),
    "Chinese lead": written(
        "市场震动", *mixed({1: CHINESE_NAMED, 4: CHINESE_NAMED}, 6, CHINESE), language="zh"
    ),
    "Latin name in Chinese": written("DeepSeek震动市场", *mixed({}, 6, CHINESE), language="zh"),
    "founder in a Chinese headline": written(
        "梁文锋是谁", *mixed({1: CHINESE_FOUNDER}, 6, CHINESE), language="zh"
    ),
    "traditional characters": written("梁文鋒的一週", *mixed({}, 4, CHINESE), language="zh"),
}
OFF_TOPIC = {
    "never": written("Rain", *mixed({}, 6)),
    "nothing but rain": written("Rain", "Rain."),
    "in passing": written("Markets", "A long text with DeepSeek in passing."),
    "once in the lead": written("The harbour opens", *mixed({1: OFFHAND}, 8)),
    "once in the middle": written("The harbour opens", *mixed({4: OFFHAND}, 8)),
    "once at the end": written("The harbour opens", *mixed({8: OFFHAND}, 8)),
    "twice at the end of a long text": written(
        "The harbour opens", *mixed({29: OFFHAND, 30: OFFHAND}, 30)
    ),
    "founder compared once": written("The harbour opens", *mixed({2: FOUNDER}, 8)),
    "founder compared twice, late": written(
        "The harbour opens", *mixed({7: FOUNDER, 8: FOUNDER}, 12)
    ),
    "another word": written("DeepSeeker wins the regatta", *mixed({}, 6)),
    "a roundup of thirty firms": written("The week in business", *mixed({17: NAMED}, 30)),
    "Chinese, never": written("港口会议", *mixed({}, 6, CHINESE), language="zh"),
    "Chinese, once": written("港口会议", *mixed({5: CHINESE_NAMED}, 8, CHINESE), language="zh"),
    "Chinese founder compared, late": written(
        "港口会议", *mixed({9: CHINESE_FOUNDER}, 12, CHINESE), language="zh"
    ),
}


@pytest.mark.parametrize("article", ON_TOPIC.values(), ids=ON_TOPIC.keys())
def test_an_article_is_on_the_topic_by_where_and_how_often_it_names_it(article: Article) -> None:
    """Headline, lead or a good share of its paragraphs."""
    found = relevance(TOPIC, article)
    assert (off_topic(TOPIC, found), 0 <= found.score <= 1) == ("", True)


@pytest.mark.parametrize("article", OFF_TOPIC.values(), ids=OFF_TOPIC.keys())
def test_a_passing_mention_is_not_the_topic(article: Article) -> None:
    """And the reason is said."""
    found = relevance(TOPIC, article)
    assert found.score < TOPIC.relevance_threshold
    assert found.reason in off_topic(TOPIC, found)


def test_the_reason_says_where_it_was_named() -> None:
    """Headline, times, paragraphs, and the first of them."""
    found = relevance(TOPIC, written("Markets rattled", *mixed({2: NAMED, 3: NAMED}, 8)))
    assert (
        found.reason == "not in the headline; named 2 times in 2 of 8 paragraphs, first in the 2nd"
    )
    assert relevance(TOPIC, written("Rain", "Rain.")).reason == "not named"


def test_the_topics_own_name_weighs_more_than_its_founders() -> None:
    """The same article, with another name in the same places."""
    own, other = (
        relevance(TOPIC, written("Markets", *mixed({1: f"{name} fell."}, 6))).score
        for name in ("DeepSeek", "Liang Wenfeng")
    )
    assert own > other > 0


def test_each_topic_has_a_threshold_of_its_own() -> None:
    """What one topic takes another may leave."""
    found = relevance(TOPIC, OFF_TOPIC["once in the lead"])
    assert off_topic(TOPIC, found)
    assert off_topic(replace(TOPIC, relevance_threshold=0.05), found) == ""


def test_names_in_menus_and_boxes_do_not_count() -> None:
    """Only the article's own text is asked."""
    box = "".join(
        f'<li><a href="/{n}">DeepSeek wipes {n} billion off the market, nobody knows why</a></li>'
        for n in range(1, 9)
    )
    text = "".join(f"<p>{PLAIN} It will meet {n} more times before it rains.</p>" for n in range(8))
    html = (
        f"<html><head><title>The harbour</title></head><body><nav><ul>{box}</ul></nav>"
        f"<main><article><h1>The harbour opens</h1>{text}</article>"
        f'<aside class="related"><h3>Related</h3><ul>{box}</ul></aside></main>'
        f"<footer><ul>{box}</ul></footer></body></html>"
    )
    page = Page(
        url="https://herald.example/1",
        final_url="https://herald.example/1",
        status=200,
        headers={"content-type": "text/html"},
        body=html.encode(),
        fetched_at=datetime(2025, 2, 4, tzinfo=UTC),
    )
    found = extract(page, Link(url=page.url, source="x"), SourceBook())
    assert isinstance(found, Article)
    assert relevance(TOPIC, found).score == 0
