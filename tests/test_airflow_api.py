"""Airflow's REST API: what is asked, what is understood, and what is said when it goes wrong."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from framewatch import airflow_http
from framewatch.airflow_api import Airflow, BackfillWanted
from framewatch.airflow_held import LONGEST, SQLITE, Held
from framewatch.airflow_http import (
    AirflowBusy,
    AirflowDown,
    AirflowError,
    AirflowHttp,
    AirflowUnknown,
)
from framewatch.settings import Settings
from tests.fake_airflow import LOCKED, FakeAirflow

FIRST, LAST = date(2025, 2, 3), date(2025, 2, 7)
PASSWORD = "only-for-this-test"


@pytest.fixture
def fake() -> Iterator[FakeAirflow]:
    served = FakeAirflow()
    yield served
    served.stop()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter waits for a locked database."""
    monkeypatch.setattr(airflow_http, "WAITS", (0.01, 0.01, 0.01))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where is noted what is held still: what the tests are run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def airflow(fake: FakeAirflow, seconds: float = 5.0, **account: str) -> Airflow:
    return Airflow(AirflowHttp(fake.url, seconds=seconds, **account), Held(Path()))


def wanted(request: str = "a", again: str = "none") -> BackfillWanted:
    return BackfillWanted(
        dag="monitor_deepseek", first=FIRST, last=LAST, again=again, conf={"request": request}
    )


def test_a_backfill_is_made_once_for_each_request(fake: FakeAirflow) -> None:
    """However often it is sent, side by side or after one another."""
    api = airflow(fake)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: api.make_backfill(wanted()), range(4)))
    fake.end()
    assert {backfill.id for backfill in (*made, api.make_backfill(wanted()))} == {1}
    assert len(fake.backfills) == 1


def test_a_backfill_and_its_runs_are_read_as_they_were_made(fake: FakeAirflow) -> None:
    """Days, runs, and none of another backfill or of the schedule."""
    fake.collect(date(2025, 2, 5))
    api = airflow(fake)
    made = api.make_backfill(wanted())
    assert (made.first, made.last, made.days, made.paused) == (FIRST, LAST, 5, False)
    assert made.completed_at is None
    runs = api.runs_of(made)
    days = [run.start.date().day for run in reversed(runs) if run.start]
    assert days == [3, 4, 6, 7]
    assert {(run.kind, run.state, run.over) for run in runs} == {("backfill", "queued", False)}
    assert api.backfills("monitor_deepseek") == [made]


def test_a_year_of_runs_is_read_page_by_page(fake: FakeAirflow) -> None:
    """Airflow gives a hundred at once."""
    api = airflow(fake)
    year = BackfillWanted(
        dag="monitor_deepseek",
        first=date(2025, 1, 1),
        last=date(2025, 12, 31),
        conf={"request": "year"},
    )
    runs = api.runs_of(api.make_backfill(year))
    assert len({run.id for run in runs}) == 365


@pytest.mark.parametrize(
    ("again", "days"),
    [("none", [3, 6, 7]), ("failed", [3, 5, 6, 7]), ("completed", [3, 4, 5, 6, 7])],
)
def test_days_to_run_are_told_and_none_is_made(
    fake: FakeAirflow, again: str, days: list[int]
) -> None:
    """Which of the days that have a run are run again is chosen."""
    fake.collect(date(2025, 2, 4))
    fake.collect(date(2025, 2, 5), "failed")
    assert [day.day for day in airflow(fake).days_to_run(wanted(again=again))] == days
    assert fake.backfills == []


def test_a_locked_database_is_asked_again(fake: FakeAirflow, home: Path) -> None:
    """While the scheduler leaves the DAG alone; whatever comes of it, the DAG goes on after."""
    assert airflow(fake).make_backfill(wanted()).id == 1
    fake.end()
    fake.faults = [(503, LOCKED)] * 3
    assert airflow(fake).make_backfill(wanted("locked")).id == 2
    assert (fake.quietly, fake.paused) == ([False, True], set())
    fake.end()
    fake.faults = [(503, LOCKED)] * 5
    with pytest.raises(AirflowError, match="locked by its own work: try again in a minute"):
        airflow(fake).make_backfill(wanted("b"))
    assert fake.paused == set()


def test_an_airflow_on_sqlite_is_spared_from_the_first_try(fake: FakeAirflow, home: Path) -> None:
    """A try that is locked can end its scheduler."""
    (home / SQLITE).parent.mkdir()
    (home / SQLITE).touch()
    assert airflow(fake).make_backfill(wanted()).id == 1
    assert (fake.quietly, fake.paused) == ([True], set())


def test_a_dag_that_a_killed_process_held_still_goes_on(fake: FakeAirflow, home: Path) -> None:
    """Not while somebody may still be making the backfill; and a DAG of yesterday is forgotten."""
    held = Held(home)
    for dag in ("monitor_deepseek", "monitor_gone"):
        held.note(dag)
    fake.paused.add("monitor_deepseek")
    airflow(fake).let_go()
    assert fake.paused == {"monitor_deepseek"}
    for note in (home / "held").iterdir():
        moment = note.stat().st_mtime - LONGEST - 1
        os.utime(note, (moment, moment))
    assert airflow(fake).make_backfill(wanted()).id == 1
    assert fake.paused == set()
    assert held.forgotten() == []


def test_what_is_held_still_is_noted_meanwhile(
    fake: FakeAirflow, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note is written before the DAG is paused, and gone after it goes on."""
    notes: list[int] = []
    answer = fake.answer

    def watched(method: str, path: str, body: Any, token: str) -> Any:
        if method == "PATCH":
            notes.append(len(list((home / "held").iterdir())))
        return answer(method, path, body, token)

    monkeypatch.setattr(fake, "answer", watched)
    fake.faults = [(503, LOCKED)]
    airflow(fake).make_backfill(wanted())
    assert notes == [1, 1]
    assert list((home / "held").iterdir()) == []


def test_another_503_is_not_asked_again(fake: FakeAirflow) -> None:
    """Only a lock heals by waiting."""
    fake.faults = [(503, "Service Unavailable")] * 2
    with pytest.raises(AirflowError, match=r"status 503.*Service Unavailable"):
        airflow(fake).make_backfill(wanted())
    assert len(fake.faults) == 1


def test_another_open_backfill_is_said(fake: FakeAirflow) -> None:
    """Airflow runs one at a time for each DAG."""
    api = airflow(fake)
    api.make_backfill(wanted())
    with pytest.raises(AirflowBusy, match="already a running backfill"):
        api.make_backfill(wanted("b"))


def test_a_slow_answer_does_not_lose_the_backfill(fake: FakeAirflow) -> None:
    """What was made before the answer was given up is found by its request."""
    fake.slow = 0.8
    assert airflow(fake, seconds=0.4).make_backfill(wanted()).id == 1


def test_a_paused_dag_is_not_backfilled(fake: FakeAirflow) -> None:
    """Airflow takes the backfill, and never begins it."""
    fake.paused.add("monitor_deepseek")
    with pytest.raises(AirflowError, match="paused in Airflow"):
        airflow(fake).make_backfill(wanted())
    assert fake.backfills == []


def test_a_backfill_is_paused_goes_on_and_is_cancelled(fake: FakeAirflow) -> None:
    """Once it is over it cannot be changed."""
    api = airflow(fake)
    number = api.make_backfill(wanted()).id
    assert api.change_backfill(number, "pause").paused
    assert not api.change_backfill(number, "unpause").paused
    assert api.change_backfill(number, "cancel").completed_at is not None
    with pytest.raises(AirflowBusy):
        api.change_backfill(number, "pause")
    assert {run.state for run in api.runs_of(api.backfill(number))} == {"failed"}


def test_a_run_is_started_once_and_can_be_ended(fake: FakeAirflow) -> None:
    """Its name makes it one."""
    api = airflow(fake)
    assert api.trigger("rebuild_deepseek", "asked__1", {"request": "1"})
    assert api.trigger("rebuild_deepseek", "asked__1", {"request": "1"})
    assert not api.trigger("nothing_deepseek", "asked__2", {})
    assert len(fake.runs) == 1
    api.end_run("rebuild_deepseek", "asked__1")
    assert api.run("rebuild_deepseek", "asked__1").state == "failed"


def test_a_token_is_had_once_and_again_when_it_is_no_longer_taken() -> None:
    """Airflow's tokens last a day."""
    fake = FakeAirflow(PASSWORD)
    api = airflow(fake, user="dashboard", password=PASSWORD)
    assert not api.paused("monitor_deepseek")
    assert not api.paused("monitor_deepseek")
    assert len(fake.tokens) == 1
    fake.tokens.append("of another day")
    assert not api.paused("monitor_deepseek")
    assert len(fake.tokens) == 3
    fake.stop()


@pytest.mark.parametrize("account", [{}, {"user": "dashboard", "password": "wrong"}])
def test_a_lacking_account_is_named_and_no_password_repeated(account: dict[str, str]) -> None:
    """The message says which variables to set."""
    fake = FakeAirflow(PASSWORD)
    with pytest.raises(AirflowError, match="FRAMEWATCH_AIRFLOW_PASSWORD") as raised:
        airflow(fake, **account).paused("monitor_deepseek")
    assert "wrong" not in str(raised.value)
    fake.stop()


def test_a_refusal_is_told_in_airflows_words(fake: FakeAirflow) -> None:
    """The first paragraph of it, or one entry for each field."""
    fake.faults = [
        (422, "Invalid input for param sources: 'x' is not one of ['a']\n\nFailed validating"),
        (422, [{"loc": ["body", "to_date"], "msg": "Field required"}]),
    ]
    with pytest.raises(AirflowError, match=r"refuses: Invalid input for .* \['a'\]$"):
        airflow(fake).make_backfill(wanted())
    with pytest.raises(AirflowError, match=r"refuses: to_date: Field required$"):
        airflow(fake).make_backfill(wanted())


def test_an_unknown_backfill_is_unknown(fake: FakeAirflow) -> None:
    """And no other kind of error."""
    with pytest.raises(AirflowUnknown):
        airflow(fake).backfill(9)


def test_an_airflow_that_is_down_is_said_with_how_to_start_it() -> None:
    """Nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        api = Airflow(AirflowHttp(f"http://127.0.0.1:{probe.getsockname()[1]}"), Held(Path()))
        with pytest.raises(AirflowDown, match=r"no connection.*`make run` starts it"):
            api.paused("monitor_deepseek")
        assert not api.healthy()


def test_an_airflow_that_hangs_is_given_up() -> None:
    """It takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        http = AirflowHttp(f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=0.2)
        api = Airflow(http, Held(Path()))
        with pytest.raises(AirflowDown, match="no answer in time"):
            api.backfills("monitor_deepseek")


def test_something_else_at_the_address_is_no_airflow(fake: FakeAirflow) -> None:
    """It answers JSON, but not as Airflow does."""
    fake.backfills = [{"id": "x", "dag_id": "monitor_deepseek"}]
    with pytest.raises(AirflowError, match="does not speak as Airflow 3"):
        airflow(fake).backfills("monitor_deepseek")


def test_the_password_stands_in_no_text() -> None:
    """Settings are shown in errors and logs."""
    env = {"FRAMEWATCH_AIRFLOW_USER": "dashboard", "FRAMEWATCH_AIRFLOW_PASSWORD": PASSWORD}
    settings = Settings.from_env(env)
    assert PASSWORD not in repr(settings)
    assert settings.airflow_api_url == settings.airflow_url
