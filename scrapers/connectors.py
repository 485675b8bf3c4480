"""Which kind of source is asked by which module.

To add a kind: a module with `discover(source, topic, window, web) -> Answer`, and its name here.
"""

from collections.abc import Callable, Mapping

from framewatch.story import Answer, Source, Topic, Window
from scrapers import captures, feed, seeds, sitemap
from scrapers.web import Web

Discover = Callable[[Source, Topic, Window, Web], Answer]

CONNECTORS: Mapping[str, Discover] = {
    "seed": seeds.discover,
    "feed": feed.discover,
    "sitemap": sitemap.discover,
    "archive": captures.discover,
}
