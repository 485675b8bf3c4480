"""The share that people would have counted, from the machine's and a sample coded by hand.

The machine's share is wrong in a way that more articles do not cure. Two corrections from the
sample, with the clustered variance of the big machine-coded set (`trends.clusters`):

*Rogan-Gladen* (Rogan & Gladen, *Am. J. Epidemiol.* 107 (1978), 71-76): with the mean reading q of
all articles, m1 of articles with the frame and m0 of those without (for readings of 0 and 1 these
are sensitivity and 1 - specificity; for probabilities the same identity holds, Bella et al.,
"Quantification via probability estimators", ICDM 2010):

    share = (q - m0) / (m1 - m0)

It holds wherever m1 and m0 hold: the sample may come from other weeks, with another share.

*Prediction-powered* (Angelopoulos et al., *Science* 382 (2023), 669-674; tuned: Angelopoulos, Duchi
& Zrnic, "PPI++", arXiv:2311.01453, sec. 6), with human codes Y and readings f:

    share = mean(Y) - b * (mean of f in the sample - q),    b = cov(Y, f) / var(f)

Their power-tuned estimator, with the sample a part of the articles, is this one, the regression
estimator of double sampling (Cochran, *Sampling Techniques*, 3rd ed. 1977, sec. 12.6). In large
samples it is never worse than the sample alone, and it assumes nothing of the classifier, but needs
a sample drawn from the very articles the share is about.

Weights are those of Horvitz & Thompson (1952) in ratio form (Hajek 1971); variances of the sample
are those of its linearised means within the strata of its design (Särndal, Swensson & Wretman,
*Model Assisted Survey Sampling*, 1992, sec. 5.5 and 5.7).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

from trends.clusters import CONFIDENCE, Estimate
from trends.share import interval

Vector = NDArray[np.float64]

# A convention: the simulations in tests/test_correction.py show where the intervals hold.
MIN_CODED = 50
# A machine that hardly tells articles apart hides how they cluster; below this difference of its
# mean readings the noise of its own clustering would be multiplied more than elevenfold.
LEAST_GAP = 0.3


@dataclass(frozen=True, slots=True)
class Coded:
    """One article coded by a person, and what the machine read: 0 or 1, or a probability."""

    article: str
    frame: str
    human: bool
    machine: float
    weight: float = 1.0  # one over the chance of being drawn
    stratum: str = ""  # of the sample's design, for instance the machine's label


@dataclass(frozen=True, slots=True)
class Corrected:
    """One estimate. Without a value, `reason` says why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    naive: Corrected  # the machine's share; its interval ignores that machines err
    rogan_gladen: Corrected
    prediction_powered: Corrected
    coded: int  # articles in the sample
    present: int  # of them, those in which people found the frame
    sensitivity: float | None = None  # mean reading of articles with the frame
    specificity: float | None = None  # one less the mean reading of those without
    power: float | None = None  # b
    strata: dict[str, int] = field(default_factory=dict)

    def rescaled(self, share: float) -> float:
        """Another share of the same machine, as Rogan & Gladen have it, within 0 and 1."""
        return min(1.0, max(0.0, (share - self._noise) / self._gap))

    def rescaled_error(self, error: float) -> float:
        """Of sampling alone."""
        return error / self._gap

    @property
    def _noise(self) -> float:
        return 1 - (self.specificity or 0.0)

    @property
    def _gap(self) -> float:
        if self.rogan_gladen.value is None or self.sensitivity is None:
            raise ValueError(f"no correction: {self.rogan_gladen.reason}")
        return self.sensitivity - self._noise


def correct(machine: Estimate, sample: Sequence[Coded], same_articles: bool = True) -> Correction:
    """From the machine's estimate over all articles (`panel.share(...).found`) and a sample.

    The sample is of one frame. `same_articles`: it was drawn from the articles of the estimate;
    else there is no prediction-powered estimate, as its correction belongs to another share.
    Raises ValueError if the sample mixes frames, has an article twice, or a weight that is not
    positive.
    """
    _check(sample)
    present = sum(row.human for row in sample)
    low, high = interval(machine)
    naive = Corrected(machine.mean, low, high, machine.standard_error)
    lacking = _lacking(len(sample), present)
    if lacking:
        none = Corrected(reason=lacking)
        return Correction(
            naive=naive,
            rogan_gladen=none,
            prediction_powered=none,
            coded=len(sample),
            present=present,
        )
    rows = _Rows.of(sample)
    m1, m0 = rows.mean_where(rows.y), rows.mean_where(1 - rows.y)
    powered, power = _prediction_powered(machine, rows, m1 - m0)
    return Correction(
        naive=naive,
        rogan_gladen=_rogan_gladen(machine, rows, m1, m0),
        prediction_powered=powered
        if same_articles
        else Corrected(reason="The sample was drawn from other articles."),
        coded=len(sample),
        present=present,
        sensitivity=m1,
        specificity=1 - m0,
        power=power,
        strata=dict(Counter(row.stratum for row in sample)),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    y: Vector  # by people
    f: Vector  # by the machine
    w: Vector
    stratum: NDArray[np.intp]
    sizes: NDArray[np.intp]

    @classmethod
    def of(cls, sample: Sequence[Coded]) -> "_Rows":
        _, stratum, sizes = np.unique(
            [row.stratum for row in sample], return_inverse=True, return_counts=True
        )
        return cls(
            np.array([row.human for row in sample], dtype=float),
            np.array([row.machine for row in sample], dtype=float),
            np.array([row.weight for row in sample], dtype=float),
            stratum,
            sizes,
        )

    def guarded(self) -> "_Rows":
        """For variances: one more article with and one without the frame in each stratum.

        A hundred articles without one missed by the machine do not show that it misses none, yet
        their variance is 0; Agresti & Coull (*The American Statistician* 52 (1998), 119-126) and
        Agresti & Caffo (ibid. 54 (2000), 280-288) add such articles. The estimate is without them.
        """
        strata = np.arange(len(self.sizes))
        f = np.bincount(self.stratum, self.f) / self.sizes
        w = np.bincount(self.stratum, self.w) / self.sizes
        return _Rows(
            np.concatenate([self.y, np.zeros(len(strata)), np.ones(len(strata))]),
            np.concatenate([self.f, f, f]),
            np.concatenate([self.w, w, w]),
            np.concatenate([self.stratum, strata, strata]),
            self.sizes + 2,
        )

    @property
    def freedom(self) -> int:
        return max(1, len(self.y) - len(self.sizes))

    def mean(self, x: Vector) -> float:
        return float(self.w @ x / self.w.sum())

    def mean_where(self, among: Vector) -> float:
        """Of the machine's readings."""
        return float((self.w * among) @ self.f / (self.w @ among))

    def off_where(self, among: Vector) -> Vector:
        """What each article adds to the error of that mean."""
        weight = self.w * among
        off: Vector = weight * (self.f - self.mean_where(among)) / weight.sum()
        return off

    def covariance(self, one: Vector, two: Vector) -> float:
        """Of two sums over the sample, drawn with replacement within each stratum."""
        sums = np.bincount(self.stratum, one) * np.bincount(self.stratum, two)
        inner = np.bincount(self.stratum, one * two) - sums / self.sizes
        return float(np.sum(inner * self.sizes / (self.sizes - 1)))


def _rogan_gladen(machine: Estimate, rows: _Rows, m1: float, m0: float) -> Corrected:
    """With Fieller's interval (*J. R. Stat. Soc. B* 16 (1954), 175-185), cut at 0 and 1.

    The shares s that the data do not reject: |(q - m0) - s * (m1 - m0)| <= t * its error.
    """
    gap = m1 - m0
    guarded = rows.guarded()
    by1, by0 = guarded.off_where(guarded.y), guarded.off_where(1 - guarded.y)
    v11, v00 = guarded.covariance(by1, by1), guarded.covariance(by0, by0)
    v10 = guarded.covariance(by1, by0)
    news = machine.variance / machine.n**2
    of_top, of_gap, shared = news + v00, v11 + v00 - 2 * v10, v00 - v10
    value = (machine.mean - m0) / gap if gap else 0.0

    def variance(s: float) -> float:
        return of_top - 2 * s * shared + s * s * of_gap

    held = min(1.0, max(0.0, value))
    t = _quantile(variance(held) - news, rows.freedom, news, machine)
    lead = gap * gap - t * t * of_gap
    if gap <= 0 or lead <= 0:
        return Corrected(
            reason=f"The machine hardly tells articles with the frame (mean reading {m1:.2f}) from "
            f"those without ({m0:.2f}): the difference is {gap:.2f} -/+ {t * sqrt(of_gap):.2f}."
        )
    top = machine.mean - m0
    middle = (top * gap - t * t * shared) / lead
    half = sqrt(max(0.0, middle * middle - (top * top - t * t * of_top) / lead))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    reason = ""
    if value != held:
        reason = (
            f"The machine's share {machine.mean:.3f} is not between its mean readings without "
            f"({m0:.3f}) and with the frame ({m1:.3f})"
        )
        if low >= high:
            return Corrected(reason=f"{reason}: its errors here are not those of the sample.")
        reason += f"; {value:.3f} was cut to {held:.0f}."
    error = sqrt(variance(held)) / gap
    return Corrected(held, min(low, held), max(high, held), error, reason)


def _prediction_powered(machine: Estimate, rows: _Rows, gap: float) -> tuple[Corrected, float]:
    my, mf = rows.mean(rows.y), rows.mean(rows.f)
    spread = rows.mean((rows.f - mf) ** 2)
    power = rows.mean((rows.f - mf) * (rows.y - my)) / spread if spread > 0 else 0.0
    value = my - power * (mf - machine.mean)
    held = min(1.0, max(0.0, value))
    guarded = rows.guarded()
    rest = guarded.y - power * guarded.f
    off = guarded.w * (rest - guarded.mean(rest)) / guarded.w.sum()
    sampled = guarded.covariance(off, off)
    # What the articles would vary by, had people coded them all: independent articles, and days
    # that waver together. A machine shows only `gap` of each wave.
    waves = max(0.0, machine.variance / machine.n**2 - machine.spread / machine.n)
    news = held * (1 - held) / machine.n + waves / max(gap, LEAST_GAP) ** 2
    t = _quantile(sampled, rows.freedom, news, machine)
    reason = "" if value == held else f"{value:.3f} was cut to {held:.0f}."
    return _on_logit(held, sqrt(sampled + news), t, reason), power


def _quantile(sampled: float, freedom: int, news: float, machine: Estimate) -> float:
    """Of Student's t, for a sum of two independent variances (Welch, *Biometrika* 34 (1947))."""
    clusters = max(1.0, machine.clusters - 1)
    both = sampled**2 / freedom + news**2 / clusters
    pooled = (sampled + news) ** 2 / both if both > 0 else clusters
    return float(stdtrit(max(1.0, pooled), (1 + CONFIDENCE) / 2))


def _on_logit(value: float, error: float, t: float, reason: str = "") -> Corrected:
    """Korn & Graubard 1998. Nearer to 0 or 1 than its error, a share is taken to be one error off,
    as the logit would else make the interval span everything."""
    inner = min(max(value, error), 1 - error) if error < 0.5 else 0.5
    if not 0 < inner < 1:
        return Corrected(value, value, value, error, reason)
    half = t * error / (inner * (1 - inner))
    low, high = (float(expit(logit(inner) + side)) for side in (-half, half))
    return Corrected(value, min(low, value), max(high, value), error, reason)


def _lacking(coded: int, present: int) -> str:
    if not coded:
        return "No article was coded by hand."
    if coded < MIN_CODED:
        return f"{coded} articles were coded by hand; {MIN_CODED} are needed."
    if not present:
        return f"None of {coded} articles coded by hand carries the frame."
    if present == coded:
        return f"All {coded} articles coded by hand carry the frame."
    return ""


def _check(sample: Sequence[Coded]) -> None:
    if len({row.frame for row in sample}) > 1:
        raise ValueError("the sample mixes frames")
    if len({row.article for row in sample}) < len(sample):
        raise ValueError("an article is twice in the sample")
    if any(not row.weight > 0 for row in sample):
        raise ValueError("a weight is not positive")
    if any(not 0 <= row.machine <= 1 for row in sample):
        raise ValueError("a reading is not between 0 and 1")
