"""The counts of comparisons from articles, readings and scores: as known now, or at an instant.

Nothing here writes; see `db.queries` for what the functions have in common, and `db.asof` for what
"known" means. The functions go through the articles of the filters, found by topic and day: what is
asked of the present day by day is kept (`db.crossings`), and equal to these.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    select,
)

from db.asof import read_then
from db.counting import counted, entered
from db.queries import Filters, ToneDay, chosen, reading
from db.session import Store
from db.tables import (
    ArticleRow,
    EvidenceRow,
    FrameScoreRow,
    ReadingRow,
    RepublicationRow,
    TargetScoreRow,
)
from db.upsert import table_of
from framewatch.story import DayCount, PairDay

GROUPS = ("host", "country", "language", "genre")

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_scores, _targets, _evidence = map(table_of, (FrameScoreRow, TargetScoreRow, EvidenceRow))

Instant = datetime | None
Counts = dict[str, tuple[DayCount, ...]]


def counted_readings(filters: Filters, at: Instant = None) -> Subquery:
    """What counts under the filters, each with its reading in force (`db.in_force`)."""
    if at is not None:
        return read_then(filters, at)
    unit = counted(filters.topic, filters.count_by)
    return readings_of(unit, *chosen(unit, filters), unit.c.day.is_not(None))


def readings_of(unit: FromClause, *where: ColumnElement[bool]) -> Subquery:
    """The same of what `db.counting` says that counts."""
    newest = (
        select(func.max(_readings.c.id))
        .where(
            _readings.c.article_id == _articles.c.id,
            _readings.c.text_sha256 == _articles.c.text_sha256,
        )
        .correlate(_articles)
        .scalar_subquery()
    )
    query = select(*unit.c, newest.label("reading_id"))
    joined = query.join_from(unit, _articles, _articles.c.id == unit.c.article_id)
    return joined.where(*where).subquery()


# --- shares ---------------------------------------------------------------------------------------


def grouped_counts(
    engine: Store, filters: Filters, frame: str, by: str, at: Instant = None
) -> Counts:
    """Per outlet and day, by the values of a column of `GROUPS`."""
    read, rows = framed(filters, frame, at)
    return _by_group(engine, _per_day(rows, read, read.c[by], _scores.c.present))


def article_counts(
    engine: Store, filters: Filters, frame: str, at: Instant = None
) -> tuple[DayCount, ...]:
    """Per outlet and day."""
    read, rows = framed(filters, frame, at)
    found = _by_group(engine, _per_day(rows, read, "", _scores.c.present))
    return found.get("", ())


def target_counts(engine: Store, filters: Filters, frame: str, at: Instant = None) -> Counts:
    """Of the articles that mention each target."""
    read, rows = framed(filters, frame, at)
    rows = rows.join(_targets, _targets.c.reading_id == read.c.reading_id)
    return _by_group(engine, _per_day(rows, read, _targets.c.target, _scores.c.present))


def voice_counts(engine: Store, filters: Filters, frame: str, at: Instant = None) -> Counts:
    """Of all articles: those whose evidence for the frame is in the outlet's own, or quoted, words.

    One article may count for both voices, so their shares do not add up.
    """
    read, rows = framed(filters, frame, at)
    found: Counts = {}
    for voice in ("outlet", "quoted"):
        speaks = exists().where(
            _evidence.c.reading_id == read.c.reading_id,
            _evidence.c.kind == "frame",
            _evidence.c.about == frame,
            _evidence.c.voice == voice,
        )
        query = _per_day(rows, read, voice, and_(_scores.c.present, speaks))
        found |= _by_group(engine, query)
    return found


def origin_counts(engine: Store, filters: Filters, frame: str, at: Instant = None) -> Counts:
    """Of original and of re-published articles."""
    read, rows = framed(filters, frame, at)
    entry = table_of(RepublicationRow)
    known = and_(entry.c.article_id == read.c.article_id, entered(at))
    rows = rows.outerjoin(entry, known)
    origin = case((entry.c.article_id.is_(None), "original"), else_="republished")
    return _by_group(engine, _per_day(rows, read, origin, _scores.c.present))


# --- frames together, and tone --------------------------------------------------------------------


def pair_days(
    engine: Store, filters: Filters, frame: str, other: str, at: Instant = None
) -> tuple[PairDay, ...]:
    read, rows = framed(filters, frame, at)
    second = _scores.alias("second")
    keys = (read.c.host, read.c.day)
    a, b = _scores.c.present, second.c.present
    sums = {"a": a, "b": b, "both": and_(a, b)}
    query = (
        rows.join(second, and_(second.c.reading_id == read.c.reading_id, second.c.frame == other))
        .with_only_columns(
            *keys,
            func.count().label("n"),
            *(func.sum(case((found, 1), else_=0)).label(name) for name, found in sums.items()),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    with reading(engine) as connection:
        rows_ = connection.execute(query)
        return tuple(PairDay(r.host, r.day, r.n, int(r.a), int(r.b), int(r.both)) for r in rows_)


def tones_by_presence(
    engine: Store, filters: Filters, frame: str, target: str, at: Instant = None
) -> dict[bool, tuple[ToneDay, ...]]:
    """Moments per outlet and day of the articles that carry the frame, and of those that do not."""
    read, rows = framed(filters, frame, at)
    tone = _targets.c.positive - _targets.c.negative
    keys = (_scores.c.present, read.c.host, read.c.day)
    here = and_(_targets.c.reading_id == read.c.reading_id, _targets.c.target == target)
    query = (
        rows.join(_targets, here)
        .with_only_columns(
            *keys,
            func.count().label("n"),
            func.sum(tone).label("total"),
            func.sum(tone * tone).label("squares"),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    found: dict[bool, list[ToneDay]] = {True: [], False: []}
    with reading(engine) as connection:
        for r in connection.execute(query):
            found[bool(r.present)].append(ToneDay(r.host, r.day, r.n, r.total, r.squares))
    return {present: tuple(days) for present, days in found.items()}


# --- how queries are put together -----------------------------------------------------------------


def framed(filters: Filters, frame: str, at: Instant = None) -> tuple[Subquery, Select[Any]]:
    """The articles of the filters with their score for a frame."""
    return scored(counted_readings(filters, at), frame)


def scored(read: Subquery, frame: str) -> tuple[Subquery, Select[Any]]:
    here = and_(_scores.c.reading_id == read.c.reading_id, _scores.c.frame == frame)
    return read, select(read).join(_scores, here)


def _per_day(
    rows: Select[Any],
    read: Subquery,
    group: ColumnElement[Any] | str,
    carried: ColumnElement[bool],
) -> Select[Any]:
    """A group that is a word is the group of all rows: PostgreSQL groups by no constant."""
    keys = [read.c.host, read.c.day]
    if isinstance(group, str):
        by, keys_and_group = literal(group).label("by"), keys
    else:
        by = group.label("by")
        keys_and_group = [by, *keys]
    return (
        rows.with_only_columns(
            by,
            *keys,
            func.count().label("n"),
            func.sum(case((carried, 1), else_=0)).label("k"),
        )
        .group_by(*keys_and_group)
        .order_by(read.c.day, read.c.host)
    )


def _by_group(engine: Store, query: Select[Any]) -> Counts:
    found: dict[str, list[DayCount]] = {}
    with reading(engine) as connection:
        for row in connection.execute(query):
            count = DayCount(outlet=row.host, day=row.day, n=int(row.n), k=int(row.k))
            found.setdefault(row.by, []).append(count)
    return {group: tuple(counts) for group, counts in found.items()}
