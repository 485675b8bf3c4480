"""Simulated news with planted truth: intervals of tone and of single days, and parts of a change.

See test_panel for weeks, test_compare for differences, test_correction and test_shifts.
"""

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from framewatch.story import DayCount
from trends.buckets import Presence, Step, buckets
from trends.clusters import Cell, estimate
from trends.decompose import Count, Twice, readers, split
from trends.share import TRAILING, shares
from trends.tone import interval

MONDAY = date(2025, 2, 3)
NORMAL = norm.ppf((np.arange(20_000) + 0.5) / 20_000)  # its quantiles: means without chance
NOISE = 0.35  # sd of one article's tone about its outlet-day's

TONES = [
    # outlets, articles a week, sd of an outlet-day's tone, mean tone
    (60, 3800, 0.0, -0.1),
    (60, 3800, 0.15, -0.1),
    (20, 1200, 0.3, 0.0),
    (4, 600, 0.15, -0.1),
    (4, 600, 0.3, 0.4),
]
DAYS = [
    # outlets, articles a day, sd of an outlet-day on the logit, prevalence
    (60, 540, 0.4, 0.30),
    (60, 540, 0.8, 0.30),
    (20, 170, 0.4, 0.10),
    (20, 170, 0.8, 0.30),
]


def _wilson(k: float, n: int) -> tuple[float, float]:
    p, z = k / n, 1.96
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return centre - half, centre + half


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_planted_tone():
    """Outlets of unequal size whose days waver together; beside it, articles as independent."""
    print("\noutlets articles  days  tone    ours  naive  width")
    for outlets, articles, burst, mean in TONES:
        chance = np.random.default_rng(31)
        size = chance.lognormal(0, 0.7, outlets)
        size = size / size.sum() * articles / 7
        base = chance.normal(mean, 0.15, outlets)
        spread = np.hypot(burst, NOISE) * NORMAL
        truth = np.average([np.clip(b + spread, -1, 1).mean() for b in base], weights=size)
        ours, naive, widths = 0, 0, []
        for _ in range(1000):
            n = chance.poisson(size[:, None], (outlets, 7))
            level = base[:, None] + chance.normal(0, burst, n.shape)
            cells, values = [], []
            for o, d in np.ndindex(n.shape):
                x = np.clip(level[o, d] + chance.normal(0, NOISE, n[o, d]), -1, 1)
                cells.append(Cell(str(o), int(n[o, d]), float(x.sum()), float(x @ x)))
                values.append(x)
            low, high = interval(estimate(cells))
            x = np.concatenate(values)
            ours += low <= truth <= high
            naive += abs(x.mean() - truth) <= 1.96 * x.std() / len(x) ** 0.5
            widths.append(high - low)
        print(
            f"{outlets:7} {articles:8} {burst:5} {mean:5} {ours / 10:6.1f}% {naive / 10:5.1f}% "
            f"{np.median(widths):6.3f}"
        )
        assert 93 <= ours / 10 <= (97 if burst else 97.6)
        assert burst < 0.3 or naive / 10 < 93


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_share_planted_in_a_single_day():
    """Its articles say nothing of how days waver: that comes from the four weeks that end there."""
    print("\noutlets articles burst     p   ours  Wilson  width (points)")
    day = MONDAY + TRAILING - timedelta(days=1)
    into = buckets(day, day, Step.DAY, MONDAY + timedelta(days=365))
    for outlets, articles, burst, p in DAYS:
        chance = np.random.default_rng(32)
        size = chance.lognormal(0, 0.5, outlets)
        size = size / size.sum() * articles
        base = chance.normal(logit(p), 0.4, outlets)
        truth = np.average([expit(b + burst * NORMAL).mean() for b in base], weights=size)
        ours, plain, widths = 0, 0, []
        for _ in range(300):
            n = chance.poisson(size[:, None], (outlets, TRAILING.days))
            k = chance.binomial(n, expit(base[:, None] + chance.normal(0, burst, n.shape)))
            counts = [
                DayCount(
                    outlet=str(o), day=MONDAY + timedelta(days=d), n=int(n[o, d]), k=int(k[o, d])
                )
                for o, d in np.ndindex(n.shape)
            ]
            (point,) = shares(counts, into, Step.DAY, Presence())
            low, high = _wilson(point.k, point.n)
            ours += point.low <= truth <= point.high
            plain += low <= truth <= high
            widths.append(100 * (point.high - point.low))
        print(
            f"{outlets:7} {articles:8} {burst:5} {p:5.0%} {ours / 3:5.1f}% {plain / 3:6.1f}% "
            f"{np.median(widths):6.1f}"
        )
        assert 93 <= ours / 3 <= 98
        assert burst < 0.8 or plain < ours


# --- parts of a change ----------------------------------------------------------------------------

WORLDS = [
    # what happened; articles and share of each outlet before and after; planted mix and within
    ("nothing", {"a": (100, 0.2), "b": (100, 0.6)}, {"a": (200, 0.2), "b": (200, 0.6)}, 0, 0),
    ("one grows", {"a": (100, 0.2), "b": (100, 0.6)}, {"a": (100, 0.2), "b": (300, 0.6)}, 0.1, 0),
    ("both turn", {"a": (100, 0.2), "b": (100, 0.6)}, {"a": (50, 0.3), "b": (50, 0.7)}, 0, 0.1),
    ("one turns", {"a": (100, 0.2), "b": (100, 0.6)}, {"a": (100, 0.4), "b": (100, 0.6)}, 0, 0.1),
    # a: from 1/2 to 1/4 of all and from .2 to .4: mix .25 * (.6 - .3), within .2 * .375
    ("both", {"a": (100, 0.2), "b": (100, 0.6)}, {"a": (100, 0.4), "b": (300, 0.6)}, 0.075, 0.075),
    ("one comes", {"a": (100, 0.2)}, {"a": (100, 0.2), "b": (100, 0.8)}, 0.3, 0),
    ("one goes", {"a": (100, 0.2), "b": (100, 0.8)}, {"a": (100, 0.2)}, -0.3, 0),
]
READERS = [
    # what happened; the share that each reader finds before and after; planted parts
    ("only the news", (0.2, 0.2), (0.3, 0.3), 0.0, 0.1),
    ("only the reader", (0.2, 0.35), (0.2, 0.35), 0.15, 0.0),
    ("both", (0.2, 0.3), (0.4, 0.5), 0.1, 0.2),
    ("against each other", (0.4, 0.3), (0.5, 0.4), -0.1, 0.1),
]


def test_planted_parts_of_a_change_are_found_exactly():
    """Mix of outlets and change within them; a new reader and the news. In points."""
    print("\nwhat happened        planted            found")
    for told, before, after, mix, within in WORLDS:
        found = split(*({o: Count(n, n * p) for o, (n, p) in w.items()} for w in (before, after)))
        print(_told(told, (mix, within), (found.mix, found.within)))
        assert (found.mix, found.within) == (
            pytest.approx(mix, abs=1e-12),
            pytest.approx(within, abs=1e-12),
        )
    for told, before, after, reader, news in READERS:
        days = [
            [Twice("a", 100, 100 * old, 100 * new, abs(100 * old - 100 * new))] * 4
            for old, new in (before, after)
        ]
        found = readers(Count(400, 400 * before[0]), Count(400, 400 * after[1]), *days)
        print(_told(told, (reader, news), (found.reader, found.news)))
        assert (found.reader, found.news) == (
            pytest.approx(reader, abs=1e-12),
            pytest.approx(news, abs=1e-12),
        )


def _told(told: str, *parts: tuple[float, float]) -> str:
    return f"{told:20}" + "   ".join(f"{100 * a:6.1f} {100 * b:6.1f}  " for a, b in parts)
