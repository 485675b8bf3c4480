"""Who read what, and what two readers made of the same articles.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from dataclasses import dataclass

from sqlalchemy import Subquery, and_, case, func, select

from db.analysis import counted_readings, framed
from db.queries import Filters, reading
from db.session import Store
from db.tables import ArticleRow, FrameScoreRow, ReadingRow
from db.upsert import table_of
from framewatch.story import ReaderIdentity

IDENTITY = ("model", "revision", "weights_sha256", "codebook_sha256")

_articles, _readings, _scores = map(table_of, (ArticleRow, ReadingRow, FrameScoreRow))


@dataclass(frozen=True, slots=True)
class TwiceDay:
    """One outlet's day: of n articles that two readers read, the old found the frame in `old`."""

    outlet: str
    n: int
    old: int
    new: int
    differ: int


def identities(engine: Store, topic: str) -> tuple[ReaderIdentity, ...]:
    """All readers of a topic's articles, the newest first."""
    columns = [_readings.c[name] for name in IDENTITY]
    query = (
        select(*columns)
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(_articles.c.topic == topic)
        .group_by(*columns)
        .order_by(func.max(_readings.c.id).desc())
    )
    with reading(engine) as connection:
        return tuple(ReaderIdentity(**row) for row in connection.execute(query).mappings())


def readers_of(
    engine: Store, filters: Filters, frame: str
) -> tuple[tuple[ReaderIdentity, int], ...]:
    """Who read the articles of a share, with how many, the most first."""
    read, rows = framed(filters, frame)
    identity = [_readings.c[name] for name in IDENTITY]
    query = (
        rows.join(_readings, _readings.c.id == read.c.reading_id)
        .with_only_columns(*identity, func.count().label("n"))
        .group_by(*identity)
        .order_by(func.count().desc(), *identity)
    )
    with reading(engine) as connection:
        return tuple(
            (ReaderIdentity(**{name: row[name] for name in IDENTITY}), row["n"])
            for row in connection.execute(query).mappings()
        )


def reader_counts(
    engine: Store, filters: Filters, frame: str, reader: ReaderIdentity
) -> tuple[int, int]:
    """n and k of the articles that this reader read, whichever reading is in force."""
    read = counted_readings(filters)
    mine, scores = _by_reader(reader, "mine"), _scores.alias()
    query = (
        select(func.count(), func.coalesce(func.sum(case((scores.c.present, 1), else_=0)), 0))
        .select_from(read)
        .join(mine, mine.c.article_id == read.c.article_id)
        .join(scores, and_(scores.c.reading_id == mine.c.reading_id, scores.c.frame == frame))
    )
    with reading(engine) as connection:
        n, k = connection.execute(query).one()
        return int(n), int(k)


def twice(
    engine: Store, filters: Filters, frame: str, old: ReaderIdentity, new: ReaderIdentity
) -> tuple[TwiceDay, ...]:
    """Per outlet and day: the articles whose present text both readers read."""
    read = counted_readings(filters)
    first, second = _by_reader(old, "first"), _by_reader(new, "second")
    was, is_now = _scores.alias("was"), _scores.alias("is_now")
    keys = (read.c.host, read.c.day)
    differ = case((was.c.present != is_now.c.present, 1), else_=0)
    query = (
        select(
            *keys,
            func.count().label("n"),
            func.sum(case((was.c.present, 1), else_=0)).label("old"),
            func.sum(case((is_now.c.present, 1), else_=0)).label("new"),
            func.sum(differ).label("differ"),
        )
        .select_from(read)
        .join(first, first.c.article_id == read.c.article_id)
        .join(second, second.c.article_id == read.c.article_id)
        .join(was, and_(was.c.reading_id == first.c.reading_id, was.c.frame == frame))
        .join(is_now, and_(is_now.c.reading_id == second.c.reading_id, is_now.c.frame == frame))
        .group_by(*keys)
        .order_by(*keys)
    )
    with reading(engine) as connection:
        rows = connection.execute(query)
        return tuple(TwiceDay(r.host, r.n, int(r.old), int(r.new), int(r.differ)) for r in rows)


def _by_reader(reader: ReaderIdentity, name: str) -> Subquery:
    """The readings of one reader, of present texts."""
    return (
        select(_readings.c.article_id, _readings.c.id.label("reading_id"))
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(
            _readings.c.text_sha256 == _articles.c.text_sha256,
            *(_readings.c[part] == getattr(reader, part) for part in IDENTITY),
        )
        .subquery(name)
    )
