"""All that is kept of a day, made of its articles and their readings, which are read once."""

from collections import Counter
from datetime import date

import numpy as np
from sqlalchemy import Connection, select

from db.bulk import Row
from db.counting import UNDATED, published
from db.crossings import PLACE, Units, crossed_day, keep_arrays, readers_told
from db.day_readings import DayReadings, Identity, day_readings, readings
from db.reader_days import ReadersOfDay
from db.renew import replace_rows
from db.tables import ArticleRow, OutletDayRow
from db.upsert import table_of
from framewatch.story import CountBy

AT_ONCE = 20_000  # articles without a day that are read at once

_articles, _volumes = table_of(ArticleRow), table_of(OutletDayRow)

Ways = dict[CountBy, Units]


def count_day(connection: Connection, topic: str, day: date) -> Counter[str]:
    """Make the rows of a day anew; how many were written, and how many are gone."""
    if day == UNDATED:
        return _count_undated(connection, topic)
    ways = _units(connection, topic, day)
    every = np.concatenate([units.article for units in ways.values()])
    read = day_readings(connection, np.unique(every))
    readers = ReadersOfDay()
    readers.add(read, ways[CountBy.HOST].article)  # every article of the day
    tally = _keep_volumes(connection, topic, day, ways, read)
    tally.update(readers.keep(connection, topic, day))
    tally.update(keep_arrays(connection, topic, day, crossed_day(ways, read)))
    return tally


def _units(connection: Connection, topic: str, day: date) -> Ways:
    """What counts on the day, in each way of counting.

    What comes between these queries has left a change, and the day is counted again.
    """
    found = {}
    for by in CountBy:
        unit = published(topic, by).c
        query = select(unit.article_id, *(unit[name] for name in PLACE)).where(unit.day == day)
        found[by] = Units.of(connection.execute(query).all())
    return found


def _keep_volumes(
    connection: Connection, topic: str, day: date, ways: Ways, read: DayReadings
) -> Counter[str]:
    fresh: set[Row] = set()
    for by, units in ways.items():
        rows = read.in_force(units.article)
        coded = (rows >= 0) & ~np.append(read.unread, True)[rows]  # -1: the one appended
        counts = (np.bincount(units.place, held) for held in (None, coded))
        every, mine = (count.astype(int).tolist() for count in counts)
        at = zip(units.places, every, mine, strict=True)
        fresh.update((topic, by.value, day, *place, *numbers) for place, *numbers in at)
    c = _volumes.c  # kept by way of counting, then day
    here = (c.topic == topic, c.count_by.in_(list(CountBy)), c.day == day)
    return replace_rows(connection, _volumes, here, fresh)


def _count_undated(connection: Connection, topic: str) -> Counter[str]:
    """Nothing is counted of articles without a day; who read them is told."""
    c, readers = _articles.c, ReadersOfDay()
    newest: dict[tuple[str, Identity], int] = {}
    undated = select(c.id).where(c.topic == topic, c.day.is_(None)).order_by(c.id)
    ids = np.array(connection.scalars(undated).all(), np.int64)
    for articles in np.split(ids, range(AT_ONCE, len(ids), AT_ONCE)):
        read = readings(connection, articles)
        readers.add(read, articles)
        for (_, who), reading in read.newest(articles).items():  # of no cell: so without labels
            newest["", who] = max(reading, newest.get(("", who), 0))
    tally = readers.keep(connection, topic, UNDATED)
    told = [readers_told(CountBy.HOST, newest)]
    tally.update(keep_arrays(connection, topic, UNDATED, told))
    return tally
