"""Compare and Sentiment in a real browser: from a number to its articles, and by keyboard alone."""

import re
from collections.abc import Iterator

import pytest

from tests import compared_store
from tests.browser import assert_for_everybody, open_tables, served, watched

pytestmark = pytest.mark.slow
pytest_plugins = ("tests.browser",)

PAGES = (
    "compare", "compare?dim=voice&frame=morality", "compare?dim=country&reach=beyond",
    "compare?host=nobody", "sentiment", "sentiment?target=china&from=2025-03-01",
    "sentiment?host=nobody", "frame/economic",
)  # fmt: skip


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three outlets that differ clearly, hardly, and too little to say."""
    url = f"sqlite:///{tmp_path_factory.mktemp('apart')}/store.db"
    compared_store.fill(url).dispose()
    yield from served(url)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(page, address, path):
    """Tables open; on a phone the table of shades scrolls within itself."""
    page.goto(address + path)
    open_tables(page)
    assert_for_everybody(page)


def test_every_shade_has_enough_contrast(page, address):
    """All eleven, put on the cells in turn."""
    page.goto(f"{address}compare")
    cells = page.locator(".heat tbody td")
    assert cells.count() >= 11
    cells.evaluate_all("cells => cells.forEach((cell, i) => { cell.className = `h${i % 11}` })")
    assert_for_everybody(page)


def test_a_cell_leads_to_that_groups_articles_with_that_frame_only(page, address):
    """Every row of the list has the country, the frame, and a sentence that speaks for it."""
    page.goto(f"{address}compare?dim=country")
    page.get_by_role("link", name="Economic consequences, Australia").click()
    page.wait_for_url("**/articles?country=AU&frame=economic")
    rows = page.locator(".rows > li")
    assert rows.count() == 25
    for row in rows.all():
        assert "Australia" in row.locator(".outlet span").all_inner_texts()
        assert row.locator(".chip", has_text="Economic consequences").count() == 1
        assert "Investors counted billions" in row.locator("blockquote").inner_text()
    page.go_back()
    assert page.get_by_role("combobox", name="Compare by").input_value() == "country"


def test_two_groups_are_chosen_by_keyboard_alone(page, apart):
    """The drawings change, and the rest of the choice stays."""
    page.goto(f"{apart}compare?frame=economic&reach=beyond")
    before = page.locator("article.panel .line").first.get_attribute("d")
    for side in ("Left", "Right"):  # herald and wire, each one further down
        page.get_by_role("combobox", name=side).focus()
        page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?left=wire&right=post&**#pair-title")
    assert {"frame=economic", "reach=beyond"} <= set(re.split("[?&#]", page.url))
    assert page.locator("article.panel .line").first.get_attribute("d") != before
    assert page.locator("article.panel h3").all_inner_texts()[:2] == ["✻ Wire", "✻ Post"]


def test_another_target_is_another_page_without_javascript(plain, apart):
    """By the button; and on to the articles that mention it."""
    plain.goto(f"{apart}sentiment")
    plain.get_by_role("combobox", name="Target").select_option("china")
    plain.get_by_role("button", name="Show").click()
    plain.wait_for_url("**/sentiment?target=china&by=week")
    assert plain.get_by_role("heading", name="Tone towards China by week").is_visible()
    plain.get_by_role("link", name="The articles that mention China").click()
    plain.wait_for_url("**/articles?target=china&by=week")
    assert "90 articles" in plain.locator(".status").inner_text()


def test_the_drawn_dots_stand_where_their_numbers_are(page, apart):
    """The mark of each row, read back by the two ticks at the ends of the scale."""
    page.goto(f"{apart}compare?frame=economic")
    chart = page.locator(".wide svg", has=page.locator("title", has_text="share by outlet")).first
    ticks = {
        text.text_content(): float(text.get_attribute("x") or 0)
        for text in chart.locator("text.label").all()
        if (text.text_content() or "").endswith("%") and "all" not in (text.text_content() or "")
    }
    discs = [float(disc.get_attribute("cx") or 0) for disc in chart.locator("circle.dot").all()]
    found = [(x - ticks["0%"]) / (ticks["100%"] - ticks["0%"]) for x in discs]
    assert found == pytest.approx([0.8, 0.2, 4 / 9], abs=0.005)


def test_print_is_dark_on_white_also_where_the_screen_is_dark(chromium, apart):
    """Ink on paper, and the shades of the light scheme."""
    lightest = "getComputedStyle(document.querySelector('.shades .h0')).backgroundColor"
    ground = "getComputedStyle(document.body).backgroundColor"
    for tab in watched(chromium, color_scheme="dark"):
        tab.goto(f"{apart}compare")
        assert tab.evaluate(lightest) == "rgb(19, 23, 27)"
        tab.emulate_media(media="print", color_scheme="dark")
        assert tab.evaluate(lightest) == "rgb(252, 251, 248)"
        assert tab.evaluate(ground) in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


def test_print_keeps_the_shades_and_drops_the_forms(page, apart):
    """What a reader takes along."""
    page.goto(f"{apart}compare")
    page.emulate_media(media="print")
    assert page.locator(".heat").is_visible()
    assert (
        page.locator(".heat td.h10").first.evaluate(
            "cell => getComputedStyle(cell).printColorAdjust"
        )
        == "exact"
    )
    assert not page.locator("form.filters").first.is_visible()
