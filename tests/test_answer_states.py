"""The ledger as it was at any instant."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from db.answer_states import AnswerStateRow, answers_at
from db.session import Store
from db.tables import AnswerRow
from db.upsert import table_of
from framewatch.story import Answer, SourceStatus, Window
from tests.entries import enter

MONDAY = datetime(2025, 2, 3, tzinfo=UTC)
DAY = Window(MONDAY, MONDAY + timedelta(days=1))


def said(store: Store, hours: float, status: str, listed: int = 0) -> None:
    """A source's word on one day, so many hours after it began."""
    answer = Answer(source="feed", window=DAY, status=SourceStatus(status), listed=listed)
    with store.begin() as connection:
        enter(connection, answer, MONDAY + timedelta(hours=hours))


def known(store: Store, hours: float) -> tuple[str, int, float] | None:
    """Status, list and hour of the answer as known then."""
    found = answers_at(MONDAY + timedelta(hours=hours))
    columns = found.c.status, found.c.listed, found.c.answered_at
    with store.connect() as connection:
        row = connection.execute(select(*columns)).first()
    return row and (row[0], row[1], (row[2] - MONDAY) / timedelta(hours=1))


def test_each_word_stands_until_the_next(store: Store) -> None:
    """Down, empty, full; before the first there is none."""
    for hours, status, listed in ((25, "unavailable", 0), (26, "empty", 0), (40, "ok", 7)):
        said(store, hours, status, listed)
    assert known(store, 24) is None
    assert known(store, 25) == ("unavailable", 0, 25)
    assert known(store, 39.9) == ("empty", 0, 26)
    assert known(store, 41) == ("ok", 7, 40)


def test_a_poorer_word_changes_nothing_and_a_repeated_one_leaves_no_row(store: Store) -> None:
    """Asked again it only says so once more; what was known before keeps its hour."""
    said(store, 26, "ok", 7)
    said(store, 50, "unavailable")
    said(store, 60, "ok", 7)
    assert known(store, 55) == ("ok", 7, 26)
    assert known(store, 61) == ("ok", 7, 60)
    with store.connect() as connection:
        count = select(func.count()).select_from(table_of(AnswerStateRow))
        assert connection.scalar(count) == 1


def test_of_two_words_of_one_instant_the_later_stands(store: Store) -> None:
    """Whoever writes them."""
    said(store, 26, "ok", 7)
    with store.begin() as connection:
        connection.execute(update(table_of(AnswerRow)).values(status="refused"))
    assert known(store, 26) == ("refused", 7, 26)


def test_the_log_goes_with_its_answer(store: Store) -> None:
    """Nothing of a deleted answer stays."""
    said(store, 26, "ok", 7)
    with store.begin() as connection:
        connection.execute(delete(table_of(AnswerRow)))
        assert connection.scalar(select(func.count()).select_from(table_of(AnswerStateRow))) == 0


@pytest.mark.parametrize("at", [None, MONDAY + timedelta(days=9)])
def test_now_is_the_ledger_itself(store: Store, at: datetime | None) -> None:
    """Column by column, as later entries say it."""
    said(store, 26, "empty")
    said(store, 40, "ok", 7)
    row, found = table_of(AnswerRow).c, answers_at(at).c
    names = ("source", "window_start", "window_end", "status", "listed", "partial", "answered_at")
    with store.connect() as connection:
        mine = connection.execute(select(*(found[name] for name in names))).all()
        assert mine == connection.execute(select(*(row[name] for name in names))).all()
