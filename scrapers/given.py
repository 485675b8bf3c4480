"""Articles that a source hands over as text: no page of their host's is fetched or parsed.

`page_of` writes one as a page (JSON of our own content type), so that it is archived, stored and
extracted like any other; `article_of` reads it again. Guardian and imported corpora use it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from framewatch.facts import SourceBook
from framewatch.story import Article, DateClaim, Genre, Link, Outcome, Outlet, Page, Rejected
from scrapers.bylines import clean_authors, one_line, plain
from scrapers.claims import OF_LINK, chosen, settled
from scrapers.dates import url_day
from scrapers.genre import Clues, genre_of, label_of
from scrapers.language import language_of
from scrapers.metadata import Metadata
from scrapers.paywall import before_teaser_end
from scrapers.quotes import find_quotations
from scrapers.republication import take_note
from scrapers.urls import canonicalize
from scrapers.visible import people_only

CONTENT_TYPE = "application/vnd.framewatch.article+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An article as a source gives it; nothing is cleaned yet."""

    __pydantic_config__ = {"extra": "forbid"}
    url: str
    title: str
    text: str  # paragraphs separated by one newline
    via: str  # who gives it: "guardian", "import"
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  # aware; midnight where only the day is known
    published_day_only: bool = False
    language: str = ""  # as declared; detected where empty
    section: str = ""  # as the outlet names it
    kind: str = ""  # a label of its genre: "opinion", "analysis", "news"
    outlet_name: str = ""  # for a host that scrapers/sources.toml does not know
    live: bool = False  # a live blog

    def __post_init__(self) -> None:
        if self.published_at is not None and self.published_at.tzinfo is None:
            raise ValueError(f"{self.published_at}: a date of publication needs a time zone")


_SHAPE = TypeAdapter(Given)


def page_of(given: Given, fetched_at: datetime) -> Page:
    """A page with the article as its body; fetched_at: when the source handed it over."""
    return Page(
        url=given.url,
        final_url=given.url,
        status=200,
        headers={"content-type": CONTENT_TYPE},
        # "replace": half a surrogate pair, which JSON can hold and UTF-8 cannot.
        body=json.dumps(asdict(given), ensure_ascii=False, default=datetime.isoformat).encode(
            "utf-8", "replace"
        ),
        fetched_at=fetched_at,
        via=given.via,
    )


def is_given(page: Page) -> bool:
    """Whether a page was made by `page_of`."""
    return page.headers.get("content-type", "").partition(";")[0].strip() == CONTENT_TYPE


def article_of(page: Page, link: Link, book: SourceBook) -> Article | Rejected:
    """The article that was given. What it lacks is told as scrapers.extract tells it of a page."""
    try:
        given = _SHAPE.validate_json(page.body, strict=True)
        url = canonicalize(given.url)
    except (ValidationError, ValueError) as error:
        return Rejected(url=page.url, outcome=Outcome.BROKEN, detail=_fault(error))
    text = paragraphs(given.text)
    if not text:
        return Rejected(url=page.url, outcome=Outcome.NOT_ARTICLE, detail="given without a text")
    return _article(given, text, url, page, link, book)


def paragraphs(text: str) -> str:
    """One paragraph a line, without empty lines and invisible characters."""
    lines = (one_line(line, len(line)) for line in text.splitlines())
    return "\n".join(filter(None, lines))


def _article(
    given: Given, text: str, url: str, page: Page, link: Link, book: SourceBook
) -> Article:
    language = language_of(text, given.language)
    text, note = take_note(text, language)
    text, teaser = before_teaser_end(text)
    title = plain(given.title) or plain(link.title, 300)
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    outlet = book.outlet_of_host(host)
    known = book.outlet_named(note.outlet) if note else None
    claims = _dates(given, url, page, link)
    claim = chosen(claims)
    genre, genre_evidence = _genre(given, title, text, url)
    return Article(
        url=url,
        title=title,
        text=text,
        language=language,
        host=outlet.code if outlet else host,
        host_name=outlet.name if outlet else plain(given.outlet_name, 200) or host,
        country=outlet.country if outlet else "",
        authors=_authors(given, outlet),
        published_at=claim.moment if claim else None,
        published_day_only=bool(claim and claim.day_only),
        published_source=claim.source if claim else "",
        date_claims=claims,
        complete=not teaser,
        live=given.live,
        original_outlet=known.name if known else note.outlet if note else "",
        original_day=note.day if note else None,
        republication_note=note.note if note else "",
        quotations=find_quotations(title, text, (), language),
        fictional=bool(outlet and outlet.fictional),
        genre=genre,
        genre_evidence=genre_evidence,
    )


def _dates(given: Given, url: str, page: Page, link: Link) -> tuple[DateClaim, ...]:
    claims = [] if (in_url := url_day(url)) is None else [in_url]
    if given.published_at is not None:
        claims.insert(0, DateClaim(given.published_at, given.published_day_only, given.via))
    if link.published_at is not None and link.published_at != given.published_at:
        claims.append(DateClaim(link.published_at, False, OF_LINK))
    return settled(claims, page.fetched_at)


def _genre(given: Given, title: str, text: str, url: str) -> tuple[Genre, str]:
    """What the source says, even that it is news; else what section, address and headline say."""
    said = one_line(given.kind, 60)
    if said.casefold() in set(Genre):
        return Genre(said.casefold()), f"{given.via}: {said}"
    if genre := label_of(said):
        return genre, f"{given.via}: {said}"
    meta = Metadata(article={"articleSection": given.section}, headlines=(title,))
    return genre_of(Clues(meta=meta, url=url, text=text, bylines=given.authors))


def _authors(given: Given, outlet: Outlet | None) -> tuple[str, ...]:
    """People before organisations, as scrapers.draft has it."""
    names = clean_authors(given.authors)
    sites = (outlet.name, *outlet.aliases) if outlet else (given.outlet_name,)
    return people_only(names, sites) or names


def _fault(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "body"
        return f"not an article as given: {place}: {first['msg']}"[:500]
    return str(error)[:500]
