"""A corpus is brought in whole: bad rows are reported, nothing is doubled, a kill loses nothing."""

import csv
import gzip
import json
import tracemalloc
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from db.tables import LinkRow, PageRow, SightingRow, Table
from db.upsert import table_of
from framewatch.corpus import import_corpus
from framewatch.desk import Desk, open_desk
from framewatch.settings import Settings
from framewatch.story import Article, Link, Page
from scrapers.archive import PageArchive
from scrapers.columns import MappingError, columns_for
from scrapers.given import article_of, is_given
from tests.made_once import migrate

NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
TEXT = "DeepSeek has made a model that costs little.\nNobody yet knows how it was done."
SOURCES = """
[[outlets]]
code = "herald"
name = "Example Herald"
hosts = ["herald.example"]
country = "AU"
language = "en"
time_zone = "Australia/Sydney"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    settings = Settings.from_env(
        {
            "FRAMEWATCH_HOME": str(tmp_path / "home"),
            "FRAMEWATCH_SOURCES": str(tmp_path / "sources.toml"),
        }
    )
    migrate(settings.database_url)
    with open_desk(settings) as made:
        yield made


def bring(
    desk: Desk, path: Path, mapping: Mapping[str, str] | None = None, encoding: str = "utf-8"
) -> tuple[dict[str, int], list[dict[str, str]]]:
    """The counts, and the rows of the report."""
    report = path.parent / "refused.csv"
    counts = import_corpus(desk, "deepseek", path, mapping or {}, report, NOW, encoding)
    with report.open(encoding="utf-8", newline="") as stream:
        return counts, list(csv.DictReader(stream))


def table(path: Path, header: str, *rows: tuple[str, ...], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split())
        writer.writerows(rows)
    return path


def stored(desk: Desk) -> list[Article]:
    """What the imported pages hold, read back from the page archive."""
    with desk.store.begin() as connection:
        links, pages = table_of(LinkRow), table_of(PageRow)
        query = select(links, pages).join(pages, pages.c.id == links.c.page_id)
        rows = connection.execute(query.order_by(links.c.id)).mappings().all()
    found = []
    for row in rows:
        page = Page(
            url=row["url"],
            final_url=row["final_url"],
            status=200,
            headers={},
            body=b"",
            fetched_at=NOW,
            warc_file=row["warc_file"],
            warc_offset=row["warc_offset"],
        )
        article = article_of(desk.archive.read(page), Link(url="", source=""), desk.book)
        assert isinstance(article, Article), article
        found.append(article)
    return found


def dump(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    with desk.store.begin() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in Table.metadata.sorted_tables
        }


def links(desk: Desk) -> list[dict[str, object]]:
    with desk.store.begin() as connection:
        row = table_of(LinkRow)
        return [dict(r) for r in connection.execute(select(row).order_by(row.c.id)).mappings()]


def test_a_table_becomes_articles_that_keep_what_it_says(desk: Desk, tmp_path: Path) -> None:
    """Address, headline, text, author, date in the outlet's zone, section; day and outlet too."""
    path = table(
        tmp_path / "corpus.csv",
        "link headline body date author category",
        (
            "https://herald.example/a?utm_source=x",
            "DeepSeek, again",
            TEXT.replace("\n", "\r\n\r\n"),
            "2025-02-04 08:30:00",
            "Ada Quill",
            "Opinion",
        ),
        ("https://gazette.example/b", "DeepSeek", TEXT, "4 February 2025", "", ""),
    )
    counts, refused = bring(desk, path)
    assert (counts, refused) == ({"new": 2, "reopened": 0, "known": 0}, [])
    first, second = stored(desk)
    assert (first.url, first.title, first.text) == (
        "https://herald.example/a",
        "DeepSeek, again",
        TEXT,
    )
    assert (first.host, first.authors, first.genre) == ("herald", ("Ada Quill",), "opinion")
    assert first.published_at == datetime(2025, 2, 3, 21, 30, tzinfo=UTC)
    assert (second.host, second.published_day_only) == ("gazette.example", True)
    one, other = links(desk)
    assert (one["source"], one["outlet"], one["day"]) == (
        "import:corpus",
        "herald",
        date(2025, 2, 4),
    )
    assert (one["outcome"], other["outlet"], other["day"]) == (
        None,
        "gazette.example",
        date(2025, 2, 4),
    )


BAD = [
    ("", "T", TEXT, "2025-02-04", "no address"),
    ("ftp://herald.example/a", "T", TEXT, "2025-02-04", "http"),
    ("https://herald.example/a", "T", "  ", "2025-02-04", "no text"),
    ("https://herald.example/a", "T", TEXT, "some day", "cannot read the date 'some day'"),
    ("https://herald.example/a", "T", TEXT, "3/4/2025", "cannot read the date"),
    ("https://herald.example/a", "T", "x" * (6 << 20), "", "characters of text"),
]


def test_bad_rows_are_reported_and_stop_nothing(desk: Desk, tmp_path: Path) -> None:
    """Each with its row as a spreadsheet counts, its reason and its address."""
    path = tmp_path / "corpus.csv"
    rows = [row[:4] for row in BAD]
    table(path, "url title text date", *rows, ("https://herald.example/good", "T", TEXT, ""))
    with path.open("ab") as stream:
        stream.write(b"https://herald.example/short,T\r\n")
        stream.write(b"https://herald.example/latin,T,caf\xe9,\r\n")
        stream.write(b"\r\nhttps://herald.example/last,T,Text,\r\n")
    counts, refused = bring(desk, path)
    assert counts == {"new": 2, "reopened": 0, "known": 0, "refused": 8}
    assert [int(row["row"]) for row in refused] == [2, 3, 4, 5, 6, 7, 9, 10]
    for row, (url, _, _, _, reason) in zip(refused, BAD, strict=False):
        assert reason in row["reason"]
        assert row["url"] == url
    assert "2 cells where the header has 4" in refused[6]["reason"]
    assert "not in utf-8: name its encoding" in refused[7]["reason"]
    assert [link["url"] for link in links(desk)] == [
        "https://herald.example/good",
        "https://herald.example/last",
    ]


def test_a_report_holds_no_formulas(desk: Desk, tmp_path: Path) -> None:
    """What a spreadsheet would run becomes text."""
    path = table(
        tmp_path / "corpus.csv", "url text", ('=HYPERLINK("http://x")', TEXT), ("\t@SUM(1)", TEXT)
    )
    refused = bring(desk, path)[1]
    assert [row["url"][0] for row in refused] == ["'", "'"]


def test_a_second_import_changes_no_row_and_archives_nothing(desk: Desk, tmp_path: Path) -> None:
    """Nor does a row that stands twice in a file."""
    rows = [(f"https://herald.example/{n}", TEXT) for n in range(3)]
    path = table(tmp_path / "corpus.csv", "url text", *rows, rows[0])
    assert bring(desk, path)[0] == {"new": 3, "reopened": 0, "known": 1}
    before = dump(desk)
    size = sum(p.stat().st_size for p in (tmp_path / "home").rglob("*.warc.gz"))
    assert bring(desk, path)[0] == {"new": 0, "reopened": 0, "known": 4}
    assert dump(desk) == before
    assert sum(p.stat().st_size for p in (tmp_path / "home").rglob("*.warc.gz")) == size


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", ["archived", "stored"])
def test_a_killed_import_is_finished_by_the_next(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Whether it ended before or after a batch was in the store: no row is lost or doubled."""
    monkeypatch.setattr("framewatch.corpus.AT_ONCE", 2)
    path = table(
        tmp_path / "corpus.csv",
        "url text",
        *((f"https://herald.example/{n}", TEXT) for n in range(5)),
    )
    keep, calls = desk.archive.keep_given, []

    def dying(pages: list[Page]) -> list[Page]:
        if at == "stored" and len(calls) == 1:
            raise Killed
        calls.append(len(pages))
        kept = keep(pages)
        if at == "archived" and len(calls) == 2:
            raise Killed
        return kept

    desk.archive.keep_given = dying  # type: ignore[method-assign]
    with pytest.raises(Killed):
        bring(desk, path)
    assert len(links(desk)) == 2
    desk.archive.keep_given = keep  # type: ignore[method-assign]
    assert bring(desk, path)[0] == {"new": 3, "reopened": 0, "known": 2}
    assert len(stored(desk)) == 5


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (f'url;text\nhttps://herald.example/a;"Größe; {TEXT}"\n'.encode(), "utf-8"),
        ("url\ttext\nhttps://herald.example/a\tGröße\n".encode("utf-8-sig"), "utf-8"),
        ("url|text\nhttps://herald.example/a|Größe\n".encode("utf-16"), "utf-8"),
        ("url,text\nhttps://herald.example/a,Größe\n".encode("cp1252"), "cp1252"),
        (gzip.compress("url,text\nhttps://herald.example/a,Größe\n".encode()), "utf-8"),
    ],
    ids=["semicolons", "tabs and a byte order mark", "UTF-16", "Windows", "gzip"],
)
def test_tables_of_many_makes_are_read(
    desk: Desk, tmp_path: Path, content: bytes, encoding: str
) -> None:
    """The header's delimiter, the byte order mark, the named encoding, packed or not."""
    path = tmp_path / ("corpus.csv.gz" if content[:2] == b"\x1f\x8b" else "corpus.csv")
    path.write_bytes(content)
    assert bring(desk, path, encoding=encoding)[0]["new"] == 1
    assert stored(desk)[0].text.startswith("Größe")


def test_json_lines_are_read_with_lists_and_nested_names(desk: Desk, tmp_path: Path) -> None:
    """A line that is no JSON, and one that is no object, are reported."""
    good = {
        "web_url": "https://herald.example/a",
        "headline": {"main": "DeepSeek"},
        "text": "<p>One &amp; two.</p><p>Three.</p>",
        "authors": ["Ada Quill", "Bo Reed"],
        "date": 1738652400,
    }
    path = tmp_path / "corpus.jsonl"
    path.write_text(f'{json.dumps(good)}\n{{"broken\n[1]\n\n', encoding="utf-8")
    counts, refused = bring(desk, path, {"title": "headline.main"})
    assert counts == {"new": 1, "reopened": 0, "known": 0, "refused": 2}
    assert [row["row"] for row in refused] == ["2", "3"]
    (article,) = stored(desk)
    assert (article.title, article.text) == ("DeepSeek", "One & two.\nThree.")
    assert article.authors == ("Ada Quill", "Bo Reed")
    assert article.published_at == datetime(2025, 2, 4, 7, tzinfo=UTC)


PAGE = (
    '<html><head><link rel="canonical" href="https://herald.example/a"><title>T</title></head>'
    f"<body><article><p>{TEXT}</p></article></body></html>"
)


def test_archived_pages_come_with_the_time_of_their_capture(desk: Desk, tmp_path: Path) -> None:
    """Pages only: what is no page, or no answer, is reported."""
    captured = datetime(2025, 2, 4, 9, tzinfo=UTC)
    archive = PageArchive(tmp_path / "w", tmp_path)
    for url, status, kind in (
        ("https://herald.example/a", 200, "text/html"),
        ("https://herald.example/b", 404, "text/html"),
        ("https://herald.example/c", 200, "image/png"),
    ):
        page = Page(
            url=url,
            final_url=url,
            status=status,
            headers={"content-type": kind},
            body=PAGE.encode(),
            fetched_at=captured,
        )
        archive.keep(page, {})
    archive.close()
    (file,) = (tmp_path / "w").rglob("*.warc.gz")
    path = file.rename(tmp_path / "crawl.warc.gz")
    counts, refused = bring(desk, path)
    assert counts == {"new": 1, "reopened": 0, "known": 0, "refused": 2}
    assert [row["reason"] for row in refused] == ["status 404", "image/png, not HTML"]
    with desk.store.begin() as connection:
        row = connection.execute(select(table_of(PageRow))).one()
    assert (row.captured_at, row.via, row.fetched_at) == (captured, "import", NOW)
    assert links(desk)[0]["day"] == date(2025, 2, 4)
    page = Page(
        url=row.url,
        final_url=row.final_url,
        status=200,
        headers={},
        body=b"",
        fetched_at=NOW,
        warc_file=row.warc_file,
        warc_offset=row.warc_offset,
    )
    read = desk.archive.read(page)
    assert (read.body, read.headers["content-type"]) == (PAGE.encode(), "text/html")
    assert not is_given(read)


def test_a_cut_archive_gives_what_is_before_the_cut(desk: Desk, tmp_path: Path) -> None:
    """And says that the rest is missing."""
    archive = PageArchive(tmp_path / "w", tmp_path)
    pages = [
        Page(
            url=f"https://herald.example/{n}",
            final_url=f"https://herald.example/{n}",
            status=200,
            headers={"content-type": "text/html"},
            body=PAGE.encode(),
            fetched_at=NOW,
        )
        for n in range(2)
    ]
    archive.keep_given(pages)
    archive.close()
    (file,) = (tmp_path / "w").rglob("*.warc.gz")
    path = tmp_path / "cut.warc.gz"
    path.write_bytes(file.read_bytes()[:-40])
    counts, refused = bring(desk, path)
    assert (counts["new"], len(refused)) == (1, 1)


@pytest.mark.parametrize("name", ["corpus.csv.gz", "corpus.jsonl.gz"])
def test_a_cut_table_gives_what_is_before_the_cut(desk: Desk, tmp_path: Path, name: str) -> None:
    """The rows stored so far stay, and the report says where it broke off."""
    rows = [f"https://herald.example/{n}" for n in range(3_000)]
    lines = [json.dumps({"url": url, "text": url}) for url in rows]
    if ".csv" in name:
        lines = ["url,text", *(f"{url},{url}" for url in rows)]
    packed = gzip.compress("\n".join(lines).encode())
    (tmp_path / name).write_bytes(packed[: len(packed) // 2])
    counts, refused = bring(desk, tmp_path / name)
    assert 500 < counts["new"] < 3_000
    assert "the rest cannot be read" in refused[-1]["reason"]


def test_an_unknown_encoding_is_an_error(desk: Desk, tmp_path: Path) -> None:
    """It names the encoding."""
    path = table(tmp_path / "corpus.csv", "url text", ("https://herald.example/a", TEXT))
    with pytest.raises(MappingError, match="unknown encoding: klingon"):
        bring(desk, path, encoding="klingon")


def test_html_files_are_known_by_what_they_say_or_the_manifest_says(
    desk: Desk, tmp_path: Path
) -> None:
    """A file without an address, and one outside of the folder, are reported."""
    folder = tmp_path / "pages"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.html").write_text(PAGE, encoding="utf-8")
    (folder / "sub" / "b.htm").write_text("<html><p>B</p></html>", encoding="utf-8")
    (folder / "c.html").write_text("<html><p>C</p></html>", encoding="utf-8")
    (tmp_path / "secret.html").write_text(PAGE, encoding="utf-8")
    (folder / "d.html").symlink_to(tmp_path / "secret.html")
    (folder / "manifest.csv").write_text(
        "file,url\nsub/b.htm,https://herald.example/b\n", encoding="utf-8"
    )
    counts, refused = bring(desk, folder)
    assert counts == {"new": 2, "reopened": 0, "known": 0, "refused": 2}
    assert [(row["url"], row["reason"][:20]) for row in refused] == [
        ("c.html", "names no address of "),
        ("d.html", "leads out of the fol"),
    ]
    assert [link["url"] for link in links(desk)] == [
        "https://herald.example/a",
        "https://herald.example/b",
    ]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"text": "bodi"}, r"no column 'bodi'; there are: link, boody"),
        ({"txt": "boody"}, r"no field 'txt'; fields are: url, title, text"),
        ({}, r"which column is the text\? .* there are: link, boody"),
    ],
)
def test_columns_that_cannot_be_told_are_an_error_that_names_them(
    desk: Desk, tmp_path: Path, mapping: dict[str, str], message: str
) -> None:
    """Before anything is imported."""
    path = table(tmp_path / "corpus.csv", "link boody", ("https://herald.example/a", TEXT))
    with pytest.raises(MappingError, match=message):
        bring(desk, path, mapping)
    assert links(desk) == []


def test_usual_names_are_guessed_and_the_operators_word_comes_first() -> None:
    """A column stands for one field."""
    found = columns_for({"text": "Summary"}, ["Link", "Content", "Summary", "Date", "content"])
    assert found == {"url": "Link", "text": "Summary", "published": "Date"}
    assert columns_for({}, ["URL", "Title", "Article"])["text"] == "Article"


def test_an_unknown_ending_is_an_error_that_names_the_known_ones(
    desk: Desk, tmp_path: Path
) -> None:
    """Not an empty import."""
    path = tmp_path / "corpus.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(MappingError, match=r"wanted \.csv, \.tsv"):
        bring(desk, path)


def test_links_that_lack_a_page_get_it_and_articles_are_left_alone(
    desk: Desk, tmp_path: Path
) -> None:
    """Waiting and gone links are opened; what led to an article, or is under way, is not."""
    path = table(
        tmp_path / "old.csv",
        "url text",
        *((f"https://herald.example/{n}", TEXT) for n in ("waiting", "gone", "under-way")),
    )
    bring(desk, path)
    row = table_of(LinkRow)
    with desk.store.begin() as connection:
        at = row.c.url.like
        connection.execute(row.update().values(source="herald-feed"))
        connection.execute(row.update().where(at("%waiting")).values(page_id=None))
        gone = {"page_id": None, "outcome": "gone", "detail": "status 404"}
        connection.execute(row.update().where(at("%gone")).values(gone))
    newer = table(
        tmp_path / "new.csv",
        "url text",
        *(
            (f"https://herald.example/{n}", f"{TEXT} More.")
            for n in ("waiting", "gone", "under-way")
        ),
    )
    assert bring(desk, newer)[0] == {"new": 0, "reopened": 2, "known": 1}
    assert [(link["source"], link["outcome"]) for link in links(desk)] == [
        ("import:new", None),
        ("import:new", None),
        ("herald-feed", None),
    ]
    assert all(link["page_id"] for link in links(desk))
    with desk.store.begin() as connection:
        named = connection.execute(select(table_of(SightingRow).c.source)).scalars().all()
    assert sorted(named) == ["import:new"] * 3 + ["import:old"] * 3  # coverage counts sightings
    before = dump(desk)
    assert bring(desk, newer)[0] == {"new": 0, "reopened": 0, "known": 3}
    assert dump(desk) == before


def test_every_link_says_who_named_it(desk: Desk, tmp_path: Path) -> None:
    """And that nothing is to be tried there: the page came along."""
    bring(desk, table(tmp_path / "corpus.csv", "url text", ("https://herald.example/a", TEXT)))
    with desk.store.begin() as connection:
        (seen,) = connection.execute(select(table_of(SightingRow))).all()
    assert (seen.source, seen.tried) == ("import:corpus", True)


def test_memory_does_not_grow_with_the_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four times the rows take hardly more at their peak, which is that of one batch."""
    monkeypatch.setattr("framewatch.corpus.AT_ONCE", 25)
    peaks = []
    for rows in (100, 100, 400):  # the first warms up
        path = table(
            tmp_path / f"corpus{rows}{len(peaks)}.csv",
            "url text",
            *(
                (f"https://herald.example/{len(peaks)}/{n}", f"{n} {TEXT * 99}")
                for n in range(rows)
            ),
        )
        tracemalloc.start()
        assert bring(desk, path)[0]["new"] == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.6 * peaks[1]  # keeping what was read would be four times
