"""The counts as known at an instant, from raw rows, on demand.

Known by then are the articles stored by then, each with the text that it had (`article_versions`
keeps earlier ones), and of that text the newest reading made by then. An entry in the ledger of
republications is known with its article, but one that rests on likeness only once the original is
held too; a group of near-copies is known by the first of its articles stored by then.

What rows do not tell is taken as it is today: genre, language and completeness of an article whose
text changed, who belongs to a group, and what was corrected by hand.

Cost: every article of the topic and of the days asked for is looked up (by original and by cluster
every article of the topic, as any may be the first). For a
figure to be checked, not for every page.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from db.counting import counted
from db.outlets import fictional_outlets
from db.publish import counts, with_readings
from db.queries import Filters, Status, ToneDay, VolumeDay, chosen, reading
from db.session import Store
from db.tables import (
    ArticleRow,
    ArticleVersionRow,
    FrameDayRow,
    OutletDayRow,
    PageRow,
    ToneDayRow,
)
from db.tables import Table as Base
from db.upsert import table_of
from framewatch.story import DayCount

_articles, _versions, _pages = map(table_of, (ArticleRow, ArticleVersionRow, PageRow))


def frame_days(engine: Store, filters: Filters, at: datetime) -> dict[str, tuple[DayCount, ...]]:
    """As `db.queries.frame_days`."""
    found: dict[str, list[DayCount]] = {}
    for row in _per_day(engine, FrameDayRow, filters, at, "frame", ("n", "k")):
        count = DayCount(outlet=row.host, day=row.day, n=int(row.n), k=int(row.k))
        found.setdefault(row.frame, []).append(count)
    return {frame: tuple(mine) for frame, mine in found.items()}


def tone_days(engine: Store, filters: Filters, at: datetime) -> dict[str, tuple[ToneDay, ...]]:
    """As `db.queries.tone_days`."""
    found: dict[str, list[ToneDay]] = {}
    sums = ("n", "tone_sum", "tone_squares")
    for row in _per_day(engine, ToneDayRow, filters, at, "target", sums):
        day = ToneDay(row.host, row.day, int(row.n), row.tone_sum, row.tone_squares)
        found.setdefault(row.target, []).append(day)
    return {target: tuple(mine) for target, mine in found.items()}


def volumes(engine: Store, filters: Filters, at: datetime) -> tuple[VolumeDay, ...]:
    """As `db.queries.volumes`."""
    rows = _per_day(engine, OutletDayRow, filters, at, None, ("articles", "coded"))
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


def _per_day(
    engine: Store,
    row_class: type[Base],
    filters: Filters,
    at: datetime,
    series: str | None,
    sums: tuple[str, ...],
) -> list[Any]:
    found = _known(row_class, filters, at).subquery()
    keys = [found.c.host, found.c.day, *([found.c[series]] if series else [])]
    query = select(*keys, *(func.sum(found.c[name]).label(name) for name in sums))
    with reading(engine) as connection:
        return list(connection.execute(query.group_by(*keys).order_by(found.c.day, found.c.host)))


def _known(row_class: type[Base], filters: Filters, at: datetime) -> Select[Any]:
    unit = counted(filters.topic, filters.count_by, at)
    where = and_(unit.c.day.is_not(None), *chosen(unit, filters))
    read = with_readings(unit, filters.count_by, where, _text_then(at), at)
    return counts(read.cte("read"))[row_class]


def _text_then(at: datetime) -> ColumnElement[str]:
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


def _fictional(engine: Store, topic: str) -> frozenset[str]:
    with reading(engine) as connection:
        return frozenset(connection.scalars(fictional_outlets(topic)))
