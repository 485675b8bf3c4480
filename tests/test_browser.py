"""The pages in a real browser: what filters do, what fits, what a screen reader is told.

Every test also fails on an error in the console and on any request that leaves this machine.
"""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.app import create_app
from framewatch.settings import Settings
from tests.newsroom_store import NOW
from tests.trusted_store import fill, fill_shifted

pytestmark = pytest.mark.slow

# Quiet: no request of its own, no sandbox (containers), no first-run pages.
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PAGES = (
    "", "frame/economic", "frame/conflict", "frame/economic?asof=2025-03-12", "articles",
    "article/{id}", "method", "articles?host=nobody",
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


def served(url: str) -> Iterator[str]:
    """On a free port of this machine."""
    settings = Settings.from_env({"FRAMEWATCH_DATABASE_URL": url})
    app = create_app(settings, lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
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
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "no chromium: apt-get install chromium (Debian)"
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
    yield from watched(chromium, viewport={"width": 390, "height": 844})


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """Without JavaScript."""
    yield from watched(chromium, java_script_enabled=False)


def watched(chromium: Browser, **options: object) -> Iterator[Page]:
    context = chromium.new_context(**options)
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


def test_a_filter_changes_the_address_the_number_and_the_drawing_and_back_undoes_it(page, address):
    """The form is the address."""
    page.goto(address)
    before = page.locator(".status strong").inner_text()
    drawn = page.locator("svg[role=img] .line").first.get_attribute("d")
    page.get_by_role("combobox", name="Outlet").select_option("harbour")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/?host=harbour&by=week")
    assert page.locator(".status strong").inner_text() != before
    assert page.locator("svg[role=img] .line").first.get_attribute("d") != drawn
    assert page.get_by_role("combobox", name="Outlet").input_value() == "harbour"
    page.go_back()
    assert page.locator(".status strong").inner_text() == before
    assert page.get_by_role("combobox", name="Outlet").input_value() == ""


def test_filters_work_by_keyboard_alone(page, address):
    """From the skip link to the button."""
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to content"
    page.get_by_role("combobox", name="Country").focus()
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("combobox", name="Country").input_value()
    assert chosen
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/?country={chosen}&by=week")


def test_everything_works_without_javascript(plain, address):
    """Charts, table, list, filter by button, older."""
    plain.goto(address)
    assert plain.locator("svg[role=img] .line").count() > 3
    plain.locator("summary").first.click()
    assert plain.locator("table").first.is_visible()
    plain.goto(f"{address}articles")
    assert plain.locator(".rows > li").count() == 25
    first = plain.locator(".rows .title a").first.get_attribute("href")
    plain.get_by_role("link", name="Older").click()
    assert plain.locator(".rows .title a").first.get_attribute("href") != first


def test_a_frames_chip_leads_to_its_articles_and_on_to_the_evidence(page, address):
    """From the chart to the sentence in three steps."""
    page.goto(address)
    page.get_by_role("link", name="Conflict", exact=True).click()
    page.wait_for_url("**/frame/conflict")
    page.get_by_role("link", name="All articles with this frame").click()
    page.wait_for_url("**/articles?frame=conflict")
    page.locator(".rows .title a").first.click()
    assert page.locator("mark.f1").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page, address, path, scheme):
    """Contrast, names, landmarks, tables: in both colour schemes, tables open."""
    page.emulate_media(color_scheme=scheme)
    standing(page, address, path)
    for summary in page.locator("main details > summary").all():
        summary.click()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(phone, address, path):
    """390 pixels wide, tables open."""
    standing(phone, address, path)
    for summary in phone.locator("main details > summary").all():
        summary.click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_told_shift_reads_well_everywhere(chromium, shifted, scheme):
    """Axe finds nothing, and a phone shows all of it."""
    for page in watched(chromium, color_scheme=scheme, viewport={"width": 390, "height": 844}):
        page.goto(f"{shifted}frame/economic")
        assert page.locator(".shifts blockquote").count() == 3
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_newest_unfinished_and_the_partly_collected_week_look_as_the_key_says(page, address):
    """Two patterns that differ by more than colour, and a dashed line."""
    page.goto(f"{address}frame/economic")
    fills = {
        name: page.locator(f".wide .{name}").first.get_attribute("fill")
        for name in ("partial", "no-collection")
    }
    assert fills["partial"] != fills["no-collection"]
    assert page.locator(".key .part").count() == page.locator(".key .hatch").count() == 1
    dashes = page.locator(".wide .line.unfinished").first.get_attribute("stroke-dasharray")
    assert dashes == "4 4"


def test_a_day_of_knowledge_is_chosen_in_the_form_and_left_by_a_link(page, address):
    """The address holds it in between."""
    page.goto(f"{address}frame/economic")
    page.get_by_label("As known on").fill("2025-03-12")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/frame/economic?by=week&asof=2025-03-12")
    assert "as known on 12 Mar 2025" in page.locator(".status").inner_text()
    page.get_by_role("link", name="Show what is known now").click()
    page.wait_for_url("**/frame/economic?by=week")


def test_a_phone_gets_the_narrow_drawing(phone, address):
    """Its letters are as large as the text beside them."""
    phone.goto(address)
    assert phone.locator(".narrow svg").first.is_visible()
    assert not phone.locator(".wide svg").first.is_visible()
    height = phone.evaluate(
        "document.querySelector('.narrow svg text').getBoundingClientRect().height"
    )
    assert height >= 12


def test_a_hostile_title_runs_nothing(page, address):
    """Its words are on the page; no dialog opens."""
    opened: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}articles?from=2025-03-11&host=harbour")
    page.get_by_role("link", name="<script>alert").click()
    assert "<script>alert" in page.locator("h1").inner_text()
    assert opened == []


def test_print_has_the_charts_and_no_filters(page, address):
    """What a reader takes along."""
    page.goto(address)
    page.emulate_media(media="print")
    assert page.locator("svg[role=img]").first.is_visible()
    assert not page.locator("form.filters").is_visible()
