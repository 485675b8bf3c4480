"""Windows into days: what the ledger's answers say about a day, and what was usual for it.

A window need not be a day: sources are asked in UTC days, days are counted in the topic's zone, so
that most days are touched by two windows. The rule:

- a day is *answered* as its best answered window says ("ok" before "empty"), if the windows
  answered hold at least half of its hours, or if no window that touches it failed;
- else it is answered as the failures say: "unavailable" (may heal) before "refused" before
  "out_of_reach".

So a UTC day on which a source was down darkens one day of any zone, and not both that it touches.
`DayAnswer.share` keeps the hours, and its `partial` says them in words.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from framewatch.story import SourceStatus, Window

ANSWERED = (SourceStatus.OK, SourceStatus.EMPTY)
BEST_FIRST = (
    *ANSWERED,
    SourceStatus.UNAVAILABLE,
    SourceStatus.REFUSED,
    SourceStatus.OUT_OF_REACH,
)
HALF = 0.5
WEEKS = 8  # that a day is compared with: two months, long enough for a median, short for habits
KNOWN_LEAST = 3  # of them; the median of two is their mean, and one odd day decides it
RUN_UP = timedelta(weeks=WEEKS)


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry of the ledger: an answer for a window."""

    start: datetime
    end: datetime
    status: SourceStatus
    partial: str = ""
    in_time: bool = False  # given while the window was young, as daily runs ask


@dataclass(frozen=True, slots=True)
class DayAnswer:
    status: SourceStatus
    share: float  # of the day's hours that are answered, 0 to 1
    partial: str

    @property
    def known(self) -> bool:
        """Whether a count of the day says something: nothing found then means nothing there."""
        return self.status in ANSWERED and self.share >= HALF


def days_between(first: date, last: date) -> list[date]:
    """Both included."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def answers_by_day(
    pieces: Iterable[Piece],
    first: date,
    last: date,
    zone: ZoneInfo,
    among: Collection[date] | None = None,
) -> dict[date, DayAnswer]:
    """One source's answer for each day from first to last, as counted in zone, that it has one.

    among: the days that are asked for, if not all.
    """
    calendar = _calendar(first, last, zone)
    found: dict[int, _Found] = {}
    for piece in pieces:
        start, end = piece.start.timestamp(), piece.end.timestamp()
        for i in calendar.touched(start, end):
            if among is not None and calendar.days[i] not in among:
                continue
            day = found.setdefault(i, _Found())
            day.statuses.add(piece.status)
            if piece.status in ANSWERED:
                day.spans.append((max(start, calendar.edges[i]), min(end, calendar.edges[i + 1])))
                day.notes |= {piece.partial} - {""}
    return {calendar.days[i]: _day_answer(day, calendar.length(i)) for i, day in found.items()}


def days_touched(pieces: Iterable[Piece], first: date, last: date, zone: ZoneInfo) -> set[date]:
    """The days from first to last, as counted in zone, of which some piece holds a part."""
    calendar = _calendar(first, last, zone)
    spans = ((piece.start.timestamp(), piece.end.timestamp()) for piece in pieces)
    return {calendar.days[i] for start, end in spans for i in calendar.touched(start, end)}


@lru_cache(maxsize=4)  # every source is asked about the same days
def _calendar(first: date, last: date, zone: ZoneInfo) -> "_Calendar":
    days = days_between(first, last)
    starts = [Window.of_days(day, day, zone).start.timestamp() for day in days]
    return _Calendar(days, [*starts, Window.of_days(last, last, zone).end.timestamp()])


@dataclass(frozen=True, slots=True)
class _Calendar:
    days: Sequence[date]
    edges: Sequence[float]  # where each day starts, and where the last ends: POSIX seconds

    def touched(self, start: float, end: float) -> range:
        if end <= self.edges[0] or start >= self.edges[-1]:
            return range(0)
        before = max(0, bisect_right(self.edges, start) - 1)
        last = bisect_right(self.edges, min(end, self.edges[-1]) - 1e-6) - 1
        return range(before, last + 1)

    def length(self, i: int) -> float:
        return self.edges[i + 1] - self.edges[i]  # 23 or 25 hours where clocks change


@dataclass(slots=True)
class _Found:
    statuses: set[SourceStatus] = field(default_factory=set)
    spans: list[tuple[float, float]] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)


def _day_answer(day: _Found, length: float) -> DayAnswer:
    seconds = _together(day.spans)
    share = min(1.0, seconds / length)
    failed = day.statuses.difference(ANSWERED)
    answered = day.statuses.intersection(ANSWERED)
    considered = answered if answered and (share >= HALF or not failed) else failed
    status = min(considered, key=BEST_FIRST.index)
    notes = sorted(day.notes)
    if answered and length - seconds >= 60:
        notes.insert(0, f"answered for {seconds / 3600:.0f} of {length / 3600:.0f} hours")
    return DayAnswer(status, share, "; ".join(notes))


def _together(spans: list[tuple[float, float]]) -> float:
    """Seconds that spans cover together."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def with_comparable(days: Iterable[date]) -> set[date]:
    """The days, and those with which they may be compared."""
    return {day - timedelta(weeks=week) for day in days for week in range(WEEKS + 1)}


def comparable(day: date, answers: Mapping[date, DayAnswer]) -> list[date]:
    """The same weekday of the weeks before, where it was answered; empty where too few were.

    A day that was not answered is unknown, never zero.
    """
    before = (day - timedelta(weeks=week) for week in range(1, WEEKS + 1))
    known = [d for d in before if d in answers and answers[d].known]
    return known if len(known) >= KNOWN_LEAST else []


def usual(days: Sequence[date], counts: Mapping[date, int]) -> float | None:
    """The median count of comparable days; None if there are none."""
    if not days:
        return None
    known = sorted([counts.get(day, 0) for day in days])
    half = len(known) // 2
    return float(known[half]) if len(known) % 2 else (known[half - 1] + known[half]) / 2
