"""Which frames an article carries: trained heads, and the rule that joins them.

The rule, for each frame: the mean of two logistic regressions' probabilities, one on the words
(TF-IDF), one on the encoder's passage vectors (their mean, the first, and the maximum), then
calibrated (Platt: p = sigmoid(a * logit(mean) + b)). The frame is present from its threshold up.
A sentence's score is the same rule applied to the sentence as though it were the article.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from framewatch.story import FrameScore
from models.encoder import EncoderIdentity, Vectors
from models.heads import Numbers, load_head
from models.passages import EncodedText

Scores = npt.NDArray[np.float64]
# How texts become words; fitting adds the vocabulary, serving reads it from the head's file.
WORDS: dict[str, Any] = {"sublinear_tf": True, "strip_accents": "unicode"}


def article_vector(passages: Vectors) -> Vectors:
    """(3 d,): mean, lead and maximum of the passages' vectors."""
    return np.concatenate([passages.mean(axis=0), passages[0], passages.max(axis=0)])


def sigmoid(x: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))))


def logit(p: Scores) -> Scores:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


class FrameHeads:
    """The trained frames' heads; `codes` is the order of every result."""

    def __init__(self, arrays: dict[str, Numbers], facts: dict[str, Any]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.codes: tuple[str, ...] = tuple(facts["frames"])
        self.thresholds: tuple[float, ...] = tuple(facts["thresholds"])
        self._arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
        self._words = TfidfVectorizer(vocabulary=facts["vocabulary"], dtype=np.float64, **WORDS)
        self._words.idf_ = self._arrays["idf"]

    @classmethod
    def load(cls, folder: Path, encoder: EncoderIdentity) -> "FrameHeads":
        """Raises EncoderError where there are none for this encoder."""
        return cls(*load_head(folder, "frames", encoder))

    def probabilities(self, texts: list[str], vectors: Vectors) -> Scores:
        """(n, frames) calibrated, from n texts and their (n, 3 d) article vectors."""
        a = self._arrays
        by_words = sigmoid(self._words.transform(texts) @ a["words"].T + a["words_bias"])
        by_vectors = sigmoid(vectors.astype(np.float64) @ a["vectors"].T + a["vectors_bias"])
        joined = logit((by_words + by_vectors) / 2)
        return sigmoid(joined * a["slope"] + a["intercept"])

    def score_article(self, encoded: EncodedText) -> tuple[FrameScore, ...]:
        vector = article_vector(encoded.passages)[None]
        (row,) = self.probabilities([encoded.source.text], vector)
        return tuple(
            FrameScore(frame=code, probability=float(p), threshold=threshold)
            for code, p, threshold in zip(self.codes, row, self.thresholds, strict=True)
        )

    def score_sentences(self, encoded: EncodedText) -> Scores:
        """(sentences, frames): each sentence as though it were the article."""
        text = encoded.source.text
        texts = [text[span.start : span.end] for span in encoded.source.sentences]
        return self.probabilities(texts, np.tile(encoded.sentences, 3))
