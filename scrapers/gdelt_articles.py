"""GDELT's article lists (GAL): what its crawler saw, with title and teaser, minute by minute.

The SOURCES reference, section 5.2. There is no list of the files: about two for each quarter-hour,
at wandering minutes, so minutes are probed and most answers are "no such file".

`seen_at` is the minute in the file's name. A row's own `date` is the time of publication for some
30 % of the rows and the time of sight for the others, and does not say which: it is not used, so
`published_at` stays empty until the article itself is read.
"""

import json
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from lxml import etree

from framewatch.story import Answer, Link, Source, Topic, Window
from scrapers.answers import out_of_reach
from scrapers.card import Card, base
from scrapers.gdelt_files import HOME, QUARTER, SPACING, TERMS, Gathering, stamps
from scrapers.packed import PackedError, gunzip_lines
from scrapers.relevance import promising
from scrapers.sniff import declares_doctype
from scrapers.urls import canonicalize
from scrapers.web import FEED, MiB, Web

MINUTES = tuple(range(8))  # of each quarter-hour: "offsets 0-7 hold nearly all"
# Were gaps answered with 403, two files a quarter-hour would leave up to 14 in a row.
_MOST_BARRED = 16
_HOUR = timedelta(hours=1)

CARD = Card(
    title="GDELT article lists",
    gives="links with title and teaser",
    by_day=True,
    reach=date(2020, 1, 1),
    limits="no list of its files: 768 minutes a day are probed, and most hold none; "
    "an article that names the topic in its body alone is missed",
    terms=TERMS,
    home=HOME,
    spacing=SPACING,
    requests_per_day=768,
)

_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
# It is there since late 2021 at least; GDELT's own recipes use it from 2020 on.
_FIRST_SURE = datetime(2022, 1, 1, tzinfo=UTC)
_LIMIT = 64 * MiB  # unpacked; 280,000 rows a day in 192 files are some 1,500 in each
_LONGEST = MiB  # bytes in a line
_MOST_ITEMS = 20_000  # of the feed; 2,900 were observed


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The rows on the topic of every file stamped in the window; gaps are counted, not feared.

    A window that reaches into the newest quarter-hour has the rolling feed read as well.
    """
    if window.end <= _FIRST:
        return out_of_reach(source, window, "from before its first file")
    times = list(stamps(window, source.minutes or MINUTES))
    if not times:
        return out_of_reach(source, window, "none of its files is stamped in the window")
    got = Gathering(source, window, most_barred=_MOST_BARRED)
    held: list[datetime] = []  # the files that are there
    for stamp in times:
        if got.ended or got.is_ahead(stamp):
            break
        url = address(base(CARD, source), stamp)
        if (body := got.ask(web, url)) is not None:
            held.append(stamp)
            _read(got, topic, url, stamp, body)
    if not got.ended and got.now and window.end > got.now - QUARTER:
        _read_newest(got, topic, web)
    return got.answer(_FIRST_SURE, _hours_without(times, held, window))


def _hours_without(times: list[datetime], held: list[datetime], window: Window) -> str:
    """Single gaps are normal; a whole hour of the window without a file, in words, is not."""
    hours = {_hour(stamp) for stamp in times}
    whole = {hour for hour in hours if window.start <= hour and hour + _HOUR <= window.end}
    lacking = whole - {_hour(stamp) for stamp in held}
    return f"no file for {len(lacking)} of {len(whole)} hours" if lacking else ""


def _hour(stamp: datetime) -> datetime:
    return stamp.replace(minute=0)


def address(base: str, stamp: datetime) -> str:
    return f"{base}/gdeltv3/gal/{stamp:%Y%m%d%H%M}00.gal.json.gz"


def _read(got: Gathering, topic: Topic, url: str, stamp: datetime, body: bytes) -> None:
    rows = 0
    try:
        for line in gunzip_lines(body, _LIMIT, _LONGEST):
            row = row_of(line)
            if row is None:
                got.broken_lines += 1
                continue
            rows += 1
            if link := link_of(got.source, topic, row, stamp):
                got.keep(link)
    except PackedError as error:
        got.fault(url, str(error))
    else:
        got.files += rows > 0
        if not rows:
            got.fault(url, "not a row in it")
    got.listed += rows


def row_of(line: bytes) -> dict[str, str] | None:
    """The texts of a row by their names; None where it is no row."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):  # bad UTF-8 is a ValueError too
        return None
    if not isinstance(row, dict) or not isinstance(row.get("url"), str):
        return None
    return {name: value for name, value in row.items() if isinstance(value, str)}


def link_of(source: Source, topic: Topic, row: dict[str, str], seen_at: datetime) -> Link | None:
    """The link of a row, if its title, teaser or address names the topic."""
    try:
        url = canonicalize(row["url"])
    except ValueError:
        return None
    title = row.get("title", "").strip()[:1000]
    if not promising(topic, url, title, row.get("desc", "")[:5000]):
        return None
    return Link(url=url, address=row["url"], source=source.name, title=title, seen_at=seen_at)


def _read_newest(got: Gathering, topic: Topic, web: Web) -> None:
    """The items of the rolling feed, as seen when its newest batch was made."""
    url = f"{base(CARD, got.source)}/gdeltv3/gal/feed.rss"
    gaps = got.gaps
    body = got.ask(web, url, FEED)
    if body is None:
        if got.gaps > gaps:
            got.gaps = gaps
            got.fault(url, "gone")
        return
    built, rows = feed_rows(body)
    if built is None:
        got.fault(url, "not its feed")
    elif built in got.window:
        got.files += 1
        got.listed += len(rows)
        for row in rows:
            if link := link_of(got.source, topic, row, built):
                got.keep(link)


def feed_rows(body: bytes) -> tuple[datetime | None, list[dict[str, str]]]:
    """When the feed was built (None: not a usable feed), and its items as rows."""
    if declares_doctype(body):
        return None, []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(body, parser)
        built = parsedate_to_datetime(root.findtext("channel/lastBuildDate") or "")
    except (etree.XMLSyntaxError, ValueError, AttributeError):
        return None, []
    names = (("url", "link"), ("title", "title"), ("desc", "description"))
    rows = [
        {name: (item.findtext(tag) or "").strip() for name, tag in names}
        for item in root.findall("channel/item")[:_MOST_ITEMS]
    ]
    return (built if built.tzinfo else built.replace(tzinfo=UTC)), [r for r in rows if r["url"]]
