"""The page of runs: preview, start once, progress, and an Airflow that does not do as asked."""

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from dashboard.app import create_app
from db.session import open_store
from framewatch import airflow_http
from framewatch.accounts import add
from framewatch.orders import Again, OrderError, Work, read_order
from framewatch.people import Role
from framewatch.settings import Settings
from tests.fake_airflow import LOCKED, FakeAirflow
from tests.forms import sent, signed_in
from tests.newsroom_store import NOW, TODAY, fill

WEEK = "work=collect&from=2025-02-03&to=2025-02-07"
RUNS = "/t/deepseek/runs"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    fill(f"sqlite:///{folder}/framewatch.db").dispose()
    return folder


@pytest.fixture
def fake() -> Iterator[FakeAirflow]:
    served = FakeAirflow()
    yield served
    served.stop()


@pytest.fixture
def browser(home: Path, fake: FakeAirflow) -> Iterator[TestClient]:
    with reader(home, fake.url) as client:
        yield client


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow is asked anew by every reader, and a lock waited for but shortly."""
    monkeypatch.setattr("dashboard.runboard.FRESH", 0.0)
    monkeypatch.setattr(airflow_http, "WAITS", (0.01,))


def reader(home: Path, airflow: str, **more: str) -> TestClient:
    env = {"FRAMEWATCH_HOME": str(home), "FRAMEWATCH_AIRFLOW_URL": airflow, **more}
    return TestClient(create_app(Settings.from_env(env), lambda: NOW), base_url="http://127.0.0.1")


def fields_of(client: TestClient, query: str = WEEK) -> dict[str, str]:
    """What the form with the button Start holds."""
    page = BeautifulSoup(client.get(f"{RUNS}?{query}").text, "html.parser")
    form = page.select_one("form[action$='/runs/start']")
    assert form is not None, page.text
    return {str(field["name"]): str(field["value"]) for field in form("input")}


def start(client: TestClient, fields: dict[str, str]) -> object:
    return client.post(f"{RUNS}/start", data=fields, follow_redirects=False)


def text_of(client: TestClient, path: str) -> str:
    return " ".join(BeautifulSoup(client.get(path).text, "html.parser").text.split())


# --- preview --------------------------------------------------------------------------------------


def test_a_preview_says_what_it_would_take_and_starts_nothing(browser, fake):
    """Days, runs, requests, minutes and each source's part."""
    fake.collect(date(2025, 2, 4))
    page = BeautifulSoup(browser.get(f"{RUNS}?{WEEK}").text, "html.parser")
    said = " ".join(page.text.split())
    assert "5 UTC days, 3 Feb 2025 to 7 Feb 2025: Airflow would make 4 runs" in said
    assert re.search(r"About [\d,]+ requests to list", said)
    cells = {row.th.text: [cell.text for cell in row("td")] for row in page.select(".preview tr")}
    assert cells["hackernews"][0] == "5"
    assert "it needs a key in FRAMEWATCH_KEY_MEDIACLOUD" in cells["mediacloud"][-1]
    assert not fake.backfills
    assert ("POST", "/api/v2/backfills") not in fake.heard


def test_the_whole_order_is_in_the_address(browser):
    """Opened elsewhere, it fills the form in the same way."""
    query = f"{WEEK}&sources=hackernews&sources=gdelt-gkg&again=failed&at_once=3"
    page = BeautifulSoup(browser.get(f"{RUNS}?{query}").text, "html.parser")
    checked = {str(field["value"]) for field in page.select(".order input[checked]")}
    assert checked == {"collect", "failed", "hackernews", "gdelt-gkg"}
    assert [field["value"] for field in page.select(".order input[type=date]")] == [
        "2025-02-03",
        "2025-02-07",
    ]
    rows = [row.th.text for row in page.select(".preview tbody tr")]
    assert sorted(rows) == ["gdelt-gkg", "hackernews"]


def test_reading_again_and_counting_anew_say_how_many_articles(browser):
    """Those of the days named, or all."""
    said = text_of(browser, f"{RUNS}?work=reread&from=2025-02-10&to=2025-02-16")
    assert re.search(r"\d+ whole articles of 10 Feb 2025 to 16 Feb 2025", said)
    assert re.search(r"of the articles were last read by the newest reader", said)
    assert re.search(r"All days of \d+ dated articles", text_of(browser, f"{RUNS}?work=rebuild"))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("work=collect", "from: choose the first day"),
        ("work=collect&from=2025-02-07&to=2025-02-03", "is before the first day"),
        ("work=collect&from=2025-02-30", "is not a day"),
        (f"work=collect&from=2025-02-01&to={TODAY}", "is not over"),
        ("work=collect&from=2020-01-01&to=2024-01-01", "at most 366 days"),
        ("work=collect&from=2025-02-01&sources=<b>", "no source '<b>'"),
        ("work=collect&from=2025-02-01&at_once=99", "choose 1 to 4"),
        ("work=collect&from=2025-02-01&again=never", "missing, failed, all"),
        ("work=dance", "collect, reread, rebuild"),
    ],
)
def test_an_order_that_cannot_be_is_answered_in_the_form(browser, query, message):
    """What, where, and what it may be; nothing of it is taken for markup."""
    answer = browser.get(f"{RUNS}?{query}")
    assert answer.status_code == 400
    page = BeautifulSoup(answer.text, "html.parser")
    assert message in page.select_one("[role=alert]").text
    assert page.select_one(".order") is not None
    assert "<b>" not in answer.text


def test_an_order_is_the_same_from_form_and_address():
    """All sources chosen are no choice; days are left out where they mean nothing."""
    known = ("a", "b")
    order = read_order({"work": "collect", "from": "2025-02-01", "sources": "b,a"}, known, TODAY)
    assert order.span == (date(2025, 2, 1), date(2025, 2, 1))
    assert (order.work, order.sources, order.again) == (Work.COLLECT, (), Again.MISSING)
    assert read_order(order.fields, known, TODAY) == order
    anew = read_order({"work": "rebuild", "from": "2025-02-01", "sources": "a"}, known, TODAY)
    assert (anew.span, anew.sources) == (None, ())
    with pytest.raises(OrderError, match="no source 'c'"):
        read_order({"from": "2025-02-01", "sources": "c"}, known, TODAY)


# --- starting -------------------------------------------------------------------------------------


def test_two_clicks_start_one_and_so_do_ten(browser, fake):
    """The same form sent again and again, side by side, leads to the same progress."""
    fields = fields_of(browser)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: start(browser, fields), range(10)))
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {f"{RUNS}/backfill/1"}
    assert len(fake.backfills) == 1


def test_a_start_carries_what_was_previewed(browser, fake):
    """Sources, days, what is run again, and how many at once."""
    start(browser, fields_of(browser, f"{WEEK}&sources=hackernews&again=all&at_once=3"))
    (made,) = fake.backfills
    assert made["dag_run_conf"]["sources"] == ["hackernews"]
    assert re.fullmatch("[0-9a-f]{32}", made["dag_run_conf"]["request"])
    assert (made["reprocess_behavior"], made["max_active_runs"]) == ("completed", 3)
    assert (made["from_date"], made["to_date"]) == ("2025-02-03T00:00:00Z", "2025-02-07T00:00:00Z")


@pytest.mark.parametrize("work", ["reread", "rebuild"])
def test_reading_again_and_counting_anew_are_one_run_each(browser, fake, work):
    """Its name comes from the form's key."""
    fields = fields_of(browser, f"work={work}&from=2025-02-03&to=2025-02-07")
    places = {start(browser, fields).headers["location"] for _ in range(2)}
    (run,) = fake.runs
    assert places == {f"{RUNS}/run/{work}_deepseek/asked__{fields['key']}"}
    days = {"start_date": "2025-02-03", "end_date": "2025-02-07"} if work == "reread" else {}
    assert run["conf"] == {"request": fields["key"], **days}


def test_a_form_of_elsewhere_starts_nothing(browser, fake):
    """Without our token, from another site, or with a key of its own making."""
    fields = fields_of(browser)
    assert start(browser, fields | {"csrf": "x"}).status_code == 403
    elsewhere = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert browser.post(f"{RUNS}/start", data=fields, headers=elsewhere).status_code == 403
    assert start(browser, fields | {"key": "../../x"}).status_code == 400
    assert fake.backfills == []


def test_another_open_backfill_is_named_with_a_link(browser, fake):
    """Airflow runs one at a time."""
    fields, others = fields_of(browser), fields_of(browser)
    start(browser, others)
    answer = start(browser, fields)
    assert answer.status_code == 409
    page = BeautifulSoup(answer.text, "html.parser")
    assert "already a running backfill" in page.select_one("[role=alert]").text
    assert page.select_one(".note a[href$='/runs/backfill/1']") is not None
    preview = BeautifulSoup(browser.get(f"{RUNS}?{WEEK}").text, "html.parser")
    assert preview.select_one("form[action$='/runs/start']") is None


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        ((503, LOCKED), 502, "locked by its own work: try again in a minute"),
        ((422, "Invalid input for param sources"), 502, "refuses: Invalid input"),
        ((500, "oops"), 502, "status 500"),
    ],
)
def test_a_start_that_fails_says_why_and_can_be_tried_again(browser, fake, fault, status, message):
    """The form stays filled in."""
    fields = fields_of(browser)
    fake.faults = [fault] * 3
    answer = start(browser, fields)
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == status
    assert message in page.select_one("[role=alert]").text
    assert page.select_one(".order input[name=from]")["value"] == "2025-02-03"


def test_a_paused_dag_is_said(browser, fake):
    """Whatever is asked of it would wait for ever."""
    fake.paused = {"monitor_deepseek", "rebuild_deepseek"}
    for query in (WEEK, "work=rebuild"):
        assert "paused in Airflow" in start(browser, fields_of(browser, query)).text
    assert fake.backfills == fake.runs == []


def test_a_viewer_previews_and_starts_nothing(home, fake):
    """Starting needs an operator."""
    url = f"sqlite:///{home}/framewatch.db"
    engine = open_store(url)
    try:
        add(engine, "anna", Role.ANALYST, "correct horse battery", NOW)
    finally:
        engine.dispose()
    with reader(home, fake.url, FRAMEWATCH_SIGN_IN="on") as client:
        signed_in(client, "anna", "correct horse battery")
        page = client.get(f"{RUNS}?{WEEK}").text
        assert "Starting needs the role operator" in page
        assert "/runs/start" not in page
        answer = sent(client, RUNS, f"{RUNS}/start", {"key": "0" * 32})
        assert answer.status_code == 403


# --- progress -------------------------------------------------------------------------------------


def test_progress_is_told_until_it_is_over(browser, fake):
    """Without scripts the page asks again by itself; once over, it rests."""
    place = start(browser, fields_of(browser)).headers["location"]
    fake.end(most=2)
    fake.end("failed", most=1)
    page = BeautifulSoup(browser.get(place).text, "html.parser")
    assert "3 of 5 runs over" in " ".join(page.text.split())
    assert "1 failed" in page.text
    assert page.progress["value"] == "3"
    assert page.select_one("noscript meta[http-equiv=refresh]") is not None
    assert len(page.select(".runlines tbody tr")) == 5
    fake.end()
    over = BeautifulSoup(browser.get(place).text, "html.parser")
    assert "5 of 5 runs over" in " ".join(over.text.split())
    assert over.select_one("meta[http-equiv=refresh]") is None
    assert over.select_one("form[action*='/runs/']") is None


def test_a_backfill_is_paused_goes_on_and_is_cancelled(browser, fake):
    """By the buttons of its page; a button pressed too late does no harm."""
    place = start(browser, fields_of(browser)).headers["location"]
    for action, shown in (("pause", "Paused"), ("unpause", "Waiting"), ("cancel", "Over")):
        answer = sent(browser, place, f"{place}/{action}", {})
        assert (answer.status_code, answer.headers["location"]) == (303, place)
        status = BeautifulSoup(browser.get(place).text, "html.parser").select_one(".status strong")
        assert status.text.strip() == shown
    assert sent(browser, RUNS + "?" + WEEK, f"{place}/cancel", {}).status_code == 303
    assert sent(browser, RUNS + "?" + WEEK, f"{place}/explode", {}).status_code == 404


def test_a_run_is_cancelled(browser, fake):
    """It ends as failed, and its page says so."""
    place = start(browser, fields_of(browser, "work=rebuild")).headers["location"]
    assert sent(browser, place, f"{place}/cancel", {}).status_code == 303
    assert fake.runs[0]["state"] == "failed"
    assert "✗ failed" in text_of(browser, place)


def test_another_topics_backfill_is_none_of_ours(browser, fake):
    """Nor may its buttons be pressed from here."""
    fields = fields_of(browser)
    start(browser, fields)
    fake.backfills[0]["dag_id"] = "monitor_other"
    assert browser.get(f"{RUNS}/backfill/1").status_code == 404
    assert sent(browser, RUNS + "?" + WEEK, f"{RUNS}/backfill/1/cancel", {}).status_code == 404
    assert fake.backfills[0]["completed_at"] is None
    for path in ("run/monitor_other/x", "backfill/99", "run/rebuild_deepseek/none"):
        assert browser.get(f"{RUNS}/{path}").status_code == 404


def test_the_last_runs_are_listed_with_what_became_of_their_links(browser, fake):
    """A run of a UTC day is about the day of that name."""
    fake.collect(date(2025, 3, 10))
    page = BeautifulSoup(browser.get(RUNS).text, "html.parser")
    (row,) = page.select(".runlines tbody tr")
    cells = [" ".join(cell.text.split()) for cell in row("td")]
    assert cells[0] == "Collect scheduled"
    assert cells[1] == "10 Mar 2025"
    assert re.match(r"\d+ links?, \d+ articles?", cells[4])


def test_an_airflow_that_went_away_leaves_what_it_said_last(home):
    """With a word on it, and the page goes on looking."""
    fake = FakeAirflow()
    with reader(home, fake.url) as client:
        place = start(client, fields_of(client)).headers["location"]
        fake.end(most=2)
        assert "2 of 5 runs over" in text_of(client, place)
        fake.stop()
        said = text_of(client, place)
    assert "Airflow does not answer" in said
    assert "2 of 5 runs over" in said


# --- Airflow is down ------------------------------------------------------------------------------


def test_without_airflow_the_page_previews_and_says_how_to_start_it(home):
    """Nothing can be started, and nothing is lost."""
    with reader(home, "http://127.0.0.1:9") as client:
        said = text_of(client, f"{RUNS}?{WEEK}")
        page = client.get(f"{RUNS}?{WEEK}").text
    assert "Airflow does not answer" in said
    assert "<code>make run</code> starts it" in page
    assert "5 UTC days" in said
    assert "/runs/start" not in page
    with reader(home, "http://127.0.0.1:9") as client:
        page = BeautifulSoup(client.get(f"{RUNS}/backfill/1").text, "html.parser")
    assert "goes on when Airflow does" in page.text
    assert page.select_one("noscript meta[http-equiv=refresh]") is not None


def test_a_hanging_airflow_keeps_one_reader_waiting_and_no_other(home, monkeypatch):
    """Twenty readers at once: one is as patient as it takes, the rest are answered."""
    monkeypatch.setattr(airflow_http, "SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with reader(home, url) as client, ThreadPoolExecutor(20) as pool:
            client.get(f"{RUNS}/backfill/1")  # the store is warm

            def timed(_: int) -> float:
                began = time.monotonic()
                assert client.get(RUNS).status_code == 200
                return time.monotonic() - began

            took = sorted(pool.map(timed, range(20)))
    assert took[-1] < 8.0
