"""The Guardian's Open Platform gives full texts, to the second, and tells its refusals apart."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from framewatch.facts import load_sources
from framewatch.story import Answer, Article, Genre, Link, Outcome, Rejected, Source, SourceStatus
from scrapers.given import article_of
from scrapers.guardian import discover, fetch
from scrapers.web import Reply
from tests.fake_service import DAY, DOWN, KEY, NOW, TOPIC, FakeService, always, reply

SOURCE = Source(name="guardian-api", kind="guardian", outlet="guardian", key=KEY)
SITE = "https://www.theguardian.com/technology/2025/feb/04/"
BOOK = load_sources(Path(__file__).parent.parent / "scrapers" / "sources.toml")
BODY = (
    "<p>Buyers of chips <a href='/x'>looked</a> again at their orders.</p>"
    "<figure><figcaption>A picture of a chip.</figcaption></figure>"
    "<aside><p>Read more elsewhere.</p></aside>"
    "<h2>What comes next</h2><blockquote><p>Nobody knows, said one of them.</p></blockquote>"
)


def item(slug: str, at: str = "2025-02-04T09:00:00Z", **fields: str) -> dict[str, object]:
    return {
        "id": f"technology/2025/feb/04/{slug}",
        "type": "article",
        "sectionName": "Technology",
        "webPublicationDate": at,
        "webTitle": f"DeepSeek and {slug}",
        "webUrl": SITE + slug,
        "fields": {"headline": f"DeepSeek and {slug}", "body": BODY, "lang": "en", **fields},
        "tags": [
            {"id": "tone/comment", "type": "tone", "webTitle": "Comment"},
            {"id": "profile/ann-other", "type": "contributor", "webTitle": "Ann Other"},
        ],
    }


def listing(*items: dict[str, object], pages: int = 1) -> Reply:
    return reply({"response": {"status": "ok", "pages": pages, "results": list(items)}})


def error(status: int, message: str) -> Reply:
    return reply({"response": {"status": "error", "message": message}}, status)


def ask(web: FakeService, source: Source = SOURCE) -> Answer:
    return discover(source, TOPIC, DAY, web)


def read(link: Link) -> Article:
    assert link.page is not None
    article = article_of(link.page, link, BOOK)
    assert isinstance(article, Article)
    return article


def test_an_article_comes_with_its_text_author_date_and_genre() -> None:
    """Paragraphs of the body's HTML, without captions and boxes; tone and contributor from tags."""
    answer = ask(always(listing(item("chips"))))
    assert (answer.status, answer.listed, answer.requests) == (SourceStatus.OK, 1, 1)
    link = answer.links[0]
    assert link.published_at == datetime(2025, 2, 4, 9, tzinfo=UTC)
    assert link.page is not None
    assert (link.page.via, link.page.fetched_at) == ("guardian", NOW)
    article = read(link)
    assert article.text.split("\n") == [
        "Buyers of chips looked again at their orders.",
        "What comes next",
        "Nobody knows, said one of them.",
    ]
    assert (article.host, article.authors, article.genre) == (
        "guardian",
        ("Ann Other",),
        Genre.OPINION,
    )
    assert article.published_at == datetime(2025, 2, 4, 9, tzinfo=UTC)


def test_the_question_names_the_day_and_keeps_the_key_in_a_header() -> None:
    """Instants in UTC, 200 a page, oldest first; the topic's query, or the source's own."""
    web = always(listing())
    ask(web)
    ask(web, replace(SOURCE, query="DeepSeek AND chips"))
    assert web.asked[0].headers == {"api-key": KEY}
    asked = web.queries[0]
    assert asked["from-date"] == ["2025-02-04T00:00:00Z"]
    assert asked["to-date"] == ["2025-02-05T00:00:00Z"]
    assert (asked["page-size"], asked["order-by"]) == (["200"], ["oldest"])
    assert asked["q"] == [TOPIC.query]
    assert web.queries[1]["q"] == ["DeepSeek AND chips"]


def test_what_was_published_at_the_windows_end_is_of_the_next_day() -> None:
    """Their dates are inclusive, our windows half-open."""
    web = always(
        listing(
            item("first", "2025-02-04T00:00:00Z"),
            item("last", "2025-02-04T23:59:59Z"),
            item("next", "2025-02-05T00:00:00Z"),
            item("undated", "4 February"),
        )
    )
    assert [link.url.rpartition("/")[2] for link in ask(web).links] == ["first", "last"]


def test_all_pages_are_read_and_the_page_after_the_last_is_an_end() -> None:
    """Two pages; then a list that shrank meanwhile, whose second page is beyond its end."""
    answer = ask(always(listing(item("a"), pages=2), listing(item("b"), pages=2)))
    assert [link.url for link in answer.links] == [SITE + "a", SITE + "b"]
    assert answer.requests == 2
    beyond = error(400, "requested page is beyond the number of available pages")
    answer = ask(always(listing(item("a"), pages=2), beyond))
    assert (answer.status, len(answer.links)) == (SourceStatus.OK, 1)


def test_paging_too_deep_halves_the_window() -> None:
    """The parts give all items once, and the cut list is counted."""

    def answering(query: Mapping[str, list[str]]) -> Reply:
        whole = query["from-date"][0].endswith("T00:00:00Z") and "05" in query["to-date"][0]
        if query["page"] == ["2"]:
            text = "Content API does not support paging this far. Please change page or page-size."
            return error(400, text)
        early, late = item("a", "2025-02-04T01:00:00Z"), item("b", "2025-02-04T13:00:00Z")
        if whole:
            return listing(early, late, pages=2)
        return listing(early) if "T00" in query["from-date"][0] else listing(late)

    answer = ask(FakeService(answering))
    assert [link.url for link in answer.links] == [SITE + "a", SITE + "b"]
    assert (answer.status, answer.caps, answer.requests) == (SourceStatus.OK, 1, 4)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (listing(), SourceStatus.EMPTY),
        (error(400, "Dates must be an ISO8601 date or datetime"), SourceStatus.REFUSED),
        (reply({"message": "Unauthorized"}, 401), SourceStatus.REFUSED),
        (reply({"message": "API rate limit exceeded"}, 429, 60.0), SourceStatus.UNAVAILABLE),
        (reply(b"<html>oops</html>", 503, 60.0), SourceStatus.UNAVAILABLE),
        (reply(b"<html>maintenance</html>"), SourceStatus.UNAVAILABLE),
        (reply({"response": {"status": "error", "message": "no"}}), SourceStatus.UNAVAILABLE),
        (reply({"response": {"status": "ok"}}), SourceStatus.UNAVAILABLE),
        (reply(b""), SourceStatus.UNAVAILABLE),
        (DOWN, SourceStatus.UNAVAILABLE),
    ],
    ids=[
        "nothing",
        "wrong date",
        "wrong key",
        "throttled",
        "down",
        "not JSON",
        "error with status 200",
        "no results",
        "empty body",
        "no connection",
    ],
)
def test_only_an_answer_is_no_news(given: Reply | Rejected, status: SourceStatus) -> None:
    """Empty, refused and unavailable are told apart."""
    answer = ask(always(given))
    assert (answer.status, answer.links) == (status, ())


def test_an_answer_that_breaks_off_keeps_what_it_gave() -> None:
    """The second page is down: unavailable, with the links of the first."""
    answer = ask(always(listing(item("a"), pages=2), reply(b"", 503, 60.0)))
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    assert answer.retry_after == 60.0


def test_a_spent_day_waits_for_the_next() -> None:
    """With no calls left, the next UTC day is when to ask again."""
    spent = reply({"message": "limit"}, 429, 60.0, x_ratelimit_remaining_day="0")
    assert ask(always(spent)).retry_after == 12 * 3600.0


def test_the_key_is_in_no_detail_and_none_means_no_question() -> None:
    """A gateway that repeats the key in its message is quoted without it."""
    answer = ask(always(reply({"message": f"Invalid key {KEY}"}, 401)))
    assert answer.detail == "status 401: Invalid key [key]"
    web = always(listing())
    answer = ask(web, replace(SOURCE, key=""))
    assert answer.status is SourceStatus.REFUSED
    assert answer.detail == "needs a key: FRAMEWATCH_KEY_GUARDIAN_API"
    assert web.asked == []


def test_a_text_without_rights_is_not_taken() -> None:
    """The item stays a link, but brings no page; one with a plain text only brings that."""
    withheld = "<!-- Redistribution rights for this field are unavailable -->"
    answer = ask(
        always(
            listing(
                item("closed", body=withheld, bodyText=withheld),
                item("plain", body="", bodyText="Only a plain text."),
            )
        )
    )
    assert answer.links[0].page is None
    assert read(answer.links[1]).text == "Only a plain text."


def test_an_expired_item_is_gone() -> None:
    """Asked for by itself: 410 is gone, a found one a page, one without text no article."""
    link = Link(url=SITE + "chips", source=SOURCE.name)
    expired = error(410, "The requested resource has expired for rights reason.")
    gone = fetch(SOURCE, link, always(expired))
    assert isinstance(gone, Rejected)
    assert (gone.outcome, gone.url) == (Outcome.GONE, link.url)
    assert "rights" in gone.detail
    web = always(reply({"response": {"status": "ok", "content": item("chips")}}))
    page = fetch(SOURCE, link, web)
    assert not isinstance(page, Rejected)
    assert json.loads(page.body)["text"].startswith("Buyers of chips")
    assert web.asked[0].url.startswith(
        "https://content.guardianapis.com/technology/2025/feb/04/chips?"
    )
    bare = reply({"response": {"status": "ok", "content": item("chips", body="")}})
    empty = fetch(SOURCE, link, always(bare))
    assert isinstance(empty, Rejected)
    assert empty.outcome is Outcome.NOT_ARTICLE
