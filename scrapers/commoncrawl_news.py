"""Common Crawl's news crawl (CC-NEWS): whole WARC files, read as they come.

The SOURCES reference, section 10. No index of its addresses exists, so a day is had by reading all
its files, of some 1 GiB each. A file is named by the instant at which it was begun, and articles
are captured a while after they are published: the file that was open when the window began, those
begun in it and those of the two days after it are read. Nothing of a file is kept but the pages on
the topic of the hosts that the source names.
"""

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from framewatch.story import (
    Answer,
    Link,
    Outcome,
    Page,
    Rejected,
    Source,
    SourceStatus,
    Topic,
    Window,
)
from scrapers.answers import answered, failed, of_status, out_of_reach, refused, unavailable
from scrapers.card import Card, base
from scrapers.decode import decode
from scrapers.packed import Gunzipped, NotPackedError, PackedError, gunzipped
from scrapers.relevance import promising
from scrapers.urls import canonicalize
from scrapers.warc_pages import DATA, DATA_SPACING, FAULTS, TERMS, page_of, responses, target
from scrapers.web import PACKED, Expect, MiB, Question, Web

CARD = Card(
    title="Common Crawl news",
    gives="whole pages of the hosts it is given, as Common Crawl captured them",
    by_day=True,
    daily=False,
    settles=timedelta(days=7),
    reach=date(2016, 8, 26),
    limits="heavy: for each day all files of three days are read, of some 1 GiB each; for days "
    "that nothing else reaches. Gaps exist, and some files of 2016 are invalid",
    terms=TERMS,
    home=DATA,
    spacing=DATA_SPACING,
    requests_per_day=50,  # guessed: the reference says "many per day"
)
AFTER = timedelta(days=2)

_FIRST = datetime(2016, 8, 26, tzinfo=UTC)
_NAME = re.compile(r"crawl-data/CC-NEWS/\d{4}/\d{2}/CC-NEWS-(\d{14})-\d{1,9}\.warc\.gz")
_WARC = Expect((), 4096 * MiB, "*/*", binary=("application/gzip",))
_UNPACKED = 64 * 1024 * MiB
_BUFFER = MiB
_PATHS = 16 * MiB  # unpacked; a month's list is some 100 KB
_HEAD = 128 * 1024  # bytes in which the title is looked for
_MOST_HELD = 256 * MiB  # of bodies in one answer
_TITLE = re.compile(r"<title[^>]*>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class _Gathering:
    links: dict[str, Link] = field(default_factory=dict)
    listed: int = 0  # pages of the wanted hosts
    held: int = 0  # bytes
    requests: int = 0
    files: int = 0
    cut: int = 0  # records that the crawler truncated
    disallowed: int = 0
    faults: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)  # files that are no WARC, for good


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The pages on the topic, by title or address, of the source's hosts; with their bodies."""
    if not source.prefixes:
        return refused(source, window, "prefixes: name the hosts to look for")
    if window.end <= _FIRST:
        return out_of_reach(source, window, "from before its first file")
    got = _Gathering()
    paths = _paths(source, window, web, got)
    if isinstance(paths, Answer):
        return replace(paths, requests=got.requests)
    names, complete = files_for(paths, window)
    if not names and not complete:
        return unavailable(source, window, "no file for the window yet")
    if not names:
        return out_of_reach(source, window, "a gap: no file of the window's days")
    for name in names:
        stop = _read_file(source, topic, window, web, name, got)
        if stop is not None:
            broken_off = _broken_off(source, window, stop)
            return _told(replace(broken_off, links=tuple(got.links.values())), got)
    found = answered(source, window, tuple(got.links.values()), got.listed)
    if got.faults or not complete:
        found = replace(found, status=SourceStatus.UNAVAILABLE)
    return _told(found, got)


def files_for(paths: list[str], window: Window) -> tuple[list[str], bool]:
    """The files that may hold the window's articles, oldest first, and whether the list of files
    goes on beyond the two days after the window (if not, more may come)."""
    stamped = sorted((m.group(1), path) for path in paths if (m := _NAME.fullmatch(path)))
    start, last = (
        f"{moment.astimezone(UTC):%Y%m%d%H%M%S}" for moment in (window.start, window.end + AFTER)
    )
    before = [path for stamp, path in stamped if stamp < start]
    inside = [path for stamp, path in stamped if start <= stamp < last]
    complete = bool(stamped) and stamped[-1][0] >= last
    return (before[-1:] if inside else []) + inside, complete


def wanted(prefixes: tuple[str, ...], url: str) -> bool:
    """Whether an address is of one of the hosts (or their subdomains) or begins with a prefix."""
    try:
        parts = urlsplit(url)
        names = {parts.netloc.lower().rpartition("@")[2], parts.hostname or ""}
    except ValueError:
        return False
    for prefix in prefixes:
        place = prefix.partition("://")[2] or prefix
        host, slash, path = place.rstrip("*").partition("/")
        host = host.lower().removeprefix("*.")
        of_host = any(name == host or name.endswith(f".{host}") for name in names)
        if of_host and parts.path.startswith(slash + path):
            return True
    return False


def title_of(page: Page) -> str:
    """What stands in its <title>, as far as that is near its beginning."""
    found = _TITLE.search(decode(page.body[:_HEAD], page.headers))
    return " ".join(html.unescape(found.group(1)).split())[:1000] if found else ""


def _paths(source: Source, window: Window, web: Web, got: _Gathering) -> list[str] | Answer:
    """The files of the window's months. A later month that is not listed yet just adds none."""
    paths: list[str] = []
    for number, month in enumerate(_months(window)):
        url = f"{base(CARD, source)}/crawl-data/CC-NEWS/{month}/warc.paths.gz"
        reply = web.ask(Question(url=url, source=source.name, spacing=DATA_SPACING, expect=PACKED))
        if isinstance(reply, Rejected):
            return failed(source, window, reply)
        got.requests += 1
        if reply.status == 404 and number:
            break
        if reply.status == 404:
            return unavailable(source, window, f"{month} is not listed yet", 24 * 3600.0)
        if answer := of_status(source, window, reply):
            return answer
        try:
            paths += gunzipped(reply.body, _PATHS).decode("ascii", "replace").split()
        except PackedError as error:
            return unavailable(source, window, f"{month}/warc.paths.gz: {error}")
    return paths


def _months(window: Window) -> Iterator[str]:
    """The months, as "2025/02", from the window's first day to the instant two days after it.

    Where that is the first of a month its list is read too: its first file tells that there is no
    more to come.
    """
    last = (window.end + AFTER).astimezone(UTC).date()
    day = window.start.astimezone(UTC).date().replace(day=1)
    while day <= last:
        yield f"{day:%Y/%m}"
        day = (day + timedelta(days=32)).replace(day=1)


def _read_file(
    source: Source, topic: Topic, window: Window, web: Web, name: str, got: _Gathering
) -> Rejected | None:
    """Take a file's pages; Rejected where no further file is to be read now."""
    url = f"{base(CARD, source)}/{name}"
    found: list[Link] = []  # what was captured before the window cannot be published in it
    question = Question(url=url, source=source.name, spacing=DATA_SPACING, expect=_WARC)
    with web.stream(question) as file:
        if isinstance(file, Rejected):
            if not file.asked:
                return file
            got.requests += 1
            got.faults.append(f"{name}: {file.outcome}: {file.detail}")
            return None
        got.requests += 1
        try:
            for record in responses(io.BufferedReader(Gunzipped(file, _UNPACKED), _BUFFER)):
                link = _link(source, topic, record, got)
                if link and link.seen_at and link.seen_at >= window.start:
                    found.append(link)
        except NotPackedError:
            got.invalid.append(name)
        except FAULTS as error:
            got.faults.append(f"{name}: {type(error).__name__}: {str(error)[:100]}")
    got.files += 1
    for link in found:  # only now: asking for robots.txt meanwhile would let the stream wait
        if web.forbidden(link.address):
            got.disallowed += 1
        else:
            got.links.setdefault(link.url, link)
    if got.held <= _MOST_HELD:
        return None
    return Rejected(url=url, outcome=Outcome.TOO_LARGE, detail="too many pages: narrow prefixes")


def _link(source: Source, topic: Topic, record: Any, got: _Gathering) -> Link | None:
    """The link of a record on the topic, with its page; None for all others."""
    address = target(record)
    if not wanted(source.prefixes, address):
        return None
    try:
        url = canonicalize(address)
    except ValueError:
        return None
    page = page_of(record, address)
    if isinstance(page, Rejected):
        got.cut += page.detail.startswith("cut")
        return None
    got.listed += 1
    title = title_of(page)
    if not promising(topic, url, title):
        return None
    got.held += len(page.body)
    return Link(
        url=url,
        address=address,
        source=source.name,
        title=title,
        seen_at=page.captured_at,
        page=page,
    )


def _broken_off(source: Source, window: Window, stop: Rejected) -> Answer:
    if stop.outcome is Outcome.TOO_LARGE:
        return refused(source, window, stop.detail)
    return unavailable(source, window, stop.detail, stop.retry_after)


def _told(answer: Answer, got: _Gathering) -> Answer:
    counts = (
        (got.files, "files"),
        (got.cut, "truncated records"),
        (got.disallowed, "pages that robots.txt forbids"),
    )
    said = ", ".join(f"{number} {what}" for number, what in counts if number)
    detail = "; ".join(part for part in (answer.detail, *got.faults[:5], said) if part)
    partial = "".join(f"{name} is no WARC file; " for name in got.invalid[:5]).rstrip("; ")
    return replace(answer, listed=got.listed, requests=got.requests, detail=detail, partial=partial)
