"""The sample archive's planted copies and republications are found, and nothing else is."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from db.counting import counted
from db.tables import ArticleRow, LinkRow, RepublicationRow
from db.upsert import table_of
from framewatch import stages
from framewatch.desk import Desk, open_desk
from framewatch.facts import load_sources
from framewatch.settings import ROOT, Settings
from framewatch.story import CountBy, Window
from scrapers.urls import canonicalize
from tests.made_once import migrate

pytestmark = pytest.mark.slow

NOW = datetime(2026, 1, 5, tzinfo=UTC)
TRUTH = json.loads((ROOT / "samples" / "truth.json").read_text(encoding="utf-8"))["pages"]
SAMPLE = {
    "FRAMEWATCH_REPLAY": "samples/newsroom.warc.gz",
    "FRAMEWATCH_SOURCES": "samples/sources.toml",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The sample, collected and identified."""
    home = tmp_path_factory.mktemp("sample")
    settings = Settings.from_env(SAMPLE | {"FRAMEWATCH_HOME": str(home)})
    migrate(settings.database_url)
    with open_desk(settings) as made:
        zone = made.topic("deepseek").zone
        window = Window.of_days(date(2025, 1, 20), date(2025, 3, 30), zone)
        stages.collect(made, "deepseek", window, NOW)
        yield made


@pytest.fixture(scope="module")
def articles(desk: Desk) -> dict[str, Any]:
    return {row.url: row for row in rows(desk, table_of(ArticleRow))}


def rows(desk: Desk, table: Any) -> list[Any]:
    with desk.store.begin() as connection:
        return list(connection.execute(select(table)))


def test_every_planted_group_is_found_and_known_by_its_original(articles: dict[str, Any]) -> None:
    """Near-copies and republications with their original, everything else alone."""
    url_of = {row.id: url for url, row in articles.items()}
    found = {url: url_of[row.cluster_id] for url, row in articles.items()}
    assert len(found) > 120
    assert found == {url: TRUTH[url]["cluster"] for url in found}


def test_every_planted_republication_is_in_the_ledger_and_no_other(
    desk: Desk, articles: dict[str, Any]
) -> None:
    """With its original, outlet and day; an outlet's update of its own text is none."""
    url_of = {row.id: url for url, row in articles.items()}
    found = {
        url_of[row.article_id]: (
            url_of.get(row.original_id), row.original_outlet, str(row.original_day), row.proof,
        )
        for row in rows(desk, table_of(RepublicationRow))
    }  # fmt: skip
    planted = {
        url: (
            page["original_url"], page["original_outlet"], page["original_day"],
            "note" if page["note"] else "near_copy",
        )
        for url, page in TRUTH.items()
        if url in articles and page.get("original_url")
        and page["original_outlet"] != page["outlet"]
    }  # fmt: skip
    assert len(planted) == 39
    assert found == planted


def test_a_redirect_and_an_amp_twin_are_the_article_they_stand_for(
    desk: Desk, articles: dict[str, Any]
) -> None:
    """No rows of their own, so nothing counts them twice."""
    twins = {u: page["same_as"] for u, page in TRUTH.items() if page["kind"] in ("amp", "redirect")}
    assert len(twins) == 2
    for twin, original in twins.items():
        window = Window.of_days(NOW.date(), NOW.date(), desk.topic("deepseek").zone)
        counts = stages.collect_url(desk, "deepseek", twin, window, NOW)
        assert "stored" not in counts
        links = {link.url: link for link in rows(desk, table_of(LinkRow))}
        assert links[canonicalize(twin)].article_id == articles[original].id
    assert len(rows(desk, table_of(ArticleRow))) == len(articles)


def test_each_way_of_counting_counts_what_was_planted(desk: Desk, articles: dict[str, Any]) -> None:
    """Pages; texts under their first outlet and day; groups."""
    pages = {url: TRUTH[url] for url in articles}
    with desk.store.begin() as connection:
        found = {by: connection.execute(select(counted("deepseek", by))).all() for by in CountBy}
    assert len(found[CountBy.HOST]) == len(pages)
    assert len(found[CountBy.CLUSTER]) == len({page["cluster"] for page in pages.values()})
    first = {
        (page["cluster"], page.get("original_outlet", page["outlet"])) for page in pages.values()
    }
    originals = found[CountBy.ORIGINAL]
    assert len(originals) == len(first)
    days = {(row.host, row.day.isoformat()) for row in originals if row.day}
    assert days <= {(p["outlet"], p["day"]) for p in pages.values() if "original_url" not in p}


def test_the_invented_owners_are_used_where_both_are_known(desk: Desk) -> None:
    """Of one owner, of two, or not known: never guessed."""
    book = load_sources(ROOT / "samples" / "sources.toml")
    answers = {row.same_owner for row in rows(desk, table_of(RepublicationRow))}
    assert answers == {True, False, None}
    assert book.same_owner("harbourledger", "wattlewire") is True
    assert book.same_owner("harbourledger", "copperline") is False
    assert book.same_owner("harbourledger", "eastgate") is None
