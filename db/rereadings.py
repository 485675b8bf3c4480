"""Who read what, and what two readers made of the same articles.

Nothing here writes; see `db.queries` for what the functions have in common. What is asked of the
present comes from arrays (`db.crossings`), what is asked as known at an instant from readings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Subquery, and_, case, func, select

from db.analysis import counted_readings, framed
from db.asof import text_then
from db.crossed import Asked, Crossed, crossed, names, readings
from db.day_readings import IDENTITY
from db.queries import Filters, reading
from db.session import Store
from db.tables import ArticleRow, FrameScoreRow, ReadingRow
from db.upsert import table_of
from framewatch.story import ReaderIdentity

Instant = datetime | None

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
    newest: dict[tuple[str, ...], int] = {}
    for who, number in readings(engine, Filters(topic=topic)):
        newest[who] = max(number, newest.get(who, 0))
    return tuple(_reader(who) for who in sorted(newest, key=lambda who: -newest[who]))


def readers_of(
    engine: Store, filters: Filters, frame: str, at: Instant = None
) -> tuple[tuple[ReaderIdentity, int], ...]:
    """Who read the articles of a share, with how many, the most first."""
    found = _readers_then(engine, filters, frame, at) if at else _readers(engine, filters, frame)
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return tuple((_reader(who), n) for who, n in ordered)


def reader_counts(
    engine: Store, filters: Filters, frame: str, reader: ReaderIdentity, at: Instant = None
) -> tuple[int, int]:
    """n and k of the articles that this reader read, whichever reading is in force."""
    if at is not None:
        return _counts_then(engine, filters, frame, reader, at)
    earlier = Asked("earlier", (frame,), names(engine, filters, "earlier", frame))
    found = crossed(engine, filters, Asked("frame", (frame,)), earlier, Asked("reader"))
    mine = _labels(found, reader)
    of_frame = found.of("frame", frame)
    here = of_frame.held & found.labelled(mine)
    n, k = found.n[here].sum(), of_frame["k"][here].sum()
    for label in mine:
        other = found.of("earlier", frame, label)
        n, k = n + other["n"].sum(), k + other["k"].sum()
    return int(n), int(k)


def twice(
    engine: Store,
    filters: Filters,
    frame: str,
    old: ReaderIdentity,
    new: ReaderIdentity,
    at: Instant = None,
) -> tuple[TwiceDay, ...]:
    """Per outlet and day: the articles whose present text both readers read."""
    if at is not None:
        return _twice_then(engine, filters, frame, (old, new), at)
    pairs = names(engine, filters, "twice", frame)
    found = crossed(engine, filters, Asked("twice", (frame,), pairs), Asked("reader"))
    olds, news = _labels(found, old), _labels(found, new)
    sums = np.zeros((4, len(found.host)))
    for pair in pairs:
        first, second = pair.split(" ")
        if (first in olds and second in news) or (first in news and second in olds):
            counts = found.of("twice", frame, pair)
            order = ("n", "first", "second", "differ")
            if first in news:
                order = ("n", "second", "first", "differ")
            for at_, name in enumerate(order):
                sums[at_] += np.bincount(found.outlet_day, counts[name], len(found.host))
    rows = zip(found.host.tolist(), sums.astype(int).T.tolist(), strict=True)
    return tuple(TwiceDay(found.hosts[host], *values) for host, values in rows if values[0])


def _readers(engine: Store, filters: Filters, frame: str) -> dict[tuple[str, ...], int]:
    found = crossed(engine, filters, Asked("frame", (frame,)), Asked("reader"))
    here = found.of("frame", frame).held
    sums: dict[tuple[str, ...], int] = {}
    for place, n in enumerate(np.bincount(found.key[here], found.n[here], len(found.keys))):
        if n:
            who = found.readers[found.keys[place].label]
            sums[who] = sums.get(who, 0) + int(n)
    return sums


def _labels(found: Crossed, reader: ReaderIdentity) -> frozenset[str]:
    mine = tuple(getattr(reader, name) for name in IDENTITY)
    return frozenset(label for label, who in found.readers.items() if label and who == mine)


def _reader(who: Sequence[str]) -> ReaderIdentity:
    return ReaderIdentity(**dict(zip(IDENTITY, who, strict=True)))


# --- from readings and scores, as known at an instant ---------------------------------------------


def _readers_then(
    engine: Store, filters: Filters, frame: str, at: datetime
) -> dict[tuple[str, ...], int]:
    read, rows = framed(filters, frame, at)
    identity = [_readings.c[name] for name in IDENTITY]
    query = (
        rows.join(_readings, _readings.c.id == read.c.reading_id)
        .with_only_columns(*identity, func.count().label("n"))
        .group_by(*identity)
    )
    with reading(engine) as connection:
        return {tuple(who): n for *who, n in connection.execute(query)}


def _counts_then(
    engine: Store, filters: Filters, frame: str, reader: ReaderIdentity, at: datetime
) -> tuple[int, int]:
    read = counted_readings(filters, at)
    mine, scores = _by_reader(reader, "mine", at), _scores.alias()
    query = (
        select(func.count(), func.coalesce(func.sum(case((scores.c.present, 1), else_=0)), 0))
        .select_from(read)
        .join(mine, mine.c.article_id == read.c.article_id)
        .join(scores, and_(scores.c.reading_id == mine.c.reading_id, scores.c.frame == frame))
    )
    with reading(engine) as connection:
        n, k = connection.execute(query).one()
        return int(n), int(k)


def _twice_then(
    engine: Store,
    filters: Filters,
    frame: str,
    readers: tuple[ReaderIdentity, ReaderIdentity],
    at: datetime,
) -> tuple[TwiceDay, ...]:
    read = counted_readings(filters, at)
    old, new = readers
    first, second = _by_reader(old, "first", at), _by_reader(new, "second", at)
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


def _by_reader(reader: ReaderIdentity, name: str, at: datetime) -> Subquery:
    """One reader's newest readings by then, of the texts of then."""
    return (
        select(_readings.c.article_id, func.max(_readings.c.id).label("reading_id"))
        .join(_articles, _articles.c.id == _readings.c.article_id)
        .where(
            _readings.c.text_sha256 == text_then(at),
            _readings.c.read_at <= at,
            *(_readings.c[part] == getattr(reader, part) for part in IDENTITY),
        )
        .group_by(_readings.c.article_id)
        .subquery(name)
    )
