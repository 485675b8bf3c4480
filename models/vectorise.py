"""The corpora as the reader sees them: vectors by the very path that reads articles."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from models.corpora import NARRATIVE_FRAMES, PolarMention, framed_articles
from models.encoder import Encoder, Tokens, Vectors
from models.fitting import Labels
from models.framing import article_vector
from models.passages import TokenizedText, encode_text, tokenize_text
from models.sentences import Span
from models.sentiment import MentionWindow, mention_window

CODES = tuple(NARRATIVE_FRAMES)


class Tokenizer(Protocol):
    """An encoder, or the part of one that cuts texts into word pieces."""

    def tokenize(self, text: str) -> Tokens: ...


def article_vectors(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """(n, 3 d), by the same path that reads articles."""
    encoded = (encode_text(encoder, tokenize_text(encoder, text)) for text in texts)
    return np.stack([article_vector(one.passages) for one in encoded])


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
