"""The dashboard's pages: what they say, what they refuse, what they never let through."""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.choice import Choice, ChoiceError
from dashboard.excerpt import LIMIT, passages
from dashboard.sheets import Column, Sheet
from db import listing
from db.publish import publish
from db.queries import Filters
from db.session import open_store
from db.tables import ArticleRow, ArticleVersionRow, RepublicationRow
from framewatch.settings import ROOT, Settings
from framewatch.story import Evidence, Voice
from scrapers.identify import signature
from tests.files_store import reader_of, rows_of
from tests.forms import scripts_of_others
from tests.made_once import migrate
from tests.newsroom_store import DESKS, NOW, TODAY, TOPIC, Draft, fill, newsroom, put

pytest_plugins = ("tests.files_store",)

PAGES = ("", "frame/economic", "articles", "article/1", "method")
DATED = [draft for draft in newsroom() if draft.day]


def article_id(url: str, title: str) -> int:
    engine = open_store(url, read_only=True)
    lines = listing.articles(engine, Filters(topic=TOPIC), limit=1000).lines
    engine.dispose()
    return next(line.id for line in lines if title in line.title)


# --- addresses ------------------------------------------------------------------------------------


def test_the_only_topic_is_the_front_page(browser):
    """One topic: no list to choose from."""
    assert str(browser.get("/").url) == "http://127.0.0.1/t/deepseek/"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_stands(browser, page):
    """With its landmarks, a skip link and one heading."""
    answer = browser.get(f"/t/deepseek/{page}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert 'href="#main"' in answer.text
    assert '<main id="main"' in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/t/nope/",
        "/t/deepseek/frame/nope",
        "/t/deepseek/articles?frame=nope",
        "/t/deepseek/article/999999",
        "/t/deepseek/article/99999999999999999999",
        "/t/deepseek/article/one",
        "/t/deepseek/export/nope.csv",
        "/t/deepseek/export/frame-nope.csv",
        "/t/deepseek/export/tone-nope.csv",
    ],
)
def test_what_does_not_exist_is_not_found(browser, address):
    """As a page with a way back, not a bare message."""
    answer = browser.get(address)
    assert answer.status_code == 404
    assert "To the overview" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=2025-02-30",
        "from=2025-03-01&to=2025-02-01",
        "from=0001-01-01",
        "by=year",
        "count=twice",
        "by=day&from=1990-01-01",
        "older=1_2_3",
        "older=2025-01-01_2025-01-01T00:00:00_5",
        "host=" + "x" * 300,
    ],
)
def test_what_cannot_be_shown_is_refused_and_explained(browser, query):
    """Status 400: never a fault of the server, never a page of something else."""
    page = "articles" if query.startswith("older") else ""
    answer = browser.get(f"/t/deepseek/{page}?{query}")
    assert answer.status_code == 400
    assert "That view cannot be shown" in answer.text


def test_a_form_with_empty_fields_leads_to_the_short_address(browser):
    """So that shared links say what was chosen and no more."""
    answer = browser.get("/t/deepseek/?country=&host=harbour&from=&to=&by=week")
    assert str(answer.url) == "http://127.0.0.1/t/deepseek/?host=harbour&by=week"


@pytest.mark.parametrize("page", [*PAGES, "compare", "sentiment", "coverage", "events", "runs"])
def test_no_id_stands_twice(browser, page):
    """Tables are found by their ids, and so are parts of a page by links."""
    html = browser.get(f"/t/deepseek/{page}").text
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


def test_a_page_for_a_script_has_no_tables_and_another_tag(browser):
    """Caches are told what it depends on; asked without a script it is whole."""
    lean = browser.get("/t/deepseek/?by=week", headers={"hx-request": "true", "hx-boosted": "true"})
    whole = browser.get("/t/deepseek/?by=week", headers={"hx-request": "true"})
    left_out = whole.text.count("<tbody>") - lean.text.count("<tbody>")
    assert whole.text == browser.get("/t/deepseek/?by=week").text
    assert lean.headers["etag"] != whole.headers["etag"]
    assert "hx-boosted" in lean.headers["vary"].lower()
    assert left_out == lean.text.count("hx-trigger") == whole.text.count("<details id=") > 5


def test_a_script_gets_the_same_answer_at_once_and_the_short_address_beside_it(browser):
    """One request in place of two; who has the answer gets 304 with the address, too."""
    asked = "/t/deepseek/?country=&host=harbour&from=&to=&by=week"
    answer = browser.get(asked, headers={"hx-request": "true"}, follow_redirects=False)
    assert answer.status_code == 200
    assert answer.headers["hx-push-url"] == "/t/deepseek/?host=harbour&by=week"
    assert answer.text == browser.get("/t/deepseek/?host=harbour&by=week").text
    known = {"hx-request": "true", "if-none-match": answer.headers["etag"]}
    again = browser.get(asked, headers=known, follow_redirects=False)
    assert again.status_code == 304
    assert again.headers["hx-push-url"] == "/t/deepseek/?host=harbour&by=week"


def test_a_deep_link_restores_every_filter(browser):
    """Each control shows what the address says."""
    query = "?frame=economic&country=AU&host=acri&language=en&from=2025-01-10&to=2025-03-01"
    html = browser.get(f"/t/deepseek/articles{query}").text
    chosen = re.findall(r'<option value="([^"]+)" selected', html)
    assert chosen == ["economic", "AU", "acri", "en"]
    assert 'name="from" value="2025-01-10"' in html
    assert 'name="to" value="2025-03-01"' in html


def test_links_keep_the_filters(browser):
    """From the overview to a frame, to the articles, to a file."""
    html = browser.get("/t/deepseek/?host=harbour&by=month").text
    for page in ("frame/conflict", "articles", "export/coverage.csv"):
        assert f'href="/t/deepseek/{page}?host=harbour&amp;by=month"' in html


def test_behind_a_proxy_every_link_begins_with_its_path(url):
    """The server is told its root path."""
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    with TestClient(
        create_app(settings, lambda: NOW), root_path="/news", base_url="http://127.0.0.1"
    ) as client:
        html = client.get("/news/t/deepseek/").text
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', html)
    assert links
    assert all(link.startswith("/news/") for link in links)


def test_a_choice_survives_its_address():
    """Parse, write, parse."""
    place = "older=2025-01-09_2025-01-09T01%3A02%3A03Z_7"
    query = f"country=AU&host=a+b%26c&from=2025-01-10&by=week&{place}"
    choice = Choice.parse(dict(parse_qsl(query)))
    assert choice.host == "a b&c"
    assert choice.query == f"?{query}"
    assert choice.but(country="").query == "?host=a+b%26c&from=2025-01-10&by=week"


def test_a_null_byte_is_refused():
    """PostgreSQL would fail on it."""
    with pytest.raises(ChoiceError):
        Choice.parse({"host": "a\x00"})


# --- caching --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [*PAGES, "export/frame-conflict.csv"])
def test_an_unchanged_page_is_not_sent_again(browser, page):
    """The same tag, no body."""
    first = browser.get(f"/t/deepseek/{page}")
    again = browser.get(f"/t/deepseek/{page}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_other_filters_are_another_page(browser):
    """One tag per address."""
    tags = {browser.get(f"/t/deepseek/?{q}").headers["etag"] for q in ("", "by=day", "by=month")}
    assert len(tags) == 3


def test_new_data_and_a_new_day_are_a_new_page(tmp_path):
    """Without a restart."""
    url = f"sqlite:///{tmp_path}/store.db"
    engine = fill(url)
    clock = [NOW]
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    with TestClient(create_app(settings, lambda: clock[0]), base_url="http://127.0.0.1") as client:
        before = client.get("/t/deepseek/")
        with engine.begin() as connection:
            put(connection, Draft(desk=DESKS[0], day=TODAY, title="News"), 5000)
            publish(connection, TOPIC, NOW)
        tag = {"if-none-match": before.headers["etag"]}
        after = client.get("/t/deepseek/", headers=tag)
        assert after.status_code == 200
        assert "186 articles" in after.text
        clock[0] = NOW + timedelta(days=1)
        tag = {"if-none-match": after.headers["etag"]}
        assert client.get("/t/deepseek/", headers=tag).status_code == 200
    engine.dispose()


# --- safety ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [*PAGES, "nope", "export/outlets.csv"])
def test_every_answer_carries_the_policy(browser, page):
    """Also faults and files."""
    headers = browser.get(f"/t/deepseek/{page}").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_what_the_policy_forbids(browser, page):
    """No script but our files, no inline style, nothing from elsewhere."""
    html = browser.get(f"/t/deepseek/{page}").text
    assert scripts_of_others(html) == []
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    assert not re.search(r'(?:src|action)="https?:', html)


def test_a_hostile_title_is_text(browser, url):
    """In the list, and as the page of its own."""
    number = article_id(url, "<script>")
    for page in ("articles", f"article/{number}"):
        html = browser.get(f"/t/deepseek/{page}").text
        assert "&lt;script&gt;alert(" in html
        assert scripts_of_others(html) == []


def test_only_web_addresses_are_links(tmp_path):
    """A javascript: address of a real article is not followed; https ones leave no referrer."""
    url = f"sqlite:///{tmp_path}/store.db"
    bad = Draft(desk=DESKS[1], day=TODAY, title="Bad", url="javascript:alert(1)")
    good = Draft(desk=DESKS[1], day=TODAY, title="Good", url="https://acri.example/good")
    fill(url, (bad, good)).dispose()
    with reader_of(url) as client:
        html = client.get(f"/t/deepseek/article/{article_id(url, 'Bad')}").text
        assert 'href="javascript' not in html
        assert "Read it at" not in html
        html = client.get(f"/t/deepseek/article/{article_id(url, 'Good')}").text
    assert '<a href="https://acri.example/good" rel="noopener noreferrer">' in html


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_is_text(cell):
    """Numbers of ours stay numbers, also negative ones."""
    sheet = Sheet("x", "X", (Column("a", "A"), Column("b", "B")), ((cell, -0.5),))
    header, row = csv.reader(sheet.csv(()).splitlines()[:1]), sheet.csv(()).split("\r\n", 1)[1]
    assert next(header) == ["a", "b"]
    assert row.lstrip('"').startswith("'")
    assert row.rstrip().endswith(",-0.5")


def test_a_hostile_outlet_is_inert_in_the_file(tmp_path):
    """An outlet that calls itself a formula."""
    url = f"sqlite:///{tmp_path}/store.db"
    desk = replace(DESKS[1], host="evil", name='=HYPERLINK("http://evil.example")')
    fill(url, (Draft(desk=desk, day=TODAY, title="x"),)).dispose()
    with reader_of(url) as client:
        (row,) = rows_of(client.get("/t/deepseek/export/outlets.csv").text)
    assert row["outlet"].startswith("'=HYPERLINK")


# --- what the pages say ---------------------------------------------------------------------------


def test_the_table_the_file_and_the_chart_have_the_same_numbers(browser):
    """One sheet behind all three."""
    rows = rows_of(browser.get("/t/deepseek/export/frame-economic.csv").text)
    html = browser.get("/t/deepseek/frame/economic").text
    first = rows[0]
    assert list(first) == [
        "start", "end", "numerator", "denominator", "share", "low", "high", "state",
    ]  # fmt: skip
    share = f"{float(first['share']):.0%}"
    ends = f"{float(first['low']):.0%}–{float(first['high']):.0%}".replace("%–", "–")
    assert f"Week of 6 Jan 2025: {share} ({ends}), {first['numerator']} of" in html
    assert f'<td class="share">{share}</td>' in html


def test_a_file_says_where_it_comes_from(browser):
    """Permalink, data version, model, fiction."""
    lines = browser.get("/t/deepseek/export/frame-conflict.csv?host=harbour").text.splitlines()
    remarks = [line for line in lines if line.startswith("#")]
    address = "http://127.0.0.1/t/deepseek/export/frame-conflict.csv?host=harbour"
    assert f"# permalink: {address}" in remarks
    assert any(line.startswith("# data version: 1 of 2025-03-12") for line in remarks)
    assert any("model: minilm-frames revision r1 (weights 53aa5117" in line for line in remarks)
    assert any("invented" in line for line in remarks)


def test_the_states_of_empty_weeks_are_told_apart(browser):
    """Nobody collected in the week of 3 February; nothing was published in that of the 17th."""
    rows = rows_of(browser.get("/t/deepseek/export/frame-conflict.csv").text)
    states = {row["start"]: row["state"] for row in rows}
    assert states["2025-02-03"] == "no collection"
    assert states["2025-02-17"] == "no coverage"
    assert states["2025-03-10"] == "enough, not over"
    assert [row["share"] for row in rows if row["start"] == "2025-02-03"] == [""]


def test_filters_change_the_numbers(browser):
    """Status line and file alike."""
    harbour = sum(draft.desk.host == "harbour" for draft in DATED)
    assert f"{len(DATED)} articles" in browser.get("/t/deepseek/").text
    assert f"<strong>{harbour} articles</strong>" in browser.get("/t/deepseek/?host=harbour").text
    rows = rows_of(browser.get("/t/deepseek/export/outlets.csv?host=harbour").text)
    assert [row["articles"] for row in rows] == [str(harbour)]


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_every_step_counts_the_same_articles(browser, by):
    """Nothing falls between buckets."""
    rows = rows_of(browser.get(f"/t/deepseek/export/coverage.csv?by={by}").text)
    assert sum(int(row["articles"]) for row in rows) == len(DATED)
    assert browser.get(f"/t/deepseek/?by={by}").status_code == 200


def test_tone_is_exported_by_target_and_by_week(browser):
    """Mean = sum / articles."""
    for name in ("tone", "tone-china"):
        for row in rows_of(browser.get(f"/t/deepseek/export/{name}.csv").text):
            if row["share"]:
                mean = float(row["numerator"]) / int(row["denominator"])
                assert mean == pytest.approx(float(row["share"]), abs=1e-5)


def test_fiction_is_named_wherever_it_is_shown(browser, url):
    """Banner, mark beside the outlet, and neither on a page of real articles only."""
    assert "Fictional sample." in browser.get("/t/deepseek/").text
    html = browser.get("/t/deepseek/articles?host=harbour").text
    assert html.count("✻ fictional</span>") >= 25
    real = browser.get("/t/deepseek/articles?host=acri").text
    assert "Fictional sample." not in real
    number = article_id(url, "What does a cheap model mean")
    assert "Fictional sample." not in browser.get(f"/t/deepseek/article/{number}").text


def test_an_article_shows_why_it_is_counted_and_where_it_came_from(browser, url):
    """Evidence in place, scores against thresholds, hashes, archive, first publisher."""
    number = article_id(url, "What does a cheap model mean")
    html = browser.get(f"/t/deepseek/article/{number}").text
    assert re.search(r'<mark class="f2" id="e\d+">Investors counted billions in losses', html)
    assert re.search(r'<mark class="f5" id="e\d+">The government should have acted', html)
    assert "0.65<span" in html
    assert "≥ 0.50" in html
    assert "53aa5117" + "0" * 56 in html
    assert "2025-03-12.warc.gz" in html
    assert "First published by Crikey on 4 Feb 2025" in html
    assert "originally published in Crikey" in html


def test_a_quoted_voice_is_named(browser, url):
    """Somebody else's framing is not the outlet's."""
    html = browser.get("/t/deepseek/articles?frame=morality").text
    assert "<cite>quoted: Mei Tan</cite>" in html
    number = re.search(r"/t/deepseek/article/(\d+)", html)[1]
    article = browser.get(f"/t/deepseek/article/{number}").text
    assert re.search(r'<mark class="f4 quoted" id="e\d+">It is simply wrong', article)
    assert "quoted: Mei Tan" in article


def test_a_publishers_text_is_not_shown_beyond_its_evidence(tmp_path):
    """An article without evidence shows none of it; a fictional one is shown whole."""
    url = f"sqlite:///{tmp_path}/store.db"
    real, made_up = (Draft(desk=d, day=TODAY, title=d.name) for d in (DESKS[1], DESKS[0]))
    fill(url, (real, made_up)).dispose()
    with reader_of(url) as client:
        closed = client.get(f"/t/deepseek/article/{article_id(url, DESKS[1].name)}").text
        whole = client.get(f"/t/deepseek/article/{article_id(url, DESKS[0].name)}").text
    assert "Nobody expects the question" not in closed
    assert "Nobody expects the question" in whole


def test_evidence_of_a_changed_text_is_marked_broken(tmp_path):
    """Its offsets would point at the wrong words."""
    url = f"sqlite:///{tmp_path}/store.db"
    engine = fill(url, (Draft(desk=DESKS[1], day=TODAY, title="Old", frames=("conflict",)),))
    text = "Another text altogether, long enough to hold the old offsets. " * 5
    values = {"text": text, "text_sha256": hashlib.sha256(f"Old\n\n{text}".encode()).hexdigest()}
    with engine.begin() as connection:
        connection.execute(update(ArticleRow).values(values))
    engine.dispose()
    with reader_of(url) as client:
        html = client.get("/t/deepseek/article/1").text
    assert "Evidence broken." in html
    assert "<mark" not in html
    assert "Another text" not in html


def test_older_and_newer_lead_through_the_whole_list(browser):
    """Every article once, with the filter kept."""
    seen, page = [], "/t/deepseek/articles?country=AU"
    while page:
        html = browser.get(page).text
        seen += re.findall(r'class="title"><a href="/t/deepseek/article/(\d+)', html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        page = older and older[1].replace("&amp;", "&")
    expected = sum(draft.desk.country == "AU" for draft in DATED)
    assert len(seen) == len(set(seen)) == expected


def test_the_method_page_tells_tiers_and_answers(browser):
    """Issue frames are not coded yet; five kinds of answer have a column each."""
    html = browser.get("/t/deepseek/method").text
    assert html.count("not coded yet") == html.count('class="tier"') == 9
    assert html.count("threshold 0.50") == 5
    for answer in ("Answered", "Empty", "Refused", "Unavailable", "Out of reach"):
        assert f">{answer}</th>" in html


def test_an_issue_frame_has_a_page_that_says_what_it_rests_on(browser):
    """And where nothing was read for it, that too: its chart is not made up."""
    html = browser.get("/t/deepseek/frame/technology_race").text
    assert "Experimental: learnt from a description" in html
    assert "No article chosen here is coded for this frame." in html
    assert "Experimental" not in browser.get("/t/deepseek/frame/economic").text


def test_a_trained_frame_has_its_precision_and_recall_beside_its_share(browser, newsroom_url):
    """On the page and in the API, as the model card has them; not where another encoder reads."""
    card = (ROOT / "models" / "MODEL_CARD.md").read_text(encoding="utf-8")
    n, _, precision, recall = re.search(
        r"^economic +(\d+)" + r" +([\d.]+)" * 3, card, re.M
    ).groups()
    said = f"{n} articles that people coded .*{float(precision):.0%} .*{float(recall):.0%} "
    assert re.search(said, browser.get("/t/deepseek/frame/economic").text)
    assert "(precision)" not in browser.get("/t/deepseek/frame/technology_race").text
    frames = {frame["code"]: frame for frame in browser.get("/api/v1/meta").json()["frames"]}
    assert frames["economic"]["precision"] == float(precision)
    assert frames["economic"]["recall"] == float(recall)
    assert frames["technology_race"]["recall"] is None
    with reader_of(newsroom_url, FRAMEWATCH_ENCODER="elsewhere") as other:
        assert "(precision)" not in other.get("/t/deepseek/frame/economic").text


def test_filters_that_leave_nothing_say_so(browser):
    """With a way back."""
    for page in ("", "articles", "frame/conflict"):
        html = browser.get(f"/t/deepseek/{page}?host=acri&country=GB").text
        assert "No article matches" in html


# --- an empty or missing store --------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "articles", "method"])
def test_an_empty_store_says_how_to_fill_it(tmp_path, page):
    """Not an empty chart."""
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    with reader_of(url) as client:
        answer = client.get(f"/t/deepseek/{page}")
    assert answer.status_code == 200
    if page != "method":
        assert "make demo" in answer.text
        assert "python -m framewatch collect" in answer.text


def test_an_empty_store_still_exports(tmp_path):
    """A header and one bucket: this week."""
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    with reader_of(url) as client:
        (row,) = rows_of(client.get("/t/deepseek/export/frame-conflict.csv").text)
    assert row["state"] == "no collection, not over"


def test_a_store_without_tables_is_a_page_that_says_what_to_do(tmp_path):
    """503, as health says too."""
    with reader_of(f"sqlite:///{tmp_path}/none.db") as client:
        page, health = client.get("/t/deepseek/"), client.get("/health")
    assert page.status_code == health.status_code == 503
    assert "python -m framewatch collect" in page.text
    assert health.json()["status"] == "store unavailable"


def test_health_tells_the_age_of_the_data(browser):
    """For whoever watches the watcher."""
    found = browser.get("/health").json()
    assert found["status"] == "ok"
    assert found["topics"]["deepseek"]["changed_at"] == NOW.isoformat()


# --- excerpts -------------------------------------------------------------------------------------


def said(text: str, sentence: str, score: float = 0.5) -> Evidence:
    start = text.index(sentence)
    end = start + len(sentence)
    return Evidence(about="x", kind="frame", start=start, end=end, score=score, voice=Voice.OUTLET)


def test_an_excerpt_has_one_sentence_on_either_side():
    """And the evidence is a piece of its own."""
    text = "Head\n\nOne. Two. Three! Four? Five."
    (passage,) = passages(text, [said(text, "Three!")], whole=False)
    assert "".join(piece.text for piece in passage.pieces).strip() == "Two. Three! Four?"
    assert [piece.text for piece in passage.pieces if piece.evidence] == ["Three!"]


def test_an_excerpt_stays_within_its_paragraph():
    """The neighbours across a line break are left out."""
    text = "Head\n\nOne.\nTwo. Three.\nFour."
    (passage,) = passages(text, [said(text, "Two.")], whole=False)
    assert "".join(piece.text for piece in passage.pieces).strip() == "Two. Three."


def test_overlapping_evidence_is_cut_where_it_overlaps():
    """Each piece knows all that covers it."""
    text = "Head\n\nOne two three."
    both = [said(text, "One two"), said(text, "two three.")]
    (passage,) = passages(text, both, whole=True)[1:]
    assert [(piece.text, len(piece.evidence)) for piece in passage.pieces] == [
        ("One ", 1), ("two", 2), (" three.", 1),
    ]  # fmt: skip


def test_a_publishers_text_cannot_be_put_together_from_its_evidence():
    """Every sentence is evidence; the surest are shown until the limit."""
    text = "Head\n\n" + " ".join(f"This is sentence number {i} of many." for i in range(200))
    evidence = [
        said(text, f"This is sentence number {i} of many.", score=i / 200) for i in range(200)
    ]
    shown = passages(text, evidence, whole=False)
    assert sum(len(piece.text) for passage in shown for piece in passage.pieces) <= LIMIT
    assert "number 199" in "".join(p.text for passage in shown for p in passage.pieces)


def test_evidence_beyond_the_text_is_left_out():
    """Rather than an error or half a sentence."""
    beyond = Evidence(about="x", kind="frame", start=3, end=99, score=1.0)
    assert passages("Head\n\nBody.", [beyond], whole=False) == ()


def test_static_files_are_served_and_nothing_else_is(browser):
    """The style sheet, and no way out of its folder."""
    assert browser.get("/static/style.css").status_code == 200
    assert browser.get("/static/..%2fapp.py").status_code == 404
    assert browser.get("/docs").status_code == 404


# --- ways of counting -----------------------------------------------------------------------------


def fill_with_copies(url: str) -> None:
    """A story and its copy on another site, and an opinion piece."""
    drafts = (
        Draft(desk=DESKS[0], day=TODAY - timedelta(days=3), title="Story", frames=("economic",)),
        Draft(desk=DESKS[1], day=TODAY - timedelta(days=2), title="Story", frames=("conflict",)),
        Draft(desk=DESKS[1], day=TODAY, title="View", extra={"genre": "opinion"}),
    )
    engine = fill(url, drafts)
    text = " ".join(f"word{i}" for i in range(90))
    values = {"cluster_id": 1, "minhash": signature(text, "en")}
    entry = {
        "article_id": 2, "original_id": 1, "original_outlet": "harbour", "original_country": "AU",
        "original_day": TODAY - timedelta(days=3), "original_url": "https://harbour.example/0",
        "proof": "note", "evidence": "<b>First</b> in the Courier.", "similarity": 0.87,
        "same_owner": None,
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(update(ArticleRow).where(ArticleRow.id < 3).values(values))
        connection.execute(insert(RepublicationRow).values(entry))
        version = {"article_id": 2, "page_id": 2, "title": "Stori", "text": "x", "seen_at": NOW}
        connection.execute(insert(ArticleVersionRow).values(version | {"text_sha256": "ab" * 32}))
        publish(connection, TOPIC, NOW)
    engine.dispose()


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = f"sqlite:///{tmp_path_factory.mktemp('copies')}/store.db"
    fill_with_copies(url)
    with reader_of(url) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "articles", "said"),
    [
        ("", 3, "counted: every page"),
        ("?count=original", 2, "counted: first publisher"),
        ("?count=cluster", 2, "counted: near-copies once"),
        ("?genre=opinion", 1, "counted: every page, opinion only"),
        ("?genre=news&count=original", 1, "counted: first publisher, news only"),
    ],
)
def test_the_status_line_says_what_is_counted(copies, query, articles, said):
    """On the overview, a frame's page and the list; the file has the same numbers."""
    for page in ("", "frame/economic", "articles"):
        html = copies.get(f"/t/deepseek/{page}{query}").text
        assert f"<strong>{articles} article" in html
        assert said in html
    text = copies.get(f"/t/deepseek/export/coverage.csv{query}").text
    assert sum(int(row["articles"]) for row in rows_of(text)) == articles
    assert f"# counted: {said.removeprefix('counted: ').split(',')[0]}" in text


def test_the_way_of_counting_goes_along_with_every_link(copies):
    """Also through pages that have no filters."""
    for page in ("", "frame/economic", "articles", "article/2", "method"):
        html = copies.get(f"/t/deepseek/{page}?genre=news&count=original").text
        links = re.findall(r'href="(/t/deepseek/[^"]*)"', html)
        own = [link for link in links if "tour=" not in link]
        kept = [link for link in own if "count=original" in link]
        assert len(kept) >= len(own) - 1  # all but "Clear"
        other = [link for link in kept if "genre=news" not in link]
        assert len(other) <= (2 if page == "articles" else 0)  # the list offers other genres


def test_the_usual_way_of_counting_is_not_in_the_address(copies):
    """A form sends it all the same."""
    answer = copies.get("/t/deepseek/?count=host&genre=")
    assert str(answer.url) == "http://127.0.0.1/t/deepseek/"


def test_the_selects_show_what_was_chosen(copies):
    """And genres with their numbers, in the chosen way of counting."""
    html = copies.get("/t/deepseek/?genre=opinion&count=cluster").text
    assert '<option value="opinion" selected>Opinion (1)</option>' in html
    assert '<option value="news">News (1)</option>' in html
    assert '<option value="cluster" selected>near-copies once</option>' in html


def test_an_article_shows_its_copies_its_origin_and_its_earlier_texts(copies):
    """Each with its proof, and owners that are not known are not guessed."""
    html = copies.get("/t/deepseek/article/2").text
    assert "The page says so: <q>&lt;b&gt;First&lt;/b&gt; in the Courier.</q>" in html
    assert re.search(
        r"<dt>By</dt><dd><a href=./t/deepseek/article/1.>The Harbour Courier</a>", html
    )
    assert "<dt>Alike</dt><dd>87%</dd>" in html
    assert "<dt>Owners</dt><dd>not known" in html
    assert re.search(r"The Harbour Courier</a> <span class=.muted.>first</span>", html)
    assert '<td class="share">100%</td>' in html
    assert "Stori <code>abababababab</code>" in html
    assert "Copies" not in copies.get("/t/deepseek/article/3").text


def test_the_method_page_explains_the_ways_of_counting(copies):
    """With the thresholds that are in force."""
    html = copies.get("/t/deepseek/method").text
    assert "at least 50% of their 3-word sequences" in html
    assert "First publisher" in html


# --- genres ---------------------------------------------------------------------------------------


def test_an_article_shows_its_genre_and_what_says_so(tmp_path):
    """On the list where it is no news; on its page with the evidence, which is hostile text."""
    url = f"sqlite:///{tmp_path}/store.db"
    engine = fill(url)
    with engine.begin() as connection:
        evidence = "kicker: <b>Opinion</b>"
        values = {"genre": "opinion", "genre_evidence": evidence}
        connection.execute(update(ArticleRow).where(ArticleRow.id == 1).values(**values))
        plain = connection.execute(select(ArticleRow.id).where(ArticleRow.genre == "news")).first()
    engine.dispose()
    with reader_of(url) as client:
        page = client.get("/t/deepseek/article/1").text
        assert "Opinion, by its kicker: &lt;b&gt;Opinion&lt;/b&gt;" in page
        assert "<span>opinion</span>" in page
        other = client.get(f"/t/deepseek/article/{plain.id}").text
        assert "News: nothing on the page says otherwise" in other
        listed = client.get("/t/deepseek/articles?genre=opinion").text
        assert listed.count("<span>opinion</span>") == 1
