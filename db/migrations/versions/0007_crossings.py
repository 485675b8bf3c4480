"""arrays of what is counted of an outlet-day beyond articles and frames"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEYS = ("topic", "count_by", "kind", "frame", "other")


def upgrade() -> None:
    op.create_table(
        "crossing_days",
        *(sa.Column(key, sa.String(length=200), nullable=False) for key in KEYS),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(*KEYS, "day", name=op.f("pk_crossing_days")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_crossing_days_day"), "crossing_days", ["day"])
    # They are derived: the next `publish` makes them of every day that has articles.
    op.execute(
        "INSERT INTO dirty_days (topic, day) SELECT topic, day FROM outlet_days "
        "WHERE NOT EXISTS (SELECT 1 FROM dirty_days AS held "
        "WHERE held.topic = outlet_days.topic AND held.day = outlet_days.day) "
        "GROUP BY topic, day"
    )


def downgrade() -> None:
    op.drop_table("crossing_days")
