"""How far a page of the list reaches back, from counts: so that what is rare is not searched for.

A walk over articles from the newest on finds the next 25 of a common frame at once, and of a rare
one, or of an outlet that never carried it, only after all articles. The kept counts say on which
days they are, and of which outlets. They say it of what is published: while changes wait to be
(`changes`, `dirty_days`), lists are walked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    and_,
    column,
    false,
    literal,
    select,
    values,
)

from db import tiers
from db.crossed import Asked, days_with
from db.day_counts import frame_days, tone_days
from db.periods import days_of, week
from db.queries import Filters, reading, volumes
from db.session import Store
from db.tables import ChangeRow, Code, DirtyDayRow
from db.tiers import frame_moments, tone_moments
from db.upsert import table_of

FEW = 2  # days: so near, a walk is short, and needs no sort
MOST_WEEKS = 16  # asked for at once: older SQLites take 999 values in a query


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a page of the list is of: a frame, a target, or with neither just the filters'."""

    filters: Filters
    frame: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """It begins within the day; None: at the newest or the oldest."""

    day: date | None
    backwards: bool
    size: int


@dataclass(frozen=True, slots=True)
class Reach:
    """A condition on articles that holds for all on the page.

    scattered: of single days and outlets. They are to be looked up first and put in order then:
    SQLite would sooner go through all articles in order than sort a few.
    """

    where: ColumnElement[bool]
    scattered: bool


def reach(engine: Store, sought: Sought, page: Page, unit: FromClause) -> Reach | None:
    """Where the articles of `unit` on the page are; None: it is not known."""
    with reading(engine) as connection:
        if _waiting(connection, sought.filters.topic):
            return None
    within = _beyond(sought.filters, page)
    cells: list[tuple[date, str]] = []
    counted = days = 0
    for day, hosts in _days(engine, replace(sought, filters=within), page):
        cells += [(day, host) for host in hosts]
        days += 1
        counted += sum(hosts.values()) if day != page.day else 0
        if counted >= page.size:
            break
    if counted >= page.size and days <= FEW:
        edge = cells[-1][0]
        return Reach(unit.c.day <= edge if page.backwards else unit.c.day >= edge, False)
    if not cells:
        return Reach(false(), True)
    # A table to go through, so that each is looked up: of a condition, SQLite takes the days and
    # the outlets apart, and looks up all of both.
    wanted = values(column("day", Date), column("host", Code), name="wanted").data(cells).cte()
    return Reach(and_(unit.c.day == wanted.c.day, unit.c.host == wanted.c.host), True)


def _waiting(connection: Connection, topic: str) -> bool:
    tables = map(table_of, (ChangeRow, DirtyDayRow))
    found = (select(literal(1)).where(table.c.topic == topic).limit(1) for table in tables)
    return any(connection.execute(query).first() is not None for query in found)


def _beyond(filters: Filters, page: Page) -> Filters:
    if page.day is None:
        return filters
    if page.backwards:
        return replace(filters, first=max(page.day, filters.first or page.day))
    return replace(filters, last=min(page.day, filters.last or page.day))


def _days(engine: Store, sought: Sought, page: Page) -> Iterator[tuple[date, dict[str, int]]]:
    """The days that have any, in the order of the page, and how many each outlet has."""
    weeks = sorted(_weeks(engine, sought), reverse=not page.backwards)
    for some in _more_and_more(weeks):
        among = [day for start in some for day in days_of(week(start))]
        held: dict[date, dict[str, int]] = {}
        for day, outlet, number in _counted(engine, sought, among):
            if number:
                held.setdefault(day, {})[outlet] = number
        for day in sorted(held, reverse=not page.backwards):
            yield day, held[day]


def _more_and_more(weeks: Sequence[date]) -> Iterator[Sequence[date]]:
    """One, four, sixteen: what is common is found in the first, what is rare not in many steps."""
    done, size = 0, 1
    while done < len(weeks):
        yield weeks[done : done + size]
        done, size = done + size, min(4 * size, MOST_WEEKS)


def _counted(
    engine: Store, sought: Sought, among: Sequence[date]
) -> Iterator[tuple[date, str, int]]:
    """How many there are of an outlet's day."""
    filters, frame, target = sought.filters, sought.frame, sought.target
    if frame:
        among = days_with(engine, filters, Asked("frame", (frame,)), among)
        counts = frame_days(engine, filters, frame, among).get(frame, ())
        return ((count.day, count.outlet, count.k) for count in counts)
    if target:
        among = days_with(engine, filters, Asked("target", others=(target,)), among)
        tones = tone_days(engine, filters, target, among).get(target, ())
        return ((tone.day, tone.outlet, tone.n) for tone in tones)
    held = volumes(engine, filters, among)
    return ((volume.day, volume.outlet, volume.articles) for volume in held)


def _weeks(engine: Store, sought: Sought) -> set[date]:
    """Those that have any."""
    filters, frame, target = sought.filters, sought.frame, sought.target
    if frame:
        found = frame_moments(engine, filters, "week", frame).get(frame, ())
        return {moments.start for moments in found if moments.total > 0}
    if target:
        return {m.start for m in tone_moments(engine, filters, "week", target).get(target, ())}
    return {volume.start for volume in tiers.volumes(engine, filters, "week")}
