"""Days into weeks and months, and why a bucket is empty."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewatch.story import TrendState
from trends.buckets import Bucket, Presence, Step, buckets, sort_into, start_of

DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))


def test_a_week_starts_on_monday():
    """4 February 2025 was a Tuesday."""
    assert start_of(date(2025, 2, 4), Step.WEEK) == date(2025, 2, 3)
    assert start_of(date(2025, 2, 3), Step.WEEK) == date(2025, 2, 3)


def test_months_have_their_own_lengths():
    """February of a leap year, then March."""
    months = buckets(date(2024, 2, 29), date(2024, 3, 1), Step.MONTH, date(2030, 1, 1))
    assert [(m.start, m.end) for m in months] == [
        (date(2024, 2, 1), date(2024, 3, 1)),
        (date(2024, 3, 1), date(2024, 4, 1)),
    ]


@pytest.mark.parametrize(
    ("today", "provisional"),
    [
        (date(2025, 2, 2), True),
        (date(2025, 2, 3), True),
        (date(2025, 2, 9), True),
        (date(2025, 2, 10), False),
    ],
    ids=["before it", "its first day", "its last day", "the day after"],
)
def test_a_bucket_is_provisional_until_its_last_day_is_over(today, provisional):
    """The week of 3 to 9 February 2025."""
    week = date(2025, 2, 4)
    assert buckets(week, week, Step.WEEK, today)[0].provisional is provisional


def test_the_end_before_the_start_is_an_error():
    """Rather than no buckets at all."""
    with pytest.raises(ValueError, match="before the start"):
        buckets(date(2025, 2, 4), date(2025, 2, 3), Step.DAY, date(2025, 3, 1))


@settings(deadline=None)  # the machine may be busy
@given(first=DAYS, length=st.integers(0, 400), step=st.sampled_from(Step))
def test_buckets_follow_one_another_without_holes_and_hold_every_day(first, length, step):
    """Whatever the days and the step."""
    last = first + timedelta(days=length)
    made = buckets(first, last, step, date(2025, 1, 1))
    assert all(a.end == b.start for a, b in pairwise(made))
    assert first in made[0]
    assert last in made[-1]
    days = [first + timedelta(days=i) for i in range(length + 1)]
    assert sum(len(rows) for rows in sort_into(((d, d) for d in days), made, step).values()) == (
        length + 1
    )


def test_rows_outside_every_bucket_are_left_out():
    """So that counts from before the first bucket can be passed along."""
    made = buckets(date(2025, 2, 4), date(2025, 2, 4), Step.WEEK, date(2025, 3, 1))
    held = sort_into([(date(2025, 2, 2), "before"), (date(2025, 2, 5), "in")], made, Step.WEEK)
    assert held == {made[0]: ["in"]}


def test_an_empty_bucket_says_why_it_is_empty():
    """Articles that none could code, sources that had none, sources that were not there."""
    week, day = Bucket(date(2025, 2, 3), date(2025, 2, 10)), date(2025, 2, 5)
    other = date(2025, 2, 10)
    assert Presence({day}, {day}).state(week) is TrendState.INSUFFICIENT
    assert Presence({day}, {other}).state(week) is TrendState.NO_COVERAGE
    assert Presence({other}, set()).state(week) is TrendState.NO_COLLECTION
