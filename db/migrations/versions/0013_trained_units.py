"""texts that heads were made from, which no longer measure those heads"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0013"
down_revision = "0012"

CODE = sa.String(length=200)


def upgrade() -> None:
    op.create_table(
        "trained_units",
        sa.Column("topic", CODE, nullable=False),
        sa.Column("frame", CODE, nullable=False),
        sa.Column("text_sha256", CODE, nullable=False),
        sa.Column("trained_at", db.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "frame", "text_sha256", name=op.f("pk_trained_units")),
    )


def downgrade() -> None:
    op.drop_table("trained_units")
