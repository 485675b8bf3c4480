"""Collect days long past: each source is asked about the days it can answer for, and no other.

    plan      what it will take, before a single request
    backfill  ask, fetch, extract and identify, week by week

All state is in rows: a backfill that was stopped goes on where it was, and one that is done makes
no request and changes no row.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from db import ledger, store
from framewatch import stages
from framewatch.desk import Desk, Tick
from framewatch.discovery import Outlook, outlook, together
from framewatch.settings import KEY, variable_of
from framewatch.story import Source, Window

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)  # collected together: a stopped backfill has whole weeks to show
SOURCES_AT_ONCE = 8
SHORTEST_WAIT = 1.0  # seconds between two rounds; so they end, whatever is still due


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a backfill will do."""

    sources: tuple[Outlook, ...]
    host_delay: float
    pages_per_day: float | None  # found so far per day and topic; None: nothing is known yet
    days: int

    def seconds(self, source: Outlook) -> float:
        """What one source's requests take, at its own pace."""
        return source.requests * (source.card.spacing or self.host_delay)

    @property
    def requests(self) -> float:
        return sum(source.requests for source in self.sources)

    @property
    def minutes(self) -> float:
        """Sources are asked side by side: the slowest decides."""
        return max((self.seconds(source) for source in self.sources), default=0.0) / 60


def plan(desk: Desk, topic: str, window: Window, now: datetime, only: Sequence[str] = ()) -> Plan:
    """What asking about a window will take. Raises FactsError for a source that is none."""
    weeks = list(_weeks(window))  # as they will be asked about
    sources = tuple(
        together([outlook(desk, topic, source, week, now) for week in weeks])
        for source in _chosen(desk, topic, only)
    )
    with desk.store.begin() as connection:
        pages = ledger.links_per_day(connection, topic)
    return Plan(
        sources=sources,
        host_delay=desk.settings.host_delay,
        pages_per_day=pages,
        days=(window.end - window.start).days,
    )


def backfill(
    desk: Desk,
    topic: str,
    window: Window,
    clock: Callable[[], datetime],
    *,
    only: Sequence[str] = (),
    patience: float = 0.0,
    pause: Callable[[float], None],
) -> dict[str, int]:
    """Collect a window. What is unavailable is asked again for patience seconds of waiting in all.

    Raises stages.SourceFailed at the end, with everything else stored, if a source still fails.
    """
    sources = _chosen(desk, topic, only)
    tally: Counter[str] = Counter()
    while True:
        failures: dict[str, str] = {}
        with desk.progress("backfill", len(sources) * _number_of_weeks(window)) as tick:
            for week in _weeks(window):
                tally += _discover(desk, topic, sources, week, clock(), failures, tick)
                tally += Counter(stages.bring_in(desk, topic, clock()))
        now = clock()
        wait = _until_the_next(desk, topic, sources, window, now)
        if wait is None or wait > patience:
            break
        wait = max(wait, SHORTEST_WAIT)
        patience -= wait
        log.info("waiting %.0f seconds for what is unavailable", wait)
        pause(wait)
    if failures:
        raise stages.SourceFailed("\n".join(failures.values()) + AGAIN, retry=True)
    return dict(tally)


AGAIN = "\nRun the same command again later: what is done is not asked again."


def _chosen(desk: Desk, topic: str, only: Sequence[str]) -> list[Source]:
    if only:
        return [desk.source(topic, name) for name in only]
    return list(desk.sources(topic))


def _discover(
    desk: Desk,
    topic: str,
    sources: Sequence[Source],
    week: Window,
    now: datetime,
    failures: dict[str, str],
    tick: Tick,
) -> Counter[str]:
    def ask(source: Source) -> dict[str, int]:
        try:
            return stages.discover(desk, topic, source.name, week, now)
        except stages.SourceFailed as failure:
            failures[f"{source.name} {week.start}"] = str(failure)
            return {"failed": 1}
        finally:
            tick(1)

    tally: Counter[str] = Counter()
    with ThreadPoolExecutor(SOURCES_AT_ONCE) as pool:
        for counts in pool.map(ask, sources):
            tally.update(counts)
    return tally


def _weeks(window: Window) -> Iterator[Window]:
    start = window.start
    while start < window.end:
        end = min(start + WEEK, window.end)
        yield Window(start, end)
        start = end


def _number_of_weeks(window: Window) -> int:
    return sum(1 for _ in _weeks(window))


def _until_the_next(
    desk: Desk, topic: str, sources: Sequence[Source], window: Window, now: datetime
) -> float | None:
    """Seconds until a source or a page may be asked again; None if nothing waits."""
    with desk.store.begin() as connection:
        moments = [
            ledger.next_retry(connection, topic, [s.name for s in sources], window),
            store.next_retry(connection, topic),
        ]
    waits = [max(0.0, (moment - now).total_seconds()) for moment in moments if moment]
    return min(waits, default=None)


def plan_lines(made: Plan, unkeyed: Sequence[Source]) -> Iterator[str]:
    """The plan as a table, and what it does not hold."""
    yield f"{'source':28} {'to ask':>8} {'settled':>8} {'beyond':>8} {'requests':>9} {'minutes':>8}"
    for source in made.sources:
        minutes = made.seconds(source) / 60
        line = f"{source.source.name:28} {len(source.asked):8} {source.settled:8} {source.beyond:8}"
        line += f" {source.requests:9.0f} {minutes:8.1f}"
        if source.source.daily_requests and source.requests > source.source.daily_requests:
            days = ceil(source.requests / source.source.daily_requests)
            line += f"  {days} days at {source.source.daily_requests} requests a day"
        elif source.bound and source.beyond:
            line += f"  has nothing from before {source.bound:%Y-%m-%d}"
        elif not source.card.backfill:
            line += "  holds the newest only: what it no longer lists is out of reach"
        yield line
    for lacking in unkeyed:
        yield f"{lacking.name:28} not asked: it needs a key in {KEY}{variable_of(lacking.name)}"
    yield (
        f"to ask: parts of the {made.days} days, each with one answer in the ledger. In all about "
        f"{made.requests:.0f} requests to list what was published, side by side {made.minutes:.0f} "
        "minutes or more."
    )
    if made.pages_per_day is None:
        yield "Pages to fetch: unknown until the first days are listed."
    else:
        yield (
            f"Pages to fetch: about {made.pages_per_day * made.days:.0f}, as there were "
            f"{made.pages_per_day:.1f} a day so far; one every {made.host_delay:g} seconds a host."
        )
