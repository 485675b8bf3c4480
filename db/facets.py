"""How many articles there are of each outlet, country, language and genre together, from roll-ups.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from dataclasses import dataclass, replace

from sqlalchemy import func, select

from db.periods import month, whole_periods
from db.queries import Filters, chosen, reading
from db.session import Store
from db.tables import OutletDayRow, OutletPeriodRow
from db.upsert import table_of

DIMENSIONS = ("country", "host", "language", "genre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Articles that have the same value in every dimension."""

    country: str
    host: str
    language: str
    genre: str
    articles: int


def cells(engine: Store, filters: Filters) -> tuple[Cell, ...]:
    """Of the days of the filters, whatever their values: those are left to the caller."""
    months, days = table_of(OutletPeriodRow), table_of(OutletDayRow)
    (low, high), edges = whole_periods(filters.first, filters.last, month)
    anytime = Filters(topic=filters.topic, count_by=filters.count_by)
    within = (months.c.start >= low, months.c.start < high, months.c.genre != "")  # "": of all
    parts = [(months, (*chosen(months, anytime), months.c.step == "month", *within))]
    parts += [(days, chosen(days, replace(anytime, first=a, last=b))) for a, b in edges]
    found = []
    with reading(engine) as connection:
        for table, where in parts:
            keys = [table.c[name] for name in DIMENSIONS]
            query = select(*keys, func.sum(table.c.articles)).where(*where).group_by(*keys)
            for *values, articles in connection.execute(query):
                named = dict(zip(DIMENSIONS, values, strict=True))
                found.append(Cell(**named, articles=int(articles)))
    return tuple(found)
