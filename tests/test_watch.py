"""When a day is doubted: no alarm for what is usual, one for what broke, and each only once."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.tables import AlertRow
from framewatch import stages
from framewatch.coverage import (
    ALARM_LEAST,
    ALARM_SHARE,
    FAULTS,
    RUN_UP,
    Habits,
    OutletDay,
    alerts,
)
from framewatch.desk import Desk, open_desk
from framewatch.settings import Settings
from framewatch.status import status_lines
from framewatch.story import Alert, AlertKind, Coverage, SourceStatus
from framewatch.watch import Alarm, last_settled_day, post, watch
from tests.coverage_store import NOW, TOPIC, answer, link, utc
from tests.made_once import migrate

DAY = date(2025, 3, 11)  # a Tuesday
OK, EMPTY, DOWN = SourceStatus.OK, SourceStatus.EMPTY, SourceStatus.UNAVAILABLE
BEFORE = [DAY - timedelta(days=i) for i in range(RUN_UP.days, 0, -1)]

Count = Callable[[date], int]


def source_days(named: Count, expected: Count, outlet: str = "") -> list[Coverage]:
    """A source that answers every day until DAY, and names so many links."""
    return [
        Coverage(
            day=day,
            source="feed",
            outlet=outlet,
            expected=float(expected(day)),
            asked=True,
            answered=OK if named(day) else EMPTY,
            discovered=named(day),
        )
        for day in [*BEFORE, DAY]
    ]


def judged(
    lines: list[Coverage] | None = None,
    outlets: list[OutletDay] | None = None,
    day: date = DAY,
    **habits: Any,
) -> list[tuple[AlertKind, str]]:
    found = alerts(lines or [], outlets or [], day, day, Habits(**habits))
    return [(a.kind, a.subject) for a in found]


# --- silence --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usual", "silent_days", "alarm"),
    [(3, 1, False), (3, 2, True), (2, 2, False), (10, 1, True), (9, 1, False), (5, 20, True)],
)
def test_a_source_that_falls_silent_is_noticed(usual, silent_days, alarm):
    """Two days without any of 3 links or more; one is enough where 10 are usual; for weeks."""
    quiet = DAY - timedelta(days=silent_days)
    lines = source_days(lambda day: 0 if day > quiet else usual, lambda day: usual)
    assert judged(lines) == ([(AlertKind.SILENT, "feed")] if alarm else [])


def test_a_weekend_without_links_is_no_silence():
    """Where weekends have none: what is usual is that of the same weekday."""
    sunday = DAY - timedelta(days=2)
    lines = source_days(*[lambda day: 0 if day.weekday() > 4 else 12] * 2)
    assert judged(lines, day=sunday) == judged(lines, day=sunday - timedelta(days=1)) == []


@pytest.mark.parametrize("weekly", [0.5, 0.7, 0.8, 0.9])
def test_a_topic_that_dies_down_slowly_raises_no_alarm(weekly):
    """Each week has fewer links than the one before, and what is usual lags behind."""

    def level(day: date) -> float:
        return 12 * weekly ** ((day - BEFORE[0]).days / 7)

    def usual(day: date) -> int:
        return round((level(day - timedelta(weeks=4)) + level(day - timedelta(weeks=5))) / 2)

    lines = source_days(lambda day: int(level(day)) if day.day % 3 else 0, usual)
    assert [judged(lines, day=day) for day in BEFORE[14:]] == [[]] * len(BEFORE[14:])


def test_a_source_without_a_past_raises_no_alarm():
    """In its first weeks nothing is usual."""
    line = Coverage(day=DAY, source="feed", outlet="", asked=True, answered=EMPTY)
    assert judged([line]) == []


def test_a_source_that_does_not_answer_is_failing_and_not_silent():
    """Refused is for good, unavailable is not: both are told; out of reach is seldom a failure."""
    for status, kinds in ((DOWN, 1), (SourceStatus.REFUSED, 1), (SourceStatus.OUT_OF_REACH, 0)):
        line = Coverage(day=DAY, source="feed", outlet="", expected=20, answered=status)
        assert judged([line]) == [(AlertKind.FAILING, "feed")] * kinds


@pytest.mark.parametrize(
    ("usual", "reaching", "alarm"),
    [(3, {"feed"}, True), (2.5, {"feed"}, False), (None, {"feed"}, False), (20, set(), False)],
    ids=["usual", "seldom", "new", "never reaches young days"],
)
def test_a_list_that_no_longer_holds_the_day_is_failing(usual, reaching, alarm):
    """Three links are usual for it: it lost its dates, or holds fewer items than it did."""
    line = Coverage(
        day=DAY, source="feed", outlet="", expected=usual, answered=SourceStatus.OUT_OF_REACH
    )
    found = judged([line], reaching=reaching)
    assert found == ([(AlertKind.FAILING, "feed")] if alarm else [])


# --- nobody asked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("times", "alarm"), [(14, True), (8, True), (7, False), (0, False)])
def test_a_source_that_nobody_asks_any_more_is_noticed(times, alarm):
    """Where it was asked on most of the 14 days before: a new source was not."""
    asked = {"feed": set(BEFORE[len(BEFORE) - times :])}
    assert judged(asked=asked) == ([(AlertKind.NOT_ASKED, "feed")] if alarm else [])


def test_a_source_that_was_asked_and_failed_was_asked():
    """And links that other days' questions brought are no question about this one."""
    asked = {"feed": set(BEFORE)}
    line = Coverage(day=DAY, source="feed", outlet="", asked=True, answered=DOWN)
    assert judged([line], asked=asked) == [(AlertKind.FAILING, "feed")]
    named = Coverage(day=DAY, source="feed", outlet="", discovered=2)
    assert judged([named], asked=asked) == [(AlertKind.NOT_ASKED, "feed")]


def test_an_outlet_that_vanishes_from_a_living_source_is_noticed():
    """But not where the whole source fell silent, or another source still names it."""

    def gone(day: date) -> int:
        return 6 if day < DAY - timedelta(days=1) else 0

    outlet = source_days(gone, lambda day: 6, "herald")
    living = source_days(lambda day: 30, lambda day: 30)
    assert judged([*living, *outlet]) == [(AlertKind.SILENT, "herald")]
    silent = source_days(lambda day: 5 * gone(day), lambda day: 30)
    assert judged([*silent, *outlet]) == [(AlertKind.SILENT, "feed")]
    other = Coverage(
        day=DAY, source="index", outlet="herald", asked=True, answered=OK, discovered=1
    )
    assert judged([*living, *outlet, other]) == []


# --- outlets --------------------------------------------------------------------------------------


def outlet_day(day: date, lengths: list[int], author: int = -1, dated: int = -1) -> OutletDay:
    n = len(lengths)
    return OutletDay(
        day=day,
        outlet="herald",
        ends={"stored": n},
        lengths=tuple(lengths),
        with_author=n if author < 0 else author,
        with_date=n if dated < 0 else dated,
    )


def past(lengths: list[int], author: int = -1) -> list[OutletDay]:
    return [outlet_day(day, lengths, author) for day in BEFORE]


@pytest.mark.parametrize(
    ("lengths", "alarm"),
    [
        ([1400] * 5, True),
        ([1600] * 5, False),
        ([1400] * 4, False),
        ([300, 300, 300, 3000, 3000], False),
        ([], False),
    ],
    ids=["far shorter", "just above half", "too few", "mixed", "none"],
)
def test_texts_far_shorter_than_usual_are_noticed(lengths, alarm):
    """Less than half of the median of 28 days, in five texts or more, of which most are short."""
    found = judged(outlets=[*past([3000]), outlet_day(DAY, lengths)])
    assert found == ([(AlertKind.SHORT_TEXTS, "herald")] if alarm else [])


def test_an_outlet_that_mixes_teasers_with_whole_texts_raises_no_alarm():
    """Four teasers of five are a chance where two of five are usual."""
    mixed = past([300, 300, 3000, 3000, 3000])
    assert judged(outlets=[*mixed, outlet_day(DAY, [300, 300, 300, 300, 3000])]) == []


def test_an_outlet_with_few_articles_is_judged_by_the_week():
    """One text a day is no median; seven are."""
    days = [*past([3000])[:-6], *(outlet_day(d, [200]) for d in [*BEFORE[-6:], DAY])]
    assert judged(outlets=days) == [(AlertKind.SHORT_TEXTS, "herald")]


@pytest.mark.parametrize(
    ("author", "dated", "alarm"),
    [(0, 6, True), (6, 0, True), (3, 6, False), (2, 6, True)],
    ids=["no author", "no date", "half signed", "a third signed"],
)
def test_a_lost_author_or_date_is_noticed(author, dated, alarm):
    """A drop of more than half of all articles that chance does not explain."""
    days = [*past([3000, 3000]), outlet_day(DAY, [3000] * 6, author, dated)]
    assert judged(outlets=days) == ([(AlertKind.LOST_FIELD, "herald")] if alarm else [])


def test_an_outlet_that_signs_some_articles_raises_no_alarm():
    """None of five signed where half are: it happens."""
    days = [*past([3000, 3000], author=1), outlet_day(DAY, [3000] * 5, author=0)]
    assert judged(outlets=days) == []


@pytest.mark.parametrize("change", [{"lengths": [1]}, {"author": 0}], ids=["short", "unsigned"])
def test_a_new_outlet_raises_no_alarm(change):
    """With four texts of before, nothing is known of it."""
    young = [outlet_day(day, [3000]) for day in BEFORE[-4:]]
    values = {"lengths": [3000]} | change
    values["lengths"] = values["lengths"] * 9
    assert judged(outlets=[*young, outlet_day(DAY, **values)]) == []


@pytest.mark.parametrize(
    ("forbidden", "others", "alarm"), [(2, 3, True), (2, 5, False), (4, 0, False), (0, 9, False)]
)
def test_an_outlet_that_bars_us_is_noticed(forbidden, others, alarm):
    """More than 30 % of five links or more ended with status 403."""
    ends = {"http_error": forbidden, "stored": others, "": 20}
    today = OutletDay(day=DAY, outlet="herald", ends=ends, forbidden=forbidden)
    assert judged(outlets=[today]) == ([(AlertKind.FORBIDDEN, "herald")] if alarm else [])


def test_a_day_of_faults_is_noticed_over_all_outlets():
    """Most of ten links or more, as the check of a run counts them."""
    assert (FAULTS, ALARM_SHARE, ALARM_LEAST) == (
        stages.FAULTS,
        stages.ALARM_SHARE,
        stages.ALARM_LEAST,
    )
    one = OutletDay(day=DAY, outlet="herald", ends={"unavailable": 4, "stored": 1})
    two = OutletDay(day=DAY, outlet="courier", ends={"broken": 2, "off_topic": 3})
    assert judged(outlets=[one, two]) == [(AlertKind.FAULTS, "*")]
    calm = OutletDay(day=DAY, outlet="courier", ends={"broken": 1, "off_topic": 4})
    assert judged(outlets=[one, calm]) == []


# --- the stage ------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of the repository's own topic and sources; nothing is asked."""
    settings = Settings.from_env({"FRAMEWATCH_HOME": str(tmp_path)})
    migrate(settings.database_url)
    with open_desk(settings) as opened:
        yield opened


def rows(desk: Desk) -> list:
    with desk.store.begin() as connection:
        return connection.execute(select(AlertRow.__table__).order_by(AlertRow.id)).all()


def judge(desk: Desk, now: datetime = NOW) -> dict[str, int]:
    return watch(desk, TOPIC, DAY - timedelta(days=6), DAY, now)


def test_an_alert_is_stored_told_and_raised_once(desk, caplog):
    """The second look finds nothing new, is green, and moves no time."""
    with desk.store.begin() as connection:
        answer(connection, "crikey-feed", DAY, "unavailable")
    with caplog.at_level(logging.WARNING), pytest.raises(Alarm, match="failing crikey-feed"):
        judge(desk)
    assert len(caplog.messages) == 1
    first = rows(desk)
    assert [(r.day, r.kind, r.raised_at) for r in first] == [(DAY, "failing", NOW)]
    assert judge(desk, NOW + timedelta(days=1)) == {"failing": 1, "alerts": 1, "gone": 0}
    assert rows(desk) == first


def test_what_a_backfill_mended_is_taken_back(desk):
    """And a day outside those judged keeps its alert."""
    old = DAY - timedelta(days=20)
    with desk.store.begin() as connection:
        answer(connection, "crikey-feed", DAY, "unavailable")
        answer(connection, "bbc-technology-feed", old, "unavailable")
    with pytest.raises(Alarm):
        watch(desk, TOPIC, old, DAY, NOW)
    with desk.store.begin() as connection:
        answer(connection, "crikey-feed", DAY, "ok", window_end=NOW)
    assert judge(desk)["gone"] == 1
    assert {row.subject for row in rows(desk)} == {"bbc-technology-feed"}


def test_the_stage_compares_with_the_weeks_before_its_days(desk):
    """A feed of four links a day falls silent for two days: from rows to an alert."""
    quiet = DAY - timedelta(days=2)
    with desk.store.begin() as connection:
        for day in (DAY - timedelta(days=i) for i in range(36)):
            answer(connection, "crikey-feed", day, "ok" if day <= quiet else "empty")
            for _ in range(4 if day <= quiet else 0):
                link(connection, day, "crikey-feed")
    with pytest.raises(Alarm, match="2025-03-11 silent crikey-feed: answered, but named no link"):
        judge(desk)


def asked_daily(connection, source: str, late: timedelta = timedelta(days=2)) -> None:
    """Twenty UTC days that touch none but days before DAY, each asked so long after its end."""
    for day in (DAY - timedelta(days=i) for i in range(2, 22)):
        at = utc(day) + timedelta(days=1) + late
        answer(connection, source, day, "out_of_reach", answered_at=at)


def test_a_schedule_that_stands_still_is_told(desk):
    """Also for a source whose key is gone; not for one that left, or that a backfill asked."""
    with desk.store.begin() as connection:
        asked_daily(connection, "crikey-feed")
        asked_daily(connection, "guardian")
        asked_daily(connection, "a-source-that-was-removed")
        asked_daily(connection, "bbc-technology-feed", late=timedelta(days=4))
    assert "guardian" in {source.name for source in desk.unkeyed(TOPIC)}
    with pytest.raises(Alarm) as told:
        judge(desk)
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == [
        "2025-03-11 not_asked crikey-feed",
        "2025-03-11 not_asked guardian",
    ]
    with desk.store.begin() as connection:
        answer(connection, "crikey-feed", DAY, "ok", answered_at=NOW)
    assert judge(desk)["gone"] == 1


def test_a_feed_that_lost_its_dates_is_told(desk):
    """From rows to an alert; a source that is asked about days long past alone raises none."""
    names = ("crikey-feed", "kept")
    with desk.store.begin() as connection:
        for source in names:
            for week in range(1, 5):
                answer(connection, source, DAY - timedelta(weeks=week))
                for _ in range(5):
                    link(connection, DAY - timedelta(weeks=week), source)
            answer(connection, source, DAY, "out_of_reach")
    with pytest.raises(Alarm) as told:
        judge(desk)
    (line,) = str(told.value).splitlines()
    assert line.startswith("2025-03-11 failing crikey-feed: out_of_reach")


def test_status_shows_the_open_alerts(desk):
    """With what to do, beside the source's last answer."""
    with desk.store.begin() as connection:
        answer(connection, "crikey-feed", DAY, "refused")
    assert "alerts of the last 28 days: none" in list(status_lines(desk, TOPIC, NOW))
    with pytest.raises(Alarm):
        judge(desk)
    lines = list(status_lines(desk, TOPIC, NOW))
    assert "alerts of the last 28 days: 1" in lines
    assert any(line.startswith("  2025-03-11 failing crikey-feed: refused") for line in lines)
    (feed,) = (line for line in lines if "crikey-feed  " in line)
    assert feed.split()[:4] == ["crikey-feed", "refused", "0", "min"]


@pytest.mark.parametrize(
    ("zone", "last"),
    [("UTC", date(2025, 3, 11)), ("Australia/Sydney", date(2025, 3, 11)),
     ("America/New_York", date(2025, 3, 10)), ("Pacific/Kiritimati", date(2025, 3, 11))],
)  # fmt: skip
def test_a_day_is_judged_once_all_its_hours_were_collected(zone, last):
    """At 07:00 UTC the UTC day before was collected, and what of a zone's days lies in it."""
    assert last_settled_day(NOW, ZoneInfo(zone)) == last


# --- the webhook ----------------------------------------------------------------------------------


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict]]]:
    """A server on loopback, and what it was sent; under /down it answers with 500."""
    sent: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent.append(json.loads(body))
            self.send_response(500 if self.path == "/down" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_told_of_new_alerts_only(webhook, tmp_path):
    """As JSON: topic, and day, kind, subject and detail of each."""
    url, sent = webhook
    env = {"FRAMEWATCH_HOME": str(tmp_path), "FRAMEWATCH_ALERT_URL": f"{url}/here"}
    settings = Settings.from_env(env)
    migrate(settings.database_url)
    with open_desk(settings) as desk:
        with desk.store.begin() as connection:
            answer(connection, "crikey-feed", DAY, "unavailable")
        with pytest.raises(Alarm):
            judge(desk)
        judge(desk)
    (body,) = sent
    assert body["topic"] == TOPIC
    (alert,) = body["alerts"]
    assert set(alert) == {"day", "kind", "subject", "detail"}
    assert (alert["day"], alert["kind"]) == ("2025-03-11", "failing")


@pytest.mark.parametrize("place", ["", "/down"], ids=["nobody there", "an error"])
def test_a_webhook_that_fails_is_logged_without_its_address(webhook, caplog, place):
    """Which is a secret; and it stops nothing."""
    url, _ = webhook
    secret = f"{url}{place}" if place else "http://127.0.0.1:9/token-8c1f"
    post(secret, TOPIC, [Alert(day=DAY, kind=AlertKind.FAILING, subject="feed", detail="")])
    assert "alerts not posted" in caplog.text
    assert secret.rsplit("/", 1)[1] not in caplog.text.replace("(status 500)", "")
