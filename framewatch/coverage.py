"""When the numbers of a day should be doubted: pure judgements over the ledger of coverage.

Each function looks at one day and returns alerts. A day is compared with the outlet's or source's
own past, never with a number set by hand, and says nothing where that past is too short: a new
source, a new outlet and a first week raise no alarm. Weekends are compared with weekends.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import comb
from statistics import median

from framewatch.story import Alert, AlertKind, Coverage, Outcome, SourceStatus

ANSWERED = frozenset({SourceStatus.OK, SourceStatus.EMPTY})
FAILED = frozenset({SourceStatus.REFUSED, SourceStatus.UNAVAILABLE})
# Ends that speak of a fault on the way, not of what was published.
FAULTS = frozenset(
    {
        Outcome.BROKEN,
        Outcome.HTTP_ERROR,
        Outcome.TOO_LARGE,
        Outcome.UNAVAILABLE,
        Outcome.UNSAFE,
        Outcome.WRONG_TYPE,
    }
)
ALARM_SHARE = 0.5  # of a day's links, at least ALARM_LEAST of them
ALARM_LEAST = 10

# Silence. Were links to come by chance alone (Poisson), a source that names 3 a day would name none
# on 5 % of days, and on two days running on 0.25 %; one that names 10, on one day in 20,000.
SILENT_TWO_DAYS = 3.0  # links expected on each of two days
SILENT_ONE_DAY = 10.0
# A topic dies down slowly, a source breaks at once: before its silence, a source that broke still
# named what was usual. The median of eight weeks lags some four weeks behind, so that a decline of
# a tenth a week stands at .62 of it; chance alone seldom takes 14 days below .67.
STILL_ALIVE = 0.67
BEFORE_SILENCE = 14  # days looked at: two of each weekday

# Texts and fields, against the 28 days before: four of each weekday.
PAST = timedelta(days=28)
WEEK = timedelta(days=7)
TEXTS_LEAST = 5  # now and in the past: fewer have no median worth the name
SHORT = 0.5  # of the median length of before
LOST = 0.5  # of all articles: the drop of a share, in parts of one
# An outlet that mixes teasers with whole texts, or signed with unsigned ones, has such days by
# chance. At 50 outlets, three checks and 365 days that happens 5 times a year at most.
CHANCE = 1e-4

FORBIDDEN_LEAST = 5  # links of an outlet and day
FORBIDDEN_SHARE = 0.3  # a single refused section stays below it, a block of our address does not
EVERYTHING = "*"  # the subject of an alert about all sources


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletDay:
    """A day's links of an outlet, whichever source named them, and the articles they led to."""

    day: date
    outlet: str
    ends: Mapping[str, int] = field(default_factory=dict)  # links by Outcome; "" is under way
    forbidden: int = 0  # links that ended with status 403
    lengths: tuple[int, ...] = ()  # of the texts kept, in characters
    with_author: int = 0
    with_date: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is known of the sources beside their lines: none, where nobody asks day by day."""

    reaching: Collection[str] = ()  # those that can be asked about yesterday
    asked: Mapping[str, Collection[date]] = field(default_factory=dict)  # while the day was young


_NO_HABITS = Habits()


def alerts(
    lines: Sequence[Coverage],
    outlets: Sequence[OutletDay],
    first: date,
    last: date,
    habits: Habits = _NO_HABITS,
) -> list[Alert]:
    """What is wrong with the days from first to last.

    The lines and outlets must reach back `RUN_UP` before first, for comparison, and the habits
    `BEFORE_SILENCE` days.
    """
    past, texts = _Past(lines), _Texts(outlets)
    found: list[Alert] = []
    for i in range((last - first).days + 1):
        day = first + timedelta(days=i)
        today = [line for line in past.on(day) if not line.outlet]
        mine = texts.on(day)
        found += [*failing(today, habits.reaching), *silent(past, day)]
        found += not_asked(today, habits.asked, day)
        found += [*forbidden(mine), *faults(mine), *changed(texts, day)]
    return found


RUN_UP = PAST + WEEK  # also more than BEFORE_SILENCE with a silence of three weeks


class _Past:
    """Lines of coverage by source or outlet, and by day."""

    def __init__(self, lines: Iterable[Coverage]) -> None:
        self.days: dict[date, list[Coverage]] = {}
        self.series: dict[tuple[str, str], dict[date, Coverage]] = {}
        for line in lines:
            self.days.setdefault(line.day, []).append(line)
            self.series.setdefault((line.source, line.outlet), {})[line.day] = line

    def on(self, day: date) -> list[Coverage]:
        return self.days.get(day, [])


# --- sources --------------------------------------------------------------------------------------


def failing(today: Iterable[Coverage], reaching: Collection[str] = ()) -> Iterator[Alert]:
    """Sources that refused or were unavailable, or whose list fell short of a day that it used to
    hold: where it lost its dates, or holds fewer items."""
    for line in today:
        if line.source in reaching and _falls_short(line):
            yield Alert(
                day=line.day,
                kind=AlertKind.FAILING,
                subject=line.source,
                detail=f"{line.answered}: it does not reach the day any more; {line.expected:.0f} "
                "links are usual: look at its dates and its length",
            )
        if line.answered in FAILED:
            again = line.answered is SourceStatus.UNAVAILABLE
            what = "it is asked again later" if again else "it is not asked again as it stands"
            yield Alert(
                day=line.day,
                kind=AlertKind.FAILING,
                subject=line.source,
                detail=f"{line.answered}: {what}; the day lacks what it would have named",
            )


def _falls_short(line: Coverage) -> bool:
    usual = line.expected is not None and line.expected >= SILENT_TWO_DAYS
    return usual and line.answered is SourceStatus.OUT_OF_REACH


def not_asked(
    today: Iterable[Coverage], asked: Mapping[str, Collection[date]], day: date
) -> Iterator[Alert]:
    """Sources that were asked day by day until lately, and nobody asked about this day.

    asked: by source, the days about which it was asked while they were young. One that is new, or
    was asked by backfills alone, has too few; one that no topic asks any more is not among them.
    """
    answered = {line.source for line in today if line.asked}
    before = [day - timedelta(days=i) for i in range(1, BEFORE_SILENCE + 1)]
    for source in sorted(asked.keys() - answered):
        times = sum(d in asked[source] for d in before)
        if times > BEFORE_SILENCE / 2:
            yield Alert(
                day=day,
                kind=AlertKind.NOT_ASKED,
                subject=source,
                detail=f"nobody asked it, as on {times} of the {BEFORE_SILENCE} days before: look "
                "whether its schedule is paused, or its key gone; then ask about the day again",
            )


def silent(past: _Past, day: date) -> Iterator[Alert]:
    """Sources that answer, and name nothing where they used to; then outlets that vanished."""
    quiet = {
        line.source
        for line in past.on(day)
        if not line.outlet and _fell_silent(past.series[line.source, ""], day)
    }
    for source in sorted(quiet):
        usual = past.series[source, ""][day].expected
        detail = f"answered, but named no link; {usual:.0f} are usual: look at its format or query"
        yield Alert(day=day, kind=AlertKind.SILENT, subject=source, detail=detail)
    named = Counter[str]()
    sources: dict[str, list[str]] = {}
    for line in past.on(day):
        if line.outlet and line.source not in quiet:
            named[line.outlet] += line.discovered
            if _fell_silent(past.series[line.source, line.outlet], day):
                sources.setdefault(line.outlet, []).append(line.source)
    for outlet in sorted(outlet for outlet in sources if not named[outlet]):
        which = ", ".join(sorted(sources[outlet]))
        detail = f"no source named a link of it; {which} usually did: look there for it"
        yield Alert(day=day, kind=AlertKind.SILENT, subject=outlet, detail=detail)


def _fell_silent(series: Mapping[date, Coverage], day: date) -> bool:
    today, before = series.get(day), series.get(day - timedelta(days=1))
    if today is None or not _nothing(today, SILENT_TWO_DAYS):
        return False
    two = before is not None and _nothing(before, SILENT_TWO_DAYS)
    return (two or _nothing(today, SILENT_ONE_DAY)) and _was_alive(series, day)


def _nothing(line: Coverage, usual: float) -> bool:
    expects = line.expected is not None and line.expected >= usual
    return expects and line.answered in ANSWERED and line.discovered == 0


def _was_alive(series: Mapping[date, Coverage], day: date) -> bool:
    """Whether it named what was usual until its silence began."""
    answered = [d for d in sorted(series) if d <= day and series[d].answered in ANSWERED]
    while answered and series[answered[-1]].discovered == 0:
        answered.pop()
    last = [series[d] for d in answered[-BEFORE_SILENCE:] if series[d].expected is not None]
    usual = sum(line.expected or 0.0 for line in last)
    return not last or sum(line.discovered for line in last) >= STILL_ALIVE * usual


# --- outlets --------------------------------------------------------------------------------------


def forbidden(today: Iterable[OutletDay]) -> Iterator[Alert]:
    """Outlets that answer many of our requests with 403."""
    for outlet in today:
        ended = _ended(outlet)
        if ended >= FORBIDDEN_LEAST and outlet.forbidden > FORBIDDEN_SHARE * ended:
            yield Alert(
                day=outlet.day,
                kind=AlertKind.FORBIDDEN,
                subject=outlet.outlet,
                detail=f"{outlet.forbidden} of {ended} links ended with status 403: "
                "it may have barred us; ask its publisher, do not press on",
            )


def faults(today: Sequence[OutletDay]) -> Iterator[Alert]:
    """A day on which most links of all outlets together ended in faults."""
    ended = sum(_ended(outlet) for outlet in today)
    by_end: Counter[str] = Counter()
    for outlet in today:
        by_end.update({end: n for end, n in outlet.ends.items() if end in FAULTS})
    if ended >= ALARM_LEAST and by_end.total() > ALARM_SHARE * ended:
        told = ", ".join(f"{end} {n}" for end, n in by_end.most_common())
        yield Alert(
            day=today[0].day,
            kind=AlertKind.FAULTS,
            subject=EVERYTHING,
            detail=f"{by_end.total()} of {ended} links ended in faults ({told}): "
            "look at our own connection first",
        )


def _ended(outlet: OutletDay) -> int:
    return sum(n for end, n in outlet.ends.items() if end)


class _Texts:
    """Days of outlets, and the sums over some of them."""

    def __init__(self, outlets: Iterable[OutletDay]) -> None:
        self.days: dict[date, list[OutletDay]] = {}
        self.series: dict[str, dict[date, OutletDay]] = {}
        for outlet in outlets:
            self.days.setdefault(outlet.day, []).append(outlet)
            self.series.setdefault(outlet.outlet, {})[outlet.day] = outlet

    def on(self, day: date) -> list[OutletDay]:
        return self.days.get(day, [])

    def within(self, outlet: str, first: date, after: date) -> OutletDay:
        """All days in [first, after) as one."""
        days = [d for d in self.series[outlet].values() if first <= d.day < after]
        return OutletDay(
            day=first,
            outlet=outlet,
            lengths=tuple(length for day in days for length in day.lengths),
            with_author=sum(day.with_author for day in days),
            with_date=sum(day.with_date for day in days),
        )


def changed(texts: _Texts, day: date) -> Iterator[Alert]:
    """Outlets whose texts shrank or whose pages lost a field: their pages were built anew.

    The day is judged where it has enough articles, else the seven days that end with it.
    """
    after = day + timedelta(days=1)
    for outlet in texts.on(day):
        if not outlet.lengths:
            continue
        enough = len(outlet.lengths) >= TEXTS_LEAST
        began = day if enough else after - WEEK
        now = texts.within(outlet.outlet, began, after)
        before = texts.within(outlet.outlet, began - PAST, began)
        if min(len(now.lengths), len(before.lengths)) >= TEXTS_LEAST:
            when = "" if enough else " of the week"
            yield from _shorter(day, now, before, when)
            yield from _lost(day, now, before, when)


def _shorter(day: date, now: OutletDay, before: OutletDay, when: str) -> Iterator[Alert]:
    usual, mark = median(before.lengths), SHORT * median(before.lengths)
    short, were = (sum(length < mark for length in d.lengths) for d in (now, before))
    unlikely = _chance(short, len(now.lengths), were, len(before.lengths)) < CHANCE
    if median(now.lengths) < mark and unlikely:
        yield Alert(
            day=day,
            kind=AlertKind.SHORT_TEXTS,
            subject=now.outlet,
            detail=f"{len(now.lengths)} texts{when} have {median(now.lengths):.0f} characters "
            f"(median); {usual:.0f} are usual: look whether its pages changed or are now sold",
        )


def _lost(day: date, now: OutletDay, before: OutletDay, when: str) -> Iterator[Alert]:
    pairs = {
        "author": (now.with_author, before.with_author),
        "date": (now.with_date, before.with_date),
    }
    n, m = len(now.lengths), len(before.lengths)
    lost = {
        name: (has, had)
        for name, (has, had) in pairs.items()
        if had / m - has / n > LOST and _chance(n - has, n, m - had, m) < CHANCE
    }
    if lost:
        told = " and ".join(
            f"{name} on {has} of {n} articles{when} ({had / m:.0%} before)"
            for name, (has, had) in lost.items()
        )
        yield Alert(
            day=day,
            kind=AlertKind.LOST_FIELD,
            subject=now.outlet,
            detail=f"{told}: look whether its pages changed",
        )


def _chance(k: int, n: int, were: int, of: int) -> float:
    """How likely at least k of n are, where `were` of `of` used to be (one more of each, added).

    The rule of succession: nothing seen in 5 texts is a share of 1 in 7, not of none.
    """
    p = (were + 1) / (of + 2)
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))
