"""Every page over the invented newsroom, as people see it: light, dark, on a phone, on paper.

    python -m scripts.screenshots [--folder .screenshots] [--store URL]

Without --store the sample archive is collected, read and counted first (about two minutes). Needs
Chromium.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright
from tqdm import tqdm

from dashboard.app import create_app
from dashboard.pages import NAMES
from db.session import migrate
from framewatch import stages
from framewatch.desk import open_desk
from framewatch.settings import ROOT, Settings
from framewatch.story import Window
from report import pdf
from scripts.demo import WEEKS
from scripts.place import DEMO

TOPIC = "deepseek"
FRAMES = (
    "frame/economic",
    "frame/regulation_bans",
    "frame/conflict?by=day&from=2025-02-01&to=2025-03-30",
)
MORE = ("articles?frame=morality", "compare?dim=country", "articles?host=nobody")
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    "paper": {"viewport": {"width": 794, "height": 1123}},  # A4 at 96 dots per inch
}
# After the last week of the sample, so that a bucket is unfinished.
NOW = datetime(2025, 3, 28, 9, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / ".screenshots")
    parser.add_argument("--store", default="", help="A store that is filled already.")
    given = parser.parse_args()
    found = pdf.browser()
    if found is None:
        print(pdf.LACKING, file=sys.stderr)
        return 1
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        url = given.store or filled(Path(home))
        with served(url) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
            taken = shoot(browser, address, given.folder)
            browser.close()
    print(f"{taken} pictures in {given.folder}")
    return 0


def filled(home: Path) -> str:
    """A store of the ten weeks of the sample."""
    settings = Settings.from_env({**os.environ, **DEMO, "FRAMEWATCH_HOME": str(home)})
    migrate(settings.database_url)
    with open_desk(settings) as desk:
        zone = desk.topic(TOPIC).zone
        first, last = (date.fromisoformat(WEEKS[key]) for key in ("start_date", "end_date"))
        start, end = (
            datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            for day in (first, last + timedelta(days=1))
        )
        print("Reading the sample archive ...")
        stages.collect(desk, TOPIC, Window(start, end), NOW)
        stages.classify(desk, TOPIC, NOW)
        stages.publish(desk, TOPIC, NOW)
    return settings.database_url


@contextmanager
def served(url: str) -> Iterator[str]:
    """The dashboard over a store, on a free port."""
    settings = Settings.from_env({**DEMO, "FRAMEWATCH_DATABASE_URL": url})
    app = create_app(settings, lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/t/{TOPIC}/"
    finally:
        server.should_exit = True
        thread.join()


def shoot(browser: Browser, address: str, folder: Path) -> int:
    """Every page in every look."""
    pages = [path for path, _ in NAMES if path != "frame"] + [
        *FRAMES,
        *MORE,
        article(browser, address),
    ]
    with tqdm(total=len(pages) * len(LOOKS), desc="pictures", disable=None) as bar:
        for look, options in LOOKS.items():
            context = browser.new_context(locale="en-GB", **options)
            page = context.new_page()
            if look == "paper":
                page.emulate_media(media="print")
            for path in pages:
                page.goto(address + path)
                page.screenshot(path=folder / f"{named(path)}-{look}.png", full_page=True)
                bar.update()
            context.close()
    return len(pages) * len(LOOKS)


def article(browser: Browser, address: str) -> str:
    """The newest article that carries a frame."""
    page = browser.new_page()
    page.goto(f"{address}articles?frame=morality")
    link = page.locator(".rows .title a").first.get_attribute("href") or ""
    page.close()
    return link.partition(f"/t/{TOPIC}/")[2]


def named(path: str) -> str:
    words = "".join(c if c.isalnum() else "-" for c in path) or "overview"
    return words.strip("-")


if __name__ == "__main__":
    sys.exit(main())
