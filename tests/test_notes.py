"""Notes that a label is wrong: kept, shown, and kept out of every figure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from db import coded
from db.notes import notes, save_note
from db.queries import Filters
from framewatch.settings import Settings
from tests.coded_store import FRAME, Told, fill
from tests.forms import HERE, sent
from tests.newsroom_store import DESKS, NOW, TODAY, TOPIC, Draft
from tests.newsroom_store import fill as newsroom
from tests.test_coded import unit
from tests.trusted_store import DRAWN

ALL = Filters(topic=TOPIC)
LATER = NOW + timedelta(days=1)
PAGE = "/t/deepseek/article/1"


@pytest.fixture
def read(store):
    """Two articles that a machine has read."""
    with store.begin() as connection:
        fill(connection, [Told(frames=(FRAME,)), Told(outlet="wire")])
    return store


def noted(store, one):
    with store.begin() as connection:
        save_note(connection, TOPIC, one)


def test_no_figure_rests_on_a_note(read):
    """Who looks for errors finds errors: as a sample they would be all there is."""
    noted(read, unit(1, present=False, note="It is about sport."))
    assert coded.judged(read, ALL, FRAME) == ()
    assert coded.answers(read, TOPIC) == {}
    assert coded.coded_counts(read, TOPIC) == ()
    (found,) = notes(read, 1, "t1")
    assert (found.frame, found.coder, found.present) == (FRAME, "ada", False)
    assert found.note == "It is about sport."
    assert notes(read, 1, "another text") == ()


def test_a_second_note_of_the_same_analyst_replaces_the_first(read):
    """Another's stands beside it."""
    noted(read, unit(1, present=False, note="no"))
    noted(read, unit(1, "bob", present=False))
    noted(read, unit(1, present=True, note="yes, after all", coded_at=LATER))
    found = notes(read, 1, "t1")
    assert [(n.coder, n.present) for n in found] == [("ada", True), ("bob", False)]


def test_a_coder_who_was_asked_about_the_article_revises_the_answer(read):
    """It stays in its sample, with its weight."""
    drawn = unit(1, present=True, sample=DRAWN, weight=4.0, stratum="a")
    with read.begin() as connection:
        coded.save_units(connection, TOPIC, [drawn])
    noted(read, unit(1, present=False, coded_at=LATER))
    (found,) = coded.judged(read, ALL, FRAME)
    assert (found.human, found.sample, found.weight, found.stratum) == (False, DRAWN, 4.0, "a")
    assert notes(read, 1, "t1") == ()


def test_an_article_that_is_drawn_later_counts_then(read):
    """The import of the sample takes the note's place."""
    noted(read, unit(1, present=False))
    drawn = replace(unit(1, present=True, sample=DRAWN), coded_at=LATER)
    with read.begin() as connection:
        assert coded.save_units(connection, TOPIC, [drawn]) == {"revised": 1}
    (found,) = coded.judged(read, ALL, FRAME)
    assert found.human


@pytest.fixture
def client(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    newsroom(url, (Draft(desk=DESKS[1], day=TODAY, title="A ban", frames=("conflict",)),)).dispose()
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    with TestClient(create_app(settings, lambda: NOW), base_url=HERE) as found:
        yield found


def text_of(client) -> str:
    return client.get(PAGE).text.split('name="text" value="')[1].split('"')[0]


def test_a_note_is_written_on_the_articles_page_and_stands_there(client):
    """Hostile words stay words; the page that a browser held is sent anew."""
    before = client.get(PAGE)
    said = {"frame": "conflict", "present": "no", "note": "<b>Not</b> a conflict"}
    answer = sent(client, PAGE, f"{PAGE}/note", {**said, "text": text_of(client)})
    assert answer.status_code == 303
    after = client.get(PAGE, headers={"if-none-match": before.headers["etag"]})
    assert "Conflict: <strong>absent</strong>, “&lt;b&gt;Not&lt;/b&gt; a conflict”" in after.text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"text": "of another text"}, 409),
        ({"frame": "nope"}, 400),
        ({"present": "perhaps"}, 400),
        ({"note": "x" * 501}, 400),
    ],
)
def test_a_note_that_cannot_be_kept_says_why(client, changed, status):
    """Nothing is stored."""
    said = {"frame": "conflict", "present": "no", "note": "", "text": text_of(client)}
    assert sent(client, PAGE, f"{PAGE}/note", said | changed).status_code == status
    assert "<strong>absent</strong>" not in client.get(PAGE).text
