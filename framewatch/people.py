"""Who may use the dashboard, and what each may do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum


class Role(IntEnum):
    """Each may do what those before it may."""

    VIEWER = 1  # reads numbers and short excerpts
    ANALYST = 2  # reads whole texts; keeps events and views
    OPERATOR = 3  # starts backfills; keeps the accounts

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> "Role":
        """Raises AccountError."""
        for role in cls:
            if role.word == word.strip().lower():
                return role
        known = ", ".join(role.word for role in cls)
        raise AccountError(f"{word[:40]!r} is no role: choose one of {known}")


class AccountError(ValueError):
    """Something about an account cannot be; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    name: str
    role: Role
    password: str = field(repr=False)  # its hash; empty: a proxy lets this person in
    created_at: datetime
    seen_at: datetime | None = None  # of its newest session
