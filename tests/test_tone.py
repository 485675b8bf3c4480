"""Mean tone towards a target, and its interval."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from framewatch.story import TrendState
from trends.buckets import Bucket, Presence, Step, buckets
from trends.share import MIN_ARTICLES
from trends.tone import overall, tones

MONDAY = date(2025, 2, 3)
WEEK = buckets(MONDAY, MONDAY, Step.WEEK, date(2025, 6, 1))


@dataclass(frozen=True)
class Day:
    outlet: str
    day: date
    n: int
    tone_sum: float
    tone_squares: float


def day_of(outlet: str, day: int, *values: float) -> Day:
    squares = sum(v * v for v in values)
    return Day(outlet, MONDAY + timedelta(days=day), len(values), sum(values), squares)


def weekly(*days: Day, presence: Presence | None = None):
    return tones(days, WEEK, Step.WEEK, presence or Presence())[0]


TONES = st.floats(-1, 1, allow_subnormal=False)
DAYS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 6), st.lists(TONES, min_size=1, max_size=20)),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
).map(lambda rows: tuple(day_of(outlet, day, *values) for outlet, day, values in rows))


def test_the_interval_is_the_one_worked_out_by_hand():
    """Days of mean .4, 0 and -.1, five articles each: totals 2, 0, -.5 about .1 * 5."""
    days = [day_of("a", i, *[v] * 5) for i, v in enumerate((0.4, 0.0, -0.1))]
    point = weekly(*days)
    variance = 3 / 2 * (1.5**2 + 0.5**2 + 1.0**2)
    half = student.ppf(0.975, 2) * sqrt(variance) / 15
    assert point.mean == pytest.approx(0.1)
    assert (point.low, point.high) == pytest.approx((0.1 - half, 0.1 + half))


def test_too_few_articles_have_a_mean_and_no_interval():
    """One less than the least."""
    point = weekly(day_of("a", 0, *[0.5] * (MIN_ARTICLES - 1)))
    assert (point.mean, point.low, point.state) == (0.5, None, TrendState.INSUFFICIENT)


def test_no_mention_is_not_a_neutral_tone():
    """None, with the reason."""
    point = weekly(presence=Presence({MONDAY}, set()))
    assert (point.mean, point.n, point.state) == (None, 0, TrendState.NO_COVERAGE)


def test_overall_takes_the_days_of_one_long_bucket_and_no_others():
    """Its end is not in it."""
    days = [day_of("a", 0, *[0.2] * 12), day_of("a", 7, *[-1.0] * 12)]
    point = overall(days, Bucket(MONDAY, MONDAY + timedelta(days=7)), Presence())
    assert (point.mean, point.n) == (pytest.approx(0.2), 12)


@settings(deadline=None)  # the machine may be busy
@given(DAYS)
def test_the_interval_holds_the_mean_and_stays_within_the_scale(days):
    """Whatever the tones."""
    point = weekly(*days)
    if point.state is TrendState.ENOUGH:
        assert -1 <= point.low <= point.mean + 1e-12
        assert point.mean - 1e-12 <= point.high <= 1


@settings(deadline=None)  # the machine may be busy
@given(DAYS)
def test_more_independent_days_never_widen_the_interval(days):
    """As much again from outlets like these."""
    again = [Day(f"{d.outlet}2", d.day, d.n, d.tone_sum, d.tone_squares) for d in days]
    one, two = weekly(*days), weekly(*days, *again)
    if one.state is TrendState.ENOUGH:
        assert two.high - two.low <= one.high - one.low + 1e-12


@settings(deadline=None)  # the machine may be busy
@given(DAYS, st.permutations("abcd"))
def test_the_names_of_outlets_change_nothing(days, names):
    """The panel is a set."""
    renamed = [
        Day(names["abcd".index(d.outlet)], d.day, d.n, d.tone_sum, d.tone_squares) for d in days
    ]
    assert weekly(*reversed(renamed)) == weekly(*days)
