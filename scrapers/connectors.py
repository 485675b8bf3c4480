"""Which kind of source is asked by which module.

To add a kind: a module with a CARD and `discover(source, topic, window, web) -> Answer` (and
`fetch(source, link, web)` if its links are not simply pages on the web), and its line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from framewatch.story import Answer, Link, Page, Rejected, Source, Topic, Window
from scrapers import captures, feed, seeds, sitemap
from scrapers.card import Card
from scrapers.web import Web

Discover = Callable[[Source, Topic, Window, Web], Answer]
Fetch = Callable[[Source, Link, Web], Page | Rejected]


def from_the_web(_source: Source, link: Link, web: Web) -> Page | Rejected:
    """The page where it stands."""
    return web.get(link.address or link.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """How one kind of source is asked, and how the pages that it names are had."""

    card: Card
    discover: Discover
    fetch: Fetch = from_the_web


CONNECTORS: Mapping[str, Connector] = {
    "seed": Connector(card=seeds.CARD, discover=seeds.discover),
    "feed": Connector(card=feed.CARD, discover=feed.discover),
    "sitemap": Connector(card=sitemap.CARD, discover=sitemap.discover),
    "archive": Connector(card=captures.CARD, discover=captures.discover),
}
