"""Lists, articles, events, saved views and the guided start in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import assert_fits, assert_for_everybody, open_tables, served, standing, watched
from tests.trusted_store import fill

pytestmark = pytest.mark.slow
pytest_plugins = ("tests.browser",)

PAGES = (
    "events", "views?of=articles&host=harbour", "articles?target=china", "articles?voice=quoted",
    "article/{id}", "article/{id}?show=morality", "?tour=1", "method?tour=5",
)  # fmt: skip


@pytest.fixture
def desk(tmp_path) -> Iterator[str]:
    """A dashboard that a test may write into."""
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url).dispose()
    yield from served(url)


def add_event(page, address: str, label: str) -> None:
    page.goto(f"{address}events")
    page.get_by_label("Day", exact=True).fill("2025-02-12")
    page.get_by_label("What happened").fill(label)
    page.get_by_label("Countries").fill("AU")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/events#events-title")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(page, address, path):
    """Menus and tables open."""
    standing(page, address, path)
    page.locator(".saved summary").click()
    open_tables(page)
    assert_for_everybody(page)


def test_menus_and_tables_open_on_a_phone(phone, address):
    """Nothing covers what opens them."""
    phone.goto(f"{address}articles?voice=quoted")
    phone.locator(".saved summary").click()
    open_tables(phone)
    assert_fits(phone)


@pytest.mark.parametrize("of", ["", "?dim=host"])
def test_the_shifts_of_all_frames_read_well_everywhere(phone, shifted, of):
    """A phone shows all of them, of all outlets together and of each."""
    phone.goto(f"{shifted}events{of}")
    assert phone.locator(".shifts blockquote").count() >= 3
    assert "▲ +" in phone.locator(".shifts h3").first.inner_text()
    assert_for_everybody(phone)


def test_an_event_is_added_drawn_changed_and_removed_without_javascript(chromium, desk):
    """And a fault comes back with what was typed."""
    for page in watched(chromium, java_script_enabled=False):
        add_event(page, desk, "A court stays the ban")
        assert "A court stays the ban" in page.locator(".event-table").inner_text()
        page.goto(f"{desk}frame/economic")
        assert page.locator(".wide .rule-number", has_text="6").count() == 1
        page.goto(f"{desk}events")
        page.get_by_role("link", name="Change event 6").click()
        expect(page.get_by_label("What happened")).to_have_value("A court stays the ban")
        page.get_by_label("What happened").fill("A court lifts the ban")
        page.get_by_role("button", name="Keep the change").click()
        assert "A court lifts the ban" in page.locator(".event-table").inner_text()
        page.get_by_role("button", name="Remove event 6").click()
        assert "court" not in page.locator(".event-table").inner_text()


def test_an_event_is_added_by_keyboard_alone(page, desk):
    """From the first field to the button."""
    page.goto(f"{desk}events")
    page.get_by_label("Day", exact=True).fill("2025-02-12")
    page.get_by_label("What happened").focus()
    page.keyboard.type("A court stays the ban")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("AU")
    page.keyboard.press("Enter")
    page.wait_for_url("**/events#events-title")
    assert "A court stays the ban" in page.locator(".event-table").inner_text()


def test_a_hostile_event_runs_nothing(page, desk):
    """On its page, in the drawing and in the list of events."""
    opened: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    add_event(page, desk, "</title><script>alert(1)</script>")
    for path in ("events", "", "frame/economic"):
        page.goto(f"{desk}{path}")
        assert "<script>alert(1)" in page.locator("main").inner_text()
    assert opened == []


def test_a_view_is_saved_from_its_page_and_chosen_from_the_menu(page, desk):
    """With its filters, from another page."""
    page.goto(f"{desk}articles?host=harbour&frame=economic")
    page.locator(".saved summary").click()
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Harbour on money")
    page.get_by_role("button", name="Save it").click()
    page.wait_for_url("**/articles?host=harbour&frame=economic")
    page.goto(f"{desk}method")
    page.locator(".saved summary").click()
    page.get_by_role("link", name="Harbour on money").click()
    page.wait_for_url("**/articles?host=harbour&frame=economic")
    assert page.locator(".facets [aria-current]").count() == 2


def test_a_number_leads_to_its_articles_to_the_sentence_and_to_the_archived_page(page, address):
    """From the share that changed, in three steps."""
    page.goto(address)
    page.locator("#changed td.share a").first.click()
    page.wait_for_url(re.compile("frame=.*from=.*to="))
    page.locator(".rows .anchor").first.click()
    page.wait_for_url(re.compile(r"/article/\d+.*#e\d+"))
    marked = page.locator("mark:target")
    assert marked.count() == 1
    assert marked.is_visible()
    provenance = page.locator(".provenance").last.inner_text()
    assert re.search(r"Page\s+[0-9a-f]{64}", provenance)


def test_a_facet_narrows_the_list_to_as_many_as_it_says_and_back(page, address):
    """The number beside a target is that of the list it leads to."""
    page.goto(f"{address}articles")
    whole = page.locator(".status strong").inner_text()
    step = page.locator(".facets").get_by_role("link", name=re.compile("^China"))
    said = step.locator(".count").inner_text()
    step.click()
    page.wait_for_url("**/articles?target=china")
    assert page.locator(".status strong").inner_text() == f"{said} articles"
    page.locator(".facets [aria-current]").click()
    page.wait_for_url("**/articles")
    assert page.locator(".status strong").inner_text() == whole


def test_a_phone_reaches_the_facets_below_the_list_by_a_link(phone, address):
    """The list comes first there."""
    phone.goto(f"{address}articles")
    rows, facets = (phone.locator(name).bounding_box() for name in (".found", ".facets"))
    assert facets["y"] > rows["y"] + rows["height"] - 1
    phone.get_by_role("link", name="Narrow the list").click()
    assert phone.locator(":focus").get_attribute("id") == "narrow"


def test_a_label_is_noted_as_wrong(page, desk):
    """By whoever reads the article."""
    standing(page, desk, "article/{id}")
    page.get_by_text("A label is wrong").click()
    page.get_by_label("Frame").last.select_option("morality")
    page.get_by_label("no", exact=True).check()
    page.get_by_label("Why").fill("Nobody judges here.")
    page.get_by_role("button", name="Keep the note").click()
    page.wait_for_url("**#notes-title")
    assert "Morality: absent, “Nobody judges here.”" in page.locator(".said").inner_text()


def test_the_tour_is_walked_without_javascript(plain, address):
    """From the banner to the last step, through real pages."""
    plain.goto(address)
    plain.get_by_role("link", name="Take the two-minute tour").click()
    for step in range(1, 6):
        assert plain.locator(".tour h2").inner_text().startswith(f"{step} of 6")
        plain.locator(".tour .on a").first.click()
    assert plain.locator(".tour h2").inner_text() == "6 of 6: Runs and backfill"
    plain.get_by_role("link", name="To the overview").click()
    assert plain.locator(".tour").count() == 0


@pytest.mark.parametrize("path", ["events", "articles", "article/{id}"])
def test_print_has_the_content_and_no_forms(page, address, path):
    """What a reader takes along."""
    standing(page, address, path)
    page.emulate_media(media="print")
    assert page.locator("main h1, main h2").first.is_visible()
    for name in (".write", ".facets", ".saved", ".filters", ".shown"):
        assert not any(found.is_visible() for found in page.locator(name).all())
