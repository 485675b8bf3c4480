"""What a page says of itself in its head: JSON-LD, OpenGraph, meta names, canonical link.

Order of trust for dates: JSON-LD, OpenGraph, meta names, <time>, the address (day only). Every
candidate is kept with its source, and dates of modification apart (scrapers.claims chooses).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from scrapers.body import parse_tree
from scrapers.bylines import agreed_title, clean_authors, clean_title, plain
from scrapers.dates import DateClaim, read_date, url_day
from scrapers.jsonld import Node, is_article, read_json_ld, types
from scrapers.paywall import is_free
from scrapers.urls import named_elsewhere, plausible_canonical

_OPENGRAPH_DATES = ("article:published_time", "og:article:published_time", "og:published_time")
_META_DATES = (
    "date pubdate parsely-pub-date dc.date dc.date.issued dcterms.date dcterms.created "
    "publish-date publishdate publication_date datepublished article.published "
    "cxenseparse:recs:publishtime sailthru.date citation_publication_date"
).split()
_MODIFIED = ("article:modified_time", "og:updated_time")
_CHANGED = re.compile(r"modif|updat|edited|revis", re.IGNORECASE)
_AUTHOR_NAMES = ("author", "parsely-author", "sailthru.author", "dc.creator", "article:author")
_MAX_METAS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's own claims; empty where it makes none."""

    title: str = ""
    authors: tuple[str, ...] = ()
    dates: tuple[DateClaim, ...] = ()  # most trusted first
    modified: tuple[DateClaim, ...] = ()  # when the page was changed
    site_names: tuple[str, ...] = ()
    canonical: str = ""  # declared and plausible
    elsewhere: str = ""  # declared, and on another publisher's host: where it stood first
    language: str = ""  # as declared, "" if not
    free: bool | None = None  # isAccessibleForFree
    is_article: bool = False  # says so in JSON-LD or OpenGraph
    kinds: frozenset[str] = field(default_factory=frozenset)  # JSON-LD types
    word_count: int = 0
    article_body: str = ""
    metas: Mapping[str, list[str]] = field(default_factory=dict)  # by lower-case name
    article: Node = field(default_factory=dict)  # its own node in JSON-LD
    headlines: tuple[str, ...] = ()  # as printed: JSON-LD, OpenGraph, <h1>, <title>


@dataclass(frozen=True, slots=True)
class _Head:
    tree: Any
    metas: dict[str, list[str]]  # by lower-case name or property
    nodes: list[Node]
    article: Node
    url: str


def read_metadata(html: str, url: str, zone: ZoneInfo | None = None) -> Metadata:
    """Everything the head of a page claims. `zone` reads times without an offset. Never raises."""
    tree = parse_tree(html)
    return Metadata() if tree is None else metadata_of(tree, url, zone)


def metadata_of(tree: Any, url: str, zone: ZoneInfo | None = None) -> Metadata:
    """The same of a page that is parsed already; leaves the tree as it is."""
    head = _head(tree, url)
    names = _site_names(head)
    kinds = frozenset(kind for node in head.nodes for kind in types(node))
    return Metadata(
        title=_title(head, names),
        authors=_authors(head),
        dates=tuple(_dates(head, zone)),
        modified=tuple(_modified(head, zone)),
        site_names=names,
        canonical=_canonical(head),
        elsewhere=next(filter(None, (named_elsewhere(url, to) for to in _declared(head))), ""),
        language=_language(head),
        free=is_free(head.article),
        is_article=bool(head.article) or "article" in head.metas.get("og:type", []),
        kinds=kinds,
        word_count=_integer(head.article.get("wordCount")),
        article_body=_text(head.article.get("articleBody")),
        metas=head.metas,
        article=head.article,
        headlines=_headlines(head),
    )


def _head(tree: Any, url: str) -> _Head:
    metas: dict[str, list[str]] = {}
    for tag in islice(tree.iter("meta"), _MAX_METAS):
        for key in ("property", "name", "itemprop", "http-equiv"):
            name, content = tag.get(key, "").lower(), tag.get("content", "").strip()
            if name and content:
                metas.setdefault(name, []).append(content)
    scripts = (
        tag.text or ""
        for tag in islice(tree.iter("script"), _MAX_METAS)
        if "ld+json" in tag.get("type", "").lower()
    )
    nodes = read_json_ld(scripts)
    return _Head(tree, metas, nodes, _own_article(nodes, url), url)


def _own_article(nodes: list[Node], url: str) -> Node:
    """The article node that names this page; else the first with a headline; else the first."""
    articles = [node for node in nodes if is_article(node)]
    path = url.split("?")[0].rstrip("/")
    for node in articles:
        page = node.get("mainEntityOfPage")
        places = [node.get("url"), node.get("@id"), page]
        places += [page.get("@id"), page.get("url")] if isinstance(page, dict) else []
        if any(isinstance(p, str) and p.split("?")[0].rstrip("/") == path for p in places):
            return node
    return next((n for n in articles if n.get("headline")), articles[0] if articles else {})


def _title(head: _Head, names: tuple[str, ...]) -> str:
    """The headline of which JSON-LD, OpenGraph, <h1> and <title> bear witness."""
    declared = clean_title(_text(head.article.get("headline")), names)
    shared = clean_title((head.metas.get("og:title") or [""])[0], names)
    h1s = [
        _shown(tag)
        for tag in islice(head.tree.iter("h1"), 20)
        if next(tag.iterancestors("nav"), None) is None  # there it is a breadcrumb
    ]
    shown = next((h1 for h1 in h1s if h1 in (declared, shared)), h1s[0] if h1s else "")
    tab = clean_title(_first(head.tree, "title"), names)
    shown = shown or _in_second_rank(head, {declared, shared, tab})
    return agreed_title(declared, shared, shown, tab)


def _in_second_rank(head: _Head, titles: set[str]) -> str:
    """Where no <h1> shows a headline: the title that an <h2>, or an element in it, shows whole."""
    for tag in islice(head.tree.iter("h2"), 40):
        for part in islice(tag.iter(), 7):
            if (text := _shown(part)) and text in titles:
                return text
    return ""


def _headlines(head: _Head) -> tuple[str, ...]:
    printed = [_text(head.article.get("headline")), *head.metas.get("og:title", [])[:1]]
    printed += [_first(head.tree, name) for name in ("h1", "title")]
    return tuple(dict.fromkeys(filter(None, map(plain, printed))))


def _first(tree: Any, name: str) -> str:
    return next(map(_shown, tree.iter(name)), "")


def _shown(tag: Any) -> str:
    """Its text, elements set apart: a kicker in a <span> of its own is a word of its own."""
    return plain(" ".join(islice(tag.itertext(), 100)))


def _authors(head: _Head) -> tuple[str, ...]:
    by_id = {node["@id"]: node for node in head.nodes if isinstance(node.get("@id"), str)}
    found = clean_authors(_names(head.article.get("author") or head.article.get("creator"), by_id))
    for name in _AUTHOR_NAMES:
        found = found or clean_authors(head.metas.get(name, []))
    return found


def _names(value: Any, by_id: dict[str, Node], depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < 4:
        for item in value[:50]:
            yield from _names(item, by_id, depth + 1)
    elif isinstance(value, dict):
        node = value if value.get("name") else by_id.get(str(value.get("@id")), value)
        parts = [_text(node.get(key)) for key in ("givenName", "familyName")]
        yield from _names(node.get("name") or " ".join(parts).strip(), by_id, 4)


def _dates(head: _Head, zone: ZoneInfo | None) -> Iterator[DateClaim]:
    claims = [read_date(_text(head.article.get("datePublished")), "json-ld", zone)]
    claims += [
        read_date(text, source, zone)
        for source, names in (("opengraph", _OPENGRAPH_DATES), ("meta", _META_DATES))
        for name in names
        for text in head.metas.get(name, [])[:1]
    ]
    shown = [tag for tag in islice(head.tree.iter("time"), 20) if not _is_change(tag)]
    claims += [read_date(tag.get("datetime") or _shown(tag), "time", zone) for tag in shown[:1]]
    claims.append(url_day(head.url))
    return (claim for claim in claims if claim)


def _modified(head: _Head, zone: ZoneInfo | None) -> Iterator[DateClaim]:
    claims = [read_date(_text(head.article.get("dateModified")), "json-ld modified", zone)]
    claims += [
        read_date(text, "opengraph modified", zone)
        for name in _MODIFIED
        for text in head.metas.get(name, [])[:1]
    ]
    return (claim for claim in claims if claim)


def _is_change(tag: Any) -> bool:
    return any(_CHANGED.search(tag.get(name, "")) for name in ("itemprop", "class"))


def _canonical(head: _Head) -> str:
    for href in _declared(head):
        return _plausible(head.url, href)
    return _plausible(head.url, (head.metas.get("og:url") or [""])[0])


def _declared(head: _Head) -> Iterator[str]:
    for tag in islice(head.tree.iter("link"), _MAX_METAS):
        if "canonical" in tag.get("rel", "").lower().split():
            yield tag.get("href", "")


def _plausible(url: str, href: str) -> str:
    try:
        declared = urljoin(url, href.strip())
    except ValueError:
        return ""
    return declared if href.strip() and plausible_canonical(url, declared) else ""


def _site_names(head: _Head) -> tuple[str, ...]:
    by_id = {node["@id"]: node for node in head.nodes if isinstance(node.get("@id"), str)}
    names = [*head.metas.get("og:site_name", []), *head.metas.get("application-name", [])]
    names += list(_names(head.article.get("publisher"), by_id))
    names += [_text(node.get("name")) for node in head.nodes if types(node) & {"WebSite"}]
    return tuple(dict.fromkeys(name for name in map(plain, names) if name))[:10]


def _language(head: _Head) -> str:
    declared = next((tag.get("lang", "") for tag in head.tree.iter("html")), "")
    declared = declared or _text(head.article.get("inLanguage"))
    declared = declared or next(iter(head.metas.get("og:locale", [])), "")
    return declared or next(iter(head.metas.get("content-language", [])), "")


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _integer(value: Any) -> int:
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return 0
