"""Collection day by day, as the calendar of a page shows it: sources, outlets and how links ended.

Nothing here writes; see `db.queries` for what the functions have in common, `db.days` for how
windows become days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from db.alerts import alerts as alerts_of
from db.collection import links_by_outcome, links_by_source
from db.coverage import answers_of
from db.days import RUN_UP, DayAnswer, comparable, usual
from db.queries import reading
from db.session import Store
from db.signals import Missed, missed
from db.tables import LinkRow, SightingRow
from db.upsert import table_of
from framewatch.story import Alert

_links, _seen = table_of(LinkRow), table_of(SightingRow)

Days = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class SourceDay:
    """A day of a source that was asked about it, or named links of it."""

    answer: DayAnswer | None  # None: nobody asked
    found: int  # links of the day that it named
    expected: float | None  # what is usual on this weekday; None where too little is known


def source_days(
    engine: Store,
    topic: str,
    zone: ZoneInfo,
    first: date,
    last: date,
    at: datetime | None = None,
) -> dict[str, dict[date, SourceDay]]:
    """By source, the days from first to last of which something is known (or was, `at` then)."""
    with reading(engine) as connection:
        answers = answers_of(connection, topic, first - RUN_UP, last, zone, at=at)
        links = _named(connection, topic, (first - RUN_UP, last), at)
    return {
        source: {
            day: SourceDay(
                answers.get(source, {}).get(day),
                links.get(source, {}).get(day, 0),
                usual(comparable(day, answers.get(source, {})), links.get(source, {})),
            )
            for day in sorted({*answers.get(source, {}), *links.get(source, {})})
            if first <= day <= last
        }
        for source in sorted({*answers, *links})
    }


def outlet_days(engine: Store, topic: str, first: date, last: date) -> Mapping[str, Days]:
    """By outlet, the links of each day, whichever source named them."""
    keys = (_links.c.outlet, _links.c.day)
    query = (
        select(*keys, func.count())
        .where(_links.c.topic == topic, _links.c.day.between(first, last))
        .group_by(*keys)
    )
    found: dict[str, dict[date, int]] = {}
    with reading(engine) as connection:
        for outlet, day, n in connection.execute(query).tuples():
            found.setdefault(outlet, {})[day] = n
    return found


def ends(engine: Store, topic: str, first: date, last: date) -> dict[date, dict[str, int]]:
    """By day, how many links ended how; those under way under the empty outcome."""
    with reading(engine) as connection:
        return links_by_outcome(connection, topic, first, last)


def alerts(engine: Store, topic: str, first: date, last: date) -> list[Alert]:
    """What was found wrong with the days, the newest first."""
    with reading(engine) as connection:
        return alerts_of(connection, topic, first, last)


def headlines(engine: Store, topic: str, first: date, last: date) -> list[Missed]:
    """What services that are not followed named, and what is held of it, by outlet and day."""
    with reading(engine) as connection:
        return missed(connection, topic, first, last)


def _named(
    connection: Connection, topic: str, days: tuple[date, date], at: datetime | None
) -> Mapping[str, Days]:
    """By source, the links of each day that it named (by then: counted one by one)."""
    if at is None:
        return links_by_source(connection, topic, *days)
    keys = (_seen.c.source, _links.c.day)
    query = (
        select(*keys, func.count())
        .join_from(_links, _seen, _seen.c.link_id == _links.c.id)
        .where(_links.c.topic == topic, _links.c.day.between(*days), _seen.c.found_at <= at)
        .group_by(*keys)
    )
    found: dict[str, dict[date, int]] = {}
    for source, day, n in connection.execute(query).tuples():
        found.setdefault(source, {})[day] = n
    return found
