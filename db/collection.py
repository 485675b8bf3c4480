"""What was had of each day's collection, kept: links by source and by outcome, share, answered.

Triggers (migrations 0006 and 0016) leave the days of every answer and link that changes. A day's
share rests on the same weekday of the weeks before it, so that a change is felt on those after it.
What has changed since is not kept yet: it is made of answers and links where it is asked for, of
these days alone, so that what is read is always what `db.coverage.collected_shares` says.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, delete, func, literal, select

from db.coverage import answers_and_timely, collected_share, collected_shares
from db.days import ANSWERED, RUN_UP, WEEKS, days_between
from db.held import taken_out
from db.publish import begin
from db.renew import renew
from db.session import Store
from db.tables import (
    AnswerRow,
    CollectionChangeRow,
    CollectionDayRow,
    LinkRow,
    OutcomeDayRow,
    SightingRow,
    SourceDayRow,
)
from db.upsert import table_of
from framewatch.story import Window

AT_ONCE = 400  # days that are counted in one statement

_changes, _days = table_of(CollectionChangeRow), table_of(CollectionDayRow)
_answers, _links, _seen = map(table_of, (AnswerRow, LinkRow, SightingRow))
_sources, _outcomes = table_of(SourceDayRow), table_of(OutcomeDayRow)


def keep_collection(store: Store, topic: str, zone: ZoneInfo, now: datetime) -> int:
    """Bring what is kept up to date; the number of days that were looked at. In one transaction."""
    with store.begin() as connection:
        begin(connection, topic, now)
        c = _changes.c
        changed = _days_in(taken_out(connection, _changes, c.topic == topic, c.first, c.last))
        _count(connection, topic, changed)
        if not _kept(connection, topic, zone):  # the first time, or the topic's zone is another
            connection.execute(delete(_days).where(_days.c.topic == topic))
            changed = _asked(connection, topic)
        _share(connection, topic, zone, sorted(_felt(changed)))
        return len(changed)


def rebuild_collection(store: Store, topic: str, zone: ZoneInfo, now: datetime) -> int:
    """Keep everything anew; the number of days that were looked at."""
    counted = (_days, _sources, _outcomes, _links)
    with store.begin() as connection:
        begin(connection, topic, now)
        every = _asked(connection, topic)
        for days in (table.c.day for table in counted):
            mine = select(days).where(days.table.c.topic == topic).distinct()
            every.update(connection.scalars(mine))
        connection.execute(delete(_days).where(_days.c.topic == topic))
        if every:
            span = {"topic": topic, "first": min(every), "last": max(every)}
            connection.execute(_changes.insert(), [span])
    return keep_collection(store, topic, zone, now)


def collected(
    connection: Connection, topic: str, zone: ZoneInfo, days: Collection[date]
) -> dict[date, float]:
    """`db.coverage.collected_shares`, of many days."""
    if not days or not _kept(connection, topic, zone):
        return collected_shares(connection, topic, days, zone)
    first, last = min(days), max(days)
    rows = _of_days(connection, topic, zone, first, last)
    held = {row.day: row.share for row in rows}
    fresh = _felt(_changed(connection, topic)).intersection(days)
    return {day: held.get(day, 0.0) for day in days} | collected_shares(
        connection, topic, fresh, zone
    )


def answered_days(
    connection: Connection, topic: str, zone: ZoneInfo, first: date, last: date
) -> frozenset[date]:
    """Days from first to last, counted in zone, of which some source answered for a part."""
    if not _kept(connection, topic, zone):
        return frozenset(_answered(connection, topic, zone, first, last))
    held = {row.day for row in _of_days(connection, topic, zone, first, last) if row.answered}
    changed = {day for day in _changed(connection, topic) if first <= day <= last}
    if changed:
        found = _answered(connection, topic, zone, min(changed), max(changed))
        held = (held - changed) | (found & changed)
    return frozenset(held)


def outcomes(connection: Connection, topic: str) -> dict[str, int]:
    """How many links ended how; those under way under the empty outcome."""
    changed = sorted(_changed(connection, topic))
    c = _outcomes.c
    added = select(c.outcome, func.sum(c.links)).where(c.topic == topic).group_by(c.outcome)
    found = Counter[str]()
    for outcome, links in connection.execute(added):
        found[outcome] += int(links)
    for some in _batches(changed):
        for outcome, links in connection.execute(added.where(c.day.in_(some))):
            found[outcome] -= int(links)
        for row in connection.execute(_by_outcome(topic, some)):
            found[row.outcome] += row.links
    return {outcome: links for outcome, links in found.items() if links}


def links_by_source(
    connection: Connection, topic: str, first: date, last: date
) -> dict[str, dict[date, int]]:
    """By source, the links of each day that it named."""
    changed = _changed_within(connection, topic, first, last)
    found: dict[str, dict[date, int]] = {}
    for (source, _), days in _named(connection, topic, first, last).items():
        found[source] = {day: links for day, links in days.items() if day not in changed}
    for some in _batches(sorted(changed)):
        for row in connection.execute(_by_source(topic, some)):
            found.setdefault(row.source, {})[row.day] = row.links
    return found


def links_by_outcome(
    connection: Connection, topic: str, first: date, last: date
) -> dict[date, dict[str, int]]:
    """By day, how many links ended how; those under way under the empty outcome."""
    changed = _changed_within(connection, topic, first, last)
    c = _outcomes.c
    kept = select(c.day, c.outcome, c.links).where(c.topic == topic, c.day.between(first, last))
    found: dict[date, dict[str, int]] = {}
    for day, outcome, links in connection.execute(kept):
        if day not in changed:
            found.setdefault(day, {})[outcome] = links
    for some in _batches(sorted(changed)):
        for row in connection.execute(_by_outcome(topic, some)):
            found.setdefault(row.day, {})[row.outcome] = row.links
    return found


def _changed_within(connection: Connection, topic: str, first: date, last: date) -> set[date]:
    return {day for day in _changed(connection, topic) if first <= day <= last}


def _kept(connection: Connection, topic: str, zone: ZoneInfo) -> bool:
    mine = select(literal(1)).where(_days.c.topic == topic, _days.c.zone == zone.key)
    return connection.execute(mine.limit(1)).first() is not None


def _of_days(
    connection: Connection, topic: str, zone: ZoneInfo, first: date, last: date
) -> Sequence[Any]:
    c = _days.c
    mine = (c.topic == topic, c.zone == zone.key, c.day.between(first, last))
    return connection.execute(select(c.day, c.share, c.answered).where(*mine)).all()


def _changed(connection: Connection, topic: str) -> set[date]:
    c = _changes.c
    spans = select(c.first, c.last).where(c.topic == topic).distinct()
    return _days_in(connection.execute(spans))


def _days_in(spans: Iterable[Sequence[Any]]) -> set[date]:
    return {day for first, last in spans for day in days_between(first, last)}


def _felt(days: Collection[date]) -> set[date]:
    return {day + timedelta(weeks=weeks) for day in days for weeks in range(WEEKS + 1)}


def _asked(connection: Connection, topic: str) -> set[date]:
    """All days about which a source was asked, in any zone."""
    c, one = _answers.c, timedelta(days=1)
    span = select(func.min(c.window_start), func.max(c.window_end)).where(c.topic == topic)
    start, end = connection.execute(span).one()
    return set(days_between(start.date() - one, end.date() + one)) if start else set()


def _batches(days: Sequence[date]) -> Iterator[Sequence[date]]:
    for first in range(0, len(days), AT_ONCE):
        yield days[first : first + AT_ONCE]


# --- what is kept ---------------------------------------------------------------------------------


def _count(connection: Connection, topic: str, days: Collection[date]) -> None:
    for some in _batches(sorted(days)):
        renew(connection, SourceDayRow, topic, some, _by_source(topic, some))
        renew(connection, OutcomeDayRow, topic, some, _by_outcome(topic, some))


def _by_source(topic: str, days: Sequence[date]) -> Select[Any]:
    keys = (_links.c.topic, _links.c.day, _seen.c.source)
    query = select(*keys, func.count().label("links"))
    joined = query.join_from(_links, _seen, _seen.c.link_id == _links.c.id)
    return joined.where(_links.c.topic == topic, _links.c.day.in_(days)).group_by(*keys)


def _by_outcome(topic: str, days: Sequence[date]) -> Select[Any]:
    outcome = func.coalesce(_links.c.outcome, "")
    keys = (_links.c.topic, _links.c.day)
    query = select(*keys, outcome.label("outcome"), func.count().label("links"))
    return query.where(_links.c.topic == topic, _links.c.day.in_(days)).group_by(*keys, outcome)


def _share(connection: Connection, topic: str, zone: ZoneInfo, days: Sequence[date]) -> None:
    if not days:
        return
    fresh = _made(connection, topic, zone, days)
    c, key = _days.c, {"topic": topic, "zone": zone.key}
    held = {
        row.day: {"share": row.share, "answered": row.answered}
        for row in _of_days(connection, topic, zone, days[0], days[-1])
    }
    stale = [day for day in days if day in held and held[day] != fresh.get(day)]
    for some in _batches(stale):
        mine = (c.topic == topic, c.zone == zone.key, c.day.in_(some))
        connection.execute(delete(_days).where(*mine))
    if new := [key | {"day": day} | row for day, row in fresh.items() if held.get(day) != row]:
        connection.execute(_days.insert(), new)


def _made(
    connection: Connection, topic: str, zone: ZoneInfo, days: Sequence[date]
) -> dict[date, dict[str, Any]]:
    """What is kept of each of the days, which are in order, about which a source was asked."""
    answers, timely = answers_and_timely(connection, topic, days, zone)
    named = _named(connection, topic, days[0] - RUN_UP, days[-1])
    answered = _answered(connection, topic, zone, days[0], days[-1])
    asked = {day for held in answers.values() for day in held} | answered
    return {
        day: {
            "share": collected_share(day, answers, named, timely),
            "answered": day in answered,
        }
        for day in days
        if day in asked
    }


def _named(
    connection: Connection, topic: str, first: date, last: date
) -> dict[tuple[str, str], dict[date, int]]:
    """Links of each day by source, as `db.coverage` counts them."""
    c = _sources.c
    mine = (c.topic == topic, c.day.between(first, last))
    found: dict[tuple[str, str], dict[date, int]] = {}
    for source, day, links in connection.execute(select(c.source, c.day, c.links).where(*mine)):
        found.setdefault((source, ""), {})[day] = links
    return found


def _answered(
    connection: Connection, topic: str, zone: ZoneInfo, first: date, last: date
) -> set[date]:
    c, span = _answers.c, Window.of_days(first, last, zone)
    touches = (c.window_start < span.end, c.window_end > span.start)
    query = select(c.window_start, c.window_end).where(c.topic == topic, *touches)
    days: set[date] = set()
    for start, end in connection.execute(query.where(c.status.in_(ANSWERED)).distinct()):
        day = max(first, start.astimezone(zone).date())
        end_day = min(last, (end - timedelta(microseconds=1)).astimezone(zone).date())
        days.update(days_between(day, end_day))
    return days
