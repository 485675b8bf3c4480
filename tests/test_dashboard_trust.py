"""How far a number can be trusted, as pages say it: corrections, gaps, shifts, earlier states."""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update
from starlette.testclient import TestClient

from dashboard.app import create_app
from db.publish import publish
from db.session import open_store
from db.tables import ArticleRow, EvidenceRow, PageRow, ReadingRow
from db.upsert import table_of
from framewatch.settings import Settings
from tests import coded_store, newsroom_store
from tests.coded_store import Told
from tests.made_once import migrate
from tests.newsroom_store import DESKS, NOW, TODAY, TOPIC, Draft, put
from tests.trusted_store import FRAME, PARTIAL, fill, fill_shifted

PAGE = f"/t/deepseek/frame/{FRAME}"
API = "/api/v1/frames"


def reader_of(url: str) -> TestClient:
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    return TestClient(create_app(settings, lambda: NOW), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A newsroom with a coded sample and a week that was partly collected."""
    url = f"sqlite:///{tmp_path_factory.mktemp('trusted')}/store.db"
    fill(url).dispose()
    with reader_of(url) as client:
        yield client


@pytest.fixture
def shifted(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/store.db"
    fill_shifted(url).dispose()
    return url


def section(html: str, name: str) -> str:
    """What a section of the page says, without tags and with single spaces."""
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', html, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split())


# --- corrections ----------------------------------------------------------------------------------


def test_a_corrected_share_stands_beside_the_naive_one_with_its_interval(browser):
    """And says how many articles were coded by hand."""
    said = section(browser.get(PAGE).text, "share-title")
    assert re.search(r"as read \d+% \d+% \d+% \d+ articles of 168", said)
    assert re.search(r"corrected, Rogan-Gladen \d+% \d+% \d+%", said)
    assert re.search(r"corrected, prediction-powered \d+% \d+% \d+%", said)
    assert re.search(r"\d+ articles coded by hand, \d+ of them with the frame", said)
    assert "No corrected share" not in said


def test_without_a_coded_sample_there_is_no_corrected_number_and_the_page_says_why(browser):
    """With a link to where it is explained."""
    html = browser.get("/t/deepseek/frame/conflict").text
    said = section(html, "share-title")
    assert "corrected – – – No article was coded by hand." in said
    assert "No corrected share: no coded sample." in said
    assert 'href="/t/deepseek/method#correction-title"' in html
    assert 'id="correction-title"' in browser.get("/t/deepseek/method").text


def test_too_small_a_sample_is_named_and_corrects_nothing(tmp_path):
    """Twenty articles of the fifty that are needed."""
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url, 20).dispose()
    with reader_of(url) as client:
        said = section(client.get(PAGE).text, "share-title")
        answer = client.get(f"{API}/{FRAME}/share").json()
    assert re.search(r"corrected – – – \d+ articles were coded by hand; 50 are needed", said)
    assert "No corrected share. See" in said
    assert answer["corrected"]["rogan_gladen"]["share"] is None
    assert "50 are needed" in answer["corrected"]["rogan_gladen"]["reason"]
    assert answer["naive"]["share"] is not None


# --- gaps and parts -------------------------------------------------------------------------------


def test_a_partly_collected_week_is_hatched_and_named(browser):
    """In the drawing, in the key, in the table and on hover."""
    html = browser.get(PAGE).text
    assert html.count('class="partial"') == 4  # the series and the strip, wide and narrow
    assert "partly collected: not compared" in html
    assert re.search(r"<td class=\"text\">too few articles, partly collected</td>", html)
    assert re.search(r"<title>Week of 24 Feb 2025: [^<]*, partly collected</title>", html)
    coverage = browser.get("/t/deepseek/export/coverage.csv").text
    lines = csv.DictReader(line for line in coverage.splitlines() if line[:1] != "#")
    (row,) = [row for row in lines if row["start"] == f"{PARTIAL}"]
    assert row["state"] == "partly collected, few articles"
    assert float(row["collected"]) < 0.8


def test_what_changed_compares_whole_weeks_only(browser):
    """Neither the gap, nor the partly collected week, nor the one that is not over."""
    said = section(browser.get(PAGE).text, "change-title")
    assert re.search(
        r"Week of 3 Mar 2025 against week of 10 Feb 2025: [−+]?[\d.]+ points "
        r"\(95% interval [−+][\d.]+ to [−+][\d.]+\)",
        said,
    )
    assert "week of 24 Feb 2025 (partly collected)" in said
    assert "week of 10 Mar 2025 (not over)" in said


def test_what_a_new_model_changed_is_told_apart_from_the_news(tmp_path):
    """It finds one in ten more in the later week, which the older one read as well."""
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    store = open_store(url)
    monday = date(2025, 2, 3)
    earlier = [
        Told(outlet=("herald", "wire")[i % 2], day=monday + timedelta(i % 7), frames=held(i < 30))
        for i in range(100)
    ]
    later = [
        replace(one, day=one.day + timedelta(7), newer=held(i < 40))
        for i, one in enumerate(earlier)
    ]
    with store.begin() as connection:
        coded_store.fill(connection, [*earlier, *later])
        publish(connection, TOPIC, NOW)
    store.dispose()
    with reader_of(url) as client:
        said = section(client.get(PAGE).text, "change-title")
        found = client.get(f"{API}/{FRAME}/change").json()["change"]["by_reader"]
    assert re.search(r"model or codebook \+10\.0 \+[\d.]+ \+[\d.]+ 100 articles read by both", said)
    assert "news 0.0 – – with it +10.0" in said
    assert (found["reader"], found["news"]) == (pytest.approx(0.1), pytest.approx(0, abs=1e-12))
    assert found["twice"] == 100
    assert found["old"]["revision"] != found["new"]["revision"]


def held(present: bool) -> tuple[str, ...]:
    return (coded_store.FRAME,) if present else ()


def test_days_are_not_compared_and_one_month_is_too_few(browser):
    """Said, rather than left out."""
    assert "choose weeks or months" in section(browser.get(f"{PAGE}?by=day").text, "change-title")
    said = section(browser.get(f"{PAGE}?by=month&from=2025-02-01").text, "change-title")
    assert "Fewer than two whole months" in said


# --- shifts ---------------------------------------------------------------------------------------


def test_shifts_are_told_of_each_outlet_where_that_is_asked(shifted):
    """Page, file and API alike; the links lead to that outlet."""
    with reader_of(shifted) as client:
        html = client.get("/t/deepseek/events?dim=host").text
        found = client.get("/api/v1/shifts?dim=host").json()["shifts"]
        together = client.get("/api/v1/shifts").json()["shifts"]
        file = client.get("/t/deepseek/export/shifts.csv?dim=host").text
        refused = client.get("/api/v1/shifts?dim=genre")
        assert client.get(f"{PAGE}?host=wire").status_code == 200
    said = section(html, "shifts-title")
    assert [one["outlet"] for one in together] == [None]
    assert sorted(one["outlet"] for one in found) == ["herald", "wire"]
    rows = list(csv.DictReader(line for line in file.splitlines() if line[:1] != "#"))
    assert [(row["outlet"], row["start"], row["size"]) for row in rows] == [
        (f"✻ {one['outlet'].title()}", one["start"], str(round(one["size"], 6))) for one in found
    ]
    assert "among all frames in all outlets" in said
    for name in ("Herald", "Wire"):
        assert f"Economic consequences in ✻ {name}: ▲" in said
        assert f"{PAGE}?host={name.lower()}" in html
    assert refused.status_code == 400
    assert "of each (host)" in refused.json()["detail"]


def test_a_shift_is_told_with_its_size_dates_sentences_and_link(shifted):
    """From 20 to 60 % on 6 January; the sentences are of both outlets."""
    with reader_of(shifted) as client:
        html = client.get(PAGE).text
    said = section(html, "shifts-title")
    assert re.search(r"▲ \+3\d\.\d points from 6 Jan 2025", said)
    assert re.search(r"interval of the size \+[\d.]+ to \+[\d.]+ points; 600 articles", said)
    assert said.count("fictional") == 3
    assert {"Herald", "Wire"} <= set(re.findall(r"Herald|Wire", said))
    assert re.search(r'<cite lang="en"><a href="/t/deepseek/article/\d+">', html)


def test_where_nothing_shifted_the_page_says_so(browser):
    """Ten weeks with gaps, nothing planted."""
    assert "None told." in section(browser.get(PAGE).text, "shifts-title")


def test_sentences_of_reserved_or_changed_texts_are_not_shown(shifted):
    """The shift is told all the same."""
    engine = open_store(shifted)
    articles = table_of(ArticleRow)
    with engine.begin() as connection:
        herald, wire = articles.c.host == "herald", articles.c.host == "wire"
        connection.execute(update(articles).where(herald).values(rights="tdm-reservation: 1"))
        connection.execute(update(articles).where(wire).values(title="Another"))
    engine.dispose()
    with reader_of(shifted) as client:
        said = section(client.get(PAGE).text, "shifts-title")
    assert "its publisher reserves its rights (tdm-reservation: 1)" in said
    assert "the text was changed since it was read" in said
    assert not re.search(r"\bT\d+\b|Anoth", said)


def test_a_long_sentence_is_cut(tmp_path):
    """At 300 characters, between words."""
    url = f"sqlite:///{tmp_path}/store.db"
    fill_shifted(url).dispose()
    engine = open_store(url)
    long = " ".join(["counted"] * 100)
    with engine.begin() as connection:
        _lengthen(connection, long)
    engine.dispose()
    with reader_of(url) as client:
        html = client.get(PAGE).text
    shown = re.findall(r"<blockquote[^>]*>([^<]+)<cite lang", html)
    assert shown
    assert all(len(words.strip()) <= 301 and words.strip().endswith("counted…") for words in shown)


def _lengthen(connection: Connection, long: str) -> None:
    """Every title becomes these words, and all of it evidence."""
    articles, readings, evidence = map(table_of, (ArticleRow, ReadingRow, EvidenceRow))
    for row in connection.execute(articles.select()).all():
        text = hashlib.sha256(f"{row.id} {long}\n\n{row.text}".encode()).hexdigest()
        here = articles.c.id == row.id
        values = {"title": f"{row.id} {long}", "text_sha256": text}
        connection.execute(update(articles).where(here).values(values))
        mine = readings.c.article_id == row.id
        connection.execute(update(readings).where(mine).values(text_sha256=text))
    connection.execute(update(evidence).values(start=0, end=len(long)))


# --- as known on a day ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A newsroom in which one article was stored two days before all others."""
    url = f"sqlite:///{tmp_path_factory.mktemp('growing')}/store.db"
    early = Draft(desk=DESKS[0], day=TODAY - timedelta(days=3), title="Early", frames=(FRAME,))
    engine = newsroom_store.fill(url, (early,))
    with engine.begin() as connection:
        before = NOW - timedelta(days=2)
        connection.execute(update(ArticleRow).values(stored_at=before))
        connection.execute(update(PageRow).values(fetched_at=before))
        connection.execute(update(ReadingRow).values(read_at=before))
        for number in range(1, 4):
            late = Draft(desk=DESKS[0], day=TODAY - timedelta(days=3), title=f"Late {number}")
            put(connection, late, number)
        publish(connection, TOPIC, NOW)
    engine.dispose()
    with reader_of(url) as client:
        yield client


def test_an_earlier_state_has_the_numbers_of_that_day(growing):
    """One article on 11 March, four on 12 March; the status line says which."""
    for page in ("", f"frame/{FRAME}"):
        now = growing.get(f"/t/deepseek/{page}").text
        then = growing.get(f"/t/deepseek/{page}?asof=2025-03-11").text
        assert "<strong>4 articles</strong>" in now
        assert "as known on" not in now.replace("As known on", "")
        assert "<strong>1 article</strong>" in then
        assert "as known on 11 Mar 2025" in then
    buckets = growing.get(f"{API}/{FRAME}/series?asof=2025-03-11").json()
    assert [(b["n"], b["k"]) for b in buckets["buckets"]] == [(1, 1)]
    assert buckets["as_known_on"] == "2025-03-11"
    assert (
        "# as known on: 2025-03-11"
        in growing.get(f"/t/deepseek/export/frame-{FRAME}.csv?asof=2025-03-11").text
    )
    assert growing.get(f"{API}/{FRAME}/share?asof=2025-03-11").json()["n"] == 1


def test_the_day_goes_along_with_every_link(growing):
    """And can be left."""
    html = growing.get("/t/deepseek/?asof=2025-03-11").text
    own = re.findall(r'href="(/t/deepseek/[^"]*)"', html)
    without = [link for link in own if "asof=2025-03-11" not in link and "tour=" not in link]
    assert set(without) == {"/t/deepseek/"}
    assert 'name="asof" value="2025-03-11"' in html


def test_an_earlier_state_is_whole(growing):
    """Corrections and shifts are of that day too; the list of articles says that it is of today."""
    html = growing.get(f"{PAGE}?asof=2025-03-11").text
    assert "1 article of 1" in section(html, "share-title")
    assert "None told." in section(html, "shifts-title")
    assert "answered by sources by the end of 11 Mar 2025" in html
    assert "of what is held today" in growing.get("/t/deepseek/articles?asof=2025-03-11").text


def test_too_many_days_are_shown_as_weeks_and_the_page_says_so(shifted):
    """Twenty weeks by day; with the silent half year before them, by week."""
    with reader_of(shifted) as client:
        few = client.get(f"{PAGE}?by=day").text
        many = client.get(f"{PAGE}?by=day&from=2024-08-01").text
    assert "share of coded articles by day" in few
    assert "are shown by week" not in few
    assert "share of coded articles by week" in many
    assert "More than 180 days are shown by week." in many


@pytest.mark.parametrize("day", ["2025-03-13", "tomorrow"])
def test_a_day_to_come_is_refused(growing, day):
    """As a page, and as JSON."""
    page, answer = growing.get(f"{PAGE}?asof={day}"), growing.get(f"{API}/x/share?asof={day}")
    assert page.status_code == answer.status_code == 400
    assert answer.json()["title"] == "That view cannot be shown"
    assert "asof" in answer.json()["detail"]


# --- the API --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["series", "share"])
def test_the_api_answers_json_once_and_sets_no_cookie(browser, kind):
    """The same tag, no body."""
    first = browser.get(f"{API}/{FRAME}/{kind}")
    assert first.headers["content-type"] == "application/json"
    assert "set-cookie" not in first.headers
    assert "default-src 'self'" in first.headers["content-security-policy"]
    tag = {"if-none-match": first.headers["etag"]}
    again = browser.get(f"{API}/{FRAME}/{kind}", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert browser.get(f"{API}/{FRAME}/{kind}?host=acri", headers=tag).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("nope/series", 404),
        (f"{FRAME}/nope", 404),
        (f"{FRAME}/series?topic=nope", 404),
        (f"{FRAME}/series?by=year", 400),
        (f"{FRAME}/share?from=2025-03-01&to=2025-02-01", 400),
    ],
)
def test_what_the_api_cannot_answer_is_refused_in_json(browser, address, status):
    """With the reason, never with a page."""
    answer = browser.get(f"{API}/{address}")
    assert answer.status_code == status
    assert set(answer.json()) == {"title", "status", "detail", "instance", "help"}


def test_the_api_tells_gaps_apart(browser):
    """A gap has no share, and its state says which gap it is."""
    buckets = {
        found["bucket"]: found for found in browser.get(f"{API}/{FRAME}/series").json()["buckets"]
    }
    assert buckets["2025-02-03"]["state"] == "no_collection"
    assert buckets["2025-02-17"]["state"] == "no_coverage"
    assert buckets["2025-02-17"]["share"] is None
    assert buckets["2025-03-10"]["provisional"] is True
    assert buckets[f"{PARTIAL}"]["partial"] is True
