"""python -m scrapers.bench --pages PATH

Processor time of each step of extraction, beside trafilatura alone (its defaults, with metadata)
and, where it is installed, newspaper4k: all of them on one page before the next page's turn, so
that whatever else the machine does weighs on all alike. Medians over pages; × trafilatura is the
ratio of sums.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import click

from framewatch.facts import SourceBook
from framewatch.story import Link, Page
from scrapers.body import extract_text, parse_tree
from scrapers.decode import decode
from scrapers.draft import dates, read_draft
from scrapers.extract import extract
from scrapers.labelled import LabelledPage, PagesError, load_pages
from scrapers.language import language_of
from scrapers.metadata import metadata_of
from scrapers.quotes import find_quotations

WHOLE, RIVALS = "whole", ("trafilatura", "newspaper4k")
Times = dict[str, list[float]]
_BOOK = SourceBook()


def clock(times: Times, step: str, work: Callable[[], object]) -> None:
    start = time.process_time()
    work()
    times.setdefault(step, []).append((time.process_time() - start) * 1000)


def time_page(page: LabelledPage, times: Times) -> None:
    """Add milliseconds of each step on one page to `times`."""
    html = decode(page.body, {})
    draft = read_draft(html, page.url)
    tree = parse_tree(html)
    if draft is None or tree is None:
        return
    clock(times, "decode", lambda: decode(page.body, {}))
    clock(times, "parse", lambda: parse_tree(html))
    clock(times, "metadata", lambda: metadata_of(tree, page.url))
    clock(times, "text", lambda: extract_text(tree, draft.title, draft.meta.article_body))
    clock(times, "dates", lambda: dates(draft))
    clock(times, "quotes", lambda: find_quotations(draft.title, draft.text, draft.blocks))
    clock(times, "language", lambda: language_of(draft.text, draft.meta.language))
    response = Page(
        url=page.url,
        final_url=page.url,
        status=200,
        headers={"content-type": "text/html"},
        body=page.body,
        fetched_at=datetime.now(UTC),
    )
    clock(times, WHOLE, lambda: extract(response, Link(url=page.url, source="bench"), _BOOK))
    clock(times, "trafilatura", lambda: _trafilatura(html, page.url))
    if find_spec("newspaper") is not None:
        clock(times, "newspaper4k", lambda: _newspaper(html, page.url))


def table(times: Times) -> str:
    rival = sum(times["trafilatura"])
    lines = [f"{'step':14}{'median ms':>10}{'sum ms':>10}{'× trafilatura':>15}"]
    for step, spent in times.items():
        total = sum(spent)
        lines.append(f"{step:14}{median(spent):10.2f}{total:10.0f}{total / rival:15.2f}")
    return "\n".join(lines)


def _trafilatura(html: str, url: str) -> object:
    import trafilatura

    return trafilatura.bare_extraction(html, url=url, with_metadata=True)


def _newspaper(html: str, url: str) -> object:
    import newspaper

    article = newspaper.Article(url, fetch_images=False)  # a bench asks no publisher's server
    article.download(input_html=html)
    try:
        article.parse()
    except ImportError:  # Japanese needs a tokenizer of its own
        return None
    return article


@click.command()
@click.option("--pages", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--rounds", default=1, show_default=True, help="How often each page is timed.")
def main(pages: Path, rounds: int) -> None:
    """Print milliseconds per page for each step."""
    try:
        labelled = load_pages(pages)
    except PagesError as error:
        raise click.ClickException(str(error)) from None
    time_page(labelled[0], {})  # models and tables are loaded once
    times: Times = {}
    for _ in range(rounds):
        for page in labelled:
            time_page(page, times)
    click.echo(f"{len(labelled)} pages, {rounds} rounds\n{table(times)}")


if __name__ == "__main__":
    main()
