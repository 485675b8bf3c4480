"""Answers as the discover stage enters them in the ledger, for tests that start from there."""

from datetime import datetime

from sqlalchemy import Connection

from db import ledger, links
from framewatch.story import Answer


def enter(connection: Connection, answer: Answer, now: datetime, topic: str = "deepseek") -> int:
    """The answer and its links, each on the UTC day of its claim, under its source; new links."""
    ledger.record_answer(connection, topic, ledger.Entry(answer=answer, question="q"), now)
    placed = [
        links.Placed(
            link=link,
            day=(link.published_at or link.seen_at or answer.window.start).date(),
            outlet=answer.source,
        )
        for link in answer.links
    ]
    return links.enter(connection, topic, placed, answer.window, now)
