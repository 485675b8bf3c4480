"""Sums of weeks and months say what the days say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from db import day_counts, queries, tiers
from db.periods import month, part, week, whole_periods
from db.publish import publish
from db.queries import Filters
from db.session import Store, open_store
from framewatch.story import CountBy, DayCount
from tests.changing_store import DAYS, FIRST, World
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC
from trends import moments
from trends.buckets import Bucket, Presence, Step, buckets, start_of
from trends.clusters import Cell, Estimate, estimate
from trends.panel import by_outlet
from trends.share import shares
from trends.tone import overall, tones

LAST = FIRST + timedelta(days=DAYS - 1)
TODAY = LAST + timedelta(days=30)
CLOSE = {"rel": 1e-9, "abs": 1e-8}
CHOSEN = {
    "all": {},
    "a country": {"country": "AU"},
    "a country of an outlet in two": {"country": "FR"},
    "a genre": {"genre": "opinion"},
    "a country and a genre": {"country": "GB", "genre": "news"},
    "an outlet": {"host": "elm"},
    "an outlet's country": {"host": "elm", "country": "GB"},
    "an outlet and a genre": {"host": "crest", "genre": "news"},
    "a language": {"language": "en"},
    "a language of an outlet in two": {"language": "cy"},
    "a country and a language": {"country": "FR", "language": "fr"},
    "a country and a genre in a language": {
        "country": "GB",
        "genre": "news",
        "language": "en",
    },
    "an outlet's language": {"host": "firth", "language": "cy"},
    "a country without the language": {"country": "AU", "language": "fr"},
    "nobody": {"host": "none"},
}
SPANS = {
    "all the time": (None, None),
    "whole weeks": (date(2025, 2, 3), date(2025, 3, 2)),
    "cut weeks": (date(2025, 1, 30), date(2025, 2, 26)),
    "within a week": (date(2025, 2, 4), date(2025, 2, 6)),
    "from a day on": (date(2025, 2, 13), None),
    "until a day": (None, date(2025, 2, 13)),
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Some hundreds of articles by six desks, read twice, copied and edited."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    if request.param == "postgres":
        url = request.getfixturevalue("module_postgres_url")
    _fill(url)
    engine = open_store(url, read_only=True)
    yield engine
    engine.dispose()


def _fill(url: str) -> None:
    migrate(url)
    engine = open_store(url)
    with engine.begin() as connection:
        World(20).change(connection, 700)
        publish(connection, TOPIC, NOW)
    engine.dispose()


def combinations() -> Iterator[tuple[Filters, Step]]:
    for chosen, (first, last), by, step in product(
        CHOSEN.values(), SPANS.values(), CountBy, (Step.WEEK, Step.MONTH)
    ):
        filters = Filters(topic=TOPIC, first=first, last=last, count_by=by, **chosen)  # type: ignore[arg-type]
        yield filters, step


def cells(counts: Sequence[DayCount]) -> list[Cell]:
    return [Cell(count.outlet, count.n, count.k, count.k) for count in counts]


def close(found: Estimate, expected: Estimate) -> None:
    assert (found.n, found.total) == (expected.n, pytest.approx(expected.total, **CLOSE))
    assert found.spread == pytest.approx(expected.spread, **CLOSE)
    assert found.variance == pytest.approx(expected.variance, rel=1e-7, abs=1e-7)
    assert found.clusters == pytest.approx(expected.clusters, **CLOSE)


def test_frames_have_the_estimates_of_their_outlet_days(filled: Store) -> None:
    """For every filter, span, step and way of counting: for these outlets, and beyond them."""
    compared = 0
    for filters, step in combinations():
        days = day_counts.frame_days(filled, filters)
        found = tiers.frame_moments(filled, filters, step)
        assert set(found) == set(days)
        for frame, counts in days.items():
            held: dict[date, list[DayCount]] = {}
            for count in counts:
                held.setdefault(start_of(count.day, step), []).append(count)
            assert [sums.start for sums in found[frame]] == sorted(held)
            for sums in found[frame]:
                expected = cells(held[sums.start])
                close(moments.panel(sums), estimate(expected))
                close(moments.beyond(sums), estimate(by_outlet(expected)))
                compared += 1
    assert compared > 2000


def test_trends_are_those_of_the_days(filled: Store) -> None:
    """Shares with their intervals and states."""
    into = buckets(FIRST, LAST, Step.WEEK, TODAY)
    filters = Filters(topic=TOPIC, first=FIRST, last=LAST)
    expected = shares(
        day_counts.frame_days(filled, filters)["economic"], into, Step.WEEK, Presence()
    )
    found = moments.shares(
        tiers.frame_moments(filled, filters, "week", "economic")["economic"], into, Presence()
    )
    for one, other in zip(found, expected, strict=True):
        assert one == replace(other, low=one.low, high=one.high)
        assert (one.low, one.high) == (
            pytest.approx(other.low, rel=1e-7), pytest.approx(other.high, rel=1e-7),
        )  # fmt: skip


def test_tones_are_those_of_the_days(filled: Store) -> None:
    """By month, and over the whole time."""
    into = buckets(FIRST, LAST, Step.MONTH, TODAY)
    whole = Bucket(FIRST, LAST + timedelta(days=1))
    for chosen in CHOSEN.values():
        filters = Filters(topic=TOPIC, first=FIRST, last=LAST, **chosen)  # type: ignore[arg-type]
        days = day_counts.tone_days(filled, filters).get("deepseek", ())
        by_month = tiers.tone_moments(filled, filters, "month", "deepseek").get("deepseek", ())
        outlets = tiers.tone_outlets(filled, filters, "deepseek").get("deepseek", ())
        expected = [*tones(days, into, Step.MONTH, Presence()), overall(days, whole, Presence())]
        sums = tiers.overall(FIRST, outlets) if outlets else None
        found = [
            *moments.tones(by_month, into, Presence()), moments.tone(whole, sums, Presence()),
        ]  # fmt: skip
        for one, other in zip(found, expected, strict=True):
            assert (one.start, one.n, one.state) == (other.start, other.n, other.state)
            for name in ("mean", "low", "high"):
                expected_value, value = getattr(other, name), getattr(one, name)
                assert (value is None) == (expected_value is None)
                assert value is None or value == pytest.approx(expected_value, rel=1e-7, abs=1e-8)


def test_outlets_over_the_whole_time_have_the_sums_of_their_days(filled: Store) -> None:
    """For every filter and span."""
    for filters, step in combinations():
        if step is Step.MONTH:
            continue
        days = day_counts.frame_days(filled, filters).get("economic", ())
        found = tiers.frame_outlets(filled, filters, "economic").get("economic", ())
        assert [o.outlet for o in found] == sorted({count.outlet for count in days})
        for sums in found:
            mine = [count for count in days if count.outlet == sums.outlet]
            assert (sums.n, sums.total) == (sum(c.n for c in mine), sum(c.k for c in mine))
            assert (sums.days, sums.nn) == (len(mine), sum(c.n**2 for c in mine))
            assert sums.tn == sum(c.k * c.n for c in mine)
        if days:
            close(moments.panel(tiers.overall(FIRST, found)), estimate(cells(days)))


def test_volumes_and_status_are_those_of_the_days(filled: Store) -> None:
    """For every filter and span."""
    for filters, step in combinations():
        days = queries.volumes(filled, filters)
        for by in (Step.DAY, step):
            expected: dict[date, list[queries.VolumeDay]] = {}
            for day in days:
                expected.setdefault(start_of(day.day, by), []).append(day)
            assert tiers.volumes(filled, filters, by) == tuple(
                (
                    start,
                    sum(d.articles for d in held),
                    sum(d.coded for d in held),
                    len({d.outlet for d in held}),
                )
                for start, held in sorted(expected.items())
            )
        outlets = queries.outlet_volumes(filled, filters)
        assert set(outlets) == {day.outlet for day in days}
        assert sum(coded for _, coded in outlets.values()) == sum(day.coded for day in days)
        status = queries.status(filled, filters)
        assert status.articles == sum(day.articles for day in days)
        assert status.coded == sum(day.coded for day in days)
        assert status.outlets == len({day.outlet for day in days})
        assert status.first == min((day.day for day in days), default=None)
        assert status.last == max((day.day for day in days), default=None)


@pytest.mark.parametrize("period", [week, month, part])
def test_every_day_is_in_one_whole_period_or_in_one_edge(period) -> None:
    """And none outside the first and the last."""
    days = [FIRST + timedelta(days=i) for i in range(70)]
    for first, last in product(days[10:50:3], days[10:60:3]):
        if last < first:
            continue
        (low, high), edges = whole_periods(first, last, period)
        for day in days:
            inside = [low <= period(day)[0] < high, *(a <= day <= b for a, b in edges)]
            assert sum(inside) == (first <= day <= last)
