"""The coverage page: what is known of each day, told apart in letters, words and files."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import insert
from starlette.testclient import TestClient

from dashboard.app import create_app
from db.alerts import replace_alerts
from db.collection import keep_collection
from db.publish import bump, publish
from db.session import Store
from db.tables import SignalRow
from framewatch.settings import Settings
from framewatch.story import Alert, AlertKind
from framewatch.watch import RUN_UP
from tests import coverage_store
from tests.coverage_store import NOW, TOPIC

LAST = date(2025, 3, 10)
SOURCES = ("hackernews", "mediacloud", "crikey-feed", "gdelt-gkg")


def text_of(store: Store) -> str:
    return store.url.render_as_string(hide_password=False)


@pytest.fixture
def filled(store: Store) -> Store:
    """Five weeks of four sources, with days of each kind at their end."""
    with store.begin() as connection:
        for back in range(35, -1, -1):
            day = LAST - timedelta(days=back)
            for source in SOURCES:
                if answered(source, day):
                    status = answered(source, day)
                    coverage_store.answer(connection, source, day, status)
            for number in range(links_on(day)):
                outcome = ("stored", "off_topic", "http_error")[number % 3]
                text = f"Text {day} {number} on DeepSeek." if outcome == "stored" else ""
                coverage_store.link(connection, day, "hackernews", outcome=outcome, text=text)
        publish(connection, TOPIC, NOW)
    return store


def answered(source: str, day: date) -> str:
    """All down on the 5th of March, one refused on the 6th, nobody asked on the next two days."""
    if day == date(2025, 3, 5):
        return "unavailable"
    if day in (date(2025, 3, 7), date(2025, 3, 8)):
        return ""
    if source == "hackernews":
        return (
            {6: "refused", 9: "empty", 10: "empty"}.get(day.day, "ok") if day.month == 3 else "ok"
        )
    return {"mediacloud": "empty", "crikey-feed": "out_of_reach", "gdelt-gkg": "empty"}[source]


def links_on(day: date) -> int:
    """Six a day; two on the 4th of March, and none from then on."""
    first = date(2025, 3, 4)
    return 6 if day < first else 2 if day == first else 0


@pytest.fixture
def browser(filled: Store) -> Iterator[TestClient]:
    env = {"FRAMEWATCH_DATABASE_URL": text_of(filled)}
    topic_zone_noon = datetime(2025, 3, 12, 2, tzinfo=UTC)
    app = create_app(Settings.from_env(env), lambda: topic_zone_noon)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def soup(client: TestClient, path: str) -> BeautifulSoup:
    answer = client.get(f"/t/deepseek/{path}")
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def letters(page: BeautifulSoup) -> dict[str, str]:
    """By row of the calendar, its letters."""
    rows = page.select("table.calendar tbody tr")
    return {name_of(row): "".join(cell.text or " " for cell in row("td")) for row in rows}


def name_of(row: Tag) -> str:
    assert row.th is not None
    return row.th.text


def rows_of(client: TestClient, name: str, query: str = "") -> list[dict[str, str]]:
    text = client.get(f"/t/deepseek/export/{name}.csv{query}").text
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


MARCH = "?from=2025-03-03&to=2025-03-12"


def test_each_kind_of_day_has_a_letter_of_its_own(browser: TestClient) -> None:
    """No coverage, no collection and partly collected are never the same."""
    found = letters(soup(browser, f"coverage{MARCH}"))
    assert set(found["hackernews"]) >= set("AFPRU–")
    assert set("".join(found.values())) == set("AFP0RUO– ")
    assert found["crikey-feed"][0] == "O"
    assert found["bbc-technology-feed"].strip() == "–" * len(found["bbc-technology-feed"].strip())


def test_every_cell_says_in_words_what_its_letter_means(browser: TestClient) -> None:
    """With its day; the same words stand in the file."""
    page = soup(browser, f"coverage{MARCH}")
    cells = page.select("table.calendar tbody td")
    assert all(cell["title"] for cell in cells)
    assert len({cell["title"] for cell in cells}) > 20
    meant = {(cell.text, cell["class"][0]) for cell in cells}
    legend = {(item.span.text, item.span["class"][0]) for item in page.select(".legend li")}
    assert meant <= legend
    written = {
        (row["source"], row["day"]): row["state"] for row in rows_of(browser, "calendar", MARCH)
    }
    assert len(written) == 10 * (len(letters(page)) - 1)
    row = next(
        row for row in page.select("table.calendar tbody tr") if name_of(row) == "hackernews"
    )
    shown = [str(cell["title"]).partition(": ")[2] for cell in row("td")]
    assert shown == [written["hackernews", f"2025-03-{day:02}"] for day in range(3, 13)]


def test_the_day_as_a_whole_is_collected_lacking_or_without_coverage(browser: TestClient) -> None:
    """As the charts have it: by the expected part of collection that was had."""
    whole = letters(soup(browser, f"coverage{MARCH}"))["All sources"]
    assert whole[0] == "A"
    assert "–" in whole[2:6]
    assert whole[7] == "0"
    assert whole[9] == " "  # today


def test_an_outlet_without_a_link_is_as_the_day_was(browser: TestClient) -> None:
    """Nothing named on a day that was not collected says nothing."""
    found = letters(soup(browser, f"coverage/outlets{MARCH}"))
    whole, herald = found["All sources"], found["herald"]
    for day, outlet in zip(whole, herald, strict=True):
        assert outlet in ("A", "F") or outlet == {"A": "0"}.get(day, day)
    assert "A" in herald
    assert "F" in herald[:3]


def test_a_page_holds_a_quarter_and_leads_to_its_neighbours(browser: TestClient) -> None:
    """By the address alone; what is too long ends in its last quarter."""
    page = soup(browser, "coverage")
    assert page.h2 is not None
    assert page.h2.text == "1 Jan 2025 to 31 Mar 2025"
    earlier = page.select_one("a[rel=prev]")
    assert earlier is not None
    assert parse_qs(urlsplit(str(earlier["href"])).query) == {
        "from": ["2024-10-01"],
        "to": ["2024-12-31"],
    }
    assert page.select_one("a[rel=next]") is None
    long = soup(browser, "coverage?from=2020-01-01&to=2025-02-02")
    assert long.h2 is not None
    assert long.h2.text == "1 Jan 2025 to 31 Mar 2025"
    assert "A page holds a quarter" in long.text


def test_a_gap_leads_to_the_form_that_asks_again(browser: TestClient) -> None:
    """With the UTC days that the gap touches, and its source; a list that slid on has no link."""
    page = soup(browser, f"coverage{MARCH}")
    gaps = {
        (row("td")[0].text, row("td")[1].text): row.a for row in page.select("table.gaps tr")[1:]
    }
    refused = gaps["hackernews", "refused"]
    assert refused is not None
    fields = parse_qs(urlsplit(str(refused["href"])).query)
    assert fields["sources"] == ["hackernews"]
    assert fields["again"] == ["all"]
    assert fields["from"] <= ["2025-03-06"] <= fields["to"]
    assert ("all together", "no collection") in gaps
    assert gaps["crikey-feed", "unavailable"] is None


def test_links_are_counted_as_they_ended(browser: TestClient) -> None:
    """A third stored, a third off the topic, a third failed."""
    rows = rows_of(browser, "ends", "?from=2025-02-10&to=2025-02-28")
    assert len(rows) == 19
    assert {
        tuple(row[name] for name in ("links", "stored", "off_topic", "http_error")) for row in rows
    } == {("6", "2", "2", "2")}
    drawn = soup(browser, "coverage?from=2025-02-10&to=2025-02-28").select("svg .bar-faults")
    assert len(drawn) == 2 * 19  # wide and narrow


def test_what_is_kept_of_collection_changes_no_number(browser: TestClient, filled: Store) -> None:
    """Counted where it is asked for, kept, and kept with one link more since: all the same."""
    names, zone = (
        ("calendar", "ends", "outlet-calendar", "source-days"),
        ZoneInfo("Australia/Sydney"),
    )
    counted = {name: rows_of(browser, name) for name in names}
    keep_collection(filled, TOPIC, zone, NOW)
    with filled.begin() as connection:
        bump(connection, TOPIC, NOW)
    assert {name: rows_of(browser, name) for name in names} == counted
    with filled.begin() as connection:
        coverage_store.link(connection, date(2025, 3, 3), "hackernews", outcome="gone")
        bump(connection, TOPIC, NOW)
    (day,) = [row for row in rows_of(browser, "ends") if row["day"] == "2025-03-03"]
    assert (day["links"], day["gone"]) == ("7", "1")


def test_alerts_stand_on_the_page_at_once(browser: TestClient, filled: Store) -> None:
    """A reload answers 304 until something was found, as the watch bumps the version."""
    before = browser.get("/t/deepseek/coverage")
    again = {"if-none-match": before.headers["etag"]}
    assert browser.get("/t/deepseek/coverage", headers=again).status_code == 304
    alert = Alert(
        day=date(2025, 3, 6),
        kind=AlertKind.FAILING,
        subject="hackernews",
        detail="refused: <b>bold</b> it is not asked again as it stands",
    )
    with filled.begin() as connection:
        replace_alerts(connection, TOPIC, (date(2025, 3, 6),) * 2, [alert], NOW)
        bump(connection, TOPIC, NOW)
    after = browser.get("/t/deepseek/coverage", headers=again)
    assert after.status_code == 200
    assert "<b>bold" not in after.text
    page = BeautifulSoup(after.text, "html.parser")
    (row,) = page.select("section[aria-labelledby=alerts-title] tbody tr")
    assert "failed" in row.text
    assert row.a is not None
    assert "sources=hackernews" in str(row.a["href"])


def test_what_is_missed_is_a_share_with_its_interval(browser: TestClient, filled: Store) -> None:
    """Of the headlines that services named, those held."""
    with filled.begin() as connection:
        for number in range(12):
            signal = {
                "topic": TOPIC,
                "source": "google-news-au",
                "title": f"Headline {number}",
                "title_key": f"headline{number}",
                "host": "herald.example",
                "host_name": "",
                "outlet": "",
                "published_at": None,
                "seen_at": None,
                "day": date(2025, 3, 3 + number % 8),
                "link_id": None,
            }
            connection.execute(insert(SignalRow), signal)
    (row,) = rows_of(browser, "headlines", MARCH)
    assert (row["outlet"], row["named"], row["held"], row["unknown"]) == (
        "herald.example",
        "12",
        "0",
        "12",
    )
    assert row["share"] == "0.0"
    assert 0 < float(row["high"]) < 0.5


def test_names_from_the_web_are_inert(store: Store) -> None:
    """An outlet is its host name, and that comes from a link."""
    evil = '"><script>alert(1)</script>'
    with store.begin() as connection:
        coverage_store.link(connection, date(2025, 3, 3), "hackernews", outlet=evil)
        coverage_store.answer(connection, evil, date(2025, 3, 3))
    env = {"FRAMEWATCH_DATABASE_URL": text_of(store)}
    with TestClient(
        create_app(Settings.from_env(env), lambda: NOW), base_url="http://127.0.0.1"
    ) as client:
        for path in ("coverage", "coverage/outlets"):
            html = client.get(f"/t/deepseek/{path}?from=2025-03-01&to=2025-03-05").text
            assert "<script>alert" not in html
            assert "&lt;script&gt;" in html


def test_the_run_up_reaches_as_far_as_the_watch(browser: TestClient) -> None:
    """What is usual of a weekday is known from the weeks before the page."""
    rows = rows_of(browser, "calendar", MARCH)
    usual = {row["expected"] for row in rows if row["source"] == "hackernews"}
    assert "6.0" in usual
    assert timedelta(weeks=4) < RUN_UP
