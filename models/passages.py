"""A text as the encoder sees it: sentences grouped into passages, and a vector for each.

One pass over the passages gives both: a passage's vector is the mean of its token vectors, a
sentence's the mean of its own tokens within the passage, so it knows its neighbours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from models.encoder import Encoder, Ids, Tokens, Vectors
from models.sentences import Span, split_sentences

# Word pieces in a passage; the size the frozen baseline was measured with.
PASSAGE_TOKENS = 200
# Passages encoded at a time, so that the token vectors of a long text never fill the memory.
PASSAGES_AT_ONCE = 32
_SURROGATE = re.compile("[\ud800-\udfff]")

Bounds = tuple[int, int]  # [first, last) in a text's tokens


@dataclass(frozen=True, slots=True)
class TokenizedText:
    text: str
    tokens: Tokens
    sentences: tuple[Span, ...]  # those that have a token
    bounds: tuple[Bounds, ...]  # of each sentence


@dataclass(frozen=True, slots=True)
class EncodedText:
    source: TokenizedText
    passages: Vectors  # (passages, d)
    sentences: Vectors  # (sentences, d)


def tokenize_text(encoder: Encoder, text: str) -> TokenizedText:
    """Sentences and word pieces of a text, offsets in its characters."""
    # Tokenizers take UTF-8, which lone surrogates have no place in. One for one: offsets hold.
    text = _SURROGATE.sub("\ufffd", text)
    tokens = encoder.tokenize(text)
    spans = split_sentences(text)
    starts = tokens.offsets[:, 0]
    first = np.searchsorted(starts, [span.start for span in spans])
    last = np.searchsorted(starts, [span.end for span in spans])
    kept = np.flatnonzero(first < last)
    return TokenizedText(
        text,
        tokens,
        tuple(spans[i] for i in kept),
        tuple((int(first[i]), int(last[i])) for i in kept),
    )


def group(bounds: Sequence[Bounds], most: int) -> list[Bounds]:
    """Neighbouring sentences joined while they fit into `most` tokens; longer ones are cut."""
    passages: list[Bounds] = []
    for first, last in bounds:
        if passages and last - passages[-1][0] <= most:
            passages[-1] = (passages[-1][0], last)
            continue
        passages.extend((at, min(at + most, last)) for at in range(first, last, most))
    return passages


@runtime_checkable
class StopsEarly(Protocol):
    """An encoder that can leave out the layers above the lowest one read."""

    def encode_lowest(self, sequences: Sequence[Ids]) -> list[Vectors]:
        """For each sequence the first of the arrays that `Encoder.encode` gives."""
        ...


def _lowest(encoder: Encoder, sequences: Sequence[Ids]) -> list[Vectors]:
    if isinstance(encoder, StopsEarly):
        return encoder.encode_lowest(sequences)
    return [layers[0] for layers in encoder.encode(sequences)]


def encode_text(encoder: Encoder, source: TokenizedText) -> EncodedText:
    """The vectors of the encoder's lowest layer read, which serves frames best."""
    passages = group(source.bounds, min(PASSAGE_TOKENS, encoder.longest))
    means: list[Vectors] = []
    pieces: list[Vectors] = []
    for at in range(0, len(passages), PASSAGES_AT_ONCE):
        some = passages[at : at + PASSAGES_AT_ONCE]
        for vectors in _lowest(encoder, [source.tokens.ids[a:b] for a, b in some]):
            means.append(vectors.mean(axis=0))
            pieces.append(vectors[1:-1])
    tokens = np.concatenate(pieces)
    # Sentences are neighbours in the tokens, so one reduction sums each of them.
    origin = passages[0][0]
    firsts = [first - origin for first, _ in source.bounds]
    lengths = np.array([last - first for first, last in source.bounds], dtype=np.float32)
    sums = np.add.reduceat(tokens, firsts, axis=0)
    return EncodedText(source, np.stack(means), (sums / lengths[:, None]).astype(np.float32))
