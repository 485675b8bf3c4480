"""Numbers and days as the reader's browser asks for them, and files the same for all."""

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

from dashboard import regional, words
from dashboard.regional import PLAIN, asked_for, written_for
from scripts.regional import table
from tests.browser import open_tables, watched

pytest_plugins = ("tests.files_store", "tests.browser")
DAY = date(2025, 3, 2)
OF_DAYS = re.compile(rf"\b\d{{1,2}} (?:{'|'.join(regional.MONTHS)})\b")
OF_POINTS = re.compile(r"\d\.\d+%|[+−]\d\.\d|\b0\.\d\d\b|\d,\d{3}\b")
PAGES = (
    "",
    "frame/economic",
    "compare",
    "articles",
    "article/1",
    "sentiment",
    "coverage",
    "events",
)


def test_the_table_is_that_of_the_cldr():
    """Made by `python -m scripts.regional` with the Babel that is pinned."""
    assert json.loads(regional.TABLE.read_text(encoding="utf-8")) == table()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", ("1,234,567", "12.5%", "1.2–3%", "+0.25", "2 Mar 2025", "2 Mar", "Mar 2025")),
        ("en-US", ("1,234,567", "12.5%", "1.2–3%", "+0.25", "Mar 2, 2025", "Mar 2", "Mar 2025")),
        ("de", ("1.234.567", "12,5 %", "1,2–3 %", "+0,25", "2 Mar 2025", "2 Mar", "Mar 2025")),
        ("fr", ("1 234 567", "12,5 %", "1,2–3 %", "+0,25", "2 Mar 2025", "2 Mar", "Mar 2025")),
        ("hu", ("1 234 567", "12,5%", "1,2–3%", "+0,25", "2025 Mar 2", "Mar 2", "2025 Mar")),
        ("de-CH", ("1’234’567", "12.5%", "1.2–3%", "+0.25", "2 Mar 2025", "2 Mar", "Mar 2025")),
        ("en-IN", ("12,34,567", "12.5%", "1.2–3%", "+0.25", "2 Mar 2025", "2 Mar", "Mar 2025")),
        ("zh-CN", ("1,234,567", "12.5%", "1.2–3%", "+0.25", "2025 Mar 2", "Mar 2", "2025 Mar")),
        ("tr", ("1.234.567", "%12,5", "%1,2–3", "+0,25", "2 Mar 2025", "2 Mar", "Mar 2025")),
    ],
)
def test_what_is_written_for_whom(asked: str, shown: tuple[str, ...]) -> None:
    """Spaces of any width count as spaces here; intervals name the sign once."""
    with written_for(asked_for(asked)):
        said = (
            words.a_number(1_234_567),
            words.a_percent(12.5, 1),
            words.a_range(0.012, 0.3).replace("30", "3"),
            words.a_tone(0.25),
            words.a_day(DAY),
            regional.a_day_of_year(DAY),
            regional.a_month(2025, 3),
        )
    spaced = tuple(one.replace("\u202f", " ").replace("\xa0", " ") for one in said)
    assert spaced == shown
    assert regional.current() is PLAIN


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.1, de ; q=0.9", "de"),
        ("xx-YY, fr-FR", "fr"),
        ("de-DE-1996-x-what", "de"),
        ("de;q=0, en-GB", ""),
        ("*", ""),
        ("de;q=much", ""),
        (";;,,=q" * 1000, ""),
        ("\x00" * 500, ""),
        ("en-GB", ""),
    ],
)
def test_the_first_language_that_is_known_counts(header: str, same: str) -> None:
    """Whatever a stranger sends, there is an answer."""
    assert asked_for(header) is asked_for(same)


@pytest.mark.parametrize("value", [0, 7, 99, 100, 1_000, 99_999, 100_000, 12_345_678, -1_234_567])
def test_groups_of_two_are_only_moved(value: int) -> None:
    with written_for(asked_for("hi")):
        said = words.a_number(value)
    parts = said.removeprefix("-").split(",")
    assert said.replace(",", "") == str(value)
    assert all(len(part) == 2 for part in parts[1:-1])
    assert len(parts) == 1 or (len(parts[0]) <= 2 and len(parts[-1]) == 3)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_written_for_its_reader(browser, page):
    """No number or day of one country is left on a page of another, and caches tell them apart."""
    asked = f"/t/deepseek/{page}"
    german = browser.get(asked, headers={"accept-language": "de-DE"})
    american = browser.get(asked, headers={"accept-language": "en-US"})
    plain = browser.get(asked)
    assert len({answer.headers["etag"] for answer in (plain, german, american)}) == 3
    assert "accept-language" in german.headers["vary"]
    assert OF_DAYS.search(said_in(plain.text))
    assert not OF_DAYS.search(said_in(american.text))
    assert not OF_POINTS.search(said_in(german.text))
    if page not in ("articles", "events"):  # whole counts below a thousand
        assert OF_POINTS.search(said_in(plain.text))


def said_in(html: str) -> str:
    """What is read or heard: texts, titles and descriptions, without code and what others wrote."""
    page = BeautifulSoup(html, "html.parser")
    for tag in page.select("script, code, .title, blockquote, mark, .excerpt"):
        tag.decompose()
    heard = [
        tag[name]
        for name in ("title", "aria-label", "data-note")
        for tag in page.select(f"[{name}]")
    ]
    return " | ".join([*page.stripped_strings, *heard])


@pytest.mark.parametrize("page", ["export/frames.csv", "export/articles.csv", "chart/overview.svg"])
def test_files_are_the_same_for_all(browser, page):
    """Who gets a file from a colleague reads the same numbers; programs read them alike."""
    asked = f"/t/deepseek/{page}"
    sent = [browser.get(asked, headers={"accept-language": a}).content for a in ("", "de", "en-US")]
    assert sent[0] == sent[1] == sent[2]


@pytest.fixture
def german(chromium: Browser) -> Iterator[Page]:
    yield from watched(chromium, locale="de-DE")


@pytest.mark.slow
def test_a_browser_keeps_its_way_through_filters_and_tables(german: Page, address: str) -> None:
    """What scripts ask for is written as the page is; the chart, its point and its table agree."""
    german.goto(f"{address}frame/economic")
    german.get_by_role("combobox", name="Outlet").select_option("harbour")
    german.get_by_role("button", name="Show").click()
    german.wait_for_url("**/frame/economic?host=harbour&by=week")
    open_tables(german)
    said = german.locator("main").inner_text()
    assert re.search(r"\d\s%|\d,\d\d", said)
    assert not OF_POINTS.search(said)
    german.locator(".wide svg.chart").first.focus()
    german.keyboard.press("End")
    expect(german.locator("#readout")).to_contain_text("\xa0%")
