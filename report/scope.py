"""What a report is about: a part of a topic, as the store knew it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from dashboard.choice import Choice
from dashboard.site import Site
from dashboard.view import View
from db import queries
from framewatch.analysis import Question
from framewatch.changes import Period
from framewatch.story import Frame, Topic

# A level lasts for weeks before and after a shift: one of four weeks shows none.
LOOKED_BACK = timedelta(weeks=26)


class ReportError(ValueError):
    """The report cannot be made; the message says why."""


@dataclass(frozen=True)
class Scope:
    """A view of the dashboard, with the periods before it.

    `today` is that of the store's newest entry: a report knows no clock, so that the same store
    gives the same report on any day.
    """

    view: View
    known_at: datetime  # the store's newest entry of the topic, or what was asked for

    @property
    def question(self) -> Question:
        return self.view.question

    @cached_property
    def period(self) -> Period:
        return Period(*self.view.span)

    @property
    def levels(self) -> Question:
        """Where shifts are looked for: half a year at least, to the end of the period."""
        first, last = self.period.first, self.period.last
        return self.question.but(first=min(first, last - LOOKED_BACK + timedelta(days=1)))

    @property
    def earlier(self) -> dict[str, Period]:
        """What the period is compared with, by name."""
        first, last = self.period.first, self.period.last
        length = (last - first).days + 1
        before = Period(first - timedelta(days=length), first - timedelta(days=1))
        return {
            "the previous period": before,
            "a year before": _year_before(self.period),
        }

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """The generic codebook, and the issue frames that some article was coded for."""
        view = self.view
        held = view.known.frame_moments(view.filters, "month")
        generic = {frame.code for frame in view.site.frames}
        every = view.site.frames_of(view.topic)
        return tuple(frame for frame in every if frame.code in generic or frame.code in held)


def scope_of(site: Site, topic: str, choice: Choice, address: str) -> Scope:
    """Without days: all that was collected. `address` is the dashboard's, for links."""
    watched = _topic(site, topic)
    version = queries.version(site.engine, topic)
    moments = [m for m in (version.changed_at, version.answered_at) if m is not None]
    if not moments:
        raise ReportError(f"nothing was collected yet on {topic}: run `collect` first")
    known_at = max(moments).astimezone(UTC)
    today = known_at.astimezone(watched.zone).date()
    if choice.asof and choice.asof > today:
        raise ReportError(f"as known on {choice.asof}: the store's newest entry is of {today}")
    whole = View(site, watched, choice, choice.asof or today, address)
    known_at = whole.known_at or known_at
    first, last = whole.span
    return Scope(replace(whole, choice=choice.but(first=first, last=last)), known_at)


def _topic(site: Site, code: str) -> Topic:
    if code not in site.topics:
        known = ", ".join(site.topics) or "none"
        raise ReportError(f"no topic {code!r}; there are: {known}")
    return site.topics[code]


def _year_before(period: Period) -> Period:
    """The same dates; for whole weeks 52 weeks before, so that weekends meet weekends."""
    if ((period.last - period.first).days + 1) % 7 == 0:
        back = timedelta(weeks=52)
        return Period(period.first - back, period.last - back)
    return Period(_same_date(period.first), _same_date(period.last))


def _same_date(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
