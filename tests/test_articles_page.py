"""The list of articles and an article: what stands behind a number, and the words themselves."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.evidence import TONE, marked, shown
from dashboard.excerpt import passages
from db import facets, listing
from db.listing import Behind
from db.publish import publish
from db.queries import Filters
from db.session import Store, open_store
from db.tables import ArticleRow, EvidenceRow, FrameScoreRow, ReadingRow
from db.upsert import table_of
from framewatch.settings import Settings
from framewatch.story import CountBy, Evidence, Voice
from tests.coded_store import FRAME, Told
from tests.coded_store import fill as told
from tests.forms import HERE
from tests.newsroom_store import DESKS, NOW, TODAY, TOPIC, Draft, fill, newsroom

pytest_plugins = ("tests.files_store",)

LIST = "/t/deepseek/articles"
ALL = Filters(topic=TOPIC)
READ = [d for d in newsroom() if d.day and d.desk.language == "en" and d.extra.get("complete", 1)]


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[TestClient]:
    with opened(url) as found:
        yield found


def opened(url: str) -> TestClient:
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    return TestClient(create_app(settings, lambda: NOW), base_url=HERE)


def ids(store: Store, behind: Behind, filters: Filters = ALL) -> set[int]:
    return {line.id for line in listing.articles(store, filters, behind, limit=1000).lines}


def number(html: str) -> int:
    return int(re.search(r"<strong>([\d,]+) articles?", html)[1].replace(",", ""))


def counts(html: str) -> dict[str, int]:
    """What the facets say, by name."""
    found = re.findall(r"<span>([^<]+)</span> <span class=\"count\">([\d,]+)</span>", html)
    return {name.removeprefix("✻ "): int(count.replace(",", "")) for name, count in found}


# --- what stands behind a number ------------------------------------------------------------------


@pytest.fixture
def voices(store: Store) -> Store:
    """One article for each way in which a frame and a target can be there."""
    with store.begin() as connection:
        told(
            connection,
            [
                Told(frames=(FRAME,), voice="outlet"),
                Told(frames=(FRAME,), voice="quoted"),
                Told(frames=(), tones={"china": 0.5}),
                Told(frames=("conflict",), voice="quoted", tones={"china": -0.5}),
            ],
        )
        spoken = {"reading_id": 5, "kind": "target", "about": "china", "start": 0, "end": 4}
        values = {**spoken, "score": 0.9, "voice": "quoted", "speaker": "Mei"}
        connection.execute(insert(table_of(EvidenceRow)).values(values))
        publish(connection, TOPIC, NOW)
    return store


def test_the_articles_behind_a_frame_a_target_and_a_voice(voices):
    """A voice alone is that of any frame that the article carries."""
    assert ids(voices, Behind(frame=FRAME)) == {1, 2}
    assert ids(voices, Behind(frame=FRAME, voice=Voice.OUTLET)) == {1}
    assert ids(voices, Behind(frame=FRAME, voice=Voice.QUOTED)) == {2}
    assert ids(voices, Behind(voice=Voice.QUOTED)) == {2, 4}
    assert ids(voices, Behind(target="china")) == {3, 4}
    assert ids(voices, Behind(target="china", voice=Voice.QUOTED)) == {3}
    assert ids(voices, Behind(frame="conflict", target="china")) == {4}
    assert ids(voices, Behind(frame=FRAME, target="china")) == set()
    for by in CountBy:
        assert ids(voices, Behind(target="china"), Filters(topic=TOPIC, count_by=by)) == {3, 4}


def test_an_absent_frame_stands_behind_no_number_whatever_its_evidence(voices):
    """Evidence below the threshold is kept, and counts nowhere."""
    scores = table_of(FrameScoreRow)
    with voices.begin() as connection:
        mine = scores.c.reading_id == 3, scores.c.frame == FRAME
        connection.execute(update(scores).where(*mine).values(present=False))
    assert ids(voices, Behind(frame=FRAME)) == {1}
    assert ids(voices, Behind(voice=Voice.QUOTED)) == {4}


def test_the_number_is_counted_no_further_than_asked(voices):
    """Each article is looked up."""
    assert listing.count(voices, ALL, Behind(voice=Voice.QUOTED), 10) == 2
    assert listing.count(voices, ALL, Behind(voice=Voice.QUOTED), 1) == 1
    assert listing.count(voices, ALL, Behind(), 10) == 4


def test_each_line_has_the_sentence_that_was_asked_for(url):
    """Its best for that frame, or in that voice."""
    store = open_store(url, read_only=True)
    for behind in (Behind(frame="morality"), Behind(voice=Voice.QUOTED)):
        lines = listing.articles(store, ALL, behind).lines
        assert lines
        assert {line.evidence.about for line in lines} == {"morality"}
        assert all(line.sentence.startswith("It is simply wrong") for line in lines)
    store.dispose()


# --- by what it can be narrowed -------------------------------------------------------------------


def test_facets_count_what_each_step_would_leave(client):
    """Checked by taking the step."""
    html = client.get(f"{LIST}?country=AU").text
    found = counts(html)
    for name, query in (
        ("The Harbour Courier", "host=harbour"),
        ("Conflict", "frame=conflict"),
        ("China", "target=china"),
    ):
        assert found[name] == number(client.get(f"{LIST}?country=AU&{query}").text)
    assert found["United Kingdom"] == number(client.get(f"{LIST}?country=GB").text)
    assert "Meridian Wire" not in found


def test_frames_and_days_narrow_the_counts_too(client):
    """The first and last day cut weeks and months."""
    days = "from=2025-01-08&to=2025-01-22"
    drafts = [d for d in READ if "2025-01-08" <= str(d.day) <= "2025-01-22"]
    carried = Counter(frame for draft in drafts for frame in draft.frames)
    found = counts(client.get(f"{LIST}?{days}").text)
    assert found["Economic consequences"] == carried["economic"]
    assert found["Morality"] == carried["morality"]


def test_cells_are_those_of_the_drafts(url):
    """Whole months from roll-ups, the other days from days."""
    store = open_store(url, read_only=True)
    every = [draft for draft in newsroom() if draft.day]
    for filters in (ALL, Filters(topic=TOPIC, first=READ[3].day, last=TODAY)):
        kept = [d for d in every if filters.first is None or d.day >= filters.first]
        found = Counter()
        for cell in facets.cells(store, filters):
            found[cell.host] += cell.articles
        assert found == Counter(draft.desk.host for draft in kept)
    store.dispose()


def test_a_chosen_step_leads_back(client):
    """It says that it is chosen, and its link leaves it out."""
    html = client.get(f"{LIST}?frame=conflict&host=harbour").text
    (back,) = re.findall(r'<a href="([^"]+)" aria-current="true"><span>Conflict', html)
    assert back == "/t/deepseek/articles?host=harbour"


@pytest.mark.parametrize("query", ["target=nobody", "frame=nope"])
def test_an_unknown_code_is_not_found(client, query):
    """And not an empty list."""
    assert client.get(f"{LIST}?{query}").status_code == 404


def test_an_unknown_voice_is_refused(client):
    """With those that there are."""
    answer = client.get(f"{LIST}?voice=loud")
    assert answer.status_code == 400
    assert "outlet, quoted" in answer.text


# --- evidence -------------------------------------------------------------------------------------


def evidence(about: str, start: int, end: int, kind: str = "frame") -> Evidence:
    return Evidence(about=about, kind=kind, start=start, end=end, score=0.9)


def test_a_sentence_has_one_anchor_however_often_it_is_cut():
    """Two overlapping pieces of evidence, in two passages' worth of cuts."""
    text = "One sentence here. Another one there."
    found = (evidence("a", 0, 18), evidence("b", 4, 37), evidence("china", 0, 18, "target"))
    (passage,) = marked(passages(text, found, whole=True))
    anchors = [anchor for mark in passage for anchor in mark.anchors]
    assert anchors == ["e0", "e4"]
    assert "".join(mark.text for mark in passage) == text


def test_evidence_is_shown_for_one_frame_or_for_tone():
    """Nothing asked: all."""
    found = (evidence("a", 0, 5), evidence("b", 6, 9), evidence("a", 6, 9, "target"))
    assert shown(found, "") == found
    assert shown(found, "a") == found[:1]
    assert shown(found, TONE) == found[2:]


def test_an_articles_evidence_is_toggled_by_frame_and_linked_sentence_by_sentence(client):
    """By links: without JavaScript."""
    listed = client.get(f"{LIST}?frame=conflict").text
    page, place = re.search(r'class="anchor" lang="en" href="([^"#]+)#(e\d+)"', listed).groups()
    html = client.get(page).text
    assert f'id="{place}"' in html
    assert f'href="#{place}"' in html
    one = client.get(f"{page}?show=conflict").text
    assert one.count("<mark") == 1
    assert 'aria-current="true">Conflict' in one
    assert client.get(f"{page}?show=nope").status_code == 404


def test_a_changed_text_shows_no_sentence_and_says_that_evidence_is_broken(tmp_path):
    """In the list and on its page: offsets would point at other words."""
    url = f"sqlite:///{tmp_path}/store.db"
    store = fill(url, (Draft(desk=DESKS[1], day=TODAY, title="A ban", frames=("conflict",)),))
    articles = table_of(ArticleRow)
    with store.begin() as connection:
        connection.execute(update(articles).values(text="Somebody wrote other words here."))
    with opened(url) as client:
        listed, page = client.get(LIST).text, client.get("/t/deepseek/article/1").text
    store.dispose()
    for html in (listed, page):
        assert "Evidence broken" in html
        assert "Somebody wrote" not in html
        assert "<mark" not in html


def test_a_publisher_who_reserves_its_rights_is_not_quoted_in_the_list(tmp_path):
    """The list says why."""
    url = f"sqlite:///{tmp_path}/store.db"
    draft = Draft(desk=DESKS[1], day=TODAY, title="A ban", frames=("conflict",))
    store = fill(url, (draft,))
    articles = table_of(ArticleRow)
    with store.begin() as connection:
        connection.execute(update(articles).values(rights="tdm-reservation: 1"))
    with opened(url) as client:
        html = client.get(LIST).text
    store.dispose()
    assert "traded accusations" not in html
    assert "reserves its rights (tdm-reservation: 1)" in html


def test_all_readings_of_an_article_are_listed_the_one_in_force_first(tmp_path):
    """An older model's, and one of an earlier text."""
    url = f"sqlite:///{tmp_path}/store.db"
    store = fill(url, (Draft(desk=DESKS[1], day=TODAY, title="A ban", frames=("conflict",)),))
    readings = table_of(ReadingRow)
    with store.begin() as connection:
        first = dict(connection.execute(select(readings)).mappings().one())
        newer = first | {"id": 2, "revision": "r2", "model": "newer-frames"}
        connection.execute(insert(readings).values(newer))
    with opened(url) as client:
        html = client.get("/t/deepseek/article/1").text
    store.dispose()
    part = html[html.index('id="readings-title"') :]
    assert part.index("newer-frames") < part.index("In force") < part.index("minilm-frames")
    assert "Conflict 0.58" in part
