"""The share of articles that carry a frame, per bucket, with its interval.

Two-sided 95 % interval on the logit scale, after the clustered variance of `trends.clusters`:

    logit(p) -/+ t * se / (p * (1 - p)),    p = K / N,    se = sqrt(variance) / N

(Korn & Graubard, *Survey Methodology* 24 (1998), 193-201, compare it with others for clustered
data.) It is about these outlets, not about outlets in general, and does not cover the errors of
the classifier. No dispersion can be seen when no article or every article carries the frame, and
the logit is infinite: there Wilson's score interval stands in (Brown, Cai & DasGupta, *Statistical
Science* 16 (2001), 101-133, recommend it for small n and p near 0 or 1), with the quantile of the
same t. A single day has one cluster per outlet, which says nothing about clustering: its binomial
variance is multiplied by the design effect of the 28 days that end with it, which also give the
degrees of freedom.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from math import exp, log, sqrt

from framewatch.story import DayCount, Trend, TrendState
from trends.buckets import Bucket, Presence, Step, sort_into
from trends.clusters import Cell, Estimate, estimate

# A convention: with 10 articles the interval of an even split still spans half the scale; with
# fewer it says next to nothing.
MIN_ARTICLES = 10
TRAILING = timedelta(days=28)


def shares(
    counts: Iterable[DayCount], into: Sequence[Bucket], step: Step, presence: Presence
) -> tuple[Trend, ...]:
    """One point per bucket. Counts before the first bucket serve only its design effect."""
    counts = [count for count in counts if count.n > 0]
    held = sort_into(((count.day, count) for count in counts), into, step)
    points = []
    for bucket in into:
        mine = held[bucket]
        if not mine:
            points.append(_nothing(bucket, presence.state(bucket)))
            continue
        found = estimate(_cell(count) for count in mine)
        if step is Step.DAY:
            trailing = [c for c in counts if bucket.end - TRAILING <= c.day < bucket.end]
            around = estimate(_cell(count) for count in trailing)
            variance = found.n * found.spread * around.design_effect
            found = replace(found, variance=variance, clusters=around.clusters)
        points.append(_point(bucket, found))
    return tuple(points)


def interval(found: Estimate) -> tuple[float, float]:
    """Low and high of the share, within [0, 1] and around it."""
    p = found.mean
    if not 0 < p < 1:
        return _wilson(p, found.n, found.quantile)
    half = found.quantile * found.standard_error / (p * (1 - p))
    return _expit(_logit(p) - half), _expit(_logit(p) + half)


def _point(bucket: Bucket, found: Estimate) -> Trend:
    enough = found.n >= MIN_ARTICLES
    low, high = interval(found) if enough else (None, None)
    return Trend(
        start=bucket.start,
        n=found.n,
        k=found.total,
        share=found.mean,
        low=low,
        high=high,
        state=TrendState.ENOUGH if enough else TrendState.INSUFFICIENT,
        provisional=bucket.provisional,
    )


def _nothing(bucket: Bucket, state: TrendState) -> Trend:
    return Trend(
        start=bucket.start,
        n=0,
        k=0,
        share=None,
        low=None,
        high=None,
        state=state,
        provisional=bucket.provisional,
    )


def _cell(count: DayCount) -> Cell:
    return Cell(count.outlet, count.n, count.k, count.k)  # x is 0 or 1: its own square


def _wilson(p: float, n: int, z: float) -> tuple[float, float]:
    """Wilson 1927: the shares whose z-test does not reject p."""
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half))


def _logit(p: float) -> float:
    return log(p / (1 - p))


def _expit(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))
