"""Accounts and sessions as rows. All functions take an open transaction."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from db.account_tables import AccountRow, ApiKeyRow, SessionRow
from db.upsert import insert_new, table_of
from framewatch.people import Account, Role

IDLE = timedelta(hours=12)  # a session not used for so long is over
LONGEST = timedelta(days=7)  # and any after this time
NOTED_EVERY = timedelta(minutes=5)  # its use is written down no oftener than this

_accounts, _sessions = table_of(AccountRow), table_of(SessionRow)
_keys = table_of(ApiKeyRow)


def accounts(connection: Connection) -> list[Account]:
    """By name, each with when it was last seen."""
    seen = select(func.max(_sessions.c.seen_at)).where(_sessions.c.account == _accounts.c.name)
    query = select(_accounts, seen.scalar_subquery().label("seen_at")).order_by(_accounts.c.name)
    return [_account(row, row.seen_at) for row in connection.execute(query)]


def account(connection: Connection, name: str) -> Account | None:
    row = connection.execute(select(_accounts).where(_accounts.c.name == name)).first()
    return _account(row) if row else None


def add(connection: Connection, new: Account) -> bool:
    """False: there is one of that name."""
    row = {
        "name": new.name,
        "role": new.role.word,
        "password": new.password,
        "created_at": new.created_at,
    }
    return insert_new(connection, AccountRow, [row]) == 1


def change_role(connection: Connection, name: str, role: Role) -> bool:
    """False: there is none of that name. Its sessions go on, with the new role."""
    statement = update(_accounts).where(_accounts.c.name == name).values(role=role.word)
    return connection.execute(statement).rowcount == 1


def change_password(connection: Connection, name: str, password: str, keep: str = "") -> bool:
    """False: there is none of that name. Every session of it ends but the one to keep."""
    statement = update(_accounts).where(_accounts.c.name == name).values(password=password)
    found = connection.execute(statement).rowcount == 1
    others = _sessions.c.id_sha256 != _hash(keep)
    connection.execute(delete(_sessions).where(_sessions.c.account == name, others))
    return found


def rehash(connection: Connection, name: str, old: str, new: str) -> None:
    """The same password hashed as is the custom now; sessions go on."""
    same = (_accounts.c.name == name, _accounts.c.password == old)
    connection.execute(update(_accounts).where(*same).values(password=new))


def remove(connection: Connection, name: str) -> bool:
    """False: there is none of that name. Its sessions and keys go with it."""
    connection.execute(delete(_sessions).where(_sessions.c.account == name))
    connection.execute(delete(_keys).where(_keys.c.account == name))
    return connection.execute(delete(_accounts).where(_accounts.c.name == name)).rowcount == 1


# --- sessions -------------------------------------------------------------------------------------


def start_session(connection: Connection, who: Account, key: str, now: datetime) -> bool:
    """False: the account or its password was changed since it was read."""
    same = (_accounts.c.name == who.name, _accounts.c.password == who.password)
    query = select(_accounts.c.name).where(*same).with_for_update()
    if connection.execute(query).first() is None:
        return False
    over = (_sessions.c.seen_at <= now - IDLE) | (_sessions.c.created_at <= now - LONGEST)
    connection.execute(delete(_sessions).where(over))
    row = {"id_sha256": _hash(key), "account": who.name, "created_at": now, "seen_at": now}
    return insert_new(connection, SessionRow, [row]) == 1


def session(connection: Connection, key: str, now: datetime) -> Account | None:
    """Whose it is, unless it is over; `seen_at` is when its use was last written down."""
    query = (
        select(_accounts, _sessions.c.seen_at)
        .join(_sessions, _sessions.c.account == _accounts.c.name)
        .where(
            _sessions.c.id_sha256 == _hash(key),
            _sessions.c.seen_at > now - IDLE,
            _sessions.c.created_at > now - LONGEST,
        )
    )
    row = connection.execute(query).first()
    return _account(row, row.seen_at) if row else None


def note_session(connection: Connection, key: str, now: datetime) -> None:
    mine = _sessions.c.id_sha256 == _hash(key)
    connection.execute(update(_sessions).where(mine).values(seen_at=now))


def end_session(connection: Connection, key: str) -> None:
    connection.execute(delete(_sessions).where(_sessions.c.id_sha256 == _hash(key)))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _account(row: Any, seen_at: datetime | None = None) -> Account:
    return Account(
        name=row.name,
        role=Role.named(row.role),
        password=row.password,
        created_at=row.created_at,
        seen_at=seen_at,
    )
