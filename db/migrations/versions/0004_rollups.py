"""roll-ups, and a record of what is to be counted anew"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0004"
down_revision = "0003"

CODE = sa.String(length=200)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHERE = ["host", "country", "language", "genre"]
# The columns of an article that decide what it counts under, and the rows that say more of it.
DECIDING = (
    "day",
    "host",
    "country",
    "language",
    "genre",
    "complete",
    "text_sha256",
    "cluster_id",
    "published_at",
)
SPEAKING = ("readings", "republications")


def create(name: str, keys: list[str], columns: dict[str, Any]) -> None:
    """A table kept in the order of its key. Keys are codes, unless they are days or flags."""
    kinds: dict[str, Any] = {"day": sa.Date(), "start": sa.Date(), "whole": sa.Boolean()}
    op.create_table(
        name,
        *(sa.Column(key, kinds.get(key, CODE), nullable=False) for key in keys),
        *(sa.Column(column, kind, nullable=False) for column, kind in columns.items()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    create_counts()
    create_rollups()
    create_record()
    for column in ("original_id", "original_outlet"):
        op.create_index(f"ix_republications_{column}", "republications", [column])
    op.create_index(
        "ix_articles_topic_day_published_at", "articles", ["topic", "day", "published_at"]
    )
    op.create_index(
        "ix_articles_topic_host_day_published_at",
        "articles",
        ["topic", "host", "day", "published_at"],
    )
    op.create_index(
        "ix_articles_fictional",
        "articles",
        ["topic", "host"],
        sqlite_where=sa.text("fictional = 1"),
        postgresql_where=sa.text("fictional"),
    )
    create_triggers()
    # Counts are derived: the next `publish` makes them of every article.
    op.execute(
        "INSERT INTO changes (topic, article_id, day, taken) "
        "SELECT topic, id, day, false FROM articles"
    )


def create_counts() -> None:
    """As before, with the columns by which pages choose first."""
    volume: dict[str, Any] = {"articles": sa.Integer(), "coded": sa.Integer()}
    frame = {"n": sa.Integer(), "k": sa.Integer()}
    tone = {"n": sa.Integer(), "tone_sum": sa.Float(), "tone_squares": sa.Float()}
    for name in ("outlet_days", "frame_days", "tone_days"):
        op.drop_table(name)
    create("outlet_days", ["topic", "count_by", "day", *WHERE], volume)
    create("frame_days", ["topic", "count_by", "frame", "day", *WHERE], frame)
    create("tone_days", ["topic", "count_by", "target", "day", *WHERE], tone)
    for name in ("frame_days", "tone_days"):
        op.create_index(op.f(f"ix_{name}_topic_day"), name, ["topic", "day"])


def create_rollups() -> None:
    number, real = sa.Integer(), sa.Float()
    create(
        "outlet_periods",
        ["topic", "count_by", "step", "start", *WHERE],
        {"articles": number, "coded": number, "first": sa.Date(), "last": sa.Date()},
    )
    sums: dict[str, Any] = {"n": BIG, "total": real, "squares": real}
    create(
        "outlet_parts",
        ["topic", "count_by", "kind", "genre", "series", "start", "host", "country", "whole"],
        sums | {"days": number, "tt": real, "tn": real, "nn": BIG},
    )
    for columns in (["topic", "start"], ["topic", "host", "count_by", "genre"]):
        op.create_index(op.f(f"ix_outlet_parts_{'_'.join(columns)}"), "outlet_parts", columns)
    create(
        "trend_periods",
        ["topic", "count_by", "step", "country", "genre", "kind", "start", "series"],
        sums
        | {"outlets": number, "variance": real, "alone": BIG, "cells": BIG}
        | {"tt": real, "tn": real, "nn": BIG},
    )
    op.create_index(
        op.f("ix_trend_periods_topic_step_start"), "trend_periods", ["topic", "step", "start"]
    )


def create_record() -> None:
    op.create_table(
        "changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(
        op.f("ix_changes_topic_taken_article_id"), "changes", ["topic", "taken", "article_id"]
    )
    op.create_table(
        "dirty_days",
        sa.Column("topic", CODE, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "day", name=op.f("pk_dirty_days")),
    )
    op.create_table(
        "originals",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("text_group", sa.Integer(), nullable=False),
        sa.Column("host", CODE, nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("country", CODE, nullable=False),
        sa.Column("language", CODE, nullable=False),
        sa.Column("genre", CODE, nullable=False),
        sa.Column("published_at", db.tables.Instant(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_originals")),
    )
    newest = ["day", "published_at", "article_id"]
    for columns in (["text_group"], ["counts", *newest], ["counts", "host", *newest]):
        index = op.f(f"ix_originals_topic_{'_'.join(columns)}")
        op.create_index(index, "originals", ["topic", *columns])


# --- triggers: whoever changes what counts, leaves a row ------------------------------------------

NOTE = "INSERT INTO changes (topic, article_id, day, taken)"


def create_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        sqlite_triggers()
    else:
        postgresql_triggers()


def sqlite_triggers() -> None:
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in DECIDING)
    for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER articles_{event.lower()} AFTER {event} ON articles BEGIN "
            f"{NOTE} VALUES ({row}.topic, {row}.id, {row}.day, false); END"
        )
    op.execute(
        f"CREATE TRIGGER articles_update AFTER UPDATE ON articles WHEN {differs} BEGIN "
        f"{NOTE} VALUES (NEW.topic, NEW.id, NEW.day, false); "
        f"{NOTE} SELECT OLD.topic, OLD.id, OLD.day, false WHERE OLD.day IS NOT NEW.day; END"
    )
    for table in SPEAKING:
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER {table}_{event.lower()} AFTER {event} ON {table} BEGIN "  # noqa: S608
                f"{NOTE} SELECT topic, id, day, false FROM articles "
                f"WHERE id = {row}.article_id; END"
            )


def postgresql_triggers() -> None:
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in DECIDING)
    op.execute(
        "CREATE FUNCTION note_article() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP <> 'DELETE' THEN "
        f"{NOTE} VALUES (NEW.topic, NEW.id, NEW.day, false); END IF; "
        "IF TG_OP <> 'INSERT' THEN "
        f"{NOTE} VALUES (OLD.topic, OLD.id, OLD.day, false); END IF; "
        "RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER articles_insert_delete AFTER INSERT OR DELETE ON articles "
        "FOR EACH ROW EXECUTE FUNCTION note_article()"
    )
    op.execute(
        "CREATE TRIGGER articles_update AFTER UPDATE ON articles "
        f"FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION note_article()"
    )
    op.execute(
        "CREATE FUNCTION note_speaking() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
        f"{NOTE} SELECT topic, id, day, false FROM articles WHERE id = "
        "CASE WHEN TG_OP = 'DELETE' THEN OLD.article_id ELSE NEW.article_id END; "
        "RETURN NULL; END $$"
    )
    for table in SPEAKING:
        op.execute(
            f"CREATE TRIGGER {table}_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION note_speaking()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in [
            f"{t}_{e}" for t in ("articles", *SPEAKING) for e in ("insert", "update", "delete")
        ]:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP FUNCTION note_article() CASCADE")
        op.execute("DROP FUNCTION note_speaking() CASCADE")
    for index in ("topic_day_published_at", "topic_host_day_published_at", "fictional"):
        op.drop_index(f"ix_articles_{index}", "articles")
    for column in ("original_id", "original_outlet"):
        op.drop_index(f"ix_republications_{column}", "republications")
    names = ("originals", "dirty_days", "changes", "trend_periods", "outlet_parts")
    for name in (*names, "outlet_periods", "tone_days", "frame_days", "outlet_days"):
        op.drop_table(name)
    first, keys = sa.Integer(), ["topic", "day", *WHERE, "count_by"]
    create("outlet_days", keys, {"articles": first, "coded": first})
    create("frame_days", [*keys, "frame"], {"n": first, "k": first})
    tone = {"n": first, "tone_sum": sa.Float(), "tone_squares": sa.Float()}
    create("tone_days", [*keys, "target"], tone)
