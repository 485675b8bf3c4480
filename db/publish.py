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
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)

from db.changes import alone, clean, dirty_days, forget, settle
from db.counting import published
from db.periods import part
from db.rollups import roll_up
from db.session import Store
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

Tick = Callable[[int], None]
GROUP = ("topic", "day", "host", "country", "language", "genre")

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_frames, _targets = table_of(FrameScoreRow), table_of(TargetScoreRow)


def readings_in_force(topic: str) -> Select[Any]:
    """One row per article that has a reading: article_id and reading_id."""
    return (
        select(_readings.c.article_id, func.max(_readings.c.id).label("reading_id"))
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(_articles.c.topic == topic, _articles.c.text_sha256 == _readings.c.text_sha256)
        .group_by(_readings.c.article_id)
    )


def publish(connection: Connection, topic: str, now: datetime) -> dict[str, int]:
    """Bring the counts up to date, in one transaction; writes only rows that differ.

    Returns how many rows of days were written and removed, and bumps the data version if any were.
    """
    _begin(connection, topic, now)
    while settle(connection, topic):
        pass
    tally = Counter({"written": 0, "removed": 0})
    for days in _together(dirty_days(connection, topic)):
        tally.update(_publish_days(connection, topic, days))
    if any(tally.values()):
        bump(connection, topic, now)
    return dict(tally)


def keep_up(store: Store, topic: str, now: datetime, tick: Tick = lambda _: None) -> dict[str, int]:
    """The same in one transaction per week with dirty days: killed at any moment, it goes on there.

    tick: called after each with the number of days.
    """
    found = 1
    while found:
        with store.begin() as connection:
            _begin(connection, topic, now)
            found = settle(connection, topic)
    tally = Counter({"written": 0, "removed": 0})
    with store.begin() as connection:
        days = dirty_days(connection, topic)
    for together in _together(days):
        with store.begin() as connection:
            _begin(connection, topic, now)
            changed = _publish_days(connection, topic, together)
            if any(changed.values()):
                bump(connection, topic, now)
        tally.update(changed)
        tick(len(together))
    return dict(tally)


def rebuild(connection: Connection, topic: str, now: datetime) -> dict[str, int]:
    """Publish as if nothing had been: every article is placed and every day counted anew."""
    _begin(connection, topic, now)
    forget(connection, topic)
    return publish(connection, topic, now)


def _together(days: Iterable[date]) -> Iterator[list[date]]:
    """The days that are rolled up together."""
    return (list(mine) for _, mine in groupby(days, key=part))


def _publish_days(connection: Connection, topic: str, days: Sequence[date]) -> Counter[str]:
    tally = Counter[str]()
    for day in days:
        if clean(connection, topic, day):  # else somebody else has counted it
            tally.update(_publish_day(connection, topic, day))
    if any(tally.values()):
        roll_up(connection, topic, days[0])
    return tally


def _publish_day(connection: Connection, topic: str, day: date) -> Counter[str]:
    units = []
    for by in CountBy:
        unit = published(topic, by)
        units.append(with_readings(unit, by, unit.c.day == day))
    tally = Counter[str]()
    for row_class, query in counts(union_all(*units).cte("read")).items():
        tally.update(_replace(connection, row_class, topic, day, query))
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
    """The rows of each table, from what `with_readings` found."""
    keys = [read.c[name] for name in (*GROUP, "count_by")]
    coded = case((_readings.c.unread == "", 1), else_=0)
    tone = _targets.c.positive - _targets.c.negative
    volume = (
        select(
            *keys, func.count().label("articles"), func.coalesce(func.sum(coded), 0).label("coded")
        )
        .select_from(read.outerjoin(_readings, _readings.c.id == read.c.reading_id))
        .group_by(*keys)
    )
    frames = (
        select(
            *keys,
            _frames.c.frame,
            func.count().label("n"),
            func.sum(case((_frames.c.present, 1), else_=0)).label("k"),
        )
        .select_from(read.join(_frames, _frames.c.reading_id == read.c.reading_id))
        .group_by(*keys, _frames.c.frame)
    )
    tones = (
        select(
            *keys,
            _targets.c.target,
            func.count().label("n"),
            func.sum(tone).label("tone_sum"),
            func.sum(tone * tone).label("tone_squares"),
        )
        .select_from(read.join(_targets, _targets.c.reading_id == read.c.reading_id))
        .group_by(*keys, _targets.c.target)
    )
    return {OutletDayRow: volume, FrameDayRow: frames, ToneDayRow: tones}


def _replace(
    connection: Connection, row_class: type[Base], topic: str, day: date, query: Select[Any]
) -> dict[str, int]:
    table = table_of(row_class)
    keys = len(table.primary_key)  # they stand first
    names = [column.name for column in table.c]

    def keyed(query: Select[Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        found = query.subquery()
        rows = connection.execute(select(*(found.c[name] for name in names)))
        return {tuple(row[:keys]): tuple(map(_rounded, row)) for row in rows}

    mine = select(table).where(table.c.topic == topic, table.c.day == day)
    if row_class is OutletDayRow:  # kept by way of counting, then day
        mine = mine.where(table.c.count_by.in_(list(CountBy)))
    fresh, stored = keyed(query), keyed(mine)
    stale = [key for key, row in stored.items() if fresh.get(key) != row]
    if stale:
        here = (column == bindparam(f"its_{column.name}") for column in table.primary_key)
        bound = [{f"its_{n}": v for n, v in zip(names, key, strict=False)} for key in stale]
        connection.execute(delete(table).where(*here), bound)
    written = [row for key, row in fresh.items() if stored.get(key) != row]
    if written:
        rows = [dict(zip(names, row, strict=True)) for row in written]
        connection.execute(table.insert(), rows)
    return {"written": len(written), "removed": sum(key not in fresh for key in stale)}


def _rounded(value: Any) -> Any:
    # The order of a sum differs between databases and runs; the ninth decimal is noise.
    return round(value, 9) if isinstance(value, float) else value


def _begin(connection: Connection, topic: str, now: datetime) -> None:
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
