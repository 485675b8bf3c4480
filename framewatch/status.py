"""The state of a topic in a few lines of text."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from db import ledger
from db.alerts import alerts
from db.polls import polls
from db.signals import missed
from db.spending import ALL, StoredSpending
from db.states import SourceState, source_states
from framewatch.desk import Desk
from framewatch.settings import KEY, variable_of
from framewatch.story import Source
from framewatch.watch import LOOK_BACK, last_settled_day, told_as
from scrapers.card import earliest
from scrapers.connectors import CONNECTORS

MOST_ALERTS = 5
MOST_SITES = 3


def status_lines(desk: Desk, topic: str, now: datetime | None = None) -> Iterator[str]:
    """Sources and how they answered, links and how they ended, articles, requests and alerts."""
    now = now or datetime.now(UTC)
    with desk.store.begin() as connection:
        outcomes = ledger.outcomes(connection, topic)
        totals = ledger.totals(connection, topic)
    yield f"{desk.topic(topic).name}: " + ", ".join(f"{n} {what}" for what, n in totals.items())
    yield from _sources(desk, topic, now)
    yield from _requests(desk, now)
    yield "links by how they ended:"
    for outcome, n in sorted(outcomes.items(), key=lambda item: -item[1]):
        yield f"  {outcome:28} {n}"
    yield from _missed(desk, topic, now)
    yield from _alerts(desk, topic, now)
    for seed in desk.topic(topic).seeds:
        if not seed.url:
            path = desk.settings.topics / f"{topic}.toml"
            yield f'seed "{seed.title}" has no address yet: put it into {path}'


def _sources(desk: Desk, topic: str, now: datetime) -> Iterator[str]:
    """One line each: its last answer, its reach, the days settled of late, windows by answer."""
    zone = desk.topic(topic).zone
    last = last_settled_day(now, zone)
    first = last - LOOK_BACK + timedelta(days=1)
    names = [source.name for source in desk.sources(topic)]
    with desk.store.begin() as connection:
        answered = ledger.answer_counts(connection, topic)
        states = source_states(connection, topic, first, last, zone)
        read = polls(connection, topic, names)
    yield f"sources (last answer; reach; of {LOOK_BACK.days} days settled; windows by answer):"
    for source in desk.sources(topic):
        oldest = read[source.name].oldest if source.name in read else None
        reach = _reach(source, oldest, now)
        state, counts = states.get(source.name), answered.get(source.name, {})
        said = ", ".join(f"{status} {n}" for status, n in sorted(counts.items()))
        yield f"  {source.name:28} {_last(state, now):22} {reach:16} {_settled(state):>3}  {said}"
    for source in desk.unkeyed(topic):
        yield f"  {source.name:28} not asked: needs a key in {KEY}{variable_of(source.name)}"


def _last(state: SourceState | None, now: datetime) -> str:
    return f"{state.last} {_ago(now - state.last_at)}" if state else "never asked"


def _settled(state: SourceState | None) -> str:
    return str(state.settled) if state else "-"


def _reach(source: Source, oldest: datetime | None, now: datetime) -> str:
    card = CONNECTORS[source.kind].card if source.kind in CONNECTORS else None
    since = oldest or (earliest(card, source, now) if card else None)
    return f"since {since:%Y-%m-%d}" if since else ""


def _ago(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours < 1:
        return f"{max(0, int(hours * 60))} min ago"
    return f"{hours:.0f} h ago" if hours < 48 else f"{span.days} days ago"


def _requests(desk: Desk, now: datetime) -> Iterator[str]:
    """Those of the UTC day: in all, by source where a source counts them, and the busiest sites."""
    spent = dict(StoredSpending(desk.store, lambda _name: 0).spent(now.astimezone(UTC).date()))
    budget = desk.settings.daily_requests
    yield f"requests today: {spent.pop(ALL, 0)}" + (f" of {budget}" if budget else "")
    sources = {name: n for name, n in spent.items() if name.startswith("source:")}
    sites = {name: n for name, n in spent.items() if name not in sources}
    if sources:
        yield "  by source: " + _most(sources, len(sources)).replace("source:", "")
    if sites:
        yield "  most to: " + _most(sites, MOST_SITES)


def _most(counts: Mapping[str, int], limit: int) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {n}" for name, n in ordered[:limit])


def _missed(desk: Desk, topic: str, now: datetime) -> Iterator[str]:
    """Headlines named elsewhere, and what we have of them: how complete our sources are."""
    today = now.astimezone(desk.topic(topic).zone).date()
    with desk.store.begin() as connection:
        found = missed(connection, topic, today - LOOK_BACK, today)
    if named := sum(line.named for line in found):
        held, known = sum(line.held for line in found), sum(line.known for line in found)
        yield (
            f"headlines named elsewhere in the last {LOOK_BACK.days} days: {named}; held "
            f"as articles {held}, found but not kept {known}, "
            f"unknown to our sources {named - held - known}"
        )


def _alerts(desk: Desk, topic: str, now: datetime) -> Iterator[str]:
    today = now.astimezone(desk.topic(topic).zone).date()
    with desk.store.begin() as connection:
        raised = alerts(connection, topic, today - LOOK_BACK, today)
    yield f"alerts of the last {LOOK_BACK.days} days: {len(raised) or 'none'}"
    for alert in raised[:MOST_ALERTS]:
        yield f"  {told_as(alert)}"
    if len(raised) > MOST_ALERTS:
        yield f"  and {len(raised) - MOST_ALERTS} older ones"
