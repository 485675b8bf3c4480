"""The whole way, with real weights: the sample archive, real pages, and a kill half-way."""

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.session import open_store
from db.tables import (
    AnswerRow,
    ArticleRow,
    EvidenceRow,
    FrameScoreRow,
    LinkRow,
    PageRow,
    ReadingRow,
    Table,
    TargetScoreRow,
)
from db.upsert import table_of
from framewatch import stages
from framewatch.desk import Desk, open_desk
from framewatch.settings import ROOT, Settings
from framewatch.story import Outcome, Page, Window
from models.codebook import open_codebook
from scrapers.archive import PageArchive
from tests.made_once import migrate
from tests.seed_page import SEED, SHARED, seed_page

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SAMPLE = {
    "FRAMEWATCH_REPLAY": "samples/newsroom.warc.gz",
    "FRAMEWATCH_SOURCES": "samples/sources.toml",
}
TEN_WEEKS = (date(2025, 1, 20), date(2025, 3, 30))


def sample_window(desk: Desk) -> Window:
    return Window.of_days(*TEN_WEEKS, desk.topic("deepseek").zone)


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Desk]:
    settings = Settings.from_env(SAMPLE | {"FRAMEWATCH_HOME": str(tmp_path / "home")})
    migrate(settings.database_url)
    with open_desk(settings) as desk:
        yield desk


def rows(desk: Desk, row_class: type[Table]) -> list[Any]:
    with desk.store.begin() as connection:
        return list(connection.execute(select(table_of(row_class))))


def readings_by_text(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every reading with all its scores and evidence, under its text: no row numbers, no times."""
    found: dict[str, list[tuple[object, ...]]] = {}
    names = {row.id: (row.text_sha256, row.unread) for row in rows(desk, ReadingRow)}
    for sha, unread in names.values():
        found.setdefault(sha, []).append(("reading", unread))
    for row_class in (FrameScoreRow, TargetScoreRow, EvidenceRow):
        for row in rows(desk, row_class):
            values = {k: v for k, v in row._mapping.items() if k not in ("id", "reading_id")}
            found[names[row.reading_id][0]].append((row_class.__tablename__, *values.values()))
    return {sha: sorted(items, key=repr) for sha, items in found.items()}


def test_the_sample_ends_as_it_was_planted(sample: Desk) -> None:
    """Every planted page ends in the outcome its author meant, and twice is once."""
    window = sample_window(sample)
    stages.collect(sample, "deepseek", window, NOW)
    stages.check(sample, "deepseek", window)
    planted = json.loads((ROOT / "samples" / "truth.json").read_text(encoding="utf-8"))["pages"]
    ends = {}
    for link in rows(sample, LinkRow):
        ends[link.url] = ends[link.address or link.url] = link.outcome
    wrong = {
        url: (page["outcome"], ends[url])
        for url, page in planted.items()
        if url in ends and ends[url] != page["outcome"]
    }
    assert wrong == {}
    missed = [
        url for url, page in planted.items() if url not in ends and page["outcome"] == "stored"
    ]
    assert missed == []
    articles = {row.url: row for row in rows(sample, ArticleRow)}
    stored = {u: p for u, p in planted.items() if p["outcome"] == "stored"}
    for url, page in stored.items():
        row = articles[url]
        seen = (row.title, row.day.isoformat(), sorted(row.authors), row.language, row.fictional)
        assert seen == (page["title"], page["day"], sorted(page["authors"]), page["language"], True)
    before = {row_class: rows(sample, row_class) for row_class in (AnswerRow, PageRow, LinkRow)}
    stages.collect(sample, "deepseek", window, NOW)
    assert {row_class: rows(sample, row_class) for row_class in before} == before


def test_a_kill_half_way_through_classifying_leaves_the_same_readings(
    tmp_path: Path, sample: Desk
) -> None:
    """SIGKILL between two batches, run again: the readings of an undisturbed run."""
    window = sample_window(sample)
    stages.collect(sample, "deepseek", window, NOW)
    stages.classify(sample, "deepseek", NOW)
    undisturbed = readings_by_text(sample)

    env = SAMPLE | {"FRAMEWATCH_HOME": str(tmp_path / "killed")}
    settings = Settings.from_env(env)
    migrate(settings.database_url)
    with open_desk(settings) as killed:
        stages.collect(killed, "deepseek", window, NOW)
        command = [sys.executable, "-m", "framewatch", "classify"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | env)
        store, deadline = open_store(settings.database_url), time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            with store.begin() as connection:
                if connection.execute(select(table_of(ReadingRow).c.id)).first():
                    break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "classify ended before it could be killed"
        done = len(rows(killed, ReadingRow))
        assert 0 < done < sum(len(found) > 0 for found in undisturbed.values())
        stages.classify(killed, "deepseek", NOW)
        assert readings_by_text(killed) == undisturbed
        store.dispose()


def sample_page(row: Any) -> Page:
    return Page(
        url=row.url,
        final_url=row.final_url,
        status=row.status,
        headers={},
        body=b"",
        fetched_at=row.fetched_at,
        warc_file=row.warc_file,
        warc_offset=row.warc_offset,
    )


def test_a_reading_is_traceable_to_a_sentence_a_page_and_a_model(sample: Desk) -> None:
    """Offsets, hashes and the archived bytes are all there and agree."""
    stages.collect(sample, "deepseek", sample_window(sample), NOW)
    stages.classify(sample, "deepseek", NOW)
    stages.publish(sample, "deepseek", NOW)
    articles = {row.id: row for row in rows(sample, ArticleRow)}
    pages = {row.id: row for row in rows(sample, PageRow)}
    by_reading = {row.id: row for row in rows(sample, ReadingRow)}
    evidence = rows(sample, EvidenceRow)
    assert len(evidence) > 100
    for item in evidence:
        reading = by_reading[item.reading_id]
        article = articles[reading.article_id]
        coded = f"{article.title}\n\n{article.text}"
        sentence = coded[item.start : item.end]
        assert sentence == sentence.strip() != ""
        assert reading.text_sha256 == article.text_sha256
        assert len(reading.weights_sha256) == len(reading.codebook_sha256) == 64
        page = sample.archive.read(sample_page(pages[article.page_id]))
        assert hashlib.sha256(page.body).hexdigest() == pages[article.page_id].sha256


@pytest.mark.skipif(not SEED.exists(), reason="needs the shared seed article")
def test_the_seed_article_goes_the_whole_way(tmp_path: Path) -> None:
    """From its link in a topic file to scores with evidence, by the first publisher and day."""
    url = "https://www.uts.edu.au/acri/research-and-opinion/opinion/what-does-man-want"
    html = {"content-type": "text/html; charset=utf-8"}
    archive = PageArchive(tmp_path / "web", tmp_path)
    body = seed_page().encode()
    archive.keep(
        Page(url=url, final_url=url, status=200, headers=html, body=body, fetched_at=NOW), {}
    )
    archive.close()
    topics = tmp_path / "topics"
    topics.mkdir()
    shipped = (ROOT / "topics" / "deepseek.toml").read_text(encoding="utf-8")
    filled = shipped.replace('url = ""', f'url = "{url}"').replace('["*"]', "[]")
    (topics / "deepseek.toml").write_text(filled, encoding="utf-8")
    settings = Settings.from_env(
        {
            "FRAMEWATCH_HOME": str(tmp_path / "home"),
            "FRAMEWATCH_TOPICS": str(topics),
            "FRAMEWATCH_REPLAY": str(tmp_path / "web"),
        }
    )
    migrate(settings.database_url)
    with open_desk(settings) as desk:
        day = Window.of_days(date(2025, 2, 4), date(2025, 2, 4), desk.topic("deepseek").zone)
        counts = stages.collect(desk, "deepseek", day, NOW)
        assert counts == {"fetched": 1, "stored": 1, "identified": 1, "traced": 1}
        assert stages.classify(desk, "deepseek", NOW) == {"read": 1}
        stages.publish(desk, "deepseek", NOW)
        (article,) = rows(desk, ArticleRow)
        scores = {row.target: row.mentions for row in rows(desk, TargetScoreRow)}
        scored = rows(desk, FrameScoreRow)
        frames = {row.frame for row in scored}
        evidence = rows(desk, EvidenceRow)
    assert (article.authors, article.day) == (["Wanning Sun"], date(2025, 2, 4))
    assert (article.host_name, article.original_outlet) == (
        "Australia-China Relations Institute",
        "Crikey",
    )
    assert article.original_day == date(2025, 2, 4)
    assert "appeared in Crikey" not in article.text
    assert frames == {frame.code for frame in open_codebook(desk.topic("deepseek")).frames}
    assert "human_interest" in {row.frame for row in scored if row.present}  # a portrait
    assert {"deepseek", "liang_wenfeng", "china", "united_states"} <= set(scores)
    assert any(item.kind == "target" for item in evidence)


@pytest.mark.skipif(not (SHARED / "pages").is_dir(), reason="needs the shared real pages")
def test_real_pages_end_in_one_counted_outcome_each(tmp_path: Path) -> None:
    """Real publishers' pages, packed into a WARC, go through collect and classify."""
    count = pack_real_pages(tmp_path / "web")
    topics = tmp_path / "topics"
    topics.mkdir()
    (topics / "anything.toml").write_text(
        'name = "Anything"\nquery = "*"\ntime_zone = "UTC"\nsources = ["*"]\n'
        "relevance_threshold = 0\n"
        'aliases = ["a", "the", "de", "der", "la", "og", "en", "il", "di", "的", "の"]\n'
        '[[targets]]\ncode = "us"\nname = "US"\naliases = ["US", "United States"]\n',
        encoding="utf-8",
    )
    sources = tmp_path / "sources.toml"
    sources.write_text(
        f'[[sources]]\nname = "real"\nkind = "archive"\npath = "{tmp_path}/web"\n', encoding="utf-8"
    )
    settings = Settings.from_env(
        {
            "FRAMEWATCH_HOME": str(tmp_path / "home"),
            "FRAMEWATCH_SOURCES": str(sources),
            "FRAMEWATCH_TOPICS": str(topics),
        }
    )
    migrate(settings.database_url)
    with open_desk(settings) as desk:
        window = Window.of_days(NOW.date(), NOW.date(), desk.topic("anything").zone)
        stages.collect(desk, "anything", window, NOW)
        read = stages.classify(desk, "anything", NOW)
        ends = Counter(row.outcome for row in rows(desk, LinkRow))
        articles = rows(desk, ArticleRow)
    assert sum(ends.values()) == count
    assert set(ends) <= {outcome.value for outcome in Outcome}
    assert ends["broken"] == 0
    assert ends["stored"] + ends["incomplete"] > 0.9 * count, ends
    assert sum(read.values()) == sum(row.complete for row in articles)
    assert read["read"] > 10


def pack_real_pages(folder: Path) -> int:
    """The development pages as a WARC archive; returns how many."""
    archive = PageArchive(folder, folder)
    count = 0
    for meta in sorted((SHARED / "pages").rglob("meta.info")):
        for name, page in json.loads(meta.read_text(encoding="utf-8")).items():
            if not (meta.parent / name).exists():
                continue
            archive.keep(
                Page(
                    url=page["url"],
                    final_url=page["url"],
                    status=200,
                    headers={"content-type": "text/html; charset=utf-8"},
                    body=gzip.decompress((meta.parent / name).read_bytes()),
                    fetched_at=NOW,
                ),
                {},
            )
            count += 1
    archive.close()
    return count
