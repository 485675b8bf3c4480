"""The store keeps its promises on SQLite and on PostgreSQL."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

import db.publish
from db import codebooks, day_counts, ledger, readings
from db import store as rows
from db.queries import Filters
from db.session import Store
from db.tables import ArticleRow, LinkRow, OutletDayRow, ReadingRow, Table
from db.upsert import table_of
from framewatch.facts import load_topic
from framewatch.story import (
    Answer,
    Article,
    CountBy,
    DateClaim,
    DayCount,
    Evidence,
    FrameScore,
    Genre,
    Link,
    Outcome,
    Page,
    Quotation,
    ReaderIdentity,
    Reading,
    Rejected,
    SourceStatus,
    TargetScore,
    Window,
)
from tests.entries import enter

NOW = datetime(2025, 2, 5, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=5)
DAY = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
LINK = Link(url="https://herald.example/a", source="herald-feed", title="DeepSeek")
PAGE = Page(
    url=LINK.url,
    final_url=LINK.url,
    status=200,
    headers={"content-type": "text/html", "etag": '"one"'},
    body=b"<p>one</p>",
    fetched_at=NOW,
    warc_file="a.warc.gz",
    warc_offset=7,
)
ARTICLE = Article(
    url=LINK.url,
    title="DeepSeek and the price of chips",
    text="A first paragraph.\nA second one.",
    language="en",
    host="herald",
    host_name="Example Herald",
    country="AU",
    authors=("A. Writer",),
    published_at=datetime(2025, 2, 4, 5, 30, tzinfo=timezone(timedelta(hours=11))),
    quotations=(Quotation(start=3, end=9, speaker="Somebody"),),
)
READER = ReaderIdentity(model="toy", revision="1", weights_sha256="aa", codebook_sha256="bb")


def answer(status: SourceStatus, *links: Link, listed: int = 0, detail: str = "") -> Answer:
    return Answer(
        source="herald-feed", window=DAY, status=status, links=links, listed=listed, detail=detail
    )


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.begin() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in Table.metadata.sorted_tables
        }


def stored_article(store: Store, article: Article = ARTICLE) -> int:
    with store.begin() as connection:
        page_id = rows.save_page(connection, replace(PAGE, url=article.url))
        return rows.save_article(connection, TOPIC, article, page_id, NOW)[0]


def reading(present: bool = True) -> Reading:
    return Reading(
        reader=READER,
        text_sha256=ARTICLE.text_sha256,
        frames=(FrameScore(frame="economic", probability=0.9 if present else 0.1, threshold=0.5),),
        targets=(
            TargetScore(target="deepseek", mentions=2, negative=0.1, neutral=0.2, positive=0.7),
        ),
        evidence=(Evidence(about="economic", kind="frame", start=0, end=8, score=0.9),),
    )


def test_a_link_named_twice_is_one_row(store: Store) -> None:
    """A source asked again for the same window adds no link."""
    for now in (NOW, LATER):
        with store.begin() as connection:
            enter(connection, answer(SourceStatus.OK, LINK, listed=3), now)
        if now == NOW:
            before = dump(store)
    after = dump(store)
    assert after["links"] == before["links"]
    assert after["sightings"] == before["sightings"]
    assert len(before["links"]) == 1


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (answer(SourceStatus.OK, LINK, listed=3), answer(SourceStatus.UNAVAILABLE), "ok"),
        (answer(SourceStatus.EMPTY, listed=3), answer(SourceStatus.OUT_OF_REACH), "empty"),
        (answer(SourceStatus.UNAVAILABLE), answer(SourceStatus.EMPTY, listed=2), "empty"),
        (answer(SourceStatus.EMPTY, listed=2), answer(SourceStatus.OK, LINK, listed=3), "ok"),
        (answer(SourceStatus.EMPTY, listed=3), answer(SourceStatus.UNAVAILABLE), "empty"),
        (answer(SourceStatus.UNAVAILABLE), answer(SourceStatus.REFUSED), "refused"),
    ],
)
def test_a_poorer_answer_never_replaces_a_fuller_one(
    store: Store, first: Answer, second: Answer, kept: str
) -> None:
    """Once a window was answered, a later failure does not undo that."""
    with store.begin() as connection:
        enter(connection, first, NOW)
        enter(connection, second, LATER)
        said = ledger.answers(connection, "deepseek", DAY)
    assert [status for status, _ in said["herald-feed"]] == [kept]


def test_an_unavailable_link_is_tried_again_four_times_at_most(store: Store) -> None:
    """Retry-After is kept, and the fourth failure is final."""
    down = Rejected(
        url=LINK.url, outcome=Outcome.UNAVAILABLE, detail="status 503", retry_after=7200.0
    )
    with store.begin() as connection:
        enter(connection, answer(SourceStatus.OK, LINK), NOW)
    now = NOW
    for attempt in range(4):
        with store.begin() as connection:
            assert not attempt or not rows.links_to_fetch(connection, "deepseek", now)
            now += timedelta(hours=3)
            (pending,) = rows.links_to_fetch(connection, "deepseek", now)
            rows.reject_link(connection, pending, down, now)
    with store.begin() as connection:
        assert rows.links_to_fetch(connection, "deepseek", now + timedelta(days=9)) == []
        assert ledger.outcomes(connection, "deepseek") == {"unavailable": 1}


def test_the_same_bytes_are_one_page_and_the_newest_is_remembered(store: Store) -> None:
    """A page fetched again unchanged keeps its row; a changed one gets its own."""
    with store.begin() as connection:
        first = rows.save_page(connection, PAGE)
        assert rows.save_page(connection, replace(PAGE, fetched_at=LATER)) == first
        changed = replace(PAGE, body=b"<p>two</p>", fetched_at=LATER, headers={"etag": '"two"'})
        assert rows.save_page(connection, changed) != first
        remembered = rows.last_page(connection, PAGE.url)
    assert remembered is not None
    assert remembered.headers["etag"] == '"two"'
    assert remembered.fetched_at == LATER


def test_an_article_is_counted_on_the_publishers_day_in_the_topics_zone(store: Store) -> None:
    """4 February 05:30 in Sydney is 3 February in UTC and stays on 4 February."""
    stored_article(store)
    with store.begin() as connection:
        (row,) = connection.execute(select(table_of(rows.ArticleRow)))
    assert row.day == date(2025, 2, 4)
    assert row.published_at == datetime(2025, 2, 3, 18, 30, tzinfo=UTC)
    assert row.published_offset == 660


def test_an_article_is_read_back_as_it_was_saved(store: Store) -> None:
    """With the publisher's own offset, its quotations, genre, dates and rights."""
    assert ARTICLE.published_at is not None
    full = replace(
        ARTICLE,
        genre=Genre.OPINION,
        genre_evidence="json-ld: OpinionNewsArticle",
        date_claims=(DateClaim(ARTICLE.published_at, False, "json-ld"),),
        rights="tdm-reservation: 1",
        original_outlet="Crikey",
        original_day=date(2025, 2, 4),
        live=True,
    )
    stored_article(store, full)
    with store.begin() as connection:
        (row,) = connection.execute(select(table_of(rows.ArticleRow)))
    back = rows.article_of(row)
    assert back == full
    assert back.published_at is not None
    assert back.published_at.utcoffset() == timedelta(hours=11)


def test_one_article_per_address_and_topic(store: Store) -> None:
    """A second link to the same article finds it stored."""
    first = stored_article(store)
    with store.begin() as connection:
        page_id = rows.save_page(connection, replace(PAGE, url="https://herald.example/a?x=1"))
        assert rows.save_article(connection, TOPIC, ARTICLE, page_id, LATER) == (first, False)


def test_a_reading_is_appended_once_per_reader_and_text(store: Store) -> None:
    """The same reader never reads the same text twice; another reader does."""
    article_id = stored_article(store)
    other = replace(READER, revision="2")
    with store.begin() as connection:
        (pending,) = readings.articles_to_read(connection, "deepseek", READER)
        assert (pending.id, pending.article.quotations) == (article_id, ARTICLE.quotations)
        assert pending.article.text_sha256 == ARTICLE.text_sha256
        assert readings.save_reading(connection, article_id, reading(), NOW)
        assert not readings.save_reading(connection, article_id, reading(), LATER)
        assert readings.articles_to_read(connection, "deepseek", READER) == []
        assert len(readings.articles_to_read(connection, "deepseek", other)) == 1


def test_a_reader_that_comes_back_into_force_reads_again(store: Store) -> None:
    """Codebook A, then B, then A: the newest reading is A's, and all three are kept."""
    article_id = stored_article(store)
    other = replace(READER, codebook_sha256="b" * 64)
    with store.begin() as connection:
        for reader in (READER, other, READER):
            (pending,) = readings.articles_to_read(connection, "deepseek", reader, again=True)
            taken = replace(reading(present=reader is other), reader=reader)
            assert readings.save_reading(connection, pending.id, taken, NOW, again=True)
            assert not readings.save_reading(connection, pending.id, taken, LATER, again=True)
            assert readings.articles_to_read(connection, "deepseek", reader, again=True) == []
            assert readings.reading_in_force(connection, article_id) == taken
        # Not by itself: two machines with different readers would read for ever.
        assert readings.articles_to_read(connection, "deepseek", other) == []
        # Nor does a slow run that had listed the article before the others read it.
        late = replace(reading(), reader=other)
        assert not readings.save_reading(connection, article_id, late, LATER)
        kept = connection.execute(select(table_of(ReadingRow).c.turn)).scalars().all()
    assert sorted(kept) == [0, 0, 1]


def test_an_article_whose_text_changed_has_no_reading_in_force(store: Store) -> None:
    """What was said of the earlier text is not said of this one."""
    article_id = stored_article(store)
    articles = table_of(ArticleRow)
    with store.begin() as connection:
        assert readings.reading_in_force(connection, article_id) is None
        readings.save_reading(connection, article_id, reading(), NOW)
        connection.execute(update(articles).values(text_sha256="c" * 64))
        assert readings.reading_in_force(connection, article_id) is None
        assert len(readings.articles_to_read(connection, "deepseek", READER)) == 1


def test_a_codebook_is_kept_once_under_its_hash(store: Store) -> None:
    """What was kept first stays."""
    with store.begin() as connection:
        assert codebooks.entries_of(connection, "a" * 64) is None
        for entries in ("[1]", "[2]"):
            codebooks.keep_codebook(connection, "a" * 64, entries, NOW)
        assert codebooks.entries_of(connection, "a" * 64) == "[1]"


def test_publishing_counts_once_and_follows_the_newest_reading(store: Store) -> None:
    """Counts come from the reading in force; publishing twice writes nothing."""
    article_id = stored_article(store)
    with store.begin() as connection:
        readings.save_reading(connection, article_id, reading(), NOW)
        first = db.publish.publish(connection, "deepseek", NOW)
        assert (first["written"] > 0, first["removed"]) == (True, 0)
        assert db.publish.publish(connection, "deepseek", LATER) == {"written": 0, "removed": 0}
        volumes = connection.execute(select(table_of(OutletDayRow))).all()
        assert {(row.count_by, row.articles, row.coded) for row in volumes} == {
            (by, 1, 1) for by in CountBy
        }
    for by in CountBy:  # alone, all agree
        (found,) = day_counts.frame_days(store, Filters(topic="deepseek", count_by=by)).values()
        assert found == (DayCount(outlet="herald", day=date(2025, 2, 4), n=1, k=1),)
    with store.begin() as connection:
        newer = replace(reading(present=False), reader=replace(READER, revision="2"))
        readings.save_reading(connection, article_id, newer, LATER)
        assert db.publish.publish(connection, "deepseek", LATER)["written"] > 0
    (found,) = day_counts.frame_days(store, Filters(topic="deepseek")).values()
    assert [day.k for day in found] == [0]


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    """A naive time in the store would be a guess."""
    naive = replace(LINK, published_at=datetime(2025, 2, 4))
    with store.begin() as connection, pytest.raises(Exception, match="needs a time zone"):
        enter(connection, answer(SourceStatus.OK, naive), NOW)


def test_the_schema_of_the_migrations_is_that_of_the_tables(store: Store) -> None:
    """Nobody changed a table and forgot the migration."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Table.metadata)
    assert difference == []
    assert table_of(LinkRow).name == "links"


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def test_a_store_with_rows_goes_a_version_back_and_forth(
    database: str, request: pytest.FixtureRequest
) -> None:
    """Down to the schema before sources and coverage, and up again: the link is still there."""
    from alembic import command
    from alembic.config import Config

    from db.session import ROOT, migrate, open_store

    url = request.getfixturevalue(f"{database}_url")
    migrate(url)
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    store = open_store(url)
    with store.begin() as connection:
        enter(connection, answer(SourceStatus.OK, LINK), NOW)
    store.dispose()
    command.downgrade(config, "0002")
    command.upgrade(config, "head")
    store = open_store(url)
    with store.begin() as connection:
        link = connection.execute(select(table_of(LinkRow))).one()
        assert (link.url, link.outlet) == (LINK.url, "herald.example")
        assert len(rows.links_to_fetch(connection, "deepseek", NOW)) == 1
    store.dispose()


# Statements of 0012, which rebuilds a table: before the copy, after it, and before the triggers.
CUT = ("INSERT INTO _alembic_tmp_readings", "DROP TABLE readings", "CREATE TRIGGER")
KILLED = """
import os, sys
from sqlalchemy import Engine, event
from db.session import migrate
@event.listens_for(Engine, "before_cursor_execute")
def _die(connection, cursor, statement, *rest):
    if statement.lstrip().startswith(sys.argv[2]) and _version(cursor) == "0011":
        os._exit(9)
def _version(cursor):
    return cursor.execute("SELECT version_num FROM alembic_version").fetchone()[0]
migrate(sys.argv[1])
"""


@pytest.mark.parametrize("statement", CUT)
def test_a_migration_that_is_killed_is_made_again(sqlite_url: str, statement: str) -> None:
    """SQLite would keep the tables that were made before, and refuse them the next time."""
    from alembic import command
    from alembic.config import Config

    from db.session import ROOT, migrate, open_store

    migrate(sqlite_url)
    store = open_store(sqlite_url)
    article_id = stored_article(store)
    with store.begin() as connection:
        readings.save_reading(connection, article_id, reading(), NOW)
    store.dispose()
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    config.set_main_option("sqlalchemy.url", sqlite_url)
    command.downgrade(config, "0011")
    done = subprocess.run([sys.executable, "-c", KILLED, sqlite_url, statement], cwd=ROOT)
    assert done.returncode == 9
    migrate(sqlite_url)
    store = open_store(sqlite_url)
    with store.begin() as connection:
        assert readings.reading_in_force(connection, article_id) == reading()
    store.dispose()


@pytest.mark.slow
def test_postgresql_compiles_no_query_of_ours(postgres_url: str) -> None:
    """Also in the transactions after one that was taken back."""
    from db.session import open_store

    store = open_store(postgres_url)
    with store.connect() as connection:
        assert connection.execute(text("SHOW jit")).scalar_one() == "off"
        connection.rollback()
        assert connection.execute(text("SHOW jit")).scalar_one() == "off"
    store.dispose()
