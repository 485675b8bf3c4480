"""How many articles a reading anew would be about. See `db.queries` for what functions share."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from db.day_readings import IDENTITY
from db.queries import reading
from db.session import Store
from db.tables import ArticleRow, ReaderDayRow
from db.upsert import table_of
from framewatch.story import ReaderIdentity


@dataclass(frozen=True, slots=True)
class ToRead:
    articles: int  # whole ones
    newest: ReaderIdentity | None  # who read last
    by_newest: int  # articles whose reading in force is of that reader


def to_read(engine: Store, topic: str, days: tuple[date, date] | None) -> ToRead:
    """Of the articles of some days, or of all. Who read is told as of the last publishing."""
    articles, readers = table_of(ArticleRow), table_of(ReaderDayRow)
    whole = select(func.count()).where(articles.c.topic == topic, articles.c.complete)
    identity = [readers.c[name] for name in IDENTITY]
    read = select(*identity, func.sum(readers.c.read + readers.c.unread).label("n"))
    read = read.where(readers.c.topic == topic).group_by(*identity)
    if days is not None:
        whole = whole.where(articles.c.day.between(*days))
        read = read.where(readers.c.day.between(*days))
    with reading(engine) as connection:
        n = connection.execute(whole).scalar_one()
        newest = connection.execute(read.order_by(func.max(readers.c.newest).desc())).first()
    if newest is None:
        return ToRead(n, None, 0)
    who = ReaderIdentity(**{name: newest._mapping[name] for name in IDENTITY})
    return ToRead(n, who, int(newest.n))
