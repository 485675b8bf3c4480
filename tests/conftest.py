"""Fixtures that several test files share."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from db.session import Store, migrate, open_store

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get(
    "FRAMEWATCH_TEST_POSTGRES", "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A database of its own on a real PostgreSQL server, dropped afterwards."""
    name = f"framewatch_test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except Exception as error:
        message = (
            f"no PostgreSQL at {make_url(POSTGRES).render_as_string()}: install it "
            "(Debian: apt-get install postgresql) or name one in FRAMEWATCH_TEST_POSTGRES"
        )
        if os.environ.get("CI"):
            raise RuntimeError(message) from error
        pytest.skip(message)
    yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A migrated, empty store; the test runs on SQLite and, marked slow, on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    migrate(url)
    engine = open_store(url)
    yield engine
    engine.dispose()
