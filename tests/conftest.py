"""Fixtures that several test files share."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from db.session import Store, migrate, open_store

# As in every process that reads: one that a test starts then adds up in the order of this one, and
# workers do not fight over the cores. Before anything loads numpy.
os.environ.setdefault("OMP_NUM_THREADS", "1")
pytest.register_assert_rewrite("tests.browser", "tests.files_store")

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get(
    "FRAMEWATCH_TEST_POSTGRES", "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
)
# Their few tests take minutes each, mostly waiting: begun last, one core would wait for the other.
LONG = ("test_backfill.py", "test_browser_runs.py", "test_dags.py", "test_serve.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than cores: those who wait for Airflow leave theirs to others."""
    asked = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    return int(asked) if asked else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an empty store: migrating takes seconds, copying none."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def newsroom_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the newsroom, published: filling one takes seconds, copying none."""
    from tests.newsroom_store import fill

    path = tmp_path_factory.mktemp("newsroom") / "store.db"
    fill(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def newsroom_url(newsroom_file: Path, tmp_path: Path) -> str:
    """One of its own for each test."""
    return f"sqlite:///{shutil.copy(newsroom_file, tmp_path / 'newsroom.db')}"


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """The name of a database with an empty store, for CREATE DATABASE … TEMPLATE."""
    with _database("") as url:
        migrate(url)
        yield str(make_url(url).database)


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A database of its own on a real PostgreSQL server, dropped afterwards."""
    with _database("") as url:
        yield url


@pytest.fixture(scope="module")
def module_postgres_url(migrated_postgres: str) -> Iterator[str]:
    """A migrated database that the tests of a module share."""
    with _database(migrated_postgres) as url:
        yield url


@contextmanager
def _database(template: str) -> Iterator[str]:
    name = f"framewatch_test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    like = f" TEMPLATE {template}" if template else ""
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{like}"))
    except Exception as error:
        message = (
            f"no PostgreSQL at {make_url(POSTGRES).render_as_string()}: install it "
            "(Debian: apt-get install postgresql) or name one in FRAMEWATCH_TEST_POSTGRES"
        )
        if os.environ.get("CI"):
            raise RuntimeError(message) from error
        pytest.skip(message)
    try:
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A migrated, empty store; the test runs on SQLite and, marked slow, on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield from _opened(f"sqlite:///{path}")
        return
    with _database(request.getfixturevalue("migrated_postgres")) as url:
        yield from _opened(url)


def _opened(url: str) -> Iterator[Store]:
    engine = open_store(url)
    yield engine
    engine.dispose()
