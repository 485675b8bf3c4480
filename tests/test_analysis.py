"""The figures that pages, API, export and report share, on SQLite and on PostgreSQL."""

import csv
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from math import sqrt
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from db import coded
from db.coded import CodedUnit
from db.coded_tables import CodedUnitRow
from db.publish import publish
from db.queries import Filters
from db.sentences import best_sentences
from db.session import Store
from db.tables import AnswerRow, ArticleRow, ReadingRow, RepublicationRow
from db.upsert import table_of
from framewatch.analysis import Question, frame_share, sample_of, series
from framewatch.changes import Period, change
from framewatch.coding import import_coded
from framewatch.comparisons import (
    comparison,
    cooccurrence,
    cooccurrences,
    difference,
    tone_by_frame,
)
from framewatch.crossings import ORIGIN
from framewatch.desk import open_desk
from framewatch.facts import load_topics
from framewatch.sampling import Drawn, sample
from framewatch.settings import ROOT, Settings
from framewatch.shifts import chosen, events_near, shifts
from framewatch.story import CountBy, Event, TrendState
from tests.coded_store import FRAME, NEWER, READER, Told, days, fill
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC
from trends.buckets import Step
from trends.panel import Reach

DEEPSEEK = load_topics(ROOT / "topics")[TOPIC]
MONDAY = date(2025, 1, 6)
TODAY = date(2025, 12, 1)
JANUARY, FEBRUARY = Period(MONDAY, date(2025, 2, 2)), Period(date(2025, 2, 3), date(2025, 3, 2))


def told(n: int, k: int, **same: object) -> list[Told]:
    """n articles alike, of which k carry the frame."""
    return [Told(frames=(FRAME,) if i < k else (), **same) for i in range(n)]  # type: ignore[arg-type]


def over_days(articles: list[Told]) -> list[Told]:
    return [replace(one, day=MONDAY + timedelta(days=i % 20)) for i, one in enumerate(articles)]


def put(store: Store, *articles: list[Told]) -> list[int]:
    with store.begin() as connection:
        ids = fill(connection, [one for group in articles for one in group])
        publish(connection, TOPIC, NOW)
    return ids


def asked(store: Store, today: date = TODAY, **filters: object) -> Question:
    held = Filters(topic=TOPIC, **filters)  # type: ignore[arg-type]
    return Question(store=store, topic=DEEPSEEK, filters=held, today=today)


def judge(store: Store, ids: list[int], present: int, **changes: object) -> None:
    """Of these articles people find the frame in the first `present`."""
    units = [
        CodedUnit(
            article_id=n,
            text_sha256=f"t{n}",
            frame=FRAME,
            coder="ada",
            present=at < present,
            coded_at=NOW,
            codebook_sha256="c1",
        )
        for at, n in enumerate(ids)
    ]
    with store.begin() as connection:
        coded.save_units(connection, TOPIC, [replace(unit, **changes) for unit in units])  # type: ignore[arg-type]


def answered(store: Store, first: date, count: int, status: str = "ok") -> None:
    """One source, asked day by day."""
    start = NOW.replace(hour=14, minute=0)  # Sydney's midnight, roughly: a day has most of each
    rows = []
    for day in days(first, count):
        at = start.replace(year=day.year, month=day.month, day=day.day) - timedelta(days=1)
        at -= timedelta(hours=1)
        row = {"topic": TOPIC, "source": "feed", "window_start": at, "status": status}
        row |= {"window_end": at + timedelta(days=1), "listed": 5, "found": 5, "detail": ""}
        rows.append(row | {"answered_at": NOW})
    with store.begin() as connection:
        connection.execute(insert(table_of(AnswerRow)), rows)


# --- shares ---------------------------------------------------------------------------------------


def test_a_share_says_on_what_it_rests(store):
    """Thirty of a hundred, by one reader; nobody coded, so nothing is corrected."""
    put(store, told(60, 20), told(40, 10, outlet="wire"))
    found = frame_share(asked(store), FRAME)
    assert (found.n, found.k, found.share.share, found.share.outlets) == (100, 30, 0.3, 2)
    assert found.share.state is TrendState.ENOUGH
    assert found.share.low < 0.3 < found.share.high
    assert found.trace.readers == (READER,)
    assert found.trace.codebooks == ("c1",)
    assert found.trace.version == 1
    assert found.correction.naive.value == 0.3
    for estimate in (found.correction.rogan_gladen, found.correction.prediction_powered):
        assert estimate.value is None
        assert estimate.reason == "No article was coded by hand."


def test_a_share_of_nothing_is_no_share(store):
    """Not zero."""
    put(store, told(5, 5))
    found = frame_share(asked(store, country="GB"), FRAME)
    assert (found.n, found.share.share, found.correction) == (0, None, None)
    few = frame_share(asked(store), FRAME)
    assert (few.share.share, few.share.low, few.share.state) == (1, None, TrendState.INSUFFICIENT)


def test_beyond_the_panel_few_outlets_are_said_to_be_few(store):
    """And the interval is wider."""
    put(store, *(told(20, 4 + i, outlet=f"o{i}", day=MONDAY + timedelta(days=i)) for i in range(4)))
    here, beyond = (frame_share(asked(store), FRAME, reach).share for reach in Reach)
    assert beyond.share == here.share
    assert "Only 4 outlets" in beyond.note
    assert not here.note


ALL_JANUARY = Drawn(first=MONDAY, last=MONDAY).code


def test_a_share_is_corrected_from_a_sample_of_its_own_articles(store):
    """By hand: sensitivity 30/40, 1 - specificity 10/60; (.4 - 1/6) / (3/4 - 1/6) = .4.

    All articles were coded, so the mean of the codes is what was asked for.
    """
    ids = put(store, told(100, 40))
    marked, rest = ids[:40], ids[40:]
    judge(store, [*marked[:30], *rest[:10], *marked[30:], *rest[10:]], 40, sample=ALL_JANUARY)
    found = frame_share(asked(store), FRAME)
    assert (found.correction.coded, found.correction.present) == (100, 40)
    assert found.correction.sensitivity == pytest.approx(30 / 40)
    assert found.correction.specificity == pytest.approx(50 / 60)
    assert found.correction.rogan_gladen.value == pytest.approx(0.4)
    assert found.correction.prediction_powered.value == pytest.approx(0.4)
    assert found.sample.same_articles
    assert found.sample.codebooks == ("c1",)


def test_a_sample_of_other_articles_corrects_by_its_errors_alone(store):
    """Sixty coded in January, sixty asked for in February: (.6 - .25) / (.75 - .25) = .7."""
    ids = put(store, told(60, 30), told(60, 36, day=date(2025, 2, 5)))
    marked, rest = ids[:30], ids[30:60]
    judge(store, [*marked[:24], *rest[:8], *marked[24:], *rest[8:]], 32, sample=ALL_JANUARY)
    found = frame_share(asked(store, first=date(2025, 2, 1)), FRAME)
    assert found.correction.rogan_gladen.value == pytest.approx((0.6 - 6 / 28) / (0.75 - 6 / 28))
    assert found.correction.prediction_powered.value is None
    assert found.correction.prediction_powered.reason.startswith("0 of these articles were coded")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", False),
        (Drawn(first=MONDAY, last=MONDAY, country="GB").code, False),
        (ALL_JANUARY, True),
    ],
)
def test_only_a_sample_known_to_be_of_these_articles_speaks_for_them(store, code, says):
    """One of another country, or drawn nobody knows how, does not."""
    ids = put(store, told(60, 30))
    judge(store, ids[::-1], 30, sample=code)
    held = sample_of(asked(store), FRAME)
    assert held.same_articles is says
    assert len(held.rows) == 60
    assert bool(held.reason) is not says


# --- series ---------------------------------------------------------------------------------------


def test_a_series_tells_gaps_partial_weeks_and_the_unfinished_one_apart(store):
    """Five weeks: whole; asked in vain; asked on two days of seven; quiet; not over."""
    put(store, told(20, 5), told(20, 5, day=MONDAY + timedelta(days=15)),
        told(20, 5, day=MONDAY + timedelta(days=28)))  # fmt: skip
    answered(store, MONDAY, 7)
    answered(store, MONDAY + timedelta(days=7), 7, "unavailable")
    answered(store, MONDAY + timedelta(days=14), 2)
    answered(store, MONDAY + timedelta(days=16), 5, "unavailable")
    answered(store, MONDAY + timedelta(days=21), 8)
    asking = asked(store, today=MONDAY + timedelta(days=29))
    spots = series(asking, [FRAME], Step.WEEK)[FRAME].spots
    assert [spot.trend.state for spot in spots] == [
        TrendState.ENOUGH,
        TrendState.NO_COLLECTION,
        TrendState.ENOUGH,
        TrendState.NO_COVERAGE,
        TrendState.ENOUGH,
    ]
    assert [spot.partial for spot in spots] == [False, True, True, False, False]
    assert [spot.comparable for spot in spots] == [True, False, False, True, False]
    assert spots[2].collected == pytest.approx(2 / 7, abs=0.07)
    assert spots[4].bucket.provisional


def test_an_imported_corpus_has_no_ledger_and_can_be_compared(store):
    """Nothing was asked, so nothing is known of what was missed."""
    put(store, told(20, 5), told(20, 5, day=MONDAY + timedelta(days=7)))
    spots = series(asked(store), [FRAME], Step.WEEK)[FRAME].spots
    assert [spot.collected for spot in spots] == [None, None]
    assert all(spot.comparable for spot in spots)


def test_each_bucket_is_corrected_by_the_errors_of_the_whole_sample(store):
    """Shares .5 and .2, without errors .2 and 0: (.5 - .2) / .6 and (.2 - .2) / .6."""
    later = MONDAY + timedelta(days=7)
    ids = put(store, told(100, 50), told(100, 20, day=later))
    marked, rest = ids[:50], ids[50:100]
    judge(store, [*marked[:40], *rest[:10], *marked[40:], *rest[10:]], 50, sample=ALL_JANUARY)
    one, two = series(asked(store), [FRAME], Step.WEEK)[FRAME].spots
    assert one.corrected.value == pytest.approx(0.5)
    assert two.corrected.value == pytest.approx(0)
    assert (one.trend.share, two.trend.share) == (0.5, 0.2)
    by_day = series(asked(store, last=MONDAY), [FRAME], Step.DAY)[FRAME].spots
    assert by_day[0].corrected.value is None
    assert "weeks and months" in by_day[0].corrected.reason


def test_a_topic_without_articles_has_no_series(store):
    """Nor an error."""
    assert series(asked(store), [FRAME], Step.WEEK) == {}
    assert shifts(asked(store), [FRAME]).found == ()


# --- changes --------------------------------------------------------------------------------------


def test_a_change_is_split_exactly_into_mix_and_within(store):
    """Herald .5 then .5, wire .1 then .2; a half, then a fourth of all is the herald's.

    Mix: -(1/4) * (.5 - .15) = -.0875; within: .1 * (1/2 + 3/4) / 2 = .0625.
    """
    then = date(2025, 2, 5)
    put(
        store,
        told(40, 20, day=MONDAY),
        told(40, 4, outlet="wire", country="GB", day=MONDAY),
        told(20, 10, day=then),
        told(60, 12, outlet="wire", country="GB", day=then),
    )
    found = change(asked(store), FRAME, JANUARY, FEBRUARY)
    assert found.difference.value == pytest.approx(22 / 80 - 24 / 80)
    assert found.difference.low < found.difference.value < found.difference.high
    assert (found.before.n, found.after.n) == (80, 80)
    for by in ("host", "country"):
        assert found.splits[by].mix == pytest.approx(-0.0875)
        assert found.splits[by].within == pytest.approx(0.0625)
    assert found.splits["genre"].mix == pytest.approx(0)
    assert found.reader.parts is None
    assert found.reader.reason == "One reader read both periods."
    assert found.collected == (None, None)


def test_copies_are_told_from_originals(store):
    """The share rises as copies come in, all of which carry the frame."""
    ids = put(
        store,
        told(20, 5),
        told(20, 5, day=date(2025, 2, 5)),
        told(20, 20, outlet="wire", day=date(2025, 2, 5)),
    )
    entry = {"original_outlet": "herald", "original_country": "AU", "original_day": None}
    entry |= {"original_id": None, "original_url": "", "proof": "note", "evidence": ""}
    with store.begin() as connection:
        rows = [entry | {"article_id": n, "similarity": None, "same_owner": None} for n in ids[40:]]
        connection.execute(insert(table_of(RepublicationRow)), rows)
        publish(connection, TOPIC, NOW)
    found = change(asked(store), FRAME, JANUARY, FEBRUARY).splits[ORIGIN]
    assert found.total == pytest.approx(25 / 40 - 5 / 20)
    assert found.within == pytest.approx(0)
    assert {part.group for part in found.parts} == {"original", "republished"}


def test_what_a_new_model_changed_is_not_news(store):
    """Both read both periods: the newer finds one in ten more, and the news did not change."""
    january = [
        Told(frames=(FRAME,) if i < 30 else (), day=MONDAY + timedelta(days=i % 20))
        for i in range(100)
    ]
    february = [
        replace(one, day=one.day + timedelta(days=28), newer=(FRAME,) if i < 40 else ())
        for i, one in enumerate(january)
    ]
    put(store, january, february)
    found = change(asked(store), FRAME, JANUARY, FEBRUARY)
    assert (found.reader.old, found.reader.new) == (READER, NEWER)
    parts = found.reader.parts
    assert parts.total == pytest.approx(0.1)
    assert parts.reader == pytest.approx(0.1)
    assert parts.news == pytest.approx(0, abs=1e-12)
    assert parts.twice == 100
    assert "one period" in parts.note


def test_without_articles_read_twice_model_and_news_cannot_be_told_apart(store):
    """It says so."""
    later = [replace(one, day=date(2025, 2, 5)) for one in told(20, 9)]
    ids = put(store, told(20, 5), later)
    with store.begin() as connection:
        mine = table_of(ReadingRow).c.article_id.in_(ids[20:])
        who = {"revision": NEWER.revision, "weights_sha256": NEWER.weights_sha256}
        connection.execute(update(table_of(ReadingRow)).where(mine).values(who))
        publish(connection, TOPIC, NOW)
    found = change(asked(store), FRAME, JANUARY, FEBRUARY).reader
    assert found.parts is None
    assert found.reason.startswith("No article was read by both readers")


def test_a_period_collected_in_part_is_compared_with_nothing(store):
    """Its numbers are shown, without an interval of the difference."""
    put(store, told(40, 20), told(40, 4, day=date(2025, 2, 5)))
    answered(store, MONDAY, 28)
    answered(store, date(2025, 2, 3), 28, "unavailable")
    found = change(asked(store), FRAME, JANUARY, FEBRUARY)
    assert found.difference.state is TrendState.NO_COLLECTION
    assert found.difference.low is None
    assert "0% of what was expected" in found.reason
    assert found.corrected.reason == found.reason
    unfinished = change(asked(store, today=date(2025, 3, 2)), FRAME, JANUARY, FEBRUARY)
    assert "not over" in unfinished.reason


def test_a_corrected_change_is_that_of_the_corrected_shares(store):
    """The naive one is smaller by the factor .6 by which the machine tells articles apart."""
    ids = put(store, told(100, 50), told(100, 32, day=date(2025, 2, 5)))
    marked, rest = ids[:50], ids[50:100]
    judge(store, [*marked[:40], *rest[:10], *marked[40:], *rest[10:]], 50, sample=ALL_JANUARY)
    found = change(asked(store), FRAME, JANUARY, FEBRUARY)
    assert found.difference.value == pytest.approx(-0.18)
    assert found.corrected.value == pytest.approx(-0.18 / 0.6)
    assert found.corrected.low < found.corrected.value < found.corrected.high


# --- shifts ---------------------------------------------------------------------------------------


def test_a_planted_shift_comes_with_its_sentences_and_events(store):
    """From 20 to 60 % in the eleventh week of twenty, in both outlets."""
    articles = []
    for week in range(20):
        for i in range(30):
            carries = i < (6 if week < 10 else 18)
            day = MONDAY + timedelta(days=7 * week + i % 7)
            score = 0.9 if week >= 10 and i == 3 else 0.95 if week < 10 else 0.6
            outlet = ("herald", "wire")[i % 2]
            articles.append(
                Told(outlet=outlet, day=day, frames=(FRAME,) if carries else (), score=score)
            )
    put(store, articles)
    turn = MONDAY + timedelta(days=70)
    event = Event(day=turn - timedelta(days=2), label="A model", link="https://x.example")
    far = replace(event, day=MONDAY)
    question = replace(asked(store), topic=replace(DEEPSEEK, events=(far, event)))
    found = shifts(question, [FRAME, "conflict"])
    assert found.series == 2
    assert found.corrected == ()
    (one,) = found.found
    assert (one.frame, one.outlet) == (FRAME, "")
    assert one.shift.first <= turn <= one.shift.last + timedelta(days=7)
    assert one.shift.size == pytest.approx(0.4, abs=0.05)
    assert one.events == ((2, event),)
    assert len(one.sentences) == 3
    assert one.sentences[0].evidence.score == 0.9
    assert {s.host for s in one.sentences} == {"herald", "wire"}
    assert all(one.shift.first <= s.day for s in one.sentences)
    assert all(s.words == s.title for s in one.sentences)
    each = shifts(question, [FRAME], by_outlet=True)
    assert {shift.outlet for shift in each.found} == {"herald", "wire"}
    assert all(s.host == shift.outlet for shift in each.found for s in shift.sentences)


def test_a_week_of_outage_gives_no_shift(store):
    """Nothing was collected in four weeks of twelve; the share stays as it was."""
    articles = [
        Told(day=MONDAY + timedelta(days=7 * week), frames=(FRAME,) if i < 9 else ())
        for week in range(12)
        for i in range(30)
        if week not in (5, 6, 7, 8)
    ]
    put(store, articles)
    answered(store, MONDAY, 35)
    answered(store, MONDAY + timedelta(days=63), 21)
    assert shifts(asked(store), [FRAME]).found == ()


def test_events_of_other_countries_are_left_out_where_one_is_chosen(store):
    """One without a country is everybody's."""
    events = tuple(
        Event(day=MONDAY, label=label, link="https://x.example", countries=countries)
        for label, countries in (("all", ()), ("gb", ("GB",)), ("au", ("AU",)))
    )
    question = replace(asked(store, country="AU"), topic=replace(DEEPSEEK, events=events))
    near = events_near(question, MONDAY, MONDAY)
    assert [(n, event.label) for n, event in near] == [(1, "all"), (3, "au")]


def test_sentences_are_of_different_outlets_and_never_the_same_words(store):
    """Two herald sentences lead; the wire's comes in; nothing is said twice."""
    put(store, told(3, 3, score=0.9), told(1, 1, outlet="wire", score=0.5))
    found = best_sentences(store, Filters(topic=TOPIC), FRAME, 10)
    assert [s.host for s in found] == ["herald", "herald", "herald", "wire"]
    kept = chosen([*found, replace(found[0], article_id=99)])
    assert [s.host for s in kept] == ["herald", "herald", "wire"]
    assert len({s.words for s in kept}) == 3


# --- comparisons ----------------------------------------------------------------------------------


def test_groups_stand_beside_all_others(store):
    """Herald 20 of 40, wire 4 of 40, paper 10 of 20: herald less the rest .5 - 14/60."""
    groups = (
        told(40, 20),
        told(40, 4, outlet="wire", country="GB", language="zh", genre="opinion"),
        told(20, 10, outlet="paper", country="GB"),
    )
    put(store, *(over_days(group) for group in groups))
    found = {g.code: g for g in comparison(asked(store), FRAME, "host").groups}
    assert list(found) == ["herald", "wire", "paper"]
    assert found["herald"].difference.value == pytest.approx(0.5 - 14 / 60)
    assert found["herald"].difference.clear
    assert found["paper"].share.k == 10
    for by, group in (("country", "AU"), ("language", "zh"), ("genre", "opinion")):
        mine = next(g for g in comparison(asked(store), FRAME, by).groups if g.code == group)
        assert mine.share.n == 40
        assert mine.difference.left.n + mine.difference.right.n == 100
    few = comparison(asked(store), FRAME, "host", most=1).groups
    assert [(group.compared, group.difference.low is None) for group in few] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert few[1].difference.value == pytest.approx(found["wire"].difference.value)
    pair = difference(asked(store), FRAME, "host", "herald", "wire")
    assert pair.value == pytest.approx(0.4)
    with pytest.raises(ValueError, match="'mood'"):
        comparison(asked(store), FRAME, "mood")


def test_voices_are_shares_of_all_articles(store):
    """Of forty: twelve carry it in own words, six in quoted ones."""
    put(store, told(12, 12), told(6, 6, voice="quoted"), told(22, 0))
    found = {g.code: g for g in comparison(asked(store), FRAME, "voice").groups}
    assert (found["outlet"].share.n, found["outlet"].share.k) == (40, 12)
    assert (found["quoted"].share.n, found["quoted"].share.k) == (40, 6)
    assert found["outlet"].difference.value == pytest.approx(6 / 40)


def test_articles_that_mention_a_target_stand_beside_those_that_do_not(store):
    """China: 12 of 20; without: 5 of 30."""
    put(store, told(20, 12, tones={"china": -0.5}), told(30, 5, tones={"deepseek": 0.1}))
    found = {g.code: g for g in comparison(asked(store), FRAME, "target").groups}
    assert found["china"].difference.value == pytest.approx(12 / 20 - 5 / 30)
    assert found["deepseek"].difference.value == pytest.approx(5 / 30 - 12 / 20)


def test_frames_together_are_observed_over_expected(store):
    """Of 100: 50 and 40 of which 30 have both; by chance 20."""
    both, conflict = (FRAME, "conflict"), ("conflict",)
    put(store, [Told(frames=both)] * 30, told(20, 20), [Told(frames=conflict)] * 10, told(40, 0))
    found = cooccurrence(asked(store), FRAME, "conflict").together
    assert (found.n, found.observed, found.expected) == (100, 30, 20)
    assert found.ratio == 1.5
    assert found.low < 1.5 < found.high
    assert set(cooccurrences(asked(store), [FRAME, "conflict"])) == {(FRAME, "conflict")}


def test_tone_with_and_without_a_frame(store):
    """-.5 with it, .2 without; articles that do not mention the target are not in it."""
    put(
        store,
        told(15, 15, tones={"china": -0.5}),
        told(25, 0, tones={"china": 0.2}),
        told(9, 9, tones={"deepseek": 1.0}),
    )
    found = tone_by_frame(asked(store), FRAME, "china").difference
    assert found.value == pytest.approx(-0.7)
    assert (found.left.n, found.right.n) == (15, 25)


def test_every_way_of_counting_reaches_the_articles(store):
    """A cluster of two counts once, in the kept counts and in those of articles."""
    put(store, told(20, 10), told(20, 10, outlet="wire"))
    with store.begin() as connection:
        late = table_of(ArticleRow).c.id > 20
        connection.execute(update(table_of(ArticleRow)).where(late).values(cluster_id=1))
        mine = table_of(ArticleRow).c.id == 1
        connection.execute(update(table_of(ArticleRow)).where(mine).values(cluster_id=1))
        publish(connection, TOPIC, NOW)
    question = asked(store, count_by=CountBy.CLUSTER)
    assert frame_share(question, FRAME).n == 20
    assert cooccurrence(question, FRAME, "conflict").together.n == 20


# --- the whole way --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_planted_truth_is_found_again_through_a_sheet_of_codes(tmp_path: Path) -> None:
    """4,000 articles, 12 % with the frame; a machine with sensitivity .75 and specificity .92.

    A sample is drawn, written out, coded by a person who knows the truth, and brought in, 20 times.
    95 % intervals miss 4 or more times of 20 with a chance of 1.6 %.
    """
    chance = random.Random(21)
    settings = Settings.from_env({"FRAMEWATCH_HOME": str(tmp_path / "home")})
    migrate(settings.database_url)
    truth, articles = [], []
    for i in range(4000):
        carries = chance.random() < 0.12
        seen = chance.random() < (0.75 if carries else 0.08)
        day = MONDAY + timedelta(days=chance.randrange(84))
        truth.append(carries)
        articles.append(Told(outlet=f"o{i % 9}", day=day, frames=(FRAME,) if seen else ()))
    share = sum(truth) / len(truth)
    missed: Counter[str] = Counter()
    widths = []
    with open_desk(settings) as desk:
        with desk.store.begin() as connection:
            fill(connection, articles)
            publish(connection, TOPIC, NOW)
        for seed in range(20):
            with desk.store.begin() as connection:
                connection.execute(delete(table_of(CodedUnitRow)))
            sheet = tmp_path / f"sheet-{seed}.csv"
            sample(desk, Filters(topic=TOPIC), sheet, frames=(FRAME,), n=400, seed=seed)
            _code(sheet, truth)
            assert import_coded(desk, TOPIC, sheet, None, NOW) == {"new": 400}
            found = frame_share(asked(desk.store), FRAME).correction
            for name in ("naive", "rogan_gladen", "prediction_powered"):
                one = getattr(found, name)
                missed[name] += not one.low <= share <= one.high
            widths.append(found.prediction_powered.high - found.prediction_powered.low)
    print(f"truth {share:.3f}, naive {found.naive.value:.3f}; of 20 intervals missed it: {missed}")
    assert missed["naive"] == 20
    assert missed["rogan_gladen"] < 4
    assert missed["prediction_powered"] < 4
    # Twice what 400 articles drawn at random and coded alone would give is no use to anybody.
    assert max(widths) < 2 * 2 * 1.96 * sqrt(share * (1 - share) / 400)


def _code(sheet: Path, truth: list[bool]) -> None:
    with sheet.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row |= {"coder": "ada", "present": "yes" if truth[int(row["article"]) - 1] else "no"}
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
