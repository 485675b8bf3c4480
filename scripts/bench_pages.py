"""Milliseconds per page for many viewers at once, and the server's memory, over any store.

    python -m scripts.bench_pages [--store URL] [--viewers 20] [--pages 10] [--pause 0.5]

Two servers run over the same store and are asked in turn: ours, and one that makes every page anew
for everybody. Each is a process of its own, as `make run` starts it.
"""

import argparse
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import requests
import uvicorn

from dashboard.app import create_app
from dashboard.bodies import Bodies
from framewatch.settings import ROOT, Settings

STARTING = 60  # seconds
PAGES = (
    "", "frame/{frame}", "compare", "articles", "article/{article}", "sentiment", "events",
    "coverage", "runs", "method", "export/frame-{frame}.csv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    address: str
    process: psutil.Process

    def url(self, page: str, query: str = "") -> str:
        return f"{self.address}{page}{query}"

    @property
    def megabytes(self) -> float:
        return float(self.process.memory_info().rss / 2**20)

    @property
    def worked(self) -> float:
        """Seconds of processor time: they do not depend on what else the machine does."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True, slots=True)
class Load:
    viewers: int
    pages: int  # that each asks for
    pause: float  # seconds, after each answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", help="SQLAlchemy URL; default: that of the settings")
    parser.add_argument("--topic", default="deepseek")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--pages", type=int, default=10, help="that each viewer asks for")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds after each answer")
    parser.add_argument(
        "--baseline", action=argparse.BooleanOptionalAction, default=True, help="beside ours"
    )
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)  # the port of the baseline
    given = parser.parse_args()
    store = given.store or Settings.from_env().database_url
    if given.serve:
        serve_without_memory(store, given.serve)
        return
    ours, theirs = "dashboard.app", "scripts.bench_pages"
    with ExitStack() as stack:
        servers = [stack.enter_context(started("ours", ours, store, given.topic))]
        if given.baseline:  # at a million articles it takes minutes a page
            server = started("each page anew", theirs, store, given.topic)
            servers.append(stack.enter_context(server))
        bench(servers, Load(given.viewers, given.pages, given.pause))


def serve_without_memory(store: str, port: int) -> None:
    """The same dashboard, but no page is kept."""
    app = create_app(Settings.from_env(os.environ | {"FRAMEWATCH_DATABASE_URL": store}))

    class Forgetful(Bodies):
        def get(self, key: str, make: Callable[[], bytes]) -> bytes:
            return make()

    app.state.site = replace(app.state.site, bodies=Forgetful())
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


@contextmanager
def started(name: str, module: str, store: str, topic: str) -> Iterator[Server]:
    """A server in a process of its own, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", module]
    if module != "dashboard.app":
        command += ["--serve", str(port), "--store", store]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MALLOC_ARENA_MAX": "1",  # as scripts.place and docker-compose.yml have it
        "FRAMEWATCH_DATABASE_URL": store,
        "FRAMEWATCH_DASHBOARD_PORT": str(port),
    }
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, f"http://127.0.0.1:{port}/health", Path(log.name))
            address = f"http://127.0.0.1:{port}/t/{topic}/"
            yield Server(name, address, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(process: "subprocess.Popen[bytes]", health: str, log: Path) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(health, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    sys.exit(f"the dashboard did not start: {log.read_text()[-2000:]}")


def bench(servers: Sequence[Server], load: Load) -> None:
    print(f"{load.viewers} viewers, {load.pages} pages each, {load.pause} s after each answer\n")
    print(
        "a row: the first answer; p50 and p95 of those after it, to the last byte; processor ms\n"
    )
    started_with = [server.megabytes for server in servers]
    width = max(map(len, PAGES))
    print(" " * width, *(f"{server.name:>35}" for server in servers))
    worst = dict.fromkeys((server.name for server in servers), 0.0)
    for page in pages(servers[0]):
        cells = []
        for server in servers:  # in turn, so that a busy machine slows both
            first = statistics.median(_seconds(server.url(page, _unseen())) for _ in range(3))
            before = server.worked
            taken = crowd(server, page, load)
            p50, p95 = quantiles(taken)
            worked = (server.worked - before) / len(taken)
            worst[server.name] = max(worst[server.name], p95)
            figures = (first, p50, p95, worked)
            cells.append(" ".join(f"{figure * 1000:8.1f}" for figure in figures))
        print(f"{page:{width}}", *cells, flush=True)
    print()
    for server, before in zip(servers, started_with, strict=True):
        print(
            f"{server.name}: worst p95 {worst[server.name] * 1000:.0f} ms; memory "
            f"{before:.0f} MB at the start, {server.megabytes:.0f} MB now"
        )


def pages(server: Server) -> list[str]:
    """Those that answer, with the first frame and the newest article in their places."""
    frame = requests.get(server.url("frame"), timeout=STARTING).url.rpartition("/")[2]
    listed = requests.get(server.url("articles"), timeout=STARTING).text
    article = re.search(r"/article/(\d+)", listed)
    known = {"frame": frame.partition("?")[0], "article": article[1] if article else ""}
    named = [page.format(**known) for page in PAGES]
    found = []
    for page in named:
        answer = requests.get(server.url(page), timeout=STARTING)
        if answer.ok:
            found.append(page)
        else:
            print(f"left out: {page}, which answers {answer.status_code}")
    return found


def crowd(server: Server, page: str, load: Load) -> list[float]:
    """All viewers ask for one page, again and again."""
    taken: list[float] = []

    def view() -> None:
        with requests.Session() as session:
            for _ in range(load.pages):
                taken.append(_seconds(server.url(page), session))
                time.sleep(load.pause)

    threads = [threading.Thread(target=view) for _ in range(load.viewers)]
    for number, thread in enumerate(threads):
        thread.start()
        time.sleep(load.pause / load.viewers if number else 0)
    for thread in threads:
        thread.join()
    return taken


def _seconds(url: str, session: requests.Session | None = None) -> float:
    start = time.perf_counter()
    answer = (session or requests).get(url, timeout=STARTING)
    taken = time.perf_counter() - start
    answer.raise_for_status()
    return taken


def _unseen() -> str:
    """A query that nobody asked for yet, and that filters nothing."""
    return f"?bench={secrets.token_hex(8)}"


def quantiles(taken: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(taken)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


if __name__ == "__main__":
    main()
