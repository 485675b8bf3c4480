"""The pages in a real browser: what filters do, what fits, what a screen reader is told."""

import pytest
from playwright.sync_api import expect

from tests.browser import assert_for_everybody, open_tables, standing

pytestmark = pytest.mark.slow
pytest_plugins = ("tests.browser",)

PAGES = (
    "", "frame/economic", "frame/conflict", "frame/economic?asof=2025-03-12", "articles",
    "article/{id}", "method", "articles?host=nobody",
)  # fmt: skip


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
    expect(page.locator(".status strong")).to_have_text(before)
    expect(page.get_by_role("combobox", name="Outlet")).to_have_value("")


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
    page.locator(".panel").get_by_role("link", name="Conflict", exact=True).click()
    page.wait_for_url("**/frame/conflict")
    page.get_by_role("link", name="All articles with this frame").click()
    page.wait_for_url("**/articles?frame=conflict")
    page.locator(".rows .title a").first.click()
    assert page.locator("mark.f1").count() == 1


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(page, address, path):
    """Contrast, names, landmarks, tables, and 390 pixels: tables open."""
    standing(page, address, path)
    open_tables(page)
    assert_for_everybody(page)


def test_a_told_shift_reads_well_everywhere(phone, shifted):
    """A phone shows all of it."""
    phone.goto(f"{shifted}frame/economic")
    assert phone.locator(".shifts blockquote").count() == 3
    assert_for_everybody(phone)


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
    page.locator(".rows .title a").filter(has_text="<script>alert").click()
    assert "<script>alert" in page.locator("h1").inner_text()
    assert opened == []


def test_print_has_the_charts_and_no_filters(page, address):
    """What a reader takes along."""
    page.goto(address)
    page.emulate_media(media="print")
    assert page.locator("svg[role=img]").first.is_visible()
    assert not page.locator("form.filters").is_visible()
