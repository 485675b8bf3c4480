"""Sentiment towards a target: the tokens around a mention, and what gives them a polarity.

The bundled weights hold a transformer fine-tuned for it (`models.target_model`). Other encoders
have a linear head: one pass of the encoder over a sentence, and from each of the layers read four
vectors: the sentence's first token, the mean of its tokens, the mean of the target's tokens, and
the mean of the tokens weighted by nearness to the target (so what is said beside the target counts
most). A multinomial logistic regression gives the polarity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models.encoder import Encoder, EncoderIdentity, Ids, Vectors
from models.framing import Scores
from models.heads import Numbers, load_head
from models.passages import Bounds, TokenizedText
from models.sentences import Span

POLARITIES = ("negative", "neutral", "positive")
# Word pieces read around a mention; nearly every sentence of the training sets is shorter.
WINDOW = 128
# Encoded at a time, so that token vectors never fill the memory.
WINDOWS_AT_ONCE = 64
# Distance, in tokens, at which a token's weight has fallen to 1/e. Measured against 12: better.
REACH = 4.0


@dataclass(frozen=True, slots=True)
class MentionWindow:
    """A mention with the tokens around it."""

    ids: Ids
    target: npt.NDArray[np.bool_]  # (t,): which of them are the target's


def mention_window(
    source: TokenizedText, bounds: Bounds, mentions: Sequence[Span]
) -> MentionWindow | None:
    """The sentence's tokens with the mentions marked; None if no token belongs to a mention.

    A sentence longer than WINDOW is cut to the tokens around its first mention.
    """
    first, last = bounds
    offsets = source.tokens.offsets[first:last]
    target = np.zeros(last - first, dtype=bool)
    for span in mentions:
        target |= (offsets[:, 0] < span.end) & (offsets[:, 1] > span.start)
    if not target.any():
        return None
    at = max(0, min(int(np.argmax(target)) - WINDOW // 2, last - first - WINDOW))
    cut = slice(at, at + WINDOW)
    return MentionWindow(source.tokens.ids[first:last][cut], target[cut])


def mention_vector(layers: tuple[Vectors, ...], target: npt.NDArray[np.bool_]) -> Vectors:
    """(layers * 4 d,) from the (t + 2, d) token vectors of each layer read."""
    places = np.flatnonzero(target)
    distance = np.abs(np.arange(len(target))[:, None] - places).min(axis=1)
    nearness = np.exp(-distance / REACH).astype(np.float32)
    nearness /= nearness.sum()
    parts: list[Vectors] = []
    for layer in layers:
        tokens = layer[1:-1]
        parts += [layer[0], layer.mean(axis=0), tokens[target].mean(axis=0), nearness @ tokens]
    return np.concatenate(parts)


def mention_vectors(encoder: Encoder, windows: Sequence[MentionWindow]) -> Vectors:
    """(n, layers * 4 d). Windows over the same tokens share one pass."""
    rows: dict[bytes, list[int]] = {}
    for row, window in enumerate(windows):
        rows.setdefault(window.ids.tobytes(), []).append(row)
    shared = list(rows.values())
    found: dict[int, Vectors] = {}
    for at in range(0, len(shared), WINDOWS_AT_ONCE):
        some = shared[at : at + WINDOWS_AT_ONCE]
        encoded = encoder.encode([windows[same[0]].ids for same in some])
        for layers, same in zip(encoded, some, strict=True):
            found.update((row, mention_vector(layers, windows[row].target)) for row in same)
    return np.stack([found[row] for row in range(len(windows))])


class TargetSentiment(Protocol):
    """What gives mentions a polarity."""

    def probabilities(self, windows: Sequence[MentionWindow]) -> Scores:
        """(n, 3): negative, neutral, positive. A window's depend on nothing but itself."""
        ...


class HeadSentiment:
    """`TargetSentiment` by an encoder's vectors and the head fitted on them."""

    def __init__(self, encoder: Encoder, head: "SentimentHead") -> None:
        self._encoder, self._head = encoder, head

    def probabilities(self, windows: Sequence[MentionWindow]) -> Scores:
        return self._head.probabilities(mention_vectors(self._encoder, windows))


class SentimentHead:
    def __init__(self, arrays: dict[str, Numbers], facts: dict[str, Any]) -> None:
        if tuple(facts["polarities"]) != POLARITIES:
            raise ValueError(f"sentiment head: polarities {facts['polarities']}, not {POLARITIES}")
        self._weights = arrays["weights"].astype(np.float64)
        self._bias = arrays["bias"].astype(np.float64)

    @classmethod
    def load(cls, folder: Path, encoder: EncoderIdentity) -> "SentimentHead":
        """Raises EncoderError where there is none for this encoder."""
        return cls(*load_head(folder, "sentiment", encoder))

    def probabilities(self, vectors: Vectors) -> Scores:
        """(n, 3): negative, neutral, positive, from (n, layers * 4 d)."""
        scores = vectors.astype(np.float64) @ self._weights.T + self._bias
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
