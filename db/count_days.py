"""All that is kept of a day, made of its articles and their readings, which are read once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, literal, select, union_all

from db.counting import UNDATED, published
from db.crossings import PLACE, Unit, crossed_day, keep_arrays, readers_told
from db.day_readings import DayReadings, Identity, day_readings, readings
from db.reader_days import ReadersOfDay
from db.renew import Row, replace_rows
from db.tables import ArticleRow, OutletDayRow
from db.upsert import table_of
from framewatch.story import CountBy

AT_ONCE = 20_000  # articles without a day that are read at once

_articles, _volumes = table_of(ArticleRow), table_of(OutletDayRow)

Ways = dict[CountBy, list[Unit]]


def count_day(connection: Connection, topic: str, day: date) -> Counter[str]:
    """Make the rows of a day anew; how many were written, and how many are gone."""
    if day == UNDATED:
        return _count_undated(connection, topic)
    ways = _units(connection, topic, day)
    read = day_readings(connection, sorted({unit[-1] for held in ways.values() for unit in held}))
    readers = ReadersOfDay()
    readers.add(read, (unit[-1] for unit in ways[CountBy.HOST]))  # every article of the day
    tally = _keep_volumes(connection, topic, day, ways, read)
    tally.update(readers.keep(connection, topic, day))
    tally.update(keep_arrays(connection, topic, day, crossed_day(ways, read)))
    return tally


def _units(connection: Connection, topic: str, day: date) -> Ways:
    """What counts on the day, in each way of counting."""
    queries = []
    for by in CountBy:
        unit = published(topic, by)
        columns = (unit.c[name] for name in (*PLACE, "article_id"))
        queries.append(select(literal(by.value), *columns).where(unit.c.day == day))
    found: dict[str, list[Unit]] = {by.value: [] for by in CountBy}
    for row in connection.execute(union_all(*queries)).all():
        found[row[0]].append(tuple(row[1:]))
    return {by: found[by.value] for by in CountBy}


def _keep_volumes(
    connection: Connection, topic: str, day: date, ways: Ways, read: DayReadings
) -> Counter[str]:
    coded = {article for article, row in read.in_force.items() if not read.unread[row]}
    fresh: set[Row] = set()
    for by, units in ways.items():
        every = Counter(unit[:-1] for unit in units)
        mine = Counter(unit[:-1] for unit in units if unit[-1] in coded)
        fresh.update((topic, by.value, day, *at, n, mine[at]) for at, n in every.items())
    c = _volumes.c  # kept by way of counting, then day
    here = (c.topic == topic, c.count_by.in_(list(CountBy)), c.day == day)
    return replace_rows(connection, _volumes, here, fresh)


def _count_undated(connection: Connection, topic: str) -> Counter[str]:
    """Nothing is counted of articles without a day; who read them is told."""
    c, readers = _articles.c, ReadersOfDay()
    newest: dict[tuple[str, Identity], int] = {}
    undated = select(c.id).where(c.topic == topic, c.day.is_(None)).order_by(c.id)
    for articles in _batches(connection.scalars(undated).all()):
        read = readings(connection, articles)
        readers.add(read, articles)
        for (_, who), reading in read.newest(articles).items():  # of no cell: so without labels
            newest["", who] = max(reading, newest.get(("", who), 0))
    tally = readers.keep(connection, topic, UNDATED)
    told = [readers_told(CountBy.HOST, newest)]
    tally.update(keep_arrays(connection, topic, UNDATED, told))
    return tally


def _batches(articles: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(articles), AT_ONCE):
        yield articles[first : first + AT_ONCE]
