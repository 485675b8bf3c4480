"""A small newsroom in a store: ten weeks of invented coverage with every kind of gap.

Four outlets write from Monday 6 January to Wednesday 12 March 2025 (`TODAY`). In the week of
3 February nobody collected; in that of 17 February sources answered and nothing was published.
"""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert

from db.publish import publish
from db.session import open_store
from db.tables import (
    AnswerRow,
    ArticleRow,
    EvidenceRow,
    FrameScoreRow,
    LinkRow,
    PageRow,
    ReadingRow,
    TargetScoreRow,
)
from tests.made_once import made_once, migrate

TOPIC = "deepseek"
TODAY = date(2025, 3, 12)
NOW = datetime(2025, 3, 12, 3, 0, tzinfo=UTC)  # early afternoon in Sydney
FIRST = date(2025, 1, 6)
NO_COLLECTION, NO_COVERAGE = date(2025, 2, 3), date(2025, 2, 17)
FRAMES = {
    "conflict": (0.30, "Officials and the company traded accusations over the model on {day}."),
    "economic": (0.55, "Investors counted billions in losses as cheaper models arrived on {day}."),
    "human_interest": (0.15, "A student in Perth described how the app changed her evenings."),
    "morality": (0.12, "It is simply wrong, the column argued, to copy what others built."),
    "responsibility": (0.35, "The government should have acted earlier, the committee found."),
}
THRESHOLD = 0.5


@dataclass(frozen=True)
class Desk:
    """One outlet of the newsroom."""

    host: str
    name: str
    country: str
    language: str = "en"
    fictional: bool = False
    daily: float = 1.2


DESKS = (
    Desk("harbour", "The Harbour Courier", "AU", fictional=True, daily=1.6),
    Desk("acri", "Australia-China Relations Institute", "AU", daily=0.6),
    Desk("meridian", "Meridian Wire", "GB", fictional=True, daily=1.3),
    Desk("lantern", "灯塔日报", "HK", "zh", daily=0.3),
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An article to put in, with the frames it is to carry."""

    desk: Desk
    day: date | None
    title: str
    frames: tuple[str, ...] = ()
    url: str = ""
    tone: float = 0.0
    unread: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def fill(url: str, drafts: tuple[Draft, ...] | None = None) -> Engine:
    """Migrate the store at url, put the newsroom (or the drafts) in, publish; a writing engine."""
    return _newsroom(url) if drafts is None else _put_all(url, drafts)


@made_once
def _newsroom(url: str) -> Engine:
    return _put_all(url, newsroom())


def _put_all(url: str, drafts: tuple[Draft, ...]) -> Engine:
    migrate(url)
    engine = open_store(url)
    with engine.begin() as connection:
        for number, draft in enumerate(drafts):
            put(connection, draft, number)
        _ledger(connection)
        publish(connection, TOPIC, NOW)
    return engine


def newsroom() -> tuple[Draft, ...]:
    """The same drafts every time."""
    chance = random.Random(4)
    drafts = []
    for offset in range((TODAY - FIRST).days + 1):
        day = FIRST + timedelta(days=offset)
        if day - timedelta(days=day.weekday()) in (NO_COLLECTION, NO_COVERAGE):
            continue
        for desk in DESKS:
            for _ in range(_poisson(chance, desk.daily * (0.5 if day.weekday() > 4 else 1.1))):
                drafts.append(_draft(chance, desk, day, offset))
    return (*drafts, *odd_ones())


def odd_ones() -> tuple[Draft, ...]:
    """What pages must survive: hostile text, a re-publication, a teaser, no date."""
    harbour, acri = DESKS[0], DESKS[1]
    return (
        Draft(
            desk=harbour,
            day=date(2025, 3, 11),
            title='<script>alert("x")</script> =HYPERLINK("http://evil.example") \'"><b>',
            frames=("conflict",),
            url="javascript:alert(1)",
        ),
        Draft(
            desk=acri,
            day=date(2025, 3, 10),
            title="What does a cheap model mean for research?",
            frames=("economic", "responsibility"),
            extra={
                "original_outlet": "Crikey",
                "original_day": date(2025, 2, 4),
                "republication_note": "This article was originally published in Crikey.",
            },
        ),
        Draft(desk=acri, day=date(2025, 3, 9), title="A teaser", extra={"complete": False}),
        Draft(desk=acri, day=None, title="An undated note"),
    )


def put(connection: Connection, draft: Draft, number: int) -> int:
    """One article with its page, link and reading; returns its id."""
    url = draft.url or f"https://{draft.desk.host}.example/{number}"
    at = _instant(draft.day, number)
    page_id = _page(connection, url, number)
    text, spans = _text(draft)
    coded = f"{draft.title}\n\n{text}"
    values = _article(draft, url, at) | {
        "page_id": page_id,
        "text": text,
        "text_sha256": hashlib.sha256(coded.encode()).hexdigest(),
    }
    article_id = _insert(connection, ArticleRow, values | draft.extra)
    _link(connection, url, page_id, article_id)
    if draft.extra.get("complete", True):
        unread = draft.unread or ("language: zh" if draft.desk.language == "zh" else "")
        _reading(connection, article_id, values["text_sha256"], draft, spans, unread)
    return article_id


def _draft(chance: random.Random, desk: Desk, day: date, offset: int) -> Draft:
    mood = chance.gauss(0, 0.1) + 0.15 * (20 <= offset <= 40)
    carried = tuple(f for f, (share, _) in FRAMES.items() if chance.random() < share + mood)
    title = chance.choice(
        (
            "DeepSeek's new model unsettles the market",
            "Ministers weigh rules for DeepSeek",
            "What the cheaper model changes for schools",
            "Rivals question the cost of DeepSeek's training",
            "DeepSeek opens its weights again",
        )
    )
    return Draft(desk=desk, day=day, title=title, frames=carried, tone=chance.gauss(-0.1, 0.3))


def _text(draft: Draft) -> tuple[str, dict[str, tuple[int, int]]]:
    """The body, and where each frame's sentence stands in the coded text."""
    parts = ["DeepSeek was in the news again, and China answered its critics."]
    for frame in draft.frames:
        parts.append(FRAMES[frame][1].format(day=draft.day))
        parts.append("Analysts were divided about what follows.")
    parts.append("Nobody expects the question to be settled soon.")
    text, spans = "", {}
    for i, part in enumerate(parts):
        text += ("\n" if i in (1, 3) else " ") if text else ""
        start = len(draft.title) + 2 + len(text)
        text += part
        for frame in draft.frames:
            if part == FRAMES[frame][1].format(day=draft.day):
                spans[frame] = (start, start + len(part))
    return text, spans


def _article(draft: Draft, url: str, at: datetime | None) -> dict[str, Any]:
    return {
        "topic": TOPIC,
        "url": url,
        "title": draft.title,
        "language": draft.desk.language,
        "host": draft.desk.host,
        "host_name": draft.desk.name,
        "country": draft.desk.country,
        "authors": ["R. Lane"],
        "published_at": at,
        "published_offset": 0 if at else None,
        "published_day_only": False,
        "published_source": "json-ld" if at else "",
        "day": draft.day,
        "complete": True,
        "original_outlet": "",
        "original_day": None,
        "republication_note": "",
        "quotations": [],
        "fictional": draft.desk.fictional,
        "stored_at": NOW,
    }


def _reading(
    connection: Connection,
    article_id: int,
    text_sha256: str,
    draft: Draft,
    spans: dict[str, tuple[int, int]],
    unread: str,
) -> None:
    who = {
        "article_id": article_id,
        "text_sha256": text_sha256,
        "model": "minilm-frames",
        "revision": "r1",
        "weights_sha256": "53aa5117" + "0" * 56,
        "codebook_sha256": "c0de" + "0" * 60,
    }
    reading = _insert(connection, ReadingRow, who | {"unread": unread, "read_at": NOW})
    if unread:
        return
    for place, frame in enumerate(FRAMES):
        present = frame in draft.frames
        probability = 0.58 + 0.07 * place if present else 0.08 + 0.06 * place
        scored = {"reading_id": reading, "frame": frame, "probability": probability}
        row = scored | {"threshold": THRESHOLD, "present": present}
        connection.execute(insert(FrameScoreRow), row)
    for frame, (start, end) in spans.items():
        quoted = frame == "morality"
        _insert(
            connection,
            EvidenceRow,
            {
                "reading_id": reading,
                "kind": "frame",
                "about": frame,
                "start": start,
                "end": end,
                "score": 0.6 + 0.01 * len(frame),
                "voice": "quoted" if quoted else "outlet",
                "speaker": "Mei Tan" if quoted else "",
            },
        )
    for target, tone in (("deepseek", draft.tone), ("china", draft.tone - 0.1)):
        positive = max(0.0, min(0.9, 0.3 + tone / 2))
        negative = max(0.0, min(0.9, 0.3 - tone / 2))
        scores = {"negative": negative, "neutral": 1 - negative - positive, "positive": positive}
        row = {"reading_id": reading, "target": target, "mentions": 2} | scores
        connection.execute(insert(TargetScoreRow), row)


def _ledger(connection: Connection) -> None:
    """One feed that answers every day it is asked, one that is mostly down, one out of reach."""
    for offset in range((TODAY - FIRST).days + 1):
        day = FIRST + timedelta(days=offset)
        week = day - timedelta(days=day.weekday())
        if week == NO_COLLECTION:
            _answer(connection, "harbour-feed", day, "unavailable")
            continue
        _answer(connection, "harbour-feed", day, "empty" if week == NO_COVERAGE else "ok")
        _answer(connection, "meridian-sitemap", day, "refused" if offset % 9 == 0 else "ok")
    _answer(connection, "acri-feed", FIRST, "out_of_reach")


def _answer(connection: Connection, source: str, day: date, status: str) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=11)  # Sydney
    listed = 20 if status == "ok" else 0
    values = {
        "topic": TOPIC,
        "source": source,
        "window_start": start,
        "window_end": start + timedelta(days=1),
        "status": status,
        "listed": listed,
        "found": listed // 5,
        "detail": "",
        "answered_at": NOW,
    }
    _insert(connection, AnswerRow, values)


def _page(connection: Connection, url: str, number: int) -> int:
    values = {
        "url": url,
        "final_url": url,
        "status": 200,
        "sha256": hashlib.sha256(f"page {number}".encode()).hexdigest(),
        "size": 1000,
        "content_type": "text/html",
        "etag": "",
        "last_modified": "",
        "fetched_at": NOW,
        "warc_file": "2025-03-12.warc.gz",
        "warc_offset": number * 1000,
    }
    return _insert(connection, PageRow, values)


def _link(connection: Connection, url: str, page_id: int, article_id: int) -> None:
    values = {
        "topic": TOPIC,
        "url": url,
        "source": "harbour-feed",
        "title": "",
        "published_at": None,
        "seen_at": None,
        "window_start": NOW - timedelta(days=1),
        "window_end": NOW,
        "found_at": NOW,
        "page_id": page_id,
        "article_id": article_id,
        "outcome": "stored",
        "detail": "",
        "attempts": 1,
        "retry_at": None,
        "day": (NOW - timedelta(days=1)).date(),
        "outlet": "harbourledger",
    }
    _insert(connection, LinkRow, values)


def _insert(connection: Connection, row_class: Any, values: dict[str, Any]) -> int:
    statement = insert(row_class).values(**values).returning(row_class.id)
    return int(connection.execute(statement).scalar_one())


def _instant(day: date | None, number: int) -> datetime | None:
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, number % 10, number % 60, tzinfo=UTC)


def _poisson(chance: random.Random, mean: float) -> int:
    """Arrivals within one unit of time (Knuth)."""
    arrivals, time = 0, chance.expovariate(mean)
    while time < 1:
        arrivals, time = arrivals + 1, time + chance.expovariate(mean)
    return arrivals
