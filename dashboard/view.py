"""One topic as chosen: its buckets, what is known of each, and the notes a page needs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException

from dashboard.charts.svg import Rule
from dashboard.choice import Choice, ChoiceError
from dashboard.site import Site
from db import asof, queries, records
from db.session import Store
from framewatch.analysis import Question
from framewatch.story import DayCount, Event, Frame, Topic, TrendState
from trends.buckets import ENOUGH_COLLECTED, Bucket, Presence, Step, buckets

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
    def known_at(self) -> datetime | None:
        """The end of the day as of which counts are asked for; None: as known now."""
        if self.choice.asof is None:
            return None
        after = datetime.combine(self.choice.asof + timedelta(days=1), time(), self.topic.zone)
        return after.astimezone(UTC) - timedelta(microseconds=1)

    @property
    def question(self) -> Question:
        """For `framewatch.analysis`, which knows of now only."""
        return Question(
            store=self.site.engine, topic=self.topic, filters=self.filters, today=self.today
        )

    @cached_property
    def status(self) -> queries.Status:
        return self._status(self.filters)

    @cached_property
    def everything(self) -> queries.Status:
        return self._status(queries.Filters(topic=self.topic.code, count_by=self.choice.count_by))

    def frame_days(self, filters: queries.Filters) -> dict[str, tuple[DayCount, ...]]:
        engine, at = self.site.engine, self.known_at
        return asof.frame_days(engine, filters, at) if at else queries.frame_days(engine, filters)

    @cached_property
    def tone_days(self) -> dict[str, tuple[queries.ToneDay, ...]]:
        engine, at = self.site.engine, self.known_at
        if at:
            return asof.tone_days(engine, self.filters, at)
        return queries.tone_days(engine, self.filters)

    def _status(self, filters: queries.Filters) -> queries.Status:
        engine, at = self.site.engine, self.known_at
        return asof.status(engine, filters, at) if at else queries.status(engine, filters)

    @cached_property
    def facets(self) -> queries.Facets:
        return queries.facets(self.site.engine, self.topic.code, self.choice.count_by)

    @cached_property
    def volumes(self) -> tuple[queries.VolumeDay, ...]:
        engine, at = self.site.engine, self.known_at
        if at:
            return asof.volumes(engine, self.filters, at)
        return queries.volumes(engine, self.filters)

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
        """As `framewatch.analysis.presence` has it.

        What was known of collection on an earlier day is not kept: as of then, a bucket without
        articles is a gap, and none is told to be partly collected.
        """
        first, last = self.buckets[0].start, self.buckets[-1].end
        published = frozenset(day.day for day in self.volumes if day.articles)
        if self.known_at:
            return Presence(published=published)
        answered = self._answered(first, last)
        collected: Mapping[date, float] | None = None
        if self.version.answered_at is not None:
            days = (d for b in self.buckets for d in b.days if d < self.today or d in answered)
            engine, topic = self.site.engine, self.topic
            collected = _collected(engine, topic.code, topic.zone, tuple(days), self.version)
        return Presence(answered, published, collected)

    def partial(self, bucket: Bucket, state: TrendState) -> bool:
        """Whether what was counted in a bucket is of a part of its expected collection only."""
        collected = self.presence.share(bucket)
        counted = state in (TrendState.ENOUGH, TrendState.INSUFFICIENT)
        return counted and collected is not None and collected < ENOUGH_COLLECTED

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

    def _answered(self, first: date, last: date) -> frozenset[date]:
        if self.known_at:
            return frozenset()
        engine, topic = self.site.engine, self.topic
        return records.answered_days(engine, topic.code, topic.zone, first, last)


@lru_cache(maxsize=64)
def _collected(
    store: Store, topic: str, zone: ZoneInfo, days: tuple[date, ...], _version: queries.Version
) -> Mapping[date, float]:
    """All links of these days are gone through: once for each state of the store."""
    return records.collected(store, topic, zone, days)
