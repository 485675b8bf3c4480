"""An article's text around its evidence, and no more of it than that.

Publishers' texts are private: what is shown is a quotation, the evidence with a sentence on either
side. Analysts who signed in read the whole, unless the publisher reserves it. Texts invented for
the sample archive are shown whole to everybody.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboard.access import Reader, Role
from db.articles import ReadArticle
from framewatch.story import Article, Evidence

LIMIT = 1500  # characters of a publisher's text on a page, at most
AROUND = 1  # sentences on either side
QUOTED = 300  # characters of a sentence that stands away from its article

# Good enough for context; the evidence's own offsets never come from here.
SENTENCE = re.compile(
    r"""[^\n]+?(?:[.!?…]+["'”’)\]]*(?=\s|$)|[。！？]+[」』”’]*|$)""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the evidence that covers all of it."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    start: int
    pieces: tuple[Piece, ...]


def passages(text: str, evidence: Sequence[Evidence], *, whole: bool) -> tuple[Passage, ...]:
    """In the text's order. Evidence that does not fit into the text is left out."""
    fitting = [item for item in evidence if 0 <= item.start < item.end <= len(text)]
    spans = _paragraphs(text) if whole else _around(text, fitting)
    return tuple(Passage(start, _pieces(text, start, end, fitting)) for start, end in spans)


def may_read_whole(article: Article, reader: Reader) -> bool:
    """Exports ask for nobody, and so get excerpts."""
    if article.fictional:
        return True
    return reader.signed_in and reader.role >= Role.ANALYST and not article.rights


def intact(found: ReadArticle) -> bool:
    """Whether the text is the one that was read: in any other, offsets point at other words."""
    text = found.article.coded_text.encode("utf-8", "surrogatepass")
    read = found.reading.text_sha256 if found.reading else ""
    return read == hashlib.sha256(text).hexdigest()


def quoted(found: ReadArticle, item: Evidence) -> tuple[str, str]:
    """One sentence of an article, or nothing and the reason why."""
    if found.article.rights:
        return "", f"Not shown: its publisher reserves its rights ({found.article.rights})."
    if not intact(found):
        return "", "Not shown: the text was changed since it was read."
    return short(found.article.coded_text[item.start : item.end]), ""


def short(sentence: str) -> str:
    """As much of a sentence as may stand away from its article, in one line."""
    text = " ".join(sentence.split())
    if len(text) <= QUOTED:
        return text
    head = text[:QUOTED].rpartition(" ")[0]
    return f"{head or text[:QUOTED]}…"


def _paragraphs(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def _around(text: str, evidence: Sequence[Evidence]) -> list[tuple[int, int]]:
    """The surest evidence first, until the limit is reached."""
    sentences = [match.span() for match in SENTENCE.finditer(text)]
    chosen: list[tuple[int, int]] = []
    for item in sorted(evidence, key=lambda item: -item.score):
        more = _merged([*chosen, _window(text, sentences, item)])
        if sum(end - start for start, end in more) > LIMIT:
            more = _merged([*chosen, (item.start, item.end)])  # it alone, without neighbours
        if sum(end - start for start, end in more) > LIMIT:
            continue
        chosen = more
    return chosen


def _window(text: str, sentences: Sequence[tuple[int, int]], item: Evidence) -> tuple[int, int]:
    held = [i for i, (start, end) in enumerate(sentences) if start < item.end and item.start < end]
    if not held:
        return item.start, item.end
    before = sentences[max(0, held[0] - AROUND)]
    after = sentences[min(len(sentences) - 1, held[-1] + AROUND)]
    start = before[0] if "\n" not in text[before[0] : item.start] else item.start
    end = after[1] if "\n" not in text[item.end : after[1]] else item.end
    return min(start, item.start), max(end, item.end)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pieces(text: str, start: int, end: int, evidence: Sequence[Evidence]) -> tuple[Piece, ...]:
    cuts = {start, end}
    cuts.update(at for item in evidence for at in (item.start, item.end) if start < at < end)
    ordered = sorted(cuts)
    return tuple(
        Piece(text[a:b], tuple(item for item in evidence if item.start <= a and b <= item.end))
        for a, b in pairwise(ordered)
    )
