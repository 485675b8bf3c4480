"""keys with which programs sign in"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0011"
down_revision = "0010"

CODE = sa.String(length=200)


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_sha256", CODE, nullable=False),
        sa.Column("account", CODE, nullable=False),
        sa.Column("label", CODE, nullable=False),
        sa.Column("created_at", db.tables.Instant(), nullable=False),
        sa.Column("seen_at", db.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_api_keys_account")),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_account"), "api_keys", ["account"])


def downgrade() -> None:
    op.drop_table("api_keys")
