"""What Common Crawl's robots took, and the WARC files it lies in: the truth behind `commoncrawl`.

Two crawls, as the real ones: the news crawl follows feeds, writes one file after the other and has
no index; the main crawl comes by now and then and has one. Here the news crawl starts one file a
day, at 00:01:30, and takes a story minutes after it was first seen, or a day later for some, so
that stories spill into the next day's file. The main crawl's parts are months long, so that each
story lies in one.
"""

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from standin.layouts import html_of
from standin.services.captures import HTML, digest, horizon, rights
from standin.services.urlkeys import urlkey
from standin.world import Story, World

NEWS = "commoncrawl-news"
MAIN = "commoncrawl-index"
_SOON = timedelta(minutes=9)
_LATE = timedelta(hours=25)
_START = timedelta(seconds=90)  # of a day's file, after midnight
_INVALID_DAY = 5  # of each month: one more file, which is none
# The parts of the main crawl by month, as far as the reference names them; others by their week.
_PARTS = {(2025, 1): "2025-05", (2025, 2): "2025-08", (2025, 3): "2025-13"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the main crawl's index."""

    key: str
    at: datetime
    url: str
    language: str
    digest: str
    status: str
    mime: str
    filename: str
    offset: int
    length: int

    @property
    def stamp(self) -> str:
        return f"{self.at:%Y%m%d%H%M%S}"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One WARC file: its path, and from when on it can be had."""

    path: str
    ready: datetime
    body: bytes


class _Writing:
    """A WARC file that grows; tells where each record lies."""

    def __init__(self, name: str, started: datetime) -> None:
        self.buffer = io.BytesIO()
        self.writer = WARCWriter(self.buffer, gzip=True)
        info = self.writer.create_warcinfo_record(name, {"software": "news crawl of the stand-in"})
        info.rec_headers.replace_header("WARC-Date", f"{started:%Y-%m-%dT%H:%M:%SZ}")
        info.rec_headers.replace_header("WARC-Record-ID", _identity(name))
        self.writer.write_record(info)

    def page(
        self,
        url: str,
        at: datetime,
        body: bytes,
        *,
        status: str = "200 OK",
        headers: dict[str, str] | None = None,
        cut: bool = False,
    ) -> tuple[int, int]:
        """Writes the request and the response; (offset, length) of the response's member."""
        names = {
            kind: {
                "WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "WARC-Record-ID": _identity(kind, url, at),
            }
            for kind in ("request", "response")
        }
        asking = StatusAndHeaders("GET / HTTP/1.1", [("User-Agent", "robot")], is_http_request=True)
        self._write("request", url, asking, b"", names["request"])
        own = {"Content-Type": HTML, "Content-Length": str(len(body)), **(headers or {})}
        answer = StatusAndHeaders(status, list(own.items()), protocol="HTTP/1.1")
        if cut:
            names["response"]["WARC-Truncated"] = "length"
            body = body[: len(body) // 3]
        start = self.buffer.tell()
        self._write("response", url, answer, body, names["response"])
        return start, self.buffer.tell() - start

    def _write(
        self, kind: str, url: str, headers: StatusAndHeaders, body: bytes, named: dict[str, str]
    ) -> None:
        record = self.writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=headers,
            warc_headers_dict=named,
        )
        self.writer.write_record(record)


def _identity(*parts: object) -> str:
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(map(str, parts)))}>"


def _taken(world: World, service: str) -> list[tuple[datetime, Story]]:
    """What a crawl took and when, by time."""
    end, found = horizon(world), []
    for story in world.stories:
        if story.slug in world.listings.get(service, ()):
            at = story.seen + _SOON
            if story.number % 4 == 0:
                at = max(at, min(story.seen + _LATE, end))
            found.append((at, story))
    return sorted(found, key=lambda taken: (taken[0], taken[1].number))


# --- the news crawl --------------------------------------------------------------------------


@lru_cache(maxsize=4)
def news(world: World) -> dict[str, File]:
    """Its files by path: one a day, whether the robots found something or not."""
    days: dict[datetime, list[tuple[datetime, Story]]] = {}
    started = _midnight(world.stories[0].published) + _START
    while started < horizon(world):
        days[started] = []
        started += timedelta(days=1)
    for at, story in _taken(world, NEWS):
        days[_midnight(at - _START) + _START].append((at, story))
    files = {}
    for number, (started, taken) in enumerate(sorted(days.items())):
        for file in _of_day(world, number, started, taken):
            files[file.path] = file
    return files


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _of_day(
    world: World, number: int, started: datetime, taken: list[tuple[datetime, Story]]
) -> Iterator[File]:
    name = f"CC-NEWS-{started:%Y%m%d%H%M%S}-{number + 100:05}.warc.gz"
    path = f"crawl-data/CC-NEWS/{started:%Y/%m}/{name}"
    writing = _Writing(name, started)
    for outlet in world.outlets:
        writing.page(f"{world.home(outlet)}/", started, f"<h1>{outlet.name}</h1>".encode())
    for at, story in taken:
        body = html_of(story, world).encode()
        writing.page(world.url(story), at, body, headers=rights(story))
        if story.number % 5 == 0:
            # The same page, broken off, and one that is none: neither is an article.
            writing.page(f"{world.url(story)}?page=2", at, body, cut=True)
            writing.page(
                f"{world.url(story)}gone/", at, b"<p>DeepSeek?</p>", status="404 Not Found"
            )
    ready = taken[-1][0] if taken else started
    yield File(path=path, ready=ready, body=writing.buffer.getvalue())
    if started.day == _INVALID_DAY:
        other = path.replace(f"{number + 100:05}.warc", "00099.warc")
        yield File(path=other, ready=ready, body=b"<html>no archive at all</html>\n" * 40)


def months(world: World) -> dict[tuple[int, int], list[File]]:
    """The files of each month that can be had at present."""
    found: dict[tuple[int, int], list[File]] = defaultdict(list)
    for path, file in news(world).items():
        if file.ready <= world.now:
            year, month = path.split("/")[2:4]
            found[int(year), int(month)].append(file)
    return found


# --- the main crawl --------------------------------------------------------------------------


def part_of(at: datetime) -> str:
    """ "CC-MAIN-2025-08" """
    named = _PARTS.get((at.year, at.month)) or f"{at.year}-{at.replace(day=22):%V}"
    return f"CC-MAIN-{named}"


def span(at: datetime) -> tuple[datetime, datetime]:
    """The first and the last second of the part that an instant lies in."""
    first = datetime(at.year, at.month, 1, tzinfo=UTC)
    after = (first + timedelta(days=32)).replace(day=1)
    return first, after - timedelta(seconds=1)


@lru_cache(maxsize=4)
def main(world: World) -> tuple[dict[str, list[Row]], dict[str, File]]:
    """The index by part, each sorted by key and time, and the files by path."""
    taken: dict[str, list[tuple[datetime, Story]]] = defaultdict(list)
    for at, story in _taken(world, MAIN):
        taken[part_of(at)].append((at, story))
    index, files = {}, {}
    for part, items in taken.items():
        first = span(items[0][0])[0]
        name = f"CC-MAIN-{first:%Y%m%d}000000-{first:%Y%m%d}030000-00001.warc.gz"
        path = f"crawl-data/{part}/segments/1738831951000.20/warc/{name}"
        writing = _Writing(name, first)
        rows = [_row(world, writing, path, at, story) for at, story in items]
        index[part] = sorted(rows, key=lambda row: (row.key, row.at))
        files[path] = File(path=path, ready=first, body=writing.buffer.getvalue())
    return index, files


def _row(world: World, writing: _Writing, path: str, at: datetime, story: Story) -> Row:
    body = html_of(story, world).encode()
    offset, length = writing.page(world.url(story), at, body, headers=rights(story))
    return Row(
        key=urlkey(world.url(story)),
        at=at,
        url=world.url(story),
        language="zho" if story.outlet.language == "zh" else "eng",
        digest=digest(body),
        status="200",
        mime="text/html",
        filename=path,
        offset=offset,
        length=length,
    )
