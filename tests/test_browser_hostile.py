"""An archive that means harm: inert on every page and in every file, and no page is torn by it."""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page

from tests.browser import assert_fits, open_tables, served, watched
from tests.forms import scripts_of_others
from tests.newsroom_store import DESKS, TODAY, Desk, Draft, fill, newsroom

pytestmark = pytest.mark.slow
pytest_plugins = ("tests.browser",)

WORD = "W" * 10_000
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
FORMULA = '=HYPERLINK("http://evil.example","x")'
TURNED = "invoice\u202egnp.exe"  # reads backwards from the mark on
TITLES = (SCRIPT, FORMULA, TURNED, WORD, "+1", "@SUM(A1)", "-2+3", "{{ 7 * 7 }}", "${7*7}", "\t=1")
EVIL = Desk("evil", f"=1+1 {SCRIPT} {TURNED} {WORD}", "AU")
PAGES = (
    "", "frame/conflict", "frame/conflict?host=evil", "compare", "compare?left=evil&right=acri",
    "articles?host=evil", "article/{id}", "sentiment", "events", "coverage", "coverage/outlets",
    "runs", "method", "views", "code/frame-conflict?host=evil", "articles?host=" + "W" * 199,
)  # fmt: skip


def drafts() -> Iterator[Draft]:
    """Two articles under each title, of an outlet that has such a name too."""
    for at, title in enumerate(TITLES * 2):
        yield Draft(
            desk=EVIL,
            day=TODAY - timedelta(days=at % 9),
            title=title,
            frames=("conflict", "morality"),
            url=(f"javascript:alert({at})", f"data:text/html,<script>alert({at})</script>", "")[
                at % 3
            ],
            extra={
                "authors": [SCRIPT, FORMULA, WORD],
                "original_outlet": SCRIPT,
                "original_url": "javascript:alert(5)",
                "original_day": date(2025, 3, 1),
            },
        )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('hostile')}/store.db"
    fill(url, (*newsroom(), *drafts())).dispose()
    yield from served(url)


def visited(page: Page, hostile: str, path: str) -> None:
    """Fails if anything of the archive ran: a dialog opens then."""
    opened: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    if "{id}" in path:
        page.goto(f"{hostile}articles?host=evil")
        link = page.locator(".rows .title a").first.get_attribute("href") or ""
        path = path.replace("{id}", re.search(r"article/(\d+)", link)[1])
    page.goto(hostile + path)
    open_tables(page)
    assert opened == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_nothing_follows_nothing_and_is_not_torn(phone, hostile, path):
    """No script, picture or link of the archive's own, no mark of direction, no sideways scroll."""
    visited(phone, hostile, path)
    html = phone.request.get(phone.url).text()
    assert scripts_of_others(html) == []
    assert phone.locator("img:not([src*='/static/icon.svg'])").count() == 0
    addresses = phone.locator("[href]").evaluate_all("all => all.map((one) => one.href)")
    assert not [one for one in addresses if one.startswith(("javascript:", "data:"))]
    assert "\u202e" not in html
    assert "49" not in phone.locator("h1").first.inner_text()  # {{ 7 * 7 }} is text
    assert_fits(phone)


def test_every_file_is_inert(chromium, hostile):
    """Each that a page offers: no cell begins a formula, no drawing holds a script."""
    for page in watched(chromium):
        files: set[str] = set()
        for path in PAGES:
            visited(page, hostile, path)
            links = page.locator("a[href]").evaluate_all("all => all.map((one) => one.href)")
            files |= {one for one in links if re.search(r"/(export|chart)/[^/]+$", one)}
        every = f"{hostile}export/articles"
        files |= {f"{every}{end}?host=evil" for end in (".csv", ".excel.csv", ".jsonl", ".parquet")}
        kinds = {re.search(r"\.([a-z]+)(?:\?|$)", one)[1] for one in files}
        assert {"csv", "svg", "png", "parquet", "jsonl"} <= kinds
        for file in sorted(files):
            answer = page.request.get(urljoin(hostile, file))
            assert answer.status == 200, file
            kind = answer.headers["content-type"].partition(";")[0]
            if kind == "text/csv":
                assert_no_formula(answer.body().decode("utf-8-sig"), file)
            elif kind == "image/svg+xml":
                assert_no_script(answer.body(), file)


def assert_no_script(drawing: bytes, file: str) -> None:
    """As a browser would read it when it is opened by itself."""
    for element in ElementTree.fromstring(drawing).iter():
        assert element.tag.rpartition("}")[2] not in ("script", "foreignObject", "a", "use"), file
        names = [name.rpartition("}")[2] for name in element.attrib]
        assert not [name for name in names if name.startswith("on") or name == "href"], file


def assert_no_formula(text: str, file: str) -> None:
    """As spreadsheets see it; a number below zero is one."""
    assert "\u202e" not in text
    delimiter = "\t" if "\t" in text and ".excel." in file else ","
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for row in csv.reader(lines, delimiter=delimiter):
        for cell in row:
            formula = re.match(r"\s*[=+@\-＝＋＠－]", cell)
            assert not formula or re.fullmatch(r"-?[\d.]+(e[-+]?\d+)?", cell), (file, cell[:80])


def test_a_chosen_outlet_keeps_its_own_name_among_others(page, hostile):
    """What is long or odd takes no place from its neighbours."""
    page.goto(f"{hostile}compare")
    names = page.locator(".heat tbody th").all_inner_texts()
    assert sum(DESKS[1].name in name for name in names) == 1
    assert any("=1+1" in name for name in names)
