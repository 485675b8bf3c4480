"""Alerts as rows: raised once, kept while they hold, removed when they no longer do.

All functions take an open transaction.
"""

from collections.abc import Iterable
from dataclasses import astuple
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from db.tables import AlertRow
from db.upsert import insert_new, table_of
from framewatch.story import Alert, AlertKind


def replace_alerts(
    connection: Connection,
    topic: str,
    days: tuple[date, date],
    found: Iterable[Alert],
    now: datetime,
) -> tuple[list[Alert], int]:
    """Make the alerts of the days (both included) those found: the new ones, and how many went.

    One that was there keeps its time, and takes the present detail.
    """
    row = table_of(AlertRow).c
    held = {
        (r.day, r.kind, r.subject): r
        for r in connection.execute(_of_days(topic, days).order_by(row.id))
    }
    wanted = {(a.day, a.kind, a.subject): a for a in found}
    gone = [held[key].id for key in held.keys() - wanted.keys()]
    connection.execute(delete(table_of(AlertRow)).where(row.id.in_(gone)))
    for key in held.keys() & wanted.keys():
        if held[key].detail != wanted[key].detail:
            change = update(table_of(AlertRow)).where(row.id == held[key].id)
            connection.execute(change.values(detail=wanted[key].detail))
    new = [wanted[key] for key in sorted(wanted.keys() - held.keys())]
    rows = [_row(topic, alert, now) for alert in new]
    insert_new(connection, AlertRow, rows)
    return new, len(gone)


def alerts(connection: Connection, topic: str, first: date, last: date) -> list[Alert]:
    """The alerts of the days from first to last, the newest day first."""
    row = table_of(AlertRow).c
    query = _of_days(topic, (first, last)).order_by(row.day.desc(), row.kind, row.subject)
    return [
        Alert(day=r.day, kind=AlertKind(r.kind), subject=r.subject, detail=r.detail)
        for r in connection.execute(query)
    ]


def _of_days(topic: str, days: tuple[date, date]) -> Any:
    table = table_of(AlertRow)
    return select(table).where(table.c.topic == topic, table.c.day.between(*days))


def _row(topic: str, alert: Alert, now: datetime) -> dict[str, Any]:
    day, kind, subject, detail = astuple(alert)
    values = {"day": day, "kind": kind, "subject": subject, "detail": detail}
    return {"topic": topic, **values, "raised_at": now}
