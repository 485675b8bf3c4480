"""What the ledger says of a day: who answered, what was usual, and what became of the links."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from starlette.testclient import TestClient

from dashboard.app import create_app
from db.coverage import collected_shares, coverage, days_asked_in_time, outlet_days
from db.days import Piece, answers_by_day
from db.session import Store, open_store
from db.tables import LinkRow
from framewatch.settings import Settings
from framewatch.story import Coverage, SourceStatus, TrendState
from tests import newsroom_store
from tests.coverage_store import TOPIC, answer, link, page, read, utc
from tests.made_once import migrate
from trends.buckets import Bucket, Presence

SYDNEY = ZoneInfo("Australia/Sydney")
GREENWICH = ZoneInfo("UTC")
DAY = date(2025, 3, 11)  # a Tuesday
OK, EMPTY, DOWN = SourceStatus.OK, SourceStatus.EMPTY, SourceStatus.UNAVAILABLE
REFUSED, BEYOND = SourceStatus.REFUSED, SourceStatus.OUT_OF_REACH


def days_of(first: date, count: int) -> list[date]:
    return [first + timedelta(days=i) for i in range(count)]


def utc_day(day: date, status: SourceStatus, partial: str = "") -> Piece:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Piece(start, start + timedelta(days=1), status, partial)


def lines(store: Store, first: date = DAY, last: date = DAY) -> dict[tuple, Coverage]:
    with store.begin() as connection:
        found = coverage(connection, TOPIC, first, last, GREENWICH)
    return {(line.day, line.source, line.outlet): line for line in found}


# --- windows into days ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Australia/Sydney", "America/New_York", "UTC", "Asia/Kolkata"])
def test_a_utc_day_of_failure_darkens_one_day_of_any_zone(name):
    """Though it touches two: the one that holds most of its hours."""
    pieces = [utc_day(d, DOWN if d == DAY else OK) for d in days_of(DAY - timedelta(days=3), 7)]
    found = answers_by_day(pieces, DAY - timedelta(days=2), DAY + timedelta(days=2), ZoneInfo(name))
    assert [found[d].status for d in sorted(found)].count(DOWN) == 1
    assert sum(1 - found[d].share for d in found) == pytest.approx(1)


def test_a_day_answered_in_part_says_for_how_many_hours():
    """Sydney's day begins at 13:00 UTC the day before in March."""
    found = answers_by_day([utc_day(DAY, OK, "no images")], DAY, DAY, SYDNEY)
    assert found[DAY].partial == "answered for 13 of 24 hours; no images"
    assert found[DAY].known


@pytest.mark.parametrize(
    ("statuses", "best"),
    [
        ([EMPTY, OK], OK),
        ([DOWN, EMPTY], EMPTY),
        ([BEYOND, REFUSED, DOWN], DOWN),
        ([BEYOND, REFUSED], REFUSED),
        ([BEYOND], BEYOND),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value,
)
def test_the_best_answer_for_a_day_counts(statuses, best):
    """Asked twice about the same day, a source is believed where it answered."""
    pieces = [utc_day(DAY, status) for status in statuses]
    assert answers_by_day(pieces, DAY, DAY, GREENWICH)[DAY].status is best


@settings(deadline=None)
@given(cuts=st.lists(st.integers(1, 24 * 60 - 1), unique=True), data=st.data())
def test_however_it_is_cut_into_windows_a_day_is_answered_whole(cuts, data):
    """In any order, and though windows overlap."""
    start = datetime(2025, 3, 11, tzinfo=UTC)
    edges = [0, *sorted(cuts), 24 * 60]
    pieces = [
        Piece(start + timedelta(minutes=a), start + timedelta(minutes=b), EMPTY)
        for a, b in [*pairwise(edges), (0, edges[1])]
    ]
    shuffled = data.draw(st.permutations(pieces))
    found = answers_by_day(shuffled, DAY, DAY, GREENWICH)[DAY]
    assert found.share == pytest.approx(1)
    assert found.partial == ""


def test_a_day_on_which_clocks_change_has_its_own_length():
    """6 April 2025 has 25 hours in Sydney; a window of the whole day answers all of them."""
    day = date(2025, 4, 6)
    whole = Piece(datetime(2025, 4, 6, tzinfo=SYDNEY), datetime(2025, 4, 7, tzinfo=SYDNEY), EMPTY)
    assert answers_by_day([whole], day, day, SYDNEY)[day].partial == ""
    part = Piece(whole.start, whole.start.astimezone(UTC) + timedelta(hours=5), EMPTY)
    assert answers_by_day([part], day, day, SYDNEY)[day].partial == "answered for 5 of 25 hours"


# --- what became of the links ---------------------------------------------------------------------


def test_every_end_of_a_link_is_counted_where_it_belongs(store):
    """Fetched, an article, on the topic, coded; and failures by name, which choices are not."""
    with store.begin() as connection:
        answer(connection, "feed", DAY)
        for _ in range(3):
            link(connection, DAY, "feed", text="Words.")
        link(connection, DAY, "feed", outcome="off_topic", page_id=page(connection))
        link(connection, DAY, "feed", outcome="not_article", page_id=page(connection))
        link(connection, DAY, "feed", outcome="gone")
        link(connection, DAY, "feed", outcome="gone")
        link(connection, DAY, "feed", outcome="disallowed")
        link(connection, DAY, "feed")
        articles = select(LinkRow.article_id).where(LinkRow.article_id.is_not(None))
        coded, foreign, _ = connection.execute(articles).scalars()
        read(connection, coded)
        read(connection, foreign, unread="language: zh")
    whole = lines(store)[DAY, "feed", ""]
    assert (whole.discovered, whole.fetched, whole.extracted) == (9, 5, 4)
    assert (whole.relevant, whole.classified) == (3, 1)
    assert whole.failures == {"gone": 2, "not_article": 1}
    assert lines(store)[DAY, "feed", "herald"].discovered == 9


def test_a_link_counts_for_every_source_that_named_it_and_once_for_its_outlet(store):
    """Adding up sources would count it twice."""
    with store.begin() as connection:
        link(connection, DAY, "feed", "index")
        found = outlet_days(connection, TOPIC, DAY, DAY)
    assert [lines(store)[DAY, source, ""].discovered for source in ("feed", "index")] == [1, 1]
    assert [outlet.ends for outlet in found] == [{"": 1}]


def test_a_source_that_was_asked_has_a_line_though_it_named_nothing(store):
    """And one that was not asked has none."""
    with store.begin() as connection:
        answer(connection, "feed", DAY, "refused")
    found = lines(store, DAY - timedelta(days=1))
    assert list(found) == [(DAY, "feed", "")]
    assert found[DAY, "feed", ""].answered is REFUSED
    assert found[DAY, "feed", ""].asked


def test_usual_is_the_median_of_the_same_weekday(store):
    """Of the eight weeks before; other weekdays, and earlier weeks, do not count."""
    with store.begin() as connection:
        for week, n in enumerate((4, 6, 5, 9, 1, 1, 9, 5, 70), start=1):
            day = DAY - timedelta(weeks=week)
            answer(connection, "feed", day)
            for _ in range(n):
                link(connection, day, "feed")
        answer(connection, "feed", DAY)
        for _ in range(50):
            link(connection, DAY - timedelta(days=1), "feed")
    assert lines(store)[DAY, "feed", ""].expected == 5
    assert lines(store)[DAY, "feed", "herald"].expected == 5


def test_a_day_not_answered_is_unknown_and_not_zero(store):
    """Two answered weeks are too few to say what is usual; a third, empty one, is enough."""
    with store.begin() as connection:
        answer(connection, "feed", DAY)
        for week in (1, 2):
            answer(connection, "feed", DAY - timedelta(weeks=week))
            link(connection, DAY - timedelta(weeks=week), "feed")
        for week in (3, 4, 5, 6):
            answer(connection, "feed", DAY - timedelta(weeks=week), "unavailable")
    assert lines(store)[DAY, "feed", ""].expected is None
    with store.begin() as connection:
        answer(connection, "feed", DAY - timedelta(weeks=7), "empty")
    assert lines(store)[DAY, "feed", ""].expected == 1


def test_an_outlet_that_is_usually_named_has_a_line_when_it_is_not(store):
    """One that was named once has none."""
    with store.begin() as connection:
        for week in range(5):
            answer(connection, "index", DAY - timedelta(weeks=week))
        for week in range(1, 5):
            link(connection, DAY - timedelta(weeks=week), "index", outlet="herald")
        link(connection, DAY - timedelta(weeks=2), "index", outlet="once.example")
    found = {key[2]: line for key, line in lines(store).items()}
    assert set(found) == {"", "herald"}
    assert (found["herald"].expected, found["herald"].discovered) == (1, 0)


def test_coverage_reads_links_by_their_index(sqlite_url):
    """No statement of it scans the links, however many there are."""
    migrate(sqlite_url)
    store = open_store(sqlite_url)
    asked = []
    event.listen(store, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
    lines(store)
    with store.begin() as connection:
        outlet_days(connection, TOPIC, DAY, DAY)
        collected_shares(connection, TOPIC, [DAY], GREENWICH)
    plans = []
    with store.connect() as connection:
        for statement, parameters in tuple(asked):
            if "links" in statement:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.append(" ".join(row.detail for row in plan))
    assert len(plans) == 5
    assert all("SEARCH links USING" in plan and "SCAN" not in plan for plan in plans), plans
    store.dispose()


# --- outlets --------------------------------------------------------------------------------------


def test_an_outlets_day_knows_its_texts_and_its_refusals(store):
    """Lengths in characters, authors, dates; and 403 apart from other errors."""
    with store.begin() as connection:
        link(connection, DAY, "feed", text="Ünïcode", authors=["R. Lane"])
        link(connection, DAY, "feed", text="Ten letters", dated=False, outcome="undated")
        link(connection, DAY, "feed", outcome="http_error", detail="status 403")
        link(connection, DAY, "feed", outcome="http_error", detail="status 451")
        (found,) = outlet_days(connection, TOPIC, DAY, DAY)
    assert found.outlet == "herald"
    assert sorted(found.lengths) == [7, 11]
    assert (found.with_author, found.with_date, found.forbidden) == (1, 1, 1)
    assert found.ends == {"stored": 1, "undated": 1, "http_error": 2}


# --- how much was collected -----------------------------------------------------------------------


def share(store: Store, day: date = DAY) -> float:
    with store.begin() as connection:
        return collected_shares(connection, TOPIC, [day], GREENWICH)[day]


def weeks_of(connection, source: str, n: int, late: timedelta = timedelta(weeks=9)) -> None:
    """Five weeks in which a source named n links each Tuesday; asked so long after its end."""
    for week in range(1, 6):
        day = DAY - timedelta(weeks=week)
        answer(connection, source, day, answered_at=utc(day) + timedelta(days=1) + late)
        for _ in range(n):
            link(connection, DAY - timedelta(weeks=week), source)


@pytest.mark.parametrize(
    ("answered", "expected"), [("small", 1 / 10), ("large", 9 / 10)], ids=["small", "large"]
)
def test_a_source_weighs_what_it_usually_names(store, answered, expected):
    """A day on which only an unimportant feed answered was not collected."""
    with store.begin() as connection:
        weeks_of(connection, "small", 1)
        weeks_of(connection, "large", 9)
        for source in ("small", "large"):
            answer(connection, source, DAY, "empty" if source == answered else "unavailable")
    assert share(store) == pytest.approx(expected)


def test_sources_of_which_nothing_is_known_weigh_the_same(store):
    """As in a first week."""
    with store.begin() as connection:
        for source, status in (("a", "ok"), ("b", "empty"), ("c", "refused"), ("d", "ok")):
            answer(connection, source, DAY, status)
    assert share(store) == pytest.approx(3 / 4)


def test_who_cannot_reach_a_day_is_not_missed_on_it(store):
    """But if nobody can, or nobody was asked, nothing was collected."""
    with store.begin() as connection:
        answer(connection, "feed", DAY, "out_of_reach")
    assert share(store) == 0
    assert share(store, DAY + timedelta(days=1)) == 0
    with store.begin() as connection:
        answer(connection, "index", DAY, "empty")
    assert share(store) == 1


def test_a_source_that_usually_names_links_is_missed_where_it_cannot_reach_a_day(store):
    """A feed that lost its dates says "out of reach", and would leave the day whole."""
    with store.begin() as connection:
        weeks_of(connection, "feed", 9, late=timedelta(days=2))
        weeks_of(connection, "quiet", 0, late=timedelta(days=2))
        weeks_of(connection, "crawl", 30, late=timedelta(days=7))
        weeks_of(connection, "index", 3)
        for source in ("feed", "quiet", "crawl"):
            answer(connection, source, DAY, "out_of_reach")
        answer(connection, "index", DAY, "empty")
    assert share(store) == pytest.approx(3 / 12)  # a crawl reaches no young day, and never did


def test_days_asked_in_time_are_those_of_daily_runs(store):
    """Whatever was answered; what a backfill asks about has long been over."""
    days = days_of(DAY - timedelta(days=6), 7)
    with store.begin() as connection:
        for day in days:
            status = "unavailable" if day == DAY else "ok"
            answer(connection, "feed", day, status, answered_at=utc(day) + timedelta(days=3))
            answer(connection, "index", day)
        found = days_asked_in_time(connection, TOPIC, days[1], DAY, GREENWICH)
    assert found == {"feed": set(days[1:]), "index": set(days[-3:])}  # NOW is the day after DAY


def test_hours_not_answered_are_missed(store):
    """Half a day is half a collection."""
    noon = datetime(2025, 3, 11, 12, tzinfo=UTC)
    with store.begin() as connection:
        answer(connection, "feed", DAY, "empty", window_end=noon)
    assert share(store) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("collected", "published", "state"),
    [
        ({DAY: 1.0}, False, TrendState.NO_COVERAGE),
        ({DAY: 0.81}, False, TrendState.NO_COVERAGE),
        ({DAY: 0.79}, False, TrendState.NO_COLLECTION),
        ({DAY: 0.1}, True, TrendState.INSUFFICIENT),
        ({}, False, TrendState.NO_COLLECTION),
        ({DAY: 1.0, DAY + timedelta(days=1): 0.0}, False, TrendState.NO_COLLECTION),
    ],
    ids=["all", "most", "too little", "published", "nothing known", "half of the days"],
)
def test_an_empty_bucket_is_a_gap_where_too_little_was_collected(collected, published, state):
    """Days that are still to come do not count against it."""
    bucket = Bucket(DAY, DAY + timedelta(days=7))
    presence = Presence({DAY}, {DAY} if published else set(), collected)
    assert presence.state(bucket) is state


def test_the_charts_draw_a_day_without_its_main_source_as_a_gap(sqlite_url):
    """On the Tuesday of a week without articles, in which the small sources answered."""
    tuesday = newsroom_store.NO_COVERAGE + timedelta(days=1)
    store = newsroom_store.fill(sqlite_url)
    with store.begin() as connection:
        for week in range(1, 6):
            answer(connection, "wire", tuesday - timedelta(weeks=week, days=1))
            answer(connection, "wire", tuesday - timedelta(weeks=week))
            for _ in range(20):
                link(connection, tuesday - timedelta(weeks=week), "wire")
        for offset in (-1, 0):
            answer(connection, "wire", tuesday + timedelta(days=offset), "unavailable")
    store.dispose()
    given = Settings.from_env({"FRAMEWATCH_DATABASE_URL": sqlite_url})
    app = create_app(given, lambda: newsroom_store.NOW)
    with TestClient(app, base_url="http://127.0.0.1") as browser:
        sheet = browser.get("/t/deepseek/export/coverage.csv?by=day").text
    lines = sheet.replace('"', "").splitlines()
    state = {line.split(",")[0]: line.split(",")[-1] for line in lines}
    assert state[f"{tuesday}"] == "no collection"
    assert state[f"{tuesday + timedelta(days=3)}"] == "no coverage"
