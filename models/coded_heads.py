"""A head for an issue frame from texts that people coded, and whether it beats what it replaces.

A text is represented by the mean x of its sentences' unit vectors, so the head is linear in
sentences too and shows its evidence (`models.issue_frames`, with a share of 1). The regression is
drawn towards the heads it is to replace: their directions are features that are hardly penalised,
which is what makes a hundred coded texts enough to start from.

All figures are out of fold: regularisation, weights, calibration (Platt) and threshold are found
again on the other folds. Near-copies of a text share its fold: a head that knew one of them would
know its answer. Intervals are percentiles of a bootstrap over groups of near-copies, those of
either answer drawn apart (Efron and Tibshirani 1993, ch. 8 and 13). Texts count alike, whatever
their weight in a sample.

A head of coded texts that is in force already is a rival on those texts alone that it was not made
from, and its direction is no feature: it would carry their answers into every fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.coded_figures import Draws, Groups, Interval, Measured, aucs, draw, interval, measure
from models.encoder import Encoder
from models.fitting import SEED, Labels, best_threshold, platt
from models.framing import Scores, sigmoid
from models.issue_frames import IssueHead, Origin, counted, unit
from models.passages import encode_text, tokenize_text

# Below these an interval says nothing: in a fifth of the texts there must be two of each answer.
FEWEST_TEXTS, FEWEST_EACH = 40, 10
FOLDS = 5
# Regularisation: chosen by AUC among these within the texts that a head is fitted on.
CS = (0.003, 0.03)
# A standardised direction times this is penalised a hundredth as much as a coordinate.
PRIOR = 10.0
# Texts of so few sentences, by their median, are coded sentences, not articles.
FEW_SENTENCES = 2

Coded = tuple[Labels, Groups]  # of the same texts


@dataclass(frozen=True, slots=True)
class CodedText:
    """A text's sentences as unit vectors (sentences, d), and what its coders said.

    copies: the number of its group of near-copies; None: there is none of it. known: whether the
    head of coded texts that is in force was made from it, or from a near-copy.
    """

    sentences: Scores
    present: bool
    copies: int | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Rival:
    """A head that would be replaced, and the interval of how much AUC the new one has more."""

    origin: Origin
    texts: int  # that both were compared on
    measured: Measured
    gain: Interval


@dataclass(frozen=True, slots=True)
class Trained:
    head: IssueHead
    texts: int
    positives: int
    measured: Measured
    rivals: tuple[Rival, ...]
    of_sentences: bool  # the unit that was coded, and so what the figures are of
    not_compared: str = ""  # why the head in force is no rival, if it should be

    @property
    def beaten(self) -> bool:
        """Whether every interval of the difference lies above 0, and nothing was not compared."""
        return not self.not_compared and all(rival.gain[0] > 0 for rival in self.rivals)


class TooFewCoded(ValueError):
    """Too few coded texts to fit on; the message says how many there are and how many to have."""


def sentence_vectors(encoder: Encoder, text: str) -> Scores | None:
    """(sentences, d): the text as the reader sees it; None where it has no sentence."""
    source = tokenize_text(encoder, text)
    if not source.sentences:
        return None
    encoded = encode_text(encoder, source)
    return unit(encoded.sentences)[counted(encoded)]


def check_enough(frame: str, present: Sequence[bool], groups: Sequence[int | None]) -> None:
    """Raise TooFewCoded unless there are FEWEST_TEXTS, and FEWEST_EACH of either answer.

    groups: of near-copies, which count as one text; None: a text without any.
    """
    keys = [("text", i) if group is None else ("group", group) for i, group in enumerate(groups)]
    yes = len({key for key, said in zip(keys, present, strict=True) if said})
    no = len({key for key, said in zip(keys, present, strict=True) if not said})
    if len(set(keys)) < FEWEST_TEXTS or min(yes, no) < FEWEST_EACH:
        copies = "" if len(set(keys)) == len(keys) else " (near-copies counted once)"
        raise TooFewCoded(
            f"{frame}: {len(set(keys))} coded texts, {yes} of them with the frame{copies}; at "
            f"least {FEWEST_TEXTS} are needed, {FEWEST_EACH} with it and {FEWEST_EACH} without"
        )


def train_head(
    texts: Sequence[CodedText], rivals: Sequence[IssueHead], in_force: IssueHead | None = None
) -> Trained:
    """The head of one frame.

    rivals: what would read the frame without coded texts, the first one before the others;
    in_force: the head of coded texts that reads it now. Raises TooFewCoded.
    """
    frame, labels = rivals[0].frame, np.array([text.present for text in texts], dtype=np.int64)
    check_enough(frame, [text.present for text in texts], [text.copies for text in texts])
    groups = _groups(texts)
    means = np.stack([text.sentences.mean(axis=0) for text in texts])
    priors = np.stack([rival.weights for rival in rivals])
    found, present = _out_of_fold(means, (labels, groups), priors)
    draws = draw(labels, groups)
    against = [_against(rival, texts, found, draws) for rival in rivals]
    not_compared = ""
    if in_force is not None:
        fresh = [i for i, text in enumerate(texts) if not text.known]
        new = [texts[i] for i in fresh]
        try:
            check_enough(frame, [t.present for t in new], [t.copies for t in new])
        except TooFewCoded as error:
            not_compared = str(error)
        else:
            against.append(
                _against(in_force, new, found[fresh], draw(labels[fresh], groups[fresh]))
            )
    return Trained(
        head=_final(texts, means, (labels, groups), priors, rivals[0]),
        texts=len(texts),
        positives=int(labels.sum()),
        measured=measure(found, present, labels, draws),
        rivals=tuple(against),
        of_sentences=_of_sentences(texts),
        not_compared=not_compared,
    )


def _groups(texts: Sequence[CodedText]) -> Groups:
    """(n,): a number for each text, which only its near-copies share."""
    keys = [("text", i) if t.copies is None else ("group", t.copies) for i, t in enumerate(texts)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def _against(rival: IssueHead, texts: Sequence[CodedText], found: Scores, draws: Draws) -> Rival:
    """found: (n,) what the new head says of the texts out of fold."""
    labels = np.array([text.present for text in texts], dtype=np.int64)
    logits = [rival.article_logit(t.sentences @ rival.weights + rival.bias) for t in texts]
    scores = sigmoid(np.array(logits))
    return Rival(
        origin=rival.origin,
        texts=len(texts),
        measured=measure(scores, scores >= rival.threshold, labels, draws),
        gain=interval(aucs(found, labels, draws) - aucs(scores, labels, draws)),
    )


def _of_sentences(texts: Sequence[CodedText]) -> bool:
    return bool(np.median([len(text.sentences) for text in texts]) <= FEW_SENTENCES)


# --- fitting --------------------------------------------------------------------------------------


def _fit(means: Scores, labels: Labels, priors: Scores, c: float) -> tuple[Scores, float]:
    """Weights (d,) and bias for texts' mean vectors."""
    from sklearn.linear_model import LogisticRegression

    towards = means @ priors.T
    features = np.hstack([means, towards])
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    scale[means.shape[1] :] /= PRIOR
    fit = LogisticRegression(C=c, class_weight="balanced", max_iter=1000)
    fit.fit((features - mean) / scale, labels)
    weights = fit.coef_[0] / scale
    own, of_priors = weights[: means.shape[1]], weights[means.shape[1] :]
    return own + of_priors @ priors, float(fit.intercept_[0] - weights @ mean)


def _unseen(means: Scores, coded: Coded, priors: Scores, c: float) -> Scores:
    """Probabilities, not calibrated, of texts that the fit had not seen."""
    from sklearn.model_selection import StratifiedGroupKFold

    labels, groups = coded
    found = np.zeros(len(labels))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for train, test in folds.split(means, labels, groups):
        weights, bias = _fit(means[train], labels[train], priors, c)
        found[test] = sigmoid(means[test] @ weights + bias)
    return found


def _calibrated(means: Scores, coded: Coded, priors: Scores) -> tuple[tuple[Scores, float], float]:
    """Calibrated weights and bias, and the threshold of greatest expected F1."""
    labels = coded[0]
    once = np.ones((1, len(labels)), dtype=np.int64)
    tried = {c: _unseen(means, coded, priors, c) for c in CS}
    best = max(CS, key=lambda c: float(aucs(tried[c], labels, once)[0]))
    weights, bias = _fit(means, labels, priors, best)
    unseen = tried[best]
    slope, intercept = platt(unseen, labels)
    logits = np.log(unseen / (1 - unseen))
    threshold = best_threshold(sigmoid(slope * logits + intercept))
    return (slope * weights, slope * bias + intercept), threshold


def _out_of_fold(means: Scores, coded: Coded, priors: Scores) -> tuple[Scores, Labels]:
    """Calibrated probability and presence of each text by heads that never saw it or a copy."""
    from sklearn.model_selection import StratifiedGroupKFold

    labels, groups = coded
    found, present = np.zeros(len(labels)), np.zeros(len(labels), dtype=np.int64)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED + 1)
    for train, test in folds.split(means, labels, groups):
        known = labels[train], groups[train]
        (weights, bias), threshold = _calibrated(means[train], known, priors)
        found[test] = sigmoid(means[test] @ weights + bias)
        present[test] = found[test] >= threshold
    return found, present


def _final(
    texts: Sequence[CodedText], means: Scores, coded: Coded, priors: Scores, old: IssueHead
) -> IssueHead:
    """Of coded articles a head with their own rule; of sentences one with that of the old head."""
    (weights, bias), threshold = _calibrated(means, coded, priors)
    articles = not _of_sentences(texts)
    return IssueHead(
        frame=old.frame,
        entry=old.entry,
        origin=Origin.CODED,
        weights=weights,
        bias=bias,
        slope=1.0 if articles else old.slope,
        intercept=0.0 if articles else old.intercept,
        share=1.0 if articles else old.share,
        threshold=threshold if articles else old.threshold,
    )
