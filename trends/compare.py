"""Two groups side by side: shares, tone, and frames that go together.

A difference takes its interval from those of its two sides (MOVER: Zou & Donner, *Statistics in
Medicine* 27 (2008), 1693-1702; with correlation r: Zou, *Psychological Methods* 12 (2007),
399-413), so it is never clear of zero by an approximation that its sides do not share:

    low = d - sqrt((p1 - l1)^2 - 2 r (p1 - l1)(u2 - p2) + (u2 - p2)^2),    high likewise

r is the correlation of the two means over the clusters that they share (`trends.clusters`): groups
of articles of the same outlets (genres, voices, targets) have the same busy days; groups of
different outlets share no cluster, and r is 0.

Frames together: O / E = n * n_ab / (n_a * n_b), with a delta-method interval of its logarithm whose
variance is between outlet-days within outlets, never below that of independent articles.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from math import exp, inf, log, sqrt

import numpy as np
from scipy.special import gammaincinv, stdtrit

from framewatch.story import DayCount, PairDay, TrendState
from trends.clusters import CONFIDENCE, Estimate
from trends.outlet_days import Group, Numbers, OutletDays, Sides
from trends.panel import Reach
from trends.share import MIN_ARTICLES
from trends.share import interval as share_interval
from trends.tone import ToneDay
from trends.tone import interval as tone_interval

Row = tuple[str, date, int, float, float]  # outlet, day, n, sum of the values, of their squares
PAIR = ("n", "a", "b", "both")

# Cochran's rule for counts in tables (Biometrics 10 (1954), 417-451): with fewer articles expected
# to carry both frames, O / E is mostly chance.
MIN_EXPECTED = 5


@dataclass(frozen=True, slots=True)
class Side:
    n: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Left less right, on the scale of the sides (a share of 0.1 is 10 points)."""

    left: Side
    right: Side
    value: float | None
    low: float | None
    high: float | None
    state: TrendState
    correlation: float = 0.0

    @property
    def clear(self) -> bool:
        """The interval leaves zero out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    n: int
    observed: int
    expected: float
    ratio: float | None
    low: float | None
    high: float | None
    state: TrendState


def of_shares(
    left: Iterable[DayCount], right: Iterable[DayCount], reach: Reach = Reach.PANEL
) -> Difference:
    """Two groups of articles: outlets, countries, languages, genres, voices, targets."""
    sides = (((c.outlet, c.day, c.n, c.k, c.k) for c in counts) for counts in (left, right))
    return of_sides(listed(*sides), reach)


def of_tones(
    left: Iterable[ToneDay], right: Iterable[ToneDay], reach: Reach = Reach.PANEL
) -> Difference:
    """Mean tone, for instance of articles with a frame against those without."""
    return of_sides(listed(tone_rows(left), tone_rows(right)), reach, tone_interval)


def of_sides(
    sides: Sides,
    reach: Reach = Reach.PANEL,
    interval: Callable[[Estimate], tuple[float, float]] = share_interval,
) -> Difference:
    """Left less right; an interval of either needs enough articles, beyond them also outlets."""
    found, beyond = [], reach is Reach.BEYOND
    for sums in (sides.left, sides.right):
        mean = sums.estimate(reach)
        few = mean is None or mean.n < MIN_ARTICLES or (beyond and sums.outlets < 2)
        low, high = interval(mean) if mean and not few else (None, None)
        found.append(Side(mean.n if mean else 0, mean.mean if mean else None, low, high))
    one, two = found
    blank = Difference(
        left=one,
        right=two,
        value=one.mean - two.mean if one.mean is not None and two.mean is not None else None,
        low=None,
        high=None,
        state=TrendState.INSUFFICIENT if one.n and two.n else TrendState.NO_COVERAGE,
    )
    if one.low is None or two.low is None:
        return blank
    r = sides.correlation(reach)
    low, high = mover(one, two, r)
    return replace(blank, low=low, high=high, correlation=r, state=TrendState.ENOUGH)


def mover(left: Side, right: Side, r: float) -> tuple[float, float]:
    """Raises ValueError for a side without an interval."""
    p1, l1, u1 = _known(left)
    p2, l2, u2 = _known(right)
    d = p1 - p2
    return d - _length(p1 - l1, u2 - p2, r), d + _length(u1 - p1, p2 - l2, r)


def together(days: Iterable[PairDay]) -> Together:
    """Observed over expected if the two frames were independent, over all given articles."""
    held = [day for day in days if day.n > 0]
    where, _ = OutletDays.of((day.outlet, at) for at, day in enumerate(held))
    n, a, b, both = (np.array([getattr(d, name) for d in held], float) for name in PAIR)
    return of_pairs(where, n, a, b, both)


def of_pairs(where: OutletDays, n: Numbers, a: Numbers, b: Numbers, both: Numbers) -> Together:
    """The same from arrays over all outlet-days; those without articles have none."""
    articles, one, other, observed = (float(values.sum()) for values in (n, a, b, both))
    expected = one * other / articles if articles else 0.0
    blank = Together(
        n=round(articles),
        observed=round(observed),
        expected=expected,
        ratio=observed / expected if expected else None,
        low=None,
        high=None,
        state=TrendState.INSUFFICIENT if articles else TrendState.NO_COVERAGE,
    )
    if expected < MIN_EXPECTED:
        return blank
    if observed == 0:
        # The exact upper limit of a Poisson count of none (Garwood 1936).
        most = float(gammaincinv(1, (1 + CONFIDENCE) / 2))
        return replace(blank, low=0.0, high=most / expected, state=TrendState.ENOUGH)
    influence = both / observed - a / one - b / other + n / articles
    variance = max(where.between(influence, n > 0), _independent(articles, one, other, observed))
    clusters = articles * articles / float((n * n).sum())
    half = float(stdtrit(max(1.0, clusters - 1), (1 + CONFIDENCE) / 2)) * sqrt(variance)
    ratio = observed / expected
    return replace(
        blank,
        low=exp(log(ratio) - half),
        high=exp(log(ratio) + half) if half < 700 else inf,
        state=TrendState.ENOUGH,
    )


def _independent(n: float, n_a: float, n_b: float, n_ab: float) -> float:
    """Variance of the logarithm if articles were independent."""
    both, one, other, any_ = 1 / n_ab, 1 / n_a, 1 / n_b, 1 / n
    return (
        n_ab * (both - one - other + any_) ** 2
        + (n_a - n_ab) * (any_ - one) ** 2
        + (n_b - n_ab) * (any_ - other) ** 2
        + (n - n_a - n_b + n_ab) * any_**2
    )


def tone_rows(days: Iterable[ToneDay]) -> Iterable[Row]:
    return ((d.outlet, d.day, d.n, d.tone_sum, d.tone_squares) for d in days)


def listed(left: Iterable[Row], right: Iterable[Row]) -> Sides:
    """Of lists of outlet-days, in any order."""
    rows = [[row for row in side if row[2] > 0] for side in (left, right)]
    where, number = OutletDays.of((row[0], row[1]) for side in rows for row in side)
    groups = []
    for side in rows:
        side.sort(key=lambda row: number[row[:2]])
        places = np.array([number[row[:2]] for row in side], dtype=np.intp)
        values = np.array([row[2:] for row in side], float).reshape(len(side), 3)
        groups.append(Group.of(places, *values.T))
    return where.sides(*groups)


def _length(x: float, y: float, r: float) -> float:
    return sqrt(max(0.0, x * x - 2 * r * x * y + y * y))


def _known(side: Side) -> tuple[float, float, float]:
    if side.mean is None or side.low is None or side.high is None:
        raise ValueError("a side without an interval cannot be compared")
    return side.mean, side.low, side.high
