"""The corpora as the reader sees them: vectors by the very path that reads articles."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from framewatch.facts import load_frames
from models.closeness import HighestLayer, phrase_vectors, phrases_of
from models.codebook import GENERIC_FRAMES, Codebook
from models.corpora import NARRATIVE_FRAMES, PolarMention, framed_articles
from models.encoder import Encoder, Tokens, Vectors
from models.fitting import Labels, ReadTexts
from models.framing import article_vector
from models.passages import TokenizedText, encode_text, tokenize_text
from models.sentences import Span
from models.sentiment import MentionWindow, mention_window

CODES = tuple(NARRATIVE_FRAMES)


class Tokenizer(Protocol):
    """An encoder, or the part of one that cuts texts into word pieces."""

    def tokenize(self, text: str) -> Tokens: ...


def read_texts(encoder: Encoder, texts: Sequence[str]) -> ReadTexts:
    """By the same path that reads articles; and sentences in the highest layer beside it."""
    read = ReadTexts(list(texts), np.zeros((0, 0), dtype=np.float32), [], [])
    vectors = []
    for text in texts:
        source = tokenize_text(encoder, text)
        encoded = encode_text(encoder, source)
        vectors.append(article_vector(encoded.passages))
        read.sentences.append(encoded.sentences)
        read.highest.append(encode_text(HighestLayer(encoder), source).sentences)
    return replace(read, vectors=np.stack(vectors))


def codebook_phrases(encoder: Encoder) -> Vectors:
    """(phrases, d): those of the generic frames."""
    frames = Codebook(tuple(load_frames(GENERIC_FRAMES))).trained
    return phrase_vectors(encoder, phrases_of(frames))


def windows_of(encoder: Tokenizer, mentions: Sequence[PolarMention]) -> list[MentionWindow]:
    """The whole text stands for the sentence, as annotators saw it."""
    windows = []
    for mention in mentions:
        tokens = encoder.tokenize(mention.text)
        source = TokenizedText(mention.text, tokens, (), ())
        span = Span(mention.start, mention.end)
        window = mention_window(source, (0, len(tokens.ids)), [span])
        if window is None:
            raise ValueError(f"a mention without a token at {span} in {mention.text!r}")
        windows.append(window)
    return windows


def frame_labels(data: Path) -> tuple[list[str], Labels, Labels]:
    """Texts, labels (n, frames) in the order of CODES, and the corpus's own folds (n,)."""
    articles = framed_articles(data)
    labels = np.array([[a.frames[code] for code in CODES] for a in articles], dtype=np.int64)
    return [a.text for a in articles], labels, np.array([a.fold for a in articles])
