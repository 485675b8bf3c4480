"""a log of what sources answered before"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0010"
down_revision = "0009"

SAID = ("status", "listed", "found", "partial")
COLUMNS = ", ".join(("answer_id", "since", *SAID))
VALUES = ", ".join(f"NEW.{name}" for name in ("id", "answered_at", *SAID))
AGAIN = ", ".join(f"{name} = excluded.{name}" for name in SAID)
# Two words of one instant: the later one.
LOG = (
    f"INSERT INTO answer_states ({COLUMNS}) VALUES ({VALUES}) "  # noqa: S608
    f"ON CONFLICT (answer_id, since) DO UPDATE SET {AGAIN};"
)


def upgrade() -> None:
    op.create_table(
        "answer_states",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("since", db.tables.Instant(), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answers.id"],
            name=op.f("fk_answer_states_answer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("answer_id", "since", name=op.f("pk_answer_states")),
    )
    op.execute(
        f"INSERT INTO answer_states ({COLUMNS}) "  # noqa: S608
        f"SELECT id, answered_at, {', '.join(SAID)} FROM answers"
    )
    if op.get_bind().dialect.name == "sqlite":
        sqlite_triggers()
    else:
        postgresql_triggers()


def sqlite_triggers() -> None:
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in SAID)
    for event, when in (("INSERT", ""), ("UPDATE", f"WHEN {differs} ")):
        op.execute(
            f"CREATE TRIGGER answer_states_{event.lower()} AFTER {event} ON answers "
            f"{when}BEGIN {LOG} END"
        )


def postgresql_triggers() -> None:
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in SAID)
    op.execute(
        "CREATE FUNCTION log_answer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{LOG} RETURN NULL; END $$"
    )
    for event, when in (("INSERT", ""), ("UPDATE", f"WHEN ({differs}) ")):
        op.execute(
            f"CREATE TRIGGER answer_states_{event.lower()} AFTER {event} ON answers "
            f"FOR EACH ROW {when}EXECUTE FUNCTION log_answer()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER answer_states_{event}")
    else:
        op.execute("DROP FUNCTION log_answer() CASCADE")
    op.drop_table("answer_states")
