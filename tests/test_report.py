"""The report: a sealed folder with the dashboard's own numbers, the same bytes every time."""

import csv
import hashlib
import io
import json
import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from playwright.sync_api import sync_playwright
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from dashboard import words
from dashboard.app import create_app
from dashboard.choice import Choice
from dashboard.excerpt import QUOTED
from dashboard.site import open_site
from db import day_counts, queries
from db.coded import CodedUnit, save_units
from db.publish import publish
from db.session import open_store
from db.tables import AnswerRow, ArticleRow, RepublicationRow
from db.upsert import table_of
from framewatch.settings import Settings
from report import pdf
from report.build import Report, build, last_weeks
from report.command import report as command
from report.files import MANIFEST, faults, write
from report.inert import LONGEST, on_paper, plain
from report.quotes import quotes
from report.scope import ReportError, Scope, scope_of
from report.shares import changes, changes_sheet
from tests.made_once import migrate
from tests.newsroom_store import DESKS, NOW, TOPIC, Draft, fill, newsroom
from tests.trusted_store import fill_shifted

SPAN = Choice(first=date(2025, 1, 6), last=date(2025, 3, 12))
EVIL = '<script>alert("x")</script> =cmd|"/c calc"!A1 \u202egnp.exe\u2066 \x07 ' + "W" * 10_000


def settings_of(home: Path) -> Settings:
    return Settings.from_env({"FRAMEWATCH_HOME": str(home)})


@pytest.fixture(autouse=True)
def unprinted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a browser, as on many machines, but where the PDF is what is tested."""
    if "slow" not in request.keywords:
        monkeypatch.setattr(pdf, "NAMES", ())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsroom with a re-publication."""
    home = tmp_path_factory.mktemp("home")
    engine = fill(settings_of(home).database_url)
    with engine.begin() as connection:
        republish(connection)
        publish(connection, TOPIC, NOW)
    engine.dispose()
    return home


@pytest.fixture(scope="module")
def made(home: Path) -> Report:
    """A report on all ten weeks, without a PDF."""
    return without_pdf(home)


def without_pdf(home: Path) -> Report:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "NAMES", ())
        return build(settings_of(home), TOPIC, SPAN)


def republish(connection: Any) -> None:
    """Article 3 stood in the Meridian Wire before."""
    entry = {
        "article_id": 3,
        "original_id": None,
        "original_outlet": "meridian",
        "original_country": "GB",
        "original_day": date(2025, 1, 5),
        "original_url": "",
        "proof": "note",
        "evidence": "First published by Meridian Wire.",
        "similarity": None,
        "same_owner": None,
    }
    connection.execute(insert(table_of(RepublicationRow)).values(**entry))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def table(made: Report, name: str) -> list[dict[str, str]]:
    return rows_of((made.folder / "data" / f"{name}.csv").read_text(encoding="utf-8"))


def scope(home: Path, choice: Choice) -> Scope:
    return scope_of(open_site(settings_of(home), lambda: NOW), TOPIC, choice, "")


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["coverage", "outlets", "sources", "frame-economic", "tone", "tone-china"]
)
def test_report_and_dashboard_give_the_same_numbers(home, made, name):
    """Row for row what the dashboard exports for the same days."""
    app = create_app(settings_of(home), lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        asked = f"/t/deepseek/export/{name}.csv?from={SPAN.first}&to={SPAN.last}"
        assert table(made, name) == rows_of(client.get(asked).text)


def test_shares_are_those_of_the_counts_of_the_store(home, made):
    """Numerators and denominators add up from the query, and so do those by outlet and week."""
    engine = open_store(settings_of(home).database_url, read_only=True)
    held = day_counts.frame_days(
        engine, queries.Filters(topic=TOPIC, first=SPAN.first, last=SPAN.last)
    )
    engine.dispose()
    for row in table(made, "shares"):
        counts = held[row["frame"]]
        n, k = sum(count.n for count in counts), sum(count.k for count in counts)
        assert (int(row["denominator"]), int(row["numerator"])) == (n, k)
        assert float(row["share"]) == pytest.approx(k / n, abs=1e-6)
        assert float(row["low"]) < k / n < float(row["high"])
        for by in ("outlet", "country", "genre"):
            mine = [g for g in table(made, "groups") if (g["by"], g["frame"]) == (by, row["frame"])]
            assert sum(int(g["denominator"]) for g in mine) == n
        weeks = table(made, f"frame-{row['frame']}")
        assert sum(int(week["numerator"]) for week in weeks) == k
    raw = [(r["frame"], r["outlet"], r["day"], r["denominator"]) for r in table(made, "counts")]
    assert raw == [(f, c.outlet, str(c.day), str(c.n)) for f in sorted(held) for c in held[f]]


def test_a_change_is_told_where_both_periods_were_collected(home, made):
    """Thirteen days against the thirteen before; what nobody collected is not compared with."""
    january = scope(home, Choice(first=date(2025, 1, 20), last=date(2025, 2, 1)))
    sheet = changes_sheet(january, changes(january))
    row = dict(zip((column.key for column in sheet.columns), sheet.rows[0], strict=True))
    assert row["against"] == "the previous period"
    assert (row["before_first"], row["before_last"]) == (date(2025, 1, 7), date(2025, 1, 19))
    off = row["share"] - row["before_share"]
    assert row["difference"] == pytest.approx(off)
    assert row["difference_low"] < off < row["difference_high"]
    for mix, within in (("outlet_mix", "within_outlets"), ("origin_mix", "within_origin")):
        assert row[mix] + row[within] == pytest.approx(off)
    assert row["reader_note"] == "One reader read both periods."
    assert row["corrected_difference"] is None
    row = table(made, "changes")[0]
    assert (row["clear"], row["difference_low"]) == ("not known", "")
    assert "was collected" in row["note"]


def test_the_page_takes_each_change_apart(home, tmp_path, monkeypatch):
    """One line for each frame, with the numbers of the file."""
    monkeypatch.setattr(pdf, "NAMES", ())
    span = Choice(first=date(2025, 1, 20), last=date(2025, 2, 1))
    found = build(settings_of(home), TOPIC, span, tmp_path)
    html = (found.folder / "report.html").read_text(encoding="utf-8")
    _, _, after = html.partition("What the changes against the previous period are made of, in")
    lines = re.findall(r"<tr><th scope=.row.>(.*?)</th>(.*?)</tr>", after.partition("</table>")[0])
    rows = [row for row in table(found, "changes") if row["against"] == "the previous period"]
    assert [name for name, _ in lines] == [row["name"] for row in rows] != []
    keys = ("outlet_mix", "within_outlets", "origin_mix", "within_origin")
    for (_, cells), row in zip(lines, rows, strict=True):
        said = re.findall(r"<td[^>]*>(.*?)</td>", cells)
        assert said[:4] == [words.a_points(float(row[key])) for key in keys]
        assert "One reader read both periods." in said[4]
        assert "No article was coded by hand." in said[5]


def test_a_shift_has_its_sentences_and_each_outlet_its_own_shifts(tmp_path, monkeypatch):
    """On the page and in the files; one sentence of an article at most."""
    monkeypatch.setattr(pdf, "NAMES", ())
    fill_shifted(settings_of(tmp_path).database_url).dispose()
    span = Choice(first=date(2024, 10, 14), last=date(2025, 3, 2))
    found = build(settings_of(tmp_path), TOPIC, span)
    (shift,) = table(found, "shifts")
    each = table(found, "outlet-shifts")
    assert sorted(row["outlet"] for row in each) == ["✻ Herald", "✻ Wire"]
    assert {row["frame"] for row in each} == {shift["frame"]} == {"economic"}
    spoken = [row for row in table(found, "evidence") if row["shift"] == shift["start"]]
    assert len(spoken) == 3
    said: dict[str, set[str]] = {}
    for row in table(found, "evidence"):
        said.setdefault(row["page_sha256"], set()).add(row["words"])
    assert all(len(every - {""}) <= 1 for every in said.values())
    html = (found.folder / "report.html").read_text(encoding="utf-8")
    _, _, after = html.partition("Sentences that speak most for each")
    section = after.partition("Shifts in single outlets")[0]
    assert section.count('<p class="source">') == 3
    assert all(row["words"] in section for row in spoken)
    weeks = build(settings_of(tmp_path), TOPIC, Choice(first=date(2025, 2, 3), last=span.last))
    (again,) = table(weeks, "shifts")  # half a year is looked at, as four weeks show no level
    assert again["start"] == shift["start"]
    assert "looked for from 2 Sep 2024 to 2 Mar 2025" in (weeks.folder / "report.html").read_text()


@pytest.mark.parametrize(("last", "first_then"), [(9, 4), (8, 3)])
def test_whole_weeks_are_compared_with_whole_weeks_of_the_year_before(home, last, first_then):
    """52 weeks back, weekends with weekends; other periods with the same dates."""
    chosen = scope(home, Choice(first=date(2025, 3, 3), last=date(2025, 3, last)))
    assert chosen.earlier["a year before"].first == date(2024, 3, first_then)


def test_key_points_have_their_n_and_a_link_that_the_dashboard_answers(home, made):
    """Every link leads to a page of the dashboard that stands."""
    found = table(made, "points")
    assert len(found) >= 4
    assert all(int(point["n"]) > 0 for point in found)
    with TestClient(
        create_app(settings_of(home), lambda: NOW), base_url="http://127.0.0.1"
    ) as client:
        for point in found:
            path = point["link"].removeprefix("http://127.0.0.1:8050")
            assert client.get(path).status_code == 200


def test_who_republished_whom_is_told_with_the_proof(made):
    """One page, with its note; its host and its first publisher by name."""
    (row,) = table(made, "republications")
    assert (row["original"], row["articles"], row["note"]) == ("Meridian Wire", "1", "1")
    assert row["host"] in {desk.name for desk in DESKS}
    assert row["owners"] == "not known"


def test_gaps_are_in_page_table_and_manifest(made):
    """The week in which nobody collected."""
    gap = next(row for row in table(made, "gaps") if int(row["days"]) >= 7)
    assert date.fromisoformat(gap["first"]) <= date(2025, 2, 3)
    assert date.fromisoformat(gap["last"]) >= date(2025, 2, 9)
    manifest = json.loads((made.folder / MANIFEST).read_text(encoding="utf-8"))
    assert any(known["first"] == gap["first"] for known in manifest["known_gaps"])
    assert "<strong>Gaps.</strong>" in (made.folder / "report.html").read_text(encoding="utf-8")


def test_without_a_coded_sample_no_share_is_corrected_and_the_report_says_why(made):
    """The naive share stands alone, with the reason."""
    for row in table(made, "shares"):
        assert row["corrected"] == row["predicted"] == ""
        assert row["note"]
    html = (made.folder / "report.html").read_text(encoding="utf-8")
    assert "No share in this report is corrected." in html


def test_with_a_coded_sample_the_corrected_share_stands_beside_the_machine_s(tmp_path):
    """Of the frame that people coded; the others say why they are not corrected."""
    settings = settings_of(tmp_path)
    engine = fill(settings.database_url)
    with engine.begin() as connection:
        articles = table_of(ArticleRow).c
        texts = list(connection.execute(select(articles.id, articles.text_sha256, articles.text)))
        units = [
            CodedUnit(
                article_id=row.id,
                text_sha256=row.text_sha256,
                frame="economic",
                coder="A",
                present=("billions" in row.text) != (row.id % 10 == 0),  # the machine errs
                coded_at=NOW,
            )
            for row in texts[:120]
        ]
        save_units(connection, TOPIC, units)
    engine.dispose()
    made = build(settings, TOPIC, SPAN)
    for row in table(made, "shares"):
        assert (row["corrected"] != "") == (row["frame"] == "economic")
    html = (made.folder / "report.html").read_text(encoding="utf-8")
    assert "No share in this report is corrected." not in html
    assert "Coded by hand" in html


def test_parquet_holds_the_rows_of_the_csv_with_their_types(made):
    """Days as dates, counts as integers, shares as numbers, empty cells as nulls."""
    for file in sorted((made.folder / "data").glob("*.parquet")):
        found = pq.read_table(file)
        rows = table(made, file.stem)
        assert found.num_rows == len(rows)
        assert not rows or found.column_names == list(rows[0])
    weeks = pq.read_table(made.folder / "data" / "frame-economic.parquet").to_pylist()
    assert weeks[0]["start"] == date(2025, 1, 6)
    assert isinstance(weeks[0]["denominator"], int)
    assert weeks[0]["share"] == pytest.approx(weeks[0]["numerator"] / weeks[0]["denominator"])
    assert any(week["share"] is None for week in weeks)


# --- the seal -------------------------------------------------------------------------------------


def test_built_twice_it_is_byte_for_byte_the_same(home, made, tmp_path):
    """Folder, name and zip; and to write it once more changes nothing."""
    again = build(settings_of(home), TOPIC, SPAN, tmp_path)
    assert again.folder.name == made.folder.name
    assert bytes_of(again.folder) == bytes_of(made.folder)
    assert again.archive.read_bytes() == made.archive.read_bytes()
    written = (again.folder / "report.html").stat().st_mtime_ns
    write(tmp_path, again.folder.name, bytes_of(made.folder))
    assert (again.folder / "report.html").stat().st_mtime_ns == written
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        again.folder.name,
        again.archive.name,
    ]


def test_the_manifest_has_the_hash_of_every_file_and_tells_how_it_was_made(made):
    """And a change of any file is found."""
    manifest = json.loads((made.folder / MANIFEST).read_text(encoding="utf-8"))
    files = bytes_of(made.folder)
    assert manifest["files"].keys() == files.keys() - {MANIFEST}
    for name, sealed in manifest["files"].items():
        assert sealed["sha256"] == hashlib.sha256(files[name]).hexdigest()
    assert manifest["window"]["first"] == "2025-01-06"
    assert manifest["sources"]["harbour-feed"]["unavailable"] == 7
    assert manifest["readers"][0]["codebook_sha256"].startswith("c0de")
    assert manifest["code"]["version"]
    assert manifest["pdf"].startswith("not made")
    assert "There is no <code>report.pdf</code>" in files["report.html"].decode()
    assert made.folder.name.endswith(hashlib.sha256(files[MANIFEST]).hexdigest()[:12])


def test_a_folder_changed_after_it_was_sealed_is_found_and_not_written_over(made, tmp_path):
    """Whoever edits a report does not lose the edit, and cannot pass it for the report."""
    copy = tmp_path / made.folder.name
    shutil.copytree(made.folder, copy)
    assert faults(copy) == []
    (copy / "data" / "shares.csv").write_text("share\n1\n", encoding="utf-8")
    (copy / "added.txt").write_text("", encoding="utf-8")
    (copy / "model_card.md").unlink()
    assert faults(copy) == ["added.txt", "data/shares.csv", "model_card.md"]
    with pytest.raises(ReportError, match="was changed since it was sealed"):
        write(tmp_path, copy.name, bytes_of(made.folder))
    assert (copy / "data" / "shares.csv").read_text(encoding="utf-8") == "share\n1\n"


def test_the_zip_is_the_folder(made):
    """Every file under the folder's name, whole."""
    with zipfile.ZipFile(io.BytesIO(made.archive.read_bytes())) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {f"{made.folder.name}/{k}": v for k, v in bytes_of(made.folder).items()}


# --- what pages must survive ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Every title, outlet and speaker is an attack, every address a script."""
    home = tmp_path_factory.mktemp("hostile")
    drafts = tuple(
        Draft(desk=d.desk, day=d.day, title=EVIL, frames=d.frames, url=f"javascript:alert({i})")
        for i, d in enumerate(newsroom()[:60])
    )
    engine = fill(settings_of(home).database_url, drafts)
    with engine.begin() as connection:
        articles = table_of(ArticleRow)
        connection.execute(update(articles).values(host_name=EVIL, fictional=False))
        republish(connection)
        publish(connection, TOPIC, NOW)
    engine.dispose()
    return without_pdf(home)


def test_other_data_gives_another_data_hash(made, hostile):
    """It is of the rows."""
    sealed = [json.loads((one.folder / MANIFEST).read_bytes()) for one in (made, hostile)]
    assert sealed[0]["data_sha256"] != sealed[1]["data_sha256"]


def test_hostile_text_is_inert_in_every_file(hostile):
    """No script, no mark that turns text, no formula, no control, no link that is none."""
    for name, body in bytes_of(hostile.folder).items():
        if name.endswith((".parquet", ".md")):
            continue
        text = body.decode("utf-8")
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08]", text), name
        if name.endswith((".html", ".svg")):
            assert "<script" not in text.lower(), name
            assert 'href="javascript:' not in text.lower(), name
        if name.endswith(".svg"):
            ET.fromstring(body)
    html = (hostile.folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in html
    assert "script-src" not in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


def test_no_cell_of_a_table_is_a_formula_and_none_is_endless(hostile):
    """What a spreadsheet would run begins with an apostrophe; long words are cut."""
    for file in (hostile.folder / "data").glob("*.csv"):
        for row in rows_of(file.read_text(encoding="utf-8")):
            for cell in row.values():
                assert len(cell) <= 2_001, file.name
                number = re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)
                assert number or not cell.startswith(("=", "+", "-", "@")), (file.name, cell)
    for row in table(hostile, "evidence"):
        assert row["link"] == ""
        assert len(row["title"]) <= LONGEST


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\u202eb\x00c\ud800", "abc"),
        ("  two\n lines\t ", "two lines"),
        ("word " * 100, "word " * 59 + "word…"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_plain_text_is_one_short_line_of_printable_characters(text, kept):
    """Controls and half characters go, spaces are one, cuts fall between words."""
    assert plain(text) == kept
    assert len(plain(text)) <= LONGEST


def test_hatching_is_drawn_as_lines_that_stay_inside(made):
    """Of the same place, its title kept."""
    svg = (made.folder / "charts" / "coverage.svg").read_text(encoding="utf-8")
    drawn = str(on_paper(svg))
    assert svg.count('class="no-collection"') == drawn.count('class="no-collection"') > 0
    assert 'fill="url(' not in drawn
    place = re.search(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
                      r' fill="transparent" class="no-collection"', drawn)  # fmt: skip
    x, y, width, height = map(float, place.groups())
    lines = re.search(r'<path d="(M[^"]+)" class="lines" stroke="#b9b4a7" fill="none">', drawn)[1]
    points = [tuple(map(float, p.split(","))) for p in re.findall(r"[ML]([\d.]+,[\d.]+)", lines)]
    assert len(points) > 4
    for px, py in points:
        assert x - 0.1 <= px <= x + width + 0.1
        assert y - 0.1 <= py <= y + height + 0.1


def test_sentences_are_short_one_of_an_article_and_withheld_where_rights_are(made, tmp_path):
    """At most 300 characters; a reserved text keeps its link and hash, and gives no words."""
    plainly = table(made, "evidence")
    assert all(0 < len(row["words"]) <= QUOTED for row in plainly)
    assert len({row["warc"] for row in plainly}) == len(plainly)
    assert all(re.fullmatch("[0-9a-f]{64}", row["page_sha256"]) for row in plainly)
    found = quotes(changed(tmp_path, rights="tdm-reservation: 1"))
    assert found
    assert {quote.words for quote in found} == {""}
    assert all("tdm-reservation: 1" in quote.withheld for quote in found)
    assert any(quote.link for quote in found)


def test_a_text_that_is_not_the_one_read_is_not_quoted(tmp_path):
    """Offsets into other words would quote what nobody said."""
    assert quotes(changed(tmp_path, text="Quite another text. " * 20)) == ()


def changed(home: Path, **values: str) -> Scope:
    """A part of the newsroom with these values in every article."""
    engine = fill(settings_of(home).database_url, newsroom()[:40])
    with engine.begin() as connection:
        connection.execute(update(table_of(ArticleRow)).values(**values))
    engine.dispose()
    return scope(home, SPAN)


# --- what is asked --------------------------------------------------------------------------------


def test_the_command_makes_a_report_of_a_filtered_period(home, tmp_path, monkeypatch):
    """It says where the folder and the zip are; the filter is in the manifest and in the counts."""
    monkeypatch.setenv("FRAMEWATCH_HOME", str(home))
    days = ["--from", "2025-01-06", "--to", "2025-03-09"]
    asked = [
        *days,
        "--where",
        "country=GB",
        "-o",
        str(tmp_path),
        "--dashboard",
        "https://f.example/",
    ]
    done = CliRunner().invoke(command, asked)
    assert done.exit_code == 0, done.output
    folder, archive = (Path(line) for line in done.output.splitlines()[:2])
    assert archive.is_file()
    manifest = json.loads((folder / MANIFEST).read_bytes())
    assert manifest["filters"] == {"country": "GB", "count_by": "host"}
    assert manifest["query"].startswith("https://f.example/t/deepseek/?country=GB&from=2025-01-06")
    outlets = rows_of((folder / "data" / "outlets.csv").read_text(encoding="utf-8"))
    assert [row["outlet"] for row in outlets] == ["Meridian Wire"]


@pytest.mark.parametrize("where", ["country", "country=", "frame=conflict", "asof=2025-01-01"])
def test_the_command_refuses_what_is_no_filter(where):
    """With the usage, not with a trace or a report on something else."""
    done = CliRunner().invoke(command, ["--where", where])
    assert done.exit_code == 2
    assert "NAME=VALUE" in done.output


def test_the_last_weeks_are_whole_and_over_for_the_store(home):
    """Monday to Sunday before the store's newest entry, whatever the clock says."""
    choice = last_weeks(settings_of(home), TOPIC, 4)
    assert choice.last == date(2025, 3, 9)
    assert choice.first == date(2025, 2, 10)
    assert (choice.last - choice.first) == timedelta(days=27)


def test_an_empty_store_is_said_in_one_line(tmp_path):
    """As is a topic that there is not."""
    settings = settings_of(tmp_path)
    migrate(settings.database_url)
    with pytest.raises(ReportError, match="nothing was collected yet"):
        build(settings, TOPIC, Choice())
    with pytest.raises(ReportError, match="no topic 'elsewhere'"):
        build(settings, "elsewhere", Choice())


def test_days_without_an_article_give_a_report_that_says_so(home, tmp_path):
    """The week in which nobody collected: all tables stand, no share is made up."""
    quiet = Choice(first=date(2025, 2, 3), last=date(2025, 2, 9))
    made = build(settings_of(home), TOPIC, quiet, tmp_path)
    assert made.articles == 0
    assert [row["share"] for row in table(made, "shares")] == [""] * 5
    assert table(made, "evidence") == []


def test_a_store_that_was_asked_and_holds_nothing_gives_a_report(tmp_path):
    """Sources answered, nothing was published."""
    settings = settings_of(tmp_path)
    engine = fill(settings.database_url, ())
    with engine.begin() as connection:
        assert connection.execute(table_of(AnswerRow).select()).first()
    engine.dispose()
    assert build(settings, TOPIC, SPAN).articles == 0


# --- in a browser ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_pdf_is_the_page_tagged_with_the_store_s_date_and_the_same_twice(home, tmp_path):
    """Printed by Chromium two times."""
    reports = [build(settings_of(home), TOPIC, SPAN, tmp_path / name) for name in ("a", "b")]
    assert all(made.pdf for made in reports)
    first, second = (bytes_of(made.folder) for made in reports)
    assert first == second
    printed = first["report.pdf"]
    assert printed.startswith(b"%PDF-")
    assert b"/CreationDate (D:20250312030000+00'00')" in printed
    assert b"/StructTreeRoot" in printed
    assert b"file://" not in printed
    assert b"(http://127.0.0.1:8050/t/deepseek/frame/economic" in printed
    assert len(printed) < 2_000_000
    assert b"<code>report.pdf</code> is this page, printed." in first["report.html"]


@pytest.mark.slow
def test_where_there_is_no_sandbox_the_pdf_is_printed_without(tmp_path, monkeypatch, caplog):
    """Containers have none, and do not run as root."""
    picky = tmp_path / "picky"
    picky.write_text(
        f"""#!/bin/sh
        for given; do [ "$given" = --no-sandbox ] && exec {pdf.browser()} "$@"; done
        echo No usable sandbox! >&2; exit 1"""
    )
    picky.chmod(0o755)
    monkeypatch.setattr(pdf, "NAMES", (str(picky),))
    monkeypatch.setattr("os.geteuid", lambda: 50000)
    assert (pdf.printed(b"<!doctype html><p>Words", NOW) or b"").startswith(b"%PDF-")
    assert not caplog.records
    picky.write_text("#!/bin/sh\necho I never print >&2; exit 1")
    assert pdf.printed(b"<!doctype html><p>Words", NOW) is None
    assert "I never print" in caplog.text


@pytest.mark.slow
def test_the_page_loads_nothing_fits_a_phone_and_names_its_parts(hostile, made):
    """No request, no error, no sideways scrolling; every table a caption, every chart a name."""
    with sync_playwright() as driver:
        program = pdf.browser()
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        asked, faults_ = [], []
        page.on("request", lambda sent: asked.append(sent.url))
        page.on("console", lambda said: faults_.append(said.text))
        for one in (hostile, made):
            address = (one.folder / "report.html").as_uri()
            page.goto(address)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 390
            assert page.locator("table:not(:has(caption))").count() == 0
            assert page.locator("figure svg:not([aria-labelledby])").count() == 0
            assert page.locator("h1").count() == 1
            ids = page.eval_on_selector_all("[id]", "found => found.map(one => one.id)")
            assert len(ids) == len(set(ids))
        assert set(asked) == {(one.folder / "report.html").as_uri() for one in (hostile, made)}
        assert faults_ == []
        browser.close()
