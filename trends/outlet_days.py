"""Groups of articles as sums per outlet-day, in arrays: what `trends.clusters` says of lists.

Outlet-days are numbered, and a group names those on which it has articles. So a comparison over
years goes through some hundred thousand numbers and not through as many objects.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from trends.clusters import Estimate
from trends.panel import Reach

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Group:
    """Articles with values x: their number and sums on each of some outlet-days."""

    places: Places  # of the outlet-days, ascending; each has articles
    n: Numbers
    total: Numbers  # sum of x
    squares: Numbers  # sum of x squared

    @classmethod
    def of(cls, places: Places, n: Numbers, total: Numbers, squares: Numbers) -> "Group":
        """Added up where neighbours name one outlet-day; those without articles are left out."""
        if not len(places):
            return cls(places=places, n=n, total=total, squares=squares)
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        sums = [np.add.reduceat(values, starts) for values in (n, total, squares)]
        some = sums[0] > 0
        n, total, squares = (values[some] for values in sums)
        return cls(places=places[starts][some], n=n, total=total, squares=squares)

    def spread(self, days: int) -> tuple[Numbers, Numbers, Numbers]:
        """Over all outlet-days."""
        found = []
        for values in (self.n, self.total, self.squares):
            every = np.zeros(days)
            every[self.places] = values
            found.append(every)
        return found[0], found[1], found[2]

    def less(self, other: "Group", days: int) -> "Group":
        """The articles that are not in the other, all of whose articles are in this one."""
        left = [a - b for a, b in zip(self.spread(days), other.spread(days), strict=True)]
        return Group.of(np.arange(days), *left)


@dataclass(frozen=True, slots=True)
class OutletSums:
    """Per outlet, the sums over its days d with n_d articles of total t_d."""

    n: Numbers
    total: Numbers
    squares: Numbers
    days: Numbers
    tt: Numbers
    tn: Numbers
    nn: Numbers

    @property
    def all(self) -> tuple[Numbers, ...]:
        return self.n, self.total, self.squares, self.days, self.tt, self.tn, self.nn

    @property
    def outlets(self) -> int:
        """With articles."""
        return int((self.n > 0).sum())

    def estimate(self, reach: Reach) -> Estimate | None:
        """As `trends.clusters.estimate`; None without articles."""
        n, total = float(self.n.sum()), float(self.total.sum())
        if not n:
            return None
        mean = total / n
        spread = max(0.0, float(self.squares.sum()) / n - mean * mean)
        beyond = reach is Reach.BEYOND
        variance = self._of_outlets(mean, n * spread) if beyond else self._of_days(spread)
        squared = (self.n**2).sum() if beyond else self.nn.sum()
        return Estimate(
            n=round(n),
            total=total,
            spread=spread,
            variance=max(variance, n * spread),
            clusters=n * n / float(squared),
        )

    def _of_days(self, spread: float) -> float:
        some = self.days > 1
        n, days = self.n[some], self.days[some]
        mean = self.total[some] / n
        off = self.tt[some] - 2 * mean * self.tn[some] + mean * mean * self.nn[some]
        independent = self.squares[some] - mean * mean * n
        # One day says nothing about how days differ: the pooled spread stands in.
        alone = float(self.n[self.days == 1].sum()) * spread
        return float(np.maximum(off * days / (days - 1), independent).sum()) + alone

    def _of_outlets(self, mean: float, independent: float) -> float:
        some = self.n > 0
        many = int(some.sum())
        if many == 1:
            return independent
        off = self.total[some] - mean * self.n[some]
        return float((off**2).sum()) * many / (many - 1)


@dataclass(frozen=True, slots=True)
class OutletDays:
    """Of which outlet each outlet-day is."""

    outlet: Places
    outlets: int

    @classmethod
    def of(
        cls, days: Iterable[tuple[str, Hashable]]
    ) -> "tuple[OutletDays, dict[tuple[str, Hashable], int]]":
        """From outlets and days; with the number of each."""
        numbers = {day: at for at, day in enumerate(dict.fromkeys(days))}
        outlets: dict[str, int] = {}
        outlet = [outlets.setdefault(name, len(outlets)) for name, _ in numbers]
        return cls(np.array(outlet, dtype=np.intp), len(outlets)), numbers

    def sums(self, group: Group) -> OutletSums:
        outlet = self.outlet[group.places]
        n, total = group.n, group.total
        return OutletSums(
            n=self._by_outlet(outlet, n),
            total=self._by_outlet(outlet, total),
            squares=self._by_outlet(outlet, group.squares),
            days=self._by_outlet(outlet, np.ones(len(n))),
            tt=self._by_outlet(outlet, total * total),
            tn=self._by_outlet(outlet, total * n),
            nn=self._by_outlet(outlet, n * n),
        )

    def sides(self, left: Group, right: Group) -> "Sides":
        one, two = self.sums(left), self.sums(right)
        return Sides(left=one, right=two, shared=self._covariance((left, one), (right, two)))

    def beside(self, every: Group, sums: OutletSums, mine: Group) -> "Sides":
        """Some articles of every, whose sums are given, beside all others.

        Only outlets that have articles of both are gone through once more.
        """
        one = self.sums(mine)
        touched = one.n > 0
        kept = touched[self.outlet]
        number = np.cumsum(kept) - 1
        within = OutletDays(self.outlet[kept], self.outlets)
        some, all_ = (_moved(group, kept, number) for group in (mine, every))
        rest = all_.less(some, len(within.outlet))
        of_rest = within.sums(rest)
        two = OutletSums(
            *(np.where(touched, *pair) for pair in zip(of_rest.all, sums.all, strict=True))
        )
        return Sides(left=one, right=two, shared=within._covariance((some, one), (rest, two)))

    def between(self, values: Numbers, held: npt.NDArray[np.bool_]) -> float:
        """Variance of the sum of values: strata are outlets, clusters their days with articles."""
        outlet = self.outlet[held]
        values = values[held]
        days = self._by_outlet(outlet, np.ones(len(values)))
        mean = self._by_outlet(outlet, values) / np.maximum(days, 1)
        off = self._by_outlet(outlet, (values - mean[outlet]) ** 2)
        some = days > 1
        return float((off[some] * days[some] / (days[some] - 1)).sum())

    def _covariance(self, left: tuple[Group, OutletSums], right: tuple[Group, OutletSums]) -> float:
        """Of two totals less what the outlets' means make of n; clusters are outlet-days."""
        days = len(self.outlet)
        shared = (left[1].n > 0) & (right[1].n > 0)
        off, held = [], np.zeros(days, bool)
        for group, sums in (left, right):
            mean = np.divide(sums.total, sums.n, out=np.zeros(self.outlets), where=shared)
            every = np.zeros(days)
            every[group.places] = group.total - mean[self.outlet[group.places]] * group.n
            off.append(every)
            held[group.places] = True
        products = self._by_outlet(self.outlet, off[0] * off[1])
        clusters = self._by_outlet(self.outlet, held.astype(float))
        some = shared & (clusters > 1)
        return float((products[some] * clusters[some] / (clusters[some] - 1)).sum())

    def _by_outlet(self, outlet: Places, values: Numbers) -> Numbers:
        return np.bincount(outlet, values, self.outlets).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Two groups, and how far they move together from day to day."""

    left: OutletSums
    right: OutletSums
    shared: float  # covariance of the totals over shared outlet-days

    def correlation(self, reach: Reach) -> float:
        """Of the two means, over the clusters that they share."""
        one, two = self.left.estimate(reach), self.right.estimate(reach)
        if one is None or two is None or one.variance <= 0 or two.variance <= 0:
            return 0.0
        shared = self.shared
        if reach is Reach.BEYOND:
            left, right = self.left, self.right
            products = (left.total - one.mean * left.n) * (right.total - two.mean * right.n)
            clusters = int(((left.n > 0) | (right.n > 0)).sum())
            shared = float(products.sum()) * clusters / (clusters - 1) if clusters > 1 else 0.0
        return min(1.0, max(-1.0, shared / sqrt(one.variance * two.variance)))


def _moved(group: Group, kept: npt.NDArray[np.bool_], number: Places) -> Group:
    """On the outlet-days kept, as they are numbered then."""
    mine = kept[group.places]
    values = (group.n[mine], group.total[mine], group.squares[mine])
    return Group(number[group.places[mine]], *values)


NOBODY = Group(np.zeros(0, np.intp), np.zeros(0), np.zeros(0), np.zeros(0))
