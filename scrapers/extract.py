"""One page → one Article, or the reason why there is none.

decode → draft (scrapers.draft) → verdict → fields. Nothing here
touches the network.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from framewatch.facts import SourceBook
from framewatch.story import Article, Link, Outcome, Outlet, Page, Rejected
from scrapers.bylines import plain
from scrapers.claims import chosen
from scrapers.decode import decode
from scrapers.draft import Draft, authors, dates, read_draft
from scrapers.genre import Clues, genre_of
from scrapers.metadata import Metadata
from scrapers.paywall import is_whole
from scrapers.quotes import find_quotations
from scrapers.rights import excerpt, signal
from scrapers.urls import canonicalize
from scrapers.verdicts import gallery, listing, why_no_article
from scrapers.visible import lines_under_headline

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_LOOKS_LIKE_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)", re.I | re.S
)
_LEAST_TEASER = 40  # characters; where less is free, the head's description stands for it


def extract(page: Page, link: Link, book: SourceBook) -> Article | Rejected:
    """The article on a page. Expected failures are Rejected; dates it lacks come from `link` last.

    Book gives the host's outlet: its name, country, and the zone for times without an offset.
    """
    refusal = _refused(page)
    if refusal is not None:
        return refusal
    address = page.final_url or page.url
    outlet = book.outlet_of_host(urlsplit(address).hostname or "")
    draft = read_draft(decode(page.body, page.headers), address, outlet, public_only=True)
    if draft is None:
        return Rejected(url=page.url, outcome=Outcome.BROKEN, detail="no HTML could be parsed")
    withheld = bool(page.rights) or (draft.meta.free is False and len(draft.text) < _LEAST_TEASER)
    if withheld:
        draft = replace(draft, text=_teaser(draft.meta, draft.title))
    reason = _why_no_article(draft, address, withheld=withheld)
    if reason:
        return Rejected(url=page.url, outcome=Outcome.NOT_ARTICLE, detail=reason)
    try:
        url = canonicalize(draft.meta.canonical or address)
    except ValueError as error:
        return Rejected(url=page.url, outcome=Outcome.BROKEN, detail=str(error))
    return _article(draft, page, link, _Place(url, outlet, book))


def extract_fields(html: str, url: str) -> dict[str, object]:
    """title, authors, date (datetime, or a day as date) and text of any page, article or not."""
    draft = read_draft(html, url)
    if draft is None:
        return {"title": None, "authors": [], "date": None, "text": ""}
    claim = chosen(dates(draft))
    moment = claim.moment.date() if claim and claim.day_only else claim and claim.moment
    return {
        "title": draft.title or None,
        "authors": list(authors(draft)),
        "date": moment,
        "text": draft.text,
    }


@dataclass(frozen=True, slots=True)
class _Place:
    url: str
    outlet: Outlet | None
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


def _why_no_article(draft: Draft, url: str, *, withheld: bool) -> str:
    if withheld and not (draft.meta.is_article or draft.meta.dates):
        return "its text is withheld, and its head does not say that it is an article"
    if withheld:
        return ""
    reason = why_no_article(draft.tree, draft.meta, draft.text, url)
    reason = reason or listing(draft.meta, draft.text, url, draft.headlines)
    return reason or gallery(draft.meta, draft.text, url, draft.pictures)


def _article(draft: Draft, page: Page, link: Link, place: _Place) -> Article:
    claims = dates(draft, page.fetched_at, link.published_at)
    claim = chosen(claims)
    rights = page.rights or signal(page.headers, draft.meta.metas)
    title = draft.title or plain(link.title, 300)
    text = excerpt(draft.text) if rights else draft.text
    outlet, note = place.outlet, draft.note
    genre, genre_evidence = genre_of(_clues(draft))
    return Article(
        url=place.url,
        title=title,
        text=text,
        language=draft.language,
        host=outlet.code if outlet else place.host,
        host_name=outlet.name if outlet else place.host,
        country=outlet.country if outlet else "",
        authors=authors(draft),
        published_at=claim.moment if claim else None,
        published_day_only=bool(claim and claim.day_only),
        published_source=claim.source if claim else "",
        date_claims=claims,
        complete=not rights and _complete(draft),
        live=draft.live,
        original_outlet=_known_name(note.outlet, place.book) if note else "",
        original_day=note.day if note else None,
        republication_note=note.note if note else "",
        original_url=draft.meta.elsewhere,
        quotations=find_quotations(title, text, draft.blocks, draft.language),
        fictional=bool(outlet and outlet.fictional),
        genre=genre,
        genre_evidence=genre_evidence,
        rights=rights,
    )


def _clues(draft: Draft) -> Clues:
    lines = (*draft.meta.authors, *lines_under_headline(draft.tree))
    return Clues(
        meta=draft.meta, url=draft.url, text=draft.text, kickers=draft.kickers, bylines=lines
    )


def _teaser(meta: Metadata, title: str) -> str:
    """What a page's head tells of its text, where the text itself is withheld."""
    for name in ("description", "og:description", "twitter:description"):
        for content in meta.metas.get(name, []):
            if teaser := plain(content, 300):
                return teaser
    return title


def _complete(draft: Draft) -> bool:
    if draft.meta.free is False or draft.teaser:
        return False
    return is_whole(draft.text, draft.meta.word_count) or _unspaced(draft)


def _unspaced(draft: Draft) -> bool:
    return draft.language in ("zh", "ja", "th", "ko")


def _known_name(name: str, book: SourceBook) -> str:
    """The book's name for an outlet that a note calls by an alias."""
    known = book.outlet_named(name)
    return known.name if known else name
