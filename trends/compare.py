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

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import exp, inf, log, sqrt

from scipy.special import gammaincinv
from scipy.stats import t as student

from framewatch.story import DayCount, PairDay, TrendState
from trends import share as shares
from trends import tone as tones
from trends.clusters import CONFIDENCE, Cell, Estimate, estimate
from trends.panel import Reach, by_outlet
from trends.share import MIN_ARTICLES
from trends.tone import ToneDay

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


@dataclass(frozen=True, slots=True)
class Row:
    """One outlet's day of a group: n articles, the sum of their values and of its squares."""

    outlet: str
    day: date
    n: int
    total: float
    squares: float


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
    return _difference(
        [Row(c.outlet, c.day, c.n, c.k, c.k) for c in left],
        [Row(c.outlet, c.day, c.n, c.k, c.k) for c in right],
        reach,
        is_share=True,
    )


def of_tones(
    left: Iterable[ToneDay], right: Iterable[ToneDay], reach: Reach = Reach.PANEL
) -> Difference:
    """Mean tone, for instance of articles with a frame against those without."""
    return _difference(
        [Row(d.outlet, d.day, d.n, d.tone_sum, d.tone_squares) for d in left],
        [Row(d.outlet, d.day, d.n, d.tone_sum, d.tone_squares) for d in right],
        reach,
        is_share=False,
    )


def mover(left: Side, right: Side, r: float) -> tuple[float, float]:
    """Raises ValueError for a side without an interval."""
    p1, l1, u1 = _known(left)
    p2, l2, u2 = _known(right)
    d = p1 - p2
    return d - _length(p1 - l1, u2 - p2, r), d + _length(u1 - p1, p2 - l2, r)


def together(days: Iterable[PairDay]) -> Together:
    """Observed over expected if the two frames were independent, over all given articles."""
    days = [day for day in days if day.n > 0]
    n, n_a, n_b = sum(d.n for d in days), sum(d.a for d in days), sum(d.b for d in days)
    observed = sum(d.both for d in days)
    expected = n_a * n_b / n if n else 0.0
    blank = Together(
        n=n,
        observed=observed,
        expected=expected,
        ratio=observed / expected if expected else None,
        low=None,
        high=None,
        state=TrendState.INSUFFICIENT if n else TrendState.NO_COVERAGE,
    )
    if expected < MIN_EXPECTED:
        return blank
    if observed == 0:
        # The exact upper limit of a Poisson count of none (Garwood 1936).
        most = float(gammaincinv(1, (1 + CONFIDENCE) / 2))
        return replace(blank, low=0.0, high=most / expected, state=TrendState.ENOUGH)

    def influence(day: PairDay) -> float:
        return day.both / observed - day.a / n_a - day.b / n_b + day.n / n

    by_outlet: dict[str, list[float]] = {}
    for day in days:
        by_outlet.setdefault(day.outlet, []).append(influence(day))
    between = sum(
        len(us) / (len(us) - 1) * sum((u - sum(us) / len(us)) ** 2 for u in us)
        for us in by_outlet.values()
        if len(us) > 1
    )
    both, one, other, any_ = 1 / observed, 1 / n_a, 1 / n_b, 1 / n
    independent = (
        observed * (both - one - other + any_) ** 2
        + (n_a - observed) * (any_ - one) ** 2
        + (n_b - observed) * (any_ - other) ** 2
        + (n - n_a - n_b + observed) * any_**2
    )
    clusters = n * n / sum(day.n**2 for day in days)
    t = float(student.ppf((1 + CONFIDENCE) / 2, max(1.0, clusters - 1)))
    half = t * sqrt(max(between, independent))
    ratio = observed / expected
    return replace(
        blank,
        low=exp(log(ratio) - half),
        high=exp(log(ratio) + half) if half < 700 else inf,
        state=TrendState.ENOUGH,
    )


def _difference(
    left: Sequence[Row], right: Sequence[Row], reach: Reach, is_share: bool
) -> Difference:
    sides: list[tuple[Side, Estimate | None]] = []
    for rows in (left, right):
        rows = [row for row in rows if row.n > 0]
        if not rows:
            sides.append((Side(0, None, None, None), None))
            continue
        given: Sequence[Cell] = [Cell(r.outlet, r.n, r.total, r.squares) for r in rows]
        few = reach is Reach.BEYOND and len({row.outlet for row in rows}) < 2
        found = estimate(by_outlet(given) if reach is Reach.BEYOND else given)
        if found.n < MIN_ARTICLES or few:
            sides.append((Side(found.n, found.mean, None, None), None))
            continue
        low, high = shares.interval(found) if is_share else tones.interval(found)
        sides.append((Side(found.n, found.mean, low, high), found))
    (one, first), (two, second) = sides
    blank = Difference(
        left=one,
        right=two,
        value=one.mean - two.mean if one.mean is not None and two.mean is not None else None,
        low=None,
        high=None,
        state=TrendState.INSUFFICIENT if one.n and two.n else TrendState.NO_COVERAGE,
    )
    if first is None or second is None:
        return blank
    r = _correlation(left, right, reach, first, second)
    low, high = mover(one, two, r)
    return replace(blank, low=low, high=high, correlation=r, state=TrendState.ENOUGH)


def _correlation(
    left: Sequence[Row], right: Sequence[Row], reach: Reach, one: Estimate, two: Estimate
) -> float:
    if one.variance <= 0 or two.variance <= 0:
        return 0.0

    def place(row: Row) -> tuple[str, Hashable]:
        return ("", row.outlet) if reach is Reach.BEYOND else (row.outlet, row.day)

    first, second = (_residuals((r for r in rows if r.n > 0), place) for rows in (left, right))
    covariance = 0.0
    for stratum in first.keys() & second.keys():
        x, y = first[stratum], second[stratum]
        clusters = len(x.keys() | y.keys())
        if clusters > 1:
            shared = sum(x[cluster] * y[cluster] for cluster in x.keys() & y.keys())
            covariance += clusters / (clusters - 1) * shared
    r = covariance / sqrt(one.variance * two.variance)
    return min(1.0, max(-1.0, r))


def _residuals(
    rows: Iterable[Row], place: Callable[[Row], tuple[str, Hashable]]
) -> dict[str, dict[Hashable, float]]:
    """By stratum and cluster: the sum of its values less what its stratum's mean makes of n."""
    held: dict[str, dict[Hashable, tuple[int, float]]] = {}
    for row in rows:
        stratum, cluster = place(row)
        clusters = held.setdefault(stratum, {})
        n, total = clusters.get(cluster, (0, 0.0))
        clusters[cluster] = (n + row.n, total + row.total)
    off = {}
    for stratum, clusters in held.items():
        mean = sum(total for _, total in clusters.values()) / sum(n for n, _ in clusters.values())
        off[stratum] = {c: total - mean * n for c, (n, total) in clusters.items()}
    return off


def _length(x: float, y: float, r: float) -> float:
    return sqrt(max(0.0, x * x - 2 * r * x * y + y * y))


def _known(side: Side) -> tuple[float, float, float]:
    if side.mean is None or side.low is None or side.high is None:
        raise ValueError("a side without an interval cannot be compared")
    return side.mean, side.low, side.high
