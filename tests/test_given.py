"""An article that a source gives as text is read as one from a page is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from framewatch.facts import SourceBook
from framewatch.story import Article, Genre, Link, Outcome, Outlet, Page, Rejected
from scrapers.given import CONTENT_TYPE, Given, article_of, is_given, page_of

NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
PUBLISHED = datetime(2025, 2, 4, 17, tzinfo=timezone(timedelta(hours=11)))
URL = "https://www.herald.example/2025/feb/04/deepseek-chips"
LINK = Link(url=URL, source="herald-api")
BOOK = SourceBook(
    outlets=(
        Outlet(
            code="herald",
            name="Example Herald",
            hosts=("herald.example",),
            country="AU",
            language="en",
            fictional=True,
        ),
    )
)
TEXT = (
    "DeepSeek has made a model that costs little, and nobody yet knows how.\n"
    "“We were patient for a very long time,” said Mira Holt, who leads the laboratory."
)
GIVEN = Given(
    url=f"{URL}?CMP=feed",
    title="DeepSeek &amp; the price of chips",
    text=TEXT,
    authors=("By Ada Quill", "Example Herald"),
    published_at=PUBLISHED,
    via="herald",
)


def read(given: Given, link: Link = LINK) -> Article:
    found = article_of(page_of(given, NOW), link, BOOK)
    assert isinstance(found, Article), found
    return found


def test_a_given_article_is_read_with_all_that_a_page_would_have() -> None:
    """Outlet, date with its offset, authors without the outlet, language, quotation, speaker."""
    page = page_of(GIVEN, NOW)
    assert (page.status, page.headers["content-type"], page.via) == (200, CONTENT_TYPE, "herald")
    assert is_given(page)
    article = read(GIVEN)
    assert (article.url, article.title) == (URL, "DeepSeek & the price of chips")
    assert (article.host, article.host_name, article.country) == ("herald", "Example Herald", "AU")
    assert (article.text, article.authors, article.language) == (TEXT, ("Ada Quill",), "en")
    assert article.published_at == PUBLISHED
    assert article.published_at.utcoffset() == timedelta(hours=11)
    assert (article.published_source, article.complete, article.fictional) == ("herald", True, True)
    (quotation,) = article.quotations
    assert "patient" in article.coded_text[quotation.start : quotation.end]
    assert quotation.speaker == "Mira Holt"


def test_the_same_article_given_twice_is_the_same_page() -> None:
    """Its bytes depend on nothing but the article, so that the store keeps one."""
    later = NOW + timedelta(days=3)
    assert page_of(GIVEN, NOW).sha256 == page_of(GIVEN, later).sha256
    assert page_of(replace(GIVEN, text="Other."), NOW).sha256 != page_of(GIVEN, NOW).sha256


@pytest.mark.parametrize(
    ("given", "genre", "evidence"),
    [
        (GIVEN, Genre.NEWS, ""),
        (replace(GIVEN, kind="analysis"), Genre.ANALYSIS, "herald: analysis"),
        (replace(GIVEN, kind="Op-Ed"), Genre.OPINION, "herald: Op-Ed"),
        (replace(GIVEN, kind="article", section="Opinion"), Genre.OPINION, "section: Opinion"),
        (replace(GIVEN, kind="news", section="Opinion"), Genre.NEWS, "herald: news"),
        (replace(GIVEN, title="Editorial: no ban"), Genre.OPINION, "headline: Editorial"),
        (replace(GIVEN, authors=("Editorial board",)), Genre.OPINION, "byline: Editorial board"),
    ],
)
def test_the_genre_is_what_the_source_says_else_what_the_article_shows(
    given: Given, genre: Genre, evidence: str
) -> None:
    """A label of its own comes first, then section, address, headline and byline."""
    article = read(given)
    assert (article.genre, article.genre_evidence) == (genre, evidence)


def test_a_date_is_the_articles_own_then_the_addresses_then_the_links() -> None:
    """A bare day stays one; what the source of the link says comes last."""
    day = datetime(2025, 2, 4, tzinfo=UTC)
    bare = read(replace(GIVEN, published_at=day, published_day_only=True))
    assert (bare.published_at, bare.published_day_only) == (day, True)
    dated = replace(GIVEN, published_at=None, url="https://herald.example/2025/02/03/chips")
    link = replace(LINK, published_at=PUBLISHED)
    assert read(dated, link).published_source == "url"
    assert read(replace(GIVEN, published_at=None), link).published_source == "source"
    assert read(replace(GIVEN, published_at=None)).published_at is None


def test_a_text_with_a_note_and_a_call_to_subscribe_is_cut_as_a_pages_is() -> None:
    """The note tells who published first; what ends in a call to subscribe is a teaser."""
    note = "This article was originally published by the Coast Gazette."
    article = read(replace(GIVEN, text=f"{TEXT}\n{note}"))
    assert (article.text, article.original_outlet) == (TEXT, "Coast Gazette")
    teaser = read(replace(GIVEN, text=f"{TEXT}\nSubscribe to continue reading."))
    assert (teaser.text, teaser.complete) == (TEXT, False)


def test_an_unknown_host_is_called_as_the_source_calls_it() -> None:
    """By its host name where the source says nothing."""
    given = replace(GIVEN, url="https://www.gazette.example/a")
    assert (read(given).host, read(given).host_name) == ("gazette.example", "gazette.example")
    assert read(replace(given, outlet_name="Coast Gazette")).host_name == "Coast Gazette"


def test_what_no_store_can_hold_is_left_out_of_a_text() -> None:
    """NUL, zero-width marks and half surrogate pairs; empty lines and Windows line ends too."""
    article = read(replace(GIVEN, text="One\x00 two.\r\n\r\n \u200bThree \ud800four.\r\n"))
    assert article.text == "One two.\nThree ?four."


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        (b"", Outcome.BROKEN, "not an article as given: body"),
        (b"<html>", Outcome.BROKEN, "not an article as given: body"),
        (b'{"url": "https://herald.example/a"}', Outcome.BROKEN, "title: Field required"),
        (b'{"url":"https://a.example/a","title":"T","text":1,"via":"v"}', Outcome.BROKEN, "text"),
        (b'{"url":"ftp://a.example/a","title":"T","text":"x","via":"v"}', Outcome.BROKEN, "http"),
        (
            b'{"url":"https://a.example/a","title":"T","text":" \\n ","via":"v"}',
            Outcome.NOT_ARTICLE,
            "without a text",
        ),
        (
            b'{"url":"https://a.example/a","title":"T","text":"x","via":"v",'
            b'"published_at":"2025-02-04T00:00:00"}',
            Outcome.BROKEN,
            "time zone",
        ),
    ],
)
def test_a_bad_body_is_rejected_with_the_reason(body: bytes, outcome: Outcome, reason: str) -> None:
    """It stops nothing, and says what is wrong with it."""
    page = Page(
        url=URL,
        final_url=URL,
        status=200,
        headers={"content-type": CONTENT_TYPE},
        body=body,
        fetched_at=NOW,
    )
    found = article_of(page, LINK, BOOK)
    assert isinstance(found, Rejected)
    assert found.outcome is outcome
    assert reason in found.detail


def test_a_date_without_a_zone_is_refused_when_it_is_given() -> None:
    """No clock of ours stands in."""
    with pytest.raises(ValueError, match="needs a time zone"):
        replace(GIVEN, published_at=datetime(2025, 2, 4))
