"""Publishing what changed gives what publishing everything gives."""

import gc
import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import column, insert, inspect, select, table, text, update

from db.changes import dirty_days, settle
from db.counting import counted
from db.publish import keep_up, publish, rebuild
from db.queries import version
from db.session import ROOT, Store
from db.tables import (
    ArticleRow,
    ChangeRow,
    DirtyDayRow,
    OriginalRow,
    OutletPartRow,
    RepublicationRow,
)
from db.upsert import table_of
from framewatch.story import CountBy, Proof
from tests.changing_store import DESKS, FIRST, World, derived, same_as_rebuilt, wipe
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC, Draft, put

LINE = 7 * 8  # bytes of an entry's sums


class Killed(Exception):
    """As if the process had ended here."""


@pytest.mark.parametrize("seed", [1, 2])
def test_publishing_day_by_day_gives_the_rows_of_publishing_everything(
    store: Store, seed: int
) -> None:
    """After articles, readings, edits, groups and entries in any order."""
    world = World(seed)
    for _ in range(3):
        with store.begin() as connection:
            world.change(connection, 70)
        keep_up(store, TOPIC, NOW)
    with store.begin() as connection:
        kept_up = derived(connection)
        assert all(kept_up.values())
        wipe(connection)
        rebuild(connection, TOPIC, NOW)
        assert derived(connection) == kept_up


@pytest.mark.parametrize("seed", [11])
def test_originals_are_those_that_a_search_of_all_articles_finds(store: Store, seed: int) -> None:
    """However the store came to be as it is."""
    world = World(seed)
    for _ in range(4):
        with store.begin() as connection:
            world.change(connection, 40)
            publish(connection, TOPIC, NOW)
            kept = table_of(OriginalRow)
            names = ("article_id", "day", "host", "country", "language", "genre")
            query = select(*(kept.c[name] for name in names)).where(kept.c.counts)
            searched = counted(TOPIC, CountBy.ORIGINAL)
            found = select(*(searched.c[name] for name in names))
            assert set(connection.execute(query)) == set(connection.execute(found))


@pytest.mark.parametrize("after", [0, 2])
def test_a_kill_between_two_transactions_loses_none(store: Store, after: int) -> None:
    """The next run goes on with the days that are left."""
    with store.begin() as connection:
        World(5).change(connection, 120)
    done = 0

    def tick(_: int) -> None:
        nonlocal done
        done += 1
        if done > after:
            raise Killed

    with pytest.raises(Killed):
        keep_up(store, TOPIC, NOW, tick)
    with store.begin() as connection:
        assert dirty_days(connection, TOPIC)
    keep_up(store, TOPIC, NOW)
    same_as_rebuilt(store)


@pytest.mark.parametrize("within", ["settling", "counting"])
def test_a_kill_within_a_transaction_loses_nothing(store: Store, within: str) -> None:
    """What it had begun is as if it had not."""
    world = World(6)
    with store.begin() as connection:
        world.change(connection, 80)
    keep_up(store, TOPIC, NOW)
    with store.begin() as connection:
        world.change(connection, 40)
    with store.connect() as connection, connection.begin() as transaction:
        if within == "settling":
            settle(connection, TOPIC)
            assert dirty_days(connection, TOPIC)
        else:
            assert any(publish(connection, TOPIC, NOW).values())
        transaction.rollback()
    keep_up(store, TOPIC, NOW)
    same_as_rebuilt(store)


def test_changes_are_settled_in_batches_of_any_size(store: Store) -> None:
    """A text's articles need not be in one batch."""
    world = World(7)
    with store.begin() as connection:
        world.change(connection, 10)
        publish(connection, TOPIC, NOW)  # the first time all are settled at once
        world.change(connection, 150)
        while settle(connection, TOPIC, at_once=3):
            pass
        publish(connection, TOPIC, NOW)
    same_as_rebuilt(store)


def test_only_the_days_of_what_changed_are_dirty(store: Store) -> None:
    """One more article soils its day; nothing soils none."""
    with store.begin() as connection:
        World(8).change(connection, 60)
        publish(connection, TOPIC, NOW)
        put(connection, Draft(desk=DESKS[0], day=FIRST + timedelta(days=3), title="More"), 5000)
        while settle(connection, TOPIC):
            pass
        assert dirty_days(connection, TOPIC) == [FIRST + timedelta(days=3)]
        assert publish(connection, TOPIC, NOW)["written"] > 0
        assert not any(publish(connection, TOPIC, NOW).values())
        for row_class in (ChangeRow, DirtyDayRow):
            assert connection.execute(select(table_of(row_class))).first() is None


def test_an_article_that_moves_soils_the_day_it_left(store: Store) -> None:
    """And the day it comes to."""
    days = (date(2025, 2, 3), date(2025, 3, 5))
    with store.begin() as connection:
        number = put(connection, Draft(desk=DESKS[0], day=days[0], title="Story"), 1)
        publish(connection, TOPIC, NOW)
        moving = text("UPDATE articles SET day = :day WHERE id = :number")
        connection.execute(moving, {"day": days[1].isoformat(), "number": number})
        while settle(connection, TOPIC):
            pass
        assert tuple(dirty_days(connection, TOPIC)) == days
        publish(connection, TOPIC, NOW)
    same_as_rebuilt(store)


def test_a_changed_copy_leaves_the_day_of_its_original_alone(store: Store) -> None:
    """As by original nothing counts of it; nor does the original soil the day of the copy."""
    days = (date(2025, 2, 3), date(2025, 3, 5))
    with store.begin() as connection:
        drafts = (Draft(desk=DESKS[at], day=day, title="A") for at, day in enumerate(days))
        ids = [put(connection, draft, at) for at, draft in enumerate(drafts)]
        entry = {"original_outlet": "", "original_country": "", "original_url": "", "evidence": ""}
        entry |= {"article_id": ids[1], "original_id": ids[0], "proof": Proof.NOTE.value}
        connection.execute(insert(RepublicationRow), entry)
        publish(connection, TOPIC, NOW)
        for number, day in zip(ids, days, strict=True):
            mine = update(ArticleRow).where(ArticleRow.id == number)
            connection.execute(mine.values(genre="opinion"))
            while settle(connection, TOPIC):
                pass
            assert dirty_days(connection, TOPIC) == [day]
            publish(connection, TOPIC, NOW)
    same_as_rebuilt(store)


def test_a_fellow_that_comes_to_count_soils_its_own_day_and_again_when_it_goes(
    store: Store,
) -> None:
    """An outlet's update counts by original only while it is not of the first one's text."""
    days = [date(2025, 2, 3), date(2025, 3, 5)]
    with store.begin() as connection:
        drafts = (Draft(desk=DESKS[0], day=day, title="A") for day in days)
        first, later = (put(connection, draft, at) for at, draft in enumerate(drafts))

        def group(number: int, of: int | None) -> None:
            mine = update(ArticleRow).where(ArticleRow.id == number)
            connection.execute(mine.values(cluster_id=of))

        group(first, later)
        group(later, later)
        publish(connection, TOPIC, NOW)
        for of in (None, later):
            group(first, of)
            while settle(connection, TOPIC):
                pass
            assert dirty_days(connection, TOPIC) == days
            publish(connection, TOPIC, NOW)
    same_as_rebuilt(store)


@pytest.mark.parametrize("enabled", [True, False])
def test_cycles_are_sought_afterwards_as_before(
    store: Store, monkeypatch: pytest.MonkeyPatch, enabled: bool
) -> None:
    """Also where counting fails."""
    seen: list[bool] = []

    def _fail(*_: object) -> None:
        seen.append(gc.isenabled())
        raise Killed

    monkeypatch.setattr("db.publish.roll_up", _fail)
    with store.begin() as connection:
        World(10).change(connection, 20)
    try:
        if not enabled:
            gc.disable()
        with pytest.raises(Killed):
            keep_up(store, TOPIC, NOW)
        assert (seen, gc.isenabled()) == ([False], enabled)
    finally:
        gc.enable()


def test_the_version_moves_only_with_the_counts(store: Store) -> None:
    """Pages keep their ETags while nothing is counted anew."""
    with store.begin() as connection:
        World(9).change(connection, 30)
    keep_up(store, TOPIC, NOW)
    before = version(store, TOPIC).version
    assert before > 0
    keep_up(store, TOPIC, NOW)
    assert version(store, TOPIC).version == before


def test_the_newest_schema_has_its_triggers(store: Store) -> None:
    """A migration that makes a table anew must make its triggers anew."""
    with store.begin() as connection:
        if inspect(connection).engine.dialect.name == "sqlite":
            query = "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1"
        else:
            query = (
                "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger "
                "WHERE NOT tgisinternal GROUP BY 1"
            )
        found = {str(name): count for name, count in connection.execute(text(query))}
    least = {"articles": 2, "readings": 1, "republications": 1}
    least |= {"answers": 2, "links": 2, "sightings": 1}
    assert all(found.get(name, 0) >= count for name, count in least.items())


def test_the_sums_of_an_earlier_schema_are_those_of_publishing(store: Store) -> None:
    """Kept by frame or target before, and by outlet since: no page waits to be published."""
    with store.begin() as connection:
        World(8).change(connection, 120)
        publish(connection, TOPIC, NOW)
        kept = derived(connection)
    before = _by_series(kept[OutletPartRow.__tablename__])
    url = store.url.render_as_string(hide_password=False)
    config = _migrations(url)
    command.downgrade(config, "0014")
    names = ("topic", "count_by", "kind", "genre", "series", "start", "names", "sums")
    with store.begin() as connection:
        earlier = table("outlet_parts", *(column(name) for name in names))
        connection.execute(earlier.insert(), [dict(zip(names, r, strict=True)) for r in before])
    migrate(url)
    with store.begin() as connection:
        assert derived(connection) == kept


@pytest.mark.parametrize("from_version", ["base", "0016"])
def test_changes_noted_before_the_marks_went_are_published(store: Store, from_version: str) -> None:
    """Whether the schema comes from below, or went back to it: triggers write what is there."""
    config = _migrations(store.url.render_as_string(hide_password=False))
    if from_version == "base":
        command.downgrade(config, "base")
        command.upgrade(config, "0015")
    else:
        command.downgrade(config, "0015")
    world = World(11)
    with store.begin() as connection:
        world.change(connection, 60)
        noted = connection.execute(text("SELECT count(*) FROM changes WHERE NOT taken"))
        assert noted.scalar_one() > 60
    command.upgrade(config, "head")
    keep_up(store, TOPIC, NOW)
    with store.begin() as connection:
        assert any(derived(connection).values())
        world.change(connection, 60)
    keep_up(store, TOPIC, NOW)
    same_as_rebuilt(store)


def _migrations(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    config.set_main_option("sqlalchemy.url", url)
    return config


def _by_series(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    held: dict[tuple[Any, ...], list[tuple[list[Any], bytes]]] = {}
    for topic, count_by, kind, host, start, names, sums in rows:
        for at, (genre, series, *rest) in enumerate(json.loads(names)):
            key = (topic, count_by, kind, genre, series, start)
            mine = sums[at * LINE : (at + 1) * LINE]
            held.setdefault(key, []).append(([host, *rest], mine))
    return [
        (*key, json.dumps([name for name, _ in lines]), b"".join(mine for _, mine in lines))
        for key, lines in held.items()
    ]
