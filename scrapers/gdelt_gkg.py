"""GDELT's knowledge graph (GKG 2.1): one file each quarter-hour, and its machine-translated twin.

The SOURCES reference, section 5.3. The names are regular, so no list of files is needed to find
them. Their MD5 sums stand in two master lists of all history, far too long to be read for a day:
the lists are in order of time, so the day's part is found by halving, with small ranged requests.

What is verified: the MD5 of every file that the master list names; the checksum inside the zip of
every file, also of one that is not listed (those are counted in the answer's detail).
"""

import hashlib
import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from framewatch.story import Answer, Link, Rejected, Source, SourceStatus, Topic, Window
from scrapers.answers import out_of_reach
from scrapers.card import Card, base
from scrapers.gdelt_files import HOME, SPACING, TERMS, Gathering, stamps
from scrapers.packed import PackedError, unzip_lines
from scrapers.relevance import promising
from scrapers.urls import canonicalize
from scrapers.web import PACKED, MiB, Question, Web

CARD = Card(
    title="GDELT knowledge graph",
    gives="links with title, also of articles in other languages, and of some that name the topic "
    "only in their body",
    by_day=True,
    reach=date(2015, 2, 18),
    limits="a day is 192 files of some 6 MB",
    terms=TERMS,
    home=HOME,
    spacing=SPACING,
    requests_per_day=220,
)
VARIANTS = ("", "translation.")

_FIRST = datetime(2015, 2, 18, 23, tzinfo=UTC)
_LIMIT = 128 * MiB  # unpacked; 18 MB are usual
_LONGEST = 4 * MiB  # bytes in a line
_COLUMNS = 27
_WEB = "1"  # of the column "collection": the others cite what is not on the web
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", re.DOTALL)
_PUBLISHED = re.compile(r"<PAGE_PRECISEPUBTIMESTAMP>(\d{14})</PAGE_PRECISEPUBTIMESTAMP>")

_LISTED = re.compile(rb"^\d+ ([0-9a-f]{32}) \S*/(\d{14}\.(?:translation\.)?gkg\.csv\.zip)\s*$")
_STAMP = re.compile(rb"/(\d{14})\.")
_PROBE = 4096  # bytes: some 35 lines
_STRETCH = 128 * 1024  # bytes: a day of a list takes some 35 KB
_MOST_STRETCHES = 32
_TOTAL = re.compile(r"bytes \d+-\d+/(\d+)")

Part = tuple[bytes, int]  # some bytes of a file, and how long the file is
Read = Callable[[int, int], Part | None]  # (first byte, how many); None: it cannot be read


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The rows on the topic of every file stamped in the window, English and translated."""
    if window.end <= _FIRST:
        return out_of_reach(source, window, "from before its first file")
    got = Gathering(source, window)
    times = list(stamps(window, (0,)))
    if not times:
        return out_of_reach(source, window, "none of its files is stamped in the window")
    sums: dict[str, str] = {}
    for variant in VARIANTS:
        sums |= _checksums(got, variant, web)
    for stamp in times:
        for variant in VARIANTS:
            if got.ended or got.is_ahead(stamp):
                return got.answer(_FIRST)
            name = f"{stamp:%Y%m%d%H%M%S}.{variant}gkg.csv.zip"
            if (body := _file(got, name, sums.get(name, ""), web)) is not None:
                _read(got, topic, name, body)
    named = len(times) * len(VARIANTS)
    missing = f"{got.gaps} of {named} files missing" if got.gaps else ""
    return got.answer(_FIRST, missing)


def _file(got: Gathering, name: str, md5: str, web: Web) -> bytes | None:
    """The file, as its checksum says it must be; asked for once more where it is not."""
    url = f"{base(CARD, got.source)}/gdeltv2/{name}"
    gaps = got.gaps
    for _ in range(2):
        body = got.ask(web, url)
        if body is None:
            if md5 and got.gaps > gaps:
                got.gaps = gaps
                got.fault(url, "listed, but not there")
            return None
        if not md5:
            got.unverified += 1
            return body
        if hashlib.md5(body, usedforsecurity=False).hexdigest() == md5:
            return body
    got.fault(url, "wrong checksum")
    return None


def _read(got: Gathering, topic: Topic, name: str, body: bytes) -> None:
    rows = 0
    try:
        for line in unzip_lines(body, name.removesuffix(".zip"), _LIMIT, _LONGEST):
            columns = line.decode("utf-8", "replace").split("\t")
            if len(columns) != _COLUMNS:
                got.broken_lines += 1
                continue
            rows += 1
            if link := link_of(got.source, topic, columns):
                got.keep(link)
    except PackedError as error:
        got.fault(name, str(error))
    else:
        got.files += rows > 0
        if not rows:
            got.fault(name, "not a row in it")
    got.listed += rows


def link_of(source: Source, topic: Topic, columns: list[str]) -> Link | None:
    """The link of a row of 27 columns, if its title, names or organisations name the topic."""
    if columns[2] != _WEB:
        return None
    try:
        url = canonicalize(columns[4])
    except ValueError:
        return None
    title = _TITLE.search(columns[26])
    headline = html.unescape(title.group(1)).strip()[:1000] if title else ""
    if not promising(topic, url, headline, named(columns[13], columns[14], columns[23])):
        return None
    published = _PUBLISHED.search(columns[26])
    return Link(
        url=url,
        address=columns[4],
        source=source.name,
        title=headline,
        published_at=_instant(published.group(1)) if published else None,
        seen_at=_instant(columns[1]),
    )


def named(*lists: str) -> str:
    """The names of lists like "Liang Wenfeng,120;Deepseek,31", without the offsets, a line each."""
    entries = (entry for entries in lists for entry in entries.split(";"))
    return "\n".join(entry.partition(",")[0] for entry in entries)


def _instant(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


# --- the master lists ---------------------------------------------------------------------------


def _checksums(got: Gathering, variant: str, web: Web) -> dict[str, str]:
    """The MD5 sums of the window's files by their names; none where the list cannot be read."""
    file = "masterfilelist-translation.txt" if variant else "masterfilelist.txt"
    whole: list[bytes] = []
    url = f"{base(CARD, got.source)}/gdeltv2/{file}"

    def read(first: int, size: int) -> Part | None:
        if whole:
            return whole[0][first : first + size], len(whole[0])
        if got.ended:
            return None
        # Without "identity" the bytes counted might be those of a compressed copy.
        wanted = {"Range": f"bytes={first}-{first + size - 1}", "Accept-Encoding": "identity"}
        reply = web.ask(
            Question(
                url=url, source=got.source.name, spacing=SPACING, headers=wanted, expect=PACKED
            )
        )
        if isinstance(reply, Rejected):
            if not reply.asked:
                got.end(SourceStatus.UNAVAILABLE, reply.detail, reply.retry_after)
            return None
        got.requests += 1
        got.now = reply.at
        if reply.status == 200:  # a server that knows no ranges sends all of it
            whole.append(reply.body)
            return read(first, size)
        total = _TOTAL.match(reply.headers.get("content-range", ""))
        return (reply.body, int(total.group(1))) if reply.status == 206 and total else None

    start, end = (moment.astimezone(UTC) for moment in (got.window.start, got.window.end))
    return checksums(read, f"{start:%Y%m%d%H%M%S}".encode(), f"{end:%Y%m%d%H%M%S}".encode())


def checksums(read: Read, first: bytes, end: bytes) -> dict[str, str]:
    """File names and their MD5 sums, of stamps in [first, end), from a list in order of time."""
    probe = read(0, _PROBE)
    if probe is None:
        return {}
    low, high = 0, probe[1]
    while high - low > _STRETCH:
        middle = (low + high) // 2
        part = read(middle, _PROBE)
        stamp = _STAMP.search(part[0].partition(b"\n")[2]) if part else None
        if stamp is None:
            return {}
        low, high = (middle, high) if stamp.group(1) < first else (low, middle)
    return _sums_from(read, low, probe[1], end)


def _sums_from(read: Read, at: int, total: int, end: bytes) -> dict[str, str]:
    """The sums of the lines from byte `at` on, as far as the first line stamped `end` or later."""
    sums: dict[str, str] = {}
    rest = b""
    for _ in range(_MOST_STRETCHES):
        part = read(at, _STRETCH) if at < total else None
        if part is None or not part[0]:
            break
        at += len(part[0])
        *whole, rest = (rest + part[0]).split(b"\n")
        for line in whole if at < total else [*whole, rest]:
            if found := _LISTED.match(line):
                sums[found.group(2).decode()] = found.group(1).decode()
        if whole and (last := _STAMP.search(whole[-1])) and last.group(1) >= end:
            break
    return sums
