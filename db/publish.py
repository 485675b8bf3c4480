"""The counts that charts read, derived from articles and the readings in force.

The reading in force of an article is its newest reading of its present text. Every count is kept
by genre and in each way of counting (`db.counting`), so that a page adds up rows and decides
nothing. Only days on which something changed (`db.changes`) are counted, and with them the week
and month they are in (`db.rollups`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    case,
    func,
    literal,
    select,
    union_all,
    update,
)

from db.changes import alone, clean, dirty_days, forget, settle
from db.counting import UNDATED, published
from db.crossings import cross
from db.periods import month
from db.reader_days import in_force, readers_of_days
from db.renew import held, renew
from db.rollups import roll_up
from db.session import Store
from db.tables import (
    ArticleRow,
    DataVersionRow,
    OutletDayRow,
    ReadingRow,
)
from db.upsert import insert, table_of
from framewatch.story import CountBy

Tick = Callable[[int], object]
GROUP = ("topic", "day", "host", "country", "language", "genre")

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)


def readings_in_force(topic: str, among: Sequence[int] | None = None) -> Select[Any]:
    """One row per article (or those among the ids) that has a reading: article_id, reading_id."""
    # The ids are of the topic; asked for both, SQLite would go through the topic.
    mine = _articles.c.topic == topic if among is None else _articles.c.id.in_(among)
    return (
        select(_readings.c.article_id, func.max(_readings.c.id).label("reading_id"))
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(mine, _articles.c.text_sha256 == _readings.c.text_sha256)
        .group_by(_readings.c.article_id)
    )


def publish(connection: Connection, topic: str, now: datetime) -> dict[str, int]:
    """Bring the counts up to date, in one transaction; writes only rows that differ.

    Returns how many rows of days were written and removed, and bumps the data version if any were.
    """
    begin(connection, topic, now)
    while settle(connection, topic):
        pass
    tally = Counter({"written": 0, "removed": 0})
    for days in _by_month(dirty_days(connection, topic)):
        tally.update(_publish_days(connection, topic, days))
    if any(tally.values()):
        bump(connection, topic, now)
    return dict(tally)


def keep_up(store: Store, topic: str, now: datetime, tick: Tick = lambda _: None) -> dict[str, int]:
    """The same in one transaction per month with dirty days: killed at any moment, it goes on
    there.

    tick: called after each with the number of days.
    """
    tally = Counter({"written": 0, "removed": 0})
    for together in _by_month(days_to_count(store, topic, now)):
        with store.begin() as connection:
            begin(connection, topic, now)
            changed = _publish_days(connection, topic, together)
            if any(changed.values()):
                bump(connection, topic, now)
        tally.update(changed)
        tick(len(together))
    return dict(tally)


def days_to_count(store: Store, topic: str, now: datetime) -> list[date]:
    """What `keep_up` has to do: the days that changes since the last time make dirty."""
    found = 1
    while found:
        with store.begin() as connection:
            begin(connection, topic, now)
            found = settle(connection, topic)
    with store.begin() as connection:
        return dirty_days(connection, topic)


def rebuild(connection: Connection, topic: str, now: datetime) -> dict[str, int]:
    """Publish as if nothing had been: every article is placed and every day counted anew."""
    begin(connection, topic, now)
    forget(connection, topic)
    return publish(connection, topic, now)


def _by_month(days: Iterable[date]) -> Iterator[list[date]]:
    return (list(mine) for _, mine in groupby(days, key=month))


def _publish_days(connection: Connection, topic: str, days: Sequence[date]) -> Counter[str]:
    days = [day for day in days if clean(connection, topic, day)]  # others are counted already
    tally = Counter[str]()
    if not days:
        return tally
    units = []
    for by in CountBy:
        unit = published(topic, by)
        units.append(with_readings(unit, by, unit.c.day.in_(days)))
    volumes = volumes_of(select(union_all(*units).subquery()).subquery())
    tally.update(renew(connection, OutletDayRow, topic, days, volumes))
    with held(connection, in_force(topic, days)) as read:
        for row_class, query in readers_of_days(read).items():
            tally.update(renew(connection, row_class, topic, days, query))
    for day in days:
        tally.update(cross(connection, topic, day))
    roll_up(connection, topic, [day for day in days if day != UNDATED])
    return tally


def with_readings(
    unit: FromClause,
    by: CountBy,
    where: ColumnElement[bool],
    text: ColumnElement[str] = _articles.c.text_sha256,
    until: datetime | None = None,
) -> Select[Any]:
    """What counts, with its reading in force: the newest of its text, made by then.

    Looked up article by article: joined with `readings_in_force`, SQLite would go through all
    readings for every article counted by original.
    """
    newest = select(func.max(_readings.c.id)).where(
        _readings.c.article_id == _articles.c.id, _readings.c.text_sha256 == text
    )
    if until is not None:
        newest = newest.where(_readings.c.read_at <= until)
    reading = newest.correlate(_articles).scalar_subquery().label("reading_id")
    keys = (unit.c[name] for name in GROUP)
    query = select(*keys, literal(by.value).label("count_by"), reading)
    return query.join_from(unit, _articles, _articles.c.id == unit.c.article_id).where(where)


def volumes_of(read: FromClause) -> Select[Any]:
    """Articles and coded articles, from what `with_readings` found."""
    keys = [read.c[name] for name in (*GROUP[:1], "count_by", *GROUP[1:])]
    coded = func.sum(case((_readings.c.unread == "", 1), else_=0))
    return (
        select(*keys, func.count().label("articles"), coded.label("coded"))
        .outerjoin_from(read, _readings, _readings.c.id == read.c.reading_id)
        .group_by(*keys)
    )


def begin(connection: Connection, topic: str, now: datetime) -> None:
    """Nobody else publishes the topic before this transaction ends."""
    _enter(connection, topic, now)
    alone(connection, topic)


def _enter(connection: Connection, topic: str, now: datetime) -> None:
    row: Mapping[str, Any] = {"topic": topic, "version": 0, "changed_at": now}
    connection.execute(insert(connection, DataVersionRow).values(row).on_conflict_do_nothing())


def bump(connection: Connection, topic: str, now: datetime) -> None:
    """Something that pages show has changed."""
    _enter(connection, topic, now)
    table = table_of(DataVersionRow)
    connection.execute(
        update(table)
        .where(table.c.topic == topic)
        .values(version=table.c.version + 1, changed_at=now)
    )
