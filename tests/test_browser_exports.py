"""Files, code and the API in a real browser."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser import (
    PHONE,
    assert_accessible,
    assert_fits,
    assert_for_everybody,
    open_tables,
    standing,
    watched,
)

pytestmark = pytest.mark.slow
pytest_plugins = ("tests.browser",)

PAGES = ("code/frame-economic", "code/sources?country=AU", "/api")


def whole(address: str, path: str) -> str:
    return f"{address.partition('/t/')[0]}{path}" if path.startswith("/") else address + path


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(page, address, path):
    """Everything open; on a phone code scrolls within its box."""
    page.goto(whole(address, path))
    open_tables(page)
    assert_for_everybody(page)


def test_links_to_files_never_cover_the_table_above_which_they_stand(chromium, address):
    """On a phone."""
    for page in watched(chromium, viewport=PHONE):
        standing(page, address, "frame/economic")
        open_tables(page)
        assert_fits(page)
        for links in page.locator(".data > .csv").all():
            box = links.bounding_box()
            summary = links.locator("xpath=..").locator("> details > summary")
            if summary.count():
                told = summary.bounding_box()
                beside = told["x"] + told["width"] <= box["x"] + 1
                assert beside or told["y"] >= box["y"] + box["height"] - 1


@pytest.mark.parametrize("ending", ["CSV", "SVG", "PNG"])
def test_a_file_is_saved_under_the_name_of_what_it_holds(page, address, ending):
    """By keyboard, from the page, with the page's filters."""
    page.goto(f"{address}?country=AU")
    link = page.get_by_role("link", name=re.compile(f"^{ending}: Economic")).first
    link.focus()
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    download = waiting.value
    assert download.suggested_filename == f"deepseek-frame-economic.{ending.lower()}"
    body = download.path().read_bytes()
    start = {"CSV": b"# Economic", "SVG": b"<svg ", "PNG": b"\x89PNG"}[ending]
    assert body.startswith(start)


def test_what_is_drawn_is_what_the_file_holds(page, address):
    """The read-out of each week, against the row of the CSV."""
    page.goto(f"{address}frame/economic?host=harbour")
    notes = page.locator(".wide svg").first.locator(".hover title").all_text_contents()
    with page.expect_download() as waiting:
        page.locator(".data a", has_text="CSV").first.click()
    lines = waiting.value.path().read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == len(notes) == 10
    for row, note in zip(rows, notes, strict=True):
        if row["share"]:
            assert f"{row['numerator']} of {row['denominator']} article" in note


def test_arrow_keys_read_out_what_the_file_holds(page, address):
    """From the newest week back to the first, by keyboard alone; Escape ends it."""
    page.goto(f"{address}frame/economic?host=harbour")
    with page.expect_download() as waiting:
        page.locator(".data a", has_text="CSV").first.click()
    lines = waiting.value.path().read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    page.locator(".wide svg.chart").first.focus()
    said = page.get_by_role("status").and_(page.locator("#readout"))
    for row in reversed(rows):
        page.keyboard.press("ArrowLeft")
        if row["share"]:
            expect(said).to_contain_text(f"{row['numerator']} of {row['denominator']} article")
    first = said.inner_text()
    page.keyboard.press("ArrowLeft")  # there is no week before it
    expect(said).to_have_text(first)
    page.keyboard.press("End")
    expect(said).not_to_have_text(first)
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(said).to_be_empty()


def test_a_pointer_at_rest_does_not_change_what_is_read_out(page, address):
    """While the page scrolls under it, as when a chart gets the focus."""
    page.goto(f"{address}frame/economic?host=harbour")
    chart, said = page.locator(".wide svg.chart").first, page.locator("#readout")
    points = chart.locator(".hover")
    points.first.hover()
    expect(said).to_contain_text("Week")
    last = points.last.get_attribute("data-note")
    chart.focus()
    page.keyboard.press("End")
    page.keyboard.press("End")
    expect(said).to_have_text(last)
    page.mouse.wheel(0, 600)
    page.wait_for_function("scrollY > 300")
    page.wait_for_timeout(500)  # browsers tell of what came to lie under the pointer after a while
    expect(said).to_have_text(last)
    points.nth(1).hover()
    expect(said).not_to_have_text(last)


def test_a_finger_reads_a_point_out_within_the_page(chromium, address):
    """Browsers show no titles to fingers; the words never stand over the edge."""
    for phone in watched(chromium, viewport=PHONE, has_touch=True):
        phone.goto(f"{address}frame/economic?host=harbour")
        for week in (0, -1):
            point = phone.locator(".narrow svg.chart").first.locator(".hover").nth(week)
            point.scroll_into_view_if_needed()
            point.tap()
            said = phone.locator("#readout")
            expect(said).to_contain_text("Week")
            box = said.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
            assert_fits(phone)


def test_the_saved_drawing_is_drawn_by_a_browser_too(chromium, address):
    """Opened by itself it has a size, letters and nothing to load."""
    for page in watched(chromium, viewport={"width": 1200, "height": 800}):
        answer = page.request.get(f"{address}chart/frame-economic.svg")
        page.set_content(answer.text())
        box = page.locator("svg").first.bounding_box()
        assert box["width"] == pytest.approx(1060, abs=2)
        for text in page.locator("svg > text").all():
            edge = text.bounding_box()
            assert edge["x"] + edge["width"] <= box["x"] + box["width"] - 10


def test_code_is_found_from_the_chart_and_leads_to_the_files(page, address):
    """Without a script; the page keeps the filters."""
    page.goto(f"{address}frame/economic?country=AU")
    page.get_by_role("link", name=re.compile("^Code: Economic.* by week")).click()
    page.wait_for_url("**/code/frame-economic?country=AU")
    assert "frame-economic.csv?country=AU" in page.locator("pre").first.inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Parquet").click()
    assert waiting.value.suggested_filename == "deepseek-frame-economic.parquet"


def test_the_api_is_found_from_every_page(page, address):
    """In the footer; its examples answer."""
    page.goto(address)
    page.get_by_role("link", name="API", exact=True).click()
    page.wait_for_url("**/api")
    example = page.get_by_role("link", name="Example: What changed last").get_attribute("href")
    assert page.request.get(whole(address, example)).json()["changes"]


def test_print_has_the_code_and_no_links_to_files(page, address):
    """What a reader takes along."""
    page.goto(f"{address}code/frame-economic")
    page.emulate_media(media="print")
    assert page.locator("pre").first.is_visible()
