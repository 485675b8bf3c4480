"""The guided start: six plain pages that lead from one to the next."""

import re

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.choice import TOUR_STEPS, Choice
from dashboard.tour import STEPS
from framewatch.settings import Settings
from tests.forms import HERE
from tests.made_once import migrate
from tests.newsroom_store import NOW, fill


def opened(url: str) -> TestClient:
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    return TestClient(create_app(settings, lambda: NOW), base_url=HERE)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    fill(url).dispose()
    with opened(url) as found:
        yield found


def following(html: str) -> str:
    found = re.search(r'<a href="([^"]+)"><strong>Next: ', html)
    return found[1].replace("&amp;", "&") if found else ""


def test_the_tour_is_offered_on_the_sample_and_on_every_page(client):
    """At the top of the overview, and in the footer."""
    assert "Take the two-minute tour" in client.get("/t/deepseek/").text
    assert 'href="/t/deepseek/?tour=1">Guided start' in client.get("/t/deepseek/method").text


def test_each_step_leads_to_the_next_and_the_last_to_the_overview(client):
    """Through pages that there are."""
    address, seen = "/t/deepseek/?tour=1", []
    while address:
        page, _, place = address.partition("#")
        answer = client.get(page)
        assert answer.status_code == 200
        html = answer.text
        seen.append(re.search(r"<h2>(\d) of 6: ([^<]+)</h2>", html).groups())
        if place:
            assert f'id="{place}"' in html
        address = following(html)
    assert seen == [(str(n), name) for n, (name, _) in enumerate(STEPS, start=1)]
    assert len(seen) == TOUR_STEPS


def test_the_fourth_step_is_a_sentence_in_its_place(client):
    """The newest that speaks for the first frame."""
    address = following(client.get("/t/deepseek/frame/conflict?tour=3").text)
    assert re.fullmatch(r"/t/deepseek/article/\d+\?tour=4#e\d+", address)


def test_other_links_leave_the_tour(client):
    """So that a filter does not drag it along."""
    html = client.get("/t/deepseek/?tour=1").text
    main = html[html.index('id="frames-title"') :].split("<footer>")[0]
    assert "tour=" not in main
    assert Choice.parse({"tour": "2", "host": "x"}).shared.query == "?host=x"


def test_a_step_that_there_is_not_is_refused(client):
    """With how many there are."""
    answer = client.get("/t/deepseek/?tour=7")
    assert answer.status_code == 400
    assert "the guided start has 6 steps" in answer.text


def test_an_empty_store_has_no_step_that_breaks(tmp_path):
    """Without articles the fourth step is the list."""
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    with opened(url) as client:
        html = client.get("/t/deepseek/method?tour=5").text
        assert 'href="/t/deepseek/articles?tour=4"' in html
        assert "Nothing collected yet" in client.get("/t/deepseek/?tour=1").text
