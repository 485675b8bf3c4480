"""Common Crawl's index of its monthly crawls: which addresses were captured, and where they lie.

The SOURCES reference, section 10. Of each collection that was being crawled, the captures under the
source's prefixes are listed; a page is then one ranged request into a WARC file.

A prefix with {year}, {month} and {day} names a day itself: captures count whenever they were made,
in the window or in the weeks after it. Under any other prefix those captured in the window count.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from framewatch.story import (
    Answer,
    Link,
    Outcome,
    Page,
    Rejected,
    Source,
    Topic,
    Window,
)
from scrapers.answers import (
    answered,
    failed,
    of_status,
    out_of_reach,
    refused,
    unusable,
)
from scrapers.card import Card, base
from scrapers.packed import gunzipped
from scrapers.relevance import promising
from scrapers.urls import canonicalize
from scrapers.warc_pages import (
    DATA,
    DATA_SPACING,
    FAULTS,
    INDEX_SPACING,
    TERMS,
    page_of,
    responses,
    target,
)
from scrapers.web import PACKED, PAGE, MiB, Question, Reply, Web, outcome_of_status, wrong_type

CARD = Card(
    title="Common Crawl index",
    gives="pages under given addresses, as Common Crawl captured them",
    by_day=True,
    daily=False,
    each=True,
    settles=timedelta(days=75),  # a page named by its day is crawled weeks later, and listed then
    limits="one crawl a month, of a part of each site; no search: only addresses that name the "
    "topic are kept; one request at a time, a second apart",
    terms=TERMS,
    home="https://index.commoncrawl.org",
    spacing=INDEX_SPACING,
    requests_per_day=7,  # for each prefix: two collections, a count and two pages each
)

_LATER = timedelta(days=45)  # in which a page named by its day is looked for: one or two crawls
_MOST_PAGES = 50  # of one list; a prefix that needs more is too wide
_LONGEST = 8 * MiB  # of one packed record
_ID = re.compile(r"CC-MAIN-\d{4}-\d{2}")
_FILE = r"crawl-data/(?:[\w-]+[\w.-]*/)+[\w.-]+\.warc\.gz"
_PLACE = re.compile(rf"(?P<file>.+/{_FILE})#(?P<offset>\d{{1,15}})-(?P<length>\d{{1,9}})")
_NO_CAPTURES = b"No Captures"
_RETRY_LATER = 600.0  # seconds, where the data's server does not say


@dataclass(slots=True)
class _Asking:
    source: Source
    window: Window
    web: Web
    links: dict[str, Link] = field(default_factory=dict)
    requests: int = 0
    listed: int = 0
    caps: int = 0
    broken_lines: int = 0

    def ask(self, url: str) -> Reply | Answer:
        """A reply with status 200 (an empty one for "no captures"), or what to answer."""
        reply = self.web.ask(Question(url=url, source=self.source.name, spacing=INDEX_SPACING))
        if isinstance(reply, Rejected):
            return failed(self.source, self.window, reply)
        self.requests += 1
        if reply.status == 404 and _NO_CAPTURES in reply.body[:2000]:
            return replace(reply, status=200, body=b"")
        if reply.status == 404:
            return unusable(self.source, self.window, "its index is not there: status 404")
        return of_status(self.source, self.window, reply) or reply

    def told(self, answer: Answer) -> Answer:
        lines = f"{self.broken_lines} broken lines" if self.broken_lines else ""
        return replace(
            answer,
            links=tuple(self.links.values()),
            listed=self.listed,
            requests=self.requests,
            caps=self.caps,
            detail="; ".join(part for part in (answer.detail, lines) if part),
        )


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The captures whose address names the topic, the earliest of each address."""
    if not source.prefixes:
        return refused(source, window, "prefixes: name the addresses to look under")
    asking = _Asking(source, window, web)
    reply = asking.ask(f"{base(CARD, source)}/collinfo.json")
    if isinstance(reply, Answer):
        return asking.told(reply)
    try:
        known = json.loads(reply.body)
        spans = [(prefix, _span(prefix, window)) for prefix in source.prefixes]
        asked = [(p, span, collections(known, span)) for p, span in spans]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return asking.told(unusable(source, window, f"collinfo.json: {type(error).__name__}"))
    if not any(ids for _, _, ids in asked):
        return asking.told(out_of_reach(source, window, "no collection was crawled then"))
    for prefix, span, ids in asked:
        for url in _queries(base(CARD, source), prefix, window, ids):
            if answer := _list(asking, topic, url, span):
                return asking.told(answer)
    if asking.caps:
        detail = f"more than {_MOST_PAGES} pages under one prefix: narrow it"
        return asking.told(refused(source, window, detail))
    return asking.told(answered(source, window, tuple(asking.links.values()), asking.listed))


def _span(prefix: str, window: Window) -> Window:
    """When a capture under a prefix must have been made to count."""
    return Window(window.start, window.end + _LATER) if "{" in prefix else window


def collections(known: Any, span: Window) -> list[str]:
    """The names of the collections crawled in some part of the span, oldest first.

    known: what collinfo.json holds. Raises what comes of its being something else.
    """
    found = []
    for row in known:
        if not _ID.fullmatch(row["id"]) or not row.get("from") or not row.get("to"):
            continue
        if _instant(row["from"]) < span.end and _instant(row["to"]) >= span.start:
            found.append(row["id"])
    return sorted(found)


def filled(prefix: str, window: Window) -> list[str]:
    """The prefix for each UTC day that the window touches, as pywb wants it, with its asterisk."""
    if "*" not in prefix:
        prefix += "*" if "/" in (prefix.partition("://")[2] or prefix) else "/*"
    day = window.start.astimezone(UTC).date()
    last = (window.end - timedelta(microseconds=1)).astimezone(UTC).date()
    found: list[str] = []
    while day <= last:
        place = prefix.replace("{year}", f"{day:%Y}").replace("{month}", f"{day:%m}")
        found.append(place.replace("{day}", f"{day:%d}"))
        day += timedelta(days=1)
    return list(dict.fromkeys(found))


def _queries(index: str, prefix: str, window: Window, ids: list[str]) -> Iterator[str]:
    for place in filled(prefix, window):
        query = [("url", place), ("output", "json"), ("filter", "=status:200")]
        if "{" not in prefix:
            last = window.end - timedelta(seconds=1)  # pywb counts both ends in
            query += [("from", _stamp(window.start)), ("to", _stamp(last))]
        for name in ids:
            yield f"{index}/{name}-index?{urlencode(query)}"


def _list(asking: _Asking, topic: Topic, url: str, span: Window) -> Answer | None:
    """Take all pages of a list; what to answer where it breaks off."""
    reply = asking.ask(f"{url}&showNumPages=true")
    if isinstance(reply, Answer):
        return reply
    try:
        pages = int(json.loads(reply.body)["pages"]) if reply.body else 0
    except (ValueError, TypeError, KeyError, RecursionError):
        return unusable(asking.source, asking.window, "does not say how many pages there are")
    asking.caps += pages > _MOST_PAGES
    for page in range(min(pages, _MOST_PAGES)):
        reply = asking.ask(f"{url}&page={page}")
        if isinstance(reply, Answer):
            return reply
        rows = [row_of(line) for line in reply.body.splitlines() if line.strip()]
        good = [row for row in rows if row]
        if rows and not good:
            return unusable(asking.source, asking.window, "answered with something else than rows")
        asking.broken_lines += len(rows) - len(good)
        for row in good:
            _keep(asking, topic, row, span)
    return None


def row_of(line: bytes) -> dict[str, str] | None:
    """The texts of a row by their names; None where it is no row."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or not isinstance(row.get("url"), str):
        return None
    return {name: value for name, value in row.items() if isinstance(value, str)}


def _keep(asking: _Asking, topic: Topic, row: dict[str, str], span: Window) -> None:
    """Keep a row's link if it is a page on the topic captured in time, and the first of it."""
    kind = row.get("mime-detected") or row.get("mime", "")
    if row.get("status") != "200" or wrong_type(kind, PAGE):
        return
    data = base(CARD, asking.source) if asking.source.url else DATA
    place = f"{data}/{row.get('filename')}#{row.get('offset')}-{row.get('length')}"
    try:
        seen_at = _instant(row.get("timestamp", ""))
        url = canonicalize(row["url"])
    except ValueError:
        return
    if seen_at not in span or not _PLACE.fullmatch(place):
        return
    asking.listed += 1
    known = asking.links.get(url)
    earlier = known is None or known.seen_at is None or seen_at < known.seen_at
    if earlier and promising(topic, url, ""):
        asking.links[url] = Link(url=url, address=place, source=asking.source.name, seen_at=seen_at)


def fetch(source: Source, link: Link, web: Web) -> Page | Rejected:
    """The page that a link of the index stands for: one record out of a WARC file."""
    place = _PLACE.fullmatch(link.address)
    if place is None or int(place["length"]) > _LONGEST:
        return Rejected(url=link.url, outcome=Outcome.TOO_LARGE, detail="a record too large")
    if forbidden := web.forbidden(link.url):
        return forbidden
    first, length = int(place["offset"]), int(place["length"])
    reply = web.ask(
        Question(
            url=place["file"],
            source=source.name,
            spacing=DATA_SPACING,
            headers={
                "Range": f"bytes={first}-{first + length - 1}",
                "Accept-Encoding": "identity",  # else the range might be of a compressed copy
            },
            expect=PACKED,
        )
    )
    if isinstance(reply, Rejected):
        return replace(reply, url=link.url)
    if reply.status != 206:
        outcome = Outcome.BROKEN if reply.status < 300 else outcome_of_status(reply.status)
        # Faults of the crawl's own server pass, other than those that it archived.
        wait = _RETRY_LATER if reply.retry_after is None else reply.retry_after
        later = wait if outcome is Outcome.UNAVAILABLE else None
        detail = f"Common Crawl: status {reply.status}"
        return Rejected(url=link.url, outcome=outcome, detail=detail, retry_after=later)
    return _only_page(link, reply.body)


def _only_page(link: Link, packed: bytes) -> Page | Rejected:
    try:
        record = next(responses(io.BytesIO(gunzipped(packed, PAGE.limit + MiB))), None)
        if record is None or canonicalize(target(record)) != link.url:
            detail = "not the record that the index names"
            return Rejected(url=link.url, outcome=Outcome.BROKEN, detail=detail)
        return page_of(record, target(record))
    except FAULTS as error:
        detail = f"not a usable record: {str(error)[:200]}"
        return Rejected(url=link.url, outcome=Outcome.BROKEN, detail=detail)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"


def _instant(text: str) -> datetime:
    """Of "20250204051602" or "2025-02-04T05:16:02", in UTC. Raises ValueError."""
    digits = re.sub(r"\D", "", text)[:14].ljust(14, "0")
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
