"""A real browser for tests of pages: name this module in `pytest_plugins` for its fixtures.

Every test also fails on an error in the console and on any request that leaves this machine.
"""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from dashboard.app import create_app
from framewatch.settings import Settings
from report import pdf
from tests.newsroom_store import NOW
from tests.trusted_store import fill, fill_shifted

PHONE: ViewportSize = {"width": 390, "height": 844}  # pixels
OF_COLOURS = ("color-contrast", "link-in-text-block")  # axe's rules that another scheme can break

# Quiet: no request of its own, no sandbox (containers), no first-run pages.
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over the newsroom, a part of it coded by hand, a week partly collected."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    fill(url).dispose()
    yield from served(url)


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Twenty weeks with a shift."""
    url = f"sqlite:///{tmp_path_factory.mktemp('shifted')}/store.db"
    fill_shifted(url).dispose()
    yield from served(url)


def served(url: str, **environment: str) -> Iterator[str]:
    """The dashboard over a store on a free port of this machine: the topic's address."""
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url, **environment})
    app = create_app(settings, lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the dashboard did not start"
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/t/deepseek/"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = pdf.browser()
    assert found, pdf.LACKING
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page, watched."""
    yield from watched(chromium)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    yield from watched(chromium, viewport=PHONE)


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """Without JavaScript."""
    yield from watched(chromium, java_script_enabled=False)


def watched(chromium: Browser, **options: object) -> Iterator[Page]:
    context = chromium.new_context(**({"locale": "en-GB"} | options))
    tab = context.new_page()
    faults: list[str] = []
    tab.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("request", lambda sent: faults.append(sent.url) if leaves(sent.url) else None)
    yield tab
    context.close()
    assert faults == []


def leaves(url: str) -> bool:
    return urlsplit(url).hostname != "127.0.0.1"


def standing(page: Page, address: str, path: str) -> None:
    """Open a page; {id} is the newest article that carries a quoted frame."""
    if "{id}" in path:
        page.goto(f"{address}articles?frame=morality")
        link = page.locator(".rows .title a").first.get_attribute("href") or ""
        path = path.replace("{id}", re.search(r"(\d+)(\?|$)", link)[1])
    page.goto(address + path)


def open_tables(page: Page) -> None:
    page.locator("main details").evaluate_all("every => every.forEach(one => { one.open = true })")


def assert_accessible(page: Page, rules: Sequence[str] = ()) -> None:
    """Axe finds nothing: contrast, names, landmarks, tables; or only what some of its rules say."""
    options: dict[str, object] = {"resultTypes": ["violations"]}  # halves its time
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    results = Axe().run(page, options=options)
    assert results.violations_count == 0, results.generate_report()


def assert_for_everybody(page: Page) -> None:
    """Axe finds nothing in either colour scheme, and a phone need not scroll sideways."""
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, OF_COLOURS)
    page.set_viewport_size(PHONE)
    assert_fits(page)


def assert_fits(page: Page) -> None:
    """A phone need not scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
