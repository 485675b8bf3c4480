"""Codebooks by their hash, as they were when something was read by them. Within a transaction."""

from datetime import datetime

from sqlalchemy import Connection, select

from db.codebook_tables import CodebookRow
from db.upsert import insert_new, table_of

_codebooks = table_of(CodebookRow)


def keep_codebook(connection: Connection, sha256: str, entries: str, now: datetime) -> None:
    """entries: the canonical JSON of which sha256 is the hash."""
    insert_new(connection, CodebookRow, [{"sha256": sha256, "entries": entries, "kept_at": now}])


def entries_of(connection: Connection, sha256: str) -> str | None:
    """None for a codebook of before they were kept."""
    query = select(_codebooks.c.entries).where(_codebooks.c.sha256 == sha256)
    return connection.execute(query).scalar()
