"""One page → one Article, or the reason why there is none.

decode → head (metadata) → body (text) → note of republication → verdict → fields. Nothing here
touches the network.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from framewatch.facts import SourceBook
from framewatch.story import Article, Link, Outcome, Outlet, Page, Rejected
from scrapers.body import extract_text, parse_tree
from scrapers.bylines import clean_title, plain
from scrapers.dates import DateClaim, choose, day_claim
from scrapers.decode import decode
from scrapers.language import language_of
from scrapers.metadata import Metadata, read_metadata
from scrapers.quotes import block_quotes, find_quotations
from scrapers.republication import Republication, find_note, is_note, take_note
from scrapers.rights import excerpt, reserved
from scrapers.urls import canonicalize, registrable_domain
from scrapers.verdicts import linked_headlines, listing, why_no_article
from scrapers.visible import people_only, visible_byline, xpath_authors

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_LOOKS_LIKE_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)", re.I | re.S
)
_TEASER_END = re.compile(
    r"\b(?:subscribe|sign (?:in|up)|log in|register|join)\b.{0,60}"
    r"\bto (?:continue|keep|read|unlock|access)\b"
    r"|to (?:continue|keep) reading|already a subscriber|(?:article|story|content) is (?:only )?"
    r"(?:for|available to) (?:\w+ )?(?:subscribers|members)|weiterlesen mit|jetzt abonnieren|"
    r"réservé aux abonnés|il vous reste .{0,20}à lire|suscríbete para|登录后(?:阅读|查看)|订阅后",
    re.IGNORECASE,
)
_LONGEST_TEASER = 2_500  # characters; below a longer text the call to subscribe is furniture
_WHOLE = 0.5  # share of the declared words that a whole text must have
_MIN_WORD_COUNT = 150


@dataclass(frozen=True, slots=True)
class _Draft:
    """A page read, before anything is decided."""

    url: str  # the page's, not yet canonical
    tree: Any
    meta: Metadata
    title: str
    text: str
    note: Republication | None
    blocks: tuple[str, ...]
    language: str
    teaser: bool  # ends in a call to subscribe
    headlines: int  # linked ones, as listings have them


def extract(page: Page, link: Link, book: SourceBook) -> Article | Rejected:
    """The article on a page. Expected failures are Rejected; dates it lacks come from `link` last.

    Book gives the host's outlet: its name, country, and the zone for times without an offset.
    """
    refusal = _refused(page)
    if refusal is not None:
        return refusal
    address = page.final_url or page.url
    outlet = book.outlet_of_host(urlsplit(address).hostname or "")
    draft = _draft(decode(page.body, page.headers), address, outlet)
    if draft is None:
        return Rejected(url=page.url, outcome=Outcome.BROKEN, detail="no HTML could be parsed")
    reason = _why_no_article(draft, address)
    if reason:
        return Rejected(url=page.url, outcome=Outcome.NOT_ARTICLE, detail=reason)
    try:
        url = canonicalize(draft.meta.canonical or address)
    except ValueError as error:
        return Rejected(url=page.url, outcome=Outcome.BROKEN, detail=str(error))
    return _article(draft, page, link, _Place(url, outlet, _zone(outlet), book))


def extract_fields(html: str, url: str) -> dict[str, object]:
    """title, authors, date (datetime, or a day as date) and text of any page, article or not."""
    draft = _draft(html, url)
    if draft is None:
        return {"title": None, "authors": [], "date": None, "text": ""}
    claim = _published(draft, None, None)
    moment = claim.moment.date() if claim and claim.day_only else claim and claim.moment
    return {
        "title": draft.title or None,
        "authors": list(_authors(draft)),
        "date": moment,
        "text": draft.text,
    }


@dataclass(frozen=True, slots=True)
class _Place:
    url: str
    outlet: Outlet | None
    zone: ZoneInfo | None
    book: SourceBook

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


def _refused(page: Page) -> Rejected | None:
    kind = page.headers.get("content-type", "").split(";")[0].strip().lower()
    if page.status in (404, 410):
        return Rejected(url=page.url, outcome=Outcome.GONE, detail=f"status {page.status}")
    if page.status == 429 or page.status >= 500:
        return Rejected(url=page.url, outcome=Outcome.UNAVAILABLE, detail=f"status {page.status}")
    if page.status >= 400:
        return Rejected(url=page.url, outcome=Outcome.HTTP_ERROR, detail=f"status {page.status}")
    if not page.body.strip():
        return Rejected(url=page.url, outcome=Outcome.NOT_ARTICLE, detail="empty page")
    if kind not in _HTML_TYPES and (kind or not _LOOKS_LIKE_HTML.match(page.body[:2048])):
        detail = f"{kind or 'no content type'}, not HTML"
        return Rejected(url=page.url, outcome=Outcome.WRONG_TYPE, detail=detail)
    return None


def _zone(outlet: Outlet | None) -> ZoneInfo | None:
    return ZoneInfo(outlet.time_zone) if outlet else None


def _why_no_article(draft: _Draft, url: str) -> str:
    reason = why_no_article(draft.tree, draft.meta, draft.text, url)
    return reason or listing(draft.meta, draft.text, url, draft.headlines)


def _draft(html: str, url: str, outlet: Outlet | None = None) -> _Draft | None:
    tree = parse_tree(html)
    if tree is None:
        return None
    meta = read_metadata(html, url, _zone(outlet))
    names = (outlet.name, *outlet.aliases) if outlet else ()
    title = clean_title(meta.title, [*meta.site_names, *_host_names(url), *names])
    blocks = tuple(block_quotes(tree))
    headlines = linked_headlines(tree)  # before the text's extraction prunes them
    body = meta.article_body if meta.free is not False else ""  # what is sold is not taken
    text = extract_text(tree, title, body)
    language = language_of(text, meta.language)
    text, note = take_note(text, language)
    note = note or find_note(tree, language)
    text, teaser = _before_teaser_end(text)
    return _Draft(url, tree, meta, title, text, note, blocks, language, teaser, headlines)


def _article(draft: _Draft, page: Page, link: Link, place: _Place) -> Article:
    claim = _published(draft, place.zone, page.fetched_at)
    if claim is None and link.published_at is not None:
        claim = DateClaim(link.published_at, False, "source")
    withheld = reserved(page.headers, draft.meta.metas)
    title = draft.title or plain(link.title, 300)
    text = excerpt(draft.text) if withheld else draft.text
    outlet, note = place.outlet, draft.note
    return Article(
        url=place.url,
        title=title,
        text=text,
        language=draft.language,
        host=outlet.code if outlet else place.host,
        host_name=outlet.name if outlet else place.host,
        country=outlet.country if outlet else "",
        authors=_authors(draft),
        published_at=claim.moment if claim else None,
        published_day_only=bool(claim and claim.day_only),
        published_source=claim.source if claim else "",
        complete=not withheld and _complete(draft),
        original_outlet=_known_name(note.outlet, place.book) if note else "",
        original_day=note.day if note else None,
        republication_note=note.note if note else "",
        quotations=find_quotations(title, text, draft.blocks),
        fictional=bool(outlet and outlet.fictional),
    )


def _published(draft: _Draft, zone: ZoneInfo | None, latest: datetime | None) -> DateClaim | None:
    """By SOURCES' order of trust, then the byline, then htmldate on a tree without the note."""
    claims = list(draft.meta.dates)
    if all(claim.day_only for claim in claims):  # the byline may lend the time of day
        _, printed = visible_byline(draft.tree, draft.language, zone)
        claims += [printed] if printed else []
    if claim := choose(claims, latest):
        return claim
    found = _by_htmldate(draft.tree)
    return choose([day_claim(found, "htmldate", zone)], latest) if found else None


def _by_htmldate(tree: Any) -> date | None:
    from htmldate import find_date

    for element in list(tree.iter("p", "em", "i", "aside", "small", "footer", "blockquote")):
        text = "".join(element.itertext())
        if element.getparent() is not None and len(text) <= 400 and is_note(plain(text, 400)):
            element.drop_tree()
    found = find_date(tree, extensive_search=False, original_date=True)
    return date.fromisoformat(found) if found else None


def _authors(draft: _Draft) -> tuple[str, ...]:
    """People before organisations: a site's own name counts only where no person is named."""
    sites = [*draft.meta.site_names, *_host_names(draft.url)]
    people = people_only(draft.meta.authors, sites)
    if people:
        return people
    found, _ = visible_byline(draft.tree, draft.language)
    return people_only(found, sites) or draft.meta.authors or xpath_authors(draft.tree)


def _complete(draft: _Draft) -> bool:
    if draft.meta.free is False or draft.teaser:
        return False
    expected = draft.meta.word_count
    return (
        expected < _MIN_WORD_COUNT
        or len(draft.text.split()) >= _WHOLE * expected
        or _unspaced(draft)
    )


def _unspaced(draft: _Draft) -> bool:
    return draft.language in ("zh", "ja", "th", "ko")


def _before_teaser_end(text: str) -> tuple[str, bool]:
    """The text before a call to subscribe, and whether there was one."""
    before = 0
    for line in text.split("\n"):
        if before > _LONGEST_TEASER:
            break
        if before and len(line) < 300 and _TEASER_END.search(line):
            return text[: before - 1], True
        before += len(line) + 1
    return text, False


def _known_name(name: str, book: SourceBook) -> str:
    """The book's name for an outlet that a note calls by an alias."""
    wanted = name.casefold().removeprefix("the ")
    for outlet in book.outlets:
        names = (outlet.name, *outlet.aliases, *outlet.hosts)
        if wanted in (known.casefold().removeprefix("the ") for known in names):
            return outlet.name
    return name


def _host_names(url: str) -> list[str]:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return [host, registrable_domain(host).split(".")[0]] if "." in host else []
