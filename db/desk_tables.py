"""The tables of what analysts keep: events and saved views."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables import Code, Table


class EventRow(Table):
    """An event that an analyst added. A change ends the row and begins another of that number."""

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "uq_events_present",
            "topic",
            "number",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    number: Mapped[int]  # within the topic, from 1; never given again
    day: Mapped[date]
    label: Mapped[str]
    link: Mapped[str]
    countries: Mapped[list[Any]]
    author: Mapped[str] = mapped_column(Code)
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # when it was changed or taken away


class ViewRow(Table):
    """A page with its filters, kept under a name."""

    __tablename__ = "views"
    __table_args__ = (UniqueConstraint("topic", "author", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(Code)
    address: Mapped[str]  # below the topic's: "frame/economic?country=AU"
    author: Mapped[str] = mapped_column(Code)
    saved_at: Mapped[datetime]
