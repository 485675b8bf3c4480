"""The sample archive keeps the promises of samples/README.md."""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from framewatch.facts import load_sources, load_topic
from framewatch.story import Outcome
from samples.build import ARCHIVE, TRUTH, build
from samples.captures import EARLY, all_captures
from samples.pages import FICTIONAL, url_of
from samples.texts import Text, load_texts

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
NEWS = {"article", "republication", "near_copy", "paywalled", "off_topic", "undated"}


@cache
def records() -> list[dict[str, Any]]:
    found = []
    with (SAMPLES / ARCHIVE).open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            http = record.http_headers
            found.append(
                {
                    "type": record.rec_type,
                    "protocol": record.rec_headers.protocol,
                    "id": record.rec_headers.get_header("WARC-Record-ID"),
                    "url": record.rec_headers.get_header("WARC-Target-URI") or "",
                    "date": record.rec_headers.get_header("WARC-Date"),
                    "truncated": record.rec_headers.get_header("WARC-Truncated"),
                    "status": int(http.get_statuscode()) if record.rec_type == "response" else 0,
                    "http": dict(http.headers) if http else {},
                    "raw_length": record.payload_length,
                    "body": record.content_stream().read(),
                }
            )
    return found


def responses() -> list[dict[str, Any]]:
    return [record for record in records() if record["type"] == "response"]


def html_pages() -> Iterator[dict[str, Any]]:
    return (r for r in responses() if r["http"]["Content-Type"].startswith("text/html"))


@cache
def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLES / TRUTH).read_text("utf-8"))
    return loaded


def pages(*kinds: str) -> dict[str, dict[str, Any]]:
    return {url: page for url, page in truth()["pages"].items() if page["kind"] in kinds}


def texts(*kinds: str) -> list[Text]:
    return [text for text in load_texts() if text.kind in kinds]


def length(text: Text) -> int:
    return len(text.body) // 2 if text.outlet.language == "zh" else len(text.body.split())


def test_two_builds_give_the_same_bytes_and_what_is_committed(tmp_path: Path) -> None:
    """Nothing in the archive depends on when or where it was built."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build(tmp_path / name)
    one, two = tmp_path / "one", tmp_path / "two"
    assert (one / ARCHIVE).read_bytes() == (two / ARCHIVE).read_bytes()
    assert (one / TRUTH).read_bytes() == (SAMPLES / TRUTH).read_bytes()
    # Another zlib may deflate the same records into other bytes.
    built, committed = (one / ARCHIVE).read_bytes(), (SAMPLES / ARCHIVE).read_bytes()
    assert gzip.decompress(built) == gzip.decompress(committed)


def test_warcio_finds_every_record_sound() -> None:
    """Digests and lengths hold, and each record is a gzip member of its own."""
    checker = Checker(_Arguments([str(SAMPLES / ARCHIVE)]))
    checker.process_one(str(SAMPLES / ARCHIVE))
    assert checker.exit_value == 0
    assert {record["protocol"] for record in records()} == {"WARC/1.1"}
    assert [r["type"] for r in records()][:3] == ["warcinfo", "request", "response"]
    members = (SAMPLES / ARCHIVE).read_bytes().count(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02")
    assert members >= len(records())


class _Arguments:
    def __init__(self, inputs: list[str]) -> None:
        self.inputs, self.verbose = inputs, False


def test_record_ids_are_unique_and_content_lengths_true() -> None:
    """A declared length differs from the body's in the one page that was cut off."""
    assert len({record["id"] for record in records()}) == len(records())
    wrong = [r for r in responses() if int(r["http"]["Content-Length"]) != r["raw_length"]]
    assert [r["truncated"] for r in wrong] == ["disconnect"]
    assert pages("broken").keys() > {r["url"] for r in wrong}


def test_it_is_small() -> None:
    """The archive stays below 1.5 MB."""
    assert (SAMPLES / ARCHIVE).stat().st_size < 1_500_000


def test_no_host_outside_example() -> None:
    """No record and no link in any page leads to a host that could exist."""
    hosts = {urlsplit(record["url"]).hostname for record in responses()}
    for page in html_pages():
        hosts |= {urlsplit(u).hostname for u in re.findall(r"https?://[^\s\"'<>]+", _text(page))}
    assert {host for host in hosts if host and not host.endswith(".example")} == {"schema.org"}


def _text(page: dict[str, Any]) -> str:
    charset = "gb18030" if b'charset="gb18030"' in page["body"] else "utf-8"
    text: str = page["body"].decode(charset, "replace")
    return text


def test_every_page_says_that_it_is_fictional() -> None:
    """The line stands in each HTML page, robots file, feed and sitemap, outside the article."""
    assert [r["url"] for r in responses() if FICTIONAL not in _text(r)] == []
    assert not any(FICTIONAL in text.body for text in load_texts())


def test_truth_and_archive_name_the_same_pages() -> None:
    """Each address of truth.json is in the archive, and each HTML page is in truth.json."""
    indexes = {r["url"] for r in responses() if "xml" in r["http"]["Content-Type"]}
    archived = {r["url"] for r in responses() if not r["url"].endswith("/robots.txt")} - indexes
    assert archived == set(truth()["pages"])
    by_url = {r["url"]: r for r in responses()}
    status = {url: by_url[url]["status"] for url in truth()["pages"]}
    assert Counter(status.values()) == {200: len(status) - 3, 301: 1, 404: 1, 500: 1}
    moved = next(iter(pages("redirect").items()))
    assert by_url[moved[0]]["http"]["Location"] == moved[1]["same_as"]


def test_truth_totals_are_sums_of_its_pages() -> None:
    """Totals per outlet and day count stored pages, each once."""
    totals = truth()["totals"]
    days = totals["stored_by_outlet_and_day"]
    outcomes = Counter(page["outcome"] for page in truth()["pages"].values())
    assert totals["outcomes"] == outcomes
    assert set(outcomes) <= {outcome.value for outcome in Outcome}
    assert sum(sum(counts.values()) for counts in days.values()) == outcomes["stored"]


def test_as_many_pages_of_each_kind_as_promised() -> None:
    """The counts of samples/README.md."""
    kinds = Counter(page["kind"] for page in truth()["pages"].values())
    assert sum(kinds[kind] for kind in NEWS) >= 130
    assert kinds["article"] >= 75
    assert kinds["republication"] >= 20
    assert kinds["near_copy"] >= 12
    assert kinds["off_topic"] >= 10
    exact = {"paywalled": 6, "broken": 2, "undated": 2, "listing": 2, "consent": 1, "gone": 1}
    exact |= {"disallowed": 1, "redirect": 1, "amp": 1}
    assert {kind: kinds[kind] for kind in exact} == exact


def test_originals_are_distinct_and_of_article_length() -> None:
    """150 to 350 words, a Chinese word counted as two characters; headlines differ."""
    originals = texts("article")
    assert {text.title for text in originals if not 150 <= length(text) <= 350} == set()
    assert len({text.title for text in originals}) == len(originals)
    paragraphs = Counter(block.text for text in originals for block in text.blocks)
    assert max(paragraphs.values()) == 1


def test_outlets_countries_languages_and_sources() -> None:
    """Seven outlets or more in AU, US and CN or HK, all fictional, each with a source."""
    book = load_sources(SAMPLES / "sources.toml")
    assert len(book.outlets) >= 7
    assert {"AU", "US", "CN", "HK", "GB"} == {outlet.country for outlet in book.outlets}
    assert all(outlet.fictional for outlet in book.outlets)
    assert {o.code for o in book.outlets} <= {source.outlet for source in book.sources}
    chinese = [p for p in pages(*NEWS).values() if p["language"] == "zh"]
    assert len(chinese) >= 12
    assert any(b'charset="gb18030"' in page["body"] for page in html_pages())
    real = load_sources(ROOT / "scrapers" / "sources.toml")
    assert not {o.name for o in book.outlets} & {o.name for o in real.outlets}


def test_coverage_rises_and_falls_and_one_outlet_falls_silent() -> None:
    """Ten weeks: a burst from 27 January, thin weeks later, a fortnight without one outlet."""
    stored = [page for page in truth()["pages"].values() if page["outcome"] == "stored"]
    days = [date.fromisoformat(page["day"]) for page in stored]
    assert date(2025, 1, 20) <= min(days) <= max(days) <= date(2025, 3, 30)
    weeks = Counter((day - date(2025, 1, 20)).days // 7 for day in days)
    assert set(weeks) == set(range(10))
    assert max(weeks, key=weeks.__getitem__) in (1, 2)
    assert min(weeks[1], weeks[2]) > 2 * max(weeks[n] for n in range(4, 10))
    wattle = sorted({date.fromisoformat(p["day"]) for p in stored if p["outlet"] == "wattlewire"})
    gaps = [after - before for before, after in pairwise(wattle)]
    assert max(gaps) >= timedelta(days=14)


def test_pages_were_captured_soon_after_publication() -> None:
    """Between five minutes and twenty hours; indexes at the end, two outlets' also before."""
    captured = {c.url: c.at for c in all_captures(load_texts())}
    delays = [captured[url_of(text)] - text.published for text in load_texts()]
    assert timedelta(minutes=5) <= min(delays) <= max(delays) <= timedelta(hours=20)
    dates: dict[str, list[str]] = {}
    for record in responses():
        if "xml" in record["http"]["Content-Type"]:
            dates.setdefault(record["url"], []).append(record["date"])
    assert {found[-1] for found in dates.values()} == {"2025-03-31T01:00:00Z"}
    early = {urlsplit(url).hostname for url, found in dates.items() if len(found) == 3}
    assert len(early) == 2
    assert EARLY[0] < EARLY[1]


def test_republications_point_to_originals_and_are_younger() -> None:
    """Each has a note with the first outlet's name, and is dated after its original."""
    found = pages("republication", "near_copy")
    for url, page in found.items():
        first = truth()["pages"][page["original_url"]]
        assert first["kind"] == "article", url
        assert page["published"] is not None
        assert datetime.fromisoformat(page["published"]).date() >= date.fromisoformat(
            page["original_day"]
        )
        assert bool(page["note"]) == (page["kind"] == "republication")
    notes = {page["note"] for page in pages("republication").values()}
    assert any("本文首发于" in note for note in notes)
    assert len({re.split(r" in | by |《", note)[0] for note in notes}) >= 8


def test_all_generic_frames_and_all_tones_occur() -> None:
    """Each frame is intended in ten texts or more; each outlet has its own mix."""
    originals = pages("article").values()
    frames = Counter(frame for page in originals for frame in page["frames"])
    assert set(frames) == {"conflict", "economic", "human_interest", "morality", "responsibility"}
    assert min(frames.values()) >= 10
    tones = Counter(tone for page in originals for tone in page["tone"].values())
    assert min(tones[tone] for tone in ("positive", "negative", "neutral")) >= 15
    targets = {target.code for target in load_topic(ROOT / "topics" / "deepseek.toml").targets}
    assert {target for page in originals for target in page["tone"]} == targets


def test_off_topic_pages_never_name_the_topic() -> None:
    """One names it in its box of related links, and none in headline or text."""
    topic = load_topic(ROOT / "topics" / "deepseek.toml")
    names = re.compile("|".join(topic.aliases), re.IGNORECASE)
    assert not any(names.search(f"{t.title}\n{t.body}") for t in texts("off_topic"))
    urls = {url_of(text) for text in texts("off_topic")}
    linked = [r["url"] for r in html_pages() if r["url"] in urls and names.search(_text(r))]
    assert len(linked) == 1


def test_feeds_name_most_of_the_articles_on_the_topic() -> None:
    """Feeds and sitemaps parse, list every page of theirs, and name the topic in most items."""
    topic = load_topic(ROOT / "topics" / "deepseek.toml")
    names = re.compile("|".join(topic.aliases), re.IGNORECASE)
    listed: dict[str, bool] = {}
    undated = 0
    for record in responses():
        if record["url"].endswith("sitemap-news.xml") or record["url"].endswith("news-sitemap.xml"):
            for entry in etree.fromstring(record["body"]):
                words = " ".join(entry.itertext())
                listed[entry[0].text] = listed.get(entry[0].text, False) or bool(
                    names.search(words)
                )
        elif "xml" in record["http"]["Content-Type"]:
            feed = feedparser.parse(record["body"])
            assert not feed.bozo, record["url"]
            for entry in feed.entries:
                words = f"{entry.title} {entry.get('summary', '')} {entry.link}"
                listed[entry.link] = listed.get(entry.link, False) or bool(names.search(words))
                undated += "published" not in entry
    assert set(listed) == {url_of(text) for text in load_texts()}
    assert undated >= 3
    stored = [u for u, page in truth()["pages"].items() if page["outcome"] == "stored"]
    unnamed = [url for url in stored if not listed[url]]
    assert 3 <= len(unnamed) <= 20


def test_quotations_stand_in_the_text_with_their_speakers() -> None:
    """At least 150 in originals, some in block quotes; a dozen of people whom nobody names."""
    quoted = [q for page in pages("article").values() for q in page["quotations"]]
    assert len([quotation for quotation in quoted if quotation["speaker"]]) >= 150
    assert 5 <= len([quotation for quotation in quoted if not quotation["speaker"]]) <= 15
    assert all(quotation["text"] for quotation in quoted)
    assert any(block.kind == "quote" for text in texts("article") for block in text.blocks)
    by_url = {record["url"]: record for record in html_pages()}
    for url, page in pages("article").items():
        shown = re.sub(r"<[^>]+>", "", _text(by_url[url]))
        shown = shown.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
        assert all(quotation["text"] in shown for quotation in page["quotations"]), url


def test_genres_and_their_labels() -> None:
    """Opinion, analysis and an interview; most are labelled, each site in its own way, some not."""
    genres = Counter(page["genre"] for page in pages("article").values())
    assert genres["opinion"] >= 15
    assert genres["analysis"] >= 10
    assert genres["interview"] == 1
    special = [text for text in texts(*NEWS) if text.genre != "news"]
    silent = [text for text in special if text.facts.get("cue") == "none"]
    assert len(silent) == 3
    labels = (b"OpinionNewsArticle", b"AnalysisNewsArticle", b"articleSection", b"article:section")
    labels += (b'class="kicker"', b'class="channel"')
    by_url = {record["url"]: record for record in html_pages()}
    for text in texts(*NEWS):
        url = url_of(text)
        shown = "/comment/" in url or any(label in by_url[url]["body"] for label in labels)
        assert shown == (text in special and text not in silent), url


@pytest.mark.slow
def test_trafilatura_in_precision_mode_reads_the_bodies() -> None:
    """Of ten articles drawn by chance, nine tenths of the body's words or more."""
    import trafilatura

    by_url = {record["url"]: record for record in html_pages()}
    for text in random.Random(20250120).sample(texts("article"), 10):
        body = _text(by_url[url_of(text)])
        found = trafilatura.extract(body, favor_precision=True, include_comments=False) or ""
        want, got = Counter(_words(text.body)), Counter(_words(found))
        share = sum((want & got).values()) / sum(want.values())
        assert share >= 0.9, (url_of(text), share)
        assert FICTIONAL not in found


def _words(text: str) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]|[a-z0-9]+", text.lower())
