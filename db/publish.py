"""The counts that charts read, derived from articles and the readings in force.

The reading in force of an article is its newest reading of its present text. Every count is kept
by genre and in each way of counting (`db.counting`), so that a page adds up rows and decides
nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    update,
)

from db.counting import counted
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
    """Bring the counts up to date; writes only rows that differ.

    Returns how many rows were written and removed, and bumps the data version if any were.
    """
    tally = {"written": 0, "removed": 0}
    queries = [_counts(topic, by) for by in CountBy]
    for row_class in (OutletDayRow, FrameDayRow, ToneDayRow):
        changed = _replace(connection, row_class, topic, [found[row_class] for found in queries])
        tally = {name: tally[name] + changed[name] for name in tally}
    if any(tally.values()):
        bump(connection, topic, now)
    return tally


def _counts(topic: str, by: CountBy) -> dict[type[Base], Select[Any]]:
    read = _counted_readings(topic, by)
    keys = [read.c[name] for name in GROUP]
    group = [*keys, literal(by.value).label("count_by")]
    coded = case((_readings.c.unread == "", 1), else_=0)
    tone = _targets.c.positive - _targets.c.negative
    volume = (
        select(
            *group, func.count().label("articles"), func.coalesce(func.sum(coded), 0).label("coded")
        )
        .select_from(read.outerjoin(_readings, _readings.c.id == read.c.reading_id))
        .group_by(*keys)
    )
    frames = (
        select(
            *group,
            _frames.c.frame,
            func.count().label("n"),
            func.sum(case((_frames.c.present, 1), else_=0)).label("k"),
        )
        .select_from(read.join(_frames, _frames.c.reading_id == read.c.reading_id))
        .group_by(*keys, _frames.c.frame)
    )
    tones = (
        select(
            *group,
            _targets.c.target,
            func.count().label("n"),
            func.sum(tone).label("tone_sum"),
            func.sum(tone * tone).label("tone_squares"),
        )
        .select_from(read.join(_targets, _targets.c.reading_id == read.c.reading_id))
        .group_by(*keys, _targets.c.target)
    )
    return {OutletDayRow: volume, FrameDayRow: frames, ToneDayRow: tones}


def _counted_readings(topic: str, by: CountBy) -> Subquery:
    """What counts, with its reading in force.

    Looked up article by article: joined with `readings_in_force`, SQLite would go through all
    readings for every article counted by original.
    """
    unit = counted(topic, by)
    newest = (
        select(func.max(_readings.c.id))
        .where(
            _readings.c.article_id == _articles.c.id,
            _readings.c.text_sha256 == _articles.c.text_sha256,
        )
        .correlate(_articles)
        .scalar_subquery()
    )
    query = select(*(unit.c[name] for name in GROUP), newest.label("reading_id"))
    joined = query.join_from(unit, _articles, _articles.c.id == unit.c.article_id)
    return joined.where(unit.c.day.is_not(None)).subquery()


def _replace(
    connection: Connection, row_class: type[Base], topic: str, queries: Sequence[Select[Any]]
) -> dict[str, int]:
    table = table_of(row_class)
    keys = len(table.primary_key)  # they stand first
    names = [column.name for column in table.c]

    def keyed(query: Select[Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        found = query.subquery()
        rows = connection.execute(select(*(found.c[name] for name in names)))
        return {tuple(row[:keys]): tuple(map(_rounded, row)) for row in rows}

    fresh = {key: row for query in queries for key, row in keyed(query).items()}
    stored = keyed(select(table).where(table.c.topic == topic))
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


def bump(connection: Connection, topic: str, now: datetime) -> None:
    """Something that pages show has changed."""
    table = table_of(DataVersionRow)
    row: Mapping[str, Any] = {"topic": topic, "version": 0, "changed_at": now}
    connection.execute(insert(connection, DataVersionRow).values(row).on_conflict_do_nothing())
    connection.execute(
        update(table)
        .where(table.c.topic == topic)
        .values(version=table.c.version + 1, changed_at=now)
    )
