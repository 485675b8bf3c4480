"""Groups by frame and by week, and document tone: the same as from the articles themselves."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from db import analysis
from db.day_counts import tone_days
from db.queries import Filters, ToneDay
from db.session import Store
from framewatch.analysis import Question
from framewatch.comparisons import comparison, difference
from framewatch.documents import documents
from framewatch.facts import load_topics
from framewatch.settings import ROOT
from framewatch.sides import differences, shares
from framewatch.story import DayCount
from tests import compared_store
from tests.coded_store import FRAME
from tests.compared_store import FIRST, WEEKS
from tests.newsroom_store import NOW, TOPIC
from trends.buckets import Bucket, Presence, Step, buckets
from trends.compare import of_shares
from trends.panel import Reach, Share
from trends.tone import tones

TODAY = FIRST + timedelta(weeks=WEEKS, days=2)
LAST = FIRST + timedelta(weeks=WEEKS) - timedelta(days=1)
COUNTS = {"voice": analysis.voice_counts, "target": analysis.target_counts}
PAIRS = {
    "host": ("herald", "wire"),
    "country": ("AU", "GB"),
    "language": ("en", "fr"),
    "genre": ("news", "opinion"),
    "voice": ("outlet", "quoted"),
    "target": ("deepseek", "china"),
}


@pytest.fixture
def kept(store: Store) -> Store:
    """The compared store on either database."""
    compared_store.put(store)
    return store


def asked(store: Store, **filters: object) -> Question:
    topic = load_topics(ROOT / "topics")[TOPIC]
    return Question(store=store, topic=topic, filters=Filters(topic=TOPIC, **filters), today=TODAY)


def counts_of(question: Question, by: str) -> dict[str, tuple[DayCount, ...]]:
    """From the articles."""
    if by in COUNTS:
        return COUNTS[by](question.store, question.filters, FRAME)
    return analysis.grouped_counts(question.store, question.filters, FRAME, by)


def test_the_shares_of_all_frames_are_those_of_one_comparison_each(kept):
    """Read at once, or frame by frame; now, and as known at the end."""
    for by, reach, at in product(PAIRS, Reach, (None, NOW)):
        question = replace(asked(kept), known_at=at)
        found = shares(question, (FRAME, "conflict"), by, reach)
        for frame, of in found.items():
            alone = comparison(question, frame, by, reach).groups
            assert of.keys() == {group.code for group in alone}
            for group in alone:
                assert told(of[group.code]) == pytest.approx(told(group.share), abs=1e-9)
        assert set(PAIRS[by]) <= set(found[FRAME])


def test_a_buckets_difference_is_that_of_its_articles(kept):
    """With the interval, whether or not the groups share outlets."""
    question = asked(kept, first=FIRST + timedelta(days=2), last=LAST)
    for by, step in product(PAIRS, (Step.WEEK, Step.MONTH)):
        assert_differences(question, by, step)


def told(share: Share) -> tuple[object, ...]:
    return share.n, share.k, share.outlets, share.share, share.low, share.high


def assert_differences(question: Question, by: str, step: Step) -> None:
    left, right = PAIRS[by]
    into = buckets(FIRST, LAST, step, TODAY)
    counts = counts_of(question, by)
    for bucket, found in zip(
        into, differences(question, FRAME, by, (left, right), into), strict=True
    ):
        sides = [[c for c in counts.get(code, ()) if c.day in bucket] for code in (left, right)]
        raw = of_shares(*sides)
        for one, other in ((found.left, raw.left), (found.right, raw.right)):
            assert one.n == other.n
            assert (one.mean, one.low, one.high) == pytest.approx(
                (other.mean, other.low, other.high), abs=1e-9
            )
        assert (found.value, found.low, found.high) == pytest.approx(
            (raw.value, raw.low, raw.high), abs=1e-9
        )


def test_one_bucket_of_all_the_time_is_the_difference_of_all_the_time(kept):
    """Genres share outlets, and so their days."""
    question, whole = asked(kept), Bucket(FIRST, LAST + timedelta(days=1))
    (found,) = differences(question, FRAME, "genre", ("news", "opinion"), [whole])
    known = difference(question, FRAME, "genre", "news", "opinion")
    assert found.correlation == pytest.approx(known.correlation)
    assert found.correlation != 0
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


def test_a_dimension_that_there_is_not_is_refused(kept):
    """The message says which there are."""
    with pytest.raises(ValueError, match="choose one of host, country"):
        shares(asked(kept), (FRAME,), "colour")


def test_document_tone_is_the_mean_over_all_target_scores(kept):
    """As from the kept days of every target, added up by hand; and as known at the end."""
    question = asked(kept)
    held: dict[tuple[str, date], tuple[float, ...]] = {}
    for days in tone_days(kept, question.filters).values():
        for day in days:
            before = held.get((day.outlet, day.day), (0, 0.0, 0.0))
            sums = (day.n, day.tone_sum, day.tone_squares)
            held[day.outlet, day.day] = tuple(map(sum, zip(before, sums, strict=True)))
    raw = [ToneDay(*place, int(sums[0]), *sums[1:]) for place, sums in held.items()]
    for step, at in product(Step, (None, NOW)):
        into = buckets(FIRST, LAST, step, TODAY)
        found = documents(replace(question, known_at=at), into, Presence())
        for one, other in zip(found, tones(raw, into, step, Presence()), strict=True):
            assert (one.n, one.state) == (other.n, other.state)
            assert (one.mean, one.low, one.high) == pytest.approx(
                (other.mean, other.low, other.high), abs=1e-9
            )
        assert sum(one.n for one in found) == sum(len(told.tones) for told in compared_store.told())
