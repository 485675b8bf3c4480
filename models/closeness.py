"""How close an article's sentences come to the phrases of the codebook.

Meaning is clearest in the encoder's highest layer, but articles are read from the lowest alone, for
a third less work. So the cosines between a sentence and the phrases in the highest layer are
foretold from the sentence's vector in the lowest, by a ridge regression that needs no labels. Of an
article, the mean of each phrase's BEST highest cosines counts: a frame may stand in few sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framewatch.story import Frame
from models.encoder import Encoder, EncoderIdentity, Ids, Tokens, Vectors

Scores = npt.NDArray[np.float64]
BEST = 3
RIDGE = 300.0  # the only value tried


@dataclass(frozen=True, slots=True)
class HighestLayer:
    """An encoder whose highest layer is all that it gives."""

    encoder: Encoder

    @property
    def identity(self) -> EncoderIdentity:
        return self.encoder.identity

    @property
    def longest(self) -> int:
        return self.encoder.longest

    def tokenize(self, text: str) -> Tokens:
        return self.encoder.tokenize(text)

    def encode(self, sequences: Sequence[Ids]) -> list[tuple[Vectors, ...]]:
        return [layers[-1:] for layers in self.encoder.encode(sequences)]


@dataclass(frozen=True, slots=True)
class Closeness:
    """Foretells a sentence's cosines to the phrases."""

    weights: Scores  # (phrases, d)
    bias: Scores  # (phrases,)

    def of_sentences(self, sentences: Vectors) -> Scores:
        """(sentences, phrases), from vectors (sentences, d) of the lowest layer."""
        return np.asarray(_unit(sentences) @ self.weights.T + self.bias)

    def of_article(self, sentences: Vectors) -> Scores:
        """(phrases,): the mean of each phrase's BEST highest cosines."""
        best = np.sort(self.of_sentences(sentences), axis=0)[-BEST:]
        return np.asarray(best.mean(axis=0))


def phrases_of(frames: Sequence[Frame]) -> list[str]:
    """Every sentence and cue of the frames' entries, what they exclude too."""
    return [
        phrase
        for frame in frames
        for phrase in (
            frame.definition,
            *frame.counts,
            *frame.excludes,
            *frame.cues,
            *frame.questions,
        )
    ]


def phrase_vectors(encoder: Encoder, phrases: Sequence[str]) -> Vectors:
    """(phrases, d) of the highest layer: the mean over a phrase's word pieces."""
    encoded = encoder.encode([encoder.tokenize(phrase).ids for phrase in phrases])
    return np.stack([layers[-1][1:-1].mean(axis=0) for layers in encoded])


def fit_closeness(lowest: Vectors, highest: Vectors, phrases: Vectors) -> Closeness:
    """From sentences in both layers (sentences, d) and phrases (phrases, d) in the highest.

    Each side is centred on its own mean: sentences share a direction that says nothing.
    """
    from sklearn.linear_model import Ridge

    cosines = _unit(highest - highest.mean(axis=0)) @ _unit(phrases - phrases.mean(axis=0)).T
    units = _unit(lowest)
    mean, scale = units.mean(axis=0), np.maximum(units.std(axis=0), 1e-6)
    fit = Ridge(alpha=RIDGE).fit((units - mean) / scale, cosines)
    weights = fit.coef_ / scale
    return Closeness(weights, fit.intercept_ - weights @ mean)


def _unit(vectors: Vectors) -> Scores:
    rows = np.asarray(vectors, dtype=np.float64)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))
