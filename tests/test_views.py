"""Saved views: a page with its filters under a name, for everybody, and nowhere else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from db import views
from db.session import open_store
from framewatch import accounts
from framewatch.people import Role
from framewatch.settings import Settings
from tests.forms import HERE, scripts_of_others, sent, signed_in
from tests.newsroom_store import NOW, TOPIC

PAGE = "/t/deepseek/views"
PASSWORD = "correct horse battery"


def test_a_view_is_kept_replaced_and_removed(store):
    """One of a name for each author."""
    with store.begin() as connection:
        views.save_view(connection, TOPIC, "Week", "frame/economic", ("ada", NOW))
        views.save_view(connection, TOPIC, "Week", "articles", ("bob", NOW))
        later = "ada", NOW + timedelta(days=1)
        views.save_view(connection, TOPIC, "Week", "compare?dim=host", later)
    found = views.saved_views(store, TOPIC)
    assert [(v.author, v.address) for v in found] == [
        ("ada", "compare?dim=host"),
        ("bob", "articles"),
    ]
    assert views.saved_views(store, "other") == ()
    with store.begin() as connection:
        assert not views.remove_view(connection, TOPIC, found[0].id, "bob")
        assert views.remove_view(connection, TOPIC, found[0].id, "ada")
        assert views.remove_view(connection, TOPIC, found[1].id, None)
    assert views.saved_views(store, TOPIC) == ()


def opened(url: str, **environment: str) -> TestClient:
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url, **environment})
    return TestClient(create_app(settings, lambda: NOW), base_url=HERE)


@pytest.fixture
def client(newsroom_url: str) -> Iterator[TestClient]:
    with opened(newsroom_url) as found:
        yield found


def test_a_saved_view_leads_back_to_its_page_and_filters(client):
    """The menu of every page has it, without a restart; browsers get the new page."""
    before = client.get("/t/deepseek/articles")
    query = "?host=harbour&from=2025-02-01"
    answer = sent(client, PAGE, f"{PAGE}{query}", {"name": " Harbour  alone", "of": "articles"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/t/deepseek/articles{query}"
    after = client.get("/t/deepseek/articles", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    link = '<a href="/t/deepseek/articles?host=harbour&amp;from=2025-02-01">Harbour alone</a>'
    assert link in after.text
    assert link in client.get("/t/deepseek/method").text


def test_every_page_says_where_it_can_be_saved(client):
    """With all its filters, also those that other pages do not have."""
    html = client.get("/t/deepseek/articles?frame=economic&voice=quoted").text
    assert 'href="/t/deepseek/views?frame=economic&amp;voice=quoted&amp;of=articles"' in html
    form = client.get("/t/deepseek/views?frame=economic&voice=quoted&of=articles").text
    assert "<code>frame=economic&amp;voice=quoted</code>" in form


@pytest.mark.parametrize(
    "of", ["//evil.example", "https://evil.example", "../../x", "nope", "frame/a/b", "frame/.."]
)
def test_only_pages_of_the_topic_can_be_saved(client, of):
    """A saved view never leads elsewhere."""
    assert client.get(PAGE, params={"of": of}).status_code == 404
    assert sent(client, PAGE, PAGE, {"name": "x", "of": of}).status_code == 404
    assert "evil" not in client.get(PAGE).text


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_view_needs_a_name_that_fits_the_menu(client, name):
    """Else the form comes back and says so."""
    answer = sent(client, PAGE, PAGE, {"name": name, "of": "articles"})
    assert answer.status_code == 422
    assert "Give it a name of 1 to 80 characters." in answer.text


def test_a_hostile_name_is_a_name(client):
    """In the menu of every page."""
    sent(client, PAGE, PAGE, {"name": '"><script>alert(1)</script>', "of": ""})
    for page in (PAGE, "/t/deepseek/"):
        html = client.get(page).text
        assert "&lt;script&gt;alert(1)" in html
        assert scripts_of_others(html) == []


def test_a_view_is_removed_by_its_author_or_an_operator(newsroom_url):
    """Another analyst neither sees the button nor can send the form."""
    store = open_store(newsroom_url)
    for name, role in (("ada", Role.ANALYST), ("bob", Role.ANALYST), ("olga", Role.OPERATOR)):
        accounts.add(store, name, role, PASSWORD, NOW)
    accounts.add(store, "vic", Role.VIEWER, PASSWORD, NOW)

    def as_(name: str) -> TestClient:
        client = opened(newsroom_url, FRAMEWATCH_SIGN_IN="on")
        signed_in(client, name, PASSWORD)
        return client

    ada, bob, olga, vic = map(as_, ("ada", "bob", "olga", "vic"))
    for name in ("one", "two"):
        assert sent(ada, PAGE, PAGE, {"name": name, "of": "articles"}).status_code == 303
    one, two = (view.id for view in views.saved_views(store, TOPIC))
    assert "Remove the view one" in ada.get(PAGE).text
    assert "Remove the view one" not in bob.get(PAGE).text
    assert sent(bob, PAGE, f"{PAGE}/{one}/remove", {}).status_code == 404
    assert sent(ada, PAGE, f"{PAGE}/{one}/remove", {}).status_code == 303
    assert sent(olga, PAGE, f"{PAGE}/{two}/remove", {}).status_code == 303
    assert views.saved_views(store, TOPIC) == ()
    assert "Save it" not in vic.get(PAGE).text
    assert sent(vic, "/account", PAGE, {"name": "x", "of": ""}).status_code == 403
    for client in (ada, bob, olga, vic):
        client.close()
    store.dispose()
