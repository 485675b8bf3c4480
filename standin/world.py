"""What was published in the stand-in's world, and who listed it: what tests compare with."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

By = Literal["seen", "published"]


class Habit(StrEnum):
    """What is special about an article's page."""

    PLAIN = "plain"
    PAYWALLED = "paywalled"  # isAccessibleForFree "False": only a teaser
    RESERVED = "reserved"  # tdm-reservation: 1
    UNDATED = "undated"
    AMP_TWIN = "amp_twin"  # also stands under /amp, with its canonical address
    MOVED = "moved"  # listed under an address that redirects to it
    BAD_CANONICAL = "bad_canonical"  # names the front page as canonical
    GONE = "gone"  # 404 on its own site; archives have it
    DISALLOWED = "disallowed"  # under a path that robots.txt forbids
    TRAP = "trap"  # redirects to 169.254.169.254
    DRIP = "drip"  # never ends
    WRONG_TYPE = "wrong_type"  # a PDF's type under an article's address


# Whose stories nobody may end up with: forbidden, or not to be had.
NO_ARTICLE = frozenset((Habit.DISALLOWED, Habit.TRAP, Habit.DRIP, Habit.WRONG_TYPE))
# Services that can be asked for a day long past; sitemaps can too, where they are dated.
BACKFILL = (
    "gal gkg guardian mediacloud hackernews wayback commoncrawl-index commoncrawl-news".split()
)
# Services that list a twin under its AMP address.
_AMP = frozenset(("gal", "googlenews", "bing", "hackernews"))
# What gives an article's own address and no title (beginnings of names).
_OWN = ("sitemap:", "wayback", "commoncrawl")
# What gives titles and no teasers.
_TITLES = frozenset(("hackernews", "googlenews"))
_ARCHIVES = frozenset(("wayback", "commoncrawl-index", "commoncrawl-news"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    code: str
    name: str
    host: str  # "herald.localhost"
    country: str  # ISO 3166-1 alpha-2
    language: str  # ISO 639-1
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article. Its text is invented; `on_topic` texts are about DeepSeek throughout."""

    slug: str  # unique in the world
    number: int  # unique too, from 1, by time of publication
    outlet: Outlet
    title: str
    teaser: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    published: datetime  # aware, in UTC, to the minute
    seen: datetime  # when aggregators first saw it: minutes to hours later
    on_topic: bool
    habit: Habit = Habit.PLAIN
    opinion: bool = False
    theme: str = ""  # what it is about, besides the topic: "market", "security", "weather", …
    reprint_of: str = ""  # slug of the story whose text this one repeats, under a note

    @property
    def path(self) -> str:
        """Where it stands on its host. The day is the outlet's own, as publishers count."""
        local = self.published.astimezone(self.outlet.zone)
        hidden = "/private" if self.habit is Habit.DISALLOWED else ""
        return f"{hidden}/{local:%Y/%m/%d}/{self.slug}/"

    def shows_topic(self, service: str) -> bool:
        """Whether what the service lists of it names the topic: an address, a title, or more.

        Sitemaps and archives give addresses alone, and "deepseeks" in one is another word.
        """
        if service.startswith(_OWN):
            return self.on_topic and "deepseek" in self.slug.split("-")
        if service in _TITLES:
            return self.on_topic and ("DeepSeek" in self.title or "深度求索" in self.title)
        return self.on_topic

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


@dataclass(slots=True, kw_only=True, eq=False, weakref_slot=True)
class World:
    """Outlets and their stories over a span of days; the same arguments make the same world.

    `now` may be set while the server runs; services list nothing that is later. `port` is set by
    the server before it answers. Everything else stays as it was made.
    """

    outlets: Sequence[Outlet]
    stories: Sequence[Story]  # by time of publication
    now: datetime  # what the services take for the present
    port: int = 0  # of the loopback server, once it runs
    listings: dict[str, frozenset[str]] = field(default_factory=dict)  # service -> slugs it lists
    _by_slug: dict[str, Story] = field(init=False, repr=False)
    _sorted: dict[tuple[str, By], tuple[list[datetime], list[Story]]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        self._by_slug = {story.slug: story for story in self.stories}

    def story(self, slug: str) -> Story:
        """The story with this slug; KeyError if there is none."""
        return self._by_slug[slug]

    def outlet(self, code: str) -> Outlet:
        """The outlet with this code; KeyError if there is none."""
        return {outlet.code: outlet for outlet in self.outlets}[code]

    def home(self, outlet: Outlet) -> str:
        """An outlet's origin, without a slash at its end: "http://herald.localhost:8000"."""
        return f"http://{outlet.host}:{self.port}"

    def url(self, story: Story) -> str:
        """Its own (canonical) address."""
        return self.home(story.outlet) + story.path

    def address(self, story: Story, service: str = "") -> str:
        """The address under which a service lists it: usually its own.

        A moved story is listed under `/?p=<number>`, which redirects, except by sitemaps and
        archives, which know addresses alone; a twin by some services under its AMP address.
        """
        if story.habit is Habit.MOVED and not service.startswith(_OWN):
            return f"{self.home(story.outlet)}/?p={story.number}"
        if story.habit is Habit.AMP_TWIN and service in _AMP:
            return self.url(story) + "amp/"
        return self.url(story)

    def listed(
        self, service: str, start: datetime, end: datetime, by: By = "published"
    ) -> list[Story]:
        """What a service lists in [start, end), oldest first: never what is later than `now`.

        `by` says which of a story's two times falls into the span; either way only what the
        service has seen by `now` is listed.
        """
        times, stories = self._by_time(service, by)
        found = stories[bisect_left(times, start) : bisect_left(times, end)]
        return [story for story in found if story.seen <= self.now]

    def expected(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        services: Iterable[str] | None = None,
    ) -> list[Story]:
        """The stories on the topic, published in [start, end), that must end as articles.

        Of those that at least one of `services` lists (any service if none are named) with the
        topic's name in what it says of them. Reprints count; what is gone, where an archive has it.
        """
        names = frozenset(self.listings if services is None else services)
        return [
            story
            for story in self.stories
            if story.habit not in NO_ARTICLE
            and (start is None or story.published >= start)
            and (end is None or story.published < end)
            and any(
                story.slug in self.listings[name] and story.shows_topic(name)
                for name in (names & _ARCHIVES if story.habit is Habit.GONE else names)
            )
        ]

    def _by_time(self, service: str, by: By) -> tuple[list[datetime], list[Story]]:
        if (service, by) not in self._sorted:
            slugs = self.listings.get(service, frozenset())
            stories = [story for story in self.stories if story.slug in slugs]
            stories.sort(key=lambda story: (getattr(story, by), story.number))
            self._sorted[service, by] = ([getattr(story, by) for story in stories], stories)
        return self._sorted[service, by]


def make_world(first: date, days: int, *, per_day: int = 4, seed: int = 1) -> World:
    """A world of `days` days from `first` (UTC), with `per_day` stories a day; about two thirds are
    on the topic. Its present is six hours after the end of its last day."""
    from standin.making import made  # it builds upon the names above

    return made(first, days, per_day, seed)
