"""How each outlet lays out an article: its head, its claims about the date, its furniture.

Between them they show what real pages do: a JSON-LD graph, a list of types, markup that is not
quite JSON, none at all; `name=` for `property=`; instants in UTC, in local time, or to the minute.
"""

import json
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

from standin.world import Habit, Story, World

_SUBSCRIBE = {
    "en": "Subscribe to read the rest of this article.",
    "zh": "订阅后可阅读全文。",
}
_NAV = {
    "en": ("Home", "World", "Business", "Technology", "Opinion"),
    "zh": ("首页", "国际", "财经", "科技", "评论"),
}


def _local(story: Story) -> datetime:
    return story.published.astimezone(story.outlet.zone)


def _free(story: Story) -> bool:
    return story.habit is not Habit.PAYWALLED


def _claims(story: Story, world: World, stamp: str) -> dict[str, Any]:
    """schema.org's account of the article, with the date as this outlet writes it."""
    claims: dict[str, Any] = {
        "@type": "OpinionNewsArticle" if story.opinion else "NewsArticle",
        "headline": story.title,
        "description": story.teaser,
        "inLanguage": story.outlet.language,
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": story.outlet.name},
        "mainEntityOfPage": world.url(story),
    }
    if story.habit is not Habit.UNDATED:
        claims |= {"datePublished": stamp, "dateModified": stamp}
    if not _free(story):
        part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
        claims |= {"isAccessibleForFree": "False", "hasPart": part}
    return claims


def _script(data: Any) -> str:
    inner = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{inner}</script>'


def _graph(story: Story, world: World) -> str:
    home = world.home(story.outlet)
    stamp = f"{story.published:%Y-%m-%dT%H:%M:%S+00:00}"
    page = {"@type": "WebPage", "@id": world.url(story), "url": world.url(story)}
    site = {"@type": "WebSite", "@id": f"{home}/#website", "name": story.outlet.name}
    nodes = [_claims(story, world, stamp), page, site]
    return _script({"@context": "https://schema.org", "@graph": nodes})


def _list_of_types(story: Story, world: World) -> str:
    claims = _claims(story, world, f"{story.published:%Y-%m-%dT%H:%M:%SZ}")
    claims["@type"] = [claims["@type"], "Article"]
    claims["author"] = ", ".join(story.authors)
    return _script([{"@context": "https://schema.org", **claims}])


def _not_quite_json(story: Story, world: World) -> str:
    """A raw line break within a string, as content systems let it through."""
    claims = _claims(story, world, _local(story).isoformat())
    claims["description"] = f"{story.teaser}@@{story.outlet.name}"
    return _script({"@context": "http://schema.org", **claims}).replace("@@", "\n")


def _wall_alone(story: Story, world: World) -> str:
    """A house without JSON-LD, but for the notice that search engines ask for."""
    if _free(story):
        return ""
    claims = _claims(story, world, _local(story).isoformat())
    return _script({"@context": "https://schema.org", **claims})


def _head(story: Story, world: World, key: str, stamp: str) -> str:
    """The metadata outside JSON-LD; key is the attribute that this house writes OpenGraph with."""
    home = f"{world.home(story.outlet)}/"
    canonical = home if story.habit is Habit.BAD_CANONICAL else world.url(story)
    metas = {
        "og:type": "article",
        "og:title": story.title,
        "og:description": story.teaser,
        "og:site_name": story.outlet.name,
        "og:url": canonical,
        "article:section": "Opinion" if story.opinion else "Technology",
    }
    if stamp and story.habit is not Habit.UNDATED:
        metas["article:published_time"] = stamp
    rows = [f'<meta {key}="{name}" content="{escape(text)}">' for name, text in metas.items()]
    if story.habit is Habit.RESERVED:
        rows.append('<meta name="tdm-reservation" content="1">')
    if story.habit is Habit.AMP_TWIN:
        rows.append(f'<link rel="amphtml" href="{world.url(story)}amp/">')
    return (
        f'<meta charset="utf-8"><title>{escape(story.title)} | {escape(story.outlet.name)}</title>'
        f'<meta name="description" content="{escape(story.teaser)}">'
        f'<link rel="canonical" href="{escape(canonical)}">' + "".join(rows)
    )


def _paragraphs(story: Story) -> str:
    shown = story.paragraphs if _free(story) else story.paragraphs[:1]
    text = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in shown)
    if _free(story):
        return text
    return f'{text}<div class="paywall"><p>{_SUBSCRIBE[story.outlet.language]}</p></div>'


def _byline(story: Story) -> str:
    if story.outlet.language == "zh":
        return f"记者：{'、'.join(story.authors)}"
    return f"By {' and '.join(story.authors)}"


def _time(story: Story, written: str) -> str:
    """The date that readers see; `datetime` with it. Nothing on undated pages."""
    if story.habit is Habit.UNDATED:
        return ""
    return f'<time datetime="{_local(story).isoformat()}">{_local(story).strftime(written)}</time>'


def _around(story: Story, head: str, article: str) -> str:
    """The page around an article: navigation, a box of other stories, the foot."""
    sections = _NAV[story.outlet.language]
    nav = "".join(f'<li><a href="/{n}/">{section}</a></li>' for n, section in enumerate(sections))
    name = escape(story.outlet.name)
    return (
        f'<!DOCTYPE html>\n<html lang="{story.outlet.language}"><head>{head}</head>\n<body>'
        f'<header><a href="/">{name}</a><nav><ul>{nav}</ul></nav></header>\n'
        f"<main>{article}</main>\n"
        f'<aside class="related"><h3>More</h3><ul>{nav}</ul></aside>'
        f'<footer><p>© {name}. <a href="/privacy">Privacy</a></p></footer></body></html>\n'
    )


def _herald(story: Story, world: World) -> str:
    head = _head(story, world, "property", f"{story.published:%Y-%m-%dT%H:%M:%S+00:00}")
    article = (
        f'<article class="post"><h1 class="entry-title">{escape(story.title)}</h1>'
        f'<p class="entry-meta"><span class="author vcard">{_byline(story)}</span> '
        f"{_time(story, '%B %d, %Y')}</p>"
        f'<div class="entry-content">{_paragraphs(story)}</div></article>'
    )
    return _around(story, head + _graph(story, world), article)


def _courier(story: Story, world: World) -> str:
    head = _head(story, world, "property", _local(story).isoformat())
    article = (
        f'<div class="story"><h1>{escape(story.title)}</h1>'
        f'<div class="byline">{_byline(story)}</div>'
        f'<div class="date">{_time(story, "%d %b %Y %H:%M")}</div>'
        f'<div class="story-body">{_paragraphs(story)}</div></div>'
    )
    return _around(story, head + _list_of_types(story, world), article)


def _wire(story: Story, world: World) -> str:
    stamp = f"{story.published:%Y-%m-%dT%H:%M:%SZ}"
    head = _head(story, world, "name", "")
    if story.habit is not Habit.UNDATED:
        head += f'<meta name="parsely-pub-date" content="{stamp}">'
    article = (
        f"<article><h1>{escape(story.title)}</h1>"
        f'<p class="byline">{_byline(story)}</p>{_paragraphs(story)}</article>'
    )
    return _around(story, head + _wall_alone(story, world), article)


def _tribune(story: Story, world: World) -> str:
    head = _head(story, world, "property", _local(story).isoformat())
    article = (
        f'<section itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">'
        f"{escape(story.title)}</h1><div>{_time(story, '%d %B %Y, %I:%M %p IST')} | "
        f'<span itemprop="author">{" and ".join(story.authors)}</span></div>'
        f'<div itemprop="articleBody">{_paragraphs(story)}</div></section>'
    )
    return _around(story, head + _not_quite_json(story, world), article)


def _quanbao(story: Story, world: World) -> str:
    head = _head(story, world, "property", _local(story).isoformat())
    seen = "" if story.habit is Habit.UNDATED else f"{_local(story):%Y-%m-%d %H:%M}"
    article = (
        f'<div class="detail"><h1>{escape(story.title)}</h1><div class="info">'
        f'<span class="pubtime">{seen}</span> '
        f'<span class="source">来源：{story.outlet.name}</span> '
        f'<span class="editor">{_byline(story)}</span></div>'
        f'<div class="content" id="content">{_paragraphs(story)}</div></div>'
    )
    return _around(story, head + _wall_alone(story, world), article)


def _sentinel(story: Story, world: World) -> str:
    stamp = f"{story.published:%Y-%m-%dT%H:%M:%S.000Z}"
    head = _head(story, world, "property", stamp)
    claims = _script({"@context": "https://schema.org", **_claims(story, world, stamp)})
    article = (
        f"<article><h1>{escape(story.title)}</h1><p>{escape(story.teaser)}</p>"
        f'<address aria-label="Contributor info"><a rel="author" href="/profile/1">'
        f"{' and '.join(story.authors)}</a></address>{_time(story, '%a %d %b %Y %H.%M %Z')}"
        f'<div class="article-body">{_paragraphs(story)}</div></article>'
    )
    return _around(story, head + claims, article)


def amp(story: Story, world: World) -> str:
    """The twin under AMP: the same text, with the canonical address of the other."""
    head = (
        f'<meta charset="utf-8"><script async src="https://cdn.ampproject.org/v0.js"></script>'
        f"<title>{escape(story.title)}</title>"
        f'<link rel="canonical" href="{escape(world.url(story))}">{_graph(story, world)}'
    )
    return (
        f'<!doctype html>\n<html amp lang="{story.outlet.language}"><head>{head}</head><body>'
        f"<article><h1>{escape(story.title)}</h1><p>{_byline(story)}</p>"
        f"{_time(story, '%d %B %Y')}{_paragraphs(story)}</article></body></html>\n"
    )


# The outlets' codes (standin.making) → how they lay out an article.
LAYOUTS: dict[str, Callable[[Story, World], str]] = {
    "herald": _herald,
    "courier": _courier,
    "wire": _wire,
    "tribune": _tribune,
    "quanbao": _quanbao,
    "sentinel": _sentinel,
}


def html_of(story: Story, world: World) -> str:
    """The story's page as its outlet lays it out, in UTF-8: what archives hold, too."""
    return LAYOUTS[story.outlet.code](story, world)
