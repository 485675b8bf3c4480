"""The ledger: how each source answered for each window, and how the links it named ended.

All functions take an open transaction; writing is idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from db.tables import AnswerRow, ArticleRow, LinkRow, ReadingRow
from db.upsert import insert, table_of
from framewatch.story import Answer, SourceStatus, Window

ANSWERED = (SourceStatus.OK, SourceStatus.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer as it goes into the ledger."""

    answer: Answer
    question: str  # a hash of what was asked
    partial: str = ""  # why the answer does not cover the whole window
    retry_at: datetime | None = None  # of an unavailable source: not asked before


def record_answer(connection: Connection, topic: str, entry: Entry, now: datetime) -> None:
    """Enter an answer in the ledger.

    A poorer answer never replaces a fuller one: what was once answered for a window stays answered,
    and a later word on it only moves `answered_at`. To another question the answer is a new one.
    """
    answer, window = entry.answer, entry.answer.window
    table = table_of(AnswerRow)
    statement = insert(connection, AnswerRow).values(
        topic=topic,
        source=answer.source,
        window_start=window.start,
        window_end=window.end,
        status=answer.status,
        listed=answer.listed,
        found=len(answer.links),
        detail=answer.detail,
        answered_at=now,
        requests=answer.requests,
        caps=answer.caps,
        partial=entry.partial,
        question=entry.question,
        retry_at=entry.retry_at,
    )
    new, old = statement.excluded, table.c
    was_answered, is_answered = old.status.in_(ANSWERED), new.status.in_(ANSWERED)
    fuller = or_(
        and_(old.question != new.question, is_answered),
        ~was_answered,
        and_(is_answered, or_(new.listed > old.listed, new.partial == "")),
    )
    kept = ("status", "listed", "found", "detail", "requests", "caps", "partial", "question")
    values: dict[str, Any] = {c: case((fuller, new[c]), else_=old[c]) for c in kept}
    said = new.status.in_((*ANSWERED, SourceStatus.OUT_OF_REACH))
    values["answered_at"] = case((or_(fuller, said), new.answered_at), else_=old.answered_at)
    values["retry_at"] = case((fuller, new.retry_at), else_=old.retry_at)
    key = ["topic", "source", "window_start", "window_end"]
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values))


def known(connection: Connection, topic: str, source: str, window: Window) -> list[Any]:
    """The rows of a source's answers for windows that hold all of this one."""
    table = table_of(AnswerRow)
    mine = and_(table.c.topic == topic, table.c.source == source)
    holds = and_(table.c.window_start <= window.start, table.c.window_end >= window.end)
    return list(connection.execute(select(table).where(mine, holds)))


def failed_in(
    connection: Connection, topic: str, source: str, window: Window, now: datetime
) -> list[Window]:
    """The windows within this one for which a source was unavailable, and may be asked again."""
    row = table_of(AnswerRow).c
    mine = and_(row.topic == topic, row.source == source)
    down = and_(row.status == SourceStatus.UNAVAILABLE, row.retry_at <= now)
    within = and_(row.window_start >= window.start, row.window_end <= window.end)
    query = select(row.window_start, row.window_end).where(mine, down, within)
    return [Window(*found) for found in connection.execute(query.order_by(row.window_start))]


def windows_in(connection: Connection, topic: str, source: str, window: Window) -> list[Window]:
    """The windows within this one about which a source was asked before, the earliest first."""
    table = table_of(AnswerRow)
    mine = and_(table.c.topic == topic, table.c.source == source)
    within = and_(table.c.window_start >= window.start, table.c.window_end <= window.end)
    query = select(table).where(mine, within).order_by(table.c.window_start)
    return [Window(row.window_start, row.window_end) for row in connection.execute(query)]


def last_wait(connection: Connection, topic: str, source: str, window: Window) -> timedelta | None:
    """How long a source was left alone when it was last unavailable for just this window."""
    row = table_of(AnswerRow).c
    query = select(row.answered_at, row.retry_at).where(
        row.topic == topic,
        row.source == source,
        row.window_start == window.start,
        row.window_end == window.end,
        row.status == SourceStatus.UNAVAILABLE,
    )
    found = connection.execute(query).first()
    return found.retry_at - found.answered_at if found and found.retry_at else None


def next_retry(
    connection: Connection, topic: str, sources: Sequence[str], window: Window
) -> datetime | None:
    """When the first of the sources that were unavailable for a part may be asked again."""
    row = table_of(AnswerRow).c
    mine = and_(row.topic == topic, row.source.in_(sources))
    down = and_(mine, row.status == SourceStatus.UNAVAILABLE)
    touches = and_(row.window_start < window.end, row.window_end > window.start)
    found = connection.execute(select(row.retry_at).where(down, touches)).scalars()
    return min((moment for moment in found if moment), default=None)


def links_per_day(connection: Connection, topic: str) -> float | None:
    """Links found per day, over the days that had any; None where there is none."""
    row = table_of(LinkRow).c
    query = select(func.count(), func.count(row.day.distinct())).where(row.topic == topic)
    links, days = connection.execute(query).one()
    return links / days if days else None


def answers(
    connection: Connection, topic: str, window: Window
) -> dict[str, list[tuple[SourceStatus, str]]]:
    """Each source's status and detail for the windows that touch this one."""
    row = table_of(AnswerRow).c
    query = select(row.source, row.status, row.detail).where(
        row.topic == topic, row.window_start < window.end, row.window_end > window.start
    )
    found: dict[str, list[tuple[SourceStatus, str]]] = {}
    for r in connection.execute(query.order_by(row.window_start)):
        found.setdefault(r.source, []).append((SourceStatus(r.status), r.detail))
    return found


def answer_counts(connection: Connection, topic: str) -> dict[str, dict[str, int]]:
    """Per source: how many windows it answered in which way."""
    row = table_of(AnswerRow).c
    query = select(row.source, row.status, func.count()).where(row.topic == topic)
    counts: dict[str, dict[str, int]] = {}
    for source, status, number in connection.execute(query.group_by(row.source, row.status)):
        counts.setdefault(source, {})[status] = number
    return counts


def outcomes(connection: Connection, topic: str, window: Window | None = None) -> dict[str, int]:
    """How the topic's links ended (of windows within this one, or all); "pending" are under way."""
    row = table_of(LinkRow).c
    query = select(row.outcome, func.count()).where(row.topic == topic).group_by(row.outcome)
    if window is not None:
        query = query.where(row.window_start >= window.start, row.window_end <= window.end)
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
