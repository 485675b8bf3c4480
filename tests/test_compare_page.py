"""Compare and Sentiment: every number leads to its articles, and what is unclear is not said."""

import csv
import html
import re
from collections.abc import Iterator

import pytest
from lxml import html as lxml_html
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.choice import Choice, ChoiceError, Dimension
from dashboard.groups import TITLES
from framewatch.crossings import DIMENSIONS, ORIGIN
from framewatch.settings import Settings
from tests import compared_store, newsroom_store
from tests.newsroom_store import NOW

COMPARE, SENTIMENT = "/t/deepseek/compare", "/t/deepseek/sentiment"
FRAME = "economic"


def reader_of(url: str) -> TestClient:
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    return TestClient(create_app(settings, lambda: NOW), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A reader of three outlets that differ clearly, hardly, and too little to say."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    compared_store.fill(url).dispose()
    with reader_of(url) as client:
        yield client


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A reader of the newsroom."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    newsroom_store.fill(url).dispose()
    with reader_of(url) as client:
        yield client


def read(client: TestClient, address: str) -> lxml_html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return lxml_html.fromstring(answer.text)


def sheet(client: TestClient, name: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/t/deepseek/export/{name}.csv{query}")
    assert answer.status_code == 200, answer.text
    lines = (line for line in answer.text.splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))


def said(page: lxml_html.HtmlElement) -> str:
    return " ".join(page.text_content().split())


# --- every number leads to its articles -----------------------------------------------------------


@pytest.mark.parametrize("dim", list(Dimension))
def test_every_cell_of_the_heat_table_leads_to_as_many_articles_as_it_counts(apart, dim):
    """By whichever dimension the groups are made."""
    cells = read(apart, f"{COMPARE}?dim={dim}").xpath("//table[@class='heat']//td/a")
    assert len(cells) >= 4
    for cell in cells:
        counted = int(re.search(r"([\d,]+) of [\d,]+ article", cell.get("aria-label"))[1])
        listed = read(apart, cell.get("href"))
        found = listed.xpath("//p[@class='status']/strong")
        number = int(found[0].text.split()[0]) if found else 0
        assert number == counted, cell.get("aria-label")


@pytest.mark.parametrize("dim", list(Dimension))
def test_the_heat_table_says_what_its_file_says(apart, dim):
    """Cell by cell, and every group of the file stands in the table."""
    page = read(apart, f"{COMPARE}?dim={dim}")
    names = [cell.text for cell in page.xpath("//table[@class='heat']/thead//th")]
    shown = {
        (name, row.xpath("./th/text()")[0].strip()): cell.text_content()
        for row in page.xpath("//table[@class='heat']/tbody/tr")
        for name, cell in zip(names, row.xpath("./td"), strict=True)
    }
    rows = sheet(apart, "heatmap", f"?dim={dim}")
    assert rows
    for row in rows:
        k, n = int(row["numerator"]), int(row["denominator"])
        few = row["state"] == "too few articles"
        share = f"{k} of {n}" if few else _percent(k / n)
        assert shown[row["frame"], row["group"]] == share


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0 < share < 0.0995 else f"{share:.0%}"


def test_the_rows_of_the_tables_under_the_charts_lead_to_the_articles(apart):
    """Of a group with the frame; of an outlet that mentions the target."""
    page = read(apart, f"{COMPARE}?frame={FRAME}")
    links = page.xpath("//details//th[@scope='row']/a/@href")
    assert "/t/deepseek/articles?host=herald&frame=economic" in links
    page = read(apart, f"{SENTIMENT}?target=china")
    links = page.xpath("//details//th[@scope='row']/a/@href")
    assert "/t/deepseek/articles?host=herald&target=china" in links
    assert "/t/deepseek/articles?frame=economic&target=china" in links


# --- what is said, and what is not ----------------------------------------------------------------


def test_groups_with_too_few_articles_are_counted_and_not_shaded(apart):
    """Nine articles; ten are enough."""
    page = read(apart, COMPARE)
    (row,) = page.xpath("//table[@class='heat']/tbody/tr[contains(th, 'Post')]")
    assert {cell.get("class") for cell in row.xpath("./td")} == {"thin"}
    assert [cell.text_content() for cell in row.xpath("./td")][:2] == ["0 of 9", "4 of 9"]
    assert "Fewer than 10 articles are too few" in said(page)


def test_more_and_less_are_said_only_where_the_interval_leaves_zero_out(apart):
    """Herald and wire differ by sixty points, and the newsroom's outlets by chance."""
    rows = {row["group"].lstrip("✻ "): row for row in sheet(apart, f"apart-{FRAME}")}
    assert rows["Herald"]["verdict"] == "▲ more"
    assert rows["Wire"]["verdict"] == "▼ less"
    assert rows["Post"]["verdict"] == "too few articles"
    for row in rows.values():
        if row["low"]:
            clear = float(row["low"]) > 0 or float(row["high"]) < 0
            assert clear is (row["verdict"] in ("▲ more", "▼ less"))


def test_an_unclear_difference_is_called_that(newsroom):
    """In the drawing too: no triangle."""
    rows = sheet(newsroom, "apart-conflict")
    assert {row["verdict"] for row in rows} == {"no clear difference"}
    drawing = newsroom.get("/t/deepseek/chart/apart-conflict.svg").text
    assert "not clear" in drawing
    assert "▲" not in drawing


def test_the_highest_share_stands_first_and_the_line_is_that_of_all(apart):
    """Those without an interval stand last, however high."""
    svg = read(apart, f"{COMPARE}?frame={FRAME}").xpath("//svg[title[contains(., 'share by')]]")[0]
    names = [text.text for text in svg.xpath(".//text[@class='name']")]
    assert names == ["✻ Herald", "✻ Wire", "✻ Post"]
    counted = sheet(apart, f"compare-{FRAME}")
    k, n = (sum(int(row[key]) for row in counted) for key in ("numerator", "denominator"))
    assert f"all {k / n:.0%}" in svg.text_content()


def test_few_outlets_are_told_from_outlets_in_general(apart):
    """Below eight a wider interval, and a sentence that says so."""
    panel, beyond = (
        sheet(apart, f"compare-{FRAME}", q) for q in ("?dim=genre", "?dim=genre&reach=beyond")
    )
    for one, other in zip(panel, beyond, strict=True):
        assert one["share"] == other["share"]
        if other["low"]:
            assert float(other["low"]) < float(one["low"])
    assert "these outlets only" not in said(read(apart, f"{COMPARE}?dim=genre"))
    page = read(apart, f"{COMPARE}?dim=genre&reach=beyond")
    assert "Only 3 outlets: read it as these outlets only." in said(page)


def test_an_outlet_with_few_mentions_is_named_and_its_tone_is_hidden(apart):
    """Nine of post's articles mention the target; twenty are enough."""
    page = read(apart, f"{SENTIMENT}?target=deepseek")
    assert "Hidden, as fewer than 20: ✻ Post (9)." in said(page)
    rows = {row["outlet"].lstrip("✻ "): row for row in sheet(apart, "outlets-deepseek")}
    assert rows["Post"]["mean"] == rows["Post"]["low"] == ""
    assert rows["Post"]["denominator"] == "9"
    assert float(rows["Wire"]["mean"]) == pytest.approx(0.245, abs=0.01)
    drawing = apart.get("/t/deepseek/chart/outlets-deepseek.svg").text
    assert "Wire" in drawing
    assert "Post" not in drawing


def test_tone_with_a_frame_and_without_is_told_with_its_sign(apart):
    """Herald writes of the target worse where it writes of the economy, wire does not."""
    rows = {row["name"]: row for row in sheet(apart, "with-frames-deepseek", "?host=herald")}
    economic = rows["Economic consequences"]
    assert economic["verdict"] == "▼ more negative"
    assert float(economic["with_mean"]) < -0.4 < 0 < float(economic["without_mean"])
    by_target = sheet(apart, f"with-targets-{FRAME}", "?host=herald")
    deepseek = next(row for row in by_target if row["name"] == "DeepSeek")
    assert {deepseek[key] for key in ("with_mean", "difference")} == {
        economic[key] for key in ("with_mean", "difference")
    }


def test_frames_that_go_together_are_ranked_with_their_counts(apart):
    """Herald's articles carry both frames or none."""
    rows = sheet(apart, f"together-{FRAME}", "?host=herald")
    assert rows[0]["frame"] == "Conflict"
    assert (rows[0]["observed"], rows[0]["denominator"]) == ("72", "90")
    assert float(rows[0]["ratio"]) == pytest.approx(72 * 90 / (72 * 72))
    assert rows[0]["verdict"] == "▲ more often"
    page = read(apart, f"/t/deepseek/frame/{FRAME}?host=herald")
    table = page.xpath("//section[@aria-labelledby='together-title']//tbody/tr[1]")[0]
    assert [cell.text_content() for cell in table][:4] == ["Conflict", "72", "57.60", "1.25"]


def test_document_tone_says_what_it_is_made_of(apart):
    """No score of the whole text."""
    page = read(apart, SENTIMENT)
    assert "Document tone is the aggregate of an article’s target scores" in said(page)
    counted = sum(int(row["denominator"]) for row in sheet(apart, "documents"))
    assert counted == sum(len(told.tones) for told in compared_store.told())


# --- what is chosen -------------------------------------------------------------------------------


def test_every_dimension_of_the_page_is_one_that_can_be_compared():
    """And each has a title; what was published before has no list of its own."""
    assert {*Dimension, ORIGIN} == set(DIMENSIONS)
    assert set(TITLES) == set(Dimension)


def test_the_two_groups_chosen_are_in_the_address_and_in_the_form(apart):
    """Left and right, and what the difference of all the time is."""
    page = read(apart, f"{COMPARE}?frame={FRAME}&left=wire&right=herald&dim=host")
    chosen = page.xpath("//form[@aria-label='Two groups']//option[@selected]/@value")
    assert chosen == ["wire", "herald"]
    kept = page.xpath("//form[@aria-label='Two groups']//input[@type='hidden']/@name")
    assert set(kept) == {"frame", "dim"}
    assert "✻ Wire less ✻ Herald, over the whole time: −60.0 points" in said(page)
    rows = sheet(apart, f"sides-{FRAME}", "?left=wire&right=herald&by=month")
    assert [row["verdict"] for row in rows] == ["▼ less", "▼ less", "not compared"]


@pytest.mark.parametrize("query", ["left=nobody&right=none", "left=wire&right=wire", "left=herald"])
def test_groups_that_there_are_not_give_way_to_the_largest(apart, query):
    """The link of another dimension, or of another time."""
    page = read(apart, f"{COMPARE}?{query}")
    left, right = page.xpath("//form[@aria-label='Two groups']//option[@selected]/@value")
    assert {left, right} == {"herald", "wire"}


def test_single_days_are_not_compared(apart):
    """Weeks are shown, and a note says so."""
    page = read(apart, f"{COMPARE}?by=day&from=2025-01-06&to=2025-02-02")
    assert "Single days are not compared: weeks are shown." in said(page)


@pytest.mark.parametrize(
    ("address", "status", "why"),
    [
        (f"{COMPARE}?dim=colour", 400, "choose one of host, country"),
        (f"{COMPARE}?reach=all", 400, "choose one of panel, beyond"),
        (f"{COMPARE}?frame=nope", 404, "There is no such frame"),
        (f"{SENTIMENT}?target=nobody", 404, "This topic has no such target."),
        ("/t/deepseek/export/outlets-nobody.csv", 404, "no such target"),
        ("/t/deepseek/export/sides-economic.csv?host=wire", 404, "no two groups"),
    ],
)
def test_what_cannot_be_compared_is_refused_and_explained(apart, address, status, why):
    """With what there is to choose from."""
    answer = apart.get(address)
    assert answer.status_code == status
    assert why in html.unescape(answer.text)


def test_a_comparison_survives_its_address_and_is_left_behind_by_other_pages():
    """The navigation keeps the filters and drops what only one page knows."""
    choice = Choice.parse(
        {"dim": "voice", "left": "a", "right": "b", "reach": "beyond", "host": "x"}
    )
    assert Choice.parse(choice.fields) == choice
    assert choice.query == "?host=x&dim=voice&left=a&right=b&reach=beyond"
    assert choice.shared.query == "?host=x"
    with pytest.raises(ChoiceError, match="left"):
        Choice.parse({"left": "a\x00"})


@pytest.mark.parametrize("page", ["compare", "compare?dim=voice", "sentiment", f"frame/{FRAME}"])
def test_nothing_chosen_is_said_kindly(newsroom, page):
    """Filters that leave no article; an article that is not coded."""
    mark = "&" if "?" in page else "?"
    for query in ("host=nobody", "from=2025-02-17&to=2025-02-20", "host=lantern"):
        answer = newsroom.get(f"/t/deepseek/{page}{mark}{query}")
        assert answer.status_code == 200, query
        assert answer.text.count("<h1") == 1


NAMES = (
    f"compare-{FRAME}", f"apart-{FRAME}", f"sides-{FRAME}", f"with-targets-{FRAME}",
    "with-frames-china", "outlets-deepseek", "documents",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_drawing_and_its_table_can_be_taken_along(apart, name):
    """As files of the name that the page links to."""
    assert sheet(apart, name)
    answer = apart.get(f"/t/deepseek/chart/{name}.svg")
    assert answer.status_code == 200
    assert answer.text.startswith("<svg")


def test_the_numbers_are_those_known_then(apart):
    """Before the store was filled nothing was known; at its end, all."""
    now, then = (sheet(apart, f"compare-{FRAME}", query) for query in ("", "?asof=2025-03-12"))
    assert now == then
    before = apart.get(f"{COMPARE}?asof=2025-01-01")
    assert before.status_code == 200
    assert "No coded article" in before.text or "no article" in before.text.lower()
