"""What is cut from a page before its text is read: all that stands in an article but is not it.

Scripts, what no reader sees, other people's posts, captions, pull quotes (they repeat the text),
newsletter boxes, and list items that are nothing but a link. Corrections stay: they are the
outlet's own words about its article, and a correction added later shows as a new version.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scrapers.bylines import plain

_NEVER = (
    ".//script[not(contains(@type, 'json'))]|.//style|.//noscript|.//svg|.//template|.//iframe"
    "|.//figcaption"
)
_EMBED = re.compile(
    r"twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|fb-post|mastodon-embed|reddit-embed|"
    r"reddit-card|text-post-media"
)
_PULL_QUOTE = re.compile(r"pull-?_?quote", re.IGNORECASE)
_CAPTION = re.compile(r"(?:^|[\s_-])caption(?:$|[\s_-])", re.I)
_NEWSLETTER = re.compile(r"newsletter", re.IGNORECASE)
_UNSEEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_BOX = 900  # characters; a longer block is no box, whatever its class says
_HELD_BACK = ".//h1|.//article|.//*[@itemprop='articleBody']|.//main"
_MAX_SELECTORS = 10


def prune(tree: Any) -> None:
    """Take out what is never the article's own prose. Changes the tree."""
    doomed = tree.xpath(_NEVER)
    doomed += [
        element
        for element in tree.iter(
            "div", "p", "span", "section", "aside", "blockquote", "figure", "form", "li", "dialog"
        )
        if _cut(element)
    ]
    doomed += [item for item in tree.xpath(".//li|.//p|.//h3|.//h4") if _only_a_link(item)]
    drop(doomed)


def drop(elements: Iterable[Any]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def sold(tree: Any, selectors: Iterable[str]) -> list[Any]:
    """The elements a publisher marks as not free (schema.org `hasPart.cssSelector`).

    Selectors that cannot be read are left out, and so is what holds the headline.
    """
    from cssselect import GenericTranslator, SelectorError

    found: list[Any] = []
    for selector in list(selectors)[:_MAX_SELECTORS]:
        try:
            path = GenericTranslator().css_to_xpath(selector[:200])
        except SelectorError:
            continue
        found += [e for e in tree.xpath(path) if e.find(".//h1") is None]
    return found


def _cut(element: Any) -> bool:
    if element.get("hidden") is not None or _UNSEEN.search(element.get("style") or ""):
        # What holds the headline or the article waits for a script to show it.
        return not element.xpath(_HELD_BACK)
    name = element.get("class") or ""
    if not name:
        return False
    if element.tag == "blockquote" and _EMBED.search(name):
        return True
    boxed = _PULL_QUOTE.search(name) or _CAPTION.search(name) or _NEWSLETTER.search(name)
    return bool(boxed) and _at_most(element, _BOX)


def _at_most(element: Any, characters: int) -> bool:
    for text in _texts(element):
        characters -= len(text)
        if characters < 0:
            return False
    return True


def _texts(element: Any) -> Iterator[str]:
    return (text.strip() for text in element.itertext())


def _only_a_link(element: Any) -> bool:
    links = element.findall(".//a")
    if not 1 <= len(links) <= 3 or element.find(".//p") is not None:
        return False
    text = plain("".join(element.itertext()), 400)
    linked = plain(" ".join("".join(link.itertext()) for link in links), 400)
    return len(linked) >= 0.9 * len(text) and not re.search(r"[.!?。！？]['\"”’»]*$", text)
