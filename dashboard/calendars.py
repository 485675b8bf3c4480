"""What is known of each day of a quarter: by source, by outlet, and of all together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from dashboard import words
from dashboard.charts.calendar import Cell, Row
from dashboard.choice import Choice
from dashboard.view import View
from db import calendar, records
from db.calendar import Days, SourceDay
from db.days import KNOWN_LEAST, RUN_UP, WEEKS, days_between, usual
from framewatch.story import Source, SourceStatus, TrendState
from trends.buckets import Bucket, Step

FEW = 0.7  # of what is usual, as on the coverage strip
LONGEST = 100  # days on a page: a quarter, and a little of the next
MOST_OUTLETS = 40

TOGETHER = "All sources"
NOT_OVER = Cell("", "open", "not over")
NOTHING = Cell("0", "none", "collected, and no link of it was named")
NOT_ASKED = Cell("–", "gap", "nobody asked")
ANSWERS: Mapping[SourceStatus, tuple[str, str, str]] = {
    SourceStatus.OK: ("A", "had", "answered"),
    SourceStatus.EMPTY: ("0", "none", "answered, with none"),
    SourceStatus.REFUSED: ("R", "refused", "refused"),
    SourceStatus.UNAVAILABLE: ("U", "down", "unavailable"),
    SourceStatus.OUT_OF_REACH: ("O", "beyond", "out of reach"),
}
LEGEND = (
    Cell("A", "had", "answered, with links"),
    Cell("F", "few", "answered, with less than 70% of what is usual"),
    Cell("P", "part", "answered for a part of the day"),
    Cell("0", "none", "answered, with none: no coverage"),
    Cell("R", "refused", "refused"),
    Cell("U", "down", "unavailable: may be asked again"),
    Cell("O", "beyond", "out of reach: says nothing of the day"),
    Cell("–", "gap", "nobody asked: no collection"),
    NOT_OVER,
)


@dataclass(frozen=True)
class Calendar:
    """The days of a page, and what is known of them."""

    view: View
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return days_between(self.first, self.last)

    @cached_property
    def by_day(self) -> View:
        """The same days, all articles of them, one by one."""
        choice = Choice(first=self.first, last=self.last, step=Step.DAY, asof=self.view.choice.asof)
        return replace(self.view, choice=choice)

    @cached_property
    def sources(self) -> dict[str, dict[date, SourceDay]]:
        """Of the topic's sources, in their order, then of those that it no longer has."""
        view, named = self.view, [source.name for source in self.known]
        found = calendar.source_days(
            view.site.engine, view.topic.code, view.topic.zone, self.first, self.last, view.known_at
        )
        return {name: found.get(name, {}) for name in dict.fromkeys([*named, *found])}

    @cached_property
    def known(self) -> tuple[Source, ...]:
        return tuple(self.view.site.book.of_topic(self.view.topic))

    @cached_property
    def together(self) -> tuple[Cell, ...]:
        """Each day of all sources: had, had in part, without coverage, not collected."""
        buckets = {bucket.start: bucket for bucket in self.by_day.buckets}
        return tuple(self._whole_day(day, buckets.get(day)) for day in self.days)

    def _whole_day(self, day: date, bucket: Bucket | None) -> Cell:
        if bucket is None or day >= self.view.today:
            return NOT_OVER
        presence = self.by_day.presence
        state = TrendState.ENOUGH if day in presence.published else presence.state(bucket)
        part = words.a_part(presence.share(bucket))
        if state is TrendState.NO_COLLECTION:
            return Cell("–", "gap", f"no collection ({part} of what was expected)")
        if self.by_day.partial(bucket, state):
            return Cell("P", "part", f"{words.PARTLY} ({part} of what was expected)")
        if state is TrendState.NO_COVERAGE:
            return Cell("0", "none", "no coverage: collected, and nothing was published")
        return Cell("A", "had", f"collected ({part} of what was expected)")

    def source_rows(self) -> list[Row]:
        total = Row(TOGETHER, _dated(self.days, self.together), total=True)
        return [
            total,
            *(
                Row(name, _dated(self.days, [self.of_source(found, day) for day in self.days]))
                for name, found in self.sources.items()
            ),
        ]

    def of_source(self, found: Mapping[date, SourceDay], day: date) -> Cell:
        known = found.get(day)
        if known is None or known.answer is None:
            return NOT_OVER if day >= self.view.today else NOT_ASKED
        answer = known.answer
        letter, kind, said = ANSWERS[answer.status]
        if answer.known:
            said = f"{said}: {_counted(known)}"
            if answer.share < 1:
                letter, kind = "P", "part"
            elif known.expected and 0 < known.found < FEW * known.expected:
                letter, kind = "F", "few"
        return Cell(letter, kind, f"{said}; {answer.partial}" if answer.partial else said)

    def outlet_rows(self, most: int | None = MOST_OUTLETS) -> list[Row]:
        """The outlets with most links; a day without any is as the day of all sources was."""
        total = Row(TOGETHER, _dated(self.days, self.together), total=True)
        ranked = sorted(self.outlets.items(), key=lambda item: (-self._within(item[1]), item[0]))
        names = {
            outlet.code: ("✻ " if outlet.fictional else "") + outlet.name
            for outlet in self.view.site.book.outlets
        }
        return [
            total,
            *(
                Row(names.get(code, code), _dated(self.days, self._outlet_cells(links)))
                for code, links in ranked[:most]
            ),
        ]

    @cached_property
    def outlets(self) -> Mapping[str, Days]:
        """Those with a link in these days; with the weeks before, for comparison."""
        engine, topic = self.view.site.engine, self.view.topic.code
        found = calendar.outlet_days(engine, topic, self.first - RUN_UP, self.last)
        return {outlet: links for outlet, links in found.items() if self._within(links)}

    def _within(self, links: Days) -> int:
        return sum(n for day, n in links.items() if day >= self.first)

    def _outlet_cells(self, links: Days) -> Iterator[Cell]:
        for day, whole in zip(self.days, self.together, strict=True):
            n, expected = links.get(day, 0), usual(self._comparable(day), links)
            if not n:
                yield NOTHING if whole.kind in ("had", "none") else whole
                continue
            said = f"{words.a_count(n, 'link')}{_usually(expected)}"
            few = bool(expected) and n < FEW * (expected or 0.0)
            yield Cell("F" if few else "A", "few" if few else "had", said)

    def _comparable(self, day: date) -> list[date]:
        """The same weekday of the weeks before, where any source answered."""
        before = (day - timedelta(weeks=week) for week in range(1, WEEKS + 1))
        known = [d for d in before if d in self._answered]
        return known if len(known) >= KNOWN_LEAST else []

    @cached_property
    def _answered(self) -> Collection[date]:
        view, first = self.view, self.first - RUN_UP
        return records.answered_days(
            view.site.engine, view.topic.code, view.topic.zone, first, self.last
        )


def _counted(known: SourceDay) -> str:
    return f"{words.a_count(known.found, 'link')}{_usually(known.expected)}"


def _usually(expected: float | None) -> str:
    return "" if expected is None else f", {expected:g} usual"


def _dated(days: Sequence[date], cells: Iterator[Cell] | Sequence[Cell]) -> tuple[Cell, ...]:
    return tuple(
        Cell(cell.letter, cell.kind, f"{words.a_day(day)}: {cell.note}")
        for day, cell in zip(days, cells, strict=True)
    )


# --- which days -----------------------------------------------------------------------------------


def calendar_of(view: View) -> Calendar:
    """The days chosen; the quarter that ends them where they are too many, or none are."""
    first, last = view.choice.first, view.choice.last
    if first and last and (last - first).days < LONGEST:
        return Calendar(view, first, last)
    return Calendar(view, *quarter_of(last or min(view.span[1], view.today)))


def quarter_of(day: date) -> tuple[date, date]:
    """First and last day of the calendar quarter."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first, next_quarter(first) - timedelta(days=1)


def next_quarter(first: date) -> date:
    months = first.year * 12 + first.month + 2
    return date(months // 12, months % 12 + 1, 1)
