"""A store that changes by chance, as collection, readers and identity change it."""

import hashlib
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from db.publish import rebuild
from db.session import Store
from db.tables import (
    ArticleRow,
    CrossingDayRow,
    EvidenceRow,
    FrameScoreRow,
    OriginalRow,
    OutletDayRow,
    OutletMonthRow,
    OutletPartRow,
    OutletPeriodRow,
    ReaderDayRow,
    ReadingRow,
    RepublicationRow,
    TargetScoreRow,
    ThresholdDayRow,
    TrendPeriodRow,
)
from db.upsert import table_of
from framewatch.story import Proof
from tests.newsroom_store import NOW, TOPIC, Desk, Draft, put

DESKS = (
    Desk("crest", "The Crest", "AU"),
    Desk("dune", "Dune", "AU"),
    Desk("elm", "The Elm", "GB"),
    Desk("elm", "The Elm", "FR", language="fr"),  # one outlet in two countries
    Desk("firth", "Firth", "GB"),
    Desk("firth", "Firth", "GB", language="cy"),  # and one in two languages
    Desk("gale", "Gale", ""),  # nobody knows where
)
FIRST = date(2025, 1, 27)  # a Monday; the first of February is in its week
DAYS = 40
FRAMES = ("conflict", "economic", "morality")
DERIVED = (
    OutletDayRow,
    OriginalRow,
    OutletPeriodRow,
    OutletPartRow,
    OutletMonthRow,
    TrendPeriodRow,
    ReaderDayRow,
    ThresholdDayRow,
    CrossingDayRow,
)


class World:
    """The same changes for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number = 0

    def change(self, connection: Connection, times: int = 1) -> None:
        """Something happens; mostly articles arrive."""
        kinds = (self.arrive, self.read, self.edit, self.move, self.group, self.trace, self.untrace)
        for _ in range(times):
            self.chance.choices(kinds, (6, 2, 1, 1, 2, 3, 1))[0](connection)

    def arrive(self, connection: Connection) -> None:
        chance = self.chance
        day = FIRST + timedelta(days=chance.randrange(DAYS)) if chance.random() < 0.95 else None
        draft = Draft(
            desk=chance.choice(DESKS),
            day=day,
            title=f"Story {self.number}",
            frames=tuple(f for f in FRAMES if chance.random() < 0.4),
            tone=chance.gauss(0, 0.3),
            unread="" if chance.random() < 0.9 else "language",
            extra={
                "genre": chance.choice(("news", "news", "opinion")),
                "complete": chance.random() < 0.9,
                "stored_at": NOW + timedelta(hours=self.number),
            },
        )
        put(connection, draft, self.number)
        self.number += 1

    def read(self, connection: Connection) -> None:
        """Another reader reads an article."""
        article = self._any(connection)
        if article is None:
            return
        self.number += 1
        reading = {
            "article_id": article.id,
            "text_sha256": article.text_sha256,
            "model": "other",
            "revision": str(self.number),
            "weights_sha256": "",
            "codebook_sha256": "",
            "unread": "",
            "read_at": NOW + timedelta(hours=self.number),
        }
        statement = insert(ReadingRow).values(**reading).returning(ReadingRow.id)
        made = connection.execute(statement).scalar_one()
        threshold = (4 + self.number % 3) / 10
        for frame in FRAMES if self.chance.random() < 0.9 else ():  # some know no frame
            score = {"reading_id": made, "frame": frame, "probability": 0.5, "threshold": threshold}
            row = score | {"present": self.chance.random() < 0.5}
            connection.execute(insert(FrameScoreRow), row)
            for start, voice in enumerate(("outlet", "quoted")[: self.number % 3]):
                row = {"reading_id": made, "kind": "frame", "about": frame, "start": start}
                row |= {"end": 9, "score": 0.5, "voice": voice, "speaker": ""}  # none is better
                connection.execute(insert(EvidenceRow), row)
        share = self.chance.random()
        scores = {"positive": share, "negative": 1 - share, "neutral": 0.0}
        row = {"reading_id": made, "target": "deepseek", "mentions": 1} | scores
        connection.execute(insert(TargetScoreRow), row)

    def edit(self, connection: Connection) -> None:
        """An article's text changes: its readings are of another text now."""
        self.number += 1
        self._update(connection, text_sha256=hashlib.sha256(b"%d" % self.number).hexdigest())

    def move(self, connection: Connection) -> None:
        """What an article counts under changes."""
        day = FIRST + timedelta(days=self.chance.randrange(DAYS))
        changes: tuple[dict[str, Any], ...] = ({"day": day}, {"genre": "analysis"}, {"day": None})
        self._update(connection, **self.chance.choice(changes))

    def group(self, connection: Connection) -> None:
        """An article joins another's group, or leaves all."""
        other = self._any(connection)
        alone = self.chance.random() < 0.2
        self._update(connection, cluster_id=None if alone or other is None else other.id)

    def trace(self, connection: Connection) -> None:
        """An article turns out to be another's copy, or that of one not held."""
        article, original = self._any(connection), self._any(connection)
        if article is None or original is None or article.id == original.id:
            return
        self.untrace(connection, article.id)
        held = self.chance.random() < 0.7
        row = {
            "article_id": article.id,
            "original_id": original.id if held else None,
            "original_outlet": original.host if held else "hazel",
            "original_country": original.country if held else "NZ",
            "original_day": None if held else FIRST + timedelta(days=self.chance.randrange(DAYS)),
            "original_url": "",
            "proof": self.chance.choice(list(Proof)).value if held else Proof.NOTE.value,
            "evidence": "",
            "similarity": None,
            "same_owner": None,
        }
        connection.execute(insert(RepublicationRow), row)

    def untrace(self, connection: Connection, article_id: int | None = None) -> None:
        article = self._any(connection) if article_id is None else None
        number = article.id if article else article_id
        entry = table_of(RepublicationRow)
        connection.execute(delete(entry).where(entry.c.article_id == number))

    def _update(self, connection: Connection, **values: Any) -> None:
        article = self._any(connection)
        if article is not None:
            mine = update(ArticleRow).where(ArticleRow.id == article.id)
            connection.execute(mine.values(**values))

    def _any(self, connection: Connection) -> Any:
        c = table_of(ArticleRow).c
        ids = connection.scalars(select(c.id).where(c.topic == TOPIC).order_by(c.id)).all()
        if not ids:
            return None
        row = select(c.id, c.host, c.country, c.text_sha256)
        return connection.execute(row.where(c.id == self.chance.choice(ids))).one()


def derived(connection: Connection) -> dict[str, set[tuple[Any, ...]]]:
    """Every row that publishing makes."""
    tables = [table_of(row_class) for row_class in DERIVED]
    return {table.name: {tuple(r) for r in connection.execute(select(table))} for table in tables}


def wipe(connection: Connection) -> None:
    for row_class in DERIVED:
        connection.execute(delete(table_of(row_class)))


def same_as_rebuilt(store: Store) -> None:
    with store.begin() as connection:
        kept_up = derived(connection)
        assert kept_up["outlet_days"]
        wipe(connection)
        rebuild(connection, TOPIC, NOW)
        assert derived(connection) == kept_up


LATER = datetime(2026, 1, 1, tzinfo=UTC)
