"""Mean tone towards a target, per bucket, with its interval.

The tone of an article is between -1 (negative) and 1 (positive). From the additive moments of each
outlet-day (n, sum, sum of squares):

    mean -/+ t * se,    mean = S / N,    se = sqrt(variance) / N

with the clustered variance and the t of `trends.clusters`, cut at -1 and 1. An article that does
not mention the target has no tone towards it and is not in n.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from framewatch.story import TrendState
from trends.buckets import Bucket, Presence, Step, sort_into
from trends.clusters import Cell, Estimate, estimate
from trends.share import MIN_ARTICLES


class ToneDay(Protocol):
    """One outlet's day."""

    @property
    def outlet(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def n(self) -> int: ...  # articles that mention the target
    @property
    def tone_sum(self) -> float: ...
    @property
    def tone_squares(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One point: a mean tone from -1 to 1."""

    start: date
    n: int
    mean: float | None
    low: float | None
    high: float | None
    state: TrendState
    provisional: bool = False


def tones(
    days: Iterable[ToneDay], into: Sequence[Bucket], step: Step, presence: Presence
) -> tuple[Tone, ...]:
    """One point per bucket."""
    held = sort_into(((day.day, day) for day in days if day.n > 0), into, step)
    return tuple(_point(bucket, held[bucket], presence) for bucket in into)


def overall(days: Iterable[ToneDay], bucket: Bucket, presence: Presence) -> Tone:
    """One point for all the days of a bucket of any length."""
    mine = [day for day in days if day.n > 0 and day.day in bucket]
    return _point(bucket, mine, presence)


def interval(found: Estimate) -> tuple[float, float]:
    """Low and high of the mean, within [-1, 1]."""
    half = found.quantile * found.standard_error
    return max(-1.0, found.mean - half), min(1.0, found.mean + half)


def _point(bucket: Bucket, days: Sequence[ToneDay], presence: Presence) -> Tone:
    cells = [Cell(day.outlet, day.n, day.tone_sum, day.tone_squares) for day in days]
    return of_estimate(bucket, estimate(cells) if cells else None, presence)


def of_estimate(bucket: Bucket, found: Estimate | None, presence: Presence) -> Tone:
    """One point; None: no article has a tone."""
    if found is None:
        return Tone(
            start=bucket.start,
            n=0,
            mean=None,
            low=None,
            high=None,
            state=presence.state(bucket),
            provisional=bucket.provisional,
        )
    enough = found.n >= MIN_ARTICLES
    low, high = interval(found) if enough else (None, None)
    return Tone(
        start=bucket.start,
        n=found.n,
        mean=found.mean,
        low=low,
        high=high,
        state=TrendState.ENOUGH if enough else TrendState.INSUFFICIENT,
        provisional=bucket.provisional,
    )
