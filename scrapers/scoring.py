"""How well an extractor read a page: text, headline, authors and day against an annotated truth.

Text is scored as in the scrapinghub article-extraction-benchmark (github.com/scrapinghub/
article-extraction-benchmark, evaluate.py): the multiset of its 4-token shingles; precision and
recall are means over pages, F1 is their harmonic mean. Chinese and Japanese characters, which are
written without spaces, count as a token each.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

SHINGLE = 4  # tokens
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_SAME = str.maketrans({**dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„«»″", '"'),
                       **dict.fromkeys("‐‑‒–—―−", "-")})  # fmt: skip
_BY = re.compile(r"^(?:by|von|par|por|di|af|av|door)\s+")


@dataclass(frozen=True, slots=True)
class Overlap:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def text_overlap(
    paragraphs: Sequence[str], optional: Iterable[frozenset[int]], text: str
) -> Overlap:
    """Shingle precision and recall of a text.

    optional: groups of paragraph numbers (a standfirst, the subheadings) that may or may not count
    as text: the choice that suits the extractor best is taken.
    """
    found = _shingles(_tokens(text))
    groups = list(optional)
    choices = (
        frozenset[int]().union(*chosen)
        for size in range(len(groups) + 1)
        for chosen in combinations(groups, size)
    )
    wanted = (
        "\n".join(p for number, p in enumerate(paragraphs) if number not in left_out)
        for left_out in choices
    )
    overlaps = (_overlap(_shingles(_tokens(truth)), found) for truth in wanted)
    return max(overlaps, key=lambda overlap: overlap.f1)


def mean_overlap(overlaps: Sequence[Overlap]) -> Overlap:
    return Overlap(fmean(o.precision for o in overlaps), fmean(o.recall for o in overlaps))


def same_title(truth: str, found: str) -> bool:
    """Equal but for case, white space, and the shape of quotation marks and dashes."""
    return _plain(truth) == _plain(found)


def authors_f1(truth: Iterable[str], found: Iterable[str]) -> float:
    """F1 over the sets of names."""
    wanted, named = ({_name(name) for name in names} - {""} for names in (truth, found))
    return 2 * len(wanted & named) / (len(wanted) + len(named)) if wanted or named else 1.0


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _shingles(tokens: list[str]) -> Counter[tuple[str, ...]]:
    """A text shorter than one shingle counts as one."""
    count = max(1, len(tokens) - SHINGLE + 1) if tokens else 0
    return Counter(tuple(tokens[start : start + SHINGLE]) for start in range(count))


def _overlap(truth: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]]) -> Overlap:
    shared = (truth & found).total()
    precision = shared / found.total() if found else float(not truth)
    return Overlap(precision, shared / truth.total() if truth else float(not found))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_SAME).split())


def _name(name: str) -> str:
    return " ".join(_tokens(_BY.sub("", _plain(name))))
