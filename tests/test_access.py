"""Who comes in, who may do what, and what a form needs."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, make_url, select, text
from starlette.testclient import TestClient

from dashboard import csrf
from dashboard.access import LOCAL, Reader
from dashboard.app import create_app
from dashboard.bodies import Bodies
from dashboard.excerpt import may_read_whole
from db import accounts as rows
from db.account_tables import AccountRow, SessionRow, SignInTryRow
from db.grants import WRITTEN, let_write
from db.session import Store, open_store
from framewatch import accounts
from framewatch.__main__ import cli
from framewatch.accounts import Credentials, TooManyTries, WrongPassword
from framewatch.people import AccountError, Role
from framewatch.settings import Settings, SettingsError
from tests.forms import HERE, sent, signed_in, token_of

NOW = datetime(2025, 3, 12, 9, 0, tzinfo=UTC)
GOOD = "correct horse battery"
PAGE = "/t/deepseek/"
HTML = {"accept": "text/html,*/*"}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


Open = Callable[..., TestClient]


@pytest.fixture
def dashboard(store: Store, clock: Clock) -> Iterator[Open]:
    """Opens a browser on a dashboard over the store; the environment says who may come in."""
    opened: list[TestClient] = []

    def open_(client: str = "127.0.0.1", url: str = HERE, **environment: str) -> TestClient:
        database = store.url.render_as_string(hide_password=False)
        names = {f"FRAMEWATCH_{name.upper()}": value for name, value in environment.items()}
        settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": database, **names})
        app = create_app(settings, clock)
        opened.append(TestClient(app, base_url=url, client=(client, 50_000), headers=HTML))
        return opened[-1]

    yield open_
    for client in opened:
        client.close()
        client.app.state.site.close()


@pytest.fixture
def people(store: Store) -> Store:
    """A store with one of each role."""
    for role in Role:
        accounts.add(store, role.word, role, GOOD, NOW)
    return store


def inside(client: TestClient) -> bool:
    return client.get(PAGE, follow_redirects=False).status_code == 200


# --- when people have to sign in ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "required"),
    [
        ({}, False),
        ({"DASHBOARD_HOST": "::1"}, False),
        ({"DASHBOARD_HOST": "0.0.0.0"}, True),
        ({"DASHBOARD_HOST": "192.168.1.5"}, True),
        ({"DASHBOARD_NAMES": "framewatch.example"}, True),
        ({"TRUSTED_PROXIES": "10.0.0.2"}, True),
        ({"SIGN_IN": "on"}, True),
        ({"DASHBOARD_NAMES": "framewatch.example", "SIGN_IN": "off"}, False),
    ],
    ids=str,
)
def test_people_sign_in_wherever_others_can_come(environment, required):
    """Only this machine's own address is open."""
    env = {f"FRAMEWATCH_{name}": value for name, value in environment.items()}
    assert Settings.from_env(env).sign_in.required is required


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SIGN_IN": "off", "DASHBOARD_HOST": "0.0.0.0"}, "only where the dashboard listens"),
        ({"SIGN_IN": "maybe"}, "neither on nor off"),
        ({"TRUSTED_PROXIES": "nginx"}, "write 10.0.0.2"),
        ({"PROXY_USER_HEADER": "X-User"}, "FRAMEWATCH_TRUSTED_PROXIES"),
    ],
    ids=str,
)
def test_settings_that_would_let_in_anybody_are_refused(environment, said):
    """With what to write instead."""
    with pytest.raises(SettingsError, match=said):
        Settings.from_env({f"FRAMEWATCH_{name}": value for name, value in environment.items()})


def test_a_dashboard_that_nobody_could_enter_does_not_start(store):
    """One account with a password is enough; one without a password is none."""
    needs = Settings.from_env({"FRAMEWATCH_SIGN_IN": "on"}).sign_in
    accounts.add(store, "by-proxy", Role.OPERATOR, "", NOW)
    with pytest.raises(AccountError, match="account add"):
        accounts.must_let_somebody_in(store, needs)
    accounts.add(store, "ada", Role.VIEWER, GOOD, NOW)
    accounts.must_let_somebody_in(store, needs)


def test_on_ones_own_machine_everything_is_open(dashboard):
    """The one who sits there is the operator."""
    client = dashboard()
    assert inside(client)
    assert client.get("/people").status_code == 200
    assert "Nobody signs in here" in client.get("/account").text


def test_where_nobody_signs_in_a_proxy_s_visitors_stay_outside(dashboard):
    """They would all be operators."""
    answer = dashboard().get(PAGE, headers={"x-forwarded-for": "203.0.113.9"})
    assert answer.status_code == 403
    assert "FRAMEWATCH_SIGN_IN=on" in answer.text


def test_strangers_are_led_to_the_sign_in_and_back(dashboard, people):
    """Programs are told instead; the health check and the style are open."""
    client = dashboard(sign_in="on")
    answer = client.get(f"{PAGE}?by=week", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?next=%2Ft%2Fdeepseek%2F%3Fby%3Dweek",
    )
    for address in (PAGE, "/api/v1/frames/economic/share", f"{PAGE}export/coverage.csv"):
        assert client.get(address, headers={"accept": "*/*"}).status_code == 401
    assert client.post(f"{PAGE}events").status_code == 401
    assert client.get("/health").status_code == 200
    assert client.get("/static/style.css").status_code == 200


# --- signing in and out ---------------------------------------------------------------------------


def test_a_password_opens_and_signing_out_closes(dashboard, people):
    """With a new key each way; the old one is worth nothing afterwards."""
    client = dashboard(sign_in="on")
    client.get("/sign-in")
    before = client.cookies["framewatch"]
    answer = sent(
        client, "/sign-in", "/sign-in", {"name": " Analyst ", "password": GOOD, "next": "/account"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    key = client.cookies["framewatch"]
    assert key != before
    assert inside(client)
    assert "analyst" in client.get("/account").text
    assert sent(client, "/account", "/sign-out", {}).headers["location"] == "/sign-in"
    assert not inside(client)
    client.cookies.set("framewatch", key)
    assert not inside(client)


def test_a_key_planted_before_the_sign_in_is_worth_nothing(dashboard, people):
    """The session gets a key that only this browser has."""
    client = dashboard(sign_in="on")
    planted = "A" * 43
    client.cookies.set("framewatch", planted)
    assert signed_in(client, "viewer", GOOD).status_code == 303
    thief = dashboard(sign_in="on")
    thief.cookies.set("framewatch", planted)
    assert not inside(thief)


def test_the_cookie_is_kept_from_scripts_and_from_plain_connections(dashboard, people):
    """And bears the prefix that no neighbour can plant."""
    plain = signed_in(dashboard(sign_in="on"), "viewer", GOOD).headers["set-cookie"]
    assert re.fullmatch(r"framewatch=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", plain)
    client = dashboard(sign_in="on", url="https://127.0.0.1")
    fields = {"csrf": token_of(client.get("/sign-in").text), "name": "viewer", "password": GOOD}
    answer = client.post("/sign-in", data=fields, follow_redirects=False)
    assert answer.headers["set-cookie"].startswith("__Host-framewatch=")
    assert answer.headers["set-cookie"].endswith("; Secure")


def test_the_store_holds_no_key_and_no_password(dashboard, people):
    """Only hashes of both."""
    client = dashboard(sign_in="on")
    signed_in(client, "viewer", GOOD)
    with people.connect() as connection:
        held = [
            str(row)
            for table in (AccountRow, SessionRow, SignInTryRow)
            for row in connection.execute(select(table.__table__))
        ]
    assert any("$argon2id$" in row for row in held)
    assert not any(client.cookies["framewatch"] in row or GOOD in row for row in held)


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "evil", "/a\nb", ""]
)
def test_the_sign_in_leads_nowhere_else(dashboard, people, address):
    """Whatever its address says to go on to."""
    client = dashboard(sign_in="on")
    fields = {"name": "viewer", "password": GOOD, "next": address}
    assert sent(client, "/sign-in", "/sign-in", fields).headers["location"] == "/"


def test_a_session_ends_when_unused_and_in_any_case_after_a_week(dashboard, people, clock):
    """Use is noted now and then, so that it goes on in between."""
    client = dashboard(sign_in="on")
    signed_in(client, "viewer", GOOD)
    for _ in range(14):
        clock.forward(hours=11)
        assert inside(client)
    clock.forward(hours=11, minutes=1)
    clock.forward(hours=3)
    assert not inside(client)
    signed_in(client, "viewer", GOOD)
    clock.forward(hours=12, seconds=1)
    assert not inside(client)


def test_a_new_password_signs_out_every_other_browser(dashboard, people):
    """The one it was changed from stays."""
    here, there = dashboard(sign_in="on"), dashboard(sign_in="on")
    for client in (here, there):
        signed_in(client, "viewer", GOOD)
    fields = {"password": GOOD, "new": "another long secret", "again": "another long secret"}
    wrong = sent(here, "/account", "/account/password", fields | {"password": "not this one"})
    assert wrong.status_code == 401
    typo = sent(here, "/account", "/account/password", fields | {"again": "another long secreT"})
    assert "typed in two ways" in typo.text
    assert inside(there)
    assert sent(here, "/account", "/account/password", fields).status_code == 200
    assert (inside(here), inside(there)) == (True, False)
    assert signed_in(there, "viewer", GOOD).status_code == 401


def test_a_password_hashed_in_an_older_way_is_hashed_anew(people, monkeypatch):
    """At the next sign-in, when it is at hand; a session begins all the same."""
    with people.connect() as connection:
        old = rows.account(connection, "viewer").password
    stronger = accounts.PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
    monkeypatch.setattr(accounts, "HASHER", stronger)
    found, key = accounts.sign_in(people, Credentials("viewer", GOOD, "203.0.113.9"), NOW)
    with people.connect() as connection:
        new = rows.account(connection, "viewer").password
        assert rows.session(connection, key, NOW).name == "viewer"
    assert (found.password, "t=3" in new, new != old) == (new, True, True)


# --- guessing -------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_the_right_one_has_to_wait(dashboard, people, clock):
    """A quarter of an hour; the page and a header say until when."""
    client = dashboard(sign_in="on")
    for _ in range(accounts.BOTH):
        assert signed_in(client, "viewer", "a wrong password").status_code == 401
    answer = signed_in(client, "viewer", GOOD)
    assert answer.status_code == 429
    assert "Try again after 09:15 UTC" in answer.text
    assert answer.headers["retry-after"] == "Wed, 12 Mar 2025 09:15:00 GMT"
    assert signed_in(dashboard(sign_in="on"), "analyst", GOOD).status_code == 303
    clock.forward(minutes=15)
    assert signed_in(client, "viewer", GOOD).status_code == 303


def test_many_guesses_at_once_are_counted_each(people):
    """None is checked before it is counted."""
    given = Credentials("viewer", "a wrong password", "203.0.113.9")
    refused: list[str] = []

    def guess() -> None:
        try:
            accounts.check(people, given, NOW)
        except AccountError as error:
            refused.append(type(error).__name__)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == ["TooManyTries"] * 7 + ["WrongPassword"] * 5


def test_one_address_cannot_try_many_names(people):
    """Also not with the many addresses that one IPv6 customer has."""
    for number in range(accounts.BY_ADDRESS):
        with pytest.raises(WrongPassword):
            accounts.check(
                people, Credentials(f"name{number}", "x" * 12, f"2001:db8::{number:x}"), NOW
            )
    with pytest.raises(TooManyTries):
        accounts.check(people, Credentials("viewer", GOOD, "2001:db8::ffff"), NOW)
    accounts.check(people, Credentials("viewer", GOOD, "2001:db8:1::1"), NOW)


def test_an_unknown_name_takes_as_long_as_a_known_one(people):
    """And is refused in the same words."""

    def refusal(name: str, address: str) -> tuple[float, str]:
        started = time.perf_counter()
        with pytest.raises(WrongPassword) as refused:
            accounts.check(people, Credentials(name, "a wrong password", address), NOW)
        return time.perf_counter() - started, str(refused.value)

    known, unknown = (
        [refusal(name, f"198.51.100.{i}") for i in range(7)] for name in ("viewer", "nobody")
    )
    assert {said for _, said in known} == {said for _, said in unknown}
    assert 0.4 < min(known)[0] / min(unknown)[0] < 2.5


def test_a_mistyped_name_is_a_wrong_password_too(dashboard, people):
    """Whatever was typed; and nothing of it is kept or logged."""
    client = dashboard(sign_in="on")
    for name in ("x" * 5000, "a\x07b", "<b>x</b>", "ﬀ"):
        answer = signed_in(client, name, GOOD)
        assert answer.status_code == 401
        assert "<b>x" not in answer.text


# --- forms ----------------------------------------------------------------------------------------


ADD = {"name": "new", "role": "viewer", "password": GOOD}


def test_a_form_without_the_browser_s_own_token_does_nothing(dashboard, store):
    """None, another browser's, a broken one."""
    client, other = dashboard(), dashboard()
    theirs = token_of(other.get("/people").text)
    client.get("/people")
    for token in ("", theirs, "x" * 88, "é"):
        answer = client.post("/people/add", data=ADD | {"csrf": token})
        assert answer.status_code == 403
    with store.connect() as connection:
        assert rows.accounts(connection) == []
    assert sent(client, "/people", "/people/add", ADD).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"content-type": "text/plain"},
    ],
    ids=str,
)
def test_a_form_sent_from_elsewhere_does_nothing(dashboard, headers):
    """Even with the right token."""
    answer = sent(dashboard(), "/people", "/people/add", ADD, headers=headers)
    assert answer.status_code in (403, 415)


def test_a_form_without_end_is_not_read_to_its_end(dashboard):
    """A sender who names no length."""
    client = dashboard()
    token = token_of(client.get("/people").text)
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        yield f"csrf={token}&name=".encode()
        while asked < 1000:
            asked += 1
            yield b"a" * 10_000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/people/add", content=endless(), headers=kind).status_code == 413


@pytest.mark.parametrize("body", [b"a=%ff", b"a=\xff", b"a=%00", b"&".join([b"a=1"] * 500)])
def test_a_broken_form_is_refused(dashboard, body):
    """As the sender's fault."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    client = dashboard()
    client.get("/people")
    assert client.post("/people/add", content=body, headers=kind).status_code == 400


def test_a_token_looks_different_each_time_and_is_one():
    """So that nothing can be learnt from how well a page compresses."""
    made = {csrf.token("key") for _ in range(50)}
    assert len(made) == 50
    assert all(csrf.holds("key", token) for token in made)
    assert not any(csrf.holds(key, token) for key in ("other", "") for token in made)


# --- roles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_only_operators_keep_the_accounts(dashboard, people, role):
    """The page and each of its forms."""
    client = dashboard(sign_in="on")
    signed_in(client, role.word, GOOD)
    may = role is Role.OPERATOR
    assert client.get("/people").status_code == (200 if may else 403)
    answer = sent(client, "/account", "/people/add", ADD)
    assert answer.status_code == (303 if may else 403)


def test_an_operator_adds_changes_and_removes(dashboard, people):
    """A new role holds at once; who is removed is out at once."""
    operator, client = dashboard(sign_in="on"), dashboard(sign_in="on")
    signed_in(operator, "operator", GOOD)
    sent(operator, "/people", "/people/add", ADD)
    assert sent(operator, "/people", "/people/add", ADD).status_code == 400
    signed_in(client, "new", GOOD)
    sent(operator, "/people", "/people/role", {"name": "new", "role": "analyst"})
    assert "analyst" in client.get("/account").text
    sent(operator, "/people", "/people/password", {"name": "new", "password": "x" * 12})
    assert not inside(client)
    signed_in(client, "new", "x" * 12)
    assert inside(client)
    sent(operator, "/people", "/people/remove", {"name": "new"})
    assert not inside(client)
    answer = sent(operator, "/people", "/people/remove", {"name": "operator"})
    assert "Another operator" in answer.text


@pytest.mark.parametrize(
    "fields",
    [{"role": "king"}, {"password": "short"}, {"password": ""}, {"name": ""}, {"name": "a\x07"}],
    ids=str,
)
def test_an_account_that_cannot_be_is_refused_in_words(dashboard, fields):
    """On the page where it was typed."""
    answer = sent(dashboard(), "/people", "/people/add", ADD | fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_whole_texts_are_for_analysts_who_signed_in():
    """And for nobody where the publisher reserves them; invented ones are for all."""
    article = SimpleNamespace(fictional=False, rights="")
    readers = [LOCAL, *(Reader("ada", role) for role in Role)]
    assert [may_read_whole(article, reader) for reader in readers] == [False, False, True, True]
    assert may_read_whole(article, Reader("ada", Role.ANALYST).shared)
    reserved = SimpleNamespace(fictional=False, rights="tdm-reservation: 1")
    assert not any(may_read_whole(reserved, reader) for reader in readers)
    invented = SimpleNamespace(fictional=True, rights="")
    assert all(may_read_whole(invented, reader) for reader in readers)


# --- proxies --------------------------------------------------------------------------------------


PROXY = {"trusted_proxies": "10.0.0.2", "proxy_user_header": "X-User"}


def test_a_trusted_proxy_says_who_it_is(dashboard, people):
    """The role is that of the account of this name, else a viewer's."""
    client = dashboard(client="10.0.0.2", **PROXY)
    for name, role in (("Analyst", "analyst"), ("somebody", "viewer")):
        answer = client.get("/account", headers={"x-user": name})
        assert f"<strong>{name.lower()}</strong>, {role}" in answer.text
        assert "Sign out" not in answer.text
    assert client.get(PAGE).status_code == 401


def test_a_proxy_may_name_the_role(dashboard):
    """One that there is."""
    client = dashboard(client="10.0.0.2", proxy_role_header="X-Role", **PROXY)
    headers = {"x-user": "ada", "x-role": "operator"}
    assert client.get("/people", headers=headers).status_code == 200
    assert client.get(PAGE, headers=headers | {"x-role": "king"}).status_code == 403


def test_anybody_else_s_word_is_worth_nothing(dashboard, people):
    """Neither on the user, nor on the address, nor on the scheme; nor a header sent twice."""
    stranger = dashboard(client="10.0.0.3", **PROXY)
    headers = {"x-user": "operator", "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "https"}
    answer = stranger.get(PAGE, headers=headers)
    assert answer.status_code == 401
    assert "strict-transport-security" not in answer.headers
    twice = [("x-user", "operator"), ("x-user", "viewer"), ("accept", "text/html")]
    assert dashboard(client="10.0.0.2", **PROXY).get(PAGE, headers=twice).status_code == 401


def test_behind_a_trusted_proxy_tries_are_counted_by_the_client_s_address(dashboard, people):
    """Else the first who mistypes would lock out all."""
    client = dashboard(client="10.0.0.2", trusted_proxies="10.0.0.2")
    one, other = ({"x-forwarded-for": f"203.0.113.{n}"} for n in (1, 2))
    fields = {"name": "viewer", "password": "a wrong password"}
    for _ in range(accounts.BOTH):
        sent(client, "/sign-in", "/sign-in", fields, headers=one)
    good = fields | {"password": GOOD}
    assert sent(client, "/sign-in", "/sign-in", good, headers=one).status_code == 429
    assert sent(client, "/sign-in", "/sign-in", good, headers=other).status_code == 303


# --- names and headers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8050", 200),
        ("localhost:8050", 200),
        ("[::1]:8050", 200),
        ("192.168.1.5", 200),
        ("FRAMEWATCH.example", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("framewatch.example.evil.example", 421),
        ("framewatch.example@evil.example", 421),
        ("[", 421),
        ("", 421),
    ],
)
def test_the_dashboard_answers_to_its_own_names_only(dashboard, host, status):
    """A page elsewhere whose name is bound anew to this machine reads nothing."""
    client = dashboard(dashboard_names="framewatch.example", sign_in="off")
    assert client.get("/account", headers={"host": host}).status_code == status


def test_an_encrypted_answer_says_so_for_the_future(dashboard):
    """A plain one does not."""
    plain = dashboard().get("/account").headers
    encrypted = dashboard(url="https://127.0.0.1").get("/account").headers
    assert "strict-transport-security" not in plain
    assert encrypted["strict-transport-security"] == "max-age=31536000"
    assert "upgrade-insecure-requests" in encrypted["content-security-policy"]
    assert "upgrade-insecure-requests" not in plain["content-security-policy"]


@pytest.mark.parametrize("address", ["/account", PAGE, "/static/style.css", "/health", "/nope"])
def test_head_is_get_without_the_body(dashboard, address):
    """Same status, same headers."""
    client = dashboard()
    client.get(address)  # the cookie
    whole, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert client.head("/people/add").status_code == 405


def test_pages_are_private_and_a_versioned_style_is_kept(dashboard):
    """Nothing between us and the reader keeps a page."""
    client = dashboard()
    for address in ("/account", PAGE, "/people", "/health"):
        cached = client.get(address).headers["cache-control"]
        assert cached.startswith("private") or cached == "no-store"
    assert "immutable" in client.get("/static/style.css?v=1").headers["cache-control"]


def test_a_fault_is_logged_without_what_was_sent(dashboard, people, caplog):
    """One line, whatever stands in the address."""
    client = dashboard(sign_in="on")
    with caplog.at_level(logging.WARNING, "framewatch.dashboard"):
        client.get("/t/de%0aep/?secret=hunter2", headers={"accept": "*/*"})
        signed_in(client, "hunter2", "hunter2 hunter2")
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(" answered ")[0] for line in lines] == [
        "GET '/t/de\\nep/'",
        "POST '/sign-in'",
    ]
    assert "hunter2" not in "".join(lines)


# --- caching --------------------------------------------------------------------------------------


def test_one_reader_s_page_is_not_another_s(dashboard, people):
    """Neither its tag nor its token; the name on it is the reader's own."""
    clients = {name: dashboard(sign_in="on") for name in ("viewer", "analyst")}
    answers = {}
    for name, client in clients.items():
        signed_in(client, name, GOOD)
        answers[name] = client.get(PAGE)
        assert f">{name}</a>" in answers[name].text
    tags = {answer.headers["etag"] for answer in answers.values()}
    assert len(tags) == 2
    tag = {"if-none-match": answers["viewer"].headers["etag"]}
    assert clients["viewer"].get(PAGE, headers=tag).status_code == 304
    assert clients["analyst"].get(PAGE, headers=tag).status_code == 200
    theirs = {"csrf": token_of(answers["viewer"].text)}
    assert clients["analyst"].post("/sign-out", data=theirs).status_code == 403


def test_readers_of_one_role_share_a_page_but_not_their_names(dashboard, people):
    """It is made once."""
    accounts.add(people, "vera", Role.VIEWER, GOOD, NOW)
    first, second = dashboard(sign_in="on"), None
    second = TestClient(first.app, base_url=HERE, client=("127.0.0.1", 50_001), headers=HTML)
    for client, name in ((first, "viewer"), (second, "vera")):
        signed_in(client, name, GOOD)
        page = client.get(PAGE).text
        assert f">{name}</a>" in page
        assert "slot" not in page
    assert len(first.app.state.site.bodies) == 1


def test_what_many_ask_for_at_once_is_made_once():
    """And kept for the next."""
    bodies, made, ready = Bodies(), [], threading.Barrier(8)

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"page"

    found = []

    def ask() -> None:
        ready.wait()
        found.append(bodies.get("key", make))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, made) == ([b"page"] * 8, [1])


def test_a_failure_is_not_kept():
    """The next one who asks tries again."""
    bodies = Bodies()

    def fail() -> bytes:
        raise ValueError("gone")

    with pytest.raises(ValueError, match="gone"):
        bodies.get("key", fail)
    assert bodies.get("key", lambda: b"page") == b"page"


def test_pages_kept_stay_within_their_bytes():
    """The least lately asked for goes; one too large is not kept at all."""
    bodies = Bodies(most_bytes=100)
    for key in "abc":
        bodies.get(key, lambda: b"x" * 40)
        bodies.get("a", lambda: b"never made again")
    again = [bodies.get(key, lambda: b"anew") for key in "abc"]
    assert again == [b"x" * 40, b"anew", b"x" * 40]
    bodies.get("large", lambda: b"x" * 101)
    assert bodies.get("large", lambda: b"anew") == b"anew"


# --- by hand --------------------------------------------------------------------------------------


@pytest.fixture
def account(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    url = store.url.render_as_string(hide_password=False)
    monkeypatch.setenv("FRAMEWATCH_DATABASE_URL", url)

    def run(*words: str, typed: str = "") -> str:
        result = CliRunner().invoke(cli, ["account", *words], input=typed)
        return str(result.exception) if result.exception else result.output.strip()

    return run


def test_accounts_are_kept_by_hand(account):
    """Add, list, role, password, remove; a password is piped in, never an argument."""
    assert account("list") == "no account"
    assert account("add", "Ada", "--role", "operator", typed=f"{GOOD}\n") == "added ada, operator"
    assert "already" in account("add", "ADA", typed=f"{GOOD}\n")
    assert "12 to 1000" in account("add", "bob", typed="short\n")
    assert "no password" in account("add", "bob")
    assert account("add", "bob", "--no-password") == "added bob, viewer"
    assert account("role", "bob", "analyst") == "bob is analyst"
    assert account("list").splitlines() == [
        "ada  operator  last seen never  password",
        "bob  analyst  last seen never  proxy",
    ]
    assert "signed out everywhere" in account("password", "bob", typed=f"{GOOD}\n")
    assert account("remove", "bob") == "removed bob"
    assert "no account 'bob'" in account("remove", "bob")
    assert "none added" in account("add", "eve", "--if-none", typed=f"{GOOD}\n")


@pytest.mark.slow
def test_the_dashboard_s_role_writes_its_forms_and_nothing_else(postgres_url):
    """On PostgreSQL, as docker compose sets it up."""
    from db.session import migrate

    migrate(postgres_url)
    owner = open_store(postgres_url)
    name = make_url(postgres_url).database
    role = f"{name}_reader"
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"))
    try:
        let_write(owner, role)
        limited = open_store(make_url(postgres_url).set(username=role).render_as_string(False))
        accounts.add(limited, "ada", Role.VIEWER, GOOD, NOW)
        assert accounts.sign_in(limited, Credentials("ada", GOOD, "::1"), NOW)
        accounts.remove(limited, "ada")
        with owner.connect() as connection:
            may = "SELECT has_table_privilege(:role, :table, :what)"
            rights = {
                table: connection.scalar(
                    text(may), {"role": role, "table": table, "what": "INSERT"}
                )
                for table in (*(table.name for table in WRITTEN), "articles", "readings", "pages")
            }
        assert [table for table, right in rights.items() if not right] == [
            "articles",
            "readings",
            "pages",
        ]
        limited.dispose()
    finally:
        owner.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))
        admin.dispose()


# --- a store that cannot be read ------------------------------------------------------------------


def test_where_the_store_is_stands_in_the_log_and_on_no_strangers_page(people, dashboard, caplog):
    """Before one is let in, and after: only an operator reads what the database said."""
    site = people.url.database
    browsers = {role: dashboard(sign_in="on") for role in Role}
    for role, browser in browsers.items():
        signed_in(browser, role.word, GOOD)
    with people.begin() as connection:
        connection.execute(text("ALTER TABLE data_versions RENAME TO data_versions_gone"))
    for role, browser in browsers.items():
        answer = browser.get(PAGE)
        assert answer.status_code == 503
        assert (site in answer.text) == (role is Role.OPERATOR)
    assert site in caplog.text
    stranger = dashboard(sign_in="on")
    assert stranger.get("/health").json() == {"status": "store unavailable"}
    assert site in dashboard().get("/health").json()["detail"]
    with people.begin() as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO sessions_gone"))
    answer = browsers[Role.OPERATOR].get(PAGE)  # nobody knows any more who asks
    assert (answer.status_code, site in answer.text) == (503, False)
