"""When sliding lists are read again, and what of a window those readings cover.

A feed or news sitemap holds the latest items only: what slid off between two readings was never
seen. So each is read as often as its items change, and how far back the readings join is kept:

    covered_since(previous, answer) -> datetime | None     readings join since then
    partial(window, since, asked_at) -> str                what an answer leaves open; "" if nothing
    next_poll(previous, answer, now, jitter) -> Poll       the row to keep: both, and when it is due
    poll(desk, topic, now, discover, failure) -> counts    the stage: ask every list that is due

The intervals (6 h at first, then 10 min to 24 h by the share of known items, with a jitter against
clumps) and the hash of the body are those of Media Cloud's rss-fetcher: the SOURCES reference,
section 1.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from db.ledger import windows_in
from db.polls import Poll, polls
from framewatch.desk import Desk
from framewatch.story import Answer, Source, SourceStatus, Window
from scrapers.connectors import CONNECTORS

log = logging.getLogger(__name__)

SLIDING = frozenset({"feed", "sitemap"})  # kinds of source that hold the latest items only
FIRST = timedelta(hours=6)
SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=24)
JITTER = 0.1  # of the interval, at most
_FEW_KNOWN, _MOST_KNOWN = 0.5, 0.9  # shares of a list: below, it is read sooner; above, later
_SOONER, _LATER = 0.5, 1.5

Discover = Callable[[Desk, str, str, Window, datetime], dict[str, int]]


def covered_since(previous: Poll | None, answer: Answer, now: datetime) -> datetime | None:
    """Since when every item was on some list we read; None while nothing shows it.

    A list that still holds an item as old as the newest of the list before leaves no gap, and
    neither does the same list again. A list without dates shows nothing of what came before it.
    An answer without a body's hash is of no sliding list (the dated parts of a sitemap).
    """
    before = previous.covered_since if previous else None
    if failed(answer) or not answer.body_sha256 or _unchanged(previous, answer):
        return before
    if answer.oldest is None:
        return now
    newest = previous.newest if previous else None
    joined = before is not None and newest is not None and answer.oldest <= newest
    return min(before, answer.oldest) if joined and before else answer.oldest


def partial(window: Window, since: datetime | None, asked_at: datetime) -> str:
    """Why a reading does not cover the whole window, in words; empty if it does."""
    reasons = []
    if since is None:
        reasons.append("it is not known how far back the list reaches")
    elif since > window.start:
        reasons.append(f"covers it only from {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if asked_at < window.end:
        reasons.append(f"read at {asked_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, before its end")
    return "; ".join(reasons)


def next_poll(previous: Poll | None, answer: Answer, now: datetime, jitter: float = 0.0) -> Poll:
    """The source's row after this answer. jitter: from -1 to 1, of a tenth of the interval.

    A failure changes neither the interval nor what is known of the list.
    """
    every = _interval(previous, answer, now)
    wait = every * (1 + JITTER * jitter)
    if answer.status is SourceStatus.REFUSED:
        wait = LONGEST  # a robots.txt may change, but not often
    elif answer.retry_after is not None:
        wait = max(wait, timedelta(seconds=answer.retry_after))
    fresh = bool(answer.body_sha256) and not failed(answer) and not _unchanged(previous, answer)
    dated = fresh and answer.oldest is not None
    return Poll(
        source=answer.source,
        asked_at=now,
        changed_at=now if fresh or previous is None else previous.changed_at,
        body_sha256=answer.body_sha256 if fresh or previous is None else previous.body_sha256,
        every=every,
        next_at=now + wait,
        oldest=answer.oldest if dated or previous is None else previous.oldest,
        newest=answer.newest if dated or previous is None else previous.newest,
        covered_since=covered_since(previous, answer, now),
    )


def _interval(previous: Poll | None, answer: Answer, now: datetime) -> timedelta:
    if previous is None:
        return FIRST
    same_poll = now - previous.asked_at < SHORTEST / 2  # another window of it
    if failed(answer) or not answer.body_sha256 or same_poll:
        return previous.every
    known = _known(previous, answer)
    if known is None or _FEW_KNOWN <= known <= _MOST_KNOWN:
        return previous.every
    changed = previous.every * (_SOONER if known < _FEW_KNOWN else _LATER)
    return min(max(changed, SHORTEST), LONGEST)


def _known(previous: Poll, answer: Answer) -> float | None:
    """The share of a list that the one before held too, taken from the time that it spans."""
    if _unchanged(previous, answer):
        return 1.0
    if answer.oldest is None or answer.newest is None or previous.newest is None:
        return None
    if answer.oldest > previous.newest:
        return 0.0  # nothing in common: items may have been missed
    span = answer.newest - answer.oldest
    return min(1.0, (previous.newest - answer.oldest) / span) if span else 1.0


def _unchanged(previous: Poll | None, answer: Answer) -> bool:
    return bool(previous and answer.body_sha256 and answer.body_sha256 == previous.body_sha256)


def failed(answer: Answer) -> bool:
    """Whether the list was not read, or not to its end."""
    return answer.status in (SourceStatus.REFUSED, SourceStatus.UNAVAILABLE)


# --- the stage ------------------------------------------------------------------------------------


def poll(
    desk: Desk, topic: str, now: datetime, discover: Discover, failure: type[Exception]
) -> dict[str, int]:
    """Ask every sliding list that is due for today and yesterday (UTC days), as discover does.

    Each in one visit, so that its list is read once for both.
    failure: what discover raises once the ledger has a source's failure; the others are asked all
    the same. Counts: due, failed (of them), and what discover counted.
    """
    tally: Counter[str] = Counter()
    due = _due(desk, topic, now)
    with desk.progress("poll", len(due)) as tick:
        for source in due:
            tally["due"] += 1
            try:
                window = _window(desk, topic, source, now)
                tally += Counter(discover(desk, topic, source.name, window, now))
            except failure as error:
                log.warning("%s", error)
                tally["failed"] += 1
            tick(1)
    log.info("poll %s: %s", topic, dict(tally))
    return dict(tally)


def _due(desk: Desk, topic: str, now: datetime) -> list[Source]:
    sliding = [s for s in desk.sources(topic) if _slides(s)]
    with desk.store.begin() as connection:
        known = polls(connection, topic, [source.name for source in sliding])
    return [s for s in sliding if s.name not in known or known[s.name].next_at <= now]


def _slides(source: Source) -> bool:
    return source.kind in SLIDING and not CONNECTORS[source.kind].card.by_day


def _window(desk: Desk, topic: str, source: Source, now: datetime) -> Window:
    """Today, and yesterday unless a visit that asks about today asks about it anyway.

    It does where the ledger has yesterday already: framewatch.discovery asks young days again. So
    the ledger has a row for each day, but for the first two of a source.
    """
    day = timedelta(days=1)
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    asked_again = Window(today - 2 * day, today)
    with desk.store.begin() as connection:
        windows = windows_in(connection, topic, source.name, asked_again)
    held = any(window.start <= today - day and window.end == today for window in windows)
    return Window(today if held else today - day, today + day)
