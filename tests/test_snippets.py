"""Code that draws a chart anew: hostile words stay words, and its addresses answer."""

import ast
import re
import subprocess
from datetime import date
from html import unescape

import pytest

from dashboard.sheets import Column, Sheet
from dashboard.snippets import snippets
from tests.files_store import SITE, rows_of

pytest_plugins = ("tests.files_store",)


TITLE = 'It\'s "100%"\\ $(touch x) `id` </script> {braces} 灯塔 \U0001f600 \u2028 # x'
EVIL = "http://x.example/t/a/export/x.csv?host=%27%3B%22&q='\"$(touch x)`id`\\{a,b}[1-9]"
SHARES = (Column("share", "S", "share"), Column("low", "L", "share"), Column("high", "H", "share"))
TIME = Sheet(
    "x",
    TITLE,
    (Column("start", "From"), *SHARES),
    ((date(2025, 1, 6), 0.5, 0.4, 0.6), (date(2025, 1, 13), None, None, None)),
)
NAMED = Sheet(
    "x", TITLE, (Column("outlet", "O"), Column("articles", "N", "count")), (("a", 1), ("b", 2))
)
WORDS = Sheet("x", TITLE, (Column("a", "A"), Column("b", "B")), (("a", "b"),))


@pytest.mark.parametrize("sheet", [TIME, NAMED, WORDS], ids=["time", "named", "words"])
def test_code_holds_hostile_words_as_text(sheet):
    """Python is parsed, the shell says what it would run, and R's strings are closed."""
    python, r, shell = snippets(sheet, {"a b'.csv": EVIL})
    texts = [
        node.value
        for node in ast.walk(ast.parse(python.code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert EVIL in texts
    calls = {
        ast.unparse(n.func) for n in ast.walk(ast.parse(python.code)) if isinstance(n, ast.Call)
    }
    assert not any("system" in call or "eval" in call for call in calls)
    assert subprocess.run(["bash", "-n", "-c", shell.code], check=False).returncode == 0
    told = shell.code.replace("curl ", "printf '%s\\n' ", 1)
    said = subprocess.run(["bash", "-c", told], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["--fail", "--globoff", "--output", "a b'.csv", EVIL]
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", r.code)
    assert '"' not in outside
    assert "touch" not in outside
    assert "id`" not in outside


def test_the_code_on_the_page_reads_the_file_that_the_page_names(browser):
    """The address in every snippet answers with the rows of the sheet."""
    page = unescape(browser.get("/t/deepseek/code/frame-economic?country=AU").text)
    address = re.search(r'url = "([^"]+)"', page)[1]
    assert address == f"{SITE}/t/deepseek/export/frame-economic.csv?country=AU"
    rows = rows_of(browser.get(address.removeprefix(SITE)).text)
    assert len(rows) == 10
    assert f"--output deepseek-frame-economic.csv \\\n  '{address}'" in page
    assert f'url <- "{address}"' in page
    for ending in ("csv", "json", "parquet"):
        assert f"frame-economic.{ending}?country=AU" in page


@pytest.mark.parametrize("name", ["frame-economic", "outlets", "tone", "sources", "heatmap"])
def test_every_table_has_its_code(browser, name):
    """With a link from under it."""
    assert browser.get(f"/t/deepseek/code/{name}").status_code == 200
    assert browser.get("/t/deepseek/code/nope").status_code == 404


def test_links_to_files_stand_under_every_drawing(browser):
    """CSV, SVG, PNG and code, with the page's filters."""
    page = unescape(browser.get("/t/deepseek/?country=AU").text)
    for name in ("frame-economic", "coverage", "tone", "outlets"):
        for path in ("export/{}.csv", "chart/{}.svg", "chart/{}.png", "code/{}"):
            assert f'href="/t/deepseek/{path.format(name)}?country=AU"' in page
            address = f"/t/deepseek/{path.format(name)}?country=AU"
            assert browser.get(address).status_code == 200
