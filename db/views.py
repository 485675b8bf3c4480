"""Pages with their filters that readers keep under a name, for all who read the topic.

Writing functions take an open transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from db.desk_tables import ViewRow
from db.queries import reading
from db.session import Store
from db.upsert import insert, table_of

_views = table_of(ViewRow)


@dataclass(frozen=True, slots=True)
class SavedView:
    id: int
    name: str
    address: str  # below the topic's
    author: str
    saved_at: datetime


def saved_views(engine: Store, topic: str) -> tuple[SavedView, ...]:
    """By name."""
    names = ("id", "name", "address", "author", "saved_at")
    query = select(*(_views.c[name] for name in names)).where(_views.c.topic == topic)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(_views.c.name, _views.c.id))
        return tuple(SavedView(*row) for row in rows)


def save_view(
    connection: Connection, topic: str, name: str, address: str, by: tuple[str, datetime]
) -> None:
    """By whom and when. One of the same author and name is replaced."""
    author, now = by
    values = {"topic": topic, "name": name, "author": author}
    changed = {"address": address, "saved_at": now}
    statement = insert(connection, ViewRow).values(values | changed)
    keys = ["topic", "author", "name"]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def remove_view(connection: Connection, topic: str, number: int, author: str | None) -> bool:
    """One of that author (None: whosever it is); False if there is none."""
    where = [_views.c.topic == topic, _views.c.id == number]
    if author is not None:
        where.append(_views.c.author == author)
    return bool(connection.execute(delete(_views).where(*where)).rowcount)
