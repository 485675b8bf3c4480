"""Nine weeks of three outlets that differ clearly, hardly, and too little to say."""

from datetime import date, timedelta

from sqlalchemy import Engine

from db.publish import publish
from db.session import open_store
from tests import coded_store
from tests.coded_store import FRAME, Told
from tests.made_once import made_once, migrate
from tests.newsroom_store import NOW, TOPIC

FIRST = date(2025, 1, 6)
WEEKS = 9


@made_once
def fill(url: str) -> Engine:
    """A writing engine."""
    migrate(url)
    engine = open_store(url)
    put(engine)
    return engine


def put(engine: Engine) -> None:
    """Into an empty store."""
    with engine.begin() as connection:
        coded_store.fill(connection, told())
        publish(connection, TOPIC, NOW)


def told() -> list[Told]:
    """Every week: herald frames 8 of 10 articles, wire 2 of 10; post has one article, as quoted."""
    articles = []
    for day, at in ((FIRST + timedelta(weeks=w), w) for w in range(WEEKS)):
        for i in range(10):
            within = day + timedelta(days=i % 5)
            articles += [_herald(within, i), _wire(within, i)]
        articles.append(_post(day, at))
    return articles


def _herald(day: date, i: int) -> Told:
    framed, wobble = i < 8, 0.05 * (i % 3)
    return Told(
        outlet="herald",
        day=day,
        frames=(FRAME, "conflict") if framed else (),
        tones={"deepseek": (-0.5 if framed else 0.1) + wobble, "china": -0.2 + wobble},
        voice="quoted" if i % 4 == 3 else "outlet",
    )


def _wire(day: date, i: int) -> Told:
    framed, wobble = i < 2, 0.05 * (i % 3)
    return Told(
        outlet="wire",
        day=day,
        country="GB",
        frames=(FRAME,) if framed else ("conflict",) if i % 2 else (),
        tones={"deepseek": 0.2 + wobble},
        genre="opinion" if i % 3 == 0 else "news",
    )


def _post(day: date, week: int) -> Told:
    framed = (FRAME,) if week % 2 else ()
    return Told(
        outlet="post",
        day=day,
        country="FR",
        language="fr",
        frames=framed,
        tones={"deepseek": 0.4},
        voice="quoted",
    )
