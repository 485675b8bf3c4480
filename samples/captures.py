"""Everything the archive holds, as captures: pages, odd pages, feeds, sitemaps, robots files."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from types import SimpleNamespace

from samples.pages import (
    FICTIONAL,
    SITES,
    TEMPLATES,
    Capture,
    captured_at,
    page_of,
    printed,
    summary_of,
    url_of,
)
from samples.texts import OUTLETS, Text

START = datetime(2025, 1, 20, 0, 30, tzinfo=UTC)
END = datetime(2025, 3, 31, 1, 0, tzinfo=UTC)
EARLY = (datetime(2025, 1, 31, 1, 0, tzinfo=UTC), datetime(2025, 2, 28, 1, 0, tzinfo=UTC))

REDIRECT = "https://www.harbourledger.example/go/deepseek-ban"  # → the text "h6"
AMP_ID, REDIRECT_ID = "c2", "h6"
LISTINGS = {"harbourledger": "/topics/deepseek/", "pearlquay": "/tag/deepseek"}
FEED_PATHS = {
    "harbourledger": "/feed/",
    "southernlantern": "/atom.xml",
    "wattlewire": "/rss",
    "eastgate": "/publications.xml",
    "copperline": "/rss/all.xml",
    "quillfeather": "/feed.atom",
    "pearlquay": "/rss/tech",
    "lanqiao": "/atom.xml",
    "qingyu": "/rss.xml",
    "aldwark": "/technology/rss",
}
_XML = "application/xml; charset=utf-8"


def all_captures(texts: list[Text]) -> list[Capture]:
    """In the order in which a crawler would have made them."""
    found = [
        *(_robots(code) for code in SITES),
        *(_of_text(text, texts) for text in texts),
        *_twins(texts),
        *(_listing(code, path, texts) for code, path in LISTINGS.items()),
        *(capture for code in SITES for capture in _indexes(code, texts)),
    ]
    return sorted(found, key=lambda capture: (capture.at, capture.url))


def amp_url(text: Text) -> str:
    return f"{url_of(text)}/amp"


def _of_text(text: Text, texts: list[Text]) -> Capture:
    url, at = url_of(text), captured_at(text)
    if text.kind in ("gone", "consent") or text.facts.get("style") == "error":
        return _bare(text)
    page = page_of(text, _related(text, texts))
    if text.facts.get("style") == "truncated":
        whole = len(page)
        page = page[: page.index(b"<html") + 9] + b"\x00\xff\xfe\x8f\xc3("
        headers = {"Content-Length": str(whole)}
        return Capture(url=url, at=at, body=page, headers=headers, truncated=True)
    return _served(text, page)


def _served(text: Text, page: bytes) -> Capture:
    site = SITES[text.outlet.code]
    headers = {}
    if site.get("etag"):
        headers["ETag"] = f'"{sha256(page).hexdigest()[:16]}"'
    if site.get("modified"):
        headers["Last-Modified"] = format_datetime(text.published.astimezone(UTC), usegmt=True)
    if site.get("gzip"):
        headers["Content-Encoding"] = "gzip"
        page = gzip.compress(page, 0, mtime=0)  # stored, not deflated: the same on every zlib
    # a site in another charset says so in the page alone, as many do
    media = "text/html" if "charset" in site else "text/html; charset=utf-8"
    return Capture(
        url=url_of(text), at=captured_at(text), body=page, media_type=media, headers=headers
    )


def _bare(text: Text) -> Capture:
    titles = {"gone": "Page not found", "consent": "Before you continue"}
    status = {"gone": "404 Not Found", "consent": "200 OK"}
    page = TEMPLATES.get_template("bare.html").render(
        title=titles.get(text.kind, "Internal server error"),
        lines=[block.text for block in text.blocks],
    )
    return Capture(
        url=url_of(text),
        at=captured_at(text),
        body=page.encode(),
        status=status.get(text.kind, "500 Internal Server Error"),
    )


def _related(text: Text, texts: list[Text]) -> list[tuple[str, str]]:
    """Headlines in the box beside an article: its outlet's latest; other subjects off topic."""
    if "related" in text.facts:
        return [(text.facts["related"], "/2025/03/26/an-update-arrives-and-nobody-sells/")]
    if text.kind == "off_topic":
        return [("Weather for the weekend", "/weather/weekend"), ("Crossword", "/crossword")]
    own = [t for t in texts if t.outlet == text.outlet and t.published < text.published]
    return [(printed(t, t.title), url_of(t)) for t in own[-3:]]


def _twins(texts: list[Text]) -> Iterator[Capture]:
    by_id = {text.facts.get("id"): text for text in texts}
    amp, moved = by_id[AMP_ID], by_id[REDIRECT_ID]
    at = captured_at(amp) + timedelta(minutes=3)
    yield Capture(url=amp_url(amp), at=at, body=page_of(amp, [], "amp"))
    body = TEMPLATES.get_template("bare.html").render(title="Moved", lines=[url_of(moved)])
    yield Capture(
        url=REDIRECT,
        at=captured_at(moved) + timedelta(minutes=2),
        body=body.encode(),
        status="301 Moved Permanently",
        headers={"Location": url_of(moved)},
    )


def _listing(code: str, path: str, texts: list[Text]) -> Capture:
    page = TEMPLATES.get_template("listing.html").render(
        title="DeepSeek",
        outlet=OUTLETS[code].name,
        items=_items(code, texts, END)[:12],
        collection="jsonld" in SITES[code] and "date" not in SITES[code],
    )
    at = datetime(2025, 3, 28, 3, 0, tzinfo=UTC)
    return Capture(url=f"https://{SITES[code]['host']}{path}", at=at, body=page.encode())


def _robots(code: str) -> Capture:
    url = f"https://{SITES[code]['host']}/robots.txt"
    rules = SITES[code].get("robots")
    if rules is None:
        page = TEMPLATES.get_template("bare.html").render(title="Not found", lines=[])
        return Capture(url=url, at=START, body=page.encode(), status="404 Not Found")
    text = f"# {FICTIONAL}\n{rules}"
    return Capture(url=url, at=START, body=text.encode(), media_type="text/plain")


def _items(code: str, texts: list[Text], at: datetime) -> list[SimpleNamespace]:
    """What the outlet's own indexes list at a time, newest first."""
    own = [text for text in texts if text.outlet.code == code and text.published < at]
    return [
        SimpleNamespace(
            url=url_of(text),
            title=printed(text, text.title),
            summary=summary_of(text),
            authors=text.authors,
            published=text.published,
            undated=text.kind == "undated",
        )
        for text in reversed(own)
    ]


def _indexes(code: str, texts: list[Text]) -> Iterator[Capture]:
    site = SITES[code]
    kind = site.get("feed", "")
    kinds = [(kind.removesuffix("-gaps"), FEED_PATHS[code])] if kind else []
    kinds += [("sitemap", site["sitemap"])] if "sitemap" in site else []
    for at in (*(EARLY if site.get("early") else ()), END):
        for template, path in kinds:
            xml = TEMPLATES.get_template(f"{template}.xml").render(
                outlet=OUTLETS[code],
                site=site,
                items=_items(code, texts, at),
                gaps=kind == "rss-gaps",
                updated=at,
            )
            url = f"https://{site['host']}{path}"
            yield Capture(url=url, at=at, body=xml.encode(), media_type=_media_type(template))


def _media_type(template: str) -> str:
    kinds = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
    return f"{kinds[template]}; charset=utf-8" if template in kinds else _XML
