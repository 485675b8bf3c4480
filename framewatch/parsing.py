"""A page into an article, whatever the page does to the extractor."""

import logging
from dataclasses import replace

from framewatch.facts import SourceBook
from framewatch.story import Article, Link, Outcome, Page, Rejected
from scrapers.extract import extract
from scrapers.given import article_of, is_given

log = logging.getLogger(__name__)


def parse(page: Page, link: Link, book: SourceBook) -> Article | Rejected:
    """The article on a page. The one broad except of the program: a bad page stops no run."""
    if page.captured_at:  # what was the present when the page was made
        page = replace(page, fetched_at=page.captured_at)
    try:
        return (article_of if is_given(page) else extract)(page, link, book)
    except Exception as error:
        log.exception("could not parse %s", page.url)
        detail = f"{type(error).__name__}: {error}"[:500]
        return Rejected(url=page.url, outcome=Outcome.BROKEN, detail=detail)
