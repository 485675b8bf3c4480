"""How often somebody lately tried to sign in, so that passwords cannot be tried by the thousand."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, text, update

from db.account_tables import SignInTryRow
from db.tables import Instant
from db.upsert import table_of

WAIT = timedelta(minutes=15)  # after the last try that counted

_tries = table_of(SignInTryRow)
_COUNT = text(
    "INSERT INTO sign_in_tries (subject, tries, last_at) VALUES (:subject, 1, :now) "
    "ON CONFLICT (subject) DO UPDATE SET tries = sign_in_tries.tries + 1, last_at = :now "
    "WHERE sign_in_tries.tries < :most"
).bindparams(bindparam("now", type_=Instant()))


def count_try(
    connection: Connection, subjects: Mapping[str, int], now: datetime
) -> datetime | None:
    """Count one try under each subject, unless one of them had its fill: then until when to wait.

    It is counted before the password is looked at: of many at once, none slips through.
    """
    connection.execute(delete(_tries).where(_tries.c.last_at <= now - WAIT))
    saved = connection.begin_nested()
    for subject, most in sorted(subjects.items()):  # one order, so that no two lock each other
        values = {"subject": _hash(subject), "most": most, "now": now}
        if not connection.execute(_COUNT, values).rowcount:
            saved.rollback()
            query = select(_tries.c.last_at).where(_tries.c.subject == _hash(subject))
            last = connection.scalar(query)
            return (last or now) + WAIT
    saved.commit()
    return None


def forgive_try(connection: Connection, subjects: Mapping[str, int]) -> None:
    """It succeeded: as if it had not been."""
    mine = _tries.c.subject.in_([_hash(subject) for subject in subjects])
    connection.execute(update(_tries).where(mine).values(tries=_tries.c.tries - 1))


def _hash(subject: str) -> str:
    return hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()
