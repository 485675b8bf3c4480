"""An article's page lists every date that was found, and says when they conflict."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from starlette.testclient import TestClient

from dashboard.app import create_app
from db import articles
from db import store as rows
from db.session import Store, open_store
from framewatch.settings import Settings
from framewatch.story import Article, DateClaim
from tests.made_once import migrate
from tests.test_store import ARTICLE, NOW, PAGE, TOPIC

SYDNEY = timezone(timedelta(hours=11))
CLAIMS = (
    DateClaim(datetime(2025, 2, 4, 5, 30, tzinfo=SYDNEY), False, "json-ld"),
    DateClaim(datetime(2025, 2, 4, tzinfo=UTC), True, "url"),
    DateClaim(datetime(2025, 2, 20, 9, 0, tzinfo=UTC), False, "json-ld modified"),
)
EARLIER = DateClaim(datetime(2025, 1, 28, tzinfo=UTC), True, "byline")


def kept(store: Store, article: Article) -> int:
    with store.begin() as connection:
        page_id = rows.save_page(connection, PAGE)
        return rows.save_article(connection, TOPIC, article, page_id, NOW)[0]


def shown(tmp_path: Path, article: Article) -> str:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    store = open_store(url)
    number = kept(store, article)
    store.dispose()
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    with TestClient(create_app(settings, lambda: NOW), base_url="http://127.0.0.1") as client:
        html = client.get(f"/t/{TOPIC.code}/article/{number}").text
    section = re.search(r'<section aria-labelledby="dates-title">.*?</section>', html, re.DOTALL)
    assert section is not None
    return html if article.live else section.group()


def test_the_store_keeps_every_claim(store: Store):
    """With its offset, its precision and its place, the chosen first; and whether it is live."""
    number = kept(store, replace(ARTICLE, date_claims=CLAIMS, live=True))
    found = articles.article(store, TOPIC.code, number)
    assert found is not None
    assert found.article.date_claims == CLAIMS
    assert found.article.live
    assert not found.article.date_conflict


def test_the_page_lists_the_dates_and_marks_the_one_it_is_counted_by(tmp_path: Path):
    """Instants in the topic's zone, bare days as printed, modifications under their name."""
    html = shown(tmp_path, replace(ARTICLE, date_claims=CLAIMS))
    assert re.findall(r"<dt>([\w -]+)</dt>", html) == ["json-ld", "url", "json-ld modified"]
    assert html.count("counted by") == 1
    assert re.search(r"<dt>json-ld</dt><dd>4 Feb\w* 2025, 05:30 AEDT · counted by</dd>", html)
    assert re.search(r"<dt>url</dt><dd>4 Feb\w* 2025</dd>", html)
    assert "conflict" not in html


def test_the_page_says_when_dates_conflict(tmp_path: Path):
    """A modification is none; an earlier byline is."""
    html = shown(tmp_path, replace(ARTICLE, date_claims=(*CLAIMS, EARLIER)))
    assert "Dates conflict." in html


def test_a_page_without_dates_says_so(tmp_path: Path):
    """Rather than nothing."""
    bare = replace(ARTICLE, published_at=None, published_source="")
    assert "The page gives none." in shown(tmp_path, bare)


def test_a_live_blog_is_marked(tmp_path: Path):
    """Readers should know that many posts stand in one text."""
    assert "A live blog: its posts" in shown(tmp_path, replace(ARTICLE, live=True))
