"""articles coded by hand"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0005"
down_revision = "0004"

CODE = sa.String(length=200)


def upgrade() -> None:
    op.create_table(
        "coded_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("text_sha256", CODE, nullable=False),
        sa.Column("frame", CODE, nullable=False),
        sa.Column("coder", CODE, nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("inclusion", sa.Float(), nullable=True),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("stratum", CODE, nullable=False),
        sa.Column("codebook_sha256", CODE, nullable=False),
        sa.Column("coded_at", db.tables.Instant(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_coded_units_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coded_units")),
        sa.UniqueConstraint(
            "article_id",
            "text_sha256",
            "frame",
            "coder",
            name=op.f("uq_coded_units_article_id_text_sha256_frame_coder"),
        ),
    )
    op.create_index(op.f("ix_coded_units_topic_frame"), "coded_units", ["topic", "frame"])


def downgrade() -> None:
    op.drop_table("coded_units")
