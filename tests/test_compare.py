"""Differences between groups, and frames that go together."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import log, sqrt

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import t as student

from framewatch.story import DayCount, PairDay, TrendState
from trends.compare import Side, mover, of_shares, of_tones, together
from trends.panel import Reach, cells, share

MONDAY = date(2025, 2, 3)


def count(outlet: str, day: int, n: int, k: int) -> DayCount:
    return DayCount(outlet=outlet, day=MONDAY + timedelta(days=day), n=n, k=k)


@dataclass(frozen=True)
class ToneDay:
    outlet: str
    day: date
    n: int
    tone_sum: float
    tone_squares: float


def test_movers_interval_worked_out_by_hand():
    """Uncorrelated: .3 (.2 to .45) less .1 (.05 to .2)."""
    low, high = mover(Side(9, 0.3, 0.2, 0.45), Side(9, 0.1, 0.05, 0.2), 0)
    assert low == pytest.approx(0.2 - sqrt(0.1**2 + 0.1**2))
    assert high == pytest.approx(0.2 + sqrt(0.15**2 + 0.05**2))


def test_full_correlation_cancels_equal_errors():
    """Both sides move together."""
    assert mover(Side(9, 0.5, 0.4, 0.6), Side(9, 0.3, 0.2, 0.4), 1) == pytest.approx((0.2, 0.2))


def test_a_side_without_an_interval_cannot_be_compared():
    """An error."""
    with pytest.raises(ValueError, match="without an interval"):
        mover(Side(3, 0.5, None, None), Side(9, 0.3, 0.2, 0.4), 0)


def test_groups_of_different_outlets_are_uncorrelated():
    """And their sides are those of the panel."""
    left = [count("a", d, 20, 8 + d % 3) for d in range(7)]
    right = [count("b", d, 20, 3 + d % 2) for d in range(7)]
    found = of_shares(left, right)
    one = share(cells(left))
    assert found.correlation == 0
    assert (found.left.low, found.left.high) == (one.low, one.high)
    assert found.clear
    assert found.low < found.value < found.high


def test_genres_of_the_same_outlet_share_its_days():
    """Both are high on the same days: the difference is surer than of strangers."""
    left = [count("a", d, 20, 4 + 4 * (d % 3)) for d in range(6)]
    right = [count("a", d, 20, 2 + 4 * (d % 3)) for d in range(6)]
    strangers = [count("b", d, 20, 2 + 4 * (d % 3)) for d in range(6)]
    same, other = of_shares(left, right), of_shares(left, strangers)
    assert same.correlation > 0.9
    assert same.high - same.low < 0.5 * (other.high - other.low)


def test_beyond_the_panel_outlets_are_what_is_shared():
    """Two genres of the same five outlets, whose shares go together."""
    left = [count(o, d, 20, 4 + 3 * i) for i, o in enumerate("abcde") for d in range(3)]
    right = [count(o, d, 20, 1 + 3 * i) for i, o in enumerate("abcde") for d in range(3)]
    assert of_shares(left, right, Reach.BEYOND).correlation > 0.9


@pytest.mark.parametrize(
    ("right", "state"),
    [
        ([], TrendState.NO_COVERAGE),
        ([count("b", 0, 9, 3)], TrendState.INSUFFICIENT),
    ],
)
def test_a_side_with_too_little_gives_no_interval(right, state):
    """And says which of the two it is."""
    found = of_shares([count("a", d, 20, 8) for d in range(7)], right)
    assert (found.low, found.state, found.clear) == (None, state, False)


def test_tone_with_and_without_a_frame():
    """The frame's articles are half a point more negative."""
    days = [MONDAY + timedelta(days=d) for d in range(10)]
    with_ = [ToneDay("a", day, 10, -4 + (d % 3), 4) for d, day in enumerate(days)]
    without = [ToneDay("a", day, 10, 1 - (d % 2), 4) for d, day in enumerate(days)]
    found = of_tones(with_, without)
    assert found.value == pytest.approx((-40 + 9) / 100 - 5 / 100)
    assert found.clear
    assert -2 <= found.low < found.value < found.high <= 2


def test_independent_frames_are_seen_together_as_often_as_expected():
    """Ratio 1, with the delta-method interval of independent articles."""
    days = [PairDay("a", MONDAY + timedelta(days=d), 100, 40, 20, 8) for d in range(7)]
    found = together(days)
    assert (found.observed, found.expected, found.ratio) == (56, 56, 1)
    n, a, b, ab = 700, 280, 140, 56
    u = [1 / ab - 1 / a - 1 / b + 1 / n, 1 / n - 1 / a, 1 / n - 1 / b, 1 / n]
    spread = sum(c * x * x for c, x in zip([ab, a - ab, b - ab, n - a - b + ab], u, strict=True))
    half = student.ppf(0.975, 6) * sqrt(spread)
    assert log(found.high) == pytest.approx(half)
    assert log(found.low) == pytest.approx(-half)


def test_frames_that_never_meet_have_an_upper_limit():
    """Poisson's of none: 3.69 over what was expected."""
    found = together([PairDay("a", MONDAY, 100, 30, 30, 0)])
    assert (found.ratio, found.low) == (0, 0)
    assert found.high == pytest.approx(3.689 / 9, rel=1e-3)


def test_rare_frames_say_nothing_of_each_other():
    """Under five expected."""
    assert together([PairDay("a", MONDAY, 100, 10, 10, 4)]).state is TrendState.INSUFFICIENT
    assert together([]).state is TrendState.NO_COVERAGE


def _week(chance, base, burst, effects=None):
    n = chance.poisson(20, (len(base), 7))
    effects = chance.normal(0, burst, n.shape) if effects is None else effects
    return n, chance.binomial(n, expit(base[:, None] + effects)), effects


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_planted_difference():
    """Two groups of outlets, and two genres of the same outlets whose days waver together."""
    chance = np.random.default_rng(8)
    wide = chance.normal(0, 0.5, 200_000)
    print("\ngroups      outlets    ours  width  width as strangers")
    for shared, outlets in ((False, 5), (False, 20), (True, 5), (True, 20)):
        one = chance.normal(logit(0.3), 0.4, outlets)
        two = one - 0.4 if shared else chance.normal(logit(0.2), 0.4, outlets)
        truth = np.mean(
            [expit(a + wide).mean() - expit(b + wide).mean() for a, b in zip(one, two, strict=True)]
        )
        held, widths, apart = 0, [], []
        for _ in range(500):
            n, k, effects = _week(chance, one, 0.5)
            m, j, _ = _week(chance, two, 0.5, effects if shared else None)
            left = [count(f"a{o}", d, int(n[o, d]), int(k[o, d])) for o, d in np.ndindex(n.shape)]
            name = "a" if shared else "b"
            right = [
                count(f"{name}{o}", d, int(m[o, d]), int(j[o, d])) for o, d in np.ndindex(m.shape)
            ]
            found = of_shares(left, right)
            held += found.low <= truth <= found.high
            widths.append(found.high - found.low)
            low, high = mover(found.left, found.right, 0)
            apart.append(high - low)
        print(
            f"{'same' if shared else 'different':9}  {outlets:7}  {held / 5:5.1f}%  "
            f"{100 * np.mean(widths):5.1f}  {100 * np.mean(apart):5.1f}"
        )
        assert 93 <= held / 5 <= 97.6


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_planted_ratio():
    """Frames in bursts: unrelated ones, and one that brings the other along."""
    chance = np.random.default_rng(9)
    print("\noutlets  planted    ours")
    for outlets, pull in ((5, 0.0), (5, 1.0), (20, 0.0), (20, 1.0)):
        day = chance.normal(0, 0.5, (2, 400_000))
        a = expit(logit(0.3) + day[0])
        b, b_without = (expit(logit(0.2) + day[1] + x) for x in (pull, 0.0))
        truth = (a * b).mean() / (a.mean() * (a * b + (1 - a) * b_without).mean())
        held = 0
        for _ in range(400):
            n = chance.poisson(20, (outlets, 7))
            wave = chance.normal(0, 0.5, (2, *n.shape))
            n_a = chance.binomial(n, expit(logit(0.3) + wave[0]))
            both = chance.binomial(n_a, expit(logit(0.2) + wave[1] + pull))
            n_b = both + chance.binomial(n - n_a, expit(logit(0.2) + wave[1]))
            found = together(
                PairDay(str(o), MONDAY + timedelta(days=d), *map(int, row))
                for (o, d), row in zip(
                    np.ndindex(n.shape),
                    np.stack([n, n_a, n_b, both], -1).reshape(-1, 4),
                    strict=True,
                )
            )
            held += found.low <= truth <= found.high
        print(f"{outlets:7}  {truth:7.2f}  {held / 4:5.1f}%")
        assert 93 <= held / 4 <= 98
