"""Shares for a fixed panel and beyond it, and whether a bucket was collected."""

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.special import expit, logit

from framewatch.story import DayCount, TrendState
from trends.buckets import Presence, Step, buckets
from trends.clusters import Cell
from trends.coverage import coverage
from trends.panel import FEW_OUTLETS, Reach, cells, share
from trends.share import shares

MONDAY = date(2025, 2, 3)


def count(outlet: str, day: int, n: int, k: int) -> DayCount:
    return DayCount(outlet=outlet, day=MONDAY + timedelta(days=day), n=n, k=k)


def test_the_panel_is_the_share_of_a_bucket():
    """One formula: the series and the single share agree to the last digit."""
    counts = [count(o, d, 10 + d, (3 * d + len(o)) % 9) for o in ("a", "bb") for d in range(7)]
    week = buckets(MONDAY, MONDAY, Step.WEEK, date(2026, 1, 1))
    (point,) = shares(counts, week, Step.WEEK, Presence())
    found = share(cells(counts))
    assert (found.share, found.low, found.high) == (point.share, point.low, point.high)
    assert (found.n, found.outlets, found.state) == (point.n, 2, TrendState.ENOUGH)


def test_beyond_the_panel_outlets_are_the_clusters():
    """Two outlets 2/10 and 8/10: q = 1/2, var = 2/1 * (9 + 9), t with one degree."""
    found = share([Cell("a", 5, 1, 1), Cell("a", 5, 1, 1), Cell("b", 10, 8, 8)], Reach.BEYOND)
    assert found.found is not None
    assert found.found.variance == pytest.approx(36)
    assert found.found.clusters == 2
    assert found.low < 0.01
    assert found.high > 0.99
    assert "2 outlets" in found.note


def test_one_outlet_says_nothing_about_others():
    """It has a share and no interval."""
    found = share([Cell("a", 30, 9, 9)], Reach.BEYOND)
    assert (found.share, found.low, found.state) == (0.3, None, TrendState.INSUFFICIENT)
    assert "One outlet" in found.note


def test_the_note_is_for_few_outlets_beyond_the_panel():
    """Seven outlets have one, eight have none, and the panel never."""
    few = [Cell(str(o), 10, 3, 3) for o in range(FEW_OUTLETS - 1)]
    assert share(few, Reach.BEYOND).note
    assert not share([*few, Cell("x", 10, 3, 3)], Reach.BEYOND).note
    assert not share(few).note


@pytest.mark.parametrize("state", [TrendState.NO_COVERAGE, TrendState.NO_COLLECTION])
def test_without_articles_the_state_is_the_given_one(state):
    """No share, and no zero."""
    found = share([Cell("a", 0, 0, 0)], nothing=state)
    assert (found.share, found.n, found.state) == (None, 0, state)


def test_nine_articles_are_insufficient():
    """They have a share, and no interval."""
    found = share([Cell("a", 9, 3, 3)])
    assert (found.low, found.state) == (None, TrendState.INSUFFICIENT)


@pytest.mark.parametrize(
    ("expected", "collected", "partial", "comparable"),
    [
        (10, 10, False, True),
        (10, 8, False, True),
        (10, 7, True, False),
        (10, 0, False, False),
        (0, 0, False, False),
    ],
)
def test_below_eighty_percent_a_bucket_is_partial(expected, collected, partial, comparable):
    """Exactly eighty is enough; nothing collected is a gap, not a part."""
    found = coverage(expected, collected)
    assert (found.partial, found.comparable) == (partial, comparable)


def test_more_answers_than_windows_are_an_error():
    """And so are negative counts."""
    for expected, collected in ((3, 4), (3, -1)):
        with pytest.raises(ValueError, match="collected of"):
            coverage(expected, collected)


def _wilson(k: float, n: int) -> tuple[float, float]:
    p, z = k / n, 1.96
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return centre - half, centre + half


def _simulated(outlets, articles, burst, prevalence, weeks, reach=Reach.PANEL):
    """Coverage of ours and of Wilson's, in percent, and the median width in points."""
    chance = np.random.default_rng(20)
    size = chance.lognormal(0, 0.7, outlets)
    size = size / size.sum() * articles / 7
    base = chance.normal(logit(prevalence), 0.5, outlets)
    effects = chance.normal(0, burst, 20_000)
    truth = np.average([expit(b + effects).mean() for b in base], weights=size)
    if reach is Reach.BEYOND:  # new outlets each week; what they are is independent of their size
        truth = expit(logit(prevalence) + chance.normal(0, np.hypot(0.5, burst), 200_000)).mean()
    ours = plain = 0
    widths = []
    for _ in range(weeks):
        if reach is Reach.BEYOND:
            base = chance.normal(logit(prevalence), 0.5, outlets)
        n = chance.poisson(size[:, None], (outlets, 7))
        k = chance.binomial(n, expit(base[:, None] + chance.normal(0, burst, n.shape)))
        rows = zip(n.ravel().tolist(), k.ravel().tolist(), strict=True)
        found = share([Cell(str(i // 7), a, b, b) for i, (a, b) in enumerate(rows)], reach)
        low, high = _wilson(found.k, found.n)
        ours += found.low <= truth <= found.high
        plain += low <= truth <= high
        widths.append(found.high - found.low)
    return 100 * ours / weeks, 100 * plain / weeks, 100 * float(np.median(widths))


PANELS = [
    # outlets, articles a week, sd of an outlet-day on the logit, prevalence; percent at most
    (60, 3800, 0.0, 0.30, 97.5),
    (60, 3800, 0.4, 0.30, 97.0),
    (60, 3800, 0.8, 0.30, 97.0),
    (60, 3800, 0.4, 0.03, 97.0),
    (20, 1200, 0.8, 0.30, 97.0),
    (4, 600, 0.4, 0.30, 97.0),
    (4, 600, 0.8, 0.30, 97.0),
    # Seven days of one outlet: the floor and t's six degrees together are wide, never narrow.
    (1, 150, 0.4, 0.30, 98.5),
    (1, 150, 0.8, 0.30, 98.5),
]
BEYOND = [
    (4, 600, 0.4, 0.30),
    (8, 600, 0.4, 0.30),
    (20, 1200, 0.4, 0.30),
    (60, 3800, 0.4, 0.30),
    (20, 1200, 0.4, 0.03),
]


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_planted_share():
    """Panels of outlets of unequal size whose outlet-days waver together."""
    print("\noutlets articles burst     p   ours  Wilson  width (points)")
    for outlets, articles, burst, p, most in PANELS:
        ours, plain, width = _simulated(outlets, articles, burst, p, 500)
        print(
            f"{outlets:7} {articles:8} {burst:5} {p:5.0%} {ours:5.1f}% {plain:6.1f}% {width:6.1f}"
        )
        assert 93 <= ours <= most
        assert burst < 0.8 or plain < 93


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_share_of_outlets_in_general():
    """Other outlets each week, drawn from one population."""
    print("\noutlets articles burst     p   ours  Wilson  width (points)")
    for outlets, articles, burst, p in BEYOND:
        ours, plain, width = _simulated(outlets, articles, burst, p, 700, Reach.BEYOND)
        print(
            f"{outlets:7} {articles:8} {burst:5} {p:5.0%} {ours:5.1f}% {plain:6.1f}% {width:6.1f}"
        )
        assert 93 <= ours <= 97
        assert plain < 93
