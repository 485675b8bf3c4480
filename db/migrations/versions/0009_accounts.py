"""accounts, sessions and tries to sign in"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0009"
down_revision = "0008"

CODE = sa.String(length=200)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", CODE, nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", db.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
    )
    op.create_table(
        "sessions",
        sa.Column("id_sha256", CODE, nullable=False),
        sa.Column("account", CODE, nullable=False),
        sa.Column("created_at", db.tables.Instant(), nullable=False),
        sa.Column("seen_at", db.tables.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_sessions_account")),
        sa.PrimaryKeyConstraint("id_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account"), "sessions", ["account"])
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", CODE, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", db.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_tries")),
    )


def downgrade() -> None:
    op.drop_table("sign_in_tries")
    op.drop_table("sessions")
    op.drop_table("accounts")
