"""One topic as chosen: its buckets, what is known of each, and the notes a page needs."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from urllib.parse import quote

from starlette.exceptions import HTTPException

from dashboard.charts.svg import Rule
from dashboard.choice import Choice, ChoiceError
from dashboard.site import Site
from db import queries, records
from framewatch.story import Event, Frame, Topic
from trends.buckets import Bucket, Presence, Step, buckets

MOST_WEEKS = 120  # beyond, months unless asked otherwise
MOST_BUCKETS = 750  # what a chart can draw, one pixel each


@dataclass(frozen=True)
class View:
    site: Site
    topic: Topic
    choice: Choice
    today: date  # in the topic's zone
    root: str = ""  # what the addresses begin with behind a proxy
    path: str = ""  # of this page

    def link(self, page: str = "", choice: Choice | None = None) -> str:
        """The address of another page of the topic, with the same filters unless given others."""
        query = (choice or self.choice.but(frame="")).query
        return f"{self.root}/t/{quote(self.topic.code)}/{page}{query}"

    @cached_property
    def filters(self) -> queries.Filters:
        return self.choice.filters(self.topic.code)

    @cached_property
    def version(self) -> queries.Version:
        return queries.version(self.site.engine, self.topic.code)

    @cached_property
    def status(self) -> queries.Status:
        return queries.status(self.site.engine, self.filters)

    @cached_property
    def everything(self) -> queries.Status:
        count_by = self.choice.count_by
        return queries.status(
            self.site.engine, queries.Filters(topic=self.topic.code, count_by=count_by)
        )

    @cached_property
    def facets(self) -> queries.Facets:
        return queries.facets(self.site.engine, self.topic.code, self.choice.count_by)

    @cached_property
    def volumes(self) -> tuple[queries.VolumeDay, ...]:
        return queries.volumes(self.site.engine, self.filters)

    @cached_property
    def span(self) -> tuple[date, date]:
        """First and last day: as chosen, else all that was collected."""
        first = self.choice.first or self.everything.first or self.choice.last or self.today
        last = self.choice.last
        if last is None:
            answered = self._answered(first, self.today)
            last = max([self.everything.last or first, *answered])
        if last < first:
            raise ChoiceError(f"from={first} is after the last day collected, {last}")
        return first, last

    @cached_property
    def step(self) -> Step:
        first, last = self.span
        few = (last - first).days <= MOST_WEEKS * 7
        return self.choice.step or (Step.WEEK if few else Step.MONTH)

    @cached_property
    def buckets(self) -> tuple[Bucket, ...]:
        first, last = self.span
        days = {Step.DAY: 1, Step.WEEK: 7, Step.MONTH: 28}[self.step]
        if (last - first).days / days > MOST_BUCKETS:
            raise ChoiceError(f"{first} to {last} is too long to show by {self.step}")
        return buckets(first, last, self.step, self.today)

    @cached_property
    def presence(self) -> Presence:
        first, last = self.buckets[0].start, self.buckets[-1].end
        published = frozenset(day.day for day in self.volumes if day.articles)
        answered = self._answered(first, last)
        return Presence(answered, published, self._collected(published, answered))

    @cached_property
    def events(self) -> tuple[tuple[int, Event], ...]:
        """The topic's events within the buckets, by their numbers (which filters never change)."""
        country, first, after = self.choice.country, self.buckets[0].start, self.buckets[-1].end
        return tuple(
            (number, event)
            for number, event in enumerate(self.topic.events, start=1)
            if first <= event.day < after
            and (not country or not event.countries or country in event.countries)
        )

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(Rule(n, event.day, f"{n}: {event.label}") for n, event in self.events)

    def frame(self, code: str) -> Frame:
        """Raises 404 for a code that is not in the codebook."""
        for frame in self.site.frames_of(self.topic):
            if frame.code == code:
                return frame
        raise HTTPException(404, "There is no such frame in the codebook.")

    def wider(self, days: int) -> queries.Filters:
        """The filters with that many days before the first bucket; with 0, as they are."""
        if not days:
            return self.filters
        first = self.buckets[0].start
        reach = date.fromordinal(max(1, first.toordinal() - days))
        return replace(self.filters, first=reach)

    def _collected(
        self, published: frozenset[date], answered: frozenset[date]
    ) -> dict[date, float]:
        """Of the buckets without an article: only they need it. A day not over may be to come."""
        empty = (b for b in self.buckets if not any(day in published for day in b.days))
        days = [d for b in empty for d in b.days if d < self.today or d in answered]
        return records.collected(self.site.engine, self.topic.code, self.topic.zone, days)

    def _answered(self, first: date, last: date) -> frozenset[date]:
        engine, topic = self.site.engine, self.topic
        return records.answered_days(engine, topic.code, topic.zone, first, last)
