"""The tables of what people coded by hand, and of what heads were made from."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables import Code, Table


class CodedUnitRow(Table):
    """One coder's answer to one question: does this text carry this frame?"""

    __tablename__ = "coded_units"
    __table_args__ = (
        UniqueConstraint("article_id", "text_sha256", "frame", "coder"),
        Index(None, "topic", "frame"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    text_sha256: Mapped[str] = mapped_column(Code)  # of the text that was coded
    frame: Mapped[str] = mapped_column(Code)
    coder: Mapped[str] = mapped_column(Code)
    present: Mapped[bool]
    weight: Mapped[float]  # how many articles it stands for: one over the chance of being drawn
    inclusion: Mapped[float | None]  # that chance, where it is known
    sample: Mapped[str]  # what it was drawn from (framewatch.drawing.Drawn); empty: not known
    stratum: Mapped[str] = mapped_column(Code)  # of that sample's design
    codebook_sha256: Mapped[str] = mapped_column(Code)  # by which it was coded
    coded_at: Mapped[datetime]
    note: Mapped[str]


class TrainedUnitRow(Table):
    """A text that a head of coded texts was made from: it cannot also tell how often it errs."""

    __tablename__ = "trained_units"

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    frame: Mapped[str] = mapped_column(Code, primary_key=True)
    text_sha256: Mapped[str] = mapped_column(Code, primary_key=True)
    trained_at: Mapped[datetime]  # for what was known at an earlier time
