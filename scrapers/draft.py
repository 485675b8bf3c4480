"""A page read, before anything is decided: tree → head → text → note, byline, dates, authors."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from framewatch.story import Outlet
from scrapers import sites
from scrapers.body import extract_text, parse_tree
from scrapers.bylines import clean_title, plain
from scrapers.claims import OF_LINK, chosen, settled
from scrapers.dates import DateClaim, day_claim
from scrapers.genre import kickers_of
from scrapers.language import language_of
from scrapers.liveblog import declared_posts, is_live
from scrapers.metadata import Metadata, metadata_of
from scrapers.paywall import before_teaser_end, sold_selectors
from scrapers.prune import drop, sold
from scrapers.quotes import block_quotes
from scrapers.republication import Republication, find_note, is_note, take_note
from scrapers.urls import registrable_domain
from scrapers.verdicts import captioned_pictures, linked_headlines
from scrapers.visible import people_only, visible_byline, xpath_authors

_LONGEST_NOTE = 400  # characters


@dataclass(frozen=True, slots=True)
class Draft:
    """What a page says of its article."""

    url: str  # the page's, not yet canonical
    tree: Any
    zone: ZoneInfo | None  # of the outlet, for times without an offset
    meta: Metadata
    title: str
    text: str
    note: Republication | None
    blocks: tuple[str, ...]
    language: str
    live: bool
    teaser: bool  # ends in a call to subscribe
    headlines: int  # linked ones, as listings have them
    pictures: int  # with captions, as galleries have them
    kickers: tuple[tuple[str, bool], ...]
    byline: tuple[tuple[str, ...], DateClaim | None]  # as a reader sees it


def read_draft(
    html: str, url: str, outlet: Outlet | None = None, *, public_only: bool = False
) -> Draft | None:
    """None where there is no HTML. public_only: leave out what the page marks as sold."""
    tree = parse_tree(html)
    if tree is None:
        return None
    sites.tidy(tree, url)
    zone = ZoneInfo(outlet.time_zone) if outlet else None
    meta = metadata_of(tree, url, zone)
    names = (outlet.name, *outlet.aliases) if outlet else ()
    title = clean_title(meta.title, [*meta.site_names, *_host_names(url), *names])
    # Counted before the text's extraction prunes them.
    seen = (tuple(block_quotes(tree)), linked_headlines(tree), captioned_pictures(tree))
    kickers = kickers_of(tree)
    if public_only and meta.free is False:
        drop(sold(tree, sold_selectors(meta.article)))
    text = _text(tree, title, meta)
    language = language_of(text, meta.language)
    text, note = take_note(text, language)
    note = note or find_note(tree, language)
    text, teaser = before_teaser_end(text)
    return Draft(
        url=url,
        tree=tree,
        zone=zone,
        meta=meta,
        title=title,
        text=text,
        note=note,
        blocks=seen[0],
        language=language,
        live=is_live(meta.article),
        teaser=teaser,
        headlines=seen[1],
        pictures=seen[2],
        kickers=kickers,
        byline=visible_byline(tree, language, zone),
    )


def _text(tree: Any, title: str, meta: Metadata) -> str:
    body = meta.article_body if meta.free is not False else ""  # what is sold is not taken
    posts = declared_posts(meta.article) if is_live(meta.article) else None
    return extract_text(tree, title, body, posts)


def dates(
    draft: Draft, fetched_at: datetime | None = None, said: datetime | None = None
) -> tuple[DateClaim, ...]:
    """Every date of the page, the chosen one first (scrapers.claims).

    htmldate is asked only where the page gives none; said: by the source of the link.
    """
    printed = draft.byline[1]
    claims = [*draft.meta.dates, *([printed] if printed else []), *draft.meta.modified]
    if chosen(settled(claims, fetched_at)) is None:
        found = _by_htmldate(draft.tree)
        if found and all(found != claim.moment.date() for claim in claims if claim.modified):
            claims.append(day_claim(found, "htmldate", draft.zone))
    if said is not None:
        claims.append(DateClaim(said, False, OF_LINK))
    return settled(claims, fetched_at)


def _by_htmldate(tree: Any) -> date | None:
    from htmldate import find_date

    notes = list(tree.iter("p", "em", "i", "aside", "small", "footer", "blockquote"))
    texts = ("".join(element.itertext()) for element in notes)
    drop(
        element
        for element, text in zip(notes, texts, strict=True)
        if len(text) <= _LONGEST_NOTE and is_note(plain(text, _LONGEST_NOTE))
    )
    found = find_date(tree, extensive_search=False, original_date=True)
    return date.fromisoformat(found) if found else None


def authors(draft: Draft) -> tuple[str, ...]:
    """People before organisations: a site's own name counts only where no person is named."""
    sites_names = [*draft.meta.site_names, *_host_names(draft.url)]
    people = people_only(draft.meta.authors, sites_names)
    if people:
        return people
    printed = people_only(draft.byline[0], sites_names)
    return printed or draft.meta.authors or xpath_authors(draft.tree)


def _host_names(url: str) -> list[str]:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return [host, registrable_domain(host).split(".")[0]] if "." in host else []
