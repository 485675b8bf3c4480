"""roll-ups by language, of years, of readers and of collection"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0006"
down_revision = "0005"

CODE = sa.String(length=200)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER, REAL, DAY, FLAG = sa.Integer(), sa.Float(), sa.Date(), sa.Boolean()
PACKED: dict[str, Any] = {"names": sa.Text(), "sums": sa.LargeBinary()}
ROLLUPS = ("outlet_parts", "trend_periods")
COUNTS = ("outlet_days", "frame_days", "tone_days", "outlet_periods")
READER = ["model", "revision", "weights_sha256", "codebook_sha256"]
NEW = (
    "outlet_months", "reader_days", "threshold_days", "source_days", "outcome_days",
    "collection_days", "collection_changes",
)  # fmt: skip


def create(name: str, keys: list[str], columns: dict[str, Any]) -> None:
    """A table. Keys are codes, unless they are days or flags; short rows keep its order."""
    kinds: dict[str, Any] = {"day": DAY, "start": DAY, "whole": FLAG}
    op.create_table(
        name,
        *(sa.Column(key, kinds.get(key, CODE), nullable=False) for key in keys),
        *(sa.Column(column, kind, nullable=False) for column, kind in columns.items()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=columns is PACKED,  # a long row is better kept apart from its key
    )


def create_rollups() -> None:
    key = ["topic", "count_by", "kind", "genre", "series", "start"]
    for name in ("outlet_parts", "outlet_months"):
        create(name, key, PACKED)
        op.create_index(op.f(f"ix_{name}_topic_start"), name, ["topic", "start"])
    key = ["topic", "count_by", "step", "country", "language", "genre", "kind", "start"]
    create("trend_periods", key, PACKED)
    op.create_index(
        op.f("ix_trend_periods_topic_step_start"), "trend_periods", ["topic", "step", "start"]
    )


def upgrade() -> None:
    count_anew()
    for name in ("frame_days", "tone_days"):  # for all series of some days
        index = op.f(f"ix_{name}_topic_count_by_day")
        op.create_index(index, name, ["topic", "count_by", "day"])
    for name in ROLLUPS:
        op.drop_table(name)
    create_rollups()
    counts: dict[str, Any] = {"read": NUMBER, "unread": NUMBER, "newest": db.tables.Instant()}
    create("reader_days", ["topic", "day", *READER], counts)
    create("threshold_days", ["topic", "day", "frame"], {"low": REAL, "high": REAL})
    create("source_days", ["topic", "day", "source"], {"links": NUMBER})
    create("outcome_days", ["topic", "day", "outcome"], {"links": NUMBER})
    create("collection_days", ["topic", "zone", "day"], {"share": REAL, "answered": FLAG})
    op.create_table(
        "collection_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("first", DAY, nullable=False),
        sa.Column("last", DAY, nullable=False),
        sa.Column("taken", FLAG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_changes")),
    )
    op.create_index(
        op.f("ix_collection_changes_topic_taken"), "collection_changes", ["topic", "taken"]
    )
    op.create_index(op.f("ix_answers_topic_answered_at"), "answers", ["topic", "answered_at"])
    if op.get_bind().dialect.name == "sqlite":
        sqlite_triggers()
    else:
        postgresql_triggers()
    collect_anew()


def count_anew() -> None:
    """Counts are derived: the next `publish` makes them of every day."""
    op.execute(
        "INSERT INTO dirty_days (topic, day) SELECT topic, day FROM ("
        "SELECT topic, coalesce(day, date('0001-01-01')) AS day FROM articles "
        "UNION SELECT topic, day FROM outlet_days) AS every_day "
        "WHERE NOT EXISTS (SELECT 1 FROM dirty_days AS held "
        "WHERE held.topic = every_day.topic AND held.day = every_day.day)"
    )
    for name in COUNTS:
        op.execute(f"DELETE FROM {name}")  # noqa: S608


def collect_anew() -> None:
    """And so is what is kept of collection."""
    first, last = around("min(window_start)", "max(window_end)")
    for days, table in ((f"{first}, {last}", "answers"), ("min(day), max(day)", "links")):
        op.execute(f"{NOTE} SELECT topic, {days}, false FROM {table} GROUP BY topic")  # noqa: S608


# --- triggers: whoever changes the ledger or a link, leaves the days ------------------------------

NOTE = "INSERT INTO collection_changes (topic, first, last, taken)"
# An answer's last word on `answered_at` says whether it was in time.
ANSWER = ("status", "partial", "answered_at", "window_start", "window_end")
LINK = ("day", "outcome")
EVENTS = (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",)))


def around(start: str, end: str) -> tuple[str, str]:
    """The days that the window touches in any zone."""
    if op.get_bind().dialect.name == "sqlite":
        return f"date({start}, '-1 day')", f"date({end}, '+1 day')"
    return f"{start}::date - 1", f"{end}::date + 1"


def notes(table: str, row: str) -> str:
    """The statement that leaves the days of a row of the table."""
    if table == "sightings":
        of_link = f"FROM links WHERE id = {row}.link_id"
        return f"{NOTE} SELECT topic, day, day, false {of_link};"
    days = f"{row}.day, {row}.day"
    if table == "answers":
        days = ", ".join(around(f"{row}.window_start", f"{row}.window_end"))
    return f"{NOTE} VALUES ({row}.topic, {days}, false);"


def sqlite_triggers() -> None:
    for table, deciding in (("answers", ANSWER), ("links", LINK), ("sightings", ())):
        for event, rows in EVENTS:
            if event == "UPDATE" and not deciding:
                continue
            differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in deciding)
            op.execute(
                f"CREATE TRIGGER {table}_{event.lower()} AFTER {event} ON {table} "
                + (f"WHEN {differs} " if event == "UPDATE" else "")
                + f"BEGIN {' '.join(notes(table, row) for row in rows)} END"
            )


def postgresql_triggers() -> None:
    for table, deciding in (("answers", ANSWER), ("links", LINK), ("sightings", ())):
        op.execute(
            f"CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP <> 'DELETE' THEN {notes(table, 'NEW')} END IF; "
            f"IF TG_OP <> 'INSERT' THEN {notes(table, 'OLD')} END IF; "
            "RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_insert_delete AFTER INSERT OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION note_{table}()"
        )
        differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in deciding)
        if differs:
            op.execute(
                f"CREATE TRIGGER {table}_update AFTER UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION note_{table}()"
            )


def downgrade() -> None:
    for table in ("answers", "links", "sightings"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION note_{table}() CASCADE")
            continue
        for event, _ in EVENTS:
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{event.lower()}")
    op.drop_index("ix_answers_topic_answered_at", "answers")
    for name in (*NEW, *ROLLUPS):
        op.drop_table(name)
    create_earlier_rollups()
    count_anew()
    for name in ("frame_days", "tone_days"):
        op.drop_index(op.f(f"ix_{name}_topic_count_by_day"), name)
    op.execute("DELETE FROM dirty_days WHERE day = date('0001-01-01')")


def create_earlier_rollups() -> None:
    sums: dict[str, Any] = {"n": BIG, "total": REAL, "squares": REAL}
    last: dict[str, Any] = {"tt": REAL, "tn": REAL, "nn": BIG}
    key = ["topic", "count_by", "kind", "genre", "series", "start", "host", "country", "whole"]
    create("outlet_parts", key, sums | {"days": NUMBER} | last)
    for columns in (["topic", "start"], ["topic", "host", "count_by", "genre"]):
        op.create_index(op.f(f"ix_outlet_parts_{'_'.join(columns)}"), "outlet_parts", columns)
    key = ["topic", "count_by", "step", "country", "genre", "kind", "start", "series"]
    more = {"outlets": NUMBER, "variance": REAL, "alone": BIG, "cells": BIG}
    create("trend_periods", key, sums | more | last)
    op.create_index(
        op.f("ix_trend_periods_topic_step_start"), "trend_periods", ["topic", "step", "start"]
    )
