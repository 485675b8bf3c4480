"""Tables of collection: how each source answered in the period, and where nothing was had."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dashboard import words
from dashboard.sheets import Cell, Column, Sheet
from db.coverage import coverage
from db.queries import reading
from db.reprints import Reprints
from framewatch.story import Proof, SourceStatus
from report.scope import Scope
from trends.buckets import ENOUGH_COLLECTED

WHEN = (Column("first", "From"), Column("last", "To"))


@dataclass(slots=True)
class SourceDays:
    """How one source did in the period."""

    answers: Counter[SourceStatus] = field(default_factory=Counter)  # days, by the best answer
    partial: int = 0  # days it could never answer for whole
    discovered: int = 0
    relevant: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # links, by how they failed


@dataclass(frozen=True, slots=True)
class Gap:
    """Neighbouring days of which too little was collected."""

    first: date
    last: date
    part: float  # of the expected collection, the mean of the days

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def source_days(scope: Scope) -> dict[str, SourceDays]:
    """By source, of the days of the period."""
    topic, period = scope.view.topic, scope.period
    found: dict[str, SourceDays] = {}
    with reading(scope.view.site.engine) as connection:
        span = period.first, period.last
        lines = coverage(connection, topic.code, *span, topic.zone, at=scope.view.known_at)
    for line in lines:
        if line.outlet:
            continue
        mine = found.setdefault(line.source, SourceDays())
        if line.answered is not None:
            mine.answers[line.answered] += 1
        mine.partial += bool(line.partial)
        mine.discovered += line.discovered
        mine.relevant += line.relevant
        mine.failures.update(line.failures)
    return dict(sorted(found.items()))


def sources_sheet(found: Mapping[str, SourceDays]) -> Sheet:
    columns = (
        Column("source", "Source"),
        *(Column(s.value, s.value.replace("_", " ").capitalize(), "count") for s in SourceStatus),
        Column("partial", "Days in part", "count"),
        Column("links", "Links", "count"),
        Column("relevant", "On the topic", "count"),
        Column("failed", "Failed", "count"),
        Column("failures", "How"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            source,
            *(one.answers[status] for status in SourceStatus),
            *(one.partial, one.discovered, one.relevant, one.failures.total()),
            ", ".join(f"{name} {n}" for name, n in sorted(one.failures.items())),
        )
        for source, one in found.items()
    )
    return Sheet("source-days", "Days of the period by source and answer", columns, rows)


def gaps(scope: Scope) -> tuple[Gap, ...]:
    """Days with under 80 % of what was expected, joined to their neighbours."""
    view, topic = scope.view, scope.view.topic
    days = [day for day in scope.period.bucket.days if day <= view.today]
    had = view.known.collected(topic.code, topic.zone, days)
    runs: list[list[date]] = []
    for day in sorted(day for day, part in had.items() if part < ENOUGH_COLLECTED):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple(Gap(run[0], run[-1], sum(had[d] for d in run) / len(run)) for run in runs)


def gaps_sheet(found: Sequence[Gap]) -> Sheet:
    columns = (*WHEN, Column("days", "Days", "count"), Column("collected", "Collected", "share"))
    rows = tuple((gap.first, gap.last, gap.days, gap.part) for gap in found)
    return Sheet("gaps", "Days with less than 80% of their expected collection", columns, rows)


def events_sheet(scope: Scope) -> Sheet:
    columns = (
        Column("number", "Number", "count"),
        Column("day", "Day"),
        Column("event", "Event"),
        Column("link", "Link"),
    )
    rows = tuple((n, e.day, e.label, words.a_link(e.link)) for n, e in scope.view.events)
    return Sheet("events", "Events drawn in the charts", columns, rows)


def reprints_sheet(found: Sequence[Reprints]) -> Sheet:
    """Who published what another outlet had published first."""
    columns = (
        Column("original", "First publisher"),
        Column("host", "Re-published by"),
        Column("articles", "Articles", "count"),
        *(Column(p.value, p.value.replace("_", " ").capitalize(), "count") for p in Proof),
        Column("owners", "Owners"),
        *WHEN,
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *(one.original_name, one.host_name, one.articles),
            *(one.proofs[proof] for proof in Proof),
            *(words.OWNERS[one.same_owner], one.first, one.last),
        )
        for one in found
    )
    return Sheet("republications", "Who re-published whom", columns, rows)
