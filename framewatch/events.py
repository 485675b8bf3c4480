"""The events of a topic: those of its file, then those that analysts added.

Each has a number that filters never change: charts, tables and reports name it by that.
"""

from collections.abc import Iterable
from datetime import date, datetime

from db.events import kept_events
from db.session import Store
from framewatch.story import Event, Topic

Numbered = tuple[int, Event]


def events_of(store: Store, topic: Topic, at: datetime | None = None) -> tuple[Numbered, ...]:
    """At an instant, those of analysts that stood then."""
    own = tuple(enumerate(topic.events, start=1))
    kept = kept_events(store, topic.code, at)
    return (*own, *((len(own) + found.number, found.event) for found in kept))


def between(
    events: Iterable[Numbered], first: date, last: date, country: str = ""
) -> tuple[Numbered, ...]:
    """Those from the first to the last day that concern the country; one of none concerns all."""
    return tuple(
        (number, event)
        for number, event in events
        if first <= event.day <= last
        and (not country or not event.countries or country in event.countries)
    )
