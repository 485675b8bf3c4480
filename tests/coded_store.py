"""Articles of invented outlets whose frames are known to people, and read by a faulty machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from db.tables import ArticleRow, EvidenceRow, FrameScoreRow, PageRow, ReadingRow, TargetScoreRow
from db.upsert import table_of
from framewatch.story import ReaderIdentity
from tests.newsroom_store import NOW, TOPIC

FRAME = "economic"
READER = ReaderIdentity(model="m", revision="1", weights_sha256="w1", codebook_sha256="c1")
NEWER = ReaderIdentity(model="m", revision="2", weights_sha256="w2", codebook_sha256="c1")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One article: what each reader found in it, and what is to be said of it besides."""

    outlet: str = "herald"
    day: date = date(2025, 1, 6)
    frames: tuple[str, ...] = ()  # by the machine
    newer: tuple[str, ...] | None = None  # by the newer machine; None: it has not read it
    country: str = "AU"
    language: str = "en"
    genre: str = "news"
    tones: dict[str, float] | None = None  # target → tone
    voice: str = "outlet"  # of the frames' evidence
    score: float = 0.6  # of the frames' evidence


def fill(connection: Connection, articles: Iterable[Told], first: int = 1) -> list[int]:
    """Their ids: first, first + 1, …; all scored for `FRAME` and for "conflict"."""
    rows: dict[Any, list[dict[str, Any]]] = {}
    ids = []
    for number, told in enumerate(articles, start=first):
        ids.append(number)
        _article(rows, number, told)
        _read(rows, 2 * number - 1, number, told, told.frames, READER)
        if told.newer is not None:
            _read(rows, 2 * number, number, told, told.newer, NEWER)
    for row_class, held in rows.items():
        connection.execute(insert(table_of(row_class)), held)
    return ids


def _article(rows: dict[Any, list[dict[str, Any]]], number: int, told: Told) -> None:
    url = f"https://{told.outlet}.example/{number}"
    page = {"id": number, "url": url, "final_url": url, "status": 200, "sha256": f"p{number}"}
    page |= {"size": 1, "content_type": "text/html", "etag": "", "last_modified": ""}
    page |= {"fetched_at": NOW, "warc_file": "a.warc.gz", "warc_offset": number}
    rows.setdefault(PageRow, []).append(page)
    article = {"id": number, "topic": TOPIC, "url": url, "page_id": number, "title": f"T{number}"}
    article |= {"text": f"Sentence {number} of {told.outlet}.", "text_sha256": f"t{number}"}
    article |= {"language": told.language, "host": told.outlet, "host_name": told.outlet.title()}
    article |= {"country": told.country, "authors": [], "published_offset": 0, "day": told.day}
    article |= {
        "published_at": datetime(told.day.year, told.day.month, told.day.day, tzinfo=NOW.tzinfo)
    }
    article |= {"published_day_only": False, "published_source": "", "complete": True}
    article |= {"original_outlet": "", "original_day": None, "republication_note": ""}
    article |= {"quotations": [], "fictional": True, "stored_at": NOW, "genre": told.genre}
    rows.setdefault(ArticleRow, []).append(article)


def _read(
    rows: dict[Any, list[dict[str, Any]]],
    reading: int,
    article: int,
    told: Told,
    found: tuple[str, ...],
    reader: ReaderIdentity,
) -> None:
    who = {"model": reader.model, "revision": reader.revision}
    who |= {"weights_sha256": reader.weights_sha256, "codebook_sha256": reader.codebook_sha256}
    row = {"id": reading, "article_id": article, "text_sha256": f"t{article}", "unread": ""}
    rows.setdefault(ReadingRow, []).append(row | who | {"read_at": NOW})
    for frame in (FRAME, "conflict"):
        score = {"reading_id": reading, "frame": frame, "threshold": 0.5}
        score |= {"probability": 0.9 if frame in found else 0.1, "present": frame in found}
        rows.setdefault(FrameScoreRow, []).append(score)
    for frame in found:
        evidence = {"reading_id": reading, "kind": "frame", "about": frame, "start": 0}
        evidence |= {"end": len(f"T{article}"), "score": told.score, "voice": told.voice}
        rows.setdefault(EvidenceRow, []).append(evidence | {"speaker": ""})
    for target, tone in (told.tones or {}).items():
        score = {"reading_id": reading, "target": target, "mentions": 1, "neutral": 1 - abs(tone)}
        score |= {"negative": max(0.0, -tone), "positive": max(0.0, tone)}
        rows.setdefault(TargetScoreRow, []).append(score)


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=i) for i in range(count)]
