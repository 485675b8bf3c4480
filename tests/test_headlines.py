"""Google News and Bing News are witnesses: headlines only, and silence is rarely an answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlsplit
from xml.sax.saxutils import escape

import pytest

from framewatch.story import Answer, Outcome, Page, Rejected, Source, SourceStatus, Window
from scrapers.headlines import discover_bing, discover_google
from tests.fake_service import DAY, NOW, TOPIC, FakeService

GOOGLE = Source(name="google-news-au", kind="google-news", editions=("en-AU",), query="DeepSeek")
BING = Source(name="bing-news-au", kind="bing-news", editions=("en-AU",), query="DeepSeek")
TODAY = Window(NOW - timedelta(hours=24), NOW)
IN = "Tue, 04 Feb 2025 18:30:00 GMT"


def google_item(title: str, at: str = IN, outlet: str = "Example Herald") -> str:
    link = "https://news.google.com/rss/articles/CBMiAAAA?oc=5"
    return (
        f"<item><title>{escape(title)} - {escape(outlet)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">CBMiAAAA</guid><pubDate>{at}</pubDate>'
        f'<description>&lt;a href="{link}"&gt;DeepSeek&lt;/a&gt;</description>'
        f'<source url="https://herald.example">{escape(outlet)}</source></item>'
    )


def bing_item(title: str, teaser: str, at: datetime) -> str:
    target = quote("https://www.herald.example/a?id=1", safe="")
    link = escape(f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&url={target}&c=1&mkt=en-au")
    return (
        f"<item><title>{title}</title><link>{link}</link><description>{teaser}</description>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        "<News:Source>Example Herald</News:Source></item>"
    )


def feed(*items: str, url: str = "https://news.google.com/rss/search?q=x") -> Page:
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<rss version="2.0" xmlns:News="https://www.bing.com/news/search?q=x&amp;format=rss">'
        f"<channel><title>News</title>{''.join(items)}</channel></rss>"
    )
    return page(body.encode(), url)


def page(body: bytes, url: str = "https://news.google.com/rss/search?q=x") -> Page:
    return Page(url=url, final_url=url, status=200, headers={}, body=body, fetched_at=NOW)


def web_of(*pages: Page | Rejected) -> FakeService:
    web = FakeService()
    web.pages = list(pages)
    return web


Asking = Callable[..., Answer]


def google(web: FakeService, window: Window = DAY, source: Source = GOOGLE) -> Answer:
    return discover_google(source, TOPIC, window, web)


def bing(web: FakeService, window: Window = TODAY, source: Source = BING) -> Answer:
    return discover_bing(source, TOPIC, window, web)


def test_a_headline_is_a_signal_and_never_a_link() -> None:
    """Without its outlet's name at the end, which the source element tells."""
    answer = google(web_of(feed(google_item("DeepSeek - a view & more"))))
    assert (answer.status, answer.links, answer.listed) == (SourceStatus.OK, (), 1)
    signal = answer.signals[0]
    assert signal.title == "DeepSeek - a view & more"
    assert (signal.host, signal.host_name) == ("herald.example", "Example Herald")
    assert signal.published_at == datetime(2025, 2, 4, 18, 30, tzinfo=UTC)
    assert signal.seen_at == NOW


def test_google_is_asked_a_day_wider_and_the_dates_decide() -> None:
    """Whether after: and before: include their day is not documented."""
    web = web_of(
        feed(
            google_item("DeepSeek before", "Mon, 03 Feb 2025 23:59:59 GMT"),
            google_item("DeepSeek on the day", "Tue, 04 Feb 2025 00:00:00 GMT"),
            google_item("DeepSeek after", "Wed, 05 Feb 2025 00:00:00 GMT"),
            google_item("DeepSeek some day", "soon"),
        )
    )
    answer = google(web)
    assert [signal.title for signal in answer.signals] == ["DeepSeek on the day"]
    asked = parse_qs(urlsplit(web.got[0]).query)
    assert asked["q"] == ["DeepSeek after:2025-02-03 before:2025-02-06"]
    assert (asked["hl"], asked["gl"], asked["ceid"]) == (["en-AU"], ["AU"], ["AU:en"])


def test_headlines_that_do_not_name_the_topic_are_only_counted() -> None:
    """Google's description repeats the headline of the cluster, so it proves nothing."""
    answer = google(web_of(feed(google_item("Chips are dear"), google_item("DeepSeek's chips"))))
    assert ([s.title for s in answer.signals], answer.listed) == (["DeepSeek's chips"], 2)


def test_each_day_and_edition_is_asked_for() -> None:
    """Two days in two editions are four lists; the same headline twice is one signal."""
    web = web_of(feed(google_item("DeepSeek again")))
    two = Window(DAY.start, DAY.end + timedelta(days=1))
    answer = google(web, two, replace(GOOGLE, editions=("en-AU", "en-US")))
    assert (len(web.got), answer.requests, len(answer.signals)) == (4, 4, 1)


def test_a_full_list_of_a_day_is_a_counted_cap() -> None:
    """It cannot be narrowed further, so the fact is kept."""
    items = [google_item(f"DeepSeek {number}") for number in range(100)]
    answer = google(web_of(feed(*items)))
    assert (answer.status, answer.caps, len(answer.signals)) == (SourceStatus.OK, 1, 100)


DISALLOWED = Rejected(url="", outcome=Outcome.DISALLOWED, detail="robots.txt")
THROTTLED = Rejected(url="", outcome=Outcome.UNAVAILABLE, detail="status 503", retry_after=60.0)
CONSENT = b"<!DOCTYPE html><html><body>Before you continue</body></html>"


@pytest.mark.parametrize("asks", [google, bing])
@pytest.mark.parametrize(
    ("found", "status"),
    [
        (feed(), SourceStatus.EMPTY),
        (THROTTLED, SourceStatus.UNAVAILABLE),
        (page(CONSENT), SourceStatus.UNAVAILABLE),
        (page(b"<html><body>sorry</body></html>"), SourceStatus.UNAVAILABLE),
        (page(b"<rss><channel><item>"), SourceStatus.UNAVAILABLE),
        (page(b'<!DOCTYPE x [<!ENTITY a "b">]><rss/>'), SourceStatus.UNAVAILABLE),
        (page(b""), SourceStatus.UNAVAILABLE),
        (DISALLOWED, SourceStatus.UNAVAILABLE),
        (feed(url="https://news.google.com/rss/unsupported"), SourceStatus.REFUSED),
    ],
    ids=[
        "nothing",
        "turned away",
        "consent page",
        "sorry page",
        "cut short",
        "document type",
        "empty body",
        "led to a closed page",
        "no such edition",
    ],
)
def test_only_an_answer_is_no_news(
    asks: Asking, found: Page | Rejected, status: SourceStatus
) -> None:
    """A consent page with status 200 is not silence; nor is a page closed to robots a refusal."""
    answer = asks(web_of(found))
    assert (answer.status, answer.signals) == (status, ())


def test_robots_of_its_own_is_a_refusal() -> None:
    """Where its own robots.txt forbids the list, it is not asked again."""
    web = web_of(DISALLOWED)
    asked = web_of(feed())
    google(asked)
    web.closed = frozenset(asked.got)
    assert google(web).status is SourceStatus.REFUSED


def test_a_list_that_breaks_off_keeps_its_signals() -> None:
    """The second edition is turned away: unavailable, with the first one's headlines."""
    web = web_of(feed(google_item("DeepSeek again")), THROTTLED)
    answer = google(web, source=replace(GOOGLE, editions=("en-AU", "en-US")))
    assert (answer.status, len(answer.signals)) == (SourceStatus.UNAVAILABLE, 1)
    assert answer.retry_after == 60.0


def test_bing_names_the_outlet_behind_its_own_address() -> None:
    """The wrapped address is read, not followed; its teaser may name the topic."""
    at = NOW - timedelta(hours=2)
    web = web_of(feed(bing_item("Chips are dear", "DeepSeek is why.", at)))
    answer = bing(web)
    assert (answer.status, answer.links) == (SourceStatus.OK, ())
    signal = answer.signals[0]
    assert (signal.title, signal.host) == ("Chips are dear", "www.herald.example")
    assert (signal.host_name, signal.published_at) == ("Example Herald", at)
    asked = parse_qs(urlsplit(web.got[0]).query)
    assert (asked["format"], asked["cc"], asked["setlang"]) == (["rss"], ["AU"], ["en"])


def test_bing_reaches_no_day_long_past() -> None:
    """Nor does a full list of other days' items say anything, or one read too early."""
    fresh = bing_item("DeepSeek", "", NOW - timedelta(hours=2))
    old = Window(NOW - timedelta(days=4), NOW - timedelta(days=3))
    assert bing(web_of(feed(fresh)), old).status is SourceStatus.OUT_OF_REACH
    early = Window(NOW - timedelta(hours=30), NOW - timedelta(hours=20))
    assert bing(web_of(feed(*[fresh] * 10)), early).status is SourceStatus.OUT_OF_REACH
    assert bing(web_of(feed(fresh)), early).status is SourceStatus.EMPTY
    later = Window(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    assert bing(web_of(feed(fresh)), later).status is SourceStatus.OUT_OF_REACH


@pytest.mark.parametrize(("asks", "source"), [(google, GOOGLE), (bing, BING)])
def test_without_an_edition_nothing_is_asked(asks: Asking, source: Source) -> None:
    """A source that names none is refused here."""
    web = web_of(feed())
    answer = asks(web, source=replace(source, editions=()))
    assert answer.status is SourceStatus.REFUSED
    assert web.got == []
