"""AUC and F1 of a head of coded texts, with intervals over groups of near-copies."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.fitting import SEED, Labels
from models.framing import Scores

RESAMPLES = 2000
LEVEL = 0.95

Interval = tuple[float, float]
Groups = npt.NDArray[np.int64]  # (n,): only near-copies share a number
Draws = npt.NDArray[np.int64]  # (resamples, n): how often each text was drawn


@dataclass(frozen=True, slots=True)
class Measured:
    """AUC and F1 with their intervals."""

    auc: float
    auc_interval: Interval
    f1: float
    f1_interval: Interval


def draw(labels: Labels, groups: Groups) -> Draws:
    """Groups drawn with replacement, as many of either answer (or of both) as there are."""
    random = np.random.default_rng(SEED)
    _, of_text = np.unique(groups, return_inverse=True)
    kinds = np.zeros(of_text.max() + 1, dtype=np.int64)
    np.bitwise_or.at(kinds, of_text, labels + 1)
    drawn = np.zeros((RESAMPLES, len(kinds)), dtype=np.int64)
    for kind in np.unique(kinds):
        part = np.flatnonzero(kinds == kind)
        chances = np.full(len(part), 1 / len(part))
        drawn[:, part] = random.multinomial(len(part), chances, size=RESAMPLES)
    return np.asarray(drawn[:, of_text])


def aucs(scores: Scores, labels: Labels, draws: Draws) -> Scores:
    """(resamples,): the share of pairs in order, ties by half (Mann and Whitney 1947)."""
    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(scores[order], return_index=True)
    counts, yes = draws[:, order], labels[order]
    with_it = np.add.reduceat(counts * yes, starts, axis=1)
    without = np.add.reduceat(counts * (1 - yes), starts, axis=1)
    below = np.cumsum(without, axis=1) - without / 2
    pairs = with_it.sum(axis=1) * without.sum(axis=1)
    return np.asarray((with_it * below).sum(axis=1) / pairs)


def _f1s(present: Labels, labels: Labels, draws: Draws) -> Scores:
    hits = draws @ (present * labels)
    return np.asarray(2 * hits / np.maximum(draws @ (present + labels), 1))


def measure(scores: Scores, present: npt.ArrayLike, labels: Labels, draws: Draws) -> Measured:
    found = np.asarray(present, dtype=np.int64)
    once = np.ones((1, len(labels)), dtype=np.int64)
    return Measured(
        auc=float(aucs(scores, labels, once)[0]),
        auc_interval=interval(aucs(scores, labels, draws)),
        f1=float(_f1s(found, labels, once)[0]),
        f1_interval=interval(_f1s(found, labels, draws)),
    )


def interval(values: Scores) -> Interval:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
