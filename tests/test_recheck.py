"""Stored articles are visited again; what their publishers changed is kept and read anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Request, Response

from db import readings, store
from db.kin import kin
from db.tables import (
    ArticleRow,
    ArticleVersionRow,
    DataVersionRow,
    LinkRow,
    ReadingRow,
    RecheckRow,
    Table,
)
from db.upsert import table_of
from framewatch import recheck as rechecking
from framewatch import stages
from framewatch.desk import Desk, open_desk
from framewatch.settings import Settings
from framewatch.story import Page, ReaderIdentity, Reading, Window
from scrapers.archive import PageArchive
from tests.made_once import migrate

NOW = datetime(2025, 2, 5, tzinfo=UTC)
DAY = timedelta(days=1)
WINDOW = Window(datetime(2025, 2, 4, tzinfo=UTC), NOW)
READER = ReaderIdentity(model="toy", revision="1", weights_sha256="a", codebook_sha256="b")
URL = "https://herald.example/2025/02/04/deepseek-and-the-price-of-chips"
SOURCES = """
[[outlets]]
code = "herald"
name = "Example Herald"
hosts = ["herald.example", "localhost", "127.0.0.1"]
country = "AU"
language = "en"
"""


def page(
    fact: str = "ten dollars", ad: int = 1, title: str = "DeepSeek and the price of chips"
) -> str:
    numbers = ("one", "two", "three", "four", "five", "six")
    body = "".join(
        f"<p>DeepSeek said on day {number} that its newest model costs {fact} to train, and the "
        f"{number} engineers who worked on it told reporters about how they had done it.</p>"
        for number in numbers
    )
    return (
        f'<html lang="en"><head><title>{title}</title><!-- {ad} -->'
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2025-02-04T17:00:00+11:00"></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )


def capture(folder: Path, body: str, at: datetime, url: str = URL) -> None:
    archive = PageArchive(folder, folder)
    kept = Page(
        url=url, final_url=url, status=200, headers={"content-type": "text/html"},
        body=body.encode(), fetched_at=at,
    )  # fmt: skip
    archive.keep(kept, {})
    archive.close()


@contextmanager
def desk_of(tmp_path: Path, **env: str) -> Iterator[Desk]:
    sources = tmp_path / "sources.toml"
    sources.write_text(SOURCES, encoding="utf-8")
    known = {"FRAMEWATCH_HOME": str(tmp_path / "home"), "FRAMEWATCH_SOURCES": str(sources)}
    settings = Settings.from_env(known | env)
    migrate(settings.database_url)
    with open_desk(settings) as desk:
        yield desk


@contextmanager
def archived(tmp_path: Path) -> Iterator[Desk]:
    """A desk over the captures in `web` as they are now."""
    with desk_of(tmp_path, FRAMEWATCH_REPLAY=str(tmp_path / "web")) as desk:
        yield desk


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A folder in which the article is stored, identified and read."""
    capture(tmp_path / "web", page(), NOW - DAY)
    with archived(tmp_path) as desk:
        stages.collect_url(desk, "deepseek", URL, WINDOW, NOW)
        read(desk)
    return tmp_path


def read(desk: Desk) -> int:
    """What `classify` does, with a reader that has nothing to say."""
    with desk.store.begin() as connection:
        pending = readings.articles_to_read(connection, "deepseek", READER)
        for item in pending:
            reading = Reading(reader=READER, text_sha256=item.article.text_sha256)
            readings.save_reading(connection, item.id, reading, NOW)
    return len(pending)


def rows(desk: Desk, row_class: type[Table]) -> list[Any]:
    with desk.store.begin() as connection:
        table = table_of(row_class)
        return list(connection.execute(select(table).order_by(*table.primary_key)))


def dump(desk: Desk) -> dict[str, Any]:
    with desk.store.begin() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in Table.metadata.sorted_tables
        }


def test_nothing_is_visited_before_its_day(stored: Path) -> None:
    """Two visits are planned, for one day and for seven days after storing."""
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + DAY / 2) == {}
        planned = [(row.days, row.due_at, row.done_at) for row in rows(desk, RecheckRow)]
    assert planned == [(1, NOW + DAY, None), (7, NOW + 7 * DAY, None)]


def test_an_unchanged_article_is_only_noted_as_visited(stored: Path) -> None:
    """Nothing else moves, and it is not visited again until the seventh day."""
    with archived(stored) as desk:
        before = dump(desk)
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"unchanged": 1}
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {}
        after = dump(desk)
        first, second = after.pop("rechecks")
        assert (first.outcome, first.done_at, second.done_at) == ("unchanged", NOW + DAY, None)
        assert before.pop("rechecks") == []
        assert after == before
        assert stages.recheck(desk, "deepseek", NOW + 7 * DAY) == {"unchanged": 1}


def test_another_advertisement_is_no_change(stored: Path) -> None:
    """Other bytes, the same text."""
    capture(stored / "web", page(ad=2), NOW + DAY / 2)
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"unchanged": 1}
        assert rows(desk, ArticleVersionRow) == []


def test_a_changed_text_is_kept_beside_the_old_one_and_read_again(stored: Path) -> None:
    """The old reading stays with the old text's hash; the date of publication stays too."""
    with archived(stored) as desk:
        (old,) = rows(desk, ArticleRow)
    changed = page("twelve dollars", title="Correction: DeepSeek and the price of chips")
    capture(stored / "web", changed.replace("2025-02-04T17", "2025-02-06T17"), NOW + DAY / 2)
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"changed": 1}
        (new,) = rows(desk, ArticleRow)
        (version,) = rows(desk, ArticleVersionRow)
        assert (version.text, version.title) == (old.text, old.title)
        assert (version.text_sha256, version.page_id) == (old.text_sha256, old.page_id)
        assert version.seen_at == NOW - DAY
        assert "twelve dollars" in new.text
        assert new.title.startswith("Correction")
        assert (new.day, new.published_at, new.stored_at) == (old.day, old.published_at, NOW)
        assert new.page_id != old.page_id
        assert new.minhash is None  # to be identified anew
        assert stages.identify(desk, "deepseek", NOW)["identified"] == 1
        assert read(desk) == 1
        hashes = [row.text_sha256 for row in rows(desk, ReadingRow)]
        assert hashes == [old.text_sha256, new.text_sha256]
        assert [v.text_sha256 for v in kin(desk.store, new.id).earlier] == [old.text_sha256]


def test_a_text_that_comes_back_has_its_old_reading(stored: Path) -> None:
    """Changed on the first day, changed back by the seventh: nothing is left to read."""
    capture(stored / "web", page("twelve dollars"), NOW + DAY / 2)
    with archived(stored) as desk:
        stages.recheck(desk, "deepseek", NOW + DAY)
        read(desk)
    capture(stored / "web", page(ad=3), NOW + 3 * DAY)
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + 7 * DAY) == {"changed": 1}
        assert read(desk) == 0
        (row,) = rows(desk, ArticleRow)
        assert "ten dollars" in row.text
        assert len(kin(desk.store, row.id).earlier) == 1


def test_a_change_shows_in_the_data_version(stored: Path) -> None:
    """Pages that browsers keep are asked for again."""
    capture(stored / "web", page("twelve dollars"), NOW + DAY / 2)
    with archived(stored) as desk:
        (before,) = rows(desk, DataVersionRow)
        stages.recheck(desk, "deepseek", NOW + DAY)
        (after,) = rows(desk, DataVersionRow)
    assert after.version > before.version


@pytest.mark.parametrize("killed_in", ["save_page", "change", "settle"])
def test_a_kill_half_way_leaves_the_visit_to_be_made(
    stored: Path, monkeypatch: pytest.MonkeyPatch, killed_in: str
) -> None:
    """Page, version, text and visit are one transaction; run again, it is as if undisturbed."""
    capture(stored / "web", page("twelve dollars"), NOW + DAY / 2)
    place = store if killed_in == "save_page" else rechecking.versions

    def kill(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with archived(stored) as desk:
        before = dump(desk)
        with monkeypatch.context() as patch:
            patch.setattr(place, killed_in, kill)
            with pytest.raises(KeyboardInterrupt):
                stages.recheck(desk, "deepseek", NOW + DAY)
        after = dump(desk)
        assert [row.done_at for row in after.pop("rechecks")] == [None, None]
        assert after == {name: found for name, found in before.items() if name != "rechecks"}
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"changed": 1}
        assert len(rows(desk, ArticleVersionRow)) == 1


def test_what_was_never_visited_in_time_is_not_all_visited_at_once(stored: Path) -> None:
    """A store of old articles does not send a request for each of them."""
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + 60 * DAY) == {}
        assert rows(desk, RecheckRow) == []


def test_two_visits_overdue_are_made_as_one(stored: Path) -> None:
    """The first and the seventh day have both passed."""
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + 8 * DAY) == {"unchanged": 1}
        assert all(row.done_at for row in rows(desk, RecheckRow))


def test_an_article_that_went_behind_a_paywall_keeps_its_text(stored: Path) -> None:
    """Less of it is public now: that is no edit."""
    paid = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x",' + (
        '"isAccessibleForFree": false}</script></head>'
    )
    capture(stored / "web", page("a fee").replace("</head>", paid), NOW + DAY / 2)
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"incomplete": 1}
        (row,) = rows(desk, ArticleRow)
    assert "ten dollars" in row.text


def test_an_address_that_leads_to_another_article_is_no_edit(stored: Path) -> None:
    """Its canonical address and its text are both others."""
    other = (
        page("nothing").replace("DeepSeek", "The bureau of rain and wind").replace("said", "saw")
    )
    link = '<link rel="canonical" href="https://herald.example/2025/02/05/rain-on-the-coast-again">'
    words = "".join(
        f"<p>{'Rain fell over the hills and the sea all day long. ' * 3}{i}</p>" for i in range(9)
    )
    other = other.replace("</head>", f"{link}</head>").replace("</h1>", f"</h1>{words}")
    capture(stored / "web", other, NOW + DAY / 2)
    with archived(stored) as desk:
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"gone": 1}
        (row,) = rows(desk, ArticleRow)
    assert "ten dollars" in row.text


# --- live -----------------------------------------------------------------------------------------


@contextmanager
def live(tmp_path: Path) -> Iterator[Desk]:
    env = {"FRAMEWATCH_ALLOW_LOOPBACK": "1", "FRAMEWATCH_HOST_DELAY": "0"}
    with desk_of(tmp_path, **env) as desk:
        yield desk


def serve(server: HTTPServer, answers: list[Response], seen: list[Request]) -> str:
    """The address of an article that answers with each of answers in turn."""

    def handle(request: Request) -> Response:
        seen.append(request)
        return answers.pop(0)

    server.expect_request("/robots.txt").respond_with_data("", content_type="text/plain")
    server.expect_request("/2025/02/04/deepseek").respond_with_handler(handle)
    return str(server.url_for("/2025/02/04/deepseek"))


def ok(body: str, etag: str) -> Response:
    return Response(body, 200, {"etag": etag}, content_type="text/html; charset=utf-8")


def test_a_304_counts_as_unchanged(tmp_path: Path, httpserver: HTTPServer) -> None:
    """The visit asks whether the stored page still stands."""
    seen: list[Request] = []
    url = serve(httpserver, [ok(page(), '"one"'), Response(status=304)], seen)
    with live(tmp_path) as desk:
        assert stages.collect_url(desk, "deepseek", url, WINDOW, NOW)["stored"] == 1
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"unchanged": 1}
    assert seen[1].headers["if-none-match"] == '"one"'


def test_an_edit_on_the_live_web_is_found(tmp_path: Path, httpserver: HTTPServer) -> None:
    """Fetched, archived, kept."""
    answers = [ok(page(), '"one"'), ok(page("twelve dollars"), '"two"')]
    url = serve(httpserver, answers, [])
    with live(tmp_path) as desk:
        stages.collect_url(desk, "deepseek", url, WINDOW, NOW)
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"changed": 1}
        assert len(rows(desk, ArticleVersionRow)) == 1


def test_an_article_that_is_gone_stays_in_the_store(tmp_path: Path, httpserver: HTTPServer) -> None:
    """That it is gone is noted; the link's own end stays as it was."""
    url = serve(httpserver, [ok(page(), '"one"'), Response(status=410)], [])
    with live(tmp_path) as desk:
        stages.collect_url(desk, "deepseek", url, WINDOW, NOW)
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"gone": 1}
        assert len(rows(desk, ArticleRow)) == 1
        assert [row.outcome for row in rows(desk, LinkRow)] == ["stored"]
        assert rows(desk, RecheckRow)[0].done_at == NOW + DAY


def test_an_unavailable_page_is_asked_for_again_and_not_for_ever(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """After Retry-After, for three days."""
    down = [Response(status=503, headers={"retry-after": "7200"}) for _ in range(2)]
    url = serve(httpserver, [ok(page(), '"one"'), *down], [])
    with live(tmp_path) as desk:
        stages.collect_url(desk, "deepseek", url, WINDOW, NOW)
        assert stages.recheck(desk, "deepseek", NOW + DAY) == {"unavailable": 1}
        first = rows(desk, RecheckRow)[0]
        assert (first.done_at, first.due_at) == (None, NOW + DAY + timedelta(hours=2))
        assert stages.recheck(desk, "deepseek", NOW + DAY + timedelta(hours=1)) == {}
        assert stages.recheck(desk, "deepseek", NOW + 5 * DAY) == {"unavailable": 1}
        assert rows(desk, RecheckRow)[0].done_at == NOW + 5 * DAY
