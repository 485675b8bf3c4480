"""Pages whose text stands only in the data that a script would draw: `__NEXT_DATA__` and its kin.

The article is looked for around the headline: the values below the object that bears it.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from scrapers.bylines import plain
from scrapers.gaps import letters

_MAX_SCRIPT = 3_000_000  # characters
_MAX_VALUES = 50_000
_MAX_DEPTH = 60
_MAX_BEARING = 20  # objects under the headline
_RUNNING = 80  # characters from which a value is prose
_SENTENCE = re.compile(r"[.!?。！？…][\"'”’»)」』\]]*(?:\s|<|$)")
_TITLES = frozenset(("title", "headline", "name", "heading", "articletitle"))
_NOT_TEXT = re.compile(
    r"description|summary|excerpt|teaser|dek|standfirst|caption|alt|bio|seo|meta|related|"
    r"recommend|comment|author|copyright|legal|cookie|consent|newsletter|translation",
    re.IGNORECASE,
)
_TAG = re.compile(r"</(?:p|div|li|h\d|blockquote)>|<br\s*/?>", re.IGNORECASE)


def shell_text(tree: Any, title: str) -> list[str]:
    """Paragraphs of the article in a page's data; none where it cannot be told which they are."""
    best: list[str] = []
    for script in tree.iter("script"):
        words = script.text or ""
        if not title or len(words) > _MAX_SCRIPT or not _is_data(script, words):
            continue
        try:
            data = json.loads(words, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in islice(_bearing(data, letters(title)), _MAX_BEARING):
            found = list(dict.fromkeys(_prose(node)))
            if sum(map(len, found)) > sum(map(len, best)):
                best = found
    return best


def is_shell(tree: Any) -> bool:
    """Whether the page is an empty mount point for a script."""
    mounts = tree.xpath(".//body//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt']")
    return any(not "".join(mount.itertext()).strip() for mount in mounts)


def _is_data(script: Any, words: str) -> bool:
    kind = (script.get("type") or "").lower()
    return kind == "application/json" and words.lstrip()[:1] in ("{", "[")


def _bearing(data: Any, title: str) -> Iterator[Any]:
    """Objects one of whose titles is the page's, and that hold prose."""
    for node, _ in _walk(data):
        if isinstance(node, dict) and any(
            isinstance(value, str) and key.lower() in _TITLES and letters(plain(value)) == title
            for key, value in node.items()
        ):
            yield node


def _walk(data: Any) -> Iterator[tuple[Any, int]]:
    stack = [(data, 0)]
    for _ in range(_MAX_VALUES):
        if not stack:
            return
        node, depth = stack.pop()
        yield node, depth
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        if depth < _MAX_DEPTH:
            stack.extend((value, depth + 1) for value in reversed(list(inner)[:_MAX_VALUES]))


def _prose(node: Any) -> Iterator[str]:
    """The running text below a node, in document order, what is said about it left out."""
    stack = [node]
    for _ in range(_MAX_VALUES):
        if not stack:
            return
        value = stack.pop()
        if isinstance(value, dict):
            kept = [inner for key, inner in value.items() if not _NOT_TEXT.search(str(key))]
            stack.extend(reversed(kept[:_MAX_VALUES]))
        elif isinstance(value, list):
            stack.extend(reversed(value[:_MAX_VALUES]))
        elif isinstance(value, str) and len(value) >= _RUNNING and _SENTENCE.search(value):
            yield from (line for part in _TAG.split(value) if (line := plain(part, 20_000)))
