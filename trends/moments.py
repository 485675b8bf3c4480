"""Intervals from sums: what `trends.share` and `trends.tone` make of outlet-days, made of rows that
were added up before.

Every quantity of `trends.clusters` adds up over outlets, except for outlets with one day: their
variance is n times the spread of all articles, which is known only at the end. So the sums keep
the articles of those outlets (`alone`) beside the variance of the others.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from framewatch.story import Trend, TrendState
from trends import panel as panels
from trends.buckets import Bucket, Presence
from trends.clusters import Estimate
from trends.compare import Difference, Side, mover
from trends.panel import Reach
from trends.share import MIN_ARTICLES
from trends.share import interval as share_interval
from trends.tone import Tone
from trends.tone import interval as tone_interval


class Moments(Protocol):
    """The sums over all outlets of one bucket."""

    @property
    def start(self) -> date: ...
    @property
    def n(self) -> int: ...
    @property
    def total(self) -> float: ...
    @property
    def squares(self) -> float: ...
    @property
    def outlets(self) -> int: ...
    @property
    def variance(self) -> float: ...  # of total, over the outlets with two days or more
    @property
    def alone(self) -> int: ...  # articles of the outlets with one day
    @property
    def cells(self) -> int: ...  # sum of n * n over outlet-days
    @property
    def tt(self) -> float: ...  # over outlets: sum of total * total
    @property
    def tn(self) -> float: ...
    @property
    def nn(self) -> int: ...


M = TypeVar("M", bound=Moments)


def panel(sums: Moments) -> Estimate:
    """As `trends.clusters.estimate` of the outlet-days: for statements about these outlets."""
    spread = _spread(sums)
    variance = sums.variance + sums.alone * spread
    return _estimate(sums, max(variance, sums.n * spread), sums.cells)


def beyond(sums: Moments) -> Estimate:
    """As of `trends.panel.by_outlet`: for statements about outlets like these."""
    spread, mean, many = _spread(sums), sums.total / sums.n, sums.outlets
    if many == 1:
        return _estimate(sums, sums.n * spread, sums.nn)
    between = (sums.tt - 2 * mean * sums.tn + mean * mean * sums.nn) * many / (many - 1)
    return _estimate(sums, max(between, sums.n * spread), sums.nn)


def share(sums: Moments | None, reach: Reach = Reach.PANEL) -> panels.Share:
    """Of all articles, as `trends.panel.share`."""
    if sums is None or not sums.n:
        return panels.of_estimate(None, 0, reach)
    found = panel(sums) if reach is Reach.PANEL else beyond(sums)
    return panels.of_estimate(found, sums.outlets, reach)


def difference(left: Moments | None, right: Moments | None) -> Difference:
    """Of the shares of two buckets, as `trends.compare.of_shares`.

    No outlet-day is in both, so they err apart.
    """
    one, two = (
        Side(side.n, side.share, side.low, side.high) for side in (share(left), share(right))
    )
    low = high = None
    state = TrendState.INSUFFICIENT if one.n and two.n else TrendState.NO_COVERAGE
    if one.low is not None and two.low is not None:
        low, high = mover(one, two, 0.0)
        state = TrendState.ENOUGH
    value = None if one.mean is None or two.mean is None else one.mean - two.mean
    return Difference(left=one, right=two, value=value, low=low, high=high, state=state)


def shares(
    sums: Iterable[Moments], into: Sequence[Bucket], presence: Presence
) -> tuple[Trend, ...]:
    """One point per week or month, as `trends.share.shares`."""
    held = _by_start(sums)
    return tuple(_share(bucket, held.get(bucket.start), presence) for bucket in into)


def tones(sums: Iterable[Moments], into: Sequence[Bucket], presence: Presence) -> tuple[Tone, ...]:
    """One point per week or month, as `trends.tone.tones`."""
    held = _by_start(sums)
    return tuple(tone(bucket, held.get(bucket.start), presence) for bucket in into)


def tone(bucket: Bucket, sums: Moments | None, presence: Presence) -> Tone:
    """The mean tone of a bucket of any length."""
    found = panel(sums) if sums else None
    enough = found is not None and found.n >= MIN_ARTICLES
    low, high = tone_interval(found) if found and enough else (None, None)
    return Tone(
        start=bucket.start,
        n=found.n if found else 0,
        mean=found.mean if found else None,
        low=low,
        high=high,
        state=_state(bucket, found, presence),
        provisional=bucket.provisional,
    )


def _share(bucket: Bucket, sums: Moments | None, presence: Presence) -> Trend:
    found = panel(sums) if sums else None
    enough = found is not None and found.n >= MIN_ARTICLES
    low, high = share_interval(found) if found and enough else (None, None)
    return Trend(
        start=bucket.start,
        n=found.n if found else 0,
        k=found.total if found else 0,
        share=found.mean if found else None,
        low=low,
        high=high,
        state=_state(bucket, found, presence),
        provisional=bucket.provisional,
    )


def _state(bucket: Bucket, found: Estimate | None, presence: Presence) -> TrendState:
    if found is None:
        return presence.state(bucket)
    return TrendState.ENOUGH if found.n >= MIN_ARTICLES else TrendState.INSUFFICIENT


def _estimate(sums: Moments, variance: float, squared: int) -> Estimate:
    return Estimate(
        n=sums.n,
        total=sums.total,
        spread=_spread(sums),
        variance=variance,
        clusters=sums.n * sums.n / squared,
    )


def _spread(sums: Moments) -> float:
    return max(0.0, sums.squares / sums.n - (sums.total / sums.n) ** 2)


def _by_start(sums: Iterable[M]) -> dict[date, M]:
    return {found.start: found for found in sums if found.n > 0}
