"""The variance of a mean over articles that come in bursts.

Articles of one outlet on one day share an agenda, an agency report, often an author: they are not
independent draws. So a mean over articles is estimated by strata and clusters (Cochran, *Sampling
Techniques*, 3rd ed. 1977, ch. 9A): the outlet is the stratum (a fixed panel: the claim is about
these outlets), the outlet-day the cluster. For outlet o with days d, n articles and total s on
each, and its own mean m = sum(s) / sum(n):

    var_o = D / (D - 1) * sum over d of (s - m * n)^2      D: days with articles

floored at what independent articles would give, sum(x^2) - sum(x)^2 / sum(n), which for a share q
is n * q * (1 - q). Every quantity adds up over outlets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from scipy.special import stdtrit  # not scipy.stats: 50 MB in every process

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Cell:
    """One outlet's day: n articles with values x."""

    outlet: str
    n: int
    total: float  # sum of x
    squares: float  # sum of x squared


@dataclass(frozen=True, slots=True)
class Estimate:
    n: int
    total: float
    spread: float  # variance of one article, articles taken as independent
    variance: float  # of total, never below n * spread
    clusters: float  # effective: n^2 / sum of the cells' n^2 (Kish 1965)

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def standard_error(self) -> float:
        """Of the mean."""
        return float(self.variance**0.5) / self.n

    @property
    def design_effect(self) -> float:
        """How many times the variance of independent articles; at least 1."""
        plain = self.n * self.spread
        return self.variance / plain if plain > 0 else 1.0

    @property
    def quantile(self) -> float:
        """Of Student's t, two-sided, with one degree fewer than effective clusters."""
        return float(stdtrit(max(1.0, self.clusters - 1), (1 + CONFIDENCE) / 2))


def estimate(cells: Iterable[Cell]) -> Estimate:
    """From the outlet-days of a bucket. Raises ValueError without any article."""
    cells = [cell for cell in cells if cell.n > 0]
    if not cells:
        raise ValueError("an estimate needs at least one article")
    n = sum(cell.n for cell in cells)
    total = fsum(cell.total for cell in cells)
    squares = fsum(cell.squares for cell in cells)
    spread = max(0.0, squares / n - (total / n) ** 2)
    by_outlet: dict[str, list[Cell]] = {}
    for cell in cells:
        by_outlet.setdefault(cell.outlet, []).append(cell)
    variance = fsum(_of_outlet(days, spread) for days in by_outlet.values())
    return Estimate(
        n=n,
        total=total,
        spread=spread,
        # Plug-in variances of outlets with two or three articles are far too small (an outlet
        # with one article has none), so the whole is floored as well as each outlet.
        variance=max(variance, n * spread),
        clusters=n * n / sum(cell.n**2 for cell in cells),
    )


def _of_outlet(days: Sequence[Cell], spread: float) -> float:
    n = sum(day.n for day in days)
    if len(days) == 1:
        # One day says nothing about how days differ: the pooled spread stands in.
        return n * spread
    mean = fsum(day.total for day in days) / n
    between = fsum((day.total - mean * day.n) ** 2 for day in days) * len(days) / (len(days) - 1)
    independent = fsum(day.squares for day in days) - mean * mean * n
    return max(between, independent)
