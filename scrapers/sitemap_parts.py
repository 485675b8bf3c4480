"""Which parts of a sitemap index can hold a window's pages: by the day, month or year in a part's
name, else by when it last changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from framewatch.story import Window
from scrapers.dates import read_date

# The publisher's days may be ahead of or behind UTC by as much.
AHEAD, BEHIND = timedelta(hours=14), timedelta(hours=12)
_YEAR, _MONTH, _DAY = r"(20\d\d)", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_SEPARATED = re.compile(rf"(?<!\d){_YEAR}[-_/.]?{_MONTH}(?:[-_/.]?{_DAY})?(?!\d)")
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_SPELLED = re.compile(
    rf"(?<!\d){_YEAR}[-_/](?:({'|'.join(_NAMES)})[a-z]*)(?:[-_/](\d\d?))?(?![a-z\d])", re.IGNORECASE
)
_BARE_YEAR = re.compile(rf"[-_/]{_YEAR}(?=[-_/.]|$)")
# Numbers of pages, not years: Yoast's post-sitemap12.xml, WordPress's wp-sitemap-posts-post-1.xml.
_NUMBERED = re.compile(r"sitemap\d+\.xml|wp-sitemap-", re.IGNORECASE)
# What WordPress and Yoast list beside articles.
_NO_ARTICLES = re.compile(
    r"/(?:category|post_tag|tag|author|post_format)-sitemap\d*\.xml|/wp-sitemap-(?:taxonomies|users)-",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of a sitemap index."""

    url: str
    changed: datetime | None = None  # aware; the end of the day where only that is given


def parts_of(text: str) -> list[Part]:
    """The entries of an index, each address once; none where it is no index. Never raises."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None or _name(root) != "sitemapindex":
        return []
    found: dict[str, Part] = {}
    for entry in root:
        said = {_name(field): (field.text or "").strip() for field in entry}
        if url := said.get("loc"):
            found.setdefault(url, Part(url, _changed(said.get("lastmod", ""))))
    return list(found.values())


def chosen_parts(parts: list[Part], window: Window) -> tuple[list[Part], bool]:
    """The parts that can hold pages of the window, the likeliest first; and whether any was left
    out, so that the rest is no list of all that the site holds.

    Where the last changes leave none, the latest part is read all the same: it shows that nothing
    was published since.
    """
    articles = [part for part in parts if not _NO_ARTICLES.search(part.url)]
    named = [(part, period) for part in articles if (period := period_of(part.url))]
    inside = [part for part, period in named if touches(period, window)]
    unnamed = [part for part in articles if not period_of(part.url)]
    recent = [part for part in unnamed if part.changed is None or part.changed >= window.start]
    # Of parts that are filled one after the other, the first to close after the window holds it.
    recent.sort(key=lambda part: (part.changed is None, part.changed or window.start))
    if not inside and not recent and unnamed:
        recent = [max(unnamed, key=lambda part: part.changed or window.start)]
    chosen = inside + recent
    return chosen, len(chosen) < len(articles)


def period_of(url: str) -> tuple[date, date] | None:
    """The first and last day that a name speaks of; None where it names no day, month or year."""
    parts = urlsplit(url)
    fields = {key.lower(): value for key, value in parse_qsl(parts.query)}
    asked = [fields.get(long) or fields.get(short, "") for long, short in _QUERY_FIELDS]
    if asked[0].isdigit() and (found := _period(*(int(v) if v.isdigit() else 0 for v in asked))):
        return found
    path = parts.path + ("/" + parts.query if parts.query else "")
    if match := _SPELLED.search(path):
        month = _NAMES.index(match[2][:3].lower()) + 1
        return _period(int(match[1]), month, int(match[3] or 0))
    for match in _SEPARATED.finditer(path):
        if found := _period(int(match[1]), int(match[2]), int(match[3] or 0)):
            return found
    year = None if _NUMBERED.search(path) else _BARE_YEAR.search(path)
    return _period(int(year[1])) if year else None


_QUERY_FIELDS = (("year", "yyyy"), ("month", "mm"), ("day", "dd"))


def touches(period: tuple[date, date], window: Window) -> bool:
    """Whether the publisher's days can touch the window, whatever the publisher's zone."""
    first = (window.start.astimezone(UTC) - BEHIND).date()
    last = (window.end.astimezone(UTC) + AHEAD - timedelta(microseconds=1)).date()
    return period[0] <= last and period[1] >= first


def _period(year: int, month: int = 0, day: int = 0) -> tuple[date, date] | None:
    try:
        if day:
            return date(year, month, day), date(year, month, day)
        if month:
            after = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1), after - timedelta(days=1)
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None


def _changed(text: str) -> datetime | None:
    claim = read_date(text, "", None)
    if claim is None:
        return None
    return claim.moment + timedelta(days=1) + BEHIND if claim.day_only else claim.moment


def _name(element: "etree._Element") -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def addresses(robots: str) -> Iterator[str]:
    """What the `Sitemap:` lines of a robots.txt name, each once, in their order."""
    from protego import Protego

    yield from dict.fromkeys(Protego.parse(robots).sitemaps)
