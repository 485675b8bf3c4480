"""Engines: one code path for SQLite (WAL) and PostgreSQL."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url

Store = Engine  # the name by which everybody outside db knows it

ROOT = Path(__file__).resolve().parent.parent


def open_store(url: str, *, read_only: bool = False) -> Engine:
    """An engine for the store at url. Does not create tables: see `migrate`."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True)
        event.listen(engine, "connect", _tuned)
        return engine
    if parsed.database and not read_only:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _configure(connection, _record):  # type: ignore[no-untyped-def]
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA query_only = ON" if read_only else "PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.close()

    return engine


# Its usual one takes half of the time in which an outlet's sums of a week are written. Servers
# before version 14 do not know the setting, and some are built without the other one.
_COMPRESSION = """
    SELECT set_config(name, 'lz4', false) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
"""


def _tuned(connection: Any, _record: Any) -> None:
    """PostgreSQL compiles what it believes to be long queries: a tenth of a second for each of ours
    that takes a few thousandths; it looks rows up one by one only where it believes that a disk has
    no head to move; and it compresses long values, for which it has a faster way.
    """
    before, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
        cursor.execute("SET random_page_cost = 1.1")
        cursor.execute(_COMPRESSION)
    connection.autocommit = before


def migrate(url: str) -> None:
    """Bring the store at url to the newest schema; safe to call at every start."""
    # 11 MB that servers have no use for.
    from alembic import command
    from alembic.config import Config

    open_store(url).dispose()  # makes the folder
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")
