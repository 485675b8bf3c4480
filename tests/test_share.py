"""The share of articles that carry a frame, and its interval."""

from datetime import date, timedelta
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from framewatch.story import DayCount, TrendState
from trends.buckets import Presence, Step, buckets
from trends.clusters import Cell, estimate
from trends.share import MIN_ARTICLES, interval, shares

MONDAY = date(2025, 2, 3)
LATER = date(2025, 6, 1)
WEEK = buckets(MONDAY, MONDAY, Step.WEEK, LATER)


def count(outlet: str, day: int, n: int, k: int) -> DayCount:
    return DayCount(outlet=outlet, day=MONDAY + timedelta(days=day), n=n, k=k)


def weekly(*counts: DayCount, presence: Presence | None = None):
    return shares(counts, WEEK, Step.WEEK, presence or Presence())[0]


COUNTS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 6), st.integers(1, 30), st.floats(0, 1)),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:2],
).map(lambda rows: tuple(count(o, d, n, round(n * part)) for o, d, n, part in rows))


def test_the_interval_of_one_outlet_is_the_one_worked_out_by_hand():
    """Days 2/10, 8/10 and 5/10: q = 1/2, var = 3/2 * (9 + 9 + 0) = 27, se = sqrt(27) / 30."""
    point = weekly(count("a", 0, 10, 2), count("a", 1, 10, 8), count("a", 2, 10, 5))
    half = student.ppf(0.975, 3 - 1) * sqrt(27) / 30 / 0.25
    assert point.share == 0.5
    assert point.low == pytest.approx(1 / (1 + exp(half)))
    assert point.high == pytest.approx(1 / (1 + exp(-half)))


def test_variances_add_up_over_outlets_each_about_its_own_share():
    """Outlet b is 8/10 on both days: no spread between days, so its floor 20 * .8 * .2 = 3.2."""
    found = estimate(
        [Cell("a", 10, 2, 2), Cell("a", 10, 6, 6), Cell("b", 10, 8, 8), Cell("b", 10, 8, 8)]
    )
    assert found.mean == 0.6
    # a: q = .4, 2/1 * (4 + 4) = 16; both together 19.2, above the pooled 40 * .6 * .4 = 9.6
    assert found.variance == pytest.approx(19.2)
    assert found.clusters == 4


def test_outlets_that_differ_but_never_waver_are_floored_at_the_pooled_binomial():
    """One outlet always, one never: each has variance 0, the whole 20 * 1/2 * 1/2."""
    found = estimate([Cell(o, 5, k, k) for o, k in (("a", 5), ("a", 5), ("b", 0), ("b", 0))])
    assert found.variance == pytest.approx(5)


def test_one_cluster_of_two_thirds_counts_for_less_than_three():
    """Kish: (20 + 5 + 5)^2 / (400 + 25 + 25) = 2."""
    found = estimate([Cell("a", 20, 9, 9), Cell("a", 5, 1, 1), Cell("a", 5, 2, 2)])
    assert found.clusters == 2


@pytest.mark.parametrize(("k", "share"), [(0, 0.0), (5, 1.0)], ids=["none", "all"])
def test_a_share_of_none_or_all_has_wilsons_interval(k, share):
    """With four days of five, t has three degrees: the far end is 20 / (20 + t^2) from the near."""
    point = weekly(*(count("a", day, 5, k) for day in range(4)))
    far = 1 - 20 / (20 + student.ppf(0.975, 3) ** 2)
    assert point.share == share
    assert sorted((abs(point.low - share), abs(point.high - share))) == pytest.approx([0, far])


def test_too_few_articles_have_a_share_and_no_interval():
    """One less than the least, and the least."""
    few = weekly(count("a", 0, MIN_ARTICLES - 1, 3))
    assert (few.state, few.low, few.high) == (TrendState.INSUFFICIENT, None, None)
    assert few.share == pytest.approx(3 / (MIN_ARTICLES - 1))
    assert weekly(count("a", 0, MIN_ARTICLES, 3)).state is TrendState.ENOUGH


@pytest.mark.parametrize(
    ("presence", "state"),
    [
        (Presence({MONDAY}, set()), TrendState.NO_COVERAGE),
        (Presence(set(), set()), TrendState.NO_COLLECTION),
        (Presence(set(), {MONDAY}), TrendState.INSUFFICIENT),
    ],
    ids=["a source answered", "nobody answered", "articles that could not be coded"],
)
def test_no_article_is_not_a_share_of_zero(presence, state):
    """And the three reasons are three states."""
    point = weekly(presence=presence)
    assert (point.share, point.n, point.state) == (None, 0, state)


def test_a_single_day_is_widened_by_the_days_before_it():
    """Calm and stormy weeks before the same day: the day's own counts cannot tell."""
    day = MONDAY + timedelta(days=20)
    into = buckets(day, day, Step.DAY, LATER)
    today = DayCount(outlet="a", day=day, n=20, k=10)
    calm = [count("a", i, 20, 10) for i in range(14)]
    stormy = [count("a", i, 20, 2 if i % 2 else 18) for i in range(14)]
    (quiet,) = shares([*calm, today], into, Step.DAY, Presence())
    (wide,) = shares([*stormy, today], into, Step.DAY, Presence())
    assert quiet.n == wide.n == 20
    assert wide.high - wide.low > 1.05 * (quiet.high - quiet.low)


def test_provisional_comes_from_the_bucket():
    """The unfinished week says so, counted or not."""
    into = buckets(MONDAY, MONDAY, Step.WEEK, MONDAY)
    for counts in ((), (count("a", 0, 12, 3),)):
        assert shares(counts, into, Step.WEEK, Presence())[0].provisional


@settings(deadline=None)  # the machine may be busy
@given(COUNTS)
def test_the_interval_holds_the_share_and_stays_within_zero_and_one(counts):
    """Whatever the counts."""
    point = weekly(*counts)
    if point.state is TrendState.ENOUGH:
        assert 0 <= point.low <= point.share <= point.high <= 1
        assert point.low < point.high


@settings(deadline=None)  # the machine may be busy
@given(COUNTS)
def test_more_independent_days_make_the_interval_narrower(counts):
    """As much again from outlets like these."""
    again = tuple(DayCount(outlet=f"{c.outlet}2", day=c.day, n=c.n, k=c.k) for c in counts)
    one, two = weekly(*counts), weekly(*counts, *again)
    if one.state is TrendState.ENOUGH:
        assert two.share == pytest.approx(one.share)
        assert two.high - two.low < one.high - one.low


@settings(deadline=None)  # the machine may be busy
@given(COUNTS, st.permutations("abcd"), st.randoms())
def test_the_names_and_the_order_of_outlets_change_nothing(counts, names, chance):
    """Not even the last digit: sums are exact."""
    renamed = [
        DayCount(outlet=names["abcd".index(c.outlet)], day=c.day, n=c.n, k=c.k) for c in counts
    ]
    chance.shuffle(renamed)
    assert weekly(*renamed) == weekly(*counts)


@pytest.mark.parametrize(
    ("outlets", "articles", "burst"), [(4, 600, 0.8), (10, 40, 0.4)], ids=["bursts", "a trickle"]
)
def test_nineteen_of_twenty_intervals_hold_the_truth(outlets, articles, burst):
    """400 simulated weeks of a fixed panel whose outlet-days waver together (sd on the logit)."""
    chance = np.random.default_rng(1)
    base = chance.normal(log(0.3 / 0.7), 0.3, outlets)
    effects = chance.normal(0, burst, 20_000)
    truth = np.mean([(1 / (1 + np.exp(-(b + effects)))).mean() for b in base])
    held = 0
    for _ in range(400):
        n = chance.poisson(articles / outlets / 7, (outlets, 7))
        p = 1 / (1 + np.exp(-(base[:, None] + chance.normal(0, burst, n.shape))))
        k = chance.binomial(n, p)
        cells = [
            Cell(str(o), int(n[o, d]), int(k[o, d]), int(k[o, d])) for o, d in np.ndindex(n.shape)
        ]
        low, high = interval(estimate(cells))
        held += low <= truth <= high
    assert held / 400 >= 0.93


def test_an_estimate_without_articles_is_an_error():
    """Rather than a division by zero."""
    with pytest.raises(ValueError, match="at least one article"):
        estimate([Cell("a", 0, 0, 0)])
