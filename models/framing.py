"""Which frames an article carries: trained heads, and the rule that joins them.

The rule, for each frame: the mean of three logistic regressions' logits, one on the words (TF-IDF),
one on the encoder's passage vectors (their mean, the first, and the maximum), one on how close the
sentences come to the codebook's phrases (`models.closeness`), then calibrated (Platt:
p = sigmoid(a * mean + b)). The frame is present from its threshold up.
A sentence's score is the same rule applied to the sentence as though it were the article.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from framewatch.story import FrameScore
from models.closeness import Closeness
from models.encoder import EncoderError, EncoderIdentity, Vectors
from models.heads import Numbers, load_head
from models.passages import EncodedText
from models.words import Words

Scores = npt.NDArray[np.float64]
# How texts become words, for fitting; `models.words` does the same when reading.
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
        self.codes: tuple[str, ...] = tuple(facts["frames"])
        self.thresholds: tuple[float, ...] = tuple(facts["thresholds"])
        self._arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
        a = self._arrays
        self._words = Words(facts["vocabulary"], a["idf"])
        self.closeness = Closeness(a["closeness"], a["closeness_bias"])

    @classmethod
    def load(cls, folder: Path, encoder: EncoderIdentity) -> "FrameHeads":
        """Raises EncoderError where there are none for this encoder, or they are too old."""
        arrays, facts = load_head(folder, "frames", encoder)
        if "closeness" not in arrays:
            raise EncoderError(
                f"{folder}: the frames' heads are of an earlier version; train again: "
                "python -m models.train --data PATH --encoder NAME"
            )
        return cls(arrays, facts)

    def probabilities(self, texts: list[str], vectors: Vectors, close: Scores) -> Scores:
        """(n, frames) calibrated, from n texts, their article vectors (n, 3 d) and how close they
        come to the phrases (n, phrases).
        """
        a = self._arrays
        by_words = self._words.products(texts, a["words"]) + a["words_bias"]
        by_vectors = vectors.astype(np.float64) @ a["vectors"].T + a["vectors_bias"]
        by_phrases = close @ a["phrases"].T + a["phrases_bias"]
        joined = (by_words + by_vectors + by_phrases) / 3
        return sigmoid(joined * a["slope"] + a["intercept"])

    def score_article(self, encoded: EncodedText) -> tuple[FrameScore, ...]:
        vector = article_vector(encoded.passages)[None]
        close = self.closeness.of_article(encoded.sentences)[None]
        (row,) = self.probabilities([encoded.source.text], vector, close)
        return tuple(
            FrameScore(frame=code, probability=float(p), threshold=threshold)
            for code, p, threshold in zip(self.codes, row, self.thresholds, strict=True)
        )

    def score_sentences(self, encoded: EncodedText) -> Scores:
        """(sentences, frames): each sentence as though it were the article."""
        text = encoded.source.text
        texts = [text[span.start : span.end] for span in encoded.source.sentences]
        close = self.closeness.of_sentences(encoded.sentences)
        return self.probabilities(texts, np.tile(encoded.sentences, 3), close)
