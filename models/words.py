"""TF-IDF of texts as scikit-learn's TfidfVectorizer makes it, without importing scikit-learn.

Its import takes three quarters of the time in which a process could have read its first article.
Only what the heads are fitted with: words of two letters or more, lower case, accents stripped,
sublinear counts (1 + ln n), rows of length 1 (L2).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\b\w\w+\b")
Floats = npt.NDArray[np.float64]


def words_of(text: str) -> list[str]:
    """As TfidfVectorizer(strip_accents="unicode") cuts it."""
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    return _WORD.findall(text)


class Words:
    """A fitted vocabulary with its inverse document frequencies.

    longest: words of the longest term; terms of several words are joined by a space.
    """

    def __init__(self, vocabulary: Sequence[str], idf: Floats, longest: int = 1) -> None:
        self._places: Mapping[str, int] = {term: i for i, term in enumerate(vocabulary)}
        self._idf = idf.astype(np.float64)
        self._longest = longest

    def products(self, texts: Sequence[str], weights: Floats) -> Floats:
        """(n, k): the texts' TF-IDF rows @ weights.T, from weights (k, vocabulary)."""
        found = np.zeros((len(texts), len(weights)))
        known = self._places
        for row, text in enumerate(texts):
            counts = Counter(known[term] for term in self._terms(text) if term in known)
            if not counts:
                continue
            places = np.array(sorted(counts))
            values = np.log([counts[place] for place in places]) + 1
            values *= self._idf[places]
            found[row] = weights[:, places] @ (values / np.sqrt((values * values).sum()))
        return found

    def _terms(self, text: str) -> Iterator[str]:
        words = words_of(text)
        yield from words
        for size in range(2, self._longest + 1):
            yield from (" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
