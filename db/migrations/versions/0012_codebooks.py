"""codebooks kept by their hash; a reader may read a text again after another one"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0012"
down_revision = "0011"

READER = "uq_readings_reader_and_text"
COLUMNS = ["article_id", "text_sha256", "model", "revision", "weights_sha256", "codebook_sha256"]


def upgrade() -> None:
    op.create_table(
        "codebooks",
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("kept_at", db.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_codebooks")),
    )
    turn = sa.Column("turn", sa.Integer(), server_default="0", nullable=False)
    with triggers_kept(), op.batch_alter_table("readings") as table:
        table.add_column(turn)
        table.drop_constraint(READER, type_="unique")
        table.create_unique_constraint(READER, [*COLUMNS, "turn"])


@contextmanager
def triggers_kept() -> Iterator[None]:
    """SQLite drops a table's triggers with the table that a batch puts another in the place of."""
    made: list[str] = []
    if op.get_bind().dialect.name == "sqlite":
        of_readings = "type = 'trigger' AND tbl_name = 'readings'"
        query = sa.text(f"SELECT sql FROM sqlite_master WHERE {of_readings}")  # noqa: S608
        made = list(op.get_bind().scalars(query))
    yield
    for statement in made:
        op.execute(statement)


def downgrade() -> None:
    """A reader has one reading of a text again: its first."""
    later = "SELECT id FROM readings WHERE turn > 0"
    for table in ("frame_scores", "target_scores", "evidence"):
        op.execute(f"DELETE FROM {table} WHERE reading_id IN ({later})")  # noqa: S608
    op.execute("DELETE FROM readings WHERE turn > 0")
    with triggers_kept(), op.batch_alter_table("readings") as changed:
        changed.drop_constraint(READER, type_="unique")
        changed.drop_column("turn")
        changed.create_unique_constraint(READER, COLUMNS)
    op.drop_table("codebooks")
