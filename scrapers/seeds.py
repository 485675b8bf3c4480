"""The topic's own seed links: collected whatever the sources say."""

from framewatch.story import Answer, Link, Source, SourceStatus, Topic, Window
from scrapers.card import Card
from scrapers.urls import canonicalize
from scrapers.web import Web

CARD = Card(
    title="Seed links",
    gives="the articles a topic names itself",
    by_day=False,
    limits="none",
)


def discover(source: Source, topic: Topic, window: Window, _web: Web) -> Answer:
    """Every seed that has an address, in every window: a seed already collected stays as it is.

    The status is never "ok": a list of seeds says nothing about what was published when.
    """
    links = tuple(
        Link(url=canonicalize(s.url), address=s.url, source=source.name, title=s.title)
        for s in topic.seeds
        if s.url
    )
    missing = [seed.title for seed in topic.seeds if not seed.url]
    return Answer(
        source=source.name,
        window=window,
        status=SourceStatus.OUT_OF_REACH,
        links=links,
        listed=len(links),
        detail="; ".join(f"no address yet: {title}" for title in missing),
    )
