"""The dashboard over the newsroom, for tests of its files: name this module in `pytest_plugins`."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from framewatch.settings import Settings
from tests.newsroom_store import NOW

SITE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def url(newsroom_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{shutil.copy(newsroom_file, tmp_path_factory.mktemp('store') / 'store.db')}"


@pytest.fixture(scope="module")
def browser(url: str) -> Iterator[TestClient]:
    """A reader of the newsroom's dashboard."""
    with reader_of(url) as client:
        yield client


def reader_of(url: str, **environment: str) -> TestClient:
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url, **environment})
    return TestClient(create_app(settings, lambda: NOW), base_url=SITE)


def rows_of(text: str) -> list[dict[str, str]]:
    """Of a CSV, without its remarks."""
    lines = io.StringIO(text, newline="")
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))
