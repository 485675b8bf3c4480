"""Texts as web pages: each outlet's site has its own layout, metadata and habits (sites.toml)."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape

from framewatch.story import Genre
from samples.texts import FOLDER, Text

FICTIONAL = "Fictional sample page made for Framewatch; outlet, people and events are invented."
SITES: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "sites.toml").read_text("utf-8"))
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=select_autoescape(["html", "xml"]),
    keep_trailing_newline=True,
)
TEMPLATES.filters["rfc822"] = format_datetime
TEMPLATES.globals["fictional"] = FICTIONAL

GENRES = {
    "en": {Genre.OPINION: "Opinion", Genre.ANALYSIS: "Analysis", Genre.INTERVIEW: "Interview"},
    "zh": {Genre.OPINION: "评论", Genre.ANALYSIS: "分析", Genre.INTERVIEW: "专访"},
}
_MARKS = {
    "curly": str.maketrans("", ""),
    "straight": str.maketrans("“”‘’", "\"\"''"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One response as it goes into the archive."""

    url: str
    at: datetime
    body: bytes
    status: str = "200 OK"
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    truncated: bool = False


def url_of(text: Text) -> str:
    site = SITES[text.outlet.code]
    number = 1000 + digest(text.slug) % 9000
    form = site.get(f"{text.genre}_path", site["path"]) if _shows_genre(text) else site["path"]
    path = form.format(when=text.published, slug=text.slug, number=number)
    return f"https://{site['host']}{text.facts.get('path', path.lower())}"


def digest(text: str) -> int:
    """A number that only the text decides: stands for chance wherever the builder needs some."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def captured_at(text: Text) -> datetime:
    """Five minutes to twenty hours after publication."""
    delay = 300 + digest(url_of(text)) % (20 * 3600 - 300)
    return text.published + timedelta(seconds=delay)


def printed(text: Text, words: str) -> str:
    """Words with the quotation marks that the outlet prints."""
    style = SITES[text.outlet.code].get("quotes", "curly")
    if style != "single":
        return words.translate(_MARKS[style])
    inner = re.sub(r"‘([^‘’]*)’(?!\w)", "\x00\\1\x01", words)  # quotations within quotations
    return inner.translate(str.maketrans("“”\x00\x01", "‘’“”"))


def summary_of(text: Text) -> str:
    """The standfirst, or else the first paragraph: what feeds and metadata say of the article."""
    first = next(block.text for block in text.blocks if block.kind == "p")
    return printed(text, text.facts.get("standfirst") or re.sub(r"\*+", "", first))


def page_of(text: Text, related: list[tuple[str, str]], template: str = "") -> bytes:
    """The page's bytes, in the charset of the site."""
    site = SITES[text.outlet.code]
    charset = site.get("charset", "utf-8")
    template = template or site["layout"]
    html = TEMPLATES.get_template(f"{template}.html").render(
        page=_facts(text, related), site=site, charset=charset
    )
    return html.encode(charset)


def _facts(text: Text, related: list[tuple[str, str]]) -> SimpleNamespace:
    dated = text.kind != "undated"
    amp = text.facts.get("amp")
    return SimpleNamespace(
        title=printed(text, text.title),
        outlet=text.outlet.name,
        country=text.outlet.country,
        language=text.outlet.language,
        canonical=url_of(text),
        amphtml=f"{url_of(text)}/amp" if amp else "",
        summary=summary_of(text),
        authors=text.authors,
        when=text.published,
        iso=text.published.isoformat() if dated else "",
        blocks=[(block.kind, _html(printed(text, block.text))) for block in text.blocks],
        note=text.facts.get("note", ""),
        note_first=text.facts.get("note_at") == "top",
        paywalled=text.kind == "paywalled",
        related=related,
        ld=_ld(text) if dated else "",
        section=_label(text, "meta"),
        kicker=_label(text, "kicker"),
    )


def _shows_genre(text: Text) -> bool:
    return text.genre != Genre.NEWS and text.facts.get("cue") != "none"


def _label(text: Text, way: str) -> str:
    """The genre's name, if the site shows it in this way."""
    shown = _shows_genre(text) and SITES[text.outlet.code].get("genre") == way
    return GENRES[text.outlet.language][text.genre] if shown else ""


def _type(text: Text) -> str:
    if text.facts.get("style") == "live":
        return "LiveBlogPosting"
    return f"{_label(text, 'type')}NewsArticle"


def _html(words: str) -> Markup:
    marked = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(words)))
    return Markup(re.sub(r"\*(.+?)\*", r"<em>\1</em>", marked))


def _ld(text: Text) -> Markup:
    form = SITES[text.outlet.code].get("jsonld", "none")
    if form == "none":
        return Markup("")
    publisher = {"@type": "NewsMediaOrganization", "name": text.outlet.name}
    article: dict[str, Any] = {
        "@type": _type(text),
        "headline": printed(text, text.title),
        "mainEntityOfPage": url_of(text),
        "datePublished": text.published.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in text.authors],
        "publisher": publisher,
    }
    if section := _label(text, "section"):
        article["articleSection"] = section
    if text.kind == "paywalled":
        article["isAccessibleForFree"] = "False" if digest(text.slug) % 2 else False
    context = {"@context": "https://schema.org"}
    crumbs = {"@type": "BreadcrumbList", "itemListElement": []}
    shaped: Any = {
        "plain": {**context, **article},
        "list": [{**context, **crumbs}, {**context, **article}],
        "graph": {**context, "@graph": [publisher, {"@type": "WebSite"}, article]},
    }[form]
    # Markup, because a script's text is not escaped; "<" cannot end it early this way.
    return Markup(json.dumps(shaped, ensure_ascii=False).replace("<", "\\u003c"))
