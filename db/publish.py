"""The counts that charts read, derived from articles and the readings in force.

The reading in force of an article is its newest reading of its present text.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, select, update

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
from db.upsert import insert, insert_new, table_of

GROUP = ("topic", "day", "host", "country", "language")

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
    for row_class, query in _counts(topic).items():
        changed = _replace(connection, row_class, topic, query)
        tally = {name: tally[name] + changed[name] for name in tally}
    if any(tally.values()):
        _bump(connection, topic, now)
    return tally


def _counts(topic: str) -> dict[type[Base], Select[Any]]:
    force = readings_in_force(topic).subquery()
    group = [_articles.c[name] for name in GROUP]
    dated = (_articles.c.topic == topic, _articles.c.day.is_not(None))
    of_article = _articles.join(force, force.c.article_id == _articles.c.id)
    coded = case((_readings.c.unread == "", 1), else_=0)
    tone = _targets.c.positive - _targets.c.negative
    volume = (
        select(
            *group, func.count().label("articles"), func.coalesce(func.sum(coded), 0).label("coded")
        )
        .select_from(
            _articles.outerjoin(force, force.c.article_id == _articles.c.id).outerjoin(
                _readings, _readings.c.id == force.c.reading_id
            )
        )
        .where(*dated)
        .group_by(*group)
    )
    frames = (
        select(
            *group,
            _frames.c.frame,
            func.count().label("n"),
            func.sum(case((_frames.c.present, 1), else_=0)).label("k"),
        )
        .select_from(of_article.join(_frames, _frames.c.reading_id == force.c.reading_id))
        .where(*dated)
        .group_by(*group, _frames.c.frame)
    )
    tones = (
        select(
            *group,
            _targets.c.target,
            func.count().label("n"),
            func.sum(tone).label("tone_sum"),
            func.sum(tone * tone).label("tone_squares"),
        )
        .select_from(of_article.join(_targets, _targets.c.reading_id == force.c.reading_id))
        .where(*dated)
        .group_by(*group, _targets.c.target)
    )
    return {OutletDayRow: volume, FrameDayRow: frames, ToneDayRow: tones}


def _replace(
    connection: Connection, row_class: type[Base], topic: str, query: Select[Any]
) -> dict[str, int]:
    table = table_of(row_class)
    keys = [column.name for column in table.primary_key]

    def keyed(rows: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
        rounded = ({c.name: _rounded(row[c.name]) for c in table.c} for row in rows)
        return {tuple(row[key] for key in keys): row for row in rounded}

    fresh = keyed(connection.execute(query).mappings())
    stored = keyed(connection.execute(select(table).where(table.c.topic == topic)).mappings())
    stale = [key for key in stored if stored[key] != fresh.get(key)]
    for key in stale:
        where = (table.c[name] == value for name, value in zip(keys, key, strict=True))
        connection.execute(delete(table).where(*where))
    written = [row for key, row in fresh.items() if stored.get(key) != row]
    insert_new(connection, row_class, written)
    return {"written": len(written), "removed": sum(key not in fresh for key in stale)}


def _rounded(value: Any) -> Any:
    # The order of a sum differs between databases and runs; the ninth decimal is noise.
    return round(value, 9) if isinstance(value, float) else value


def _bump(connection: Connection, topic: str, now: datetime) -> None:
    table = table_of(DataVersionRow)
    row: Mapping[str, Any] = {"topic": topic, "version": 0, "changed_at": now}
    connection.execute(insert(connection, DataVersionRow).values(row).on_conflict_do_nothing())
    connection.execute(
        update(table)
        .where(table.c.topic == topic)
        .values(version=table.c.version + 1, changed_at=now)
    )
