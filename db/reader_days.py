"""Who read the articles of a day, and between which thresholds: kept with the counts of the day.

Of every article, as each has a reading in force or none; undated ones are kept under `UNDATED`.
"""

from collections import Counter
from datetime import date, datetime

import numpy as np
from sqlalchemy import Connection

from db.day_readings import Identity, IDs, Readings
from db.renew import replace_rows
from db.tables import ReaderDayRow, ThresholdDayRow
from db.upsert import table_of

_readers, _thresholds = table_of(ReaderDayRow), table_of(ThresholdDayRow)


class ReadersOfDay:
    """By the readings in force of the articles that were added, each once."""

    def __init__(self) -> None:
        self.read, self.unread = Counter[Identity](), Counter[Identity]()
        self.newest: dict[Identity, datetime] = {}
        self.thresholds: dict[str, tuple[float, float]] = {}  # of a frame: lowest, highest

    def add(self, read: Readings, articles: IDs) -> None:
        rows = read.in_force(articles)
        in_force = np.zeros(len(read.identity), bool)
        in_force[rows[rows >= 0]] = True
        for at, who in enumerate(read.identities):
            mine = in_force & (read.identity == at)
            if not mine.any():
                continue
            self.read[who] += int(np.count_nonzero(mine & ~read.unread))
            self.unread[who] += int(np.count_nonzero(mine & read.unread))
            newest = max(read.read_at[row] for row in np.flatnonzero(mine))
            self.newest[who] = max(newest, self.newest.get(who, newest))
        for frame, threshold, rows in read.thresholds:
            if in_force[rows].any():
                low, high = self.thresholds.get(frame, (threshold, threshold))
                self.thresholds[frame] = min(low, threshold), max(high, threshold)

    def keep(self, connection: Connection, topic: str, day: date) -> Counter[str]:
        readers = {
            (topic, day, *who, self.read[who], self.unread[who], newest)
            for who, newest in self.newest.items()
        }
        thresholds = {(topic, day, frame, *ends) for frame, ends in self.thresholds.items()}
        tally = Counter[str]()
        for table, rows in ((_readers, readers), (_thresholds, thresholds)):
            here = (table.c.topic == topic, table.c.day == day)
            tally.update(replace_rows(connection, table, here, rows))
        return tally
