"""Coverage and runs in a real browser: over an Airflow of the test's own, and a live one."""

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from framewatch.airflow_api import Airflow
from framewatch.airflow_held import Held
from framewatch.airflow_http import AirflowError, AirflowHttp
from framewatch.settings import ROOT
from tests.browser import assert_accessible, assert_fits, open_tables, served
from tests.fake_airflow import FakeAirflow
from tests.newsroom_store import fill
from tests.programs import running
from tests.test_serve import free_port

pytest_plugins = ["tests.browser"]
pytestmark = pytest.mark.slow

WEEK = "runs?work=collect&from=2025-02-10&to=2025-02-14"
PAGES = ("coverage", "coverage/outlets", "runs", WEEK, "runs?work=reread", "runs/backfill/1")
LONG = 300_000  # milliseconds that one step may take on a busy machine


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeAirflow]:
    airflow = FakeAirflow()
    yield airflow
    airflow.stop()


@pytest.fixture(scope="module")
def here(fake: FakeAirflow, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    url = f"sqlite:///{home}/store.db"
    fill(url).dispose()
    yield from served(url, FRAMEWATCH_HOME=str(home), FRAMEWATCH_AIRFLOW_URL=fake.url)


@pytest.fixture(autouse=True)
def _empty(request: pytest.FixtureRequest) -> None:
    """An Airflow that was asked for nothing yet."""
    if "fake" in request.fixturenames:
        fake = request.getfixturevalue("fake")
        fake.runs, fake.backfills = [], []


def ask(page: Page, here: str) -> None:
    """From the form to the button Start."""
    page.goto(f"{here}runs")
    page.get_by_label("From", exact=True).fill("2025-02-10")
    page.get_by_label("To", exact=True).fill("2025-02-14")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()


def status(page: Page) -> object:
    return expect(page.locator(".status"))


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_fit_a_phone(phone, page, here, fake, path):
    """Axe finds nothing, with all tables open; nothing scrolls sideways."""
    if "backfill" in path:
        ask(page, here)
        page.get_by_role("button", name="Start").click()
        page.wait_for_url("**/runs/backfill/1")
    for tab in (page, phone):
        tab.goto(here + path)
        open_tables(tab)
        assert_accessible(tab)
    assert_fits(phone)


def test_a_double_click_starts_one_and_progress_is_told_as_it_comes(page, here, fake):
    """Preview, start, pause, go on, done: the page follows by itself."""
    ask(page, here)
    page.get_by_role("button", name="Start").dblclick()
    page.wait_for_url("**/runs/backfill/1")
    assert len(fake.backfills) == 1
    status(page).to_contain_text("0 of 5 runs over")
    fake.end(most=2)
    status(page).to_contain_text("2 of 5 runs over", timeout=15_000)
    page.get_by_role("button", name="Pause").click()
    status(page).to_contain_text("Paused")
    page.get_by_role("button", name="Go on").click()
    fake.end()
    status(page).to_contain_text("Over", timeout=15_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def test_all_of_it_works_without_scripts(plain, here, fake):
    """The page of progress loads itself anew."""
    ask(plain, here)
    plain.get_by_role("button", name="Start").click()
    plain.wait_for_url("**/runs/backfill/1")
    fake.end(most=3)
    status(plain).to_contain_text("3 of 5 runs over", timeout=15_000)
    plain.get_by_role("button", name="Cancel").click()
    status(plain).to_contain_text("Over")
    assert fake.backfills[0]["completed_at"] is not None


def test_a_run_is_asked_for_by_keyboard_alone(page, here, fake):
    """From the first field to the start."""
    page.goto(f"{here}{WEEK}")
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/backfill/1")
    assert len(fake.backfills) == 1


def test_a_gap_leads_to_the_form_that_asks_again(page, here, fake):
    """Filled in with its days."""
    page.goto(f"{here}coverage")
    page.get_by_role("link", name=re.compile("^Ask again about all sources")).first.click()
    page.wait_for_url("**/runs?**")
    assert page.get_by_label("From", exact=True).input_value()
    assert page.get_by_role("radio", name="run all again").is_checked()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()


# --- a live Airflow -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Airflow]]:
    """`make run` over the sample archive, with nothing collected; the topic's address, and REST."""
    home, port, dashboard = tmp_path_factory.mktemp("live"), free_port(), free_port()
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FRAMEWATCH_HOME": str(home),
        "FRAMEWATCH_AIRFLOW_PORT": str(port),
        "FRAMEWATCH_DASHBOARD_PORT": str(dashboard),
        "FRAMEWATCH_REPLAY": "samples/newsroom.warc.gz",
        "FRAMEWATCH_SOURCES": "samples/sources.toml",
    }
    command = [sys.executable, "-m", "scripts.serve"]
    with running(command, env) as run:
        assert run.stdout is not None
        assert any("Logs" in line for line in run.stdout), "it did not start"
        airflow = Airflow(AirflowHttp(f"http://127.0.0.1:{port}", seconds=60), Held(home))
        known(airflow)
        yield f"http://127.0.0.1:{dashboard}/t/deepseek/", airflow


def known(airflow: Airflow) -> None:
    """Airflow reads the DAG files some time after it is up."""
    deadline = time.monotonic() + 120
    while True:
        try:
            airflow.paused("rebuild_deepseek")
        except AirflowError:
            assert time.monotonic() < deadline
            time.sleep(1)
        else:
            return


def test_a_live_airflow_does_what_the_page_asks(page, live, tmp_path):
    """Preview, start twice, progress to the end; new numbers without a restart; pause, cancel."""
    here, airflow = live
    page.set_default_timeout(LONG)  # a button waits for Airflow as long as its base is locked
    page.goto(here)
    before = requests.get(here, timeout=30).headers["etag"]
    assert "Nothing collected yet" in page.content()
    page.goto(f"{here}runs?work=collect&from=2025-02-04&to=2025-02-04&sources=newsroom-archive")
    expect(page.locator(".preview")).to_contain_text("Airflow would make 1 run", timeout=LONG)
    page.get_by_role("button", name="Start").dblclick()
    page.wait_for_url(re.compile(r"/runs/backfill/\d+$"))
    page.screenshot(path=tmp_path / "progress.png", full_page=True)
    status(page).to_contain_text("1 of 1 run over", timeout=LONG)
    made = airflow.backfills("monitor_deepseek")
    assert len(made) == 1
    assert made[0].conf["sources"] == ["newsroom-archive"]
    assert {run.state for run in airflow.runs_of(made[0])} == {"success"}
    expect(page.locator(".runlines")).to_contain_text(re.compile(r"[1-9]\d* articles?"))
    told(here, before)
    status(page).to_contain_text("Over", timeout=LONG)  # Airflow notes it within half a minute

    page.goto(f"{here}runs?work=collect&from=2025-02-10&to=2025-02-20&at_once=1")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/runs/backfill/\d+$"))
    page.get_by_role("button", name="Pause").click()
    status(page).to_contain_text("Paused", timeout=LONG)
    page.get_by_role("button", name="Cancel").click()
    status(page).to_contain_text("Over", timeout=LONG)
    runs = airflow.runs_of(airflow.backfills("monitor_deepseek")[0])
    assert sum(run.state == "failed" for run in runs) >= 9

    page.goto(f"{here}runs?work=rebuild")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/runs/run/"))
    status(page).to_contain_text("1 of 1 run over", timeout=LONG)
    expect(page.locator(".runlines")).to_contain_text("✓ done")
    assert Path(tmp_path / "progress.png").stat().st_size > 10_000


def told(here: str, before: str) -> None:
    """The page is another for a browser that has it: first of undated articles, then of days."""
    deadline = time.monotonic() + LONG / 1000
    while True:
        again = requests.get(here, headers={"if-none-match": before}, timeout=30)
        if again.status_code == 200 and "Nothing collected yet" not in again.text:
            return
        assert time.monotonic() < deadline, "the counts were not refreshed"
        time.sleep(1)
