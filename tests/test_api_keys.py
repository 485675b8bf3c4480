"""Keys with which programs sign in: made and withdrawn by a person, and good for the API alone."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from dashboard.app import create_app
from db import accounts as rows
from db import api_keys
from db.account_tables import ApiKeyRow
from db.session import Store
from framewatch import accounts
from framewatch.api_keys import PREFIX, make_key
from framewatch.people import AccountError, Role
from framewatch.settings import Settings
from tests.files_store import rows_of
from tests.forms import HERE, sent, signed_in
from tests.newsroom_store import NOW as TOLD_AT
from tests.newsroom_store import fill

NOW = datetime(2025, 3, 12, 9, 0, tzinfo=UTC)
GOOD = "correct horse battery"
API = "/api/v1/coverage"


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


Open = Callable[..., TestClient]


@pytest.fixture
def dashboard(store: Store, clock: Clock) -> Iterator[Open]:
    """Opens a browser or a program on a dashboard over a store with one account of each role."""
    for role in Role:
        accounts.add(store, role.word, role, GOOD, NOW)
    opened: list[TestClient] = []

    def open_(client: str = "127.0.0.1", sign_in: str = "on", **environment: str) -> TestClient:
        database = store.url.render_as_string(hide_password=False)
        names = {f"FRAMEWATCH_{name.upper()}": value for name, value in environment.items()}
        names |= {"FRAMEWATCH_DATABASE_URL": database, "FRAMEWATCH_SIGN_IN": sign_in}
        app = create_app(Settings.from_env(names), clock)
        opened.append(TestClient(app, base_url=HERE, client=(client, 50_000)))
        return opened[-1]

    yield open_
    for client in opened:
        client.close()
        client.app.state.site.close()


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def made_by(client: TestClient, label: str = "nightly") -> str:
    """The key that the page of the account shows once."""
    answer = sent(client, "/account", "/account/keys", {"label": label})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    found = re.search(rf"<code>({PREFIX}[\w-]{{43}})</code>", answer.text)
    assert found, answer.text
    return found[1]


def status_with(client: TestClient, key: str, address: str = API) -> int:
    return client.get(address, headers=bearer(key), follow_redirects=False).status_code


# --- made, used, withdrawn ------------------------------------------------------------------------


def test_a_key_is_shown_once_and_opens_the_api(dashboard):
    """The page lists it by its label from then on."""
    person, program = dashboard(), dashboard()
    signed_in(person, "viewer", GOOD)
    assert "never used" not in person.get("/account").text
    key = made_by(person, " <b>nightly</b> ")
    assert program.get(API).status_code == 401
    assert status_with(program, key) == 200
    page = person.get("/account").text
    assert key not in page
    assert "&lt;b&gt;nightly" in page
    assert "made 12 Mar 2025 · last used 12 Mar 2025" in page
    assert "set-cookie" not in program.get(API, headers=bearer(key)).headers


def test_a_withdrawn_key_opens_nothing(dashboard):
    """At once; and nobody withdraws another's."""
    person, other, program = dashboard(), dashboard(), dashboard()
    signed_in(person, "viewer", GOOD)
    signed_in(other, "operator", GOOD)
    key = made_by(person)
    fields = {"key": hashlib.sha256(key.encode()).hexdigest()}
    refused = sent(other, "/account", "/account/keys/withdraw", fields)
    assert (refused.status_code, "no such key" in refused.text) == (400, True)
    assert status_with(program, key) == 200
    done = sent(person, "/account", "/account/keys/withdraw", fields)
    assert (done.status_code, done.headers["location"]) == (303, "/account#keys-title")
    assert status_with(program, key) == 401


def test_the_role_is_that_of_the_account_when_the_key_is_used(dashboard, store):
    """And a key goes with its account."""
    program, key = dashboard(), make_key(store, "viewer", "nightly", NOW)
    event = {"day": "2025-02-04", "label": "A hearing"}

    def add() -> int:
        return program.post("/api/v1/events", json=event, headers=bearer(key)).status_code

    assert add() == 403
    accounts.change_role(store, "viewer", Role.ANALYST)
    assert add() == 201
    accounts.remove(store, "viewer")
    assert add() == 401
    with store.connect() as connection:
        assert connection.execute(select(ApiKeyRow.__table__)).all() == []


def test_the_use_of_a_key_is_noted_every_five_minutes(dashboard, store, clock):
    """Not with every question."""
    program, key = dashboard(), make_key(store, "viewer", "nightly", NOW)

    def seen() -> datetime | None:
        with store.connect() as connection:
            (found,) = api_keys.keys_of(connection, "viewer")
        return found.seen_at

    noted = [seen()]
    for minutes in (0, 4, 6):
        clock.now = NOW + timedelta(minutes=minutes)
        assert status_with(program, key) == 200
        noted.append(seen())
    assert noted == [None, NOW, NOW, NOW + timedelta(minutes=6)]


def test_an_account_has_twenty_keys_at_most(dashboard, store):
    """The page then offers no other; a label has to say something."""
    for number in range(api_keys.MOST):
        make_key(store, "viewer", f"key {number}", NOW)
    with pytest.raises(AccountError, match="at most 20 keys"):
        make_key(store, "viewer", "one more", NOW)
    make_key(store, "analyst", "another's", NOW)
    person = dashboard()
    signed_in(person, "viewer", GOOD)
    assert "Make a key" not in person.get("/account").text
    assert "at most 20 keys" in sent(person, "/account", "/account/keys", {"label": "x"}).text
    for label in ("", " ", "x" * 61, "a\x07b"):
        with pytest.raises(AccountError, match="1 to 60 printable"):
            make_key(store, "operator", label, NOW)


def test_the_store_and_the_log_hold_no_key(dashboard, store, caplog):
    """The store its hash; the log neither one that opens nor one that does not."""
    person, program = dashboard(), dashboard()
    signed_in(person, "viewer", GOOD)
    with caplog.at_level(logging.DEBUG):
        key = made_by(person)
        for address in (API, "/api/v1/nope", "/t/deepseek/", "/api/v1/events"):
            program.get(address, headers=bearer(key))
            program.get(address, headers=bearer(f"{key}x"))
    lines = "".join(record.getMessage() for record in caplog.records)
    assert "answered 401" in lines
    assert key not in lines
    with store.connect() as connection:
        (row,) = connection.execute(select(ApiKeyRow.__table__)).all()
    assert key not in str(row)
    assert row.key_sha256 == hashlib.sha256(key.encode()).hexdigest()


# --- where a key is worth nothing -----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/t/deepseek/", "/t/deepseek/export/coverage.csv", "/account", "/people", "/api", "//api/v1/"],
)
def test_a_key_opens_no_page(dashboard, store, address):
    """Not even an operator's: pages are for people."""
    key = make_key(store, "operator", "nightly", NOW)
    assert status_with(dashboard(), key, address) == 401
    assert dashboard().post("/account/keys", headers=bearer(key)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        [("authorization", f"Bearer {PREFIX}unknown")],
        [("authorization", "Bearer")],
        [("authorization", "bearer  é".encode("latin-1"))],
        [("authorization", f"Bearer {PREFIX}a"), ("authorization", f"Bearer {PREFIX}b")],
    ],
    ids=["unknown", "empty", "odd", "two"],
)
def test_an_unknown_key_never_falls_back_to_the_cookie(dashboard, headers):
    """A program whose key was withdrawn learns it."""
    person = dashboard()
    signed_in(person, "operator", GOOD)
    assert person.get(API).status_code == 200
    answer = person.get(API, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Authorization: Bearer KEY" in answer.json()["detail"]


def test_another_kind_of_sign_in_is_left_to_whom_it_is_for(dashboard):
    """A proxy before us may ask for a password of its own; the cookie is ours."""
    person = dashboard()
    signed_in(person, "viewer", GOOD)
    assert person.get(API, headers={"authorization": "Basic eDp5"}).status_code == 200


def test_where_nobody_or_a_proxy_signs_in_there_are_no_keys(dashboard, store):
    """A proxy's own word counts, whatever stands in the header."""
    key = make_key(store, "operator", "nightly", NOW)
    local = dashboard(sign_in="off")
    assert status_with(local, f"{key}x") == 200
    assert "Keys for programs" not in local.get("/account").text
    assert sent(local, "/people", "/account/keys", {"label": "x"}).status_code == 404
    named = {"trusted_proxies": "10.0.0.2", "proxy_user_header": "X-User"}
    behind = dashboard(client="10.0.0.2", **named)
    assert status_with(behind, key) == 401
    assert behind.get(API, headers=bearer("x") | {"x-user": "ada"}).status_code == 200


def test_a_key_is_made_with_the_form_alone(dashboard):
    """Neither without its token nor from elsewhere."""
    person = dashboard()
    signed_in(person, "viewer", GOOD)
    assert person.post("/account/keys", data={"label": "x"}).status_code == 403
    elsewhere = {"sec-fetch-site": "cross-site"}
    answer = sent(person, "/account", "/account/keys", {"label": "x"}, headers=elsewhere)
    assert answer.status_code == 403


# --- how programs are told ------------------------------------------------------------------------


def test_a_program_without_a_key_is_told_how_to_have_one(dashboard):
    """A browser is led to the sign-in as before."""
    program = dashboard()
    answer = program.get(API)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "page of their account" in answer.json()["detail"]
    assert "Authorization: Bearer KEY" in program.get("/t/deepseek/").text
    browser = program.get(API, headers={"accept": "text/html"}, follow_redirects=False)
    assert browser.headers["location"].startswith("/sign-in?")


def test_the_description_says_that_a_key_is_needed_where_it_is(dashboard, store):
    """And does not where everybody is let in."""
    key = make_key(store, "viewer", "nightly", NOW)
    told = dashboard().get("/api/v1/openapi.json", headers=bearer(key)).json()
    (name,) = told["security"][0]
    assert told["components"]["securitySchemes"][name]["scheme"] == "bearer"
    assert "401" in told["paths"]["/api/v1/meta"]["get"]["responses"]
    open_ = dashboard(sign_in="off").get("/api/v1/openapi.json").json()
    assert "security" not in open_
    assert "Bearer" not in dashboard(sign_in="off").get("/api").text


def test_the_code_on_a_page_sends_a_key_to_an_address_that_takes_it(tmp_path):
    """The file that the snippet reads is the one that the page offers."""
    url = f"sqlite:///{tmp_path}/store.db"
    store = fill(url)
    accounts.add(store, "viewer", Role.VIEWER, GOOD, TOLD_AT)
    key = make_key(store, "viewer", "nightly", TOLD_AT)
    store.dispose()
    env = {"FRAMEWATCH_DATABASE_URL": url, "FRAMEWATCH_SIGN_IN": "on"}
    app = create_app(Settings.from_env(env), lambda: TOLD_AT)
    with TestClient(app, base_url=HERE) as person, TestClient(app, base_url=HERE) as program:
        signed_in(person, "viewer", GOOD)
        page = unescape(person.get("/t/deepseek/code/frame-economic?country=AU").text)
        address = re.search(r'url = "([^"]+)"', page)[1].removeprefix(HERE)
        assert page.count("Bearer KEY") == 6  # in words, in Python, in R, thrice in the shell
        found = program.get(address, headers=bearer(key))
        offered = person.get("/t/deepseek/export/frame-economic.csv?country=AU")
        assert program.get(address).status_code == 401
    assert (found.status_code, rows_of(found.text)) == (200, rows_of(offered.text))
    assert len(rows_of(found.text)) == 10


def test_no_key_outlives_its_account(store):
    """The database itself sees to it."""
    accounts.add(store, "ada", Role.VIEWER, GOOD, NOW)
    make_key(store, "ada", "nightly", NOW)
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.begin() as connection:
        connection.execute(text("DELETE FROM accounts"))
    accounts.remove(store, "ada")
    with store.connect() as connection:
        assert rows.account(connection, "ada") is None
