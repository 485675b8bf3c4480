"""From what has changed to the days that are to be counted anew.

Triggers (migrations 0004 and 0016) leave a row in `changes` in the transaction of whatever makes
the change: a writer cannot forget it, and a kill cannot lose it. By page and by cluster an article
counts on its own day, before or after. By original a change may move a text to another day and
another article of the text into its place: so `originals` keeps every article's text, and all
articles of a text that is touched are placed anew.

All functions take an open transaction.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    Select,
    SelectBase,
    case,
    delete,
    false,
    func,
    literal,
    select,
    true,
    update,
)

from db.counting import UNDATED, originals
from db.held import beside, held, listed, taken_out
from db.tables import (
    ArticleRow,
    ChangeRow,
    DataVersionRow,
    DirtyDayRow,
    OriginalRow,
    OutletDayRow,
    RepublicationRow,
)
from db.upsert import insert, table_of

AT_ONCE = 20_000  # changes in one transaction

_changes, _dirty, _placed = map(table_of, (ChangeRow, DirtyDayRow, OriginalRow))
_touched = beside(
    "touched",
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("changed", Boolean),
)
_earlier, _later = (
    beside(name, *(Column(c.name, c.type) for c in _placed.c)) for name in ("earlier", "later")
)


def alone(connection: Connection, topic: str) -> None:
    """Nobody else publishes the topic before this transaction ends."""
    versions = table_of(DataVersionRow)
    same = update(versions).where(versions.c.topic == topic).values(version=versions.c.version)
    connection.execute(same)  # the row's lock on PostgreSQL, the store's on SQLite


def settle(connection: Connection, topic: str, at_once: int = AT_ONCE) -> bool:
    """Turn the oldest changes into dirty days; whether there are more."""
    if connection.execute(select(literal(1)).where(_placed.c.topic == topic).limit(1)).first():
        _settle(connection, topic, at_once)
    elif _changed(connection, topic):  # a store that nobody published: in one go
        forget(connection, topic)
    return _changed(connection, topic)


def _changed(connection: Connection, topic: str) -> bool:
    query = select(literal(1)).where(_changes.c.topic == topic).limit(1)
    return connection.execute(query).first() is not None


def _settle(connection: Connection, topic: str, at_once: int) -> None:
    c = _changes.c
    oldest = select(c.id).where(c.topic == topic).order_by(c.id).limit(at_once)
    if taken := taken_out(connection, _changes, c.id.in_(oldest), c.article_id, c.day):
        days = listed(connection, {UNDATED if day is None else day for _, day in taken}, c.day.type)
        _soil(connection, topic, days)
        _place(connection, topic, {article for article, _ in taken})


def dirty_days(connection: Connection, topic: str) -> list[date]:
    query = select(_dirty.c.day).where(_dirty.c.topic == topic).order_by(_dirty.c.day)
    return list(connection.scalars(query))


def clean(connection: Connection, topic: str, day: date) -> bool:
    """The day is about to be counted; whether it was to be."""
    mine = delete(_dirty).where(_dirty.c.topic == topic, _dirty.c.day == day)
    return bool(connection.execute(mine).rowcount)


def forget(connection: Connection, topic: str) -> None:
    """Place every article and soil every day anew, whatever was known of them."""
    days, articles = table_of(OutletDayRow).c, table_of(ArticleRow).c
    undated = literal(UNDATED, articles.day.type)
    connection.execute(delete(_changes).where(_changes.c.topic == topic))
    connection.execute(delete(_placed).where(_placed.c.topic == topic))
    _enter(connection, originals(topic))
    for topics, day in (
        (days.topic, days.day),
        (articles.topic, func.coalesce(articles.day, undated)),
        (_placed.c.topic, func.coalesce(_placed.c.day, undated)),
    ):
        _soil(connection, topic, select(day).where(topics == topic))


def _soil(connection: Connection, topic: str, days: SelectBase) -> None:
    day = days.subquery().c[0]
    rows = select(literal(topic), day).where(true()).distinct()  # SQLite: else ON is a join's
    adding = insert(connection, DirtyDayRow).from_select(["topic", "day"], rows)
    connection.execute(adding.on_conflict_do_nothing())


def _place(connection: Connection, topic: str, articles: Collection[int]) -> None:
    """Say anew what the texts of the articles, which have changed, count under.

    A day is soiled if one of these articles counts on it, or another of its text comes, goes or
    counts otherwise: most copies change nothing on the day of their original.
    """
    entry, placed, ids = table_of(RepublicationRow).c, _placed.c, select(_touched.c.article_id)
    found = listed(connection, articles, placed.article_id.type).subquery().c[0]
    with held(connection, _touched, select(found, true())):
        changed = ids.where(_touched.c.changed)
        # An entry speaks of its original, so it may say something else now.
        _touch(connection, select(entry.article_id).where(entry.original_id.in_(ids)))
        before = select(placed.text_group).where(placed.article_id.in_(ids))
        now = select(originals(topic, ids).subquery().c.text_group)
        fellows = select(placed.article_id).where(placed.topic == topic)
        _touch(connection, fellows.where(placed.text_group.in_(before.union(now))))
        counting = select(_placed).where(
            placed.counts, placed.day.is_not(None), placed.article_id.in_(ids)
        )
        with held(connection, _earlier, counting):
            connection.execute(delete(_placed).where(placed.article_id.in_(ids)))
            _enter(connection, originals(topic, ids))
            with held(connection, _later, counting):
                were, are = select(_earlier), select(_later)
                for rows in (were.except_(are), are.except_(were)):
                    _soil(connection, topic, select(rows.subquery().c.day))
                for table in (_earlier, _later):
                    mine = table.c.article_id.in_(changed)
                    _soil(connection, topic, select(table.c.day).where(mine))


def _touch(connection: Connection, articles: Select[tuple[int]]) -> None:
    """Articles that did not change themselves."""
    rows = select(articles.subquery().c[0], false()).where(true())
    adding = insert(connection, _touched).from_select(["article_id", "changed"], rows)
    connection.execute(adding.on_conflict_do_nothing())


def _enter(connection: Connection, placed: Select[Any]) -> None:
    found = placed.subquery().c
    names = ("article_id", "topic", "text_group", "host", "day", "language", "genre")
    fresh = select(
        *(found[name] for name in names),
        func.coalesce(found.country, ""),
        found.published_at,
        case((found.place == 1, True), else_=False),
    )
    columns = [*names, "country", "published_at", "counts"]
    connection.execute(_placed.insert().from_select(columns, fresh))
