"""Live blogs: every post, told from the first to the last.

Most are printed newest first. Posts are taken from JSON-LD (`liveBlogUpdate`) where their bodies
stand there, else from the elements marked as posts; the text before the first of them stays on top.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapers.bylines import one_line, plain
from scrapers.dates import read_date
from scrapers.gaps import letters
from scrapers.jsonld import Node, types

_LEAST = 2  # posts; one is an article
_MAX_POSTS = 2_000
_MAX_LINE = 20_000
_POST = re.compile(
    r"live-?_?blog[\w-]*(?:post|entry|update|item|block|card)|(?:^|\s)lb-post|"
    r"(?:ticker|live)[-_]{1,2}(?:entry|post|update|item)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Post:
    at: datetime | None
    lines: tuple[str, ...]


def is_live(article: Node) -> bool:
    return "LiveBlogPosting" in types(article)


def declared_posts(article: Node) -> list[Post]:
    """The posts in the blog's own JSON-LD; none where their bodies do not stand there."""
    updates = article.get("liveBlogUpdate")
    listed = updates if isinstance(updates, list) else []
    posts = [_declared(node) for node in listed[:_MAX_POSTS] if isinstance(node, dict)]
    return posts if len(posts) >= _LEAST and all(len(post.lines) > 0 for post in posts) else []


def shown_posts(tree: Any) -> list[Post]:
    """The posts that the page's mark-up sets apart (itemprop, or a class that says so)."""
    posts = [Post(_time(element), tuple(_lines(element))) for element in _elements(tree)]
    posts = [post for post in posts if post.lines]
    return posts if len(posts) >= _LEAST else []


def told(lines: list[str], posts: list[Post]) -> list[str]:
    """What stands above the posts, then the posts in the order they were written.

    Where one bears no time the page's order is kept.
    """
    keys = {letters(line) for post in posts for line in post.lines}
    first = next((n for n, line in enumerate(lines) if letters(line) in keys), len(lines))
    above = [line for line in lines[:first] if not any(letters(line) in key for key in keys)]
    moments = [post.at for post in posts if post.at]
    if len(moments) == len(posts):
        # Stable: of two posts of one minute the lower on a newest-first page is the earlier.
        newest_first = moments[0] > moments[-1]
        ranked = posts[::-1] if newest_first else posts
        posts = sorted(ranked, key=lambda post: post.at or datetime.min.replace(tzinfo=UTC))
    return [*above, *(line for post in posts for line in post.lines)]


def _declared(node: Node) -> Post:
    body = node.get("articleBody")
    headline = plain(str(node.get("headline") or ""), 300)
    lines = [plain(line, _MAX_LINE) for line in body.split("\n")] if isinstance(body, str) else []
    lines = [line for line in lines if line]
    if lines and headline and letters(headline) != letters(lines[0]):
        lines.insert(0, headline)
    return Post(_moment(str(node.get("datePublished") or "")), tuple(lines))


def _elements(tree: Any) -> Iterator[Any]:
    """Outermost elements that are posts."""
    from lxml import etree

    found = 0
    walk = etree.iterwalk(tree, events=("start",))
    for _, element in walk:
        if element.tag not in ("article", "section", "div", "li"):
            continue
        marked = element.get("itemprop") == "liveBlogUpdate"
        if marked or (
            _POST.search(element.get("class") or "") and element.find(".//time") is not None
        ):
            if element.xpath("count(.//time)") > 3:
                continue  # the list of posts, not a post
            walk.skip_subtree()
            found += 1
            yield element
        if found >= _MAX_POSTS:
            return


def _lines(element: Any) -> Iterator[str]:
    for part in element.iter("h2", "h3", "h4", "p", "li"):
        if part.tag == "li" and part.find(".//p") is not None:
            continue
        if text := one_line("".join(part.itertext()), _MAX_LINE):
            yield text


def _time(element: Any) -> datetime | None:
    found = element.find(".//time")
    return _moment(found.get("datetime") or "") if found is not None else None


def _moment(text: str) -> datetime | None:
    claim = read_date(text, "", None)
    return claim.moment if claim and not claim.day_only else None
