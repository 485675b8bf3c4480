"""The tables of those who use the dashboard."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables import Code, Table


class AccountRow(Table):
    """A person with a role."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    role: Mapped[str] = mapped_column(Code)  # people.Role
    password: Mapped[str]  # its argon2 hash; empty: none opens the door
    created_at: Mapped[datetime]


class SessionRow(Table):
    """One browser signed in. Its id is known to that browser alone: here is its hash."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "account"),)

    id_sha256: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # within some minutes


class ApiKeyRow(Table):
    """A key with which a program acts for an account. The store has its hash alone."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "account"),)

    key_sha256: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name"))
    label: Mapped[str] = mapped_column(Code)  # what its owner calls it
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # within some minutes; null: never used


class SignInTryRow(Table):
    """How often somebody lately tried to sign in and did not succeed."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(Code, primary_key=True)  # a hash: people mistype
    tries: Mapped[int]
    last_at: Mapped[datetime]
