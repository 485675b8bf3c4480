"""docs/sources.md, and how it is written."""

from datetime import date, timedelta

import pytest

from framewatch.facts import SourceBook
from framewatch.story import Source
from scrapers.card import Card
from scrapers.connectors import CONNECTORS
from scripts.sources_page import PAGE, main, page

CARD = Card(title="Example service", gives="links", by_day=True)


def rows(text: str, code: str) -> list[list[str]]:
    """The cells of the table rows that begin with `code`."""
    lines = (line for line in text.splitlines() if line.startswith(f"| `{code}` |"))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_page_in_the_repository_is_fresh(capsys):
    """Whoever changes a card or the file of sources writes it anew."""
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_every_kind_of_source_stands_on_the_page():
    """By the name that sources.toml uses."""
    kinds = PAGE.read_text(encoding="utf-8").partition("\n## Sources\n")[0]
    assert all(len(rows(kinds, kind)) == 1 for kind in CONNECTORS)


def test_a_stale_page_is_told_and_left_alone(tmp_path, capsys):
    """Until it is written without --check."""
    file = tmp_path / "sources.md"
    file.write_text("old")
    assert main(["--check", "--file", str(file)]) == 1
    assert "stale" in capsys.readouterr().out
    assert file.read_text() == "old"
    assert main(["--file", str(file)]) == 0
    assert main(["--check", "--file", str(file)]) == 0


@pytest.mark.parametrize(
    ("source", "card", "cells"),
    [
        ({"daily_requests": 400}, {}, ["yes", "yes", "as it says", "at most 400 a day", ""]),
        ({}, {"backfill": False, "reach": timedelta(days=2)}, ["yes", "no", "2 days", "", ""]),
        ({}, {"daily": False, "reach": date(2015, 2, 18)}, ["no", "yes", "2015-02-18", "", ""]),
        (
            {"since": date(2020, 1, 1)},
            {"key": "a free key", "reach": date(1999, 1, 1)},
            ["yes", "yes", "2020-01-01", "", "`FRAMEWATCH_KEY_THE_NEWS`: a free key"],
        ),
    ],
    ids=["budget", "sliding list", "fixed start", "key and own start"],
)
def test_a_source_says_when_it_can_be_asked_and_with_what(source, card, cells):
    """Daily, backfill, reach, budget and the variable of its key."""
    asked = Source(name="the-news", kind="example", **source)
    facts = {"title": "Example", "gives": "links", "by_day": True} | card
    text = page({"example": Card(**facts)}, SourceBook(sources=(asked,)))
    assert rows(text, "the-news") == [["`the-news`", "`example`", "", *cells]]


def test_a_bar_in_a_card_does_not_break_the_table():
    """Nor does a line break."""
    odd = Card(title="A | B", gives="links\nand more", by_day=True)
    (cells,) = rows(page({"odd": odd}, SourceBook()), "odd")
    assert cells[1:3] == ["A \\| B", "links and more"]
