"""Milliseconds to the first paint, to the drawn charts and to those of another filter.

    python -m scripts.bench_paint [--store sqlite:///…] [--rounds 7]

In Chromium, in turn: our overview, and the same chart as a Streamlit page, which is installed into
a folder that is removed afterwards. The newest Streamlit is taken, from the package index.
"""

import argparse
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import make_url

from framewatch.settings import ROOT, Settings
from report import pdf
from scripts.bench_pages import STARTING, started

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
# From the last press of the pointer to the frame that paints another number and another chart, by
# the page's own clock: what drives the browser costs more than either page.
WATCH = """(parts) => {
  const stands = () => parts.map((part) => document.querySelector(part)?.outerHTML ?? null);
  const before = stands();
  let pressed = null;
  addEventListener("pointerdown", (event) => { pressed = event.timeStamp; }, true);
  window.took = new Promise((done) => {
    const look = () => requestAnimationFrame(() => {
      if (stands().every((part, i) => part && part !== before[i]))
        requestAnimationFrame(() => done(performance.now() - pressed));
      else look();
    });
    look();
  });
}"""
LOOK = 500  # milliseconds that a person looks at a page before the first click; for both pages
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
COUNTRY = "AU"


@dataclass(frozen=True, slots=True)
class Rival:
    """A page, how one sees that its charts stand, and how one filters it."""

    name: str
    address: str
    drawn: str  # a selector
    counted: str  # of the number that a filter changes
    choose: Callable[[Page], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", help="SQLite URL; default: that of the settings")
    parser.add_argument("--topic", default="deepseek")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    url = given.store or Settings.from_env().database_url
    path = make_url(url).database
    if make_url(url).get_backend_name() != "sqlite" or not path or not Path(path).is_file():
        sys.exit(f"bench_paint: {url.partition('@')[2] or url} is no SQLite store that there is")
    with ExitStack() as stack:
        ours = stack.enter_context(started("ours", "dashboard.app", url, given.topic))
        theirs = stack.enter_context(streamlit(Path(path).absolute(), given.topic))
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=pdf.browser(), args=list(ARGUMENTS))
        rivals = [
            Rival("ours", ours.address, "svg[role=img] .line", ".status strong", _ours),
            Rival(
                "Streamlit", theirs, "[data-testid=stVegaLiteChart] svg.marks", "strong", _theirs
            ),
        ]
        report(rivals, browser, given.rounds)
        browser.close()


# Counts that are ready to be added up, as a page's author would keep them.
COUNTS = """
CREATE TABLE frame_days AS
SELECT a.day, s.frame, a.country, count(*) AS n, sum(s.present) AS k
FROM held.articles a JOIN held.frame_scores s ON s.reading_id = (
    SELECT max(id) FROM held.readings WHERE article_id = a.id AND text_sha256 = a.text_sha256)
WHERE a.topic = ? AND a.day IS NOT NULL GROUP BY a.day, s.frame, a.country
"""


def count_for(rival: Path, store: Path, topic: str) -> None:
    """Make the SQLite file that the other page reads."""
    connection = sqlite3.connect(rival)
    connection.execute("ATTACH ? AS held", (str(store),))
    connection.execute(COUNTS, (topic,))
    connection.commit()
    connection.close()


@contextmanager
def streamlit(store: Path, topic: str) -> Iterator[str]:
    """Streamlit with its page over counts of the store, from an environment that is thrown away."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        counts = Path(folder) / "counts.db"
        count_for(counts, store, topic)
        uv = str(ROOT / ".venv" / "bin" / "uv")
        python = f"{folder}/venv/bin/python"
        subprocess.run([uv, "venv", "--quiet", f"{folder}/venv"], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", python, "streamlit"], check=True
        )
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        page = str(ROOT / "scripts" / "bench_streamlit.py")
        options = ["--server.headless=true", "--browser.gatherUsageStats=false"]
        options += ["--server.address=127.0.0.1", f"--server.port={port}"]
        command = [python, "-m", "streamlit", "run", page, *options, "--", str(counts)]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(health: str) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        try:
            if requests.get(health, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    sys.exit("Streamlit did not start")


def report(rivals: list[Rival], browser: Browser, rounds: int) -> None:
    measured: dict[str, list[tuple[float, float, float, float]]] = {}
    for rival in rivals:
        measure(rival, browser)  # what is made at the first visit of all
    for _ in range(rounds):
        for rival in rivals:  # in turn, so that a busy machine slows both
            measured.setdefault(rival.name, []).append(measure(rival, browser))
    titles = ("first paint", "charts drawn", "other filter", "kB sent")
    print(f"medians of {rounds} fresh browsers; ms\n")
    print(f"{'':12}", *(f"{title:>14}" for title in titles))
    for name, rows in measured.items():
        medians = [statistics.median(column) for column in zip(*rows, strict=True)]
        print(f"{name:12}", *(f"{median:14.0f}" for median in medians))


def measure(rival: Rival, browser: Browser) -> tuple[float, float, float, float]:
    """A fresh browser: first paint, charts drawn, another filter painted, and kB received."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda done: received.append(done["encodedDataLength"]))
    start = time.perf_counter()
    page.goto(rival.address)
    page.wait_for_selector(rival.drawn, state="attached")
    drawn = time.perf_counter() - start
    page.wait_for_function(PAINTED)
    painted = float(page.evaluate(PAINTED))
    sent = sum(received) / 1024
    page.wait_for_timeout(LOOK)
    page.evaluate(WATCH, [rival.counted, rival.drawn])
    rival.choose(page)
    other = float(page.evaluate("window.took"))
    context.close()
    return painted, drawn * 1000, other, sent


def _ours(page: Page) -> None:
    page.get_by_role("combobox", name="Country").select_option(COUNTRY)
    page.get_by_role("button", name="Show").click(no_wait_after=True)


def _theirs(page: Page) -> None:
    """A combobox that opens on a click; its options stand in a list."""
    page.locator("[data-testid=stSelectbox] input").click()
    page.get_by_role("option", name=COUNTRY, exact=True).click(no_wait_after=True)


if __name__ == "__main__":
    main()
