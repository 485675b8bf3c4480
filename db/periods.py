"""Weeks, months, and the parts that they share: the spans over which counts are added up.

A span is its first day and the first day after it.
"""

from collections.abc import Callable
from datetime import date, timedelta

Span = tuple[date, date]
EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 1)


def week(day: date) -> Span:
    """From Monday (ISO 8601)."""
    start = day - timedelta(days=day.weekday())
    return start, start + timedelta(days=7)


def month(day: date) -> Span:
    start = day.replace(day=1)
    return start, (start + timedelta(days=31)).replace(day=1)


def part(day: date) -> Span:
    """The days that share a week and a month with day."""
    (monday, next_monday), (start, end) = week(day), month(day)
    return max(monday, start), min(next_monday, end)


def days_of(span: Span) -> list[date]:
    start, end = span
    return [start + timedelta(days=at) for at in range((end - start).days)]


STEPS: dict[str, Callable[[date], Span]] = {"week": week, "month": month}


def whole_periods(
    first: date | None, last: date | None, period: Callable[[date], Span]
) -> tuple[Span, list[Span]]:
    """The span of the periods that lie wholly between first and last (None: no end), and the rest:
    the first and the last day, at most twice, of the periods that are cut.
    """
    low, high, edges = EARLIEST, LATEST, []
    one = timedelta(days=1)
    if first is not None:
        start, end = period(first)
        low = first if first == start else end
        if low == end:
            edges.append((first, end - one if last is None else min(end - one, last)))
    if last is not None:
        start, end = period(last)
        high = end if last == end - one else start
        if high == start and low <= start:
            edges.append((start, last))
    return (low, max(low, high)), edges
