"""Do coders agree, beyond what chance would make of them?

Krippendorff's alpha for nominal data (*Content Analysis*, 4th ed. 2018, ch. 12; "Computing
Krippendorff's Alpha-Reliability", 2011): with units u of m_u >= 2 answers, in which value c was
given n_uc times, n_c = sum of n_uc, n = sum of n_c,

    alpha = 1 - D_o / D_e
    D_o = 1 / n * sum over u of (m_u^2 - sum of n_uc^2) / (m_u - 1)
    D_e = (n^2 - sum of n_c^2) / (n * (n - 1))

A unit with one answer says nothing about agreement.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    units: int  # that at least two coders answered
    answers: int
    alpha: float | None  # None: no such unit, or all answers are alike, which says nothing
    observed: float | None  # part of the pairs within units that agree


def agreement(units: Iterable[Sequence[Hashable]]) -> Agreement:
    """One sequence of answers per unit; who gave which does not matter."""
    counts = [Counter(answers) for answers in units if len(answers) > 1]
    totals: Counter[Hashable] = sum(counts, Counter())
    n = totals.total()
    if not n:
        return Agreement(0, 0, None, None)
    off = sum(_pairs(one) / (one.total() - 1) for one in counts) / n
    expected = _pairs(totals) / (n * (n - 1))
    return Agreement(len(counts), n, 1 - off / expected if expected else None, 1 - off)


def _pairs(counts: Counter[Hashable]) -> int:
    """Ordered pairs of answers that differ."""
    return counts.total() ** 2 - sum(n * n for n in counts.values())
