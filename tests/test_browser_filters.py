"""A filter's answer takes the page's place: address, focus, Back, and what is said."""

import base64
import hashlib

import pytest
from playwright.sync_api import Page, expect

from dashboard.site import HERE, HTMX
from tests.browser import assert_accessible, open_tables

pytest_plugins = ("tests.browser",)
STAYED = "() => window.stayed === true"


@pytest.fixture
def opened(page: Page, address: str) -> Page:
    """The overview, marked: a page that was loaded anew has lost the mark."""
    page.goto(address)
    page.evaluate("() => { window.stayed = true; }")
    return page


def filtered(page: Page, outlet: str = "harbour") -> None:
    page.get_by_role("combobox", name="Outlet").select_option(outlet)
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(f"**/?host={outlet}&by=week")


def test_the_script_is_the_published_one():
    """Browsers check the same hash before they run it."""
    script = (HERE / "static" / HTMX.name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(script).digest()).decode()
    assert HTMX.integrity == f"sha384-{digest}"


@pytest.mark.slow
def test_the_page_stays_and_all_of_it_follows_the_filter(opened, address):
    """Also what stands outside of the main part: the ways to other pages keep the filter."""
    title = opened.title()
    filtered(opened)
    assert opened.evaluate(STAYED)
    assert opened.title() == title
    frames = opened.get_by_role("navigation", name="Pages").get_by_role("link", name="Articles")
    assert frames.get_attribute("href").endswith("/articles?host=harbour&by=week")
    shown = opened.locator(".status strong").inner_text()
    opened.goto(opened.url)
    assert opened.locator(".status strong").inner_text() == shown


@pytest.mark.slow
def test_who_filters_by_keyboard_stays_where_they_were_and_hears_the_number(opened):
    """The button has the focus, the place in the page is the same, the status is read out."""
    opened.get_by_role("combobox", name="Outlet").select_option("harbour")
    opened.get_by_role("button", name="Show").focus()
    opened.evaluate("() => scrollTo(0, 90)")
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/?host=harbour&by=week")
    expect(opened.get_by_role("button", name="Show")).to_be_focused()
    assert opened.evaluate("() => scrollY") == 90
    number = opened.locator(".status strong").inner_text()
    expect(opened.locator("#said")).to_contain_text(number)


@pytest.mark.slow
@pytest.mark.parametrize("label", ["From", "To"])
def test_who_filters_from_a_date_stays_in_it(opened, label):
    """Enter sends the form; the field has the focus still."""
    opened.get_by_label(label, exact=True).fill("2025-02-10")
    opened.get_by_label(label, exact=True).press("Enter")
    expect(opened.get_by_role("link", name="Clear")).to_be_visible()
    expect(opened.get_by_label(label, exact=True)).to_be_focused()
    assert opened.evaluate(STAYED)


@pytest.mark.slow
def test_who_filters_from_a_list_stays_in_it(opened):
    """However the form was sent."""
    outlets = opened.get_by_role("combobox", name="Outlet")
    outlets.select_option("harbour")
    outlets.focus()
    outlets.evaluate("(one) => one.form.requestSubmit()")
    expect(opened.get_by_role("link", name="Clear")).to_be_visible()
    expect(outlets).to_be_focused()
    assert opened.evaluate(STAYED)


@pytest.mark.slow
def test_who_clears_the_filters_by_keyboard_is_at_their_button(opened):
    """The way to clear them is gone with them."""
    filtered(opened)
    opened.get_by_role("link", name="Clear").focus()
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("combobox", name="Outlet")).to_have_value("")
    expect(opened.get_by_role("button", name="Show")).to_be_focused()


@pytest.mark.slow
def test_back_and_forward_show_what_the_address_says(opened, address):
    """Number, drawing, chosen outlet."""
    number, outlet = opened.locator(".status strong"), opened.get_by_role("combobox", name="Outlet")
    drawing = opened.locator("svg[role=img] .line").first
    all_of_it, drawn = number.inner_text(), drawing.get_attribute("d")
    filtered(opened)
    one, other = number.inner_text(), drawing.get_attribute("d")
    assert one != all_of_it
    assert other != drawn
    opened.go_back()
    expect(number).to_have_text(all_of_it)
    expect(drawing).to_have_attribute("d", drawn)
    expect(outlet).to_have_value("")
    assert opened.url == address
    opened.go_forward()
    expect(number).to_have_text(one)
    expect(outlet).to_have_value("harbour")
    assert opened.evaluate(STAYED)


@pytest.mark.slow
def test_back_from_another_page_too(opened, address):
    """The list of articles is a page of its own."""
    filtered(opened)
    number = opened.locator(".status strong").inner_text()
    opened.get_by_role("navigation", name="Pages").get_by_role("link", name="Articles").click()
    opened.wait_for_url("**/articles?host=harbour&by=week")
    opened.go_back()
    expect(opened.get_by_role("heading", level=1)).to_contain_text("How the news frames")
    expect(opened.locator(".status strong")).to_have_text(number)


@pytest.mark.slow
def test_a_lost_answer_is_asked_for_as_without_scripts(chromium, address):
    """The request of the script breaks off; the browser's own comes through."""
    context = chromium.new_context()  # not watched: what is lost stands in the console
    opened = context.new_page()
    opened.goto(address)
    opened.evaluate("() => { window.stayed = true; }")
    lost: list[str] = []

    def lose(route) -> None:
        if "hx-request" in route.request.headers:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    opened.route("**/deepseek/?*", lose)
    opened.get_by_role("combobox", name="Outlet").select_option("harbour")
    opened.get_by_role("button", name="Show").click()
    expect(opened.get_by_role("combobox", name="Outlet")).to_have_value("harbour")
    opened.wait_for_url("**/?host=harbour&by=week")
    assert len(lost) == 1
    assert not opened.evaluate(STAYED)
    context.close()


@pytest.mark.slow
def test_two_groups_are_chosen_without_a_new_page(page, address):
    """The pair below a page of comparisons."""
    page.goto(f"{address}compare?dim=host&frame=conflict")
    page.evaluate("() => { window.stayed = true; }")
    chooser = page.get_by_role("combobox", name="Right")
    now = chooser.input_value()
    values = chooser.locator("option").evaluate_all("all => all.map((one) => one.value)")
    left = page.get_by_role("combobox", name="Left").input_value()
    other = next(value for value in values if value not in (now, left))
    chooser.select_option(other)
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(f"**right={other}*")
    expect(page.get_by_role("combobox", name="Right")).to_have_value(other)
    assert page.evaluate(STAYED)


@pytest.mark.slow
def test_a_table_behind_a_chart_comes_when_it_is_opened(opened, address):
    """A filter's answer leaves it out; opened, it is that of the whole page, once."""
    filtered(opened)
    details = opened.locator("#table-frame-economic")
    assert details.locator("table").count() == 0
    asked: list[str] = []
    opened.on("request", lambda sent: asked.append(sent.url))
    details.locator("summary").click()
    expect(details.locator("tbody tr").first).to_be_visible()
    rows = details.locator("tbody tr").all_inner_texts()
    details.locator("summary").click()
    details.locator("summary").click()
    expect(details.locator("tbody tr").first).to_be_visible()
    assert len([url for url in asked if "/static/" not in url]) == 1
    opened.goto(opened.url)
    opened.locator("#table-frame-economic summary").click()
    assert opened.locator("#table-frame-economic tbody tr").all_inner_texts() == rows


@pytest.mark.slow
def test_a_table_that_does_not_come_is_told_of(opened, address):
    """Signed out meanwhile, or a fault: the page that says so takes over; nothing just vanishes."""
    filtered(opened)
    said = opened.locator("#said")
    expect(said).not_to_be_empty()
    opened.evaluate("() => { document.getElementById('said').textContent = 'as it was'; }")
    opened.locator("#table-frame-conflict summary").click()
    expect(opened.locator("#table-frame-conflict tbody tr").first).to_be_visible()
    expect(said).to_have_text("as it was")

    def other(route) -> None:
        if "hx-request" in route.request.headers:
            route.fulfill(status=200, content_type="text/html", body="<main>Sign in</main>")
        else:
            route.continue_()

    opened.route("**/deepseek/?*", other)
    opened.locator("#table-frame-economic summary").click()
    opened.wait_for_function("() => window.stayed !== true")
    expect(opened.locator("#table-frame-economic table")).to_be_attached()


@pytest.mark.slow
def test_what_came_by_a_script_is_as_accessible(opened):
    """Axe finds nothing after a filter, tables opened."""
    filtered(opened)
    open_tables(opened)
    expect(
        opened.locator("main details.data table, main .data details table").first
    ).to_be_visible()
    assert_accessible(opened)
