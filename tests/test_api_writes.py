"""What programs write through the API: by role, from nowhere else, once, and as it is described."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.pages import events as events_page
from db.events import kept_events
from db.notes import notes
from db.session import open_store
from framewatch import accounts, airflow_http
from framewatch.api_keys import make_key
from framewatch.people import Role
from framewatch.settings import Settings
from tests.fake_airflow import LOCKED, FakeAirflow
from tests.forms import HERE
from tests.newsroom_store import NOW, TODAY, fill

API = "/api/v1"
EVENT = {"day": "2025-02-12", "label": "A hearing on exports", "countries": ["US", "AU"]}
WEEK = {"from": "2025-02-03", "to": "2025-02-07"}
KEY = {"idempotency-key": "spring, first part"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    fill(f"sqlite:///{folder}/framewatch.db").dispose()
    return folder


@pytest.fixture(scope="module")
def keys(home: Path) -> dict[Role, str]:
    """One of each role."""
    store = open_store(f"sqlite:///{home}/framewatch.db")
    for role in Role:
        accounts.add(store, role.word, role, "correct horse battery", NOW)
    made = {role: make_key(store, role.word, "tests", NOW) for role in Role}
    store.dispose()
    return made


@pytest.fixture
def fake() -> Iterator[FakeAirflow]:
    served = FakeAirflow()
    yield served
    served.stop()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow is asked anew each time, and a lock waited for but shortly."""
    monkeypatch.setattr("dashboard.runboard.FRESH", 0.0)
    monkeypatch.setattr(airflow_http, "WAITS", (0.01,))


@pytest.fixture
def local(home: Path, fake: FakeAirflow) -> Iterator[TestClient]:
    """Where nobody signs in: whoever comes is the operator."""
    with program(home, fake.url) as client:
        yield client


def program(home: Path, airflow: str, key: str = "") -> TestClient:
    env = {"FRAMEWATCH_HOME": str(home), "FRAMEWATCH_AIRFLOW_URL": airflow}
    headers = {"authorization": f"Bearer {key}"} if key else {}
    settings = Settings.from_env(env | ({"FRAMEWATCH_SIGN_IN": "on"} if key else {}))
    return TestClient(create_app(settings, lambda: NOW), base_url=HERE, headers=headers)


def assert_described(client: TestClient, method: str, path: str, answer: object) -> None:
    """Status and fields are those that the API itself tells of."""
    schema = client.get(f"{API}/openapi.json").json()
    told = schema["paths"][f"{API}{path}"][method]["responses"][str(answer.status_code)]
    kind = answer.headers["content-type"]
    shape = told["content"][kind]["schema"] | {"components": schema["components"]}
    assert list(Draft202012Validator(shape).iter_errors(answer.json())) == []


# --- events ---------------------------------------------------------------------------------------


def test_an_event_is_added_read_and_removed(home, keys, fake):
    """By the number that charts give it; its author is whose key it was."""
    with program(home, fake.url, keys[Role.ANALYST]) as client:
        before = client.get(f"{API}/events").json()["events"]
        made = client.post(f"{API}/events", json=EVENT)
        assert made.status_code == 201, made.text
        assert_described(client, "post", "/events", made)
        found = client.get(made.headers["location"])
        assert_described(client, "get", "/events/{number}", found)
        assert found.json() == made.json()
        assert (found.json()["author"], found.json()["countries"]) == ("analyst", ["US", "AU"])
        listed = client.get(f"{API}/events").json()["events"]
        assert [one for one in listed if one not in before] == [
            {name: made.json()[name] for name in ("number", "day", "label", "link", "countries")}
        ]
        assert client.delete(made.headers["location"]).status_code == 204
        assert client.delete(made.headers["location"]).status_code == 404
        assert client.get(made.headers["location"]).status_code == 404
        assert client.get(f"{API}/events").json()["events"] == before


def test_an_event_of_the_topic_s_file_stays(local):
    """It has no author, and is not ours to remove."""
    first = local.get(f"{API}/events/1").json()
    assert (first["number"], first["author"], first["added_at"]) == (1, None, None)
    refused = local.delete(f"{API}/events/1")
    assert refused.status_code == 409
    assert_described(local, "delete", "/events/{number}", refused)
    assert local.get(f"{API}/events/1").json() == first


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"day": "2025-02-30"}, 422, "day: This is not a day"),
        ({"label": ""}, 422, "label: Say in a few words"),
        ({"label": "x" * 121}, 422, "label: This has 121 characters"),
        ({"label": "a\u202eb"}, 422, "cannot be seen (U+202E)"),
        ({"link": "javascript:alert(1)"}, 422, "link: Write a whole address"),
        ({"countries": ["XX"]}, 422, "countries: XX is no country"),
        ({"label": "a\x00b"}, 400, "label=a"),
        ({"countries": ["A\x00"]}, 400, "no text has"),
        ({"countries": "AU"}, 400, "countries=AU"),
        ({"label": 7}, 400, "label=7"),
        ({"colour": "red"}, 400, "colour: there is no such field"),
    ],
    ids=str,
)
def test_an_event_that_cannot_be_is_refused_in_words(local, change, status, said):
    """The checks of the form; a field that is not known is refused."""
    answer = local.post(f"{API}/events", json=EVENT | change)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert_described(local, "post", "/events", answer)


def test_a_topic_full_of_events_takes_no_other(local, monkeypatch):
    """As on the page."""
    monkeypatch.setattr(events_page, "MOST_OWN", 0)
    assert local.post(f"{API}/events", json=EVENT).status_code == 409


# --- what is no body of ours ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["events", "articles/1/feedback", "backfills", "backfills/preview",
                                  "backfills/1/cancel"])  # fmt: skip
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""]
)
def test_what_a_page_elsewhere_can_send_unasked_is_no_body(local, fake, path, kind):
    """A form, or text: only JSON makes a browser ask first, and nobody answers it."""
    body = json.dumps(EVENT | WEEK)
    headers = {"content-type": kind} if kind else {}
    answer = local.post(f"{API}/{path}", content=body, headers=headers | KEY)
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"
    asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    preflight = local.options(f"{API}/{path}", headers=asked)
    assert preflight.status_code == 405
    assert "access-control-allow-origin" not in preflight.headers
    assert fake.backfills == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
    ],
    ids=str,
)
def test_another_origin_writes_nothing(local, fake, headers):
    """Even if it could send JSON; our own page may."""
    before = local.get(f"{API}/events").json()["events"]
    for path in ("events", "articles/1/feedback", "backfills", "backfills/preview"):
        answer = local.post(f"{API}/{path}", json=EVENT, headers=headers | KEY)
        assert answer.status_code == 403, path
    assert local.post(f"{API}/backfills/1/cancel", json={}, headers=headers).status_code == 403
    assert local.delete(f"{API}/events/1", headers=headers).status_code == 403
    assert local.get(f"{API}/events").json()["events"] == before
    assert fake.backfills == []
    ours = {"sec-fetch-site": "same-origin", "origin": HERE}
    made = local.post(f"{API}/events", json=EVENT, headers=ours)
    assert made.status_code == 201
    assert local.delete(made.headers["location"], headers=ours).status_code == 204


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b"{", b"null", b'{"label": "\\ud800"}', b"\xff", b"[" * 60_000]
)
def test_a_body_that_is_no_object_is_refused(local, body):
    """As the sender's fault."""
    headers = {"content-type": "application/json; charset=utf-8"}
    answer = local.post(f"{API}/events", content=body, headers=headers)
    assert answer.status_code == 400
    assert_described(local, "post", "/events", answer)


def test_a_body_without_end_is_not_read_to_its_end(local):
    """However long its sender goes on."""
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        while asked < 1000:
            asked += 1
            yield b" " * 10_000

    kind = {"content-type": "application/json"}
    assert local.post(f"{API}/events", content=endless(), headers=kind).status_code == 413


# --- roles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "needed"),
    [
        ("post", "events", {}, Role.ANALYST),
        ("delete", "events/1", None, Role.ANALYST),
        ("post", "articles/1/feedback", {}, Role.ANALYST),
        ("post", "backfills", {}, Role.OPERATOR),
        ("post", "backfills/preview", {}, Role.OPERATOR),
        ("post", "backfills/1/pause", {}, Role.OPERATOR),
    ],
    ids=str,
)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_writes_what_its_pages_do(home, keys, fake, role, method, path, body, needed):
    """Who may is told what is wrong with an empty body; who may not is told the role."""
    with program(home, fake.url, keys[role]) as client:
        answer = client.request(method, f"{API}/{path}", json=body)
    refused = answer.status_code == 403
    assert refused is (role < needed), answer.text
    assert (f"needs the role {needed.word}" in answer.json()["detail"]) is refused


# --- feedback -------------------------------------------------------------------------------------


def test_feedback_is_the_note_that_the_page_shows(home, keys, fake):
    """It takes the place of the same person's earlier one."""
    with program(home, fake.url, keys[Role.ANALYST]) as client:
        article = client.get(f"{API}/articles/1").json()["article"]
        said = {"frame": "economic", "present": True, "text_sha256": article["text_sha256"]}
        for present in (True, False):
            body = said | {"present": present, "note": " of markets "}
            answer = client.post(f"{API}/articles/1/feedback", json=body)
            assert answer.status_code == 201, answer.text
            assert_described(client, "post", "/articles/{number}/feedback", answer)
        store = client.app.state.site.engine
        (kept,) = notes(store, 1, article["text_sha256"])
        assert (kept.coder, kept.present, kept.note) == ("analyst", False, "of markets")
        for change, status in (
            ({"text_sha256": "0" * 64}, 409),
            ({"frame": "nope"}, 400),
            ({"note": "x" * 501}, 400),
            ({"present": "yes"}, 400),
        ):
            answer = client.post(f"{API}/articles/1/feedback", json=said | change)
            assert answer.status_code == status, answer.text
            assert_described(client, "post", "/articles/{number}/feedback", answer)
        assert client.post(f"{API}/articles/99999/feedback", json=said).status_code == 404
        assert client.post(f"{API}/articles/{2**63}/feedback", json=said).status_code == 400
        assert notes(store, 1, article["text_sha256"]) == (kept,)


# --- backfills ------------------------------------------------------------------------------------


def test_a_preview_says_what_the_page_says_and_starts_nothing(local, fake):
    """Days, requests, and each source's part."""
    fake.collect(date(2025, 2, 4))
    answer = local.post(f"{API}/backfills/preview", json=WEEK)
    assert answer.status_code == 200, answer.text
    assert_described(local, "post", "/backfills/preview", answer)
    found = answer.json()
    assert (found["days"], found["problem"], found["requests"] > 0) == (5, "", True)
    assert found["runs"] == [f"2025-02-0{day}" for day in (3, 5, 6, 7)]
    page = local.get("/t/deepseek/runs?work=collect&from=2025-02-03&to=2025-02-07").text
    assert all(f">{one['source']}</th>" in page for one in found["sources"])
    assert {one["source"]: one["to_ask"] for one in found["sources"]}["hackernews"] == 5
    assert fake.backfills == []


def test_one_key_makes_one_backfill_however_often_it_is_sent(local, fake):
    """Its address tells how far it has come; another key makes another."""
    answers = [local.post(f"{API}/backfills", json=WEEK, headers=KEY) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.headers["location"] for answer in answers} == {f"{API}/backfills/1"}
    assert_described(local, "post", "/backfills", answers[0])
    assert len(fake.backfills) == 1
    fake.end(most=2)
    found = local.get(answers[0].headers["location"])
    assert_described(local, "get", "/backfills/{backfill}", found)
    assert found.json()["states"] == {"success": 2, "queued": 3}
    assert (found.json()["over"], len(found.json()["runs"])) == (False, 5)
    fake.end()
    assert local.get(answers[0].headers["location"]).json()["over"] is True
    more = {"from": "2025-02-10", "sources": ["hackernews"], "again": "all", "at_once": 3}
    other = local.post(f"{API}/backfills", json=more, headers={"idempotency-key": "b"})
    assert other.json()["backfill"]["id"] == 2
    assert fake.backfills[1]["dag_run_conf"]["sources"] == ["hackernews"]
    assert (fake.backfills[1]["reprocess_behavior"], fake.backfills[1]["max_active_runs"]) == (
        "completed",
        3,
    )


def test_a_key_is_for_one_order_of_one_person(home, keys, local, fake):
    """Another order under it is refused; another's key of the same words is another."""
    local.post(f"{API}/backfills", json=WEEK, headers=KEY)
    changed = local.post(f"{API}/backfills", json=WEEK | {"to": "2025-02-09"}, headers=KEY)
    assert changed.status_code == 422
    assert "another order was sent with this key" in changed.json()["detail"]
    fake.end()
    with program(home, fake.url, keys[Role.OPERATOR]) as client:
        theirs = client.post(f"{API}/backfills", json=WEEK, headers=KEY)
    assert theirs.json()["backfill"]["id"] == 2


@pytest.mark.parametrize("key", [None, "", "x" * 201, "a\x85b"])
def test_a_backfill_needs_a_key(local, fake, key):
    """Of 1 to 200 printable characters."""
    headers = {} if key is None else {"idempotency-key": key.encode("latin-1")}
    answer = local.post(f"{API}/backfills", json=WEEK, headers=headers)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]
    assert fake.backfills == []


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"to": "2025-02-01"}, 422, "is before the first day"),
        ({"to": str(TODAY)}, 422, "is not over"),
        ({"sources": ["nope"]}, 422, "no source 'nope'"),
        ({"again": "never"}, 422, "missing, failed, all"),
        ({"at_once": 9}, 400, "at_once=9"),
        ({"work": "rebuild"}, 400, "work: there is no such field"),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/backfills", "/backfills/preview"])
def test_an_order_that_cannot_be_is_refused(local, fake, path, change, status, said):
    """What, and what it may be."""
    answer = local.post(f"{API}{path}", json=WEEK | change, headers=KEY)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert_described(local, "post", path, answer)
    lacking = local.post(f"{API}{path}", json={}, headers=KEY)
    assert (lacking.status_code, lacking.json()["detail"]) == (400, "from: this is needed")
    assert fake.backfills == []


def test_another_open_backfill_is_a_conflict(local, fake):
    """Airflow runs one at a time."""
    local.post(f"{API}/backfills", json=WEEK, headers=KEY)
    answer = local.post(f"{API}/backfills", json=WEEK, headers={"idempotency-key": "b"})
    assert answer.status_code == 409
    assert "already a running backfill" in answer.json()["detail"]
    assert_described(local, "post", "/backfills", answer)


def test_what_airflow_refuses_is_told(local, fake):
    """A try under the same key may come later."""
    fake.faults = [(503, LOCKED)] * 3
    answer = local.post(f"{API}/backfills", json=WEEK, headers=KEY)
    assert answer.status_code == 502
    assert "try again in a minute" in answer.json()["detail"]
    assert_described(local, "post", "/backfills", answer)
    assert local.post(f"{API}/backfills", json=WEEK, headers=KEY).status_code == 202


def test_without_airflow_an_answer_says_when_to_try_again(home):
    """And the preview what it can."""
    with program(home, "http://127.0.0.1:9") as client:
        started = client.post(f"{API}/backfills", json=WEEK, headers=KEY)
        read = client.get(f"{API}/backfills/1")
        paused = client.post(f"{API}/backfills/1/pause", json={})
        shown = client.post(f"{API}/backfills/preview", json=WEEK)
    for answer in (started, read, paused):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert "make run" in answer.json()["detail"]
    assert (shown.status_code, shown.json()["runs"], shown.json()["days"]) == (200, None, 5)


def test_a_backfill_is_paused_goes_on_and_is_cancelled(local, fake):
    """What is over takes no more buttons."""
    place = local.post(f"{API}/backfills", json=WEEK, headers=KEY).headers["location"]
    for action, paused in (("pause", True), ("unpause", False), ("cancel", True)):
        answer = local.post(f"{place}/{action}", json={})
        assert answer.status_code == 200, answer.text
        assert_described(local, "post", "/backfills/{backfill}/{action}", answer)
        assert answer.json()["backfill"]["paused"] is paused
    late = local.post(f"{place}/pause", json={})
    assert late.status_code == 409
    assert_described(local, "post", "/backfills/{backfill}/{action}", late)
    assert local.post(f"{place}/explode", json={}).status_code == 400
    assert local.post(f"{place}/pause", json={"x": 1}).status_code == 400


def test_another_topic_s_backfill_is_none_of_ours(local, fake):
    """Nor one that there is not."""
    place = local.post(f"{API}/backfills", json=WEEK, headers=KEY).headers["location"]
    fake.backfills[0]["dag_id"] = "monitor_other"
    assert local.get(place).status_code == 404
    assert local.post(f"{place}/cancel", json={}).status_code == 404
    assert fake.backfills[0]["completed_at"] is None
    assert local.get(f"{API}/backfills/99").status_code == 404
    assert local.get(f"{API}/backfills/{2**40}").status_code == 400


# --- over both databases --------------------------------------------------------------------------


def test_an_event_by_a_program_is_kept_like_one_by_a_form(store):
    """With its author and its number."""
    accounts.add(store, "ada", Role.ANALYST, "correct horse battery", NOW)
    key = make_key(store, "ada", "tests", NOW)
    env = {
        "FRAMEWATCH_DATABASE_URL": store.url.render_as_string(hide_password=False),
        "FRAMEWATCH_SIGN_IN": "on",
    }
    headers = {"authorization": f"Bearer {key}"}
    app = create_app(Settings.from_env(env), lambda: NOW)
    with TestClient(app, base_url=HERE, headers=headers) as client:
        numbers = [client.post(f"{API}/events", json=EVENT).json()["number"] for _ in range(2)]
        assert client.delete(f"{API}/events/{numbers[0]}").status_code == 204
        assert client.get(f"{API}/events/{2**31}").status_code == 400
    (kept,) = kept_events(store, "deepseek")
    assert (kept.author, kept.event.label, kept.number) == ("ada", EVENT["label"], 2)
    assert numbers[1] - numbers[0] == 1
