"""Drawings as files: what is printed in them, and that pixels show the same."""

import io
import re
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
import resvg_py
from lxml import html
from PIL import Image

from dashboard import pixels
from dashboard.charts import plate
from dashboard.charts.svg import Label, Size, picture
from dashboard.charts.tiles import FILLS
from tests.files_store import SITE

pytest_plugins = ("tests.files_store",)

DRAWN = (
    "frame-economic", "coverage", "outlets", "tone", "tone-china", "compare-economic", "heatmap",
    "left-economic", "right-economic",
)  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_says_what_it_shows_and_where_it_comes_from(browser, name):
    """Title, filters, source with n and data version, fiction, and its address."""
    answer = browser.get(f"/t/deepseek/chart/{name}.svg?country=AU")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = ElementTree.fromstring(answer.text)
    words = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert "Australia, counted: every page." in words
    assert "Source: Framewatch, DeepSeek; data version 1 of 12 Mar 2025; 106 articles" in words
    assert "82 of these articles are invented" in words
    assert f"{SITE}/t/deepseek/chart/{name}.svg?country=AU" in words.replace(" ", " ")
    title = next(root.iter(f"{SVG}title")).text
    assert title
    assert title.split()[0] in words


def test_the_events_of_a_drawing_are_named_below_it(browser):
    """Those whose numbers stand in it."""
    root = ElementTree.fromstring(browser.get("/t/deepseek/chart/frame-economic.svg").text)
    numbers = {t.text for t in root.iter(f"{SVG}text") if t.get("class") == "rule-number"}
    named = [t.text for t in root.iter(f"{SVG}text") if re.match(r"\d+: ", t.text or "")]
    assert {line.partition(":")[0] for line in named} == numbers != set()


def test_the_table_of_shades_is_drawn_as_the_page_has_it(browser):
    """The same groups, numbers and shades, in the same places."""
    page = html.fromstring(browser.get("/t/deepseek/compare").text)
    (table,) = page.xpath("//table[@class='heat']")
    shown = [
        (cell.text_content().strip(), cell.get("class")) for cell in table.xpath("tbody/tr/td")
    ]
    root = ElementTree.fromstring(browser.get("/t/deepseek/chart/heatmap.svg").text)
    tiles = [g for g in root.iter(f"{SVG}g") if g.find(f"{SVG}rect") is not None]
    fills = {fill: f"h{level}" for level, fill in enumerate(FILLS)} | {"#ffffff": "thin"}
    drawn = [
        (str(tile.findtext(f"{SVG}text")), fills[tile.find(f"{SVG}rect").get("fill")])
        for tile in tiles
    ]
    assert drawn == shown
    assert len({shade for _, shade in drawn}) > 3


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_the_same_as_pixels_twice_as_large(browser, name):
    """Drawn, not blank, on white."""
    svg = ElementTree.fromstring(browser.get(f"/t/deepseek/chart/{name}.svg").text)
    answer = browser.get(f"/t/deepseek/chart/{name}.png")
    assert answer.headers["content-type"] == "image/png"
    image = Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert image.width == pytest.approx(2 * float(svg.get("width", "0")), abs=2)
    assert image.height == pytest.approx(2 * float(svg.get("height", "0")), abs=2)
    colours = {colour for _, colour in image.getcolors(1 << 24) or ()}
    assert image.getpixel((1, 1)) == (255, 255, 255)
    assert any(b > 150 and r < 60 for r, _, b in colours), "nothing is drawn in blue"
    assert any(r < 60 and g < 60 and b < 60 for r, g, b in colours), "there are no letters"


@pytest.mark.parametrize("name", ["nope", "frame-nope", "tone-nope", "frame-", "sources"])
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_a_drawing_that_there_is_not_is_not_found(browser, name, ending):
    """Also where there is a table without a drawing."""
    assert browser.get(f"/t/deepseek/chart/{name}.{ending}").status_code == 404


def _fontless(monkeypatch, *has: str | None) -> None:
    """As on a machine that has only these, whatever this one has; they draw as one of its own."""
    real, own = resvg_py.svg_to_bytes, pixels._family()

    def drawn(**options: Any) -> bytes:
        known = options["sans_serif_family"] in has
        asked = {"sans_serif_family": own} if known else {"skip_system_fonts": True}
        return bytes(real(**options | asked))

    monkeypatch.setattr(pixels, "_family", cache(pixels._family.__wrapped__))
    monkeypatch.setattr(resvg_py, "svg_to_bytes", drawn)


def test_without_a_font_there_is_no_picture_without_letters(browser, monkeypatch):
    """But a page that says what to install."""
    _fontless(monkeypatch)
    answer = browser.get("/t/deepseek/chart/tone.png?language=en")
    assert answer.status_code == 503
    assert "apt-get install fonts-dejavu-core" in answer.text


def test_a_font_is_looked_for_until_one_draws(browser, monkeypatch):
    """A machine's own choice may draw nothing, beside others that do."""
    _fontless(monkeypatch, *pixels.FAMILIES[2:])
    assert browser.get("/t/deepseek/chart/tone.png?language=en").status_code == 200
    assert pixels._family() == pixels.FAMILIES[2]


def test_words_around_a_drawing_fit_on_it():
    """Long words are broken, Chinese anywhere; hostile ones are text."""
    label = Label("x", "x", "x")
    words = "https://a.example/" + "x" * 400 + " 灯塔" * 80 + " <script>alert(1)</script> ]]>"
    legend = plate.Legend(title=words, caption=words, source="s", permalink="p", notes=[words] * 60)
    drawn = str(plate.draw(picture(label, Size(484, 100)), legend))
    root = ElementTree.fromstring(drawn)
    for line in root.iter(f"{SVG}text"):
        wide = sum(2 if ord(char) > 0x2E80 else 1 for char in line.text or "")
        assert wide * float(line.get("font-size", "0")) / 2 < 620 * 1.1
    assert "and 36 more" in drawn
    assert "<script>" not in drawn
