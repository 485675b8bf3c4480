"""Alembic's entry: migrates the store named by sqlalchemy.url (or FRAMEWATCH_DATABASE_URL)."""

from alembic import context

import db.account_tables
import db.answer_states
import db.codebook_tables
import db.coded_tables
import db.desk_tables  # noqa: F401  (these declare their tables)
from db.session import open_store
from db.tables import Table

url = context.config.get_main_option("sqlalchemy.url")
if url is None:
    from framewatch.settings import Settings

    url = Settings.from_env().database_url

engine = open_store(url)
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":  # a batch rebuilds tables to which others refer
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "sqlite":
            # Its driver begins no transaction for changes of tables: killed between two of them,
            # a store would be of no version. And of two who migrate, one is to wait.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.run_migrations()
engine.dispose()
