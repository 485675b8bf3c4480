"""Random hostile input for everything that reads what strangers wrote before it is a page.

Quick by default. FRAMEWATCH_FUZZ_SECONDS=600 spends that long in all, with fresh examples; with
`-s` it prints how many.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from framewatch.facts import load_topic
from framewatch.story import Answer, Outcome, Page, Rejected, Source, Window
from scrapers import feed, sitemap
from scrapers.guard import unsafe, unsafe_answer
from scrapers.hosts import MemoryBook
from scrapers.receive import retry_after
from scrapers.rights import location_matches, signal, site_signals
from scrapers.robots import MAX_CRAWL_DELAY, Robots
from scrapers.sniff import declares_doctype, misfit
from scrapers.urls import canonicalize
from scrapers.web import PAGE, SITEMAP, Expect
from scrapers.withhold import reservation, withheld

SECONDS = float(os.environ.get("FRAMEWATCH_FUZZ_SECONDS", "0"))
QUICK = 40  # examples of each target in the default run
SLOWEST = 20.0  # seconds of a thread for one input; what is unbounded takes hours
NOW = datetime(2025, 2, 4, 6, tzinfo=UTC)
DAY = Window(NOW, NOW + timedelta(days=1))
TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")

URL_PARTS = [
    "http://", "https://", "HTTP:", "//", "/", "\\", "@", ":", "?", "#", "%", "%2e", "%00", "[",
    "]", "[::1]", "::ffff:", "127.0.0.1", "0x7f", "2130706433", "herald.example", "xn--", "ß",
    "。", "／", "①", ".", "..", "/./", "/../", "&", "=", "utm_source=", "url=", "amp", "/amp/",
    ":80", ":99999", "\t", "\r\n", "\x00", "\ud800", "\u202e", "google.com/url?q=",
    "bing.com/news/apiclick.aspx?url=", "cdn.ampproject.org/c/s/", "a" * 300, "-", "_", " ",
    "\x85", "😀",
]  # fmt: skip
ROBOTS_PARTS = [
    "User-agent: *\n", "User-agent: Framewatch\n", "Disallow: ", "Allow: ", "/", "*", "$", "*a",
    "\n", "Crawl-delay: ", "1e309", "nan", "inf", "-5", "0", "9" * 400, "Request-rate: ", "1/0",
    "1/1s", "5/0s", "1/10m 0800-2500", "Visit-time: ", "Sitemap: ", "Host: ", "\ufeff", "#", ":",
    "%", "%zz", "\x00", "Content-Signal: ai-train=no\n", "GPTBot", "😀", "\ud800",
]  # fmt: skip
XML_PARTS = [
    "<?xml version='1.0' encoding='", "utf-8", "utf-16", "utf-7", "no-such", "'?>",
    "<rss version='2.0'>", "<channel>", "<item>", "<link>", "https://herald.example/deepseek",
    "</link>", "<title>", "DeepSeek", "</title>", "<pubDate>", "Tue, 04 Feb 2025 17:00:00 +1100",
    "99999-99-99T99:99:99Z", "-1", "+9999999999", "</pubDate>", "</item>", "</channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<link href='http://[::1'/>",
    "<updated>", "</updated></entry>", "<urlset xmlns='",
    "http://www.sitemaps.org/schemas/sitemap/0.9", "'>", "<url>", "<loc>", "</loc>", "<lastmod>",
    "</lastmod></url>", "<news:news>", "<news:publication_date>", "</news:publication_date>",
    "<sitemapindex>", "<sitemap><loc>https://herald.example/sitemap.xml</loc></sitemap>",
    "<!DOCTYPE a [", "<!ENTITY a '", "&a;", "&#0;", "&#x110000;", "]>", "<![CDATA[", "]]>",
    "<!--", "-->", "<", ">", "&", "\x00", "\ufeff", "\ud800", "<div>", "<p ", "a='",
    "xml:base='http://[::1'", "<media:content url='", "<itunes:image href='", "<description>",
    "<georss:point>", "1e999",
]  # fmt: skip
HTML_PARTS = [
    "<html lang='", "<head>", "<title>", "</title>", "<meta name='robots' content='noai'>",
    "<meta ", "name='description' content='", "'>", "<meta charset='utf-16'>",
    "<link rel='canonical' href='", "http://[::1", "<script type='application/ld+json'>",
    '{"@type": "NewsArticle", "author": ', "[" * 50, '"', "}", "]", "null", "1e999", "</script>",
    "<time datetime='", "</time>", "<h1>", "tdm-reservation", "<!--", "-->", "<![CDATA[", "\x00",
    "&#0;", "\ud800", "<base href='//'>", "</head><body>", "<p>", "a",
]  # fmt: skip


def made_of(parts: list[str]) -> st.SearchStrategy[str]:
    """Texts of known parts, some repeated hundreds of times, and of anything else."""
    part = st.sampled_from(parts) | st.text(max_size=8)
    often = st.tuples(part, st.sampled_from([1, 1, 1, 1, 7, 800])).map(
        lambda pair: pair[0] * pair[1]
    )
    return st.lists(often, max_size=25).map("".join)


def encoded(parts: list[str]) -> st.SearchStrategy[bytes]:
    codings = st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16", "utf-32-be", "latin-1"])
    texts = st.tuples(made_of(parts), codings)
    return texts.map(lambda pair: pair[0].encode(pair[1], "replace")) | st.binary(max_size=600)


URLS = made_of(URL_PARTS)


class OnePage:
    """A web on which every address has the same bytes."""

    def __init__(self, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.body = body
        self.headers = headers or {}
        self.asked = 0

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        self.asked += 1
        if len(self.body) > expect.limit:
            return Rejected(url=url, outcome=Outcome.TOO_LARGE, detail="")
        return Page(
            url=url,
            final_url=url,
            status=200,
            headers=self.headers,
            body=self.body,
            fetched_at=NOW,
        )


# --- the targets ----------------------------------------------------------------------------------


def an_address(data: st.DataObject) -> None:
    """The guard judges every address, and a canonical form is its own canonical form."""
    url = data.draw(URLS)
    fault = unsafe(url)
    try:
        canonical = canonicalize(url)
    except ValueError:
        return
    assert canonicalize(canonical) == canonical
    if not fault:
        assert "\\" not in canonical


def an_answer_of_names(data: st.DataObject) -> None:
    """Whatever a resolver says is judged."""
    parts = st.sampled_from(["127.0.0.1", "::1", "8.8.8.8", "::ffff:", "fe80::1%0", "1.2.3"])
    answers = data.draw(st.lists(parts | st.ip_addresses().map(str) | st.text(max_size=20)))
    assert isinstance(unsafe_answer(answers), str)


def a_robots_txt(data: st.DataObject) -> None:
    """Rules of any shape give a verdict and a delay within its cap."""
    web = OnePage(data.draw(encoded(ROBOTS_PARTS)))
    robots = Robots(web.get, "Framewatch", MemoryBook(), lambda: NOW)
    path = data.draw(made_of(["/", "a", "a" * 900, "%", "%2f", "?", ".", "*", "$"]))
    verdict = robots.verdict(f"https://herald.example/{path}")
    assert verdict is None or verdict.outcome is Outcome.DISALLOWED
    assert 0.0 <= robots.delay(f"https://herald.example/{path}") <= MAX_CRAWL_DELAY


def a_wait(data: st.DataObject) -> None:
    """Retry-After is a number of seconds within six hours, or not said."""
    parts = ["9", "99999999999", "Tue, 04 Feb 2025 06:01:00 GMT", "-", "+0000", "٣", "²", ":", " "]
    wait = retry_after({"retry-after": data.draw(made_of(parts))}, NOW)
    assert wait is None or 0.0 <= wait <= 21600.0


def a_feed(data: st.DataObject) -> None:
    """A feed of any bytes gives an answer."""
    kinds = st.sampled_from(["application/rss+xml", "text/xml; charset=utf-7", "text/html", "x"])
    web = OnePage(data.draw(encoded(XML_PARTS)), {"content-type": data.draw(kinds)})
    source = Source(name="herald", kind="feed", url="https://herald.example/feed/")
    assert isinstance(feed.discover(source, TOPIC, DAY, web), Answer)


def a_sitemap(data: st.DataObject) -> None:
    """A sitemap of any bytes gives an answer, after a bounded number of requests."""
    web = OnePage(data.draw(encoded(XML_PARTS)))
    source = Source(name="herald", kind="sitemap", url="https://herald.example/sitemap.xml")
    assert isinstance(sitemap.discover(source, TOPIC, DAY, web), Answer)
    assert web.asked <= sitemap.MAX_CHILDREN + 1


def first_bytes(data: st.DataObject) -> None:
    """Any bytes can be sniffed."""
    body = data.draw(encoded(XML_PARTS) | encoded(HTML_PARTS))
    kind = data.draw(st.sampled_from(["", "text/html", "text/xml", ";"]))
    for expect in (PAGE, SITEMAP):
        assert isinstance(misfit(body, kind, expect), str)
    assert declares_doctype(body) in (True, False)


def a_reservation(data: st.DataObject) -> None:
    """Any page can be cut, any site file read, any pattern matched."""
    headers = {"content-type": data.draw(st.sampled_from(["text/html", "text/html; charset=gbk"]))}
    page = OnePage(data.draw(encoded(HTML_PARTS)), headers).get("https://herald.example/a")
    assert isinstance(page, Page)
    site = site_signals(
        data.draw(encoded(['[{"location":"', '"}', "*", '"tdm-reservation":1'])), ""
    )
    assert isinstance(reservation(page, site), str)
    cut = withheld(page, "tdm-reservation: 1")
    assert isinstance(signal(cut.headers, {}, site, page.url), str)
    patterns = made_of(["*", "$", "/", "a", "*a"])
    assert location_matches(data.draw(patterns), data.draw(patterns)) in (True, False)


TARGETS: list[Callable[[st.DataObject], None]] = [
    an_address,
    an_answer_of_names,
    a_robots_txt,
    a_wait,
    a_feed,
    a_sitemap,
    first_bytes,
    a_reservation,
]


def examples(target: Callable[[st.DataObject], None], number: int, start: int | None) -> int:
    """Run so many examples; returns how many ran."""
    ran = 0
    phases = [Phase.generate, Phase.shrink]

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=start is None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def one(data: st.DataObject) -> None:
        nonlocal ran
        ran += 1
        began = time.thread_time()
        target(data)
        took = time.thread_time() - began
        assert took < SLOWEST, f"{took:.1f} seconds"

    (one if start is None else seed(start)(one))()
    return ran


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
# Warnings about odd markup are the libraries' right; nobody has them raised in production.
@pytest.mark.filterwarnings("ignore")
def test_hostile_input_neither_raises_nor_takes_long(
    target: Callable[[st.DataObject], None],
) -> None:
    """Whatever strangers write, one input takes a bounded time and gives a value."""
    if not SECONDS:
        assert examples(target, QUICK, None) >= QUICK // 2
        return
    end, ran, start = time.monotonic() + SECONDS / len(TARGETS), 0, int(time.time())
    while time.monotonic() < end:
        ran += examples(target, 500, start)
        start += 1
    print(f"\n{target.__name__}: {ran} examples")
