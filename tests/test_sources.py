"""Feeds, sitemaps, seeds and archives answer for windows, and never mistake silence for zero."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from framewatch.facts import load_topic
from framewatch.story import (
    Answer,
    Outcome,
    Page,
    Rejected,
    Seed,
    Source,
    SourceStatus,
    Topic,
    Window,
)
from scrapers.archive import ArchiveError, ArchiveWeb, PageArchive
from scrapers.connectors import CONNECTORS
from scrapers.web import PAGE, Expect, Web

TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
DAY = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
FEED = Source(name="herald", kind="feed", url="https://herald.example/feed/")
MAP = Source(name="herald-map", kind="sitemap", url="https://herald.example/sitemap.xml")


class FakeWeb:
    """A web of a few pages; whatever else is asked for is gone."""

    def __init__(self, pages: dict[str, bytes | Rejected], read_at: datetime = NOW) -> None:
        self.pages = pages
        self.read_at = read_at

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        found = self.pages.get(url, Rejected(url=url, outcome=Outcome.GONE, detail="status 404"))
        if isinstance(found, Rejected):
            return found
        return Page(
            url=url, final_url=url, status=200, headers={}, body=found, fetched_at=self.read_at
        )


def ask(source: Source, web: Web, window: Window = DAY, topic: Topic = TOPIC) -> Answer:
    return CONNECTORS[source.kind].discover(source, topic, window, web)


def rss(*items: tuple[str, str, str]) -> bytes:
    entries = "".join(
        f"<item><title>{title}</title><link>https://herald.example/{slug}</link>"
        + (f"<pubDate>{date}</pubDate>" if date else "")
        + "</item>"
        for title, slug, date in items
    )
    return f'<rss version="2.0"><channel><title>Herald</title>{entries}</channel></rss>'.encode()


IN = "Tue, 04 Feb 2025 17:00:00 +1100"  # 06:00 UTC on the 4th
BEFORE = "Tue, 04 Feb 2025 05:30:00 +1100"  # still the 3rd in UTC
AFTER = "Wed, 05 Feb 2025 12:00:00 GMT"


def test_a_feed_gives_the_windows_items_that_name_the_topic() -> None:
    """By title or slug, in half-open UTC; undated items count as seen now."""
    body = rss(
        ("DeepSeek shakes markets", "a?utm_source=rss", IN),
        ("Chips", "2025/deepseek-and-chips", IN),
        ("Rain expected", "rain", IN),
        ("DeepSeek yesterday", "b", BEFORE),
        ("DeepSeek tomorrow", "c", AFTER),
        ("DeepSeek, undated", "d", ""),
    )
    answer = ask(FEED, FakeWeb({FEED.url: body}))
    assert answer.status is SourceStatus.OK
    assert answer.listed == 4
    assert [link.url.rpartition("/")[2] for link in answer.links] == [
        "a",
        "deepseek-and-chips",
        "d",
    ]
    first = answer.links[0]
    assert first.address == "https://herald.example/a?utm_source=rss"
    assert first.published_at == datetime(2025, 2, 4, 6, tzinfo=UTC)
    assert first.seen_at == NOW


@pytest.mark.parametrize(
    ("body", "read_at", "status"),
    [
        (rss(("Rain", "r", IN)), NOW, SourceStatus.EMPTY),
        (rss(("Rain", "r", BEFORE), ("Sun", "s", AFTER)), NOW, SourceStatus.EMPTY),
        (rss(("DeepSeek", "a", AFTER)), NOW, SourceStatus.OUT_OF_REACH),
        (rss(("DeepSeek", "a", BEFORE)), DAY.start, SourceStatus.OUT_OF_REACH),
        (b"<html><body>We value your privacy</body></html>", NOW, SourceStatus.UNAVAILABLE),
        (b"", NOW, SourceStatus.UNAVAILABLE),
        (b"<!DOCTYPE rss>" + rss(("Rain", "r", IN)), NOW, SourceStatus.UNAVAILABLE),
        (b"<rss><item><pubDate>&#x110000;", NOW, SourceStatus.UNAVAILABLE),
        (Rejected(url="", outcome=Outcome.GONE, detail=""), NOW, SourceStatus.UNAVAILABLE),
        (Rejected(url="", outcome=Outcome.UNAVAILABLE, detail=""), NOW, SourceStatus.UNAVAILABLE),
        (Rejected(url="", outcome=Outcome.DISALLOWED, detail=""), NOW, SourceStatus.REFUSED),
        (Rejected(url="", outcome=Outcome.HTTP_ERROR, detail=""), NOW, SourceStatus.REFUSED),
    ],
    ids=[
        "nothing on the topic",
        "nothing in the window",
        "feed no longer reaches back",
        "read before the window",
        "consent page",
        "empty body",
        "document type",
        "what feedparser fails on",
        "gone",
        "down",
        "robots",
        "forbidden",
    ],
)
def test_only_an_answer_is_no_news(
    body: bytes | Rejected, read_at: datetime, status: SourceStatus
) -> None:
    """Empty, out of reach, refused and unavailable are four different things."""
    answer = ask(FEED, FakeWeb({FEED.url: body}, read_at))
    assert (answer.status, answer.links) == (status, ())


def sitemap(*urls: tuple[str, str, str]) -> bytes:
    entries = "".join(
        f"<url><loc>https://herald.example/{slug}</loc><news:news><news:publication>"
        "<news:name>Herald</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
        "</news:news></url>"
        for title, slug, date in urls
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    ).encode()


NEWS = sitemap(
    ("DeepSeek and the price of chips", "a", "2025-02-04T17:00:00+11:00"),
    ("Rain", "r", "2025-02-04T17:00:00+11:00"),
    ("DeepSeek before", "b", "2025-02-03T17:00:00+11:00"),
)


@pytest.mark.parametrize("body", [NEWS, gzip.compress(NEWS)], ids=["plain", "gzip"])
def test_a_news_sitemap_gives_the_windows_pages(body: bytes) -> None:
    """Title, publisher's date and address come from the news extension."""
    answer = ask(MAP, FakeWeb({MAP.url: body}))
    assert (answer.status, answer.listed) == (SourceStatus.OK, 2)
    (link,) = answer.links
    assert (link.url, link.title) == ("https://herald.example/a", "DeepSeek and the price of chips")
    assert link.published_at == datetime(2025, 2, 4, 6, tzinfo=UTC)


def test_an_index_is_followed_to_the_months_of_the_window() -> None:
    """Sub-sitemaps that name another month are not asked for."""
    index = (
        b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        b"<sitemap><loc>https://herald.example/sitemap-2025-02.xml</loc></sitemap>"
        b"<sitemap><loc>https://herald.example/sitemap-2024-11.xml</loc></sitemap>"
        b"</sitemapindex>"
    )
    web = FakeWeb({MAP.url: index, "https://herald.example/sitemap-2025-02.xml": NEWS})
    assert ask(MAP, web).status is SourceStatus.OK
    del web.pages["https://herald.example/sitemap-2025-02.xml"]
    assert ask(MAP, web).status is SourceStatus.UNAVAILABLE


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE urlset [<!ENTITY a 'aaaa'>]><urlset>&a;</urlset>",
        gzip.compress(b" " * (60 << 20)),
        b"\x1f\x8bnot gzip",
        b"<html><body>404</body></html>",
    ],
    ids=["entities", "gzip bomb", "broken gzip", "html"],
)
def test_a_hostile_sitemap_is_unavailable(body: bytes) -> None:
    """It is neither expanded nor taken for no news."""
    assert ask(MAP, FakeWeb({MAP.url: body})).status is SourceStatus.UNAVAILABLE


def test_seeds_are_links_in_every_window_but_say_nothing_about_it() -> None:
    """A seed without an address is named, not guessed."""
    topic = Topic(
        code="t",
        name="T",
        query="T",
        aliases=("T",),
        time_zone="UTC",
        sources=("*",),
        seeds=(Seed(title="One", url="https://herald.example/one"), Seed(title="Two")),
    )
    answer = ask(Source(name="seeds", kind="seed"), FakeWeb({}), topic=topic)
    assert answer.status is SourceStatus.OUT_OF_REACH
    assert [link.url for link in answer.links] == ["https://herald.example/one"]
    assert "Two" in answer.detail


def archived(folder: Path, pages: dict[str, tuple[int, dict[str, str], bytes]]) -> ArchiveWeb:
    archive = PageArchive(folder, folder)
    for url, (status, headers, body) in pages.items():
        page = Page(
            url=url, final_url=url, status=status, headers=headers, body=body, fetched_at=NOW
        )
        archive.keep(page, {})
    archive.close()
    return ArchiveWeb(folder, folder, "Framewatch")


HTML = {"content-type": "text/html"}


def test_an_archive_is_replayed_as_if_it_were_the_web(tmp_path: Path) -> None:
    """Redirects are followed, robots obeyed, statuses kept, dates the archive's own."""
    web = archived(
        tmp_path,
        {
            "https://herald.example/robots.txt": (200, {}, b"User-agent: *\nDisallow: /no"),
            "https://herald.example/a": (200, HTML, b"<p>a</p>"),
            "https://herald.example/old": (301, {"location": "/a"}, b""),
            "https://herald.example/gone": (404, HTML, b""),
            "https://herald.example/down": (500, HTML, b""),
            "https://herald.example/no": (200, HTML, b"x"),
            "https://herald.example/pdf": (200, {"content-type": "application/pdf"}, b"x"),
        },
    )
    page = web.get("https://herald.example/old")
    assert isinstance(page, Page)
    assert (page.body, page.final_url, page.fetched_at) == (
        b"<p>a</p>",
        "https://herald.example/a",
        NOW,
    )
    assert PageArchive(tmp_path / "none", tmp_path).read(page).body == b"<p>a</p>"
    ends = {
        path: answer.outcome
        for path in ("gone", "down", "no", "pdf", "never-seen")
        if isinstance(answer := web.get(f"https://herald.example/{path}"), Rejected)
    }
    assert ends == {
        "gone": Outcome.GONE,
        "down": Outcome.UNAVAILABLE,
        "no": Outcome.DISALLOWED,
        "pdf": Outcome.WRONG_TYPE,
        "never-seen": Outcome.GONE,
    }


def test_a_page_that_another_archive_handed_over_is_kept_as_theirs(tmp_path: Path) -> None:
    """No request of ours was made; the response is of the day on which they had it."""
    url, captured = "https://herald.example/a", datetime(2025, 2, 4, 9, tzinfo=UTC)
    page = Page(
        url=url,
        final_url=url,
        status=200,
        headers=HTML,
        body=b"<p>a</p>",
        fetched_at=NOW,
        captured_at=captured,
        via="wayback",
    )
    archive = PageArchive(tmp_path, tmp_path)
    kept = archive.keep(page, {"user-agent": "Framewatch"})
    archive.close()
    (file,) = tmp_path.rglob("*.warc.gz")
    with file.open("rb") as stream:
        records = [
            (r.rec_type, r.rec_headers.get_header("WARC-Date"), r.raw_stream.read())
            for r in ArchiveIterator(stream)
            if r.rec_type != "warcinfo"
        ]
    assert [record[:2] for record in records] == [
        ("response", "2025-02-04T09:00:00Z"),
        ("metadata", "2025-02-06T12:00:00Z"),
    ]
    assert b"via: wayback" in records[1][2]
    read = archive.read(replace(kept, body=b"", headers={}))
    assert (read.body, read.headers["content-type"]) == (b"<p>a</p>", "text/html")


def test_an_archive_lists_its_pages_by_capture_date(tmp_path: Path) -> None:
    """Pages only; a window outside its span is out of reach, not empty."""
    web = archived(
        tmp_path,
        {
            "https://herald.example/robots.txt": (200, HTML, b""),
            "https://herald.example/a": (200, HTML, b"x"),
            "https://herald.example/feed": (200, {"content-type": "application/rss+xml"}, b"x"),
            "https://herald.example/old": (301, {"location": "/a"} | HTML, b""),
        },
    )
    source = Source(name="kept", kind="archive", path="kept")
    of_day = Window(datetime(2025, 2, 6, tzinfo=UTC), datetime(2025, 2, 7, tzinfo=UTC))
    answer = ask(source, web, of_day)
    assert [link.url for link in answer.links] == ["https://herald.example/a"]
    assert answer.links[0].seen_at == NOW
    assert ask(source, web, DAY).status is SourceStatus.OUT_OF_REACH


def test_a_missing_archive_says_which_and_what_to_do(tmp_path: Path) -> None:
    """Not an empty answer."""
    with pytest.raises(ArchiveError, match=r"no WARC file there"):
        ask(Source(name="kept", kind="archive"), ArchiveWeb(tmp_path, tmp_path, "Framewatch"))
