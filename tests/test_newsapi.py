"""NewsAPI.org and GNews: what their plans hide looks empty, and must not be taken for silence."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from framewatch.story import Answer, Rejected, Source, SourceStatus, Window
from scrapers.newsapi import discover
from scrapers.web import Reply
from tests.fake_service import DAY, DOWN, KEY, NOW, TOPIC, FakeService, always, reply

NEWSAPI = Source(name="newsapi", kind="newsapi", key=KEY)
GNEWS = Source(name="gnews", kind="gnews", editions=("en",), key=KEY)
TOTALS = {"newsapi": "totalResults", "gnews": "totalArticles"}
BOTH = pytest.mark.parametrize("source", [NEWSAPI, GNEWS], ids=["newsapi", "gnews"])


def article(slug: str, at: str = "2025-02-04T09:00:00Z") -> dict[str, object]:
    return {
        "source": {"id": None, "name": "Example Herald"},
        "title": "DeepSeek and the price of chips",
        "url": f"https://herald.example/{slug}",
        "publishedAt": at,
    }


def articles(source: Source, *found: dict[str, object], total: int | None = None) -> Reply:
    count = len(found) if total is None else total
    return reply({"status": "ok", TOTALS[source.kind]: count, "articles": list(found)})


def error(status: int, code: str) -> Reply:
    return reply({"status": "error", "code": code, "message": "No."}, status)


def ask(web: FakeService, source: Source, window: Window = DAY) -> Answer:
    return discover(source, TOPIC, window, web)


@BOTH
def test_an_article_is_a_link_with_its_publishers_date(source: Source) -> None:
    """In the half-open window; the key goes into a header."""
    web = always(articles(source, article("a"), article("b", "2025-02-05T00:00:00Z")))
    answer = ask(web, source)
    assert (answer.status, answer.listed) == (SourceStatus.OK, 1)
    link = answer.links[0]
    assert link.url == "https://herald.example/a"
    assert (link.published_at, link.seen_at) == (datetime(2025, 2, 4, 9, tzinfo=UTC), None)
    assert web.asked[0].headers == {"X-Api-Key": KEY}
    asked = web.queries[0]
    assert (asked["from"], asked["to"]) == (["2025-02-04T00:00:00Z"], ["2025-02-05T00:00:00Z"])


def test_each_has_its_own_words_for_the_same() -> None:
    """Sizes, orders and languages are named differently, and GNews is asked once a language."""
    web = always(articles(NEWSAPI))
    ask(web, NEWSAPI)
    assert web.asked[0].url.startswith("https://newsapi.org/v2/everything?")
    assert (web.queries[0]["pageSize"], web.queries[0]["sortBy"]) == (["100"], ["publishedAt"])
    web = always(articles(GNEWS))
    ask(web, replace(GNEWS, editions=("en", "zh")))
    assert web.asked[0].url.startswith("https://gnews.io/api/v4/search?")
    assert [query["lang"] for query in web.queries] == [["en"], ["zh"]]
    assert (web.queries[0]["max"], web.queries[0]["sortby"]) == (["10"], ["publishedAt"])


@BOTH
def test_a_cut_list_is_halved(source: Source) -> None:
    """The free plans have no second page: more matches than articles means a narrower window."""

    def answering(query: Mapping[str, list[str]]) -> Reply:
        day = query["from"][0][11:13] == "00" and query["to"][0][11:13] == "00"
        if day:
            return articles(source, article("a"), total=40)
        if query["from"][0][11:13] == "00":
            return articles(source, article("a"))
        return articles(source, article("b", "2025-02-04T15:00:00Z"))

    answer = ask(FakeService(answering), source)
    assert [link.url[-1] for link in answer.links] == ["a", "b"]
    assert (answer.status, answer.caps, answer.requests) == (SourceStatus.OK, 1, 3)


def test_too_many_results_halve_the_window() -> None:
    """NewsAPI says so by status 426; the halves then answer."""
    too_many = error(426, "maximumResultsReached")
    answer = ask(always(too_many, articles(NEWSAPI, article("a")), articles(NEWSAPI)), NEWSAPI)
    assert (answer.status, answer.caps, len(answer.links)) == (SourceStatus.OK, 1, 1)


@BOTH
def test_what_the_plan_hides_is_out_of_reach(source: Source) -> None:
    """Matches without articles, and silence about hours that are not shown yet."""
    hidden = ask(always(articles(source, total=7)), source)
    assert hidden.status is SourceStatus.OUT_OF_REACH
    young = Window(NOW - timedelta(hours=6), NOW - timedelta(hours=3))
    assert ask(always(articles(source)), source, young).status is SourceStatus.OUT_OF_REACH
    assert ask(always(articles(source)), source).status is SourceStatus.EMPTY


def test_further_back_than_the_plan_is_out_of_reach() -> None:
    """NewsAPI's 426 with parameterInvalid."""
    answer = ask(always(error(426, "parameterInvalid")), NEWSAPI)
    assert answer.status is SourceStatus.OUT_OF_REACH


def test_a_spent_day_of_gnews_waits_for_midnight() -> None:
    """Its 403 is the day's quota, which begins anew at 00:00 UTC."""
    answer = ask(always(reply({"errors": ["quota"]}, 403)), GNEWS)
    assert (answer.status, answer.retry_after) == (SourceStatus.UNAVAILABLE, 12 * 3600.0)


@BOTH
@pytest.mark.parametrize(
    ("given", "status"),
    [
        (error(401, "apiKeyInvalid"), SourceStatus.REFUSED),
        (reply({"errors": {"q": "The query is required."}}, 400), SourceStatus.REFUSED),
        (error(429, "rateLimited"), SourceStatus.UNAVAILABLE),
        (reply({"errors": ["down"]}, 503, 60.0), SourceStatus.UNAVAILABLE),
        (error(200, "rateLimited"), SourceStatus.UNAVAILABLE),
        (reply({}), SourceStatus.UNAVAILABLE),
        (reply(b"<html>"), SourceStatus.UNAVAILABLE),
        (DOWN, SourceStatus.UNAVAILABLE),
    ],
)
def test_refusals_and_faults_are_told_apart(
    source: Source, given: Reply | Rejected, status: SourceStatus
) -> None:
    """None of them is an empty answer."""
    answer = ask(always(given), source)
    assert (answer.status, answer.links) == (status, ())


@BOTH
def test_the_key_is_in_no_detail_and_none_means_no_question(source: Source) -> None:
    """Quoted without it; without a key or with too long a query nothing is asked."""
    answer = ask(always(reply({"message": f"Key {KEY} is unknown"}, 401)), source)
    assert answer.detail == "status 401: Key [key] is unknown"
    web = always(articles(source))
    answer = ask(web, replace(source, key=""))
    assert answer.detail == f"needs a key: FRAMEWATCH_KEY_{source.name.upper()}"
    assert ask(web, replace(source, query="x" * 501)).status is SourceStatus.REFUSED
    assert web.asked == []
