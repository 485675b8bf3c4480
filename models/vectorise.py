"""The corpora as the reader sees them: vectors by the very path that reads articles."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.corpora import NARRATIVE_FRAMES, PolarMention, framed_articles
from models.encoder import Encoder, Vectors
from models.fitting import Labels
from models.framing import article_vector
from models.passages import encode_text, tokenize_text
from models.sentences import Span
from models.sentiment import mention_vectors, mention_window

CODES = tuple(NARRATIVE_FRAMES)


def article_vectors(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """(n, 3 d), by the same path that reads articles."""
    encoded = (encode_text(encoder, tokenize_text(encoder, text)) for text in texts)
    return np.stack([article_vector(one.passages) for one in encoded])


def vectors_of_mentions(encoder: Encoder, mentions: Sequence[PolarMention]) -> Vectors:
    """(n, layers * 4 d); the whole text stands for the sentence, as annotators saw it."""
    windows = []
    for mention in mentions:
        source = tokenize_text(encoder, mention.text)
        span = Span(mention.start, mention.end)
        window = mention_window(source, (0, len(source.tokens.ids)), [span])
        if window is None:
            raise ValueError(f"a mention without a token at {span} in {mention.text!r}")
        windows.append(window)
    return mention_vectors(encoder, windows)


def frame_labels(data: Path) -> tuple[list[str], Labels, Labels]:
    """Texts, labels (n, frames) in the order of CODES, and the corpus's own folds (n,)."""
    articles = framed_articles(data)
    labels = np.array([[a.frames[code] for code in CODES] for a in articles], dtype=np.int64)
    return [a.text for a in articles], labels, np.array([a.fold for a in articles])
