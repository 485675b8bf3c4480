"""From what has changed to the days that are to be counted anew.

Triggers (migration 0004) leave a row in `changes` in the transaction of whatever makes the change:
a writer cannot forget it, and a kill cannot lose it. By page and by cluster an article counts on
its own day, before or after. By original a change may move a text to another day and another
article of the text into its place: so `originals` keeps every article's text, and all articles of
a text that is touched are placed anew.

All functions take an open transaction.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    case,
    delete,
    func,
    literal,
    select,
    true,
    update,
)

from db.counting import UNDATED, originals
from db.renew import held
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


def alone(connection: Connection, topic: str) -> None:
    """Nobody else publishes the topic before this transaction ends."""
    versions = table_of(DataVersionRow)
    same = update(versions).where(versions.c.topic == topic).values(version=versions.c.version)
    connection.execute(same)  # the row's lock on PostgreSQL, the store's on SQLite


def settle(connection: Connection, topic: str, at_once: int = AT_ONCE) -> int:
    """Turn the oldest changes into dirty days; how many there were. Call again until none."""
    if connection.execute(select(literal(1)).where(_placed.c.topic == topic).limit(1)).first():
        return _settle(connection, topic, at_once)
    mine = select(func.count()).select_from(_changes).where(_changes.c.topic == topic)
    found = connection.execute(mine).scalar_one()
    if found:  # of a store that nobody published: in one go
        forget(connection, topic)
    return found


def _settle(connection: Connection, topic: str, at_once: int) -> int:
    mine = _changes.c.topic == topic
    oldest = select(_changes.c.id).where(mine).order_by(_changes.c.id).limit(at_once)
    taking = update(_changes).where(_changes.c.id.in_(oldest)).values(taken=True)
    found = connection.execute(taking).rowcount
    if not found:
        return 0
    day = func.coalesce(_changes.c.day, literal(UNDATED, _changes.c.day.type))
    _soil(connection, select(_changes.c.topic, day).where(mine, _changes.c.taken))
    _place(connection, topic)
    connection.execute(delete(_changes).where(mine, _changes.c.taken))
    return found


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
        _soil(connection, select(topics, day).where(topics == topic))


def _soil(connection: Connection, days: Select[tuple[str, date]]) -> None:
    adding = insert(connection, DirtyDayRow).from_select(["topic", "day"], days.distinct())
    connection.execute(adding.on_conflict_do_nothing())


def _place(connection: Connection, topic: str) -> None:
    """Say anew what the texts of the changes taken count under.

    A day is soiled if one of these articles counts on it, or another of its text comes, goes or
    counts otherwise: most copies change nothing on the day of their original.
    """
    taken = select(_changes.c.article_id).where(_changes.c.topic == topic, _changes.c.taken)
    entry, placed = table_of(RepublicationRow).c, _placed.c
    with held(connection, taken.distinct()) as changed:
        # An entry speaks of its original, so it may say something else now.
        _take(connection, topic, select(entry.article_id).where(entry.original_id.in_(taken)))
        before = select(placed.text_group).where(placed.article_id.in_(taken))
        now = select(originals(topic, taken).subquery().c.text_group)
        fellows = select(placed.article_id).where(placed.topic == topic)
        _take(connection, topic, fellows.where(placed.text_group.in_(before.union(now))))
        counting = select(_placed).where(placed.counts, placed.day.is_not(None))
        mine = counting.where(placed.article_id.in_(select(changed.c.article_id)))
        touched = counting.where(placed.article_id.in_(taken))
        with held(connection, touched) as earlier:
            _soil(connection, _days_of(mine))
            connection.execute(delete(_placed).where(placed.article_id.in_(taken)))
            _enter(connection, originals(topic, taken))
            _soil(connection, _days_of(mine))
            _soil(connection, _days_of(touched.except_(select(earlier))))
            _soil(connection, _days_of(select(earlier).except_(touched)))


def _days_of(rows: Select[Any] | CompoundSelect[Any]) -> Select[tuple[str, date]]:
    found = rows.subquery().c
    return select(found.topic, found.day).where(true())  # SQLite: else ON CONFLICT is a join's ON


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


def _take(connection: Connection, topic: str, ids: Select[tuple[int]]) -> None:
    """Add articles to those whose changes are taken."""
    found = ids.subquery().c[0]
    rows = select(literal(topic), found, literal(True)).where(true())
    names = ["topic", "article_id", "taken"]
    connection.execute(_changes.insert().from_select(names, rows))
