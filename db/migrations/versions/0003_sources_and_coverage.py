"""sources and coverage"""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0003"
down_revision = "0002"

CODE = sa.String(length=200)
INSTANT = db.tables.Instant


def upgrade() -> None:
    with op.batch_alter_table("answers") as table:
        table.add_column(sa.Column("requests", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("caps", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("partial", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("question", CODE, nullable=False, server_default=""))
        table.add_column(sa.Column("retry_at", INSTANT(), nullable=True))
    with op.batch_alter_table("pages") as table:
        table.add_column(sa.Column("captured_at", INSTANT(), nullable=True))
        table.add_column(sa.Column("via", CODE, nullable=False, server_default=""))
    create_tables()
    place_links()
    fill_sightings()


def create_tables() -> None:
    op.create_table(
        "polls",
        sa.Column("topic", CODE, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("asked_at", INSTANT(), nullable=False),
        sa.Column("changed_at", INSTANT(), nullable=False),
        sa.Column("body_sha256", CODE, nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT(), nullable=False),
        sa.Column("oldest", INSTANT(), nullable=True),
        sa.Column("newest", INSTANT(), nullable=True),
        sa.Column("covered_since", INSTANT(), nullable=True),
        sa.PrimaryKeyConstraint("topic", "source", name=op.f("pk_polls")),
    )
    op.create_table(
        "sightings",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT(), nullable=True),
        sa.Column("seen_at", INSTANT(), nullable=True),
        sa.Column("found_at", INSTANT(), nullable=False),
        sa.Column("tried", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_sightings_link_id")),
        sa.PrimaryKeyConstraint("link_id", "source", name=op.f("pk_sightings")),
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", CODE, nullable=False),
        sa.Column("host", CODE, nullable=False),
        sa.Column("host_name", sa.Text(), nullable=False),
        sa.Column("outlet", CODE, nullable=False),
        sa.Column("published_at", INSTANT(), nullable=True),
        sa.Column("seen_at", INSTANT(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_signals_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint(
            "topic",
            "source",
            "host",
            "title_key",
            name=op.f("uq_signals_topic_source_host_title_key"),
        ),
    )
    op.create_index(op.f("ix_signals_topic_day"), "signals", ["topic", "day"])
    op.create_table(
        "spending",
        sa.Column("name", CODE, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name=op.f("pk_spending")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", CODE, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("raised_at", INSTANT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "topic", "day", "kind", "subject", name=op.f("uq_alerts_topic_day_kind_subject")
        ),
    )


def place_links() -> None:
    """Links of before get the day of their claim (UTC) and their outlet or host."""
    with op.batch_alter_table("links") as table:
        table.add_column(sa.Column("day", sa.Date(), nullable=True))
        table.add_column(sa.Column("outlet", CODE, nullable=True))
    links = sa.table(
        "links",
        sa.column("id", sa.Integer()),
        sa.column("url", sa.Text()),
        sa.column("published_at", INSTANT()),
        sa.column("seen_at", INSTANT()),
        sa.column("window_start", INSTANT()),
        sa.column("article_id", sa.Integer()),
        sa.column("day", sa.Date()),
        sa.column("outlet", CODE),
    )
    articles = sa.table("articles", sa.column("id", sa.Integer()), sa.column("host", CODE))
    connection = op.get_bind()
    hosts = dict(connection.execute(sa.select(articles.c.id, articles.c.host)).tuples().all())
    for row in connection.execute(sa.select(links)).all():
        day = (row.published_at or row.seen_at or row.window_start).date()
        outlet = hosts.get(row.article_id) or (urlsplit(row.url).hostname or "")[:200]
        change = sa.update(links).where(links.c.id == row.id).values(day=day, outlet=outlet)
        connection.execute(change)
    with op.batch_alter_table("links") as table:
        table.alter_column("day", existing_type=sa.Date(), nullable=False)
        table.alter_column("outlet", existing_type=CODE, nullable=False)
        table.create_index(op.f("ix_links_topic_day_outlet"), ["topic", "day", "outlet"])


def fill_sightings() -> None:
    """Every link was seen by the source that it names."""
    op.execute(
        "INSERT INTO sightings "
        "(link_id, source, address, title, published_at, seen_at, found_at, tried) "
        "SELECT id, source, address, title, published_at, seen_at, found_at, true FROM links"
    )


def downgrade() -> None:
    for name in ("alerts", "spending", "signals", "sightings", "polls"):
        op.drop_table(name)
    with op.batch_alter_table("links") as table:
        table.drop_index(op.f("ix_links_topic_day_outlet"))
        table.drop_column("outlet")
        table.drop_column("day")
    with op.batch_alter_table("pages") as table:
        table.drop_column("via")
        table.drop_column("captured_at")
    with op.batch_alter_table("answers") as table:
        for column in ("retry_at", "question", "partial", "caps", "requests"):
            table.drop_column(column)
