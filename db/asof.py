"""The counts as known at an instant, from raw rows, on demand.

Known by then are the articles stored by then, each with the text that it had (`article_versions`
keeps earlier ones), and of that text the newest reading made by then. An entry in the ledger of
republications is known with its article, but one that rests on likeness only once the original is
held too; a group of near-copies is known by the first of its articles stored by then.

What rows do not tell is taken as it is today: genre, language and completeness of an article whose
text changed, who belongs to a group, and what was corrected by hand.

Cost: every article of the topic and of the days asked for is looked up (by original and by cluster
every article of the topic, as any may be the first). For a figure to be checked, not for every
page: `db.known` asks here only for an earlier instant.
"""

from collections.abc import Iterable
from datetime import date, datetime
from math import fsum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, exists, func, select

from db.counting import counted
from db.in_force import volumes_of, with_readings
from db.outlets import fictional_outlets
from db.periods import STEPS
from db.queries import Filters, Status, ToneDay, Volume, VolumeDay, chosen, reading
from db.session import Store
from db.sums import rounded
from db.tables import (
    ArticleRow,
    ArticleVersionRow,
    FrameScoreRow,
    PageRow,
    TargetScoreRow,
)
from db.tiers import Moments, OutletSums, overall
from db.upsert import table_of
from framewatch.story import DayCount

_articles, _versions, _pages = map(table_of, (ArticleRow, ArticleVersionRow, PageRow))
_frames, _targets = map(table_of, (FrameScoreRow, TargetScoreRow))


def frame_days(
    engine: Store, filters: Filters, at: datetime, frame: str = ""
) -> dict[str, tuple[DayCount, ...]]:
    """As `db.day_counts.frame_days`."""
    found: dict[str, list[DayCount]] = {}
    for row in _per_day(engine, frames_of(_read_then(filters, at).cte("read"))):
        if frame not in ("", row.frame):
            continue
        count = DayCount(outlet=row.host, day=row.day, n=int(row.n), k=int(row.k))
        found.setdefault(row.frame, []).append(count)
    return {frame: tuple(mine) for frame, mine in found.items()}


def tone_days(engine: Store, filters: Filters, at: datetime) -> dict[str, tuple[ToneDay, ...]]:
    """As `db.day_counts.tone_days`."""
    found: dict[str, list[ToneDay]] = {}
    for row in _per_day(engine, tones_of(_read_then(filters, at).cte("read"))):
        day = ToneDay(row.host, row.day, int(row.n), row.tone_sum, row.tone_squares)
        found.setdefault(row.target, []).append(day)
    return {target: tuple(mine) for target, mine in found.items()}


def volumes(engine: Store, filters: Filters, at: datetime) -> tuple[VolumeDay, ...]:
    """As `db.queries.volumes`."""
    found = volumes_of(_read_then(filters, at).cte("read")).subquery().c
    keys = (found.host, found.day)
    sums = (func.sum(found[name]).label(name) for name in ("articles", "coded"))
    rows = _per_day(engine, select(*keys, *sums).group_by(*keys))
    return tuple(VolumeDay(r.host, r.day, int(r.articles), int(r.coded)) for r in rows)


def status(engine: Store, filters: Filters, at: datetime) -> Status:
    """As `db.queries.status`."""
    found = volumes(engine, filters, at)
    invented = _fictional(engine, filters.topic)
    days: list[date] = [volume.day for volume in found]
    return Status(
        articles=sum(volume.articles for volume in found),
        coded=sum(volume.coded for volume in found),
        outlets=len({volume.outlet for volume in found}),
        fictional=sum(volume.articles for volume in found if volume.outlet in invented),
        first=min(days, default=None),
        last=max(days, default=None),
    )


def periods(engine: Store, filters: Filters, step: str, at: datetime) -> tuple[Volume, ...]:
    """As `db.tiers.volumes`."""
    held: dict[date, list[VolumeDay]] = {}
    for day in volumes(engine, filters, at):
        start = day.day if step == "day" else STEPS[step](day.day)[0]
        held.setdefault(start, []).append(day)
    return tuple(
        Volume(
            start=start,
            articles=sum(day.articles for day in days),
            coded=sum(day.coded for day in days),
            outlets=len({day.outlet for day in days}),
        )
        for start, days in sorted(held.items())
    )


def outlet_volumes(engine: Store, filters: Filters, at: datetime) -> dict[str, tuple[int, int]]:
    """As `db.queries.outlet_volumes`."""
    found: dict[str, tuple[int, int]] = {}
    for day in volumes(engine, filters, at):
        articles, coded = found.get(day.outlet, (0, 0))
        found[day.outlet] = (articles + day.articles, coded + day.coded)
    return found


def frame_moments(
    engine: Store, filters: Filters, step: str, at: datetime, frame: str = ""
) -> dict[str, tuple[Moments, ...]]:
    """As `db.tiers.frame_moments`."""
    days = frame_days(engine, filters, at, frame)
    return {name: _by_period(_of_frame(mine), step) for name, mine in days.items()}


def tone_moments(
    engine: Store, filters: Filters, step: str, at: datetime
) -> dict[str, tuple[Moments, ...]]:
    """As `db.tiers.tone_moments`."""
    days = tone_days(engine, filters, at)
    return {name: _by_period(_of_tone(mine), step) for name, mine in days.items()}


def frame_outlets(
    engine: Store, filters: Filters, at: datetime, frame: str = ""
) -> dict[str, tuple[OutletSums, ...]]:
    """As `db.tiers.frame_outlets`."""
    days = frame_days(engine, filters, at, frame)
    return {name: _outlets(_of_frame(mine)) for name, mine in days.items()}


def tone_outlets(
    engine: Store, filters: Filters, at: datetime
) -> dict[str, tuple[OutletSums, ...]]:
    """As `db.tiers.tone_outlets`."""
    days = tone_days(engine, filters, at)
    return {name: _outlets(_of_tone(mine)) for name, mine in days.items()}


# --- outlet-days into sums ------------------------------------------------------------------------

_Cell = tuple[str, date, int, float, float]  # outlet, day, n, total and squares


def _of_frame(days: Iterable[DayCount]) -> list[_Cell]:
    return [(day.outlet, day.day, day.n, day.k, day.k) for day in days]


def _of_tone(days: Iterable[ToneDay]) -> list[_Cell]:
    return [(day.outlet, day.day, day.n, day.tone_sum, day.tone_squares) for day in days]


def _by_period(cells: Iterable[_Cell], step: str) -> tuple[Moments, ...]:
    held: dict[date, list[_Cell]] = {}
    for cell in cells:
        held.setdefault(STEPS[step](cell[1])[0], []).append(cell)
    return tuple(overall(start, _outlets(mine)) for start, mine in sorted(held.items()))


def _outlets(cells: Iterable[_Cell]) -> tuple[OutletSums, ...]:
    held: dict[str, list[_Cell]] = {}
    for cell in cells:
        held.setdefault(cell[0], []).append(cell)
    return tuple(_sums(outlet, mine) for outlet, mine in sorted(held.items()))


def _sums(outlet: str, cells: list[_Cell]) -> OutletSums:
    return OutletSums(
        outlet=outlet,
        n=sum(n for _, _, n, _, _ in cells),
        total=fsum(total for _, _, _, total, _ in cells),
        squares=fsum(squares for _, _, _, _, squares in cells),
        days=len(cells),
        tt=fsum(total * total for _, _, _, total, _ in cells),
        tn=fsum(total * n for _, _, n, total, _ in cells),
        nn=sum(n * n for _, _, n, _, _ in cells),
    )


# --- what was known -------------------------------------------------------------------------------


def read_then(filters: Filters, at: datetime) -> Subquery:
    """What counted under the filters, each with its reading in force: article_id, reading_id."""
    return _read_then(filters, at).add_columns(_articles.c.id.label("article_id")).subquery()


def text_then(at: datetime) -> ColumnElement[str]:
    """The hash of the text that an article had: the present one, or the newest seen by then."""
    seen = select(_pages.c.fetched_at).where(_pages.c.id == _articles.c.page_id)
    since = seen.correlate(_articles).scalar_subquery()
    earlier = select(_versions.c.text_sha256).where(
        _versions.c.article_id == _articles.c.id, _versions.c.seen_at <= at
    )
    newest = earlier.order_by(_versions.c.seen_at.desc()).limit(1)
    before = newest.correlate(_articles).scalar_subquery()
    present = _articles.c.text_sha256
    return case((since <= at, present), else_=func.coalesce(before, present))


def frames_of(read: FromClause) -> Select[Any]:
    """Per host, day and frame, from what `db.in_force.with_readings` found."""
    keys = (read.c.host, read.c.day, _frames.c.frame)
    k = func.sum(case((_frames.c.present, 1), else_=0))
    return (
        select(*keys, func.count().label("n"), k.label("k"))
        .join_from(read, _frames, _frames.c.reading_id == read.c.reading_id)
        .group_by(*keys)
    )


def tones_of(read: FromClause) -> Select[Any]:
    """Per host, day and target, of the articles that are coded for frames."""
    keys = (read.c.host, read.c.day, _targets.c.target)
    tone = _targets.c.positive - _targets.c.negative
    sums = {"tone_sum": func.sum(tone), "tone_squares": func.sum(tone * tone)}
    rounds = (rounded(value).label(name) for name, value in sums.items())
    return (
        select(*keys, func.count().label("n"), *rounds)
        .join_from(read, _targets, _targets.c.reading_id == read.c.reading_id)
        .where(exists().where(_frames.c.reading_id == read.c.reading_id))
        .group_by(*keys)
    )


def _per_day(engine: Store, query: Select[Any]) -> list[Any]:
    """In order of day and host."""
    with reading(engine) as connection:
        return sorted(connection.execute(query), key=lambda row: (row.day, row.host))


def _read_then(filters: Filters, at: datetime) -> Select[Any]:
    unit = counted(filters.topic, filters.count_by, at)
    where = and_(unit.c.day.is_not(None), *chosen(unit, filters))
    return with_readings(unit, filters.count_by, where, text_then(at), at)


def _fictional(engine: Store, topic: str) -> frozenset[str]:
    with reading(engine) as connection:
        return frozenset(connection.scalars(fictional_outlets(topic)))
