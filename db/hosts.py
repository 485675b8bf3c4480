"""What all processes know of hosts, in the store. Written by live fetching alone."""

from dataclasses import asdict

from sqlalchemy import Engine, select, update

from db.tables import HostRow
from db.upsert import insert_new, table_of
from framewatch.story import Host

_STATE = ("robots_at", "next_at", "failures", "open_until")  # no change leaves all of them as is


class StoredHosts:
    """The hosts table as scrapers.hosts.HostBook: every change is one UPDATE that compares."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def read(self, name: str) -> Host:
        table = table_of(HostRow)
        with self._store.begin() as connection:
            row = connection.execute(select(table).where(table.c.host == name)).first()
        if row is None:
            return Host(name=name)
        values = dict(row._mapping)
        return Host(name=values.pop("host"), **values)

    def change(self, old: Host, new: Host) -> bool:
        """Whether new was written: not if another process changed the host since it was read.

        One statement, so that neither SQLite nor PostgreSQL lets a second writer in between.
        """
        table = table_of(HostRow)
        values = asdict(new)
        row = {"host": values.pop("name"), **values}
        as_read = [table.c[key].is_not_distinct_from(getattr(old, key)) for key in _STATE]
        statement = update(table).where(table.c.host == old.name, *as_read).values(row)
        with self._store.begin() as connection:
            if connection.execute(statement).rowcount:
                return True
            return old == Host(name=old.name) and bool(insert_new(connection, HostRow, [row]))
