"""A newsroom of which a part was coded by hand and one week was partly collected; and a shift."""

import hashlib
import random
from datetime import date, timedelta

from sqlalchemy import Engine, select, update

from db import coded
from db.coded import CodedUnit
from db.publish import publish
from db.session import open_store
from db.tables import AnswerRow, ArticleRow, ReadingRow
from db.upsert import table_of
from framewatch.sampling import Drawn
from tests import coded_store, newsroom_store
from tests.made_once import made_once, migrate
from tests.newsroom_store import FIRST, NOW, TODAY, TOPIC

FRAME = "economic"
PARTIAL = date(2025, 2, 24)  # the week of which only three days of seven were answered for
DRAWN = Drawn(first=FIRST, last=TODAY).code
TURN = date(2025, 1, 6)  # of the shift


@made_once
def fill(url: str, coded_of: int = 110) -> Engine:
    """The newsroom, with so many articles coded for `FRAME`; a writing engine."""
    engine = newsroom_store.fill(url)
    articles, answers = table_of(ArticleRow), table_of(AnswerRow)
    chance = random.Random(1)
    query = select(articles).where(articles.c.day.is_not(None)).order_by(articles.c.id)
    with engine.begin() as connection:
        units = [
            CodedUnit(
                article_id=row.id,
                text_sha256=row.text_sha256,
                frame=FRAME,
                coder="ada",
                present=("Investors counted" in row.text) is (chance.random() < 0.85),
                sample=DRAWN,
                coded_at=NOW,
                codebook_sha256="c1",
            )
            for row in connection.execute(query.limit(coded_of))
        ]
        coded.save_units(connection, TOPIC, units)
        for row in connection.execute(select(answers)).all():
            day = (row.window_start + timedelta(hours=12)).date()
            if PARTIAL <= day < PARTIAL + timedelta(days=4):
                change = update(answers).where(answers.c.id == row.id)
                connection.execute(change.values(status="unavailable"))
    return engine


@made_once
def fill_shifted(url: str) -> Engine:
    """Twenty weeks of two outlets; from `TURN` on, 60 % carry `FRAME` instead of 20 %."""
    migrate(url)
    engine = open_store(url)
    told = [
        coded_store.Told(
            outlet=("herald", "wire")[i % 2],
            day=TURN + timedelta(days=7 * week + i % 7),
            frames=(coded_store.FRAME,) if i < (6 if week < 0 else 18) else (),
        )
        for week in range(-12, 8)
        for i in range(30)
    ]
    articles, readings = table_of(ArticleRow), table_of(ReadingRow)
    with engine.begin() as connection:
        coded_store.fill(connection, told)
        for row in connection.execute(select(articles)).all():
            text = hashlib.sha256(f"{row.title}\n\n{row.text}".encode()).hexdigest()
            for table, key in ((articles, articles.c.id), (readings, readings.c.article_id)):
                connection.execute(update(table).where(key == row.id).values(text_sha256=text))
        publish(connection, TOPIC, NOW)
    return engine
