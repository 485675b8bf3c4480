"""The counts that comparisons need beyond those kept per day: added up in the database.

Nothing here writes; see `db.queries` for what the functions have in common. Where a count is kept
(`frame_days`), it is taken from there; the others go through the articles of the filters, found by
topic and day, each with its reading in force.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, select

from db.articles import evidence_of
from db.counting import counted
from db.queries import Filters, ToneDay, chosen, reading
from db.session import Store
from db.store import article_of
from db.tables import (
    ArticleRow,
    EvidenceRow,
    FrameDayRow,
    FrameScoreRow,
    ReadingRow,
    RepublicationRow,
    TargetScoreRow,
)
from db.upsert import table_of
from framewatch.story import DayCount, Evidence, PairDay

GROUPS = ("host", "country", "language", "genre")

_articles, _readings = table_of(ArticleRow), table_of(ReadingRow)
_scores, _targets, _evidence = map(table_of, (FrameScoreRow, TargetScoreRow, EvidenceRow))

Counts = dict[str, tuple[DayCount, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence that speaks for a frame, with where it stands."""

    article_id: int
    url: str
    title: str
    host: str
    host_name: str
    day: date
    fictional: bool
    evidence: Evidence
    words: str


def counted_readings(filters: Filters) -> Subquery:
    """What counts under the filters, each with its reading in force (`db.publish`)."""
    unit = counted(filters.topic, filters.count_by)
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
    return joined.where(*chosen(unit, filters), unit.c.day.is_not(None)).subquery()


# --- shares ---------------------------------------------------------------------------------------


def frame_counts(engine: Store, filters: Filters, frame: str) -> tuple[DayCount, ...]:
    """Per outlet and day."""
    return grouped_counts(engine, filters, frame, "").get("", ())


def grouped_counts(engine: Store, filters: Filters, frame: str, by: str) -> Counts:
    """Per outlet and day, by the values of a column of `GROUPS` ("": all together)."""
    table = FrameDayRow.__table__.c
    group = [table[by]] if by else [literal("")]
    keys = [table.host, table.day]
    query = (
        select(*[group[0].label("by")], *keys, _sum(table.n, "n"), _sum(table.k, "k"))
        .where(*chosen(table_of(FrameDayRow), filters), table.frame == frame)
        .group_by(*(group if by else []), *keys)
        .order_by(table.day, table.host)
    )
    return _by_group(engine, query)


def article_counts(engine: Store, filters: Filters, frame: str) -> tuple[DayCount, ...]:
    """As `frame_counts`, from the articles: it knows readings that are not counted yet."""
    read, rows = framed(filters, frame)
    found = _by_group(engine, _per_day(rows, read, "", _scores.c.present))
    return found.get("", ())


def target_counts(engine: Store, filters: Filters, frame: str) -> Counts:
    """Of the articles that mention each target."""
    read, rows = framed(filters, frame)
    rows = rows.join(_targets, _targets.c.reading_id == read.c.reading_id)
    return _by_group(engine, _per_day(rows, read, _targets.c.target, _scores.c.present))


def voice_counts(engine: Store, filters: Filters, frame: str) -> Counts:
    """Of all articles: those whose evidence for the frame is in the outlet's own, or quoted, words.

    One article may count for both voices, so their shares do not add up.
    """
    read, rows = framed(filters, frame)
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


def origin_counts(engine: Store, filters: Filters, frame: str) -> Counts:
    """Of original and of re-published articles."""
    read, rows = framed(filters, frame)
    entry = table_of(RepublicationRow)
    rows = rows.outerjoin(entry, entry.c.article_id == read.c.article_id)
    origin = case((entry.c.article_id.is_(None), "original"), else_="republished")
    return _by_group(engine, _per_day(rows, read, origin, _scores.c.present))


# --- frames together, and tone --------------------------------------------------------------------


def pair_days(engine: Store, filters: Filters, frame: str, other: str) -> tuple[PairDay, ...]:
    read, rows = framed(filters, frame)
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
    engine: Store, filters: Filters, frame: str, target: str
) -> dict[bool, tuple[ToneDay, ...]]:
    """Moments per outlet and day of the articles that carry the frame, and of those that do not."""
    read, rows = framed(filters, frame)
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


# --- sentences ------------------------------------------------------------------------------------


def best_sentences(engine: Store, filters: Filters, frame: str, limit: int) -> tuple[Sentence, ...]:
    """The sentences that speak for a frame most, of articles that carry it, the best first."""
    read, rows = framed(filters, frame)
    here = and_(
        _evidence.c.reading_id == read.c.reading_id,
        _evidence.c.kind == "frame",
        _evidence.c.about == frame,
    )
    query = (
        rows.join(_evidence, here)
        .join(_articles, _articles.c.id == read.c.article_id)
        .where(_scores.c.present)
        .with_only_columns(
            _articles,
            read.c.day.label("counted_day"),
            *(_evidence.c[n] for n in ("about", "kind", "start", "end", "score", "voice")),
            _evidence.c.speaker,
        )
        .order_by(_evidence.c.score.desc(), _evidence.c.id)
        .limit(limit)
    )
    with reading(engine) as connection:
        return tuple(_sentence(row) for row in connection.execute(query))


def _sentence(row: Any) -> Sentence:
    found = evidence_of(row)
    return Sentence(
        article_id=row.id,
        url=row.url,
        title=row.title,
        host=row.host,
        host_name=row.host_name,
        day=row.counted_day,
        fictional=row.fictional,
        evidence=found,
        words=article_of(row).coded_text[found.start : found.end],
    )


# --- how queries are put together -----------------------------------------------------------------


def framed(filters: Filters, frame: str) -> tuple[Subquery, Select[Any]]:
    """The articles of the filters with their score for a frame."""
    read = counted_readings(filters)
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


def _sum(column: Any, name: str) -> Any:
    return func.sum(column).label(name)
