"""The ledger: how each source answered for each window, and how the links it named ended.

All functions take an open transaction; writing is idempotent.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from db.tables import AnswerRow, ArticleRow, LinkRow, ReadingRow
from db.upsert import insert, insert_new, table_of
from framewatch.story import Answer, Link, SourceStatus

ANSWERED = (SourceStatus.OK, SourceStatus.EMPTY)


def record_answer(connection: Connection, topic: str, answer: Answer, now: datetime) -> int:
    """Enter an answer in the ledger and its links among the links; returns how many links are new.

    A poorer answer never replaces a fuller one: what was once answered for a window stays answered.
    """
    table = table_of(AnswerRow)
    statement = insert(connection, AnswerRow).values(
        topic=topic,
        source=answer.source,
        window_start=answer.window.start,
        window_end=answer.window.end,
        status=answer.status,
        listed=answer.listed,
        found=len(answer.links),
        detail=answer.detail,
        answered_at=now,
    )
    new, old = statement.excluded, table.c
    was_answered, is_answered = old.status.in_(ANSWERED), new.status.in_(ANSWERED)
    statement = statement.on_conflict_do_update(
        index_elements=["topic", "source", "window_start", "window_end"],
        set_={c: new[c] for c in ("status", "listed", "found", "detail", "answered_at")},
        where=or_(
            and_(is_answered, or_(~was_answered, new.listed > old.listed)),
            and_(
                ~is_answered, ~was_answered, or_(new.status != old.status, new.detail != old.detail)
            ),
        ),
    )
    connection.execute(statement)
    window = {"window_start": answer.window.start, "window_end": answer.window.end}
    rows = [_link_row(topic, link, now) | window for link in answer.links]
    return insert_new(connection, LinkRow, rows)


def _link_row(topic: str, link: Link, now: datetime) -> dict[str, Any]:
    return {
        "topic": topic,
        "url": link.url,
        "address": link.address,
        "source": link.source,
        "title": link.title,
        "published_at": link.published_at,
        "seen_at": link.seen_at,
        "found_at": now,
        "outcome": None,
        "detail": "",
        "attempts": 0,
    }


def answers(
    connection: Connection, topic: str, window: tuple[datetime, datetime]
) -> dict[str, tuple[SourceStatus, str]]:
    """Each source's status and detail for one window."""
    row = table_of(AnswerRow).c
    query = select(row.source, row.status, row.detail).where(
        row.topic == topic, row.window_start == window[0], row.window_end == window[1]
    )
    return {r.source: (SourceStatus(r.status), r.detail) for r in connection.execute(query)}


def answer_counts(connection: Connection, topic: str) -> dict[str, dict[str, int]]:
    """Per source: how many windows it answered in which way."""
    row = table_of(AnswerRow).c
    query = select(row.source, row.status, func.count()).where(row.topic == topic)
    counts: dict[str, dict[str, int]] = {}
    for source, status, number in connection.execute(query.group_by(row.source, row.status)):
        counts.setdefault(source, {})[status] = number
    return counts


def outcomes(
    connection: Connection, topic: str, window: tuple[datetime, datetime] | None = None
) -> dict[str, int]:
    """How the topic's links ended (of one window, or all); "pending" are under way."""
    row = table_of(LinkRow).c
    query = select(row.outcome, func.count()).where(row.topic == topic).group_by(row.outcome)
    if window is not None:
        query = query.where(row.window_start == window[0], row.window_end == window[1])
    return {outcome or "pending": count for outcome, count in connection.execute(query)}


def totals(connection: Connection, topic: str) -> dict[str, int]:
    """Articles and readings of a topic."""
    articles, readings = table_of(ArticleRow), table_of(ReadingRow)
    of_topic = select(func.count()).select_from(articles).where(articles.c.topic == topic)
    read = readings.join(articles, articles.c.id == readings.c.article_id)
    of_readings = select(func.count()).select_from(read).where(articles.c.topic == topic)
    return {
        "articles": connection.execute(of_topic).scalar_one(),
        "readings": connection.execute(of_readings).scalar_one(),
    }
