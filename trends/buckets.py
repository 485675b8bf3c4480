"""Days into buckets: the time axis of every series."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from framewatch.story import TrendState

T = TypeVar("T")

# Below this part of its expected collection, a bucket without articles was not collected: had a
# fifth of the links been missed, "nothing was published" could not be said (the design's mark).
ENOUGH_COLLECTED = 0.8


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"  # starts on Monday (ISO 8601)
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Bucket:
    """The days [start, end)."""

    start: date
    end: date
    provisional: bool = False  # not over, or not begun

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> Iterator[date]:
        return (self.start + timedelta(days=i) for i in range((self.end - self.start).days))


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of a day apart from its counts: why a bucket without counts has none."""

    answered: Collection[date] = frozenset()  # days for which some source answered
    published: Collection[date] = frozenset()  # days with an article, coded or not
    # Per day, the part of its expected collection that was had, from 0 to 1; a day that is not in
    # it is still to come. None: not known, any answer then speaks for its day.
    collected: Mapping[date, float] | None = None

    def state(self, bucket: Bucket) -> TrendState:
        """The state of a bucket in which nothing could be counted."""
        if any(day in self.published for day in bucket.days):
            return TrendState.INSUFFICIENT
        collected = self._answered(bucket) if self.collected is None else self.share(bucket)
        if collected is not None and collected >= ENOUGH_COLLECTED:
            return TrendState.NO_COVERAGE
        return TrendState.NO_COLLECTION

    def share(self, bucket: Bucket) -> float | None:
        """The part of its expected collection that a bucket had; None where no day is known."""
        collected = self.collected or {}
        known = [collected[day] for day in bucket.days if day in collected]
        return sum(known) / len(known) if known else None

    def _answered(self, bucket: Bucket) -> float:
        return float(any(day in self.answered for day in bucket.days))


def start_of(day: date, step: Step) -> date:
    """The first day of the bucket that holds day."""
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def end_of(start: date, step: Step) -> date:
    """The first day after the bucket that begins on start."""
    if step is Step.MONTH:
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if step is Step.WEEK else 1)


def buckets(first: date, last: date, step: Step, today: date) -> tuple[Bucket, ...]:
    """The buckets from the one that holds first to the one that holds last, without holes.

    Buckets are whole: the outer ones may reach beyond first and last. A bucket that holds today
    or lies after it is provisional. Raises ValueError if last is before first.
    """
    if last < first:
        raise ValueError(f"buckets from {first} to {last}: the end is before the start")
    made = []
    start = start_of(first, step)
    while start <= last:
        end = end_of(start, step)
        made.append(Bucket(start, end, provisional=end > today))
        start = end
    return tuple(made)


def sort_into(
    rows: Iterable[tuple[date, T]], into: Iterable[Bucket], step: Step
) -> dict[Bucket, list[T]]:
    """Rows by the bucket that holds their day; rows outside every bucket are left out."""
    sorted_rows: dict[Bucket, list[T]] = {bucket: [] for bucket in into}
    by_start = {bucket.start: bucket for bucket in sorted_rows}
    for day, row in rows:
        bucket = by_start.get(start_of(day, step))
        if bucket is not None:
            sorted_rows[bucket].append(row)
    return sorted_rows
