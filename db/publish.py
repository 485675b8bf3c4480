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
from db.sums import rounded
from db.tables import (
    ArticleRow,
    DataVersionRow,
    FrameDayRow,
    FrameScoreRow,
    OutletDayRow,
    ReadingRow,
    TargetScoreRow,
    ToneDayRow,
)
from db.tables import Table as Base
from db.upsert import insert, table_of
from framewatch.story import CountBy

Tick = Callable[[int], object]
GROUP = ("topic", "day", "host", "country", "language", "genre")

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_frames, _targets = table_of(FrameScoreRow), table_of(TargetScoreRow)


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
    every = select(union_all(*units).subquery())
    for found, made_of in ((every, counts), (in_force(topic, days), readers_of_days)):
        with held(connection, found) as read:
            for row_class, query in made_of(read).items():
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


def counts(read: FromClause) -> dict[type[Base], Select[Any]]:
    """The rows of each table, from what `with_readings` found.

    Articles that count alike are one cell, by number: databases group scores by it much faster than
    by its seven columns.
    """
    names = (*GROUP, "count_by")
    number = func.dense_rank().over(order_by=[read.c[name] for name in names])
    numbered = select(read, number.label("cell")).subquery().c
    keys = [func.min(numbered[name]).label(name) for name in names]
    cells = select(numbered.cell, *keys).group_by(numbered.cell).subquery()
    coded = case((_readings.c.unread == "", 1), else_=0)
    tone = _targets.c.positive - _targets.c.negative
    volume = (
        select(
            numbered.cell,
            func.count().label("articles"),
            func.coalesce(func.sum(coded), 0).label("coded"),
        )
        .outerjoin_from(numbered.cell.table, _readings, _readings.c.id == numbered.reading_id)
        .group_by(numbered.cell)
    )
    frames = (
        select(
            numbered.cell,
            _frames.c.frame,
            func.count().label("n"),
            func.sum(case((_frames.c.present, 1), else_=0)).label("k"),
        )
        .join_from(numbered.cell.table, _frames, _frames.c.reading_id == numbered.reading_id)
        .group_by(numbered.cell, _frames.c.frame)
    )
    tones = (
        select(
            numbered.cell,
            _targets.c.target,
            func.count().label("n"),
            rounded(func.sum(tone)).label("tone_sum"),
            rounded(func.sum(tone * tone)).label("tone_squares"),
        )
        .join_from(numbered.cell.table, _targets, _targets.c.reading_id == numbered.reading_id)
        .group_by(numbered.cell, _targets.c.target)
    )

    def named(sums: Select[Any]) -> Select[Any]:
        found = sums.subquery()
        rest = [column for column in found.c if column.name != "cell"]
        joined = cells.join(found, found.c.cell == cells.c.cell)
        return select(*(cells.c[name] for name in names), *rest).select_from(joined)

    rows = {OutletDayRow: volume, FrameDayRow: frames, ToneDayRow: tones}
    return {row_class: named(sums) for row_class, sums in rows.items()}


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
