"""first tables"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("window_start", db.tables.Instant(), nullable=False),
        sa.Column("window_end", db.tables.Instant(), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("answered_at", db.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint(
            "topic",
            "source",
            "window_start",
            "window_end",
            name=op.f("uq_answers_topic_source_window_start_window_end"),
        ),
    )
    op.create_table(
        "data_versions",
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_data_versions")),
    )
    op.create_table(
        "frame_days",
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("frame", sa.String(length=200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "topic", "day", "host", "country", "language", "frame", name=op.f("pk_frame_days")
        ),
    )
    op.create_table(
        "outlet_days",
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("coded", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "topic", "day", "host", "country", "language", name=op.f("pk_outlet_days")
        ),
    )
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("fetched_at", db.tables.Instant(), nullable=False),
        sa.Column("warc_file", sa.Text(), nullable=False),
        sa.Column("warc_offset", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("url", "sha256", name=op.f("uq_pages_url_sha256")),
    )
    op.create_table(
        "tone_days",
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("tone_sum", sa.Float(), nullable=False),
        sa.Column("tone_squares", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(
            "topic", "day", "host", "country", "language", "target", name=op.f("pk_tone_days")
        ),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("host_name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=200), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("published_at", db.tables.Instant(), nullable=True),
        sa.Column("published_offset", sa.Integer(), nullable=True),
        sa.Column("published_day_only", sa.Boolean(), nullable=False),
        sa.Column("published_source", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("original_outlet", sa.Text(), nullable=False),
        sa.Column("original_day", sa.Date(), nullable=True),
        sa.Column("republication_note", sa.Text(), nullable=False),
        sa.Column("quotations", sa.JSON(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("stored_at", db.tables.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_articles_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("topic", "url", name=op.f("uq_articles_topic_url")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_articles_topic_day_host"), ["topic", "day", "host"], unique=False
        )

    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published_at", db.tables.Instant(), nullable=True),
        sa.Column("seen_at", db.tables.Instant(), nullable=True),
        sa.Column("window_start", db.tables.Instant(), nullable=False),
        sa.Column("window_end", db.tables.Instant(), nullable=False),
        sa.Column("found_at", db.tables.Instant(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", db.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_links_article_id")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_links_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("topic", "url", name=op.f("uq_links_topic_url")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_links_topic_outcome_retry_at"),
            ["topic", "outcome", "retry_at"],
            unique=False,
        )

    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.String(length=200), nullable=False),
        sa.Column("weights_sha256", sa.String(length=200), nullable=False),
        sa.Column("codebook_sha256", sa.String(length=200), nullable=False),
        sa.Column("unread", sa.Text(), nullable=False),
        sa.Column("read_at", db.tables.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_readings_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint(
            "article_id",
            "text_sha256",
            "model",
            "revision",
            "weights_sha256",
            "codebook_sha256",
            name="uq_readings_reader_and_text",
        ),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("voice", sa.String(length=200), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name=op.f("fk_evidence_reading_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "reading_id",
            "kind",
            "about",
            "start",
            name=op.f("uq_evidence_reading_id_kind_about_start"),
        ),
    )
    op.create_table(
        "frame_scores",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("frame", sa.String(length=200), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name=op.f("fk_frame_scores_reading_id")
        ),
        sa.PrimaryKeyConstraint("reading_id", "frame", name=op.f("pk_frame_scores")),
    )
    op.create_table(
        "target_scores",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.Column("negative", sa.Float(), nullable=False),
        sa.Column("neutral", sa.Float(), nullable=False),
        sa.Column("positive", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name=op.f("fk_target_scores_reading_id")
        ),
        sa.PrimaryKeyConstraint("reading_id", "target", name=op.f("pk_target_scores")),
    )


def downgrade() -> None:
    op.drop_table("target_scores")
    op.drop_table("frame_scores")
    op.drop_table("evidence")
    op.drop_table("readings")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_topic_outcome_retry_at"))

    op.drop_table("links")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_topic_day_host"))

    op.drop_table("articles")
    op.drop_table("tone_days")
    op.drop_table("pages")
    op.drop_table("outlet_days")
    op.drop_table("frame_days")
    op.drop_table("data_versions")
    op.drop_table("answers")
