"""an index that holds all that the ledger adds up"""

from alembic import op

revision = "0014"
down_revision = "0013"

INDEX = "ix_answers_ledger"


def upgrade() -> None:
    columns = ["topic", "source", "status", "listed", "found", "answered_at"]
    op.create_index(INDEX, "answers", columns)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="answers")
