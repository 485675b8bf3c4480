"""A WARC file or folder as a source: every HTML page captured in the window is a link."""

from framewatch.story import Answer, Link, Source, Topic, Window
from scrapers.answers import answered, out_of_reach
from scrapers.archive import ArchiveWeb, Capture
from scrapers.card import Card
from scrapers.urls import canonicalize
from scrapers.web import PAGE, Web, wrong_type

CARD = Card(
    title="WARC files",
    gives="archived pages",
    by_day=False,
    limits="what the files hold",
)


def discover(source: Source, _topic: Topic, window: Window, web: Web) -> Answer:
    """Pages by their capture date: what they are about is known only once they are read."""
    if not isinstance(web, ArchiveWeb):
        raise TypeError(f"source {source.name!r} is an archive and needs one to read from")
    pages = [c for captures in web.captures.values() for c in captures if _is_page(c)]
    dates = [capture.at for capture in pages]
    if not dates or max(dates) < window.start or min(dates) >= window.end:
        return out_of_reach(source, window, "holds no page captured in the window")
    inside = [capture for capture in pages if capture.at in window]
    links = tuple(link for capture in inside if (link := _link(source, capture)))
    return answered(source, window, links, listed=len(inside))


def _is_page(capture: Capture) -> bool:
    redirect = 300 <= capture.status < 400
    robots = capture.url.endswith("/robots.txt")
    return not redirect and not robots and not wrong_type(capture.content_type, PAGE)


def _link(source: Source, capture: Capture) -> Link | None:
    try:
        url = canonicalize(capture.url)
    except ValueError:
        return None
    return Link(url=url, address=capture.url, source=source.name, seen_at=capture.at)
