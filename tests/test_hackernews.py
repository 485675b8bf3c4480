"""Hacker News gives what readers submitted, to the second, a thousand stories to a query."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from framewatch.story import Answer, Rejected, Source, SourceStatus, Window
from scrapers.hackernews import alternatives, discover
from scrapers.web import Reply
from tests.fake_service import DAY, DOWN, TOPIC, FakeService, always, reply

SOURCE = Source(name="hackernews", kind="hackernews", query="DeepSeek")
START = int(DAY.start.timestamp())


def hit(slug: str, after: int = 3600, title: str = "DeepSeek and chips") -> dict[str, object]:
    return {
        "objectID": slug,
        "created_at_i": START + after,
        "title": title,
        "url": f"https://herald.example/{slug}",
    }


def hits(*found: dict[str, object], total: int | None = None, pages: int = 1) -> Reply:
    count = len(found) if total is None else total
    return reply({"hits": list(found), "nbHits": count, "page": 0, "nbPages": pages})


def ask(web: FakeService, source: Source = SOURCE, window: Window = DAY) -> Answer:
    return discover(source, TOPIC, window, web)


def test_a_story_is_seen_when_it_was_submitted() -> None:
    """Its time is a reader's, never the article's date of publication."""
    answer = ask(always(hits(hit("a"))))
    assert (answer.status, answer.requests) == (SourceStatus.OK, 1)
    link = answer.links[0]
    assert (link.url, link.title) == ("https://herald.example/a", "DeepSeek and chips")
    assert link.seen_at == DAY.start + timedelta(hours=1)
    assert link.published_at is None


def test_the_window_is_half_open_there_as_here() -> None:
    """Asked so, and looked at again: what stands outside is left out."""
    web = always(hits(hit("in", 0), hit("last", 86_399), hit("out", 86_400), hit("early", -1)))
    answer = ask(web)
    assert [link.url[-2:] for link in answer.links] == ["in", "st"]
    assert web.queries[0]["numericFilters"] == [
        f"created_at_i>={START},created_at_i<{START + 86_400}"
    ]
    assert web.queries[0]["tags"] == ["story"]


def test_text_posts_and_near_spellings_are_left_out() -> None:
    """A post without an address is no article; "DeepSleep" is forgiven spelling, not our topic."""
    text = {k: v for k, v in hit("c").items() if k != "url"}
    answer = ask(always(hits(hit("a"), text, hit("b", title="DeepSleep"), hit("deepseek-r1"))))
    assert [link.url.rpartition("/")[2] for link in answer.links] == ["a", "deepseek-r1"]
    assert answer.listed == 3


def test_each_side_of_an_or_is_asked_by_itself() -> None:
    """Algolia knows no OR; a story that both name is one link."""
    web = always(hits(hit("a")))
    answer = ask(web, replace(SOURCE, query=""))
    assert [query["query"] for query in web.queries] == [["DeepSeek"], ["Liang Wenfeng"]]
    assert (len(answer.links), answer.requests) == (1, 2)


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ('DeepSeek OR "Liang Wenfeng"', ["DeepSeek", "Liang Wenfeng"]),
        ("(DeepSeek OR R1) AND chips NOT recipe", ["DeepSeek", "R1 chips"]),
        ('DeepSeek -"deep fried" -oil', ["DeepSeek"]),
        ("state-of-the-art", ["state-of-the-art"]),
    ],
)
def test_a_query_becomes_plain_searches(query: str, plain: list[str]) -> None:
    """Wider where it has to be: what is not meant is left out afterwards."""
    assert alternatives(query) == plain


def test_a_full_list_is_halved() -> None:
    """More than 1,000 hits in the day: its halves give them all, and the cap is counted."""

    def answering(query: Mapping[str, list[str]]) -> Reply:
        bounds = re.findall(r"\d+", query["numericFilters"][0].replace("created_at_i", ""))
        first, after = int(bounds[0]), int(bounds[1])
        if after - first > 43_200:
            return hits(hit("a"), total=1001)
        return hits(hit("a")) if first == START else hits(hit("b", 50_000))

    answer = ask(FakeService(answering))
    assert [link.url[-1] for link in answer.links] == ["a", "b"]
    assert (answer.status, answer.caps, answer.requests) == (SourceStatus.OK, 1, 3)


def test_further_pages_are_read() -> None:
    """A server that gives fewer to a page than asked for is paged through."""
    web = always(hits(hit("a"), total=2, pages=2), hits(hit("b"), total=2, pages=2))
    assert len(ask(web).links) == 2
    assert [query["page"] for query in web.queries] == [["0"], ["1"]]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (hits(), SourceStatus.EMPTY),
        (hits(hit("a", title="Rain")), SourceStatus.EMPTY),
        (reply({"message": "invalid numericFilters"}, 400), SourceStatus.REFUSED),
        (reply({"message": "too many"}, 429, 60.0), SourceStatus.UNAVAILABLE),
        (reply(b"", 503, 60.0), SourceStatus.UNAVAILABLE),
        (reply({}), SourceStatus.UNAVAILABLE),
        (reply([]), SourceStatus.UNAVAILABLE),
        (DOWN, SourceStatus.UNAVAILABLE),
    ],
)
def test_only_an_answer_is_no_news(given: Reply | Rejected, status: SourceStatus) -> None:
    """Empty, refused and unavailable are three different things."""
    answer = ask(always(given))
    assert (answer.status, answer.links) == (status, ())


@pytest.mark.parametrize("second", [reply(b"", 503, 60.0), reply(b"", 403), DOWN])
def test_a_second_search_that_fails_keeps_the_first(second: Reply | Rejected) -> None:
    """Unavailable, with the links found before, even where it was refused."""
    answer = ask(always(hits(hit("a")), second), replace(SOURCE, query=""))
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)


def test_a_window_of_odd_microseconds_asks_for_whole_seconds() -> None:
    """Rounded up at both ends, so that two windows that meet share no story."""
    odd = datetime(2025, 2, 4, 6, 0, 0, 500_000, tzinfo=UTC)
    web = always(hits())
    ask(web, window=Window(DAY.start, odd))
    ask(web, window=Window(odd, DAY.end))
    meets = int(odd.timestamp()) + 1
    assert web.queries[0]["numericFilters"][0].endswith(f"created_at_i<{meets}")
    assert web.queries[1]["numericFilters"][0].startswith(f"created_at_i>={meets},")
