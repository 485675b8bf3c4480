"""What the dashboard's own role may write on PostgreSQL: never what was collected or read."""

from sqlalchemy import Table

from db.account_tables import AccountRow, ApiKeyRow, SessionRow, SignInTryRow
from db.coded_tables import CodedUnitRow
from db.desk_tables import EventRow, ViewRow
from db.session import Store
from db.tables import DataVersionRow
from db.upsert import table_of

WRITTEN = tuple(
    map(
        table_of,
        (
            *(AccountRow, SessionRow, SignInTryRow, ApiKeyRow),
            *(EventRow, ViewRow, CodedUnitRow, DataVersionRow),
        ),
    )
)


def let_write(store: Store, role: str) -> None:
    """Grant a role what the dashboard's forms write. SQLite knows no roles: nothing to do."""
    if store.dialect.name != "postgresql":
        return
    quote = store.dialect.identifier_preparer.quote
    with store.begin() as connection:
        for table in WRITTEN:
            given = f"GRANT SELECT, INSERT, UPDATE, DELETE ON {quote(table.name)} TO {quote(role)}"
            connection.exec_driver_sql(given)
            for sequence in _sequences(table):
                connection.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {sequence} TO {quote(role)}")


def _sequences(table: Table) -> list[str]:
    """PostgreSQL's names for the numbers it gives to new rows."""
    counted = table.autoincrement_column
    return [f"{table.name}_{counted.name}_seq"] if counted is not None else []
