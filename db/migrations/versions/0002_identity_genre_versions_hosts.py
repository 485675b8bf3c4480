"""identity genre versions hosts"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0002"
down_revision = "0001"

KEYS = ["topic", "day", "host", "country", "language"]
COUNTS: dict[str, dict[str, Any]] = {
    "outlet_days": {"articles": sa.Integer, "coded": sa.Integer},
    "frame_days": {"frame": None, "n": sa.Integer, "k": sa.Integer},
    "tone_days": {"target": None, "n": sa.Integer, "tone_sum": sa.Float, "tone_squares": sa.Float},
}


def create_counts(name: str, keys: list[str], columns: dict[str, Any]) -> None:
    keys = [*keys, *(column for column, kind in columns.items() if kind is None)]
    kinds: dict[str, Any] = {"day": sa.Date()}
    op.create_table(
        name,
        *(sa.Column(key, kinds.get(key, sa.String(length=200)), nullable=False) for key in keys),
        *(sa.Column(c, kind(), nullable=False) for c, kind in columns.items() if kind is not None),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("robots", sa.Text(), nullable=False),
        sa.Column("robots_outcome", sa.String(length=200), nullable=False),
        sa.Column("robots_at", db.tables.Instant(), nullable=True),
        sa.Column("next_at", db.tables.Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", db.tables.Instant(), nullable=True),
        sa.Column("opt_out", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "article_versions",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(length=200), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("seen_at", db.tables.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_versions_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["pages.id"], name=op.f("fk_article_versions_page_id")
        ),
        sa.PrimaryKeyConstraint("article_id", "text_sha256", name=op.f("pk_article_versions")),
    )
    op.create_table(
        "bands",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_bands_article_id")),
        sa.PrimaryKeyConstraint("article_id", "band", name=op.f("pk_bands")),
    )
    with op.batch_alter_table("bands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bands_topic_hash"), ["topic", "hash"], unique=False)

    op.create_table(
        "rechecks",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_at", db.tables.Instant(), nullable=False),
        sa.Column("done_at", db.tables.Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_rechecks_article_id")
        ),
        sa.PrimaryKeyConstraint("article_id", "days", name=op.f("pk_rechecks")),
    )
    op.create_table(
        "republications",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=True),
        sa.Column("original_outlet", sa.String(length=200), nullable=False),
        sa.Column("original_country", sa.String(length=200), nullable=False),
        sa.Column("original_day", sa.Date(), nullable=True),
        sa.Column("original_url", sa.Text(), nullable=False),
        sa.Column("proof", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=True),
        sa.Column("same_owner", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_republications_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["articles.id"], name=op.f("fk_republications_original_id")
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_republications")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("genre", sa.String(length=200), server_default="news", nullable=False)
        )
        batch_op.add_column(
            sa.Column("genre_evidence", sa.Text(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("date_claims", sa.JSON(), server_default="[]", nullable=False)
        )
        batch_op.add_column(
            sa.Column("date_conflict", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("live", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("rights", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("relevance", sa.Float(), server_default="1", nullable=False))
        batch_op.add_column(
            sa.Column("relevance_reason", sa.Text(), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("original_url", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("cluster_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("minhash", sa.LargeBinary(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_articles_topic_cluster_id"), ["topic", "cluster_id"], unique=False
        )

    # Counts are derived: they are made anew by the next `publish`.
    for name, columns in COUNTS.items():
        op.drop_table(name)
        create_counts(name, [*KEYS, "genre", "count_by"], columns)


def downgrade() -> None:
    for name, columns in COUNTS.items():
        op.drop_table(name)
        create_counts(name, KEYS, columns)

    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_topic_cluster_id"))
        batch_op.drop_column("minhash")
        batch_op.drop_column("cluster_id")
        batch_op.drop_column("original_url")
        batch_op.drop_column("relevance_reason")
        batch_op.drop_column("relevance")
        batch_op.drop_column("rights")
        batch_op.drop_column("live")
        batch_op.drop_column("date_conflict")
        batch_op.drop_column("date_claims")
        batch_op.drop_column("genre_evidence")
        batch_op.drop_column("genre")

    op.drop_table("republications")
    op.drop_table("rechecks")
    with op.batch_alter_table("bands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bands_topic_hash"))

    op.drop_table("bands")
    op.drop_table("article_versions")
    op.drop_table("hosts")
