"""A page whose text its publisher reserves: cut, before it is archived, to what it says of itself.

Kept are title, metas, canonical address, first heading and time, and of JSON-LD the bibliographic
keys, each cut to an excerpt. The result is a page from which title, date, outlet and teaser can be
extracted, and nothing more.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer

from framewatch.story import Page
from scrapers.decode import decode
from scrapers.jsonld import read_json_ld
from scrapers.metadata import read_metadata
from scrapers.rights import excerpt, signal

_READ = SoupStrainer(["html", "title", "meta", "link", "script", "h1", "time"])
_MARK = re.compile("tdm-reservation|noai", re.IGNORECASE)
_BIBLIOGRAPHIC = frozenset(
    "@context @graph @id @type alternativeHeadline articleSection author creator dateModified "
    "datePublished description familyName genre givenName headline inLanguage isAccessibleForFree "
    "isBasedOn mainEntity mainEntityOfPage name publisher url wordCount".split()
)
_MAX_TAGS = 300
_MAX_DEPTH = 8
_MAX_ITEMS = 20


def reservation(page: Page, site: str) -> str:
    """The reservation in force for a fetched page, empty if none; site: scrapers.rights'."""
    text = decode(page.body, page.headers)
    metas = read_metadata(text, page.final_url).metas if _MARK.search(text) else {}
    return signal(page.headers, metas, site, page.final_url)


def withheld(page: Page, rights: str) -> Page:
    """The page without its text, in UTF-8; rights is the signal that withholds it."""
    soup = BeautifulSoup(decode(page.body, page.headers), "lxml", parse_only=_READ)
    root = soup.find("html")
    language = str(root.get("lang") or "") if isinstance(root, Tag) else ""
    head = "".join((*_titles(soup, "title"), *_metas(soup), *_canonical(soup), *_json_ld(soup)))
    body = "".join((*_titles(soup, "h1"), *_times(soup)))
    html = (
        f'<!DOCTYPE html><html lang="{escape(language[:40])}"><head><meta charset="utf-8">'
        f"{head}</head><body>{body}</body></html>"
    )
    headers = {**page.headers, "content-type": "text/html; charset=utf-8"}
    return replace(page, body=html.encode("utf-8", "replace"), headers=headers, rights=rights)


def _titles(soup: BeautifulSoup, name: str) -> Iterator[str]:
    for tag in soup.find_all(name, limit=1):
        yield f"<{name}>{escape(excerpt(tag.get_text(' ', strip=True)))}</{name}>"


def _metas(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all("meta", limit=_MAX_TAGS):
        content = str(tag.get("content") or "").strip()
        for key in ("name", "property", "itemprop"):
            if content and (name := str(tag.get(key) or "")[:200]):
                yield f'<meta {key}="{escape(name)}" content="{escape(excerpt(content))}">'


def _canonical(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all("link", limit=_MAX_TAGS):
        rel, href = tag.get("rel") or "", str(tag.get("href") or "")
        if "canonical" in (rel if isinstance(rel, str) else " ".join(rel)).lower().split():
            yield f'<link rel="canonical" href="{escape(href[:4096])}">'
            return


def _times(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all("time", limit=1):
        stamp = str(tag.get("datetime") or "")[:100]
        yield f'<time datetime="{escape(stamp)}">{escape(tag.get_text()[:100])}</time>'


def _json_ld(soup: BeautifulSoup) -> Iterator[str]:
    scripts = (
        tag.get_text()
        for tag in soup.find_all("script", limit=_MAX_TAGS)
        if "ld+json" in str(tag.get("type") or "").lower()
    )
    nodes = [_bibliographic(node, 0) for node in read_json_ld(scripts)[:_MAX_ITEMS]]
    if nodes:
        listed = json.dumps(nodes).replace("<", "\\u003c")
        yield f'<script type="application/ld+json">{listed}</script>'


def _bibliographic(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return excerpt(value)
    if depth > _MAX_DEPTH or not isinstance(value, dict | list):
        return value if isinstance(value, int | float | bool) else None
    if isinstance(value, list):
        return [_bibliographic(item, depth + 1) for item in value[:_MAX_ITEMS]]
    kept = {key: item for key, item in value.items() if key in _BIBLIOGRAPHIC}
    return {key: _bibliographic(item, depth + 1) for key, item in kept.items()}
