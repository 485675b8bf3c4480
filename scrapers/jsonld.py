"""schema.org JSON-LD as publishers write it: single objects, lists, `@graph`, and broken JSON.

Nothing here raises on hostile input: what is too large, too deep or unreadable is left out.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]

ARTICLE_TYPES = frozenset(
    "Article NewsArticle ReportageNewsArticle OpinionNewsArticle AnalysisNewsArticle "
    "BackgroundNewsArticle ReviewNewsArticle AdvertiserContentArticle BlogPosting "
    "LiveBlogPosting ScholarlyArticle TechArticle Report".split()
)
_MAX_SCRIPT = 1_000_000  # characters of one script; the largest real one seen had 200 000
_MAX_TOTAL = 2_000_000
_MAX_NODES = 5_000
_MAX_DEPTH = 8  # of the places where an article may stand
_BELOW = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")


def read_json_ld(scripts: Iterable[str]) -> list[Node]:
    """The nodes at which an article, its page or its people can stand, in document order."""
    nodes: list[Node] = []
    left = _MAX_TOTAL
    for script in scripts:
        left -= len(script)
        if len(script) > _MAX_SCRIPT or left < 0:
            continue
        nodes.extend(_nodes(_parsed(script)))
        if len(nodes) >= _MAX_NODES:
            break
    return nodes[:_MAX_NODES]


def types(node: Node) -> set[str]:
    """The names in `@type`, without the vocabulary's address."""
    names = node.get("@type")
    listed = names if isinstance(names, list) else [names]
    return {name.rsplit("/", 1)[-1] for name in listed if isinstance(name, str)}


def is_article(node: Node) -> bool:
    return bool(types(node) & ARTICLE_TYPES)


def _parsed(script: str) -> Any:
    text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)", "", script)
    text = re.sub(r"(?:-->|(?://)?\s*\]\]>)\s*$", "", text).strip().rstrip(";")
    for repair in (str, _repaired):
        try:
            return json.loads(repair(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _repaired(text: str) -> str:
    """Without block comments and trailing commas, strings left alone."""
    pattern = r'("(?:[^"\\]|\\.)*+")|/\*.*?\*/|,(?=\s*+[}\]])'
    return re.sub(pattern, lambda match: match.group(1) or "", text, flags=re.DOTALL)


def _nodes(value: Any) -> Iterator[Node]:
    stack = [(value, 0)]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        item, depth = stack.pop()
        if depth > _MAX_DEPTH:
            continue
        if isinstance(item, list):
            stack.extend((part, depth + 1) for part in reversed(item[:_MAX_NODES]))
        elif isinstance(item, dict):
            yield item
            stack.extend((item[key], depth + 1) for key in reversed(_BELOW) if key in item)
