"""events and views that analysts keep"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0008"
down_revision = "0007"

CODE = sa.String(length=200)


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("author", CODE, nullable=False),
        sa.Column("added_at", db.tables.Instant(), nullable=False),
        sa.Column("ended_at", db.tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        "uq_events_present",
        "events",
        ["topic", "number"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("author", CODE, nullable=False),
        sa.Column("saved_at", db.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
        sa.UniqueConstraint("topic", "author", "name", name=op.f("uq_views_topic_author_name")),
    )


def downgrade() -> None:
    op.drop_table("views")
    op.drop_table("events")
