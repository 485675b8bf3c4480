"""From articles to readings: what the reader in force has not read, and no more than is needed.

A changed codebook leaves most frames as they were. Where the newest reading of a text differs by
its codebook alone, only the frames whose entries changed are scored; the rest is copied.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from db import codebooks, readings
from db.readings import PendingArticle
from framewatch.desk import Desk
from framewatch.story import Reading
from models.repeats import ReadOnce

if TYPE_CHECKING:
    from models.reader import Reader

log = logging.getLogger(__name__)

ARTICLES_AT_ONCE = 16  # read and stored together: a kill loses at most this much work


def classify(
    desk: Desk,
    topic: str,
    now: datetime,
    days: tuple[date, date] | None = None,
    *,
    again: bool = False,
) -> dict[str, int]:
    """Read every whole article (of days) that the reader of today has not read as it is now.

    again: also those that it has read, and another reader since, so that its reading is in force.

    Returns the numbers of articles read, unread (with a reason), and read in part: those for which
    a changed codebook left something as it was.
    """
    from models.issue_frames import coded_folder
    from models.reader import open_reader  # heavy: loads the encoder

    coded = coded_folder(desk.settings.home, topic)
    reader = open_reader(desk.settings.encoder, desk.topic(topic), coded)
    reads = Changed(desk, reader)
    with desk.store.begin() as connection:
        kept = reader.codebook
        codebooks.keep_codebook(connection, kept.sha256, kept.entries, now)
    with desk.store.begin() as connection:  # of its own: it may read many texts, and writes nothing
        pending = readings.articles_to_read(connection, topic, reader.identity, days, again=again)
    tally: Counter[str] = Counter()
    with desk.progress("classify", len(pending)) as tick:
        for first in range(0, len(pending), ARTICLES_AT_ONCE):
            batch = pending[first : first + ARTICLES_AT_ONCE]
            read = reads.read(batch)
            with desk.store.begin() as connection:
                for item, reading in zip(batch, read, strict=True):
                    readings.save_reading(connection, item.id, reading, now, again=again)
                    tally["unread" if reading.unread else "read"] += 1
            tick(len(batch))
    tally.update({"in part": reads.in_part} if reads.in_part else {})
    log.info("classify %s: %s; %s repeated", topic, dict(tally), reads.once.repeated)
    return dict(tally)


class Changed:
    """Reads articles, those read before in part."""

    def __init__(self, desk: Desk, reader: "Reader") -> None:
        self._desk, self._reader = desk, reader
        self.once = ReadOnce(reader)
        self.in_part = 0
        self._entries = cache(self._kept)

    def read(self, batch: Sequence[PendingArticle]) -> list[Reading]:
        """One reading per article, in order."""
        with self._desk.store.begin() as connection:
            known = [readings.reading_in_force(connection, item.id) for item in batch]
        affected = [self._affected(reading) for reading in known]
        whole = [item.article for item, some in zip(batch, affected, strict=True) if some is None]
        fresh = iter(self.once.read(whole))
        found = []
        for item, reading, some in zip(batch, known, affected, strict=True):
            if reading is None or some is None:
                found.append(next(fresh))
                continue
            found.append(self._reader.read_changed(item.article, reading, some))
            self.in_part += not (reading.unread or found[-1].unread)  # else it was read whole
        return found

    def _affected(self, known: Reading | None) -> frozenset[str] | None:
        entries = self._entries(known.reader.codebook_sha256) if known else None
        if known is None or entries is None:
            return None
        return self._reader.affected(known.reader, entries)

    def _kept(self, sha256: str) -> str | None:
        with self._desk.store.begin() as connection:
            return codebooks.entries_of(connection, sha256)
