"""The Guardian's Open Platform: full text, exact dates, back to 1999."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from framewatch.story import Answer, Link, Outcome, Page, Rejected, Source, Topic, Window
from scrapers.answers import failed, unusable
from scrapers.caller import (
    Caller,
    address_of,
    broken_off,
    instant,
    json_object,
    keyless,
    read,
    text_of,
    until_midnight,
    words,
)
from scrapers.card import Card
from scrapers.given import Given, page_of
from scrapers.halving import Capped, halved
from scrapers.web import Reply, Web, outcome_of_status

PAGE_SIZE = 200
MAX_PAGES = 100  # of one window; deeper paging is refused long before

# The SOURCES reference, section 7.1. The limits are what users report; 24 hours is said there to
# be general knowledge.
CARD = Card(
    title="Guardian Open Platform",
    gives="full text",
    by_day=True,
    reach=date(1999, 1, 1),
    key="a free developer key",
    limits="500 requests a day, 1 a second",
    terms="non-commercial; name the Guardian; texts are to be refreshed or deleted after 24 hours "
    "or on request",
    home="https://content.guardianapis.com",
    spacing=1.0,
    requests_per_day=1.0,
)

_FIELDS = (
    ("show-fields", "headline,byline,bodyText,body,lang"),
    ("show-tags", "contributor,tone"),
)
_WITHHELD = "Redistribution rights for this field are unavailable"
_KINDS = {  # the first that an article carries is what it is
    "tone/comment": "opinion",
    "tone/analysis": "analysis",
    "tone/interview": "interview",
    "tone/news": "news",
}
_BLOCKS = ("p", "h2", "h3", "h4", "li", "blockquote")
_BESIDE = ("figure", "aside", "iframe", "script", "style", "gu-atom", "table")


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The articles that match the query and were published in the window, text and all."""
    if not source.key:
        return keyless(source, window)
    caller = Caller(source, CARD, web, {"api-key": source.key})
    query = source.query or topic.query
    return caller.answer(window, halved(window, partial(_articles, caller, query)))


def fetch(source: Source, link: Link, web: Web) -> Page | Rejected:
    """One article again. Its site's own page is not read in its place: the text has its terms."""
    path = "/" + quote(unquote(urlsplit(link.url).path).strip("/"))
    caller = Caller(source, CARD, web, {"api-key": source.key})
    reply = caller.ask(path, _FIELDS)
    if isinstance(reply, Rejected):
        return replace(reply, url=link.url)
    body = json_object(reply)
    if reply.status != 200:
        return Rejected(
            url=link.url,
            outcome=outcome_of_status(reply.status),
            detail=f"status {reply.status}: {words(source, body)}".rstrip(": "),
            retry_after=reply.retry_after,
        )
    answer = (body or {}).get("response")
    content = answer.get("content") if isinstance(answer, dict) else None
    page = _page(content, link, reply.at) if isinstance(content, dict) else None
    no_text = Rejected(url=link.url, outcome=Outcome.NOT_ARTICLE, detail="given without a text")
    return page or no_text


def _articles(caller: Caller, query: str, window: Window) -> list[Link] | Capped[Link] | Answer:
    links: list[Link] = []
    number, pages = 1, 1
    while number <= min(pages, MAX_PAGES):
        reply = caller.ask("/search", _question(query, window, number))
        if isinstance(reply, Rejected):
            return broken_off(failed(caller.source, window, reply), links)
        if reply.status == 400:
            said = words(caller.source, json_object(reply))
            if "beyond the number of available pages" in said:
                return links
            if "does not support paging this far" in said:
                return Capped(links)
        answer = _read(caller, window, reply)
        if isinstance(answer, Answer):
            return broken_off(answer, links)
        results = answer["results"]
        links += [link for item in results if (link := _link(caller, item, window, reply.at))]
        pages = answer.get("pages", 1)
        number += 1
    return links if pages <= MAX_PAGES else Capped(links)


def _question(query: str, window: Window, page: int) -> list[tuple[str, str]]:
    """Both dates are inclusive there: what is published at the window's end is dropped here."""
    return [
        ("q", query),
        ("from-date", _iso(window.start)),
        ("to-date", _iso(window.end)),
        ("use-date", "published"),
        ("order-by", "oldest"),
        ("page", str(page)),
        ("page-size", str(PAGE_SIZE)),
        *_FIELDS,
    ]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(caller: Caller, window: Window, reply: Reply) -> dict[str, Any] | Answer:
    """The `response` of a search, with a list of results in it."""
    found = read(caller.source, window, reply)
    if isinstance(found, Answer):
        spent = reply.status == 429 and _day_spent(reply)
        return replace(found, retry_after=until_midnight(reply.at)) if spent else found
    answer = found.get("response")
    if not isinstance(answer, dict) or answer.get("status") != "ok":
        return unusable(caller.source, window, words(caller.source, found) or "not an answer")
    if not isinstance(answer.get("results"), list) or not isinstance(answer.get("pages", 1), int):
        return unusable(caller.source, window, "an answer without results")
    return answer


def _day_spent(reply: Reply) -> bool:
    return reply.headers.get("x-ratelimit-remaining-day", "").strip() == "0"


def _link(caller: Caller, item: Any, window: Window, at: datetime) -> Link | None:
    if not isinstance(item, dict) or not (found := address_of(item.get("webUrl"))):
        return None
    published = instant(item.get("webPublicationDate"))
    if published is None or published not in window:
        return None
    url, address = found
    link = Link(
        url=url,
        address=address,
        source=caller.source.name,
        title=text_of(item.get("webTitle")),
        published_at=published,
    )
    return replace(link, page=_page(item, link, at))


def _page(item: dict[str, Any], link: Link, at: datetime) -> Page | None:
    """The article as the Guardian hands it over; None without a text, or without the right to."""
    fields = item.get("fields")
    fields = fields if isinstance(fields, dict) else {}
    text = _paragraphs(text_of(fields.get("body"), 2_000_000)) or text_of(
        fields.get("bodyText"), 1_000_000
    )
    if not text.strip() or _WITHHELD in text:
        return None
    tags = [tag for tag in item.get("tags") or () if isinstance(tag, dict)]
    tones = {tag.get("id") for tag in tags if isinstance(tag.get("id"), str)}
    people = tuple(text_of(tag.get("webTitle")) for tag in tags if tag.get("type") == "contributor")
    byline = text_of(fields.get("byline"))
    given = Given(
        url=link.url,
        title=text_of(fields.get("headline")) or link.title,
        text=text,
        via="guardian",
        authors=tuple(filter(None, people)) or ((byline,) if byline else ()),
        published_at=instant(item.get("webPublicationDate")),
        language=text_of(fields.get("lang"), 20),
        section=text_of(item.get("sectionName"), 200),
        kind=next((kind for tone, kind in _KINDS.items() if tone in tones), ""),
        outlet_name="The Guardian",
        live=item.get("type") == "liveblog",
    )
    return page_of(given, at)


def _paragraphs(body: str) -> str:
    """The running text of a body's HTML, a paragraph a line; empty where it is not HTML."""
    if "<" not in body or _WITHHELD in body:
        return ""
    soup = BeautifulSoup(body, "lxml")
    for beside in soup.find_all(_BESIDE):
        beside.decompose()
    blocks = [tag for tag in soup.find_all(_BLOCKS) if isinstance(tag, Tag)]
    lines = [" ".join(tag.get_text().split()) for tag in blocks if not tag.find(_BLOCKS)]
    return "\n".join(filter(None, lines))
