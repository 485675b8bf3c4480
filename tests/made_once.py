"""Stores that many tests begin with: made once in a process, then copied."""

import functools
from collections.abc import Callable, Hashable
from pathlib import Path

from sqlalchemy import Engine

from db import session
from db.session import open_store

Fill = Callable[..., Engine]

_migrated: list[bytes] = []


def migrate(url: str) -> None:
    """`db.session.migrate`: a new SQLite store after the first is a copy of it."""
    file = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or file.exists():
        session.migrate(url)
    elif _migrated:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_migrated[0])
    else:
        session.migrate(url)
        _migrated.append(file.read_bytes())


def made_once(fill: Fill) -> Fill:
    """Of a function that fills the store at a URL: on SQLite, asked again, it copies the file.

    The function's other arguments say what is in the store; it returns a writing engine.
    """
    made: dict[Hashable, bytes] = {}

    @functools.wraps(fill)
    def filled(url: str, *args: Hashable) -> Engine:
        if not url.startswith("sqlite:///"):
            return fill(url, *args)
        file = Path(url.removeprefix("sqlite:///"))
        if args in made:
            assert not file.exists()
            file.write_bytes(made[args])
        else:
            fill(url, *args).dispose()
            made[args] = file.read_bytes()
        return open_store(url)

    return filled
