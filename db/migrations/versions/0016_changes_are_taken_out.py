"""a publisher takes changes out of the record, and marks none: its triggers write one word less"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# Of each record: the index before, and after.
RECORDS = {
    "changes": (["topic", "taken", "article_id"], ["topic", "id"]),
    "collection_changes": (["topic", "taken"], ["topic"]),
}
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%, taken)%'"
FUNCTIONS = (
    "SELECT pg_get_functiondef(oid) FROM pg_proc "
    "WHERE pronamespace = current_schema()::regnamespace AND prosrc LIKE '%, taken)%'"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        made = connection.execute(sa.text(TRIGGERS)).all()
        for name, _ in made:
            op.execute(f"DROP TRIGGER {name}")
        take_out()
        for _, statement in made:
            connection.exec_driver_sql(unmarked(statement))
    else:
        for (statement,) in connection.execute(sa.text(FUNCTIONS)).all():
            connection.exec_driver_sql(unmarked(statement))
        take_out()


def unmarked(statement: str) -> str:
    """The same without the column and its value, which stand last but for FROM."""
    return statement.replace(", taken)", ")").replace(", false", "")


def take_out() -> None:
    for name, (before, after) in RECORDS.items():
        op.drop_index(op.f(f"ix_{name}_{'_'.join(before)}"), name)
        op.drop_column(name, "taken")
        op.create_index(op.f(f"ix_{name}_{'_'.join(after)}"), name, after)


def downgrade() -> None:
    """The triggers need not say what a row has by itself."""
    for name, (before, after) in RECORDS.items():
        op.drop_index(op.f(f"ix_{name}_{'_'.join(after)}"), name)
        taken: sa.Column[bool] = sa.Column(
            "taken", sa.Boolean(), server_default=sa.false(), nullable=False
        )
        op.add_column(name, taken)
        op.create_index(op.f(f"ix_{name}_{'_'.join(before)}"), name, before)
