"""Which date is the day of publication, and what becomes of the others."""

from datetime import UTC, date, datetime, timedelta

import pytest

from framewatch.story import Article, DateClaim, Link
from scrapers.claims import chosen, settled
from scrapers.extract import extract
from tests.test_extract import BODY, BOOK, HERALD, article, json_ld, markup, page

FETCHED = datetime(2025, 3, 1, tzinfo=UTC)
NOWHERE = "https://herald.example/city/harbour-bridge-toll-review"


def claim(text: str, source: str) -> DateClaim:
    moment = datetime.fromisoformat(text)
    return DateClaim(moment.replace(tzinfo=moment.tzinfo or UTC), len(text) == 10, source)


def test_every_date_of_a_page_is_kept_with_where_it_stood():
    """The chosen one first, modifications last."""
    head = json_ld(
        headline="x", datePublished="2025-02-04T05:30:00+11:00", dateModified="2025-02-09T00:00:00Z"
    )
    head += '<meta property="article:published_time" content="2025-02-04T05:31:00+11:00">'
    head += '<meta name="parsely-pub-date" content="2025-02-03T18:30:00Z">'
    found = article(markup(["<time datetime='2025-02-04T05:30+11:00'>4 Feb</time>", *BODY], head))
    assert [c.source for c in found.date_claims] == [
        "json-ld", "opengraph", "meta", "time", "url", "json-ld modified",
    ]  # fmt: skip
    assert found.published_at == found.date_claims[0].moment
    assert not found.date_conflict


def test_dates_more_than_a_day_apart_are_a_conflict():
    """The most trusted is chosen all the same."""
    head = json_ld(headline="x", datePublished="2025-02-01T05:30:00Z")
    found = article(markup(head=head))
    assert found.date_conflict
    assert found.published_source == "json-ld"


def test_a_later_modification_is_no_conflict():
    """An article may be changed at any time."""
    head = json_ld(
        headline="x", datePublished="2025-02-04T01:00:00Z", dateModified="2025-02-20T00:00:00Z"
    )
    assert not article(markup(head=head)).date_conflict


def test_a_day_and_an_instant_across_a_date_line_are_no_conflict():
    """4 February in Honolulu is the same 4 February as in the address."""
    claims = (claim("2025-02-04T23:00:00-10:00", "json-ld"), claim("2025-02-04", "url"))
    kept = {"url": HERALD, "title": "x", "text": "y", "language": "en"}
    kept |= {"host": "h", "host_name": "H"}
    assert not Article(**kept, date_claims=claims).date_conflict
    later = (*claims, claim("2025-02-06", "byline"))
    assert Article(**kept, date_claims=later).date_conflict


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("2025-03-03T00:00:00+00:00", "json-ld"),
        ("2031-01-01", "url"),
        ("2025-03-01T00:02:00+00:00", "meta"),
        ("2025-02-28T23:58:00+00:00", "time"),
    ],
)
def test_what_cannot_be_the_day_of_publication_is_refused(text: str, source: str):
    """The future, and the server's clock in a <meta> or <time>."""
    assert settled([claim(text, source)], FETCHED) == ()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("2025-03-01T20:00:00+00:00", "json-ld"),  # ahead by a zone
        ("2025-02-28T23:58:00+00:00", "json-ld"),  # fresh news, by its own JSON-LD
        ("2025-02-28", "time"),
        ("2025-02-28T23:00:00+00:00", "meta"),
    ],
)
def test_what_can_be_is_kept(text: str, source: str):
    """A zone ahead of the crawl's, and articles fetched while they are fresh."""
    assert chosen(settled([claim(text, source)], FETCHED)) == claim(text, source)


@pytest.mark.parametrize("empty", ["1970-01-01T00:00:00Z", "0001-01-01", "1970-01-01"])
def test_an_empty_field_is_no_date(empty: str):
    """1970 is a computer's nothing."""
    found = article(markup(head=json_ld(headline="x", datePublished=empty)), NOWHERE)
    assert (found.published_at, found.date_claims) == (None, ())


def test_a_date_of_modification_is_never_chosen():
    """Not from the head, not from the line under the headline, not through htmldate."""
    head = json_ld(headline="x", dateModified="2025-02-20T00:00:00Z")
    found = article(markup(["<p>Updated: 20 February 2025</p>", *BODY], head), NOWHERE)
    assert found.published_at is None
    assert [c.source for c in found.date_claims] == ["byline modified", "json-ld modified"]


def test_a_line_with_both_dates_gives_the_day_of_publication():
    """Published first, updated later."""
    line = "<p>Published 4 February 2025, updated 20 February 2025</p>"
    found = article(markup([line, *BODY]), NOWHERE)
    assert found.published_at is not None
    assert found.published_at.date() == date(2025, 2, 4)
    assert found.published_source == "byline"


def test_a_time_element_that_says_updated_is_not_the_day_of_publication():
    """By its class or its itemprop; the next one counts."""
    updated = '<time class="is-updated" datetime="2025-02-20T10:00:00Z">20 Feb</time>'
    own = '<time datetime="2025-02-04T10:00:00Z">4 Feb</time>'
    found = article(markup([f"<p>{updated} {own}</p>", *BODY]), NOWHERE)
    assert found.published_at == datetime(2025, 2, 4, 10, tzinfo=UTC)


def test_the_links_claim_stands_last_and_lends_nothing():
    """A feed's date is kept as its claim, also where the page has its own."""
    said = datetime(2025, 2, 4, 3, tzinfo=UTC)
    link = Link(url=HERALD, source="feed", published_at=said)
    found = extract(page(markup()), link, BOOK)
    assert isinstance(found, Article)
    assert [c.source for c in found.date_claims] == ["url", "source"]
    assert found.published_day_only


@pytest.mark.parametrize("zone", [timedelta(hours=11), timedelta(hours=-8)])
def test_the_outlets_zone_reads_a_wall_clock(zone: timedelta):
    """Sydney's here, whatever the crawl's is; an offset in the text goes before it."""
    local = article(markup(head=json_ld(headline="x", datePublished="2025-02-04T05:30:00")))
    assert local.published_at == datetime(2025, 2, 3, 18, 30, tzinfo=UTC)
    hours = int(zone.total_seconds() // 3600)
    text = f"2025-02-04T05:30:00{hours:+03d}:00"
    told = article(markup(head=json_ld(headline="x", datePublished=text)))
    assert told.published_at == datetime(2025, 2, 4, 5, 30, tzinfo=UTC) - zone


def test_claims_are_few_however_many_a_page_gives():
    """A page cannot fill the store with dates."""
    many = [claim(f"2025-01-{day:02d}", "meta") for day in range(1, 32)]
    assert len(settled(many, FETCHED)) == 20
