"""Common Crawl: pages out of whole files of its news crawl, and out of its index."""

import gzip
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlsplit

import pytest

from framewatch.facts import load_topic
from framewatch.story import Link, Outcome, Page, Rejected, Source, SourceStatus, Window
from scrapers import commoncrawl_index, commoncrawl_news
from scrapers.web import PAGE, Expect, Question, Reply

TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
NOW = datetime(2026, 2, 6, 12, tzinfo=UTC)
BASE = "http://crawl.example"
DAY = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
NEWS = Source(
    name="cc-news",
    kind="commoncrawl-news",
    url=BASE,
    prefixes=("herald.example", "x.example/2025/"),
)
INDEX = Source(
    name="cc-index",
    kind="commoncrawl-index",
    url=BASE,
    prefixes=("herald.example/{year}/{month}/{day}/*",),
)
HTML = "<html><head><title>\nDeepSeek &amp; chips</title></head><p>Words.</p></html>"


CHUNKS = {"Transfer-Encoding": "chunked"}
CHUNKED = f"{len(HTML):x}\r\n{HTML}\r\n0\r\n\r\n"


def record(
    url: str,
    body: str | bytes = HTML,
    *,
    status: str = "200 OK",
    date: str = "2025-02-04T05:16:02Z",
    headers: Mapping[str, str] | None = None,
    warc: Mapping[str, str] | None = None,
    kind: str = "response",
) -> bytes:
    """A WARC record, one gzip member, as the reference writes it."""
    lines = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
    content = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
    block = head.encode() + content
    named = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": date,
        "WARC-Record-ID": "<urn:uuid:00000000-0000-4000-8000-000000000001>",
        "Content-Type": f"application/http; msgtype={kind}",
        "Content-Length": str(len(block)),
        **(warc or {}),
    }
    top = "WARC/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in named.items()) + "\r\n"
    return gzip.compress(top.encode() + block + b"\r\n\r\n")


class FakeWeb:
    """A service of a few files, with ranges; of any other it says 404."""

    def __init__(self, files: Mapping[str, bytes | int | Rejected | Reply]) -> None:
        self.files = dict(files)
        self.asked: list[str] = []
        self.disallowed: set[str] = set()

    def ask(self, question: Question) -> Reply | Rejected:
        self.asked.append(question.url.removeprefix(BASE))
        found = self._found(question.url)
        if isinstance(found, Rejected | Reply):
            return found
        if isinstance(found, int):
            return Reply(status=found, headers={}, body=b"", at=NOW)
        if wanted := question.headers.get("Range"):
            first, last = map(int, wanted.removeprefix("bytes=").split("-"))
            return Reply(status=206, headers={}, body=found[first : last + 1], at=NOW)
        return Reply(status=200, headers={}, body=found, at=NOW)

    @contextmanager
    def stream(self, question: Question) -> Iterator[IO[bytes] | Rejected]:
        self.asked.append(question.url.removeprefix(BASE))
        found = self._found(question.url)
        if isinstance(found, bytes):
            yield io.BytesIO(found)
        elif isinstance(found, Rejected):
            yield found
        else:
            yield Rejected(url=question.url, outcome=Outcome.GONE, detail=f"status {found}")

    def _found(self, url: str) -> bytes | int | Rejected | Reply:
        path = url.removeprefix(BASE)
        if path in self.files:
            return self.files[path]
        short = urlsplit(path)
        query = parse_qs(short.query)
        named = f"{short.path} {query.get('url', [''])[0]} {query.get('page', ['pages'])[0]}"
        return self.files.get(named, 404)

    def forbidden(self, url: str) -> Rejected | None:
        if url not in self.disallowed:
            return None
        return Rejected(url=url, outcome=Outcome.DISALLOWED, detail="robots.txt")

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        raise NotImplementedError


# --- the news crawl -----------------------------------------------------------------------------


def warc_name(stamp: str) -> str:
    return f"crawl-data/CC-NEWS/{stamp[:4]}/{stamp[4:6]}/CC-NEWS-{stamp}-00123.warc.gz"


def listed(*names: str) -> bytes:
    return gzip.compress("".join(f"{name}\n" for name in names).encode())


PATHS = "/crawl-data/CC-NEWS/2025/02/warc.paths.gz"
STAMPS = (
    "20250203120000",
    "20250203235000",
    "20250204120000",
    "20250206235959",
    "20250207000000",
    "20250208000000",
)
NAMES = tuple(map(warc_name, STAMPS))
EMPTY_WARC = record("https://herald.example/robots.txt", "", kind="request")


def crawl(**files: bytes | int | Rejected) -> FakeWeb:
    """A month of files, each without a page but those given by their stamps."""
    web = FakeWeb({PATHS: listed(*NAMES)} | {f"/{name}": EMPTY_WARC for name in NAMES})
    web.files |= {f"/{warc_name(stamp.removeprefix('s'))}": body for stamp, body in files.items()}
    return web


def test_the_files_that_may_hold_a_days_articles_are_read() -> None:
    """The one open when it began, its own, and those of the two days after."""
    names, complete = commoncrawl_news.files_for([*NAMES, "../../etc/passwd"], DAY)
    assert (names, complete) == (list(NAMES[1:4]), True)
    web = crawl()
    answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, web)
    assert web.asked == [PATHS, *(f"/{name}" for name in NAMES[1:4])]
    assert (answer.status, answer.requests) == (SourceStatus.EMPTY, 4)


def test_a_list_that_ends_within_the_two_days_after_is_not_whole() -> None:
    """However soon after the day its last file was begun: those to come may hold its articles."""
    for last in ("20250205000500", "20250206235959"):
        names = [warc_name("20250204120000"), warc_name(last)]
        assert commoncrawl_news.files_for(names, DAY) == (names, False)
        web = crawl(**{f"s{last}": EMPTY_WARC})
        web.files[PATHS] = listed(*names)
        answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, web)
        assert answer.status is SourceStatus.UNAVAILABLE


def test_the_news_crawl_hands_over_the_pages_on_the_topic() -> None:
    """Of the wanted hosts, by title or address, with their body and the time of capture."""
    packed, coded = gzip.compress(HTML.encode()), {"Content-Encoding": "gzip"}
    web = crawl(
        s20250204120000=b"".join(
            (
                record("https://www.herald.example/a", packed, headers=coded),
                record("https://herald.example/chunked", CHUNKED, headers=CHUNKS),
                record("https://herald.example/rain", "<title>Rain</title>DeepSeek"),
                record("https://herald.example/on-deepseek", "<p>untitled"),
                record("https://elsewhere.example/a"),
                record("https://herald.example/day-before", date="2025-02-03T23:59:59Z"),
                record("https://x.example/2025/a"),
                record("https://x.example/2024/a"),
                record("https://herald.example/gone", status="404 Not Found"),
                record("https://herald.example/pdf", headers={"Content-Type": "application/pdf"}),
                record("https://herald.example/cut", warc={"WARC-Truncated": "length"}),
                record("https://herald.example/no"),
                record("https://herald.example/large", HTML + "x" * PAGE.limit),
            )
        )
    )
    web.disallowed = {"https://herald.example/no"}
    answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, web)
    assert (answer.status, answer.listed) == (SourceStatus.OK, 7)
    assert [link.url for link in answer.links] == [
        "https://www.herald.example/a",
        "https://herald.example/chunked",
        "https://herald.example/on-deepseek",
        "https://x.example/2025/a",
    ]
    link = answer.links[0]
    assert (link.title, link.published_at) == ("DeepSeek & chips", None)
    assert isinstance(link.page, Page)
    bodies = [link.page.body.decode() for link in answer.links[:2] if link.page]
    assert bodies == [HTML, HTML]
    assert (link.page.url, link.page.via) == ("https://www.herald.example/a", "commoncrawl")
    assert link.page.captured_at == link.seen_at == datetime(2025, 2, 4, 5, 16, 2, tzinfo=UTC)
    assert "content-encoding" not in link.page.headers
    assert answer.detail == "3 files, 1 truncated records, 1 pages that robots.txt forbids"


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"<html>not WARC"),
        record("https://herald.example/b")[:-20],
        record("https://herald.example/b", warc={"Content-Length": "99999"}),
        record("https://herald.example/b", date="yesterday"),
        Rejected(url="", outcome=Outcome.UNAVAILABLE, detail="status 503"),
        404,
    ],
    ids=["packed html", "breaks off", "wrong length", "no date", "down", "gone"],
)
def test_an_invalid_file_of_the_news_crawl_is_told_and_the_others_are_read(
    body: bytes | int | Rejected,
) -> None:
    """Unavailable, with the links of the good files."""
    web = crawl(s20250204120000=body, s20250206235959=record("https://herald.example/a"))
    answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, web)
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    assert answer.detail.startswith(warc_name("20250204120000"))


def test_a_file_that_is_no_warc_is_missing_for_good() -> None:
    """The day is answered, and the ledger says what of it nobody will ever know."""
    web = crawl(s20250204120000=b"<html>", s20250206235959=record("https://herald.example/a"))
    answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, web)
    assert (answer.status, len(answer.links)) == (SourceStatus.OK, 1)
    assert answer.partial == f"{warc_name('20250204120000')} is no WARC file"


def test_the_news_crawl_stops_when_it_is_not_its_turn() -> None:
    """With the links so far, and when to come back."""
    busy = Rejected(
        url="", outcome=Outcome.UNAVAILABLE, detail="wait", retry_after=77.0, asked=False
    )
    web = crawl(s20250203235000=record("https://herald.example/a"), s20250204120000=busy)
    answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, web)
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    assert answer.retry_after == 77
    assert f"/{NAMES[3]}" not in web.asked


def test_too_many_pages_to_hold_refuse_the_prefixes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of one answer is bounded."""
    monkeypatch.setattr(commoncrawl_news, "_MOST_HELD", 10)
    web = crawl(s20250203235000=record("https://herald.example/a"))
    answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, web)
    assert (answer.status, len(answer.links)) == (SourceStatus.REFUSED, 1)
    assert "prefixes" in answer.detail


@pytest.mark.parametrize(
    ("paths", "status"),
    [
        (404, SourceStatus.UNAVAILABLE),
        (503, SourceStatus.UNAVAILABLE),
        (403, SourceStatus.REFUSED),
        (b"<html>", SourceStatus.UNAVAILABLE),
        (listed(), SourceStatus.UNAVAILABLE),
        (listed(NAMES[0]), SourceStatus.UNAVAILABLE),
        (listed(NAMES[0], NAMES[5]), SourceStatus.OUT_OF_REACH),
    ],
    ids=["not listed", "down", "forbidden", "html", "no line", "not so far yet", "a gap"],
)
def test_a_month_without_files_for_the_day_is_not_empty(
    paths: bytes | int, status: SourceStatus
) -> None:
    """Not yet, not now, or never."""
    answer = commoncrawl_news.discover(NEWS, TOPIC, DAY, FakeWeb({PATHS: paths}))
    assert (answer.status, answer.links) == (status, ())


def test_a_day_before_the_news_crawl_or_without_hosts_is_not_asked_for() -> None:
    """Out of reach, and refused."""
    old = Window(DAY.start.replace(year=2016), DAY.end.replace(year=2016))
    web = FakeWeb({})
    assert commoncrawl_news.discover(NEWS, TOPIC, old, web).status is SourceStatus.OUT_OF_REACH
    nameless = Source(name="n", kind="commoncrawl-news", url=BASE)
    assert commoncrawl_news.discover(nameless, TOPIC, DAY, web).status is SourceStatus.REFUSED
    assert web.asked == []


def test_the_end_of_a_month_reads_the_next_months_list_where_it_is_there() -> None:
    """What is not listed yet may come: the answer is no more than a part."""
    window = Window(datetime(2025, 2, 27, tzinfo=UTC), datetime(2025, 2, 28, tzinfo=UTC))
    own, later, beyond = map(warc_name, ("20250227120000", "20250301000000", "20250302000000"))
    web = FakeWeb({PATHS: listed(own), f"/{own}": EMPTY_WARC, f"/{later}": EMPTY_WARC})
    assert commoncrawl_news.discover(NEWS, TOPIC, window, web).status is SourceStatus.UNAVAILABLE
    web.files[PATHS.replace("/02/", "/03/")] = listed(later, beyond)
    assert commoncrawl_news.discover(NEWS, TOPIC, window, web).status is SourceStatus.EMPTY
    assert web.asked[-1] == f"/{later}"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://herald.example/a", True),
        ("http://WWW.herald.example:8080/", True),
        ("https://notherald.example/", False),
        ("https://herald.example.evil.example/", False),
        ("https://x.example/2025/02/a", True),
        ("https://x.example/2024/02/a", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_a_prefix_wants_its_host_and_what_is_below_it(url: str, wanted: bool) -> None:
    """Subdomains too; a name that merely ends or begins alike is another host."""
    assert commoncrawl_news.wanted(NEWS.prefixes, url) is wanted


# --- the index ----------------------------------------------------------------------------------

COLLECTIONS = [
    {"id": "CC-MAIN-2025-13", "from": "2025-03-15T00:00:00", "to": "2025-03-28T00:00:00"},
    {"id": "CC-MAIN-2025-08", "from": "2025-02-06T20:17:30", "to": "2025-02-19T01:00:00"},
    {"id": "CC-MAIN-2025-05", "from": "2025-01-12T00:00:00", "to": "2025-01-26T00:00:00"},
    {"id": "CC-MAIN-2008-2009", "from": "2008-05-09", "to": "2009-04-30"},
    {"id": "CC-MAIN-2009-01"},
]
WARC = "crawl-data/CC-MAIN-2025-08/segments/1738.1/warc/CC-MAIN-0001.warc.gz"
PREFIX = "herald.example/2025/02/04/*"
SLUG = "https://herald.example/2025/02/04/deepseek-and-chips"
NONE = Reply(status=404, headers={}, body=b'{"message": "No Captures found for: x"}', at=NOW)


def row(url: str = SLUG, stamp: str = "20250207051602", **more: str) -> bytes:
    texts = {
        "urlkey": "x",
        "timestamp": stamp,
        "url": url,
        "mime": "text/html",
        "mime-detected": "text/html",
        "status": "200",
        "length": "400",
        "offset": "7",
        "filename": WARC,
    }
    return json.dumps(texts | more).encode() + b"\n"


def index(**files: bytes | int | Rejected | Reply) -> FakeWeb:
    """The two collections that follow the day; the first has two pages."""
    web = FakeWeb(
        {
            "/collinfo.json": json.dumps(COLLECTIONS).encode(),
            f"/CC-MAIN-2025-08-index {PREFIX} pages": b'{"pages": 2, "pageSize": 5, "blocks": 6}',
            f"/CC-MAIN-2025-08-index {PREFIX} 0": row(f"{SLUG}?utm_source=x"),
            f"/CC-MAIN-2025-08-index {PREFIX} 1": row(),
            f"/CC-MAIN-2025-13-index {PREFIX} pages": NONE,
        }
    )
    places = {"collinfo": "/collinfo.json", "pages": f"/CC-MAIN-2025-08-index {PREFIX} pages"}
    places |= {"second": f"/CC-MAIN-2025-08-index {PREFIX} 1"}
    web.files |= {places[name]: body for name, body in files.items()}
    return web


def test_the_index_gives_the_captures_under_a_days_prefix() -> None:
    """On the topic by their address, from every page, the earliest capture of each."""
    rows = b"".join(
        (
            row(stamp="20250206231602", offset="9", length="5"),
            row(stamp="20250209051602"),
            row(f"{SLUG}-2", status="404"),
            row(f"{SLUG}-3", **{"mime-detected": "application/pdf"}),
            row(f"{SLUG}-4", filename="../../../etc/passwd"),
            row(f"{SLUG}-5", filename="crawl-data/../../x/a.warc.gz"),
            row(f"{SLUG}-6", offset="x"),
            row(f"{SLUG}-7", stamp="20250203000000"),
            row("https://herald.example/2025/02/04/rain"),
            b"no row\n",
        )
    )
    web = index(second=rows)
    answer = commoncrawl_index.discover(INDEX, TOPIC, DAY, web)
    assert answer.status is SourceStatus.OK
    (link,) = answer.links
    assert (link.url, link.address) == (SLUG, f"{BASE}/{WARC}#9-5")
    assert link.seen_at == datetime(2025, 2, 6, 23, 16, 2, tzinfo=UTC)
    assert (answer.listed, answer.requests, answer.detail) == (4, 5, "1 broken lines")
    query = parse_qs(urlsplit(web.asked[1]).query)
    assert query["filter"] == ["=status:200"]
    assert "from" not in query


def test_a_prefix_without_a_day_is_asked_for_captures_of_the_window() -> None:
    """In the collections crawled then; where there is none, the day is out of reach."""
    source = Source(
        name="i", kind="commoncrawl-index", url=BASE, prefixes=("https://herald.example",)
    )
    web = index()
    answer = commoncrawl_index.discover(source, TOPIC, DAY, web)
    assert (answer.status, web.asked) == (SourceStatus.OUT_OF_REACH, ["/collinfo.json"])
    later = Window(DAY.start + timedelta(days=3), DAY.end + timedelta(days=3))
    place = "/CC-MAIN-2025-08-index https://herald.example/*"
    web.files |= {
        f"{place} pages": b'{"pages": 1}',
        f"{place} 0": row() + row(stamp="20250208000000"),
    }
    answer = commoncrawl_index.discover(source, TOPIC, later, web)
    assert (answer.status, answer.listed) == (SourceStatus.OK, 1)
    query = parse_qs(urlsplit(web.asked[-1]).query)
    assert (query["from"], query["to"]) == (["20250207000000"], ["20250207235959"])


@pytest.mark.parametrize(
    ("files", "status", "links"),
    [
        ({"pages": NONE}, SourceStatus.EMPTY, 0),
        ({"pages": b'{"pages": 0}'}, SourceStatus.EMPTY, 0),
        ({"pages": 404}, SourceStatus.UNAVAILABLE, 0),
        ({"pages": b"<html>"}, SourceStatus.UNAVAILABLE, 0),
        ({"pages": 503}, SourceStatus.UNAVAILABLE, 0),
        ({"second": 500}, SourceStatus.UNAVAILABLE, 1),
        ({"second": 400}, SourceStatus.REFUSED, 1),
        ({"second": b"Internal error\nat S3\n"}, SourceStatus.UNAVAILABLE, 1),
        ({"pages": b'{"pages": 5000}', "second": NONE}, SourceStatus.UNAVAILABLE, 1),
        ({"collinfo": b"{}"}, SourceStatus.OUT_OF_REACH, 0),
        ({"collinfo": b'[{"id": 3}]'}, SourceStatus.UNAVAILABLE, 0),
        ({"collinfo": b"<html>"}, SourceStatus.UNAVAILABLE, 0),
        ({"collinfo": 503}, SourceStatus.UNAVAILABLE, 0),
    ],
)
def test_only_no_captures_is_no_news_from_the_index(
    files: dict[str, bytes | int | Reply], status: SourceStatus, links: int
) -> None:
    """An answer that broke off keeps the links it had."""
    answer = commoncrawl_index.discover(INDEX, TOPIC, DAY, index(**files))
    assert (answer.status, len(answer.links)) == (status, links)


def test_a_prefix_that_is_too_wide_is_refused_with_what_it_gave() -> None:
    """Fifty pages are read; the cap is counted."""
    web = index(pages=b'{"pages": 51}')
    web.files |= {f"/CC-MAIN-2025-08-index {PREFIX} {n}": row(f"{SLUG}-{n}") for n in range(51)}
    answer = commoncrawl_index.discover(INDEX, TOPIC, DAY, web)
    assert (answer.status, answer.caps, len(answer.links)) == (SourceStatus.REFUSED, 1, 50)


def test_prefixes_are_filled_in_for_each_day_in_utc() -> None:
    """A day of another zone touches two."""
    start = datetime.fromisoformat("2025-02-04T00:00:00+11:00")
    window = Window(start, start + timedelta(days=1))
    places = commoncrawl_index.filled("h.example/{year}/{month}/{day}/", window)
    assert places == ["h.example/2025/02/03/*", "h.example/2025/02/04/*"]
    assert commoncrawl_index.filled("h.example", window) == ["h.example/*"]


def stored(body: bytes, url: str = SLUG) -> tuple[Link, FakeWeb]:
    """A record with others around it, and the link that names it."""
    before, after = record("https://herald.example/before"), record("https://herald.example/after")
    link = Link(url=url, source="cc", address=f"{BASE}/{WARC}#{len(before)}-{len(body)}")
    return link, FakeWeb({f"/{WARC}": before + body + after})


def test_an_index_link_is_fetched_by_its_range() -> None:
    """One record, with its capture's date, under its original address."""
    link, web = stored(record(f"{SLUG}?utm_source=x"))
    page = commoncrawl_index.fetch(INDEX, link, web)
    assert isinstance(page, Page)
    assert page.body.decode() == HTML
    assert page.url == page.final_url == f"{SLUG}?utm_source=x"
    assert (page.via, page.status) == ("commoncrawl", 200)
    assert page.captured_at == datetime(2025, 2, 4, 5, 16, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (record(SLUG, status="404 Not Found"), Outcome.GONE),
        (record(SLUG, status="500 Oops"), Outcome.UNAVAILABLE),
        (record(SLUG, status="302 Found"), Outcome.HTTP_ERROR),
        (record(SLUG, headers={"Content-Type": "image/png"}), Outcome.WRONG_TYPE),
        (record(SLUG, warc={"WARC-Truncated": "length"}), Outcome.TOO_LARGE),
        (record(SLUG, warc={"WARC-Truncated": "time"}), Outcome.BROKEN),
        (record("https://herald.example/another"), Outcome.BROKEN),
        (record(SLUG, kind="request"), Outcome.BROKEN),
        (record(SLUG)[:-4], Outcome.BROKEN),
        (b"<html>", Outcome.BROKEN),
        (gzip.compress(b"x" * (9 << 20)), Outcome.BROKEN),
    ],
    ids=[
        "gone",
        "server error",
        "redirect",
        "image",
        "truncated",
        "timed out",
        "another page",
        "no response",
        "breaks off",
        "html",
        "bomb",
    ],
)
def test_a_record_that_is_no_whole_page_is_rejected(body: bytes, outcome: Outcome) -> None:
    """For good: an archive does not change."""
    link, web = stored(body)
    rejected = commoncrawl_index.fetch(INDEX, link, web)
    assert isinstance(rejected, Rejected)
    assert (rejected.url, rejected.outcome, rejected.retry_after) == (SLUG, outcome, None)


def test_a_page_its_own_host_forbids_is_not_fetched_from_the_crawl() -> None:
    """Nor is a service asked that is down, or an address that names no record."""
    link, web = stored(record(SLUG))
    web.disallowed = {SLUG}
    forbidden = commoncrawl_index.fetch(INDEX, link, web)
    assert isinstance(forbidden, Rejected)
    assert (forbidden.outcome, web.asked) == (Outcome.DISALLOWED, [])
    link, web = stored(record(SLUG))
    web.files[f"/{WARC}"] = 503
    down = commoncrawl_index.fetch(INDEX, link, web)
    assert isinstance(down, Rejected)
    assert (down.url, down.outcome) == (SLUG, Outcome.UNAVAILABLE)
    assert down.retry_after is not None
    for address in (f"{BASE}/{WARC}", f"{BASE}/x.warc.gz#1-2", f"{BASE}/{WARC}#1-99999999"):
        link = Link(url=SLUG, source="cc", address=address)
        assert isinstance(commoncrawl_index.fetch(INDEX, link, FakeWeb({})), Rejected)


def test_the_last_days_of_a_month_are_whole_once_the_next_month_has_a_file() -> None:
    """Two days after 26 February is 1 March: only the list of March tells that there is no more."""
    start = datetime(2025, 2, 26, tzinfo=UTC)
    window = Window(start, start + timedelta(days=1))
    assert list(commoncrawl_news._months(window)) == ["2025/02", "2025/03"]
    assert list(commoncrawl_news._months(DAY)) == ["2025/02"]
