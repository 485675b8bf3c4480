"""The API: the numbers of the pages, described as they are, and clear about what it refuses."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from dashboard import words
from dashboard.app import create_app
from framewatch.airflow_api import Airflow, BackfillWanted
from framewatch.settings import Settings
from tests import trusted_store
from tests.fake_airflow import FakeAirflow
from tests.files_store import SITE, reader_of, rows_of
from tests.forms import scripts_of_others
from tests.made_once import migrate
from tests.newsroom_store import NOW

pytest_plugins = ("tests.files_store",)

API = "/api/v1"
ADDRESSES = (
    "meta", "trend", "trend?frame=economic&by=month", "frames/economic/series",
    "frames/economic/share", "frames/economic/change", "frames/economic/change?by=day",
    "changes", "changes?by=day", "heatmap", "heatmap?dim=voice",
    "heatmap?dim=target&reach=beyond", "compare", "compare?left=harbour&right=meridian",
    "compare?dim=genre&frame=conflict", "cooccurrence", "targets", "sentiment",
    "sentiment?target=china&by=day", "articles", "articles?frame=economic&limit=3", "articles/1",
    "shifts", "shifts?dim=host", "events", "events/1", "coverage", "coverage?by=month", "health",
)  # fmt: skip


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A newsroom with a coded sample and a week that was partly collected."""
    url = f"sqlite:///{tmp_path_factory.mktemp('trusted')}/store.db"
    trusted_store.fill(url).dispose()
    with reader_of(url) as client:
        yield client


@pytest.fixture(scope="module")
def schema(browser: TestClient) -> dict[str, dict[str, dict[str, object]]]:
    return browser.get(f"{API}/openapi.json").json()


def template_of(address: str) -> str:
    path = f"{API}/{address.partition('?')[0]}"
    path = re.sub(r"/frames/\w+/", "/frames/{code}/", path)
    return re.sub(r"/(articles|events)/\d+$", r"/\1/{number}", path)


def get(browser: TestClient, address: str) -> dict:
    answer = browser.get(f"{API}/{address}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def assert_described(schema: dict, address: str, found: dict) -> None:
    told = schema["paths"][template_of(address)]["get"]["responses"]["200"]
    shape = told["content"]["application/json"]["schema"] | {"components": schema["components"]}
    assert list(Draft202012Validator(shape).iter_errors(found)) == []


# --- the description ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("client", ["browser", "trusted"])
def test_every_answer_is_as_it_is_described(request, schema, client, address):
    """Field by field, by the schema that the API itself gives."""
    answer = request.getfixturevalue(client).get(f"{API}/{address}")
    assert answer.status_code == 200
    assert_described(schema, address, answer.json())


def test_every_address_is_described_and_tried(schema):
    """Nothing is left out above; every field of an answer that is a number says what it is."""
    asked = (*ADDRESSES, "runs", "backfills/{backfill}")  # these need an Airflow
    readable = {path for path, operations in schema["paths"].items() if "get" in operations}
    assert {template_of(address) for address in asked} == readable
    for operation in (one for path in schema["paths"].values() for one in path.values()):
        assert operation["summary"]
        assert operation["description"]
        assert all(p.get("description") or p["in"] == "path" for p in operation["parameters"])


def test_the_page_of_the_api_tells_the_same_without_code(browser, schema):
    """Every address, every field of a question; no script, no style, nothing from elsewhere."""
    page = browser.get("/api")
    assert page.status_code == 200
    html = unescape(page.text)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert f"<code>{method.upper()} {path}</code>" in html
            for parameter in operation["parameters"]:
                assert f"<code>{parameter['name']}</code>" in html
    assert scripts_of_others(html) == []
    assert " style=" not in html
    addresses = re.findall(r'href="(/api/v1/[^"]+)"', html)
    read = [path for path, operations in schema["paths"].items() if "get" in operations]
    assert len(set(addresses) - {f"{API}/openapi.json"}) == len(read) - 1  # no example backfill
    for address in set(addresses) - {f"{API}/runs"}:  # there is no Airflow here
        assert browser.get(address).status_code == 200, address


# --- the same numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["", "country=AU", "host=harbour&by=month", "count=original"])
def test_trend_has_the_buckets_of_every_frame(browser, asked):
    """As the series of each, and as its file."""
    found = get(browser, f"trend?{asked}")
    assert len(found["frames"]) == 5
    for line in found["frames"]:
        alone = get(browser, f"frames/{line['frame']}/series?{asked}")
        assert line["buckets"] == alone["buckets"]
        assert found["by"] == alone["by"]
        rows = rows_of(browser.get(f"/t/deepseek/export/frame-{line['frame']}.csv?{asked}").text)
        assert [row["numerator"] for row in rows] == [str(b["k"]) for b in line["buckets"]]
    assert len(get(browser, f"trend?frame=conflict&{asked}")["frames"]) == 1


def test_changes_are_those_of_the_table(trusted):
    """Value, interval and both shares."""
    found = {one["name"]: one for one in get(trusted, "changes")["changes"]}
    rows = rows_of(trusted.get("/t/deepseek/export/changes.csv").text)
    assert {row["frame"] for row in rows} == set(found) != set()
    for row in rows:
        off = found[row["frame"]]["difference"]
        assert row["change"] == str(round(off["value"], 6))
        assert row["share_before"] == str(round(off["right"]["mean"], 6))
        assert (off["left"]["mean"] - off["right"]["mean"]) == pytest.approx(off["value"])
        assert off["clear"] is ("no clear" not in row["verdict"])


@pytest.mark.parametrize("by", ["day", "month"])
def test_nothing_is_taken_apart_where_nothing_is_compared(trusted, by):
    """Single days, and months of which none is whole: null, and a file without rows."""
    assert get(trusted, f"frames/economic/change?by={by}")["change"] is None
    assert rows_of(trusted.get(f"/t/deepseek/export/parts-economic.csv?by={by}").text) == []


def test_the_shares_of_groups_are_those_of_the_table_of_shades(browser):
    """Cell by cell."""
    found = get(browser, "heatmap?dim=country")
    rows = rows_of(browser.get("/t/deepseek/export/heatmap.csv?dim=country").text)
    assert len(rows) == len(found["cells"]) == 5 * len(found["groups"])
    names = {group["code"]: group["name"] for group in found["groups"]}
    assert sorted((r["group"], r["numerator"], r["denominator"]) for r in rows) == sorted(
        (names[c["group"]], str(c["k"]), str(c["n"])) for c in found["cells"]
    )


def test_two_groups_are_compared_if_they_are_named(browser):
    """Left less right; the pooled share is between the least and the most."""
    found = get(browser, "compare?frame=economic&left=harbour&right=meridian")
    shares = {group["code"]: group["share"]["share"] for group in found["groups"]}
    pair = found["pair"]
    assert (pair["left"]["code"], pair["right"]["code"]) == ("harbour", "meridian")
    assert pair["difference"]["value"] == pytest.approx(shares["harbour"] - shares["meridian"])
    assert min(shares.values()) < found["pooled"]["share"] < max(shares.values())
    assert get(browser, "compare?frame=economic")["pair"] is None


def test_pairs_of_frames_are_those_of_the_file(browser):
    """Observed and expected, by either of the two."""
    found = get(browser, "cooccurrence")["pairs"]
    assert len(found) == 10
    rows = rows_of(browser.get("/t/deepseek/export/together-economic.csv").text)
    mine = [p["together"] for p in found if "economic" in (p["frame"], p["other"])]
    assert sorted(row["observed"] for row in rows) == sorted(str(p["observed"]) for p in mine)


def test_tone_is_that_of_the_files(browser):
    """Over all and over time."""
    found = {one["name"]: one for one in get(browser, "targets")["targets"]}
    for row in rows_of(browser.get("/t/deepseek/export/tone.csv").text):
        assert row["share"] == str(round(found[row["target"]]["mean"], 6))
        assert row["denominator"] == str(found[row["target"]]["n"])
    series = get(browser, "sentiment?target=china")
    rows = rows_of(browser.get("/t/deepseek/export/tone-china.csv").text)
    assert [r["denominator"] for r in rows] == [str(b["n"]) for b in series["buckets"]]
    assert any(bucket["mean"] is None for bucket in series["buckets"])


def test_coverage_is_that_of_the_file_and_tells_gaps_apart(trusted):
    """Nobody collected, nothing was published, a part was collected."""
    found = get(trusted, "coverage")["buckets"]
    rows = rows_of(trusted.get("/t/deepseek/export/coverage.csv").text)
    assert [row["articles"] for row in rows] == [str(b["articles"]) for b in found]
    states = {b["bucket"]: b["state"] for b in found}
    assert states["2025-02-03"] == "no_collection"
    assert states["2025-02-17"] == "no_coverage"
    assert [b["bucket"] for b in found if b["partial"]] == ["2025-02-24"]
    assert [words.PARTLY in row["state"] for row in rows] == [b["partial"] for b in found]


# --- articles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["", "frame=economic", "target=china&host=harbour"])
def test_articles_are_listed_once_each_page_by_page(browser, asked):
    """Until there are no more: those of the file."""
    found: list[int] = []
    after = ""
    while True:
        part = get(browser, f"articles?{asked}&limit=7&after={after}")
        assert len(part["articles"]) <= 7
        found += [one["id"] for one in part["articles"]]
        if part["next"] is None:
            break
        after = part["next"].replace("+", "%2B")
    rows = rows_of(browser.get(f"/t/deepseek/export/articles.csv?{asked}").text)
    assert found == [int(row["id"]) for row in rows] != []


def test_one_article_has_its_scores_its_evidence_and_where_it_came_from(browser):
    """As in the list, with every sentence; never its text."""
    (listed,) = get(browser, "articles?frame=morality&limit=1")["articles"]
    found = get(browser, f"articles/{listed['id']}")
    one = found["article"]
    assert found["intact"] is True
    assert one["frames"] == listed["frames"]
    assert one["reader"]["model"] == "minilm-frames"
    assert {s["about"] for s in one["sentences"]} >= {"morality"}
    assert all(0 < len(s["words"]) <= 300 for s in one["sentences"])
    assert len(one["page_sha256"]) == 64
    assert "text" not in one


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("trend?contry=AU", 400, "contry: there is no such field here; see /api"),
        ("articles?limit=501", 400, "limit=501: input should be less than or equal to 500"),
        ("articles?limit=x", 400, "limit=x: "),
        ("articles?after=yesterday", 400, "after=yesterday is no place in the list"),
        ("articles/x", 400, "number=x: "),
        ("articles/0", 404, "There is no article 0"),
        ("articles/99999999999999999999999", 404, "There is no article 999"),
        ("frames/nope/series", 404, "no such frame"),
        ("articles?frame=nope", 404, "no such frame"),
        ("sentiment?target=nope", 404, "no such target"),
        ("trend?by=year", 400, "choose one of day, week, month"),
        ("heatmap?dim=owner", 400, "choose one of host"),
        ("compare?left=harbour&right=nope", 400, "right=nope: no such group; choose one of"),
        ("compare?left=harbour", 400, "right=: no such group"),
        ("compare?left=harbour&right=harbour", 400, "are the same group"),
        ("trend?from=2025-02-01&to=2025-01-01", 400, "to=2025-01-01 is before"),
        ("trend?topic=nope", 404, "There is no such topic"),
        ("nope", 404, "Not Found"),
        ("health?hours=0", 400, "hours=0: "),
    ],
)
def test_what_cannot_be_answered_is_refused_as_problem_details(browser, address, status, said):
    """What, where, and what to do."""
    answer = browser.get(f"{API}/{address}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert set(problem) == {"title", "status", "detail", "instance", "help"}
    assert problem["status"] == status
    assert said in problem["detail"]
    assert problem["instance"] == f"{API}/{address.partition('?')[0]}"
    assert browser.get(problem["help"]).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_number_is_only_read(browser, method):
    """It follows from what is stored."""
    answer = getattr(browser, method)(f"{API}/trend")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unchanged_answer_is_not_sent_again(browser):
    """The same tag, no body; another question has another."""
    for address in ("trend", "articles?limit=2", "heatmap?dim=genre"):
        tag = {"if-none-match": browser.get(f"{API}/{address}").headers["etag"]}
        again = browser.get(f"{API}/{address}", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
    assert browser.get(f"{API}/articles?limit=3", headers=tag).status_code == 200


def test_runs_are_those_that_airflow_tells_of(url, schema):
    """A backfill and its runs; and what it says when Airflow is gone."""
    fake = FakeAirflow()
    settings = Settings.from_env(
        {"FRAMEWATCH_DATABASE_URL": url, "FRAMEWATCH_AIRFLOW_URL": fake.url}
    )
    made = BackfillWanted(
        dag="monitor_deepseek", first=date(2025, 2, 3), last=date(2025, 2, 5), conf={"request": "x"}
    )
    try:
        Airflow.of(settings).make_backfill(made)
        with TestClient(create_app(settings, lambda: NOW), base_url=SITE) as client:
            found = get(client, "runs")
    finally:
        fake.stop()
    assert_described(schema, "runs", found)
    assert [one["first"] for one in found["backfills"]] == ["2025-02-03"]
    assert {run["dag"] for run in found["runs"]} == {"monitor_deepseek"}
    with TestClient(create_app(settings, lambda: NOW), base_url=SITE) as client:
        gone = client.get(f"{API}/runs")
    assert gone.status_code == 503
    assert "make run" in gone.json()["detail"]


def test_data_that_are_old_are_an_alarm(tmp_path):
    """An empty store has none at all; how old is too old is the watcher's choice."""
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    with reader_of(url) as client:
        answer = client.get(f"{API}/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "old")
        assert answer.json()["topics"]["deepseek"]["hours"] is None
