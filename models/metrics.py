"""How well labels were predicted: the measures the evaluation prints and holds floors for."""

import numpy as np

from framewatch.facts import Measures as Measures
from models.fitting import Labels
from models.framing import Scores

BINS = 10  # of the calibration error


def calibration_error(hits: Labels, confidence: Scores) -> float:
    """Expected calibration error over BINS equal bins of confidence (Guo et al. 2017)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - hits[bins == b].mean()) * float((bins == b).mean())
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def measure_frame(gold: Labels, probability: Scores, present: Labels) -> Measures:
    """One frame; gold and present are (n,) of 0 and 1."""
    from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

    precision, recall, f1, _ = precision_recall_fscore_support(
        gold, present, average="binary", zero_division=0
    )
    return Measures(
        len(gold),
        float(gold.mean()),
        float(precision),
        float(recall),
        float(f1),
        float(roc_auc_score(gold, probability)),
        calibration_error(gold, probability),
    )


def measure_polarity(gold: Labels, probabilities: Scores) -> Measures:
    """Macro averages over the polarities; prevalence is that of the commonest one.

    probabilities: (n, 3). The calibration error is that of the polarity chosen.
    """
    from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

    chosen = probabilities.argmax(axis=1)
    precision, recall, f1, _ = precision_recall_fscore_support(
        gold, chosen, average="macro", zero_division=0
    )
    hits = (chosen == gold).astype(np.int64)
    return Measures(
        len(gold),
        float(np.bincount(gold).max() / len(gold)),
        float(precision),
        float(recall),
        float(f1),
        float(roc_auc_score(gold, probabilities, multi_class="ovr", average="macro")),
        calibration_error(hits, probabilities.max(axis=1)),
    )
