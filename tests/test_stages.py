"""The stages one after the other, over a small archive replayed as the web."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db.tables import ArticleRow, LinkRow, Table
from db.upsert import table_of
from framewatch import parsing, stages
from framewatch.desk import Desk, open_desk
from framewatch.settings import ROOT, Settings
from framewatch.status import status_lines
from framewatch.story import Outcome, Page, Rejected, Window
from scrapers.archive import PageArchive
from scrapers.web import PAGE, Expect
from tests.made_once import migrate

NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
DAY = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
HOST = "https://herald.example"
SOURCES = """
[[outlets]]
code = "herald"
name = "Example Herald"
hosts = ["herald.example"]
country = "AU"
language = "en"
time_zone = "Australia/Sydney"
fictional = true

[[sources]]
name = "herald-feed"
kind = "feed"
url = "https://herald.example/feed/"
outlet = "herald"

[[sources]]
name = "silent-feed"
kind = "feed"
url = "https://silent.example/feed/"
"""


def article(title: str, name: str, head: str = "") -> str:
    body = "".join(
        f"<p>{name} said on day {number} that its newest model costs far less than others, "
        f"and the {number} engineers who worked on {name} spoke about how they had done it.</p>"
        for number in ("one", "two", "three", "four")
    )
    return (
        f'<html lang="en"><head><title>{title}</title>{head}'
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2025-02-04T17:00:00+11:00"></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )


CANONICAL = f'<link rel="canonical" href="{HOST}/one">'
PAGES = {
    "/one": article("DeepSeek one", "DeepSeek", CANONICAL),
    "/one-again": article("DeepSeek one", "DeepSeek", CANONICAL),
    "/two": article("DeepSeek two", "DeepSeek"),
    "/rain-deepseek": article("Rain on the coast", "The bureau"),
}


def feed() -> str:
    items = "".join(
        f"<item><title>DeepSeek {path}</title><link>{HOST}{path}</link>"
        "<pubDate>Tue, 04 Feb 2025 17:00:00 +1100</pubDate></item>"
        for path in (*PAGES, "/missing")
    )
    return f'<rss version="2.0"><channel><title>Herald</title>{items}</channel></rss>'


def keep(folder: Path, pages: dict[str, str]) -> None:
    archive = PageArchive(folder, folder)
    for url, body in pages.items():
        kind = "application/rss+xml" if url.endswith("/feed/") else "text/html; charset=utf-8"
        page = Page(
            url=url,
            final_url=url,
            status=200,
            headers={"content-type": kind},
            body=body.encode(),
            fetched_at=NOW,
        )
        archive.keep(page, {})
    archive.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    web = {f"{HOST}{path}": body for path, body in PAGES.items()}
    keep(tmp_path / "web", web | {f"{HOST}/feed/": feed()})
    sources = tmp_path / "sources.toml"
    sources.write_text(SOURCES, encoding="utf-8")
    settings = Settings.from_env(
        {
            "FRAMEWATCH_HOME": str(tmp_path / "home"),
            "FRAMEWATCH_SOURCES": str(sources),
            "FRAMEWATCH_REPLAY": str(tmp_path / "web"),
        }
    )
    migrate(settings.database_url)
    with open_desk(settings) as made:
        yield made


def dump(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    with desk.store.begin() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in Table.metadata.sorted_tables
        }


def test_every_link_ends_in_one_outcome_and_a_second_run_changes_no_row(desk: Desk) -> None:
    """Stored, duplicate, off the topic and gone; run again, and nothing moves."""
    stages.discover(desk, "deepseek", "herald-feed", DAY, NOW)
    assert stages.fetch(desk, "deepseek", NOW) == {"fetched": 4, "gone": 1}
    counts = stages.extract(desk, "deepseek", NOW)
    assert counts == {"stored": 2, "duplicate": 1, "off_topic": 1}
    before = dump(desk)
    later = NOW + timedelta(days=2)
    assert stages.discover(desk, "deepseek", "herald-feed", DAY, later)["new"] == 0
    assert stages.fetch(desk, "deepseek", later) == {}
    assert stages.extract(desk, "deepseek", later) == {}
    after = dump(desk)
    asked_again = {"answers": [], "collection_changes": []}  # the ledger says when
    assert {**after, **asked_again} == {**before, **asked_again}
    settled = stages.discover(desk, "deepseek", "herald-feed", DAY, later + timedelta(days=1))
    assert settled == {"settled": 1}, "two days after its end a window is asked about no more"
    assert dump(desk) == after


def test_what_is_stored_says_where_it_comes_from(desk: Desk) -> None:
    """Outlet, country, the day in the topic's zone, and the fictional mark."""
    stages.discover(desk, "deepseek", "herald-feed", DAY, NOW)
    stages.fetch(desk, "deepseek", NOW)
    stages.extract(desk, "deepseek", NOW)
    with desk.store.begin() as connection:
        rows = connection.execute(select(table_of(ArticleRow))).all()
    assert {row.url for row in rows} == {f"{HOST}/one", f"{HOST}/two"}
    for row in rows:
        assert (row.host, row.country, row.fictional) == ("herald", "AU", True)
        assert row.day.isoformat() == "2025-02-04"
        assert row.published_offset == 660


def test_a_failing_source_fails_after_the_others_were_stored(desk: Desk) -> None:
    """It is loud, it is in the ledger, and it does not count as no news."""
    with pytest.raises(stages.SourceFailed, match="silent-feed: unavailable") as caught:
        stages.collect(desk, "deepseek", DAY, NOW)
    assert caught.value.retry
    with desk.store.begin() as connection:
        assert len(connection.execute(select(table_of(ArticleRow))).all()) == 2
    with pytest.raises(stages.RunFailed, match="source silent-feed: unavailable"):
        stages.check(desk, "deepseek", DAY)
    assert any("unavailable 1" in line for line in status_lines(desk, "deepseek"))


def test_a_source_that_nobody_asked_is_a_fault(desk: Desk) -> None:
    """A window is trusted only when every source of the topic was asked about it."""
    stages.discover(desk, "deepseek", "herald-feed", DAY, NOW)
    with pytest.raises(stages.RunFailed, match="source silent-feed: not asked"):
        stages.check(desk, "deepseek", DAY)


def test_a_page_that_breaks_the_extractor_does_not_stop_the_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends as broken, with the reason, and the others are stored."""
    extract = parsing.extract

    def breaking(page: Page, *rest: object) -> object:
        if page.url.endswith("/two"):
            raise RecursionError("too deep")
        return extract(page, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(parsing, "extract", breaking)
    stages.discover(desk, "deepseek", "herald-feed", DAY, NOW)
    stages.fetch(desk, "deepseek", NOW)
    assert stages.extract(desk, "deepseek", NOW)["broken"] == 1
    with desk.store.begin() as connection:
        broken = select(table_of(LinkRow)).where(table_of(LinkRow).c.outcome == "broken")
        assert connection.execute(broken).one().detail == "RecursionError: too deep"


def test_a_single_page_is_collected_by_its_address(desk: Desk) -> None:
    """On the topic or not: an operator asked for it."""
    url = f"{HOST}/rain-deepseek"
    stages.discover(desk, "deepseek", "herald-feed", DAY, NOW)
    stages.fetch(desk, "deepseek", NOW)
    assert stages.extract(desk, "deepseek", NOW)["off_topic"] == 1
    counts = stages.collect_url(desk, "deepseek", f"{url}?utm_source=mail", DAY, NOW)
    assert counts == {"fetched": 1, "stored": 1, "identified": 3, "joined": 2}
    assert stages.collect_url(desk, "deepseek", url, DAY, NOW) == {}


def test_the_shipped_seed_without_address_is_named_in_the_status(desk: Desk) -> None:
    """An operator learns what is still to be filled in."""
    assert any(
        "What does the man behind DeepSeek want?" in s for s in status_lines(desk, "deepseek")
    )
    assert (ROOT / "topics" / "deepseek.toml").exists()


def test_an_article_keeps_its_relevance_and_an_off_topic_link_the_reason(desk: Desk) -> None:
    """Score and reason in the article's row; score, threshold and reason in the link's detail."""
    stages.discover(desk, "deepseek", "herald-feed", DAY, NOW)
    stages.fetch(desk, "deepseek", NOW)
    stages.extract(desk, "deepseek", NOW)
    with desk.store.begin() as connection:
        articles = connection.execute(select(table_of(ArticleRow))).all()
        links = connection.execute(select(table_of(LinkRow))).all()
    reason = "in the headline; named 8 times in 4 of 4 paragraphs, first in the 1st"
    assert {(row.relevance, row.relevance_reason) for row in articles} == {(1.0, reason)}
    details = [row.detail for row in links if row.outcome == "off_topic"]
    assert details == ["relevance 0.00 below 0.25: not named"]


class SlowHost:
    """A web whose host must not be asked yet, a given number of times."""

    def __init__(self, turns: int, wait: float) -> None:
        self.turns, self.wait, self.asked = turns, wait, 0

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        self.asked += 1
        if self.asked <= self.turns:
            later = Outcome.UNAVAILABLE
            return Rejected(
                url=url, outcome=later, detail="later", retry_after=self.wait, asked=False
            )
        return Page(url=url, final_url=url, status=200, headers={}, body=b"x", fetched_at=NOW)


@pytest.mark.parametrize(
    ("turns", "wait", "asked", "counts"),
    [(2, 0.001, 7, {"fetched": 5}), (5, 1800.0, 5, {"unavailable": 5})],
    ids=["a crawl delay is waited for", "an open circuit is not"],
)
def test_a_slow_host_gets_its_pages_in_one_run(
    desk: Desk, turns: int, wait: float, asked: int, counts: dict[str, int]
) -> None:
    """A long crawl delay costs time, and no links; a failing host costs neither."""
    stages.discover(desk, "deepseek", "herald-feed", DAY, NOW)
    web = SlowHost(turns, wait)
    desk.web = web
    assert stages.fetch(desk, "deepseek", NOW) == counts
    assert web.asked == asked
