"""Reservations of rights: what is withheld, from the live web to the article."""

import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from warcio.archiveiterator import ArchiveIterator

from framewatch.facts import SourceBook
from framewatch.story import Article, Link, Outcome, Outlet, Page, Rejected
from scrapers.archive import ArchiveWeb, PageArchive
from scrapers.extract import extract
from scrapers.fetch import LiveWeb
from scrapers.hosts import MemoryBook, Pace
from scrapers.rights import EXCERPT, location_matches, signal, site_signals

HTML = "text/html; charset=utf-8"
SECRET = "The chips that nobody may mine stand in this sentence of the story."
BOOK = SourceBook(
    outlets=(
        Outlet(
            code="herald", name="Example Herald", hosts=("127.0.0.1",), country="AU", language="en"
        ),
    )
)


def story(extra: str = "", lead: str = "A teaser that the publisher wrote.") -> str:
    ld = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "DeepSeek and the price of chips",
        "datePublished": "2025-02-04T05:30:00+11:00",
        "author": [{"@type": "Person", "name": "Ada Writer"}],
        "articleBody": SECRET * 20,
    }
    paragraphs = "".join(f"<p>{SECRET} Paragraph {n} says so as well.</p>" for n in range(8))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{extra}'
        f'<title>DeepSeek and the price of chips</title><meta name="description" content="{lead}">'
        f'<script type="application/ld+json">{json.dumps(ld)}</script>'
        f"<script>window.state = {json.dumps({'body': SECRET * 5})}</script></head><body>"
        f"<article><h1>DeepSeek and the price of chips</h1>{paragraphs}</article></body></html>"
    )


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[PageArchive]:
    made = PageArchive(tmp_path / "archive", tmp_path)
    yield made
    made.close()


@pytest.fixture
def web(archive: PageArchive, httpserver: HTTPServer) -> LiveWeb:
    httpserver.no_handler_status_code = 404
    pace = Pace(MemoryBook(), 0.0, jitter=lambda: 0.0)
    return LiveWeb(archive, pace, contact="", allow_loopback=True)


def fetched(web: LiveWeb, httpserver: HTTPServer) -> Page:
    page = web.get(httpserver.url_for("/a").replace("localhost", "127.0.0.1"))
    assert isinstance(page, Page), page
    return page


def article_of(page: Page) -> Article:
    found = extract(page, Link(url=page.url, source="test"), BOOK)
    assert isinstance(found, Article), found
    return found


def everything(folder: Path) -> bytes:
    """All that any record of any WARC file in a folder holds, headers included."""
    return b"".join(gzip.open(path).read() for path in folder.rglob("*.warc.gz"))


@pytest.mark.parametrize(
    ("headers", "extra", "tdmrep", "rights"),
    [
        ({"TDM-Reservation": "1"}, "", [], "tdm-reservation: 1"),
        ({"X-Robots-Tag": "noindex, noai"}, "", [], "robots: noai"),
        ({}, '<meta name="tdm-reservation" content="1">', [], "tdm-reservation: 1"),
        ({}, '<meta name="robots" content="index,noai">', [], "robots: noai"),
        ({}, "", [{"location": "/a", "tdm-reservation": 1}], "tdmrep.json: tdm-reservation: 1"),
    ],
    ids=["header", "robots header", "meta", "robots meta", "tdmrep.json"],
)
def test_a_reserved_text_is_neither_archived_nor_extracted(
    headers: dict[str, str],
    extra: str,
    tdmrep: list[object],
    rights: str,
    web: LiveWeb,
    archive: PageArchive,
    httpserver: HTTPServer,
    tmp_path: Path,
) -> None:
    """Title, date, outlet, author and the publisher's own teaser stay, live and replayed."""
    httpserver.expect_request("/.well-known/tdmrep.json").respond_with_json(tdmrep)
    httpserver.expect_request("/a").respond_with_data(
        story(extra), content_type=HTML, headers=headers
    )
    page = fetched(web, httpserver)
    replay = ArchiveWeb(tmp_path / "archive", tmp_path, "Framewatch").get(page.url)
    assert isinstance(replay, Page)
    stored = archive.read(replace(page, headers={}, rights="", body=b""))
    for kept in (page, stored, replay):
        article = article_of(kept)
        assert article.title == "DeepSeek and the price of chips"
        assert article.text == "A teaser that the publisher wrote."
        assert article.published_at == datetime(2025, 2, 3, 18, 30, tzinfo=UTC)
        assert article.authors == ("Ada Writer",)
        assert article.host == "herald"
        assert (article.rights, article.complete) == (rights, False)
        assert kept.sha256 == page.sha256
    assert b"nobody may mine" not in everything(tmp_path)


def test_the_archive_says_that_it_holds_a_cut_page(
    web: LiveWeb, archive: PageArchive, httpserver: HTTPServer
) -> None:
    """WARC-Truncated on the response, and a note why in the metadata record."""
    httpserver.expect_request("/a").respond_with_data(
        story(), content_type=HTML, headers={"TDM-Reservation": "1"}
    )
    page = fetched(web, httpserver)
    with archive.path_of(page.warc_file).open("rb") as stream:
        records = {
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI")): (
                r.rec_headers.get_header("WARC-Truncated"),
                r.content_stream().read(),
            )
            for r in ArchiveIterator(stream)
        }
    assert records["response", page.url][0] == "unspecified"
    assert b"rights: tdm-reservation: 1" in records["metadata", page.url][1]


def test_an_unreserved_text_is_kept_whole(web: LiveWeb, httpserver: HTTPServer) -> None:
    """A 0 on the page overrides its site's file; noarchive speaks to search engines."""
    rules = [{"location": "/", "tdm-reservation": 1}]
    httpserver.expect_request("/.well-known/tdmrep.json").respond_with_json(rules)
    extra = '<meta name="robots" content="noarchive, noimageai">'
    httpserver.expect_request("/a").respond_with_data(
        story(extra), content_type=HTML, headers={"TDM-Reservation": "0"}
    )
    page = fetched(web, httpserver)
    article = article_of(page)
    assert (page.rights, article.rights, article.complete) == ("", "", True)
    assert SECRET in article.text


def test_a_reserved_page_that_names_no_article_is_none(
    web: LiveWeb, httpserver: HTTPServer
) -> None:
    """Without its text, only its head can say that it is an article."""
    body = "<html><head><title>News</title></head><body><p>List of news</p></body></html>"
    httpserver.expect_request("/a").respond_with_data(
        body, content_type=HTML, headers={"TDM-Reservation": "1"}
    )
    page = fetched(web, httpserver)
    found = extract(page, Link(url=page.url, source="test"), BOOK)
    assert isinstance(found, Rejected)
    assert found.outcome is Outcome.NOT_ARTICLE


def test_no_string_longer_than_an_excerpt_survives(web: LiveWeb, httpserver: HTTPServer) -> None:
    """A text hidden in a description, a JSON-LD key or a title is cut as well."""
    httpserver.expect_request("/a").respond_with_data(
        story(lead=SECRET * 30), content_type=HTML, headers={"TDM-Reservation": "1"}
    )
    page = fetched(web, httpserver)
    assert page.body.count(SECRET.encode()) <= EXCERPT / len(SECRET)
    assert len(article_of(page).text) <= EXCERPT


# --- what a site says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "path", "matches"),
    [
        ("/", "/a", True),
        ("/a", "/b", False),
        ("/news/*", "/news/2025/a", True),
        ("/*.pdf$", "/a/b.pdf", True),
        ("/*.pdf$", "/a/b.pdf?x", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("*", "/x", True),
        ("/*/print", "/a/b/print/", True),
        ("/a*a$", "/a", False),
    ],
)
def test_locations_match_as_in_robots(location: str, path: str, matches: bool) -> None:
    """A beginning, `*` for anything, `$` for the end."""
    assert location_matches(location, path) is matches


def test_a_pattern_of_stars_is_matched_in_no_time() -> None:
    """Where a regular expression would try every split."""
    started = time.thread_time()
    assert not location_matches("/" + "*a" * 200 + "b", "/" + "a" * 4000)
    assert time.thread_time() - started < 10


def test_the_longest_location_decides() -> None:
    """An exception inside a reserved site is honoured, either way round."""
    rules = [
        {"location": "/", "tdm-reservation": 1},
        {"location": "/open/", "tdm-reservation": 0},
        {"location": "/open/not/", "tdm-reservation": "1"},
    ]
    site = site_signals(json.dumps(rules).encode(), "")
    found = [
        bool(signal({}, {}, site, f"https://a.example{path}"))
        for path in ("/x", "/open/x", "/open/not/x")
    ]
    assert found == [True, False, True]


@pytest.mark.parametrize("tdmrep", [b"", b"{}", b"[1, null]", b"<html>", b"[" * 100_000, b"\xff"])
def test_a_broken_file_reserves_nothing(tdmrep: bytes) -> None:
    """And raises nothing."""
    assert site_signals(tdmrep, "") == ""


def test_what_robots_says_to_ai_crawlers_is_kept_as_information() -> None:
    """It is not said to us, so it withholds nothing."""
    robots = "User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nContent-Signal: ai-train=no\n"
    site = site_signals(b"", robots)
    assert json.loads(site) == {
        "robots": ["content-signal: ai-train=no"],
        "closed_to": ["GPTBot"],
    }
    assert signal({}, {}, site, "https://a.example/x") == ""
