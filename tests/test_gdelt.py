"""GDELT's files: gaps are normal, broken files are told, and silence is never zero news."""

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from framewatch.facts import load_topic
from framewatch.story import Outcome, Page, Rejected, Source, SourceStatus, Window
from scrapers import gdelt_articles, gdelt_gkg
from scrapers.gdelt_files import stamps
from scrapers.packed import PackedError, gunzip_lines, gunzipped, unzip_lines
from scrapers.web import PAGE, Expect, Question, Reply

TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
NOW = datetime(2026, 2, 6, 12, tzinfo=UTC)
BASE = "http://gdelt.example"
GAL = Source(name="gal", kind="gdelt-articles", url=BASE)
GKG = Source(name="gkg", kind="gdelt-gkg", url=BASE)
SIX = datetime(2025, 2, 4, 6, tzinfo=UTC)
QUARTER = Window(SIX, SIX + timedelta(minutes=15))

Given = bytes | int | Rejected | Callable[[Question], Reply]


class FakeWeb:
    """A service of a few files; of any other it says 404. It remembers what it was asked."""

    def __init__(self, files: Mapping[str, Given], at: datetime = NOW) -> None:
        self.files = dict(files)
        self.at = at
        self.asked: list[str] = []

    def ask(self, question: Question) -> Reply | Rejected:
        path = question.url.removeprefix(BASE)
        self.asked.append(path)
        found = self.files.get(path, 404)
        if isinstance(found, Rejected):
            return found
        if isinstance(found, int):
            return Reply(status=found, headers={}, body=b"", at=self.at)
        if isinstance(found, bytes):
            return Reply(status=200, headers={}, body=found, at=self.at)
        return found(question)

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        raise NotImplementedError

    def stream(self, question: Question) -> AbstractContextManager[IO[bytes] | Rejected]:
        raise NotImplementedError

    def forbidden(self, url: str) -> Rejected | None:
        raise NotImplementedError


def not_now(seconds: float) -> Rejected:
    return Rejected(
        url=BASE, outcome=Outcome.UNAVAILABLE, detail="wait", retry_after=seconds, asked=False
    )


# --- article lists ------------------------------------------------------------------------------


def gal_path(at: datetime) -> str:
    return f"/gdeltv3/gal/{at:%Y%m%d%H%M}00.gal.json.gz"


def gal(*rows: tuple[str, str, str], extra: bytes = b"") -> bytes:
    texts = [
        json.dumps(
            {
                "date": "2025-02-03T01:00:00.000Z",
                "url": f"https://herald.example/{slug}",
                "domain": "herald.example",
                "title": title,
                "desc": desc,
                "lang": "en",
            }
        ).encode()
        for slug, title, desc in rows
    ]
    return gzip.compress(b"\n".join([*texts, extra]) if extra else b"\n".join(texts))


HIT = ("a?utm_source=x", "DeepSeek and the price of chips", "")
RAIN = ("rain", "Rain", "Wet.")


def test_article_lists_give_what_names_the_topic_as_seen_at_the_files_minute() -> None:
    """By title, teaser or slug; the row's own date is neither published nor seen for certain."""
    first, second = SIX + timedelta(minutes=1), SIX + timedelta(minutes=6)
    web = FakeWeb(
        {
            gal_path(first): gal(HIT, RAIN, ("b", "Chips", "What DeepSeek changes.")),
            gal_path(second): gal(HIT, ("on-deepseek-today", "", "")),
        }
    )
    answer = gdelt_articles.discover(GAL, TOPIC, QUARTER, web)
    assert (answer.status, answer.listed, answer.requests) == (SourceStatus.OK, 5, 8)
    assert [(link.url, link.seen_at) for link in answer.links] == [
        ("https://herald.example/a", first),
        ("https://herald.example/b", first),
        ("https://herald.example/on-deepseek-today", second),
    ]
    assert answer.links[0].address == "https://herald.example/a?utm_source=x"
    assert {link.published_at for link in answer.links} == {None}
    assert answer.detail == "2 files, 6 gaps"


def test_the_probed_minutes_are_those_of_the_source_inside_the_window() -> None:
    """Half-open, in UTC, whatever zone the window is written in."""
    start = datetime.fromisoformat("2025-02-04T17:05:00+11:00")
    window = Window(start, start + timedelta(minutes=20))
    assert [f"{stamp:%H:%M}" for stamp in stamps(window, (9, 5))] == [
        "06:05",
        "06:09",
        "06:20",
        "06:24",
    ]
    web = FakeWeb({gal_path(SIX + timedelta(minutes=9)): gal(RAIN)})
    source = Source(name="gal", kind="gdelt-articles", url=BASE, minutes=(9,))
    answer = gdelt_articles.discover(source, TOPIC, window, web)
    assert answer.status is SourceStatus.EMPTY
    assert len(web.asked) == 2


def test_a_broken_line_is_skipped_and_counted() -> None:
    """The rest of its file stands."""
    web = FakeWeb({gal_path(SIX): gal(HIT, extra=b'{"url": "https://her\n[1]\n{"url": 3}\n\xff')})
    answer = gdelt_articles.discover(GAL, TOPIC, QUARTER, web)
    assert (answer.status, len(answer.links)) == (SourceStatus.OK, 1)
    assert "4 broken lines" in answer.detail


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Service unavailable</html>",
        b"",
        gal(RAIN, RAIN)[:-9],
        gzip.compress(b""),
        gzip.compress(b"<html>\n"),
    ],
    ids=["html", "nothing", "breaks off", "no row", "no json"],
)
def test_an_unusable_file_makes_the_answer_unavailable_with_the_links_of_the_others(
    body: bytes,
) -> None:
    """The files after it are still read, and the bad one is named."""
    bad = SIX + timedelta(minutes=1)
    web = FakeWeb({gal_path(bad): body, gal_path(SIX + timedelta(minutes=6)): gal(HIT)})
    answer = gdelt_articles.discover(GAL, TOPIC, QUARTER, web)
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    assert answer.detail.startswith("20250204060100.gal.json.gz: ")


def test_a_service_that_gives_only_unusable_files_is_soon_left_alone() -> None:
    """Not asked 768 times in vain."""
    pages = {gal_path(SIX + timedelta(minutes=n)): b"<html>" for n in range(15)}
    web = FakeWeb(pages)
    answer = gdelt_articles.discover(GAL, TOPIC, QUARTER, web)
    assert (answer.status, len(web.asked)) == (SourceStatus.UNAVAILABLE, 5)


@pytest.mark.parametrize(
    ("reply", "status", "retry_after"),
    [
        (b"Please limit requests to one every 5 seconds.", SourceStatus.UNAVAILABLE, None),
        (429, SourceStatus.UNAVAILABLE, None),
        (503, SourceStatus.UNAVAILABLE, None),
        (not_now(77), SourceStatus.UNAVAILABLE, 77),
        (400, SourceStatus.REFUSED, None),
    ],
    ids=["throttled with 200", "429", "503", "not our turn", "400"],
)
def test_asking_stops_where_the_service_says_so(
    reply: Given, status: SourceStatus, retry_after: float | None
) -> None:
    """What came before is kept, nothing more is asked."""
    files = {gal_path(SIX): gal(HIT), gal_path(SIX + timedelta(minutes=2)): reply}
    web = FakeWeb(files)
    answer = gdelt_articles.discover(GAL, TOPIC, QUARTER, web)
    assert (answer.status, len(answer.links)) == (status, 1)
    assert answer.retry_after == retry_after
    assert len(web.asked) == 3


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (datetime(2025, 2, 4, tzinfo=UTC), SourceStatus.UNAVAILABLE),
        (datetime(2020, 5, 1, tzinfo=UTC), SourceStatus.OUT_OF_REACH),
        (datetime(2019, 5, 1, tzinfo=UTC), SourceStatus.OUT_OF_REACH),
    ],
    ids=["a gap", "perhaps before its first file", "before any file"],
)
def test_a_window_of_gaps_alone_is_not_empty(day: datetime, status: SourceStatus) -> None:
    """No file is not the same as no news."""
    window = Window(day, day + timedelta(minutes=15))
    answer = gdelt_articles.discover(GAL, TOPIC, window, FakeWeb({}))
    assert (answer.status, answer.links) == (status, ())


def two_files_a_quarter(hours: int) -> dict[str, Given]:
    """Article lists at minutes 1 and 6 of each quarter-hour of so many hours."""
    quarters = [SIX + n * timedelta(minutes=15) for n in range(4 * hours)]
    stamps = [at + timedelta(minutes=minute) for at in quarters for minute in (1, 6)]
    return {gal_path(at): gal(HIT) for at in stamps}


def test_single_answers_of_403_are_gaps_and_many_in_a_row_are_a_bar() -> None:
    """Barred half-way, or from the start, or for the last quarter-hour: never an empty day."""
    window = Window(SIX, SIX + timedelta(hours=3))
    every = [gal_path(SIX + timedelta(minutes=n)) for n in range(180)]
    there = two_files_a_quarter(3)
    files = dict.fromkeys(every, 403) | there
    answer = gdelt_articles.discover(GAL, TOPIC, window, FakeWeb(files))
    assert (answer.status, answer.detail) == (SourceStatus.OK, "24 files, 72 gaps")
    for bar, asked, links in ((90, 64, 1), (0, 16, 0), (165, 96, 1)):
        web = FakeWeb(there | dict.fromkeys(every[bar:], 403))
        answer = gdelt_articles.discover(GAL, TOPIC, window, web)
        assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, links)
        assert len(web.asked) == asked
        assert "in a row with status 403" in answer.detail


def test_hours_without_a_list_are_told() -> None:
    """Gaps are normal, a whole hour of them is not; an hour that the window cuts is not judged."""
    window = Window(SIX - timedelta(minutes=30), SIX + timedelta(hours=4))
    web = FakeWeb(two_files_a_quarter(2))
    answer = gdelt_articles.discover(GAL, TOPIC, window, web)
    assert (answer.status, answer.partial) == (SourceStatus.OK, "no file for 2 of 4 hours")
    whole = Window(SIX, SIX + timedelta(hours=2))
    assert gdelt_articles.discover(GAL, TOPIC, whole, web).partial == ""


FEED = (
    b"<rss version='2.0'><channel><title>GAL</title>"
    b"<lastBuildDate>Tue, 04 Feb 2025 06:09:00 GMT</lastBuildDate>"
    b"<item><title>DeepSeek &amp; others</title><link>https://herald.example/new</link></item>"
    b"<item><link>https://herald.example/untitled</link></item><item><title>x</title></item>"
    b"</channel></rss>"
)


def test_the_newest_quarter_hour_is_read_from_the_feed_as_well() -> None:
    """Files whose time has not come are not asked for, and a window still open is not settled."""
    web = FakeWeb(
        {gal_path(SIX + timedelta(minutes=1)): gal(RAIN), "/gdeltv3/gal/feed.rss": FEED},
        at=SIX + timedelta(minutes=10),
    )
    window = Window(SIX, SIX + timedelta(minutes=30))
    answer = gdelt_articles.discover(GAL, TOPIC, window, web)
    assert [(link.url, link.title) for link in answer.links] == [
        ("https://herald.example/new", "DeepSeek & others")
    ]
    assert answer.links[0].seen_at == SIX + timedelta(minutes=9)
    assert gal_path(SIX + timedelta(minutes=15)) not in web.asked
    assert (answer.status, answer.retry_after) == (SourceStatus.UNAVAILABLE, 1200)
    closed = Window(SIX, SIX + timedelta(minutes=10))
    assert gdelt_articles.discover(GAL, TOPIC, closed, web).status is SourceStatus.OK


@pytest.mark.parametrize("feed", [b"<html>", b"<!DOCTYPE rss><rss/>", b"", b"<rss/>", 404, 500])
def test_a_feed_that_cannot_be_read_is_not_no_news(feed: Given) -> None:
    """The newest quarter-hour is then not known."""
    files = {gal_path(SIX + timedelta(minutes=1)): gal(RAIN), "/gdeltv3/gal/feed.rss": feed}
    web = FakeWeb(files, at=SIX + timedelta(minutes=15))
    assert gdelt_articles.discover(GAL, TOPIC, QUARTER, web).status is SourceStatus.UNAVAILABLE


# --- the knowledge graph ------------------------------------------------------------------------

TITLED = (
    "<PAGE_TITLE>DeepSeek &amp; the price of chips</PAGE_TITLE>"
    "<PAGE_PRECISEPUBTIMESTAMP>20250203183000</PAGE_PRECISEPUBTIMESTAMP>"
)


def gkg_row(slug: str, *, names: str = "", orgs: str = "", extras: str = "") -> str:
    columns = [""] * 27
    columns[:5] = ["20250204060000-1", "20250204060000", "1", "herald.example", ""]
    columns[4] = f"https://herald.example/{slug}"
    columns[13], columns[23], columns[26] = orgs, names, extras
    return "\t".join(columns)


def zipped(name: str, *rows: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "\n".join(rows) + "\n")
    return packed.getvalue()


EN, OTHER = "20250204060000.gkg.csv", "20250204060000.translation.gkg.csv"
GKG_PATHS = (f"/gdeltv2/{EN}.zip", f"/gdeltv2/{OTHER}.zip")
QUIET = zipped(OTHER, gkg_row("rain"))


def master(*files: tuple[str, bytes]) -> bytes:
    return b"".join(
        f"{len(body)} {hashlib.md5(body).hexdigest()} http://data.gdeltproject.org/gdeltv2/{n}\n".encode()
        for n, body in files
    )


def test_the_knowledge_graph_gives_title_and_both_dates() -> None:
    """By title, names or organisations, of the English file and of the translated one."""
    english = zipped(
        EN,
        gkg_row("a", extras=TITLED),
        gkg_row("b", names="Liang Wenfeng,120;Somebody,7"),
        gkg_row("c", orgs="deepseek;openai"),
        gkg_row("rain", names="Rainer Regen,3"),
        "too\tshort",
        gkg_row("cited").replace("\t1\t", "\t2\t", 1),
    )
    other = zipped(OTHER, gkg_row("d", extras="<PAGE_TITLE>深度求索的影响</PAGE_TITLE>"))
    web = FakeWeb(dict(zip(GKG_PATHS, (english, other), strict=True)))
    answer = gdelt_gkg.discover(GKG, TOPIC, QUARTER, web)
    assert answer.status is SourceStatus.OK
    assert [link.url[-1] for link in answer.links] == ["a", "b", "c", "d"]
    first = answer.links[0]
    assert first.title == "DeepSeek & the price of chips"
    assert first.published_at == datetime(2025, 2, 3, 18, 30, tzinfo=UTC)
    assert first.seen_at == SIX
    assert answer.links[1].published_at is None
    assert answer.detail == "2 files, 1 broken lines, 2 files without a checksum"


def test_a_wrong_checksum_is_asked_for_again_once_and_then_told() -> None:
    """The other files stand."""
    good = zipped(EN, gkg_row("a", extras=TITLED))
    lists = {"/gdeltv2/masterfilelist.txt": master((f"{EN}.zip", good))}
    replies = [good[:-1] + b"?", good]

    def second_time(question: Question) -> Reply:
        return Reply(status=200, headers={}, body=replies.pop(0), at=NOW)

    files: dict[str, Given] = {**lists, GKG_PATHS[0]: second_time, GKG_PATHS[1]: QUIET}
    answer = gdelt_gkg.discover(GKG, TOPIC, QUARTER, FakeWeb(files))
    assert (answer.status, len(answer.links), replies) == (SourceStatus.OK, 1, [])
    other = zipped(EN, gkg_row("forged", extras=TITLED))
    web = FakeWeb({**lists, GKG_PATHS[0]: other, GKG_PATHS[1]: QUIET})
    answer = gdelt_gkg.discover(GKG, TOPIC, QUARTER, web)
    assert (answer.status, answer.links) == (SourceStatus.UNAVAILABLE, ())
    assert "20250204060000.gkg.csv.zip: wrong checksum" in answer.detail
    assert web.asked.count(GKG_PATHS[0]) == 2
    gone = gdelt_gkg.discover(GKG, TOPIC, QUARTER, FakeWeb({**lists, GKG_PATHS[1]: QUIET}))
    assert "listed, but not there" in gone.detail
    assert gone.status is SourceStatus.UNAVAILABLE


def test_a_days_checksums_are_found_in_a_long_list_without_reading_it() -> None:
    """By ranged requests into ten years of lines."""
    start = datetime(2015, 2, 18, 23, tzinfo=UTC)
    lines = []
    for number in range(100_000):
        stamp = start + number * timedelta(minutes=15)
        for kind in ("export.CSV", "mentions.CSV", "gkg.csv"):
            lines.append(
                f"{number} {number:032x} http://data.gdeltproject.org/gdeltv2/{stamp:%Y%m%d%H%M%S}.{kind}.zip\n"
            )
    whole = "".join(lines).encode()
    asked: list[int] = []

    def read(first: int, size: int) -> tuple[bytes, int]:
        asked.append(size)
        return whole[first : first + size], len(whole)

    for number in (0, 17, 50_000, 99_904):
        day = start + number * timedelta(minutes=15)
        end = day + timedelta(days=1)
        asked.clear()
        sums = gdelt_gkg.checksums(
            read, f"{day:%Y%m%d%H%M%S}".encode(), f"{end:%Y%m%d%H%M%S}".encode()
        )
        wanted = {
            f"{start + n * timedelta(minutes=15):%Y%m%d%H%M%S}.gkg.csv.zip": f"{n:032x}"
            for n in range(number, number + 96)
        }
        assert wanted.items() <= sums.items()
        assert len(asked) < 20
        assert sum(asked) < len(whole) / 50


def test_ranges_of_the_master_list_are_asked_for_plain() -> None:
    """A range of a compressed copy would be other bytes."""
    good = zipped(EN, gkg_row("a", extras=TITLED))
    text = master((f"{EN}.zip", good))
    seen: list[Mapping[str, str]] = []

    def ranged(question: Question) -> Reply:
        seen.append(question.headers)
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", question.headers["Range"])
        assert found
        first = int(found.group(1))
        part = text[first : int(found.group(2)) + 1]
        headers = {"content-range": f"bytes {first}-{first + len(part) - 1}/{len(text)}"}
        return Reply(status=206, headers=headers, body=part, at=NOW)

    files = dict(zip(GKG_PATHS, (good, QUIET), strict=True))
    answer = gdelt_gkg.discover(
        GKG, TOPIC, QUARTER, FakeWeb({**files, "/gdeltv2/masterfilelist.txt": ranged})
    )
    assert "1 files without a checksum" in answer.detail  # the translated one, whose list is gone
    assert {headers["Accept-Encoding"] for headers in seen} == {"identity"}


@pytest.mark.parametrize(
    "body",
    [
        b"no zip",
        zipped("../../etc/passwd", "x"),
        QUIET,
        zipped(EN, "x" * (130 << 20)),
        zipped(EN, gkg_row("a"))[:-40],
        zipped(EN, "<html>"),
    ],
    ids=["no zip", "another name", "its twin's", "too large", "breaks off", "no row"],
)
def test_an_unusable_zip_file_is_unavailable(body: bytes) -> None:
    """Neither unpacked beyond its bounds nor taken for no news."""
    web = FakeWeb(dict(zip(GKG_PATHS, (body, QUIET), strict=True)))
    answer = gdelt_gkg.discover(GKG, TOPIC, QUARTER, web)
    assert (answer.status, answer.links) == (SourceStatus.UNAVAILABLE, ())
    assert answer.detail.startswith(f"{EN}.zip: ")


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (datetime(2025, 2, 4, tzinfo=UTC), SourceStatus.UNAVAILABLE),
        (datetime(2015, 2, 1, tzinfo=UTC), SourceStatus.OUT_OF_REACH),
    ],
)
def test_a_day_without_graph_files_is_not_empty(day: datetime, status: SourceStatus) -> None:
    """Missing, or from before the first one."""
    window = Window(day, day + timedelta(hours=1))
    assert gdelt_gkg.discover(GKG, TOPIC, window, FakeWeb({})).status is status


def test_graph_files_that_are_missing_are_told() -> None:
    """Their names are regular: each that is not there, nor listed, leaves the day open."""
    answer = gdelt_gkg.discover(GKG, TOPIC, QUARTER, FakeWeb({GKG_PATHS[1]: QUIET}))
    assert (answer.status, answer.partial) == (SourceStatus.EMPTY, "1 of 2 files missing")
    both = FakeWeb({GKG_PATHS[0]: zipped(EN, gkg_row("rain")), GKG_PATHS[1]: QUIET})
    assert gdelt_gkg.discover(GKG, TOPIC, QUARTER, both).partial == ""


def test_a_graph_that_is_barred_half_way_is_unavailable() -> None:
    """After eight answers of 403 nothing more is asked."""
    stamps = [SIX + n * timedelta(minutes=15) for n in range(24)]
    names = [f"{at:%Y%m%d%H%M%S}.{kind}gkg.csv" for at in stamps for kind in gdelt_gkg.VARIANTS]
    files: dict[str, Given] = {f"/gdeltv2/{name}.zip": 403 for name in names}
    files |= {f"/gdeltv2/{n}.zip": zipped(n, gkg_row("a", extras=TITLED)) for n in names[:20]}
    web = FakeWeb(files)
    answer = gdelt_gkg.discover(GKG, TOPIC, Window(SIX, SIX + timedelta(hours=6)), web)
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    assert len([path for path in web.asked if "gkg" in path]) == 28


# --- packed files -------------------------------------------------------------------------------


def test_a_gzip_file_may_have_several_members_and_padding() -> None:
    """As those of web archives have."""
    body = gzip.compress(b"one\n") + b"\0" * 9 + gzip.compress(b"") + gzip.compress(b"two")
    assert gunzipped(body, 100) == b"one\ntwo"
    assert list(gunzip_lines(body, 100, 10)) == [b"one", b"two"]


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        (gzip.compress(b"x" * 101), 100),
        (gzip.compress(b"x" * 60) * 2, 100),
        (gzip.compress(b"x" * (80 << 20)), 1 << 20),
        (gzip.compress(b"x")[:-1], 100),
        (gzip.compress(b"x") + b"\x1f", 100),
        (gzip.compress(b"x") + b"<html>", 100),
        (b"", 100),
        (b"\0\0", 100),
    ],
    ids=["long", "long together", "bomb", "cut", "cut member", "rubbish", "nothing", "padding"],
)
def test_a_gzip_file_out_of_bounds_is_an_error(body: bytes, limit: int) -> None:
    """Never a short file."""
    with pytest.raises(PackedError):
        gunzipped(body, limit)


def test_a_line_out_of_bounds_leaves_an_empty_one() -> None:
    """Whatever follows it is read."""
    body = gzip.compress(b"12345\r\n123456\n" + b"9" * 50 + b"\nend")
    assert list(gunzip_lines(body, 1000, 6)) == [b"12345", b"123456", b"", b"end"]


def test_a_zip_file_that_says_less_than_it_holds_is_an_error() -> None:
    """Its declared size is what is read, and its checksum tells."""
    body = bytearray(zipped("a.csv", "x" * 500))
    size = (502 - 1).to_bytes(4, "little")
    assert body.count(size) == 2  # "x" * 500 and the line's end
    forged = bytes(body).replace(size, (10).to_bytes(4, "little"))
    with pytest.raises(PackedError):
        list(unzip_lines(forged, "a.csv", 1000, 1000))
