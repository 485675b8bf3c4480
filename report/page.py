"""The report as one HTML file: no script, nothing to load, made for screen and paper."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from dashboard import words
from dashboard.sheets import Cell, Column, Sheet
from report.contents import Contents
from report.groups import matrices
from report.inert import plain
from report.patterns import told_pairs
from report.shares import clear, is_corrected, why_uncorrected
from scrapers.identify import SAME
from trends.buckets import ENOUGH_COLLECTED
from trends.correction import MIN_CODED
from trends.share import MIN_ARTICLES

HERE = Path(__file__).resolve().parent / "templates"
MOST_ROWS = 25  # of a table on the page; the file has them all


@cache
def _template() -> Template:
    templates = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    given = {"words": words, "a_points": words.a_points, "shown": shown, "plain": plain}
    templates.globals.update(given, clear=clear, between=between)
    return templates.get_template("report.html")


def rendered(held: Contents, with_pdf: bool) -> bytes:
    view = held.scope.view
    html = _template().render(
        held=held,
        numbers=held.numbers,
        matrices=matrices(held.numbers.groups),
        pairs=told_pairs(held.scope, held.numbers.pairs),
        scope=held.scope,
        view=view,
        topic=view.topic,
        sheets=held.sheets,
        style=(HERE / "report.css").read_text(encoding="utf-8"),
        with_pdf=with_pdf,
        shares=tuple(zip(held.scope.frames, held.numbers.shares, strict=True)),
        reasons=why_uncorrected(held.scope, held.numbers.shares),
        corrected=any(is_corrected(one) for one in held.numbers.shares),
        most_rows=MOST_ROWS,
        least=MIN_ARTICLES,
        coded_least=MIN_CODED,
        enough=ENOUGH_COLLECTED,
        same=SAME,
    )
    return html.encode()


def shown(sheet: Sheet, cell: Cell, column: Column) -> str:
    """A cell as the page writes it."""
    if isinstance(cell, int | float) and column.kind == "points":
        return words.a_points(cell)
    if isinstance(cell, int | float) and column.kind == "number":
        return f"{cell:.2f}"
    return sheet.shown(cell, column)


def between(low: float | None, high: float | None) -> str:
    """The interval of a difference, in points."""
    return (
        "–" if low is None or high is None else f"{words.a_points(low)} to {words.a_points(high)}"
    )
