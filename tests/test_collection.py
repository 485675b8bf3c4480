"""What is kept of collection says what answers and links say."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from db import records
from db.collection import keep_collection, rebuild_collection
from db.coverage import collected_share, collected_shares
from db.days import DayAnswer
from db.ledger import outcomes
from db.session import Store
from db.tables import (
    AnswerRow,
    CollectionChangeRow,
    CollectionDayRow,
    LinkRow,
    OutcomeDayRow,
    SightingRow,
    SourceDayRow,
)
from db.upsert import table_of
from framewatch.story import Outcome, SourceStatus

TOPIC, OTHER = "deepseek", "other"
FIRST = date(2025, 1, 6)
DAYS = [FIRST + timedelta(days=i) for i in range(-20, 140)]
ZONE, FAR = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = (SourceDayRow, OutcomeDayRow, CollectionDayRow)

_answers, _links, _seen = map(table_of, (AnswerRow, LinkRow, SightingRow))


class Ledger:
    """Answers and links that come, change and go by chance; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number = 0

    def fill(self, connection: Connection, days: int = 100) -> None:
        """Four sources, asked day by day; most answer, and name some links."""
        for i in range(days):
            for source in "abcd":
                self.answer(connection, i, source)
                for _ in range(self.chance.randrange(4)):
                    self.link(connection, i, source)

    def change(self, connection: Connection) -> None:
        """Something happens that a running collection does."""
        day = self.chance.randrange(100)
        self.chance.choice((self.heal, self.link, self.end, self.see, self.move, self.drop))(
            connection, day, self.chance.choice("abcd")
        )

    def answer(self, connection: Connection, day: int, source: str) -> None:
        start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(days=day)
        if self.chance.random() < 0.05:
            return
        status = self.chance.choices(list(SourceStatus), (10, 3, 1, 1, 1))[0]
        row = {
            "topic": TOPIC,
            "source": source,
            "window_start": start,
            "window_end": start + timedelta(days=1, hours=self.chance.choice((0, 0, -6))),
            "status": status,
            "listed": 1,
            "found": 1,
            "detail": "",
            "answered_at": start + timedelta(days=self.chance.choice((2, 2, 2, 9))),
        }
        connection.execute(insert(_answers), row)

    def heal(self, connection: Connection, day: int, source: str) -> None:
        start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(days=day)
        mine = (_answers.c.source == source, _answers.c.window_start == start)
        connection.execute(update(_answers).where(*mine).values(status=SourceStatus.OK))

    def link(self, connection: Connection, day: int, source: str) -> None:
        self.number += 1
        instant = datetime(2025, 1, 1, tzinfo=UTC)
        row = {
            "topic": TOPIC,
            "url": f"https://outlet.example/{self.number}",
            "source": source,
            "title": "",
            "window_start": instant,
            "window_end": instant,
            "found_at": instant,
            "outcome": self.chance.choice([None, *Outcome][:4]),
            "detail": "",
            "attempts": 0,
            "day": FIRST + timedelta(days=day),
            "outlet": "outlet",
        }
        made = connection.execute(insert(_links).returning(_links.c.id), row).scalar_one()
        self._sight(connection, made, source)

    def end(self, connection: Connection, day: int, source: str) -> None:
        mine = _links.c.id == self._any(connection)
        connection.execute(update(_links).where(mine).values(outcome=Outcome.OFF_TOPIC))

    def see(self, connection: Connection, day: int, source: str) -> None:
        number = self._any(connection)
        mine = (_seen.c.link_id == number, _seen.c.source == "e")
        if connection.execute(select(_seen.c.link_id).where(*mine)).first() is None:
            self._sight(connection, number, "e")

    def move(self, connection: Connection, day: int, source: str) -> None:
        mine = _links.c.id == self._any(connection)
        values = {"day": FIRST + timedelta(days=day)}
        connection.execute(update(_links).where(mine).values(values))

    def drop(self, connection: Connection, day: int, source: str) -> None:
        number = self._any(connection)
        connection.execute(delete(_seen).where(_seen.c.link_id == number))
        connection.execute(delete(_links).where(_links.c.id == number))

    def _sight(self, connection: Connection, number: int, source: str) -> None:
        at = datetime(2025, 1, 1, tzinfo=UTC)
        row = {"link_id": number, "source": source, "address": "", "title": "", "found_at": at}
        connection.execute(insert(_seen), row)

    def _any(self, connection: Connection) -> int:
        ids = connection.scalars(select(_links.c.id).order_by(_links.c.id)).all()
        return self.chance.choice(ids)


@pytest.fixture
def kept(store: Store) -> tuple[Store, Ledger]:
    """A ledger of a hundred days, and what is kept of it."""
    ledger = Ledger(3)
    with store.begin() as connection:
        ledger.fill(connection)
    keep_collection(store, TOPIC, ZONE, NOW)
    return store, ledger


def rows(store: Store) -> list[set[tuple[object, ...]]]:
    with store.connect() as connection:
        return [{tuple(r) for r in connection.execute(select(table_of(kind)))} for kind in KEPT]


def says_what_the_ledger_says(store: Store, zone: ZoneInfo = ZONE) -> None:
    """For every day, asked for all at once; and for the ends of links."""
    with store.connect() as connection:
        shares = collected_shares(connection, TOPIC, DAYS, zone)
        ended = outcomes(connection, TOPIC)
        spans = connection.execute(
            select(_answers.c.window_start, _answers.c.window_end).where(
                _answers.c.status.in_((SourceStatus.OK, SourceStatus.EMPTY))
            )
        ).all()
    assert records.collected(store, TOPIC, zone, DAYS) == shares
    assert records.outcomes(store, TOPIC) == ended
    hours = {
        (start + timedelta(hours=hour)).astimezone(zone).date()
        for start, end in spans
        for hour in range(int((end - start).total_seconds() // 3600))
    }
    assert records.answered_days(store, TOPIC, zone, DAYS[0], DAYS[-1]) == hours


def test_a_share_does_not_hang_on_the_order_of_its_sources() -> None:
    """The database gives them in any order; a sum of fractions would differ in its last digit."""
    said = {str(i): {FIRST: DayAnswer(SourceStatus.OK, (i + 1) / 7, "")} for i in range(6)}
    orders = (dict(order) for order in permutations(said.items()))
    assert len({collected_share(FIRST, answers, {}, {}) for answers in orders}) == 1


def test_what_is_kept_is_what_the_ledger_says(kept: tuple[Store, Ledger]) -> None:
    """Shares between none and all, days that were answered, links by outcome."""
    store, _ = kept
    says_what_the_ledger_says(store)
    shares = records.collected(store, TOPIC, ZONE, DAYS).values()
    assert len(set(shares)) > 20
    assert min(shares) == 0


def test_a_change_that_is_not_kept_yet_is_told(kept: tuple[Store, Ledger]) -> None:
    """Nothing waits for the next publish; and publishing changes what is kept, not what is told."""
    store, ledger = kept
    for _ in range(12):
        with store.begin() as connection:
            ledger.change(connection)
        says_what_the_ledger_says(store)
    before = rows(store)
    assert keep_collection(store, TOPIC, ZONE, NOW) > 0
    says_what_the_ledger_says(store)
    assert rows(store) != before


def test_keeping_up_gives_the_rows_of_keeping_all_anew(kept: tuple[Store, Ledger]) -> None:
    """And when nothing has changed, keeping looks at no day."""
    store, ledger = kept
    for _ in range(5):
        with store.begin() as connection:
            for _ in range(8):
                ledger.change(connection)
        keep_collection(store, TOPIC, ZONE, NOW)
    assert keep_collection(store, TOPIC, ZONE, NOW) == 0
    kept_up = rows(store)
    with store.begin() as connection:
        for kind in KEPT:
            connection.execute(delete(table_of(kind)))
        days = select(func.min(_links.c.day), func.max(_links.c.day))
        first, last = connection.execute(days).one()
        row = {"topic": TOPIC, "first": first, "last": last}
        connection.execute(insert(table_of(CollectionChangeRow)), row)
    keep_collection(store, TOPIC, ZONE, NOW)
    assert rows(store) == kept_up


def test_rebuilding_mends_whatever_is_kept(kept: tuple[Store, Ledger]) -> None:
    """Wrong, missing and stray rows of all three kinds; then the rows are those of before."""
    store, _ = kept
    before = rows(store)
    with store.begin() as connection:
        sources, outcomes, days = map(table_of, KEPT)
        connection.execute(update(sources).where(sources.c.source == "a").values(links=99))
        connection.execute(delete(outcomes).where(outcomes.c.day < FIRST + timedelta(days=20)))
        connection.execute(update(days).values(share=0.5))
        stray = {"topic": TOPIC, "day": FIRST + timedelta(days=400), "source": "z", "links": 1}
        connection.execute(insert(sources), [stray])
    assert rows(store) != before
    rebuild_collection(store, TOPIC, ZONE, NOW)
    assert rows(store) == before


def test_only_the_days_that_feel_a_change_are_read_anew(kept: tuple[Store, Ledger]) -> None:
    """Its own and the same weekday of the eight weeks after it; other days' rows stay untouched."""
    store, ledger = kept
    table = table_of(CollectionDayRow)
    with store.begin() as connection:
        connection.execute(update(table).values(share=0.125))
        ledger.link(connection, 20, "a")
    day = FIRST + timedelta(days=20)
    felt = {day + timedelta(weeks=weeks) for weeks in range(9)}
    keep_collection(store, TOPIC, ZONE, NOW)
    with store.connect() as connection:
        touched = set(connection.scalars(select(table.c.day).where(table.c.share != 0.125)))
    assert touched
    assert touched <= felt


def test_a_zone_that_is_not_kept_is_told_from_the_ledger(kept: tuple[Store, Ledger]) -> None:
    """And kept in the place of the other once the topic counts its days in it."""
    store, _ = kept
    says_what_the_ledger_says(store, FAR)
    keep_collection(store, TOPIC, FAR, NOW)
    says_what_the_ledger_says(store, FAR)
    with store.connect() as connection:
        zones = connection.scalars(select(table_of(CollectionDayRow).c.zone).distinct()).all()
    assert zones == [FAR.key]


def test_a_kill_while_keeping_changes_nothing(kept: tuple[Store, Ledger], monkeypatch) -> None:
    """What was to be looked at still is."""
    store, ledger = kept
    with store.begin() as connection:
        for _ in range(10):
            ledger.change(connection)
    before = rows(store)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("db.collection._share", killed)
        with pytest.raises(KeyboardInterrupt):
            keep_collection(store, TOPIC, ZONE, NOW)
    assert rows(store) == before
    assert keep_collection(store, TOPIC, ZONE, NOW) > 0
    says_what_the_ledger_says(store)


def test_another_topic_has_no_share_in_it(kept: tuple[Store, Ledger]) -> None:
    """Its days are empty, and keeping it leaves the first alone."""
    store, _ = kept
    before = rows(store)
    keep_collection(store, OTHER, ZONE, NOW)
    assert rows(store) == before
    assert set(records.collected(store, OTHER, ZONE, DAYS).values()) == {0.0}
    assert records.outcomes(store, OTHER) == {}
