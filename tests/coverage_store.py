"""Rows of a store as the stages would have written them: answers, links, articles, readings."""

import hashlib
import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from db.tables import AnswerRow, ArticleRow, LinkRow, PageRow, ReadingRow, SightingRow

TOPIC = "deepseek"
NOW = datetime(2025, 3, 12, 7, tzinfo=UTC)
_numbers = itertools.count()

ARTICLE: dict[str, Any] = {
    "topic": TOPIC,
    "title": "A headline",
    "language": "en",
    "host_name": "",
    "country": "AU",
    "published_offset": None,
    "published_day_only": False,
    "published_source": "",
    "complete": True,
    "original_outlet": "",
    "original_day": None,
    "republication_note": "",
    "quotations": [],
    "fictional": True,
    "stored_at": NOW,
}


def utc(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def answer(connection: Connection, source: str, day: date, status: str = "ok", **more: Any) -> None:
    """A source's answer for a UTC day, unless `more` gives other ends of the window."""
    values = {
        "topic": TOPIC,
        "source": source,
        "window_start": utc(day),
        "window_end": utc(day) + timedelta(days=1),
        "status": status,
        "listed": 0,
        "found": 0,
        "detail": "",
        "answered_at": NOW,
        "retry_at": None,
    }
    connection.execute(insert(AnswerRow), values | more)


def link(connection: Connection, day: date, *sources: str, **more: Any) -> int:
    """A link named by sources, first of an outlet "herald"; with page and article where kept."""
    number = next(_numbers)
    text, authors, dated = (
        more.pop(n, d) for n, d in (("text", ""), ("authors", []), ("dated", 1))
    )
    values = {
        "topic": TOPIC,
        "url": f"https://herald.example/{number}",
        "source": sources[0],
        "title": "",
        "published_at": utc(day),
        "seen_at": None,
        "window_start": utc(day),
        "window_end": utc(day) + timedelta(days=1),
        "found_at": NOW,
        "outcome": None,
        "detail": "",
        "attempts": 0,
        "day": day,
        "outlet": "herald",
    }
    values |= more
    if text:
        page_id = _page(connection, values["url"], text)
        article = {"url": values["url"], "page_id": page_id, "text": text, "authors": authors}
        article |= {"text_sha256": _hash(text), "host": values["outlet"]}
        article |= {"published_at": utc(day) if dated else None, "day": day if dated else None}
        values |= {"page_id": page_id, "outcome": more.get("outcome", "stored")}
        values["article_id"] = _insert(connection, ArticleRow, ARTICLE | article)
    link_id = _insert(connection, LinkRow, values)
    for source in sources:
        seen = {"link_id": link_id, "source": source, "address": "", "title": values["title"]}
        seen |= {"published_at": None, "seen_at": None, "found_at": NOW, "tried": False}
        connection.execute(insert(SightingRow), seen)
    return link_id


def page(connection: Connection) -> int:
    """A page that led to nothing."""
    number = next(_numbers)
    return _page(connection, f"https://herald.example/{number}", str(number))


def read(connection: Connection, article_id: int, unread: str = "") -> None:
    values = {"article_id": article_id, "text_sha256": "0" * 64, "unread": unread, "read_at": NOW}
    names = ("model", "revision", "weights_sha256", "codebook_sha256")
    connection.execute(insert(ReadingRow), values | dict.fromkeys(names, "x"))


def _page(connection: Connection, url: str, body: str) -> int:
    values: dict[str, Any] = {
        "url": url,
        "final_url": url,
        "status": 200,
        "sha256": _hash(body),
        "size": len(body),
        "fetched_at": NOW,
        "warc_offset": 0,
        "captured_at": None,
    }
    blank = dict.fromkeys(("content_type", "etag", "last_modified", "warc_file"), "")
    return _insert(connection, PageRow, values | blank)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _insert(connection: Connection, row_class: Any, values: dict[str, Any]) -> int:
    statement = insert(row_class).values(**values).returning(row_class.id)
    return int(connection.execute(statement).scalar_one())
