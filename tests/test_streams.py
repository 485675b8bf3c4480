"""The list of articles as a file, where there are a hundred thousand."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from dashboard.app import THREADS
from tests.newsroom_store import fill, newsroom

pytestmark = pytest.mark.slow

MOST_MEMORY = 60  # MB more than before; all rows at once take three times that
MANY = 30_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The newsroom's articles over and over, by copying rows."""
    url = f"sqlite:///{tmp_path_factory.mktemp('many')}/store.db"
    engine = fill(url, tuple(d for d in newsroom() if d.day)[:100])
    with engine.begin() as connection:
        for table, links in (
            ("articles", ()),
            ("readings", ("article_id",)),
            ("frame_scores", ("reading_id",)),
            ("target_scores", ("reading_id",)),
            ("evidence", ("reading_id",)),
        ):
            copied = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
            names = [row[1] for row in copied]
            moved = {name: f"{name} + step * 1000" for name in ("id", *links) if name in names}
            moved |= {"url": "url || '-' || step"} if "url" in names else {}
            picked = ", ".join(moved.get(f"{name}", f'"{name}"') for name in names)
            listed = ", ".join(f'"{name}"' for name in names)
            connection.exec_driver_sql(
                "WITH RECURSIVE steps(step) AS (SELECT 1 UNION ALL SELECT step + 1 FROM steps "
                f"WHERE step < {MANY // 100 - 1}) "
                f"INSERT INTO {table} ({listed}) SELECT {picked} FROM {table}, steps"
            )
    engine.dispose()
    return url


PROGRAM = """
import sys
import uvicorn
from dashboard.app import create_app
from framewatch.settings import Settings

app = create_app(Settings.from_env({"FRAMEWATCH_DATABASE_URL": sys.argv[1]}))
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_many_articles_take_no_more_memory_than_a_batch(many, ending):
    """The whole file is read; the program that writes it hardly grows."""
    with started(many) as (address, program):
        file = f"{address}/export/articles.{ending}"
        requests.get(f"{file}?host=nobody", timeout=60).raise_for_status()  # loads what it needs
        before, most, size, lines = program.memory_info().rss, 0, 0, 0
        with requests.get(file, stream=True, timeout=300) as answer:
            assert answer.status_code == 200
            for chunk in answer.iter_content(1 << 16):
                size += len(chunk)
                lines += chunk.count(b"\n")
                most = max(most, program.memory_info().rss)
    grown = (most - before) / 2**20
    print(f"{ending}: {size / 2**20:.0f} MB sent, {grown:.0f} MB grown")
    assert ending == "parquet" or lines >= MANY
    assert size > 2**20
    assert grown < MOST_MEMORY


def test_readers_who_go_away_leave_no_work_behind(many):
    """There are more of them than threads; once they are gone, nobody reads for them."""
    with started(many) as (address, program):
        port = urlsplit(address).port
        for _ in range(THREADS + 20):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as gone:
                path = f"/t/deepseek/export/articles.csv HTTP/1.1\r\nHost: 127.0.0.1:{port}"
                gone.sendall(f"GET {path}\r\n\r\n".encode())
                assert b"200 OK" in gone.recv(2000)
        deadline = time.monotonic() + 30  # whoever was reading a batch ends it
        while not idle(program) and time.monotonic() < deadline:
            pass
        assert idle(program)
        since = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/health", timeout=30).status_code == 200
        assert time.monotonic() - since < 30


def idle(program: psutil.Process) -> bool:
    """Whether it works for less than half a second of two."""
    used = program.cpu_times()
    time.sleep(2)
    now = program.cpu_times()
    return now.user + now.system - used.user - used.system < 0.5


@contextmanager
def started(url: str) -> Iterator[tuple[str, psutil.Process]]:
    """The dashboard as a program of its own: the topic's address, and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, url, str(port)])
    try:
        while not _answers(port):
            assert program.poll() is None, "the dashboard did not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/t/deepseek", psutil.Process(program.pid)
    finally:
        program.terminate()
        program.wait(timeout=30)


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
