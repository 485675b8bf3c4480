"""What changed last, as the overview tells it; and why it may not be told."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.charts import CHARTS
from dashboard.charts.band import Axis
from dashboard.charts.svg import Label, Size
from db.alerts import replace_alerts
from framewatch.settings import Settings
from framewatch.story import Alert, AlertKind, TrendState
from tests.forms import HERE
from tests.newsroom_store import NOW, TODAY, TOPIC
from tests.test_charts import of_class, point
from tests.test_dashboard import rows_of
from tests.trusted_store import fill_shifted

AXIS = Axis(0.0, 1.0, ((0.0, "0%"), (1.0, "100%")))
OVERVIEW = "/t/deepseek/"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Twenty weeks with a shift; the dashboard's today is the Monday after its seventh week."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    store = fill_shifted(url)
    silent = Alert(day=TODAY - timedelta(days=2), kind=AlertKind.SILENT, subject="wire",
                   detail="no source named a link of it")  # fmt: skip
    short = Alert(day=TODAY, kind=AlertKind.SHORT_TEXTS, subject="herald", detail="short")
    old = Alert(day=TODAY - timedelta(days=30), kind=AlertKind.SILENT, subject="old", detail="x")
    with store.begin() as connection:
        days = date(2025, 1, 1), TODAY
        replace_alerts(connection, TOPIC, days, [silent, short, old], NOW)
    store.dispose()
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    with TestClient(create_app(settings, lambda: NOW), base_url=HERE) as found:
        yield found


def test_a_change_is_called_one_only_where_its_interval_leaves_zero_out(client):
    """In every row, with its sign beside the word."""
    for query in ("", "?to=2025-01-12", "?by=month&to=2025-02-28"):
        rows = rows_of(client.get(f"{OVERVIEW}export/changes.csv{query}").text)
        assert rows
        for row in rows:
            low, high = row["low"], row["high"]
            clear = bool(low) and not float(low) <= 0 <= float(high)
            sure = {True: "▲ more", False: "▼ less"}[float(row["change"]) > 0]
            assert row["verdict"] == (sure if clear else "no clear change")


def test_the_week_of_the_shift_is_a_clear_change_and_stands_first(client):
    """From a fifth of the articles to three fifths."""
    rows = rows_of(client.get(f"{OVERVIEW}export/changes.csv?to=2025-01-12").text)
    assert rows[0]["frame"] == "Economic consequences"
    assert rows[0]["verdict"] == "▲ more"
    assert float(rows[0]["change"]) == pytest.approx(0.4, abs=0.001)
    html = client.get(f"{OVERVIEW}?to=2025-01-12").text
    table = html[html.index('id="changed"') :]
    assert "+40.0" in table
    assert "▲ more" in table
    assert table.index("Economic consequences") < table.index("Conflict")


def test_a_share_of_the_table_leads_to_the_articles_behind_it(client):
    """As many as it was counted from."""
    row = rows_of(client.get(f"{OVERVIEW}export/changes.csv?to=2025-01-12").text)[0]
    html = client.get(f"{OVERVIEW}?to=2025-01-12").text
    table = html[html.index('id="changed"') :]
    link = re.search(r'<td class="share"><a href="([^"]+)"', table)[1].replace("&amp;", "&")
    behind = re.search(r"<strong>(\d+) articles", client.get(link).text)[1]
    assert int(behind) == round(float(row["share"]) * int(row["articles"]))


def test_days_are_not_compared(client):
    """The page says what to choose."""
    html = client.get(f"{OVERVIEW}?by=day&from=2025-01-01").text
    assert "Single days are not compared: choose weeks or months." in html


def test_a_silent_outlet_raises_a_note_with_what_to_look_at(client):
    """Of the last week, and only what leaves articles out."""
    html = client.get(OVERVIEW).text
    note = html[html.index('aria-label="Doubts about collection"') :].split("</aside>")[0]
    assert "1 source or outlet fell silent" in note
    assert "wire, 10 Mar 2025: no source named a link of it" in note
    assert "herald" not in note
    assert "Doubts" not in client.get(f"{OVERVIEW}?host=herald").text
    assert "Doubts" not in client.get(f"{OVERVIEW}?asof=2025-03-11").text


# --- the sparkline --------------------------------------------------------------------------------


def spark(*points) -> ElementTree.Element:
    label = Label("key", "A title", "A description")
    return ElementTree.fromstring(CHARTS["spark"](label, points, AXIS, Size(108, 30)))


def test_a_sparkline_runs_through_its_values():
    """Half the scale is half the height."""
    drawing = spark(point(0), point(1, value=1.0))
    (line,) = of_class(drawing, "line")
    assert line.get("d") == "M29.0,15.0 L79.0,4.0"


def test_no_line_of_a_sparkline_crosses_a_gap():
    """Two runs of two weeks each."""
    gap = point(2, TrendState.NO_COLLECTION)
    drawing = spark(point(0), point(1), gap, point(3), point(4))
    assert len(of_class(drawing, "line")) == 2


def test_the_unfinished_week_of_a_sparkline_is_a_hollow_dot_off_the_line():
    """As in the large chart."""
    drawing = spark(point(0), point(1), point(2, provisional=True))
    assert of_class(drawing, "line")[0].get("d").count(",") == 2
    assert len(of_class(drawing, "hollow")) == 1
    assert len(of_class(drawing, "dot")) == 2


def test_a_week_between_two_gaps_is_seen():
    """A line of one place is none."""
    gaps = point(0, TrendState.NO_COVERAGE), point(2, TrendState.NO_COVERAGE)
    drawing = spark(gaps[0], point(1), gaps[1], point(3), point(4))
    assert len(of_class(drawing, "dot")) == 2
