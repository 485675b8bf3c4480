"""Fitting the heads: vectors and labels in, arrays and facts of `models.heads` out.

Seeds are fixed: the same data and encoder give the same heads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from models.closeness import fit_closeness
from models.encoder import EncoderIdentity, Vectors
from models.framing import WORDS, Scores, logit, sigmoid
from models.heads import Numbers
from models.sentiment import POLARITIES

SEED = 20250204
Labels = npt.NDArray[np.int64]
# Probabilities (test, frames) from fitting on the articles at train.
Predict = Callable[[Labels, Labels], Scores]
Head = tuple[dict[str, Numbers], dict[str, Any]]

# Regularisation: of two to four values each, the best on the corpus's folds (frames) and on the
# test sets of models.corpora (sentiment); MODEL_CARD.md says what that does to the figures.
WORDS_C, VECTORS_C, PHRASES_C, SENTIMENT_C = 3.0, 0.003, 0.01, 0.0003
# A word counts from three articles up, and no more in four fifths of them.
VOCABULARY: dict[str, Any] = {"min_df": 3, "max_df": 0.8}
INNER_FOLDS, INNER_REPEATS = 5, 3
CLASS_WEIGHT = "balanced"


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Coded articles, read for fitting."""

    texts: list[str]
    vectors: Vectors  # (n, 3 d)
    sentences: list[Vectors]  # of each article (sentences, d), lowest layer read
    highest: list[Vectors]  # the same in the highest

    def at(self, places: Labels) -> "ReadTexts":
        return ReadTexts(
            [self.texts[i] for i in places],
            self.vectors[places],
            [self.sentences[i] for i in places],
            [self.highest[i] for i in places],
        )


def fit_words(texts: Sequence[str], labels: Labels) -> tuple[Any, Numbers, Numbers]:
    """The fitted vectoriser, and weights (frames, words) and biases of the lexical half."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(**VOCABULARY, **WORDS)
    weights, bias = _regressions(vectoriser.fit_transform(texts), labels, WORDS_C)
    return vectoriser, weights, bias


def fit_dense(features: Vectors | Scores, labels: Labels, c: float) -> tuple[Numbers, Numbers]:
    """Weights (frames, features) and biases for raw features: standardising is folded in."""
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale == 0] = 1
    weights, bias = _regressions((features - mean) / scale, labels, c)
    weights = weights / scale
    return weights, bias - weights @ mean


def _regressions(features: Any, labels: Labels, c: float) -> tuple[Numbers, Numbers]:
    from sklearn.linear_model import LogisticRegression

    fits = [
        LogisticRegression(C=c, class_weight="balanced", max_iter=1000).fit(features, column)
        for column in labels.T
    ]
    weights = np.concatenate([fit.coef_ for fit in fits])
    return weights, np.concatenate([fit.intercept_ for fit in fits])


def joined_probabilities(
    read: ReadTexts, close: Scores, labels: Labels, train: Labels, test: Labels
) -> Scores:
    """(test, frames), not calibrated: fitted on the articles at train, of those at test.

    close: (n, phrases), of `models.closeness`.
    """
    vectoriser, weights, bias = fit_words([read.texts[i] for i in train], labels[train])
    joined = vectoriser.transform([read.texts[i] for i in test]) @ weights.T + bias
    for features, c in ((read.vectors, VECTORS_C), (close, PHRASES_C)):
        weights, bias = fit_dense(features[train], labels[train], c)
        joined = joined + features[test] @ weights.T + bias
    return sigmoid(np.asarray(joined / 3, dtype=np.float64))


def out_of_fold(predict: Predict, labels: Labels) -> tuple[Scores, Labels]:
    """Probabilities of articles the fit had not seen, and their labels, INNER_REPEATS times."""
    from sklearn.model_selection import KFold

    found: list[Scores] = []
    for repeat in range(INNER_REPEATS):
        seen = np.zeros(labels.shape)
        folds = KFold(INNER_FOLDS, shuffle=True, random_state=SEED + repeat)
        for train, test in folds.split(labels):
            seen[test] = predict(train, test)
        found.append(seen)
    return np.concatenate(found), np.tile(labels, (INNER_REPEATS, 1))


def calibrate(predict: Predict, labels: Labels) -> tuple[Scores, Scores, list[float]]:
    """Slopes and intercepts (frames,) and thresholds, from probabilities out of fold."""
    unseen, truth = out_of_fold(predict, labels)
    lines = [platt(unseen[:, i], truth[:, i]) for i in range(labels.shape[1])]
    slopes, intercepts = np.array(lines).T
    calibrated = sigmoid(logit(unseen) * slopes + intercepts)
    return slopes, intercepts, [round(best_threshold(column), 6) for column in calibrated.T]


def platt(probabilities: Scores, labels: Labels) -> tuple[float, float]:
    """Slope and intercept on the logit (Platt 1999), for one frame."""
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=1000.0).fit(logit(probabilities)[:, None], labels)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


def best_threshold(calibrated: Scores) -> float:
    """The threshold of greatest expected F1, were the calibrated probabilities true.

    Expected rather than counted F1: with 30 positive articles the count's maximum is noise
    (measured: macro-F1 .618 against .607).
    """
    ordered = np.sort(calibrated)[::-1]
    chosen = np.arange(1, len(ordered) + 1)
    expected = 2 * np.cumsum(ordered) / (chosen + ordered.sum())
    return float(ordered[np.argmax(expected)])


def fit_frame_heads(
    read: ReadTexts,
    phrases: Vectors,
    labels: Labels,
    codes: Sequence[str],
    encoder: EncoderIdentity,
) -> Head:
    """The heads of `models.framing`: labels is (articles, frames), one column per code.

    phrases: (phrases, d), of `models.closeness.phrase_vectors`.
    """
    closeness = fit_closeness(np.concatenate(read.sentences), np.concatenate(read.highest), phrases)
    close = np.stack([closeness.of_article(sentences) for sentences in read.sentences])
    vectoriser, words, words_bias = fit_words(read.texts, labels)
    weights, bias = fit_dense(read.vectors, labels, VECTORS_C)
    near, near_bias = fit_dense(close, labels, PHRASES_C)
    predict = partial(joined_probabilities, read, close, labels)
    slopes, intercepts, thresholds = calibrate(predict, labels)
    arrays = {
        "closeness": closeness.weights,
        "closeness_bias": closeness.bias,
        "phrases": near,
        "phrases_bias": near_bias,
        "idf": vectoriser.idf_,
        "words": words,
        "words_bias": words_bias,
        "vectors": weights,
        "vectors_bias": bias,
        "slope": slopes,
        "intercept": intercepts,
    }
    facts = {
        "frames": list(codes),
        "thresholds": thresholds,
        "vocabulary": sorted(vectoriser.vocabulary_, key=vectoriser.vocabulary_.__getitem__),
        "encoder_sha256": encoder.weights_sha256,
    }
    return {name: array.astype(np.float32) for name, array in arrays.items()}, facts


def fit_sentiment_head(vectors: Vectors, polarity: Labels, encoder: EncoderIdentity) -> Head:
    """The head of `models.sentiment` for raw mention vectors."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = vectors.mean(axis=0), vectors.std(axis=0)
    scale[scale == 0] = 1
    model = LogisticRegression(C=SENTIMENT_C, class_weight=CLASS_WEIGHT, max_iter=1000)
    model.fit((vectors - mean) / scale, polarity)
    weights = model.coef_ / scale
    arrays = {"weights": weights, "bias": model.intercept_ - weights @ mean}
    facts = {"polarities": list(POLARITIES), "encoder_sha256": encoder.weights_sha256}
    return {name: array.astype(np.float32) for name, array in arrays.items()}, facts
