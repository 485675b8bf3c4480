"""Page, file, API, report and analysis give the same numbers, to the last digit that they write."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboard import words
from dashboard.app import create_app
from dashboard.choice import Choice
from dashboard.site import CODEBOOK
from db import day_counts, queries
from db.queries import Filters
from db.session import open_store
from framewatch import analysis, changes, shifts
from framewatch.facts import load_frames, load_topics
from framewatch.settings import Settings
from report.build import build
from tests.newsroom_store import FRAMES, NOW, TODAY, TOPIC
from tests.trusted_store import FRAME, PARTIAL, fill
from trends.buckets import Bucket, Step
from trends.tone import overall, tones

SPAN = "from=2025-01-06&to=2025-03-12"
QUERIES = ["", "by=month", "by=day", "country=AU", "host=harbour&count=original", SPAN]
Tabled = dict[str, list[dict[str, str]]]
CHOICE = Choice(first=date(2025, 1, 6), last=TODAY)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A newsroom with a coded sample and a week that was partly collected."""
    found = Settings.from_env({"FRAMEWATCH_HOME": str(tmp_path_factory.mktemp("home"))})
    fill(found.database_url).dispose()
    return found


@pytest.fixture(scope="module")
def browser(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, lambda: NOW), base_url="http://127.0.0.1") as client:
        yield client


class Tables(HTMLParser):
    """The tables of a page by their captions, each as rows of what stands in its cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._caption, self._in = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._caption = ""
        if tag == "tbody":
            self._rows = []
        if tag == "tr":
            self._rows.append([])
        if tag in ("td", "th"):
            self._rows[-1].append("")
        if tag in ("td", "th", "caption"):
            self._in = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""
        if tag == "tbody":
            self.found[self._caption] = self._rows
            self._rows = []

    def handle_data(self, data: str) -> None:
        if self._in == "caption":
            self._caption += data
        elif self._in:
            self._rows[-1][-1] += data


def rows_of(text: str) -> list[dict[str, str]]:
    lines = [line for line in text.lstrip("\ufeff").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def load_names() -> dict[str, str]:
    return {frame.code: frame.name for frame in load_frames(CODEBOOK)}


def asked(settings: Settings, query: str) -> analysis.Question:
    """The question that an address asks."""
    fields = dict(part.split("=") for part in query.split("&") if part)
    filters = Choice.parse(fields).filters(TOPIC)
    store = open_store(settings.database_url, read_only=True)
    topic = load_topics(settings.topics)[TOPIC]
    return analysis.Question(store=store, topic=topic, filters=filters, today=TODAY)


def written(number: float | None) -> str:
    """As files write it."""
    return "" if number is None else str(round(number, 6))


def assert_written(
    row: dict[str, str], keys: tuple[str, ...], found: dict[str, float | None]
) -> None:
    """A share and its ends in a file are those of the API."""
    assert [row[key] for key in keys] == [written(found[n]) for n in ("share", "low", "high")]


@pytest.mark.parametrize("query", QUERIES)
def test_a_series_is_the_same_on_the_page_in_the_file_in_the_api_and_in_the_analysis(
    settings: Settings, browser: TestClient, query: str
) -> None:
    """Bucket by bucket, gaps and states included."""
    page = browser.get(f"/t/deepseek/frame/{FRAME}?{query}").text
    captions = re.compile(": share of coded articles by (day|week|month)")
    (table,) = [rows for title, rows in Tables(page).found.items() if captions.search(title)]
    file = rows_of(browser.get(f"/t/deepseek/export/frame-{FRAME}.csv?{query}").text)
    buckets = browser.get(f"/api/v1/frames/{FRAME}/series?{query}").json()["buckets"]
    assert len(table) == len(file) == len(buckets) > 1
    for shown, row, found in zip(table, file, buckets, strict=True):
        assert (row["start"], row["end"]) == (found["bucket"], found["last"])
        assert (row["numerator"], row["denominator"]) == (str(found["k"]), str(found["n"]))
        assert_written(row, ("share", "low", "high"), found)
        shares = [found[name] for name in ("share", "low", "high")]
        assert shown[2:4] == [f"{found['k']:,}", f"{found['n']:,}"]
        assert shown[4:7] == [words.a_share(share) for share in shares]
        assert shown[7] == row["state"]
        assert (words.PARTLY in row["state"]) is found["partial"]
        assert ("not over" in row["state"]) is found["provisional"]
    step = Step(re.search(r"by=(\w+)", query)[1]) if "by=" in query else Step.WEEK
    spots = analysis.series(asked(settings, query), [FRAME], step)[FRAME].spots
    assert [(s.trend.n, s.trend.share, s.trend.low, s.trend.high) for s in spots] == [
        (b["n"], b["share"], b["low"], b["high"]) for b in buckets
    ]
    assert [s.trend.state.value for s in spots] == [b["state"] for b in buckets]
    assert [s.collected for s in spots] == [b["collected"] for b in buckets]
    assert [s.partial and s.trend.n > 0 for s in spots] == [b["partial"] for b in buckets]


def test_the_partly_collected_week_is_in_the_sample(browser: TestClient) -> None:
    """Or the test above would compare nothing of it."""
    buckets = browser.get(f"/api/v1/frames/{FRAME}/series").json()["buckets"]
    assert [b["bucket"] for b in buckets if b["partial"]] == [PARTIAL.isoformat()]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("query", ["", "country=AU", "from=2025-02-10"])
def test_a_share_is_the_same_on_the_page_in_the_file_in_the_api_and_in_the_analysis(
    settings: Settings, browser: TestClient, frame: str, query: str
) -> None:
    """As read and as corrected; only one frame was coded by hand."""
    page = browser.get(f"/t/deepseek/frame/{frame}?{query}").text
    (table,) = [t for c, t in Tables(page).found.items() if ": share of coded articles, " in c]
    file = rows_of(browser.get(f"/t/deepseek/export/share-{frame}.csv?{query}").text)
    answer = browser.get(f"/api/v1/frames/{frame}/share?{query}").json()
    estimates = [answer["naive"], *answer["corrected"].values()]
    assert any(e["share"] is not None for e in estimates[1:]) is (frame == FRAME)
    if frame != FRAME:
        assert [row["estimate"] for row in file] == ["as read", "corrected"]
        estimates = estimates[:2]
    for shown, row, found in zip(table, file, estimates, strict=True):
        assert_written(row, ("share", "low", "high"), found)
        numbers = [found[name] for name in ("share", "low", "high")]
        assert shown[1:4] == [words.a_share(number) for number in numbers]
    held = analysis.frame_share(asked(settings, query), frame)
    made = held.correction
    assert (answer["n"], answer["k"]) == (held.n, held.k)
    assert answer["sample"]["coded"] == made.coded
    for found, own in zip(
        answer["corrected"].values(), (made.rogan_gladen, made.prediction_powered), strict=True
    ):
        assert (found["share"], found["low"], found["high"]) == (own.value, own.low, own.high)


CUT = "from=2025-02-12"  # in the middle of a week that is compared


@pytest.mark.parametrize("frame", [FRAME, "conflict"])
@pytest.mark.parametrize("query", ["", "country=AU", "count=original", CUT])
def test_a_change_is_taken_apart_alike_on_the_page_in_the_file_in_the_api_and_in_the_analysis(
    settings: Settings, browser: TestClient, frame: str, query: str
) -> None:
    """Mix and within add up to the change that is told beside them, to the last digit."""
    page = browser.get(f"/t/deepseek/frame/{frame}?{query}").text
    (table,) = [rows for title, rows in Tables(page).found.items() if "is made of" in title]
    file = csv_of(browser, f"parts-{frame}", query)
    assert [cells[:4] for cells in table] == [
        [row["part"], *(words.a_points(_number(row[key])) for key in ("points", "low", "high"))]
        for row in file
    ]
    found = browser.get(f"/api/v1/frames/{frame}/change?{query}").json()["change"]
    told = browser.get(f"/api/v1/changes?{query}").json()["changes"]
    (beside,) = [one for one in told if one["frame"] == frame]
    ends = ("value", "low", "high")
    for key in ends:
        assert found["difference"][key] == pytest.approx(beside["difference"][key], abs=1e-12)
    points = {row["part"]: row["points"] for row in file}
    for key, name in (("outlets", "outlets"), ("origin", "original and re-published")):
        split = found[key]
        assert split["mix"] + split["within"] == pytest.approx(found["difference"]["value"])
        assert points[f"mix of {name}"] == written(split["mix"])
        assert points[f"within {name}"] == written(split["within"])
    rows = {row["part"]: row for row in file}
    for part, held in (("as read", "difference"), ("corrected", "corrected")):
        row = rows[f"change, {part}"]
        assert [row[k] for k in ("points", "low", "high")] == [
            written(found[held][k]) for k in ends
        ]
    assert (found["corrected"]["value"] is None) is (frame != FRAME)
    assert rows["model or codebook"]["note"] == found["by_reader"]["reason"]
    first = date.fromisoformat(CUT.partition("=")[2]) if query == CUT else date.min
    periods = [
        changes.Period(
            max(first, date.fromisoformat(span["start"])), date.fromisoformat(span["last"])
        )
        for span in (found["before"], found["after"])
    ]
    own = changes.change(asked(settings, query), frame, *periods)
    assert (own.splits["host"].mix, own.corrected.value) == (
        found["outlets"]["mix"],
        found["corrected"]["value"],
    )


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


@pytest.fixture(scope="module")
def report_folder(settings: Settings) -> Path:
    """Of a report on the span; without a browser, as the PDF is made of the same tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("report.pdf.NAMES", ())
        return build(settings, TOPIC, CHOICE).folder


@pytest.fixture(scope="module")
def report_tables(report_folder: Path) -> Tabled:
    return {path.stem: rows_of(path.read_text("utf-8")) for path in report_folder.rglob("*.csv")}


def test_the_report_shows_each_share_as_read_and_corrected_and_says_which_are_not(
    report_folder: Path, browser: TestClient
) -> None:
    """The naive share always; only one frame was coded by hand."""
    html = (report_folder / "report.html").read_text("utf-8")
    (table,) = [t for title, t in Tables(html).found.items() if "corrected for its errors" in title]
    names = load_names()
    assert [row[0] for row in table] == [names[frame] for frame in FRAMES]
    for frame, row in zip(FRAMES, table, strict=True):
        answer = browser.get(f"/api/v1/frames/{frame}/share?{SPAN}").json()
        held = [answer["naive"], *answer["corrected"].values()]
        assert row[2:5] == [
            f"{words.a_share(one['share'])}{words.a_range(one['low'], one['high'])}"
            if one["share"] is not None
            else "–"
            for one in held
        ]
        assert row[5] == str(answer["sample"]["coded"])
    lacking = ", ".join(names[frame] for frame in FRAMES if frame != FRAME)
    assert html.count(f"Not corrected: {lacking}. No article was coded by hand.") == 2
    (point,) = (said for said in points_of(report_folder) if "most frequent" in said)
    assert re.search(
        r"as the machine reads them; corrected for its errors \d+% \(\d+–\d+%\)", point
    )


def points_of(folder: Path) -> list[str]:
    return [row["point"] for row in rows_of((folder / "data" / "points.csv").read_text("utf-8"))]


def test_the_report_has_the_numbers_of_the_api(
    settings: Settings, browser: TestClient, report_tables: Tabled
) -> None:
    """Its series, its shares with their corrections, and its shifts."""
    tables = report_tables
    for frame in FRAMES:
        buckets = browser.get(f"/api/v1/frames/{frame}/series?{SPAN}").json()["buckets"]
        rows = tables[f"frame-{frame}"]
        for row, found in zip(rows, buckets, strict=True):
            assert row["start"] == found["bucket"]
            assert (row["numerator"], row["denominator"]) == (str(found["k"]), str(found["n"]))
            assert_written(row, ("share", "low", "high"), found)
        answer = browser.get(f"/api/v1/frames/{frame}/share?{SPAN}").json()
        (row,) = [row for row in tables["shares"] if row["frame"] == frame]
        for prefix, found in (
            ("", answer["naive"]),
            ("corrected", answer["corrected"]["rogan_gladen"]),
            ("predicted", answer["corrected"]["prediction_powered"]),
        ):
            ends = f"{prefix}_low", f"{prefix}_high"
            assert_written(row, (prefix, *ends) if prefix else ("share", "low", "high"), found)
    told = shifts.shifts(asked(settings, SPAN), list(FRAMES)).found
    assert [row["frame"] for row in tables["shifts"]] == [one.frame for one in told]
    each = browser.get(f"/api/v1/shifts?dim=host&{SPAN}").json()["shifts"]
    assert len(tables["outlet-shifts"]) == len(each)


def csv_of(browser: TestClient, name: str, query: str) -> list[dict[str, str]]:
    return rows_of(browser.get(f"/t/deepseek/export/{name}.csv?{query}").text)


def shown(cell: str, kind: str) -> str:
    """A number of a file as a page writes it."""
    if not cell:
        return "–" if kind else ""
    if kind == "count":
        return f"{int(cell):,}"
    if kind == "day":
        return words.a_day(date.fromisoformat(cell))
    return {"share": words.a_share, "tone": words.a_tone}[kind](float(cell)) if kind else cell


def assert_shown(page: str, caption: str, rows: list[dict[str, str]], kinds: list[str]) -> None:
    """A table of a page holds the rows of a file."""
    (table,) = [cells for title, cells in Tables(page).found.items() if title.startswith(caption)]
    expected = [
        [shown(cell, kind) for cell, kind in zip(row.values(), kinds, strict=True)] for row in rows
    ]
    assert table == expected
    assert table


TONE = ["tone", "count", "tone", "tone", "tone", ""]
SHARE = ["count", "count", "share", "share", "share", ""]


@pytest.mark.parametrize("query", QUERIES)
def test_the_overview_has_the_rows_of_its_files(browser: TestClient, query: str) -> None:
    """Every panel, tone, coverage and outlets; shares also as the API has them."""
    page = browser.get(f"/t/deepseek/?{query}").text
    days, names = ["day", "day"], load_names()
    for frame in FRAMES:
        rows = csv_of(browser, f"frame-{frame}", query)
        assert_shown(page, f"{names[frame]}: share of coded articles", rows, days + SHARE)
        buckets = browser.get(f"/api/v1/frames/{frame}/series?{query}").json()["buckets"]
        for row, found in zip(rows, buckets, strict=True):
            assert_written(row, ("share", "low", "high"), found)
    for target, name in (("deepseek", "DeepSeek"), ("china", "China")):
        rows = csv_of(browser, f"tone-{target}", query)
        assert_shown(page, f"Tone towards {name} by", rows, days + TONE)
    assert_shown(page, "Tone by target", csv_of(browser, "tone", query), ["", *TONE])
    coverage = [*days, *["count"] * 4, "share", ""]
    assert_shown(page, "Collection by", csv_of(browser, "coverage", query), coverage)
    outlets = ["", "count", "count", ""]
    assert_shown(page, "Articles by outlet", csv_of(browser, "outlets", query), outlets)


@pytest.mark.parametrize("query", QUERIES)
def test_tone_and_coverage_are_those_of_the_outlet_days(
    settings: Settings, browser: TestClient, query: str
) -> None:
    """Computed anew from the days that pages do not read."""
    asking = asked(settings, query)
    step = Step(re.search(r"by=(\w+)", query)[1]) if "by=" in query else Step.WEEK
    into = analysis.buckets_of(asking, step)
    known = analysis.presence(asking, into, step)
    held = day_counts.tone_days(asking.store, asking.filters)
    for target in ("deepseek", "china"):
        rows = csv_of(browser, f"tone-{target}", query)
        points = {p.start: p for p in tones(held[target], into, step, known)}
        for row in rows:
            point = points.get(date.fromisoformat(row["start"]))
            ends = (point.mean, point.low, point.high) if point else (None, None, None)
            assert [row[key] for key in ("share", "low", "high")] == [*map(written, ends)]
    (first, *_, last) = csv_of(browser, "coverage", query)
    whole = Bucket(date.fromisoformat(first["start"]), date.fromisoformat(last["end"]))
    whole = Bucket(whole.start, whole.end + timedelta(days=1))
    found = [overall(held[target], whole, known) for target in ("deepseek", "china")]
    found.sort(key=lambda tone: -tone.n)
    rows = csv_of(browser, "tone", query)
    assert [row["share"] for row in rows] == [written(tone.mean) for tone in found]
    assert [row["low"] for row in rows] == [written(tone.low) for tone in found]
    volumes = queries.volumes(asking.store, asking.filters)
    for row in csv_of(browser, "coverage", query):
        start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
        mine = [volume for volume in volumes if start <= volume.day <= end]
        assert int(row["articles"]) == sum(volume.articles for volume in mine)
        assert int(row["coded"]) == sum(volume.coded for volume in mine)
        assert int(row["outlets"]) == len({volume.outlet for volume in mine})


def test_the_report_has_the_rows_of_the_files(report_tables: Tabled, browser: TestClient) -> None:
    """Coverage, outlets, tone and every frame, as the dashboard exports them."""
    names = ["coverage", "outlets", "tone", "tone-deepseek", "tone-china"]
    for name in (*names, *(f"frame-{frame}" for frame in FRAMES)):
        assert report_tables[name] == csv_of(browser, name, SPAN)


def test_an_answer_says_what_was_asked_and_by_whom_it_was_read(browser: TestClient) -> None:
    """So that the number can be found again."""
    answer = browser.get(f"/api/v1/frames/{FRAME}/share?country=AU&topic=deepseek").json()
    assert answer["filters"]["country"] == "AU"
    assert Filters(topic=answer["topic"]).topic == TOPIC
    assert answer["readers"][0]["model"] == "minilm-frames"
    assert answer["data_version"] == 1
    assert answer["page"] == f"/t/deepseek/frame/{FRAME}?country=AU"
