"""Which kind of source is asked by which module.

To add a kind: a module with a CARD and `discover(source, topic, window, web) -> Answer` (and
`fetch(source, link, web)` if its links are not simply pages on the web), and its line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from framewatch.story import Answer, Link, Page, Rejected, Source, Topic, Window
from scrapers import (
    captures,
    commoncrawl_index,
    commoncrawl_news,
    feed,
    gdelt_articles,
    gdelt_gkg,
    guardian,
    hackernews,
    headlines,
    mediacloud,
    newsapi,
    seeds,
    sitemap,
    wayback,
)
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
    "gdelt-articles": Connector(card=gdelt_articles.CARD, discover=gdelt_articles.discover),
    "gdelt-gkg": Connector(card=gdelt_gkg.CARD, discover=gdelt_gkg.discover),
    "guardian": Connector(card=guardian.CARD, discover=guardian.discover, fetch=guardian.fetch),
    "mediacloud": Connector(card=mediacloud.CARD, discover=mediacloud.discover),
    "hackernews": Connector(card=hackernews.CARD, discover=hackernews.discover),
    "newsapi": Connector(card=newsapi.CARD, discover=newsapi.discover),
    "gnews": Connector(card=newsapi.GNEWS, discover=newsapi.discover),
    "google-news": Connector(card=headlines.CARD, discover=headlines.discover_google),
    "bing-news": Connector(card=headlines.BING, discover=headlines.discover_bing),
    "wayback": Connector(card=wayback.CARD, discover=wayback.discover, fetch=wayback.fetch),
    "commoncrawl-index": Connector(
        card=commoncrawl_index.CARD,
        discover=commoncrawl_index.discover,
        fetch=commoncrawl_index.fetch,
    ),
    "commoncrawl-news": Connector(card=commoncrawl_news.CARD, discover=commoncrawl_news.discover),
}
