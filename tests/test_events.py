"""Events that analysts add: kept without loss, drawn everywhere, and inert."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.event_form import EventForm
from db import events
from db.queries import version
from db.session import Store, open_store
from framewatch import accounts
from framewatch.events import between, events_of
from framewatch.facts import load_topics
from framewatch.people import Role
from framewatch.settings import ROOT, Settings
from framewatch.story import Event
from tests.forms import HERE, scripts_of_others, sent, signed_in
from tests.newsroom_store import NOW, TOPIC

PAGE = "/t/deepseek/events"
BAN = Event(day=date(2025, 2, 12), label="A court stays the ban", link="https://court.example/1")
TYPED = {"day": "2025-02-12", "label": BAN.label, "link": BAN.link, "countries": "au, NZ"}
PASSWORD = "correct horse battery"
LATER = NOW + timedelta(days=1)


def add(store: Store, event: Event = BAN, now=NOW) -> int:
    with store.begin() as connection:
        return events.add_event(connection, TOPIC, event, "ada", now)


# --- rows -----------------------------------------------------------------------------------------


def test_an_event_is_kept_changed_and_removed(store):
    """Each leaves the others alone."""
    first, second = add(store), add(store, replace(BAN, label="Another"))
    changed = replace(BAN, label="A court lifts the ban", countries=("AU",))
    with store.begin() as connection:
        assert events.change_event(connection, TOPIC, first, (changed, "bob"), LATER)
    (one, two) = events.kept_events(store, TOPIC)
    assert (one.number, one.event, one.author) == (first, changed, "bob")
    assert two.number == second
    with store.begin() as connection:
        assert events.remove_event(connection, TOPIC, first, LATER)
        assert not events.remove_event(connection, TOPIC, first, LATER)
        assert not events.change_event(connection, TOPIC, first, (BAN, "bob"), LATER)
    assert [kept.number for kept in events.kept_events(store, TOPIC)] == [second]


def test_a_number_is_never_given_again(store):
    """Who has printed a chart with a 6 on it shall not find another event under it."""
    first = add(store)
    with store.begin() as connection:
        events.remove_event(connection, TOPIC, first, NOW)
    assert add(store) == first + 1


def test_the_events_of_an_earlier_day_can_be_asked_for(store):
    """As they were worded then, those that were removed since among them."""
    first = add(store)
    second = add(store, replace(BAN, label="Another"), LATER)
    with store.begin() as connection:
        renamed = replace(BAN, label="Renamed"), "ada"
        events.change_event(connection, TOPIC, first, renamed, LATER + timedelta(days=1))
        events.remove_event(connection, TOPIC, second, LATER + timedelta(days=1))
    assert events.kept_events(store, TOPIC, NOW - timedelta(days=1)) == ()
    assert [k.event.label for k in events.kept_events(store, TOPIC, NOW)] == [BAN.label]
    labels = [k.event.label for k in events.kept_events(store, TOPIC, LATER)]
    assert labels == [BAN.label, "Another"]
    assert [k.event.label for k in events.kept_events(store, TOPIC)] == ["Renamed"]


def test_every_change_renews_the_pages(store):
    """They carry the data version."""
    before = version(store, TOPIC).version
    number = add(store)
    with store.begin() as connection:
        events.change_event(connection, TOPIC, number, (BAN, "bob"), LATER)
    with store.begin() as connection:
        events.remove_event(connection, TOPIC, number, LATER)
    assert version(store, TOPIC).version == before + 3


def test_two_analysts_who_add_at_once_get_two_numbers(store):
    """The second waits for the first."""
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: numbers.append(add(store))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [1, 2, 3, 4]


def test_events_of_analysts_are_numbered_after_those_of_the_topics_file(store):
    """And both are left out alike where another country is chosen."""
    topic = load_topics(ROOT / "topics")[TOPIC]
    add(store, replace(BAN, countries=("AU",)))
    found = events_of(store, topic)
    assert [number for number, _ in found] == list(range(1, len(topic.events) + 2))
    days = date(2025, 2, 12), date(2025, 2, 12)
    assert [number for number, _ in between(found, *days)] == [len(topic.events) + 1]
    assert [number for number, _ in between(found, *days, "AU")] == [len(topic.events) + 1]
    assert between(found, *days, "US") == ()


# --- what is typed --------------------------------------------------------------------------------


def test_what_is_typed_becomes_an_event():
    """Codes of countries in any letters, each once."""
    typed = EventForm("2025-02-12", "A ban", "", "au; NZ au")
    assert typed.faults == {}
    assert typed.event == Event(
        day=date(2025, 2, 12), label="A ban", link="", countries=("AU", "NZ")
    )
    assert EventForm.of(typed.event) == EventForm("2025-02-12", "A ban", "", "AU, NZ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "tomorrow"),
        ("day", "2025-02-30"),
        ("day", "0001-01-01"),
        ("label", ""),
        ("label", "x" * 121),
        ("label", "two\nlines"),
        ("label", "turned \u202e round"),
        ("link", "javascript:alert(1)"),
        ("link", "//evil.example/x"),
        ("link", "https://"),
        ("link", "http://[x/"),
        ("link", "https://a.example/ b"),
        ("link", "https://a.example/" + "x" * 500),
        ("countries", "Australia"),
        ("countries", "XX"),
        ("countries", "AU, <b>"),
    ],
)
def test_what_cannot_be_an_event_is_refused_at_its_field(field, value):
    """One fault, and it stands where it can be mended."""
    typed = EventForm(**{"day": "2025-02-12", "label": "A ban", field: value})
    assert list(typed.faults) == [field]


# --- the page -------------------------------------------------------------------------------------


def opened(url: str, **environment: str) -> TestClient:
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url, **environment})
    return TestClient(create_app(settings, lambda: NOW), base_url=HERE)


@pytest.fixture
def client(newsroom_url: str) -> Iterator[TestClient]:
    with opened(newsroom_url) as found:
        yield found


def test_an_event_added_on_the_page_is_drawn_on_every_chart(client):
    """Numbered after the file's; pages that a browser held are sent anew."""
    before = client.get("/t/deepseek/")
    answer = sent(client, PAGE, PAGE, TYPED)
    assert answer.status_code == 303
    after = client.get("/t/deepseek/", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    for page in ("/t/deepseek/", "/t/deepseek/frame/economic"):
        assert f"<title>6: {BAN.label}</title>" in client.get(page).text
    assert f"<title>6: {BAN.label}" not in client.get("/t/deepseek/?country=GB").text
    assert BAN.label not in client.get(f"{PAGE}?asof=2025-03-01").text


def test_an_event_is_changed_and_removed_on_the_page(client):
    """The form comes filled in."""
    sent(client, PAGE, PAGE, TYPED)
    form = client.get(f"{PAGE}?edit=1").text
    assert f'value="{BAN.label}"' in form
    assert 'value="AU, NZ"' in form
    changed = sent(client, PAGE, f"{PAGE}/1", {**TYPED, "label": "A court lifts the ban"})
    assert changed.status_code == 303
    assert "A court lifts the ban" in client.get(PAGE).text
    assert sent(client, PAGE, f"{PAGE}/1/remove", {}).status_code == 303
    assert "A court lifts the ban" not in client.get(PAGE).text
    assert sent(client, PAGE, f"{PAGE}/1/remove", {}).status_code == 404
    assert client.get(f"{PAGE}?edit=1").status_code == 404


def test_a_fault_keeps_what_was_typed(client):
    """And says what to write instead."""
    answer = sent(client, PAGE, PAGE, {**TYPED, "link": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert 'value="javascript:alert(1)"' in answer.text
    assert "begins with https://" in answer.text
    assert 'href="javascript' not in answer.text
    assert BAN.label not in client.get(PAGE).text


def test_hostile_words_stay_words(client):
    """In the table, the drawing and the list beside it."""
    label = "</title><script>alert(1)</script>"
    assert sent(client, PAGE, PAGE, {**TYPED, "label": label}).status_code == 303
    for page in (PAGE, "/t/deepseek/", "/t/deepseek/frame/economic"):
        html = client.get(page).text
        assert "&lt;script&gt;alert(1)" in html
        assert scripts_of_others(html) == []


def test_only_analysts_add_and_a_form_needs_its_token(newsroom_url):
    """A viewer sees no form; a forged one changes nothing."""
    store = open_store(newsroom_url)
    for role in Role:
        accounts.add(store, role.word, role, PASSWORD, NOW)
    store.dispose()
    with opened(newsroom_url, FRAMEWATCH_SIGN_IN="on") as client:
        signed_in(client, "viewer", PASSWORD)
        assert "Add an event" not in client.get(PAGE).text
        assert sent(client, "/account", PAGE, TYPED).status_code == 403
    with opened(newsroom_url, FRAMEWATCH_SIGN_IN="on") as client:
        signed_in(client, "analyst", PASSWORD)
        headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
        assert client.post(PAGE, data=TYPED, headers=headers).status_code == 403
        assert sent(client, PAGE, PAGE, TYPED).status_code == 303
        assert "analyst, 12 Mar 2025" in client.get(PAGE).text
