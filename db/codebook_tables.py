"""The table of codebooks: what a reading's codebook hash stands for."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables import Code, Table


class CodebookRow(Table):
    """The entries of a codebook that something was read by. Never changed: the hash is the key."""

    __tablename__ = "codebooks"

    sha256: Mapped[str] = mapped_column(Code, primary_key=True)
    entries: Mapped[str]  # the canonical JSON that the hash is of
    kept_at: Mapped[datetime]  # when something was first read by it
