"""Rows by the thousand, lists as one value, and records that a publisher empties."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Column, Date, Integer, Text, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from db.bulk import add_rows
from db.held import beside, held, listed, taken_out
from db.renew import FEW, replace_rows
from db.session import Store
from db.tables import ChangeRow, OutletPartRow, ReaderDayRow
from db.upsert import table_of
from tests.newsroom_store import TOPIC

DAY = date(2025, 2, 3)
# What ends a value or a row, or stands for none, where a server reads rows as text.
HOSTILE = (
    "", " ", "\\", "\\N", "\\.", "\\n", "a\tb", "a\nb", "a\r\nb", '"', '""', "'", "a,b", "NULL",
    "é", "深度求索", "🐟", "\u2028", "\x01",
)  # fmt: skip
_parts, _changes = table_of(OutletPartRow), table_of(ChangeRow)


class Broken(Exception):
    """As if something had failed."""


def part(host: str, start: date = DAY, names: str = "[]", sums: bytes = b"") -> tuple[Any, ...]:
    return (TOPIC, "host", "frame", host, start, names, sums)


def stored(store: Store, table: Any = _parts) -> set[tuple[Any, ...]]:
    with store.connect() as connection:
        return set(map(tuple, connection.execute(select(table))))


def test_whatever_a_row_holds_is_stored_as_it_is(store: Store) -> None:
    """As a key, as a text, and every byte there is."""
    every = bytes(range(256))
    rows = [part(word, names=word, sums=every * at) for at, word in enumerate(HOSTILE)]
    with store.begin() as connection:
        add_rows(connection, _parts, [])
        add_rows(connection, _parts, rows)
    assert stored(store) == set(rows)


def test_an_instant_of_any_zone_is_stored_as_that_instant(store: Store) -> None:
    table, key = table_of(ReaderDayRow), (TOPIC, DAY, "m", "r", "w")
    there = datetime(2025, 2, 3, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=11)))
    with store.begin() as connection:
        add_rows(connection, table, [(*key, "c", 1, 0, there), (*key, "d", 1, 0, there)])
    assert {row[-1] for row in stored(store, table)} == {there.astimezone(UTC)}


@pytest.mark.slow
def test_a_column_that_was_made_anew_has_its_own_values(postgres_store: Store) -> None:
    """The server's order of columns is not that of our tables then."""
    with postgres_store.begin() as connection:
        for change in ("DROP COLUMN names", "ADD COLUMN names text"):
            connection.execute(text(f"ALTER TABLE outlet_parts {change}"))
        add_rows(connection, _parts, [part("herald", names="[1]", sums=b"1")])
    assert stored(postgres_store) == {part("herald", names="[1]", sums=b"1")}


@pytest.mark.parametrize("size", [FEW // 2, FEW * 3], ids=["few", "many"])
@pytest.mark.parametrize("changed", [0, 1, 10**6], ids=["none", "one", "all"])
def test_rows_in_the_place_of_others(store: Store, size: int, changed: int) -> None:
    """However many differ: some other, some gone, some new; those of another day stay."""
    other, later = part("herald", DAY + timedelta(days=7)), {"names": "[1]"}
    before = {part(f"outlet-{at}") for at in range(size)}
    numbers = range(size)
    after = {part(f"outlet-{at}", **(later if at < changed else {})) for at in numbers if at % 5}
    after |= {part(f"new-{at}") for at in range(3)}
    with store.begin() as connection:
        add_rows(connection, _parts, [*before, other])
        here = [_parts.c.topic == TOPIC, _parts.c.start == DAY]
        counts = replace_rows(connection, _parts, here, after)
    assert stored(store) == after | {other}
    gone = {row[3] for row in before} - {row[3] for row in after}
    assert counts == {"written": len(after - before), "removed": len(gone)}


def test_a_list_is_one_value_however_long_it_is(store: Store) -> None:
    """More than a statement may have parameters."""
    numbers = range(100_000)
    with store.connect() as connection:
        rows = listed(connection, numbers, Integer()).subquery().c[0]
        counted = connection.execute(select(func.count(), func.sum(rows))).one()
        assert tuple(counted) == (len(numbers), sum(numbers))
        for kind, values in ((Date(), {DAY, date.min}), (Text(), set(HOSTILE)), (Text(), set())):
            assert set(connection.scalars(listed(connection, values, kind))) == values


def test_what_is_held_is_gone_afterwards(store: Store) -> None:
    """Also where it broke off."""
    table = beside("numbers", Column("number", Integer, primary_key=True))

    def _break() -> None:
        with store.begin() as connection:
            connection.execute(insert(_changes), [_change(1, DAY)])
            with held(connection, table, listed(connection, [1, 2], Integer())):
                assert set(connection.scalars(select(table.c.number))) == {1, 2}
                raise Broken

    for _ in range(2):
        with pytest.raises(Broken):
            _break()
    for _ in range(2):
        with (
            store.begin() as connection,
            held(connection, table, listed(connection, [3], Integer())),
        ):
            assert connection.scalars(select(table.c.number)).all() == [3]
    with store.connect() as connection, pytest.raises(DBAPIError, match=table.name):
        connection.execute(select(table))


def test_what_is_taken_out_is_told_once_and_deleted(store: Store) -> None:
    with store.begin() as connection:
        rows = [_change(1, DAY), _change(1, DAY), _change(2, None), _change(3, DAY, "other")]
        connection.execute(insert(_changes), rows)
        found = taken_out(connection, *_mine())
        assert sorted(found, key=str) == [(1, DAY), (2, None)]
        assert taken_out(connection, *_mine()) == []
    assert [row[1] for row in stored(store, _changes)] == ["other"]


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_comes_while_a_record_is_emptied_is_told_or_left(
    postgres_store: Store, when: str
) -> None:
    """Also a row that was numbered before those that are taken, and is seen only afterwards."""
    with postgres_store.connect() as writer, postgres_store.connect() as publisher:
        writer.execute(insert(_changes), [_change(1, DAY)])
        publisher.execute(insert(_changes), [_change(2, DAY)])

        @event.listens_for(publisher, f"{when}_cursor_execute")
        def _commit(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if "DELETE" in statement:
                writer.commit()

        found = taken_out(publisher, *_mine())
        publisher.commit()
    told, left = {row[0] for row in found}, {row[2] for row in stored(postgres_store, _changes)}
    assert told | left == {1, 2}
    assert not told & left


@pytest.fixture
def postgres_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    from db.session import migrate, open_store

    url = request.getfixturevalue("postgres_url")
    migrate(url)
    engine = open_store(url)
    yield engine
    engine.dispose()


def _change(article: int, day: date | None, topic: str = TOPIC) -> dict[str, Any]:
    return {"topic": topic, "article_id": article, "day": day}


def _mine() -> Any:
    return _changes, _changes.c.topic == TOPIC, _changes.c.article_id, _changes.c.day
