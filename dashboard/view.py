"""One topic as chosen: its buckets, what is known of each, and the notes a page needs."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import ClassVar
from urllib.parse import quote

from starlette.exceptions import HTTPException

from dashboard.access import LOCAL, Reader
from dashboard.charts.svg import Rule
from dashboard.choice import Choice, ChoiceError
from dashboard.site import Site
from db import queries
from db.known import Known
from db.views import SavedView, saved_views
from framewatch.events import between, events_of
from framewatch.question import Question, presence_of
from framewatch.story import Event, Frame, Topic, TrendState
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
    reader: Reader = LOCAL  # the name is a slot, unless the page is personal
    lean: bool = False  # without the tables behind charts: a script asks for one when it is opened
    most_days: ClassVar[int] = 180  # beyond, weeks: of each day a row per outlet is read

    def link(self, page: str = "", choice: Choice | None = None) -> str:
        """The address of another page of the topic, with the same filters unless given others."""
        query = (choice or self.choice.shared).query
        return f"{self.home}{page}{query}"

    @cached_property
    def filters(self) -> queries.Filters:
        return self.choice.filters(self.topic.code)

    @property
    def home(self) -> str:
        """What the addresses of all pages of the topic begin with."""
        return f"{self.root}/t/{quote(self.topic.code)}/"

    @cached_property
    def saved(self) -> tuple[SavedView, ...]:
        return saved_views(self.site.engine, self.topic.code)

    @property
    def save_link(self) -> str:
        """Where this page, as it is, can be saved under a name."""
        query = self.choice.but().query
        place = quote(self.path.removeprefix(self.home))
        return f"{self.home}views{query}{'&' if query else '?'}of={place}"

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
        """For `framewatch.analysis`."""
        return Question(
            store=self.site.engine,
            topic=self.topic,
            filters=self.filters,
            today=self.today,
            known_at=self.known_at,
        )

    @property
    def known(self) -> Known:
        return Known(self.site.engine, self.known_at)

    @cached_property
    def status(self) -> queries.Status:
        return self.known.status(self.filters)

    @cached_property
    def everything(self) -> queries.Status:
        every = queries.Filters(topic=self.topic.code, count_by=self.choice.count_by)
        return self.known.status(every)

    @cached_property
    def facets(self) -> queries.Facets:
        return queries.facets(self.site.engine, self.topic.code, self.choice.count_by)

    @cached_property
    def volumes(self) -> tuple[queries.Volume, ...]:
        """By bucket."""
        return self.known.volumes(self.filters, self.step)

    @cached_property
    def span(self) -> tuple[date, date]:
        """First and last day: as chosen, else all that was collected."""
        first = self.choice.first or self.everything.first or self.choice.last or self.today
        last = self.choice.last
        if last is None:
            topic = self.topic
            answered = self.known.answered_days(topic.code, topic.zone, first, self.today)
            last = max([self.everything.last or first, *answered])
        if last < first:
            raise ChoiceError(f"from={first} is after the last day collected, {last}")
        return first, last

    @cached_property
    def step(self) -> Step:
        if self.coarser:
            return Step.WEEK
        return self.choice.step or (Step.WEEK if self._days <= MOST_WEEKS * 7 else Step.MONTH)

    @property
    def coarser(self) -> bool:
        """Days were asked for, and are too many: weeks are shown."""
        return self.choice.step is Step.DAY and self._days > self.most_days

    @property
    def _days(self) -> int:
        first, last = self.span
        return (last - first).days + 1

    @cached_property
    def buckets(self) -> tuple[Bucket, ...]:
        first, last = self.span
        days = {Step.DAY: 1, Step.WEEK: 7, Step.MONTH: 28}[self.step]
        if (last - first).days / days > MOST_BUCKETS:
            raise ChoiceError(f"{first} to {last} is too long to show by {self.step}")
        return buckets(first, last, self.step, self.today)

    @cached_property
    def presence(self) -> Presence:
        return presence_of(self.question, self.buckets, self.volumes)

    def partial(self, bucket: Bucket, state: TrendState) -> bool:
        """Whether what was counted in a bucket is of a part of its expected collection only."""
        collected = self.presence.share(bucket)
        counted = state in (TrendState.ENOUGH, TrendState.INSUFFICIENT)
        return counted and collected is not None and collected < ENOUGH_COLLECTED

    @cached_property
    def events(self) -> tuple[tuple[int, Event], ...]:
        """The topic's events within the buckets."""
        found = events_of(self.site.engine, self.topic, self.known_at)
        last = self.buckets[-1].end - timedelta(days=1)
        return between(found, self.buckets[0].start, last, self.choice.country)

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
