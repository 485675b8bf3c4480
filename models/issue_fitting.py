"""Fitting the heads of issue frames on the tuning two thirds of `models.issue_corpus`.

Seeds are fixed. Everything that is calibrated or chosen rests on scores out of fold: heads fitted
on four fifths of the tuning sentences score articles composed of the other fifth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewatch.story import Frame
from models.encoder import Encoder, Tokens, Vectors
from models.fitting import SEED, Labels, best_threshold, platt
from models.framing import Scores, sigmoid
from models.issue_corpus import (
    SHARE,
    IssueSentence,
    carried,
    compose,
    issue_codes,
    issue_labels,
)
from models.issue_frames import (
    IssueHead,
    Origin,
    Scale,
    best_mean,
    entry_sha256,
    likeness,
    unit,
)
from models.passages import TokenizedText, encode_text
from models.sentences import Span

# Of four values the best AUC out of fold on the tuning sentences; the others are within .007.
SENTENCES_C = 0.003
# What a frame's own file weighs, near misses with it; 1 ranks them .005 worse, 4 all others.
OWN_WEIGHT = 2.0
ARTICLES_PER_FOLD = 40


@dataclass(frozen=True, slots=True)
class Composed:
    """Articles put together from sentences, and the vectors of those in each other's company."""

    articles: tuple[Labels, ...]  # positions of sentences
    vectors: tuple[Scores, ...]  # (sentences, d), unit

    def rows(self) -> tuple[Scores, Labels]:
        """All vectors, and which sentence each is of."""
        return np.concatenate(self.vectors), np.concatenate(self.articles)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences with their labels, folds, and vectors read alone and in company."""

    sentences: tuple[IssueSentence, ...]
    codes: tuple[str, ...]
    labels: Labels  # (sentences, frames)
    own: Labels  # (sentences, frames): whether it was written for the frame
    folds: Labels
    alone: Scores  # (sentences, d), unit
    composed: dict[int, Composed]  # by fold


def encode_sentences(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """(sentences, d): one text of these sentences as the reader would see it."""
    tokens = [encoder.tokenize(text) for text in texts]
    ends = np.cumsum([len(one.ids) for one in tokens])
    bounds = tuple((int(end) - len(t.ids), int(end)) for end, t in zip(ends, tokens, strict=True))
    whole = Tokens(
        np.concatenate([one.ids for one in tokens]), np.concatenate([t.offsets for t in tokens])
    )
    spans = tuple(Span(0, 0) for _ in texts)
    return encode_text(encoder, TokenizedText("", whole, spans, bounds)).sentences


def build_corpus(
    encoder: Encoder, sentences: Sequence[IssueSentence], articles: int = ARTICLES_PER_FOLD
) -> Corpus:
    """Vectors of sentences alone and composed, fold by fold, so that no fold is in another."""
    codes = issue_codes(sentences)
    labels = issue_labels(sentences, codes)
    texts = [one.text for one in sentences]
    alone = np.concatenate([encode_sentences(encoder, [text]) for text in texts])
    folds = np.array([one.fold for one in sentences])
    composed: dict[int, Composed] = {}
    for fold in np.unique(folds):
        places = np.flatnonzero(folds == fold)
        found = [places[a] for a in compose(labels[places], articles, SEED + int(fold))]
        vectors = [unit(encode_sentences(encoder, [texts[i] for i in a])) for a in found]
        composed[int(fold)] = Composed(tuple(found), tuple(vectors))
    own = np.array([[one.written_for == code for code in codes] for one in sentences])
    return Corpus(
        tuple(sentences), codes, labels, own.astype(np.int64), folds, unit(alone), composed
    )


# --- heads of sentences ---------------------------------------------------------------------------


def fit_linear(vectors: Scores, labels: Labels, weights: Scores) -> tuple[Scores, float]:
    """Weights (d,) and bias of one frame, for unit vectors; standardising is folded in."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
    fit = LogisticRegression(C=SENTENCES_C, class_weight="balanced", max_iter=1000)
    fit.fit((vectors - mean) / scale, labels, sample_weight=weights)
    w = fit.coef_[0] / scale
    return w, float(fit.intercept_[0] - w @ mean)


def _fit_on(corpus: Corpus, folds: Sequence[int]) -> tuple[Scores, Scores]:
    """(frames, d) and (frames,), fitted on the sentences of the folds, alone and in company."""
    places = np.flatnonzero(np.isin(corpus.folds, folds))
    company = [corpus.composed[fold].rows() for fold in folds]
    vectors = np.concatenate([corpus.alone[places], *(v for v, _ in company)])
    rows = np.concatenate([places, *(r for _, r in company)])
    # Each sentence counts the same, however many articles it was drawn into.
    once = 1 / np.bincount(rows, minlength=len(corpus.labels))[rows]
    fits = [
        fit_linear(
            vectors,
            corpus.labels[rows, i],
            np.where(corpus.own[rows, i], OWN_WEIGHT, 1.0) * once * len(rows) / len(places),
        )
        for i in range(len(corpus.codes))
    ]
    return np.stack([w for w, _ in fits]), np.array([b for _, b in fits])


@dataclass(frozen=True, slots=True)
class Unseen:
    """Scores of composed articles by heads that saw none of their sentences."""

    rows: Labels  # which sentence
    logits: Scores  # (rows, frames), of sentences
    articles: tuple[tuple[Labels, Scores], ...]  # sentences and their logits, article by article


def unseen(corpus: Corpus, weights: Scores | None = None) -> Unseen:
    """Out of fold; with `weights` (frames, d) by these instead, which were not fitted at all."""
    rows, logits, articles = [], [], []
    folds = sorted(corpus.composed)
    for fold in folds:
        if weights is None:
            w, b = _fit_on(corpus, [other for other in folds if other != fold])
        else:
            w, b = weights, np.zeros(len(weights))
        composed = corpus.composed[fold]
        found = [vectors @ w.T + b for vectors in composed.vectors]
        articles += list(zip(composed.articles, found, strict=True))
        rows.append(np.concatenate(composed.articles))
        logits.append(np.concatenate(found))
    return Unseen(np.concatenate(rows), np.concatenate(logits), tuple(articles))


def article_line(
    labels: Labels, articles: Sequence[tuple[Labels, Scores]], factor: Scores, bias: Scores
) -> tuple[float, float, float]:
    """Slope, intercept and threshold for all frames together: fewer parameters, less noise."""
    means = np.array(
        [[best_mean(column, SHARE) for column in (z * factor + bias).T] for _, z in articles]
    )
    truth = np.array([carried(labels, rows) for rows, _ in articles])
    slope, intercept = platt(sigmoid(means.ravel()), truth.ravel())
    return slope, intercept, best_threshold(sigmoid(slope * means.ravel() + intercept))


def fit_sentence_heads(corpus: Corpus, frames: Sequence[Frame]) -> list[IssueHead]:
    """A head for each of the frames that has a file of sentences."""
    weights, bias = _fit_on(corpus, sorted(corpus.composed))
    seen = unseen(corpus)
    truth = corpus.labels[seen.rows]
    lines = np.array(
        [platt(sigmoid(seen.logits[:, i]), truth[:, i]) for i in range(len(corpus.codes))]
    )
    factor, shift = lines.T
    slope, intercept, threshold = article_line(corpus.labels, seen.articles, factor, shift)
    return [
        IssueHead(
            frame=frame.code,
            entry=entry_sha256(frame),
            origin=Origin.SENTENCES,
            weights=factor[i] * weights[i],
            bias=float(factor[i] * bias[i] + shift[i]),
            slope=slope,
            intercept=intercept,
            share=SHARE,
            threshold=threshold,
        )
        for frame in frames
        if frame.code in corpus.codes
        for i in [corpus.codes.index(frame.code)]
    ]


# --- descriptions ---------------------------------------------------------------------------------


def fit_scale(encoder: Encoder, corpus: Corpus, codebook: Sequence[Frame]) -> Scale:
    """The scale of descriptions: one for all frames, so that it serves frames without sentences."""
    by_code = dict(zip([f.code for f in codebook], likeness(encoder, codebook), strict=True))
    seen = unseen(corpus, np.stack([by_code[code] for code in corpus.codes]))
    # On the logit's scale likenesses are small; times ten they are of its order.
    raw = 10 * seen.logits
    a, b = platt(sigmoid(raw.ravel()), corpus.labels[seen.rows].ravel())
    factor, bias = 10 * a, b
    slope, intercept, threshold = article_line(
        corpus.labels, seen.articles, np.array(factor), np.array(bias)
    )
    return Scale(factor, bias, slope, intercept, SHARE, threshold)
