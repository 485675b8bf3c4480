"""What the heads have to beat: words alone, the commonest label, and a sentiment lexicon."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module

import numpy as np

from models.corpora import PolarMention
from models.fitting import Labels, calibrate, fit_words
from models.framing import Scores, logit, sigmoid
from models.sentiment import POLARITIES


def masked(mention: PolarMention) -> str:
    """The text with the target's words replaced by one that marks the place."""
    return f"{mention.text[: mention.start]} thetarget {mention.text[mention.end :]}"


def words_only(train: Sequence[PolarMention], test: Sequence[PolarMention]) -> Scores:
    """(n, 3) by TF-IDF of one and two words and a logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(class_weight="balanced", max_iter=1000),
    )
    model.fit([masked(m) for m in train], [m.polarity for m in train])
    return np.asarray(model.predict_proba([masked(m) for m in test]))


def commonest(train: Sequence[PolarMention], test: Sequence[PolarMention]) -> Scores:
    """(n, 3): the shares of the polarities in the training sets, whatever the text."""
    shares = np.bincount([m.polarity for m in train], minlength=len(POLARITIES)) / len(train)
    return np.tile(shares, (len(test), 1))


def lexicon(test: Sequence[PolarMention]) -> Scores | None:
    """(n, 3) by VADER on the whole text (Hutto and Gilbert 2014); None if it is not installed."""
    try:
        vader = import_module("vaderSentiment.vaderSentiment")
    except ImportError:
        return None
    analyser = vader.SentimentIntensityAnalyzer()
    rows = [analyser.polarity_scores(mention.text) for mention in test]
    # Its authors' cuts on the compound score: -.05 and .05.
    places = [1 + (row["compound"] >= 0.05) - (row["compound"] <= -0.05) for row in rows]
    return np.eye(len(POLARITIES))[places]


def words_only_frames(
    texts: Sequence[str], labels: Labels, train: Labels, test: Labels
) -> tuple[Scores, Labels]:
    """(test, frames) of the lexical half alone, calibrated and cut by the rule of the heads."""
    some = [texts[i] for i in train]
    own = partial(_frame_words, some, labels[train])
    slopes, intercepts, thresholds = calibrate(own, labels[train])
    scores = sigmoid(logit(_frame_words(texts, labels, train, test)) * slopes + intercepts)
    return scores, (scores >= np.array(thresholds)).astype(np.int64)


def _frame_words(texts: Sequence[str], labels: Labels, train: Labels, test: Labels) -> Scores:
    vectoriser, weights, bias = fit_words([texts[i] for i in train], labels[train])
    return sigmoid(vectoriser.transform([texts[i] for i in test]) @ weights.T + bias)
