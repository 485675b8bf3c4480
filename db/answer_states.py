"""The ledger as it was: what sources had answered by an instant.

`answers` has the last word on each window. Triggers (migration 0010) keep each earlier one with the
time at which it was first said, so that no writer can forget it. A word that is only repeated
leaves no row: of such an answer, `answered_at` is when it was first said.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, FromClause, and_, case, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.tables import AnswerRow, Code, Table
from db.upsert import table_of


class AnswerStateRow(Table):
    """An answer as it was from then on."""

    __tablename__ = "answer_states"

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[datetime] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(Code)  # story.SourceStatus
    listed: Mapped[int]
    found: Mapped[int]
    partial: Mapped[str]


SAID = ("status", "listed", "found", "partial")


def answers_at(at: datetime | None) -> FromClause:
    """The answers as they were at an instant (None: as they are)."""
    answers, states = table_of(AnswerRow), table_of(AnswerStateRow)
    if at is None:
        return answers
    earlier = states.alias("earlier")
    newest = select(func.max(earlier.c.since)).where(
        earlier.c.answer_id == answers.c.id, earlier.c.since <= at
    )
    then = newest.correlate(answers).scalar_subquery()
    here = and_(states.c.answer_id == answers.c.id, states.c.since == then)
    when = case((answers.c.answered_at <= at, answers.c.answered_at), else_=states.c.since)
    return (
        select(
            *(answers.c[name] for name in ("topic", "source", "window_start", "window_end")),
            *(states.c[name] for name in SAID),
            when.label("answered_at"),
        )
        .join_from(answers, states, here)
        .subquery("answers")
    )
