"""The keys of programs as rows. All functions take an open transaction.

A key acts for an account: with the role that the account has when the key is used.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from db.account_tables import AccountRow, ApiKeyRow
from db.upsert import insert_new, table_of
from framewatch.people import Account, Role

MOST = 20  # keys of one account

_accounts, _keys = table_of(AccountRow), table_of(ApiKeyRow)


@dataclass(frozen=True, slots=True)
class ApiKey:
    key_sha256: str
    label: str
    created_at: datetime
    seen_at: datetime | None  # within some minutes; None: never used


def add_key(connection: Connection, account: str, key: str, label: str, now: datetime) -> bool:
    """False: there is no such account, or it has as many keys as it may."""
    mine = _accounts.c.name == account
    locked = select(_accounts.c.name).where(mine).with_for_update()  # whoever else adds one waits
    if connection.execute(locked).first() is None:
        return False
    held = select(func.count()).select_from(_keys).where(_keys.c.account == account)
    if connection.execute(held).scalar_one() >= MOST:
        return False
    row = {"key_sha256": _hash(key), "account": account, "label": label, "created_at": now}
    return insert_new(connection, ApiKeyRow, [row]) == 1


def keys_of(connection: Connection, account: str) -> list[ApiKey]:
    """The newest first."""
    names = ("key_sha256", "label", "created_at", "seen_at")
    query = select(*(_keys.c[name] for name in names)).where(_keys.c.account == account)
    ordered = query.order_by(_keys.c.created_at.desc(), _keys.c.key_sha256)
    return [ApiKey(*row) for row in connection.execute(ordered)]


def withdraw_key(connection: Connection, account: str, key_sha256: str) -> bool:
    """False: the account has no such key."""
    mine = (_keys.c.account == account, _keys.c.key_sha256 == key_sha256)
    return connection.execute(delete(_keys).where(*mine)).rowcount == 1


def account_of_key(connection: Connection, key: str) -> Account | None:
    """Whose it is; `seen_at` is when its use was last written down."""
    query = (
        select(_accounts, _keys.c.seen_at)
        .join(_keys, _keys.c.account == _accounts.c.name)
        .where(_keys.c.key_sha256 == _hash(key))
    )
    row = connection.execute(query).first()
    return _account(row) if row else None


def note_key(connection: Connection, key: str, now: datetime) -> None:
    mine = _keys.c.key_sha256 == _hash(key)
    connection.execute(update(_keys).where(mine).values(seen_at=now))


def _hash(key: str) -> str:
    """A plain hash will do: nobody guesses 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def _account(row: Any) -> Account:
    return Account(
        name=row.name,
        role=Role.named(row.role),
        password=row.password,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )
