"""Files: what each format holds, what it says of itself, and that no reader is fooled by it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.files import BOM
from dashboard.parquet import parquet_chunks
from dashboard.sheets import Column, Sheet
from tests.files_store import SITE, reader_of, rows_of
from tests.newsroom_store import DESKS, fill, newsroom

pytest_plugins = ("tests.files_store",)
ALL = "/t/deepseek/export/articles"
DATED = [draft for draft in newsroom() if draft.day]


def parquet_of(body: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(body))


# --- one table ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["frame-economic", "share-economic", "coverage", "tone", "sources", "heatmap", "shifts"]
)
def test_every_format_holds_the_same_rows(browser, name):
    """CSV, CSV for Excel, JSON and Parquet of one sheet."""
    address = f"/t/deepseek/export/{name}"
    plain = browser.get(f"{address}.csv").text
    excel = browser.get(f"{address}.excel.csv").content.decode("utf-8")
    found = browser.get(f"{address}.json").json()
    table = parquet_of(browser.get(f"{address}.parquet").content)
    assert excel.startswith(BOM)
    rows = rows_of(plain)
    assert rows_of(excel.removeprefix(BOM)) == rows
    keys = [column["key"] for column in found["columns"]]
    assert table.column_names == keys
    assert len(found["rows"]) == table.num_rows == len(rows)
    for row, mine, typed in zip(rows, found["rows"], table.to_pylist(), strict=True):
        assert list(row) == list(mine)
        for key in keys:
            assert same(row[key], mine[key]), (key, row[key], mine[key])
            assert same(row[key], typed[key]), (key, row[key], typed[key])


def same(written: str, value: object) -> bool:
    """A cell of a CSV is this value; formulas have an apostrophe there, numbers six digits."""
    if value is None:
        return written == ""
    if isinstance(value, float):
        return float(written) == pytest.approx(value, abs=1e-6)
    return written.removeprefix("'") == str(value)


def test_every_format_says_where_it_comes_from(browser):
    """Permalink, data version, model, what it rests on: in its own place."""
    address = "/t/deepseek/export/frame-conflict"
    asked = "?host=harbour"
    link = f"{SITE}{address}"
    lines = browser.get(f"{address}.csv{asked}").text.splitlines()
    about = browser.get(f"{address}.json{asked}").json()["about"]
    held = parquet_of(browser.get(f"{address}.parquet{asked}").content).schema.metadata
    assert f"# permalink: {link}.csv{asked}" in lines
    assert about["permalink"] == f"{link}.json{asked}"
    assert held[b"permalink"].decode() == f"{link}.parquet{asked}"
    for name in ("data version", "rests on", "rights", "filters", "fictional sample"):
        assert f"# {name}: {about[name]}" in lines
        assert held[name.encode()].decode() == about[name]
    assert "The Harbour Courier" in about["filters"]
    assert re.fullmatch(r"82 articles, 82 of them coded, from 1 outlet, .*", about["rests on"])
    assert json.loads(held[b"model"]) == about["model"] != []


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("frame-economic.xls", "it ends in .csv, .excel.csv, .json, .parquet"),
        ("frame-economic", "it ends in"),
        ("articles.json", "it ends in .csv, .excel.csv, .jsonl, .parquet"),
        ("nope.csv", "There is no such table"),
        ("articles.csv?frame=nope", "There is no such frame"),
        ("articles.csv?target=nope", "There is no such target"),
        ("articles.csv?from=yesterday", "is not a day"),
    ],
)
def test_a_file_that_there_is_not_is_refused_with_those_that_there_are(browser, file, said):
    """Before the first byte."""
    answer = browser.get(f"/t/deepseek/export/{file}")
    assert answer.status_code in (400, 404)
    assert said in unescape(answer.text)


HOSTILE = (
    "=1+1", "\u200e=cmd()", " @SUM(A1)", "＝1", "evil\u202egnp.exe", "two\r\nlines", "a # b", '"q"',
    "nul\x00", "half \ud800",
)  # fmt: skip


def test_no_reader_of_a_csv_is_fooled_by_a_cell():
    """Formulas, marks of direction, controls, line breaks, quotes, and what looks like a remark."""
    sheet = Sheet(
        "x", "X\n=1", (Column("a", "A"), Column("b", "B")), tuple((c, 1) for c in HOSTILE)
    )
    text = sheet.csv(["one\r\n=cmd() two"])
    assert text.startswith("# one =cmd() two\r\n")
    cells = [row["a"] for row in rows_of(text)]
    assert cells == [
        "'=1+1", "'=cmd()", "' @SUM(A1)", "'＝1", "evilgnp.exe", "two  lines", "a # b", '"q"',
        "nul", "half ",
    ]  # fmt: skip
    text.encode("utf-8")
    # Readers that know comments cut a line at a # that no quotes protect.
    (line,) = [line for line in text.splitlines() if "a # b" in line]
    assert line == '"a # b",1'


# --- all articles ---------------------------------------------------------------------------------


def test_the_list_of_articles_is_whole_in_every_format(browser):
    """Each article once, newest first, with its scores, its reader and its hashes."""
    rows = rows_of(browser.get(f"{ALL}.csv").text)
    lines = [json.loads(line) for line in browser.get(f"{ALL}.jsonl").text.splitlines()]
    table = parquet_of(browser.get(f"{ALL}.parquet").content)
    about, found = lines[0]["about"], lines[1:]
    assert len(rows) == len(found) == table.num_rows == len(DATED)
    assert len({row["id"] for row in rows}) == len(DATED)
    assert [row["day"] for row in rows] == sorted((row["day"] for row in rows), reverse=True)
    assert [row["id"] for row in rows] == [str(row["id"]) for row in found]
    assert table["id"].to_pylist() == [row["id"] for row in found]
    assert table.schema.field("day").type == pa.date32()
    assert table.schema.metadata[b"rests on"].decode() == about["rests on"]
    coded = next(row for row in found if row["economic_present"])
    assert coded["economic_probability"] >= coded["economic_threshold"]
    assert coded["model"] == "minilm-frames"
    assert len(coded["text_sha256"]) == len(coded["page_sha256"]) == 64
    assert coded["china_mentions"] > 0
    assert -1 <= coded["china_tone"] <= 1


def test_the_list_of_articles_keeps_every_filter(browser):
    """Outlet, frame and days; the drawn number is the number of rows."""
    asked = "?host=harbour&frame=economic&from=2025-02-10"
    rows = rows_of(browser.get(f"{ALL}.csv{asked}").text)
    series = browser.get("/t/deepseek/export/frame-economic.csv?host=harbour&from=2025-02-10").text
    assert len(rows) == sum(int(row["numerator"]) for row in rows_of(series)) > 0
    assert {row["outlet"] for row in rows} == {"harbour"}
    assert {row["economic_present"] for row in rows} == {"True"}
    assert {row["sentence_about"] for row in rows} == {"economic"}


def test_a_publishers_text_is_not_in_the_list(tmp_path):
    """A sentence of at most 300 characters; none where rights are reserved."""
    url = f"sqlite:///{tmp_path}/store.db"
    long = replace(DATED[0], desk=DESKS[1], title="Long", frames=("economic",))
    reserved = replace(long, title="Reserved", extra={"rights": "tdm-reservation"})
    fill(url, (long, reserved)).dispose()
    with reader_of(url) as client:
        rows = {row["title"]: row for row in rows_of(client.get(f"{ALL}.csv").text)}
    assert 0 < len(rows["Long"]["sentence"]) <= 300
    assert rows["Reserved"]["sentence"] == ""
    assert rows["Reserved"]["text_sha256"] != ""
    assert "text" not in rows["Long"]


def test_a_hostile_article_is_inert_in_every_format(browser):
    """Its title is text, and its address, which is none of the web's, is left out."""
    (row,) = [r for r in rows_of(browser.get(f"{ALL}.csv").text) if "<script>" in r["title"]]
    assert row["url"] == ""
    assert "javascript:" not in browser.get(f"{ALL}.jsonl").text


def test_an_unchanged_list_is_not_sent_again(browser):
    """Nor is it read."""
    tag = browser.get(f"{ALL}.csv").headers["etag"]
    again = browser.get(f"{ALL}.csv", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert browser.get(f"{ALL}.csv?host=acri", headers={"if-none-match": tag}).status_code == 200


def test_an_empty_list_is_a_file_all_the_same(browser):
    """A header, and no row."""
    assert rows_of(browser.get(f"{ALL}.csv?host=nobody").text) == []
    assert parquet_of(browser.get(f"{ALL}.parquet?host=nobody").content).num_rows == 0
    assert len(browser.get(f"{ALL}.jsonl?host=nobody").text.splitlines()) == 1


@pytest.mark.slow
def test_the_same_list_on_postgresql(browser, postgres_url):
    """But for the address that each names."""
    fill(postgres_url).dispose()
    with reader_of(postgres_url) as client:
        assert client.get(f"{ALL}.jsonl").text == browser.get(f"{ALL}.jsonl").text


def test_parquet_is_written_piece_by_piece():
    """A piece is given out before the next batch is asked for, and none is kept."""
    asked: list[int] = []

    def batches() -> Iterator[list[tuple[int, str]]]:
        for number in range(200):
            asked.append(number)
            yield [(number, f"title {i} of {number}" * 20) for i in range(50)]

    columns = (Column("number", "Number", "count"), Column("title", "Title"))
    chunks = parquet_chunks(columns, batches(), {"caption": "x"})
    first = [next(chunks), next(chunks)]
    assert len(asked) == 2
    rest = list(chunks)
    table = parquet_of(b"".join([*first, *rest]))
    assert table["number"].to_pylist() == [n for n in range(200) for _ in range(50)]
    assert max(map(len, [*first, *rest[:-1]])) < 20_000
