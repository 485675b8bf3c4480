"""The whole flow, told once.

    discover   a source and a window -> links, and an entry in the ledger of answers
    fetch      links without a page  -> pages, archived as WARC
    extract    pages without an end  -> articles; every link ends in one Outcome
    identify   articles unsigned     -> groups of near-copies, and who published first
    classify   articles unread       -> readings by the reader in force
    publish    readings              -> the counts that charts read
    rebuild    all readings          -> the same, all anew
    check      a window              -> raises if its numbers should not be trusted
    watch      days                  -> alerts, by comparison with the weeks before
    recheck    articles due a visit  -> changed texts, to be identified and read again

Each stage's work list is the rows that lack its output, so a stage may be killed at any moment and
run again, and nothing is lost or doubled. Each returns a plain dict of counts.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

import db.collection
import db.publish
from db import ledger, links, store
from db.signals import match_signals
from framewatch import discovery, parsing
from framewatch import poll as polling
from framewatch import watch as watching
from framewatch.classify import classify
from framewatch.corpus import SOURCE as CORPUS
from framewatch.coverage import ALARM_LEAST, ALARM_SHARE, FAULTS
from framewatch.desk import Desk, Tick, lacks_key, open_desk
from framewatch.facts import SEEDS
from framewatch.identity import identify
from framewatch.rebuild import rebuild
from framewatch.recheck import recheck
from framewatch.settings import KEY, variable_of
from framewatch.story import (
    KEPT,
    Article,
    Link,
    Outcome,
    Page,
    Rejected,
    SourceStatus,
    Topic,
    Window,
)
from scrapers.relevance import off_topic, relevance
from scrapers.robots import MAX_CRAWL_DELAY
from scrapers.urls import canonicalize

__all__ = [
    "RunFailed",
    "SourceFailed",
    "bring_in",
    "check",
    "classify",
    "collect",
    "collect_url",
    "discover",
    "extract",
    "fetch",
    "identify",
    "open_desk",
    "poll",
    "publish",
    "rebuild",
    "recheck",
    "watch",
]

log = logging.getLogger(__name__)
watch = watching.watch

BY_HAND = "by-hand"  # the source of links that an operator names
HOSTS_AT_ONCE = 8
LONGEST_TURN = MAX_CRAWL_DELAY * 1.5  # seconds waited for a turn; an open circuit takes longer


class RunFailed(RuntimeError):
    """A stage's result should not be taken for what was published."""


class SourceFailed(RunFailed):
    """A source refused, or was unavailable. The ledger says so already."""

    def __init__(self, message: str, *, retry: bool) -> None:
        super().__init__(message)
        self.retry = retry


# --- discover -----------------------------------------------------------------------------------


def discover(desk: Desk, topic: str, source: str, window: Window, now: datetime) -> dict[str, int]:
    """Ask one source about a window, and about the two days before it if they are still moving.

    What is settled is not asked again. Raises SourceFailed once the ledger has the failures.
    """
    asked = desk.source(topic, source)
    if lacks_key(asked):
        log.warning("%s is not asked: it needs a key in %s%s", source, KEY, variable_of(source))
        return {"without_key": 1}
    counts, failures = discovery.ask(desk, topic, asked, window, now)
    log.info("%s: %s", source, counts)
    if failures:
        retry = any(failure.status is SourceStatus.UNAVAILABLE for failure in failures)
        details = dict.fromkeys(f"{failure.status}: {failure.detail}" for failure in failures)
        raise SourceFailed(f"source {source}: " + "; ".join(details), retry=retry)
    return counts


def poll(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Ask the feeds and sitemaps that are due about today and yesterday."""
    return polling.poll(desk, topic, now, discover, SourceFailed)


# --- fetch --------------------------------------------------------------------------------------


def fetch(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Fetch every link that has no page: hosts side by side, one request at a time per host."""
    with desk.store.begin() as connection:
        pending = store.links_to_fetch(connection, topic, now)
    hosts: dict[str, list[store.PendingLink]] = {}
    for item in pending:
        hosts.setdefault(urlsplit(item.link.address or item.link.url).netloc, []).append(item)
    tally: Counter[str] = Counter()
    with desk.progress("fetch", len(pending)) as tick, ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for counts in pool.map(lambda mine: _fetch_host(desk, mine, now, tick), hosts.values()):
            tally += counts
    log.info("fetch %s: %s", topic, dict(tally))
    return dict(tally)


def _fetch_host(
    desk: Desk, mine: Sequence[store.PendingLink], now: datetime, tick: Tick
) -> Counter[str]:
    tally: Counter[str] = Counter()
    for pending in mine:
        answer = _patiently(desk, pending.link)
        with desk.store.begin() as connection:
            if isinstance(answer, Page):
                store.attach_page(connection, pending.id, store.save_page(connection, answer))
                tally["fetched"] += 1
            else:
                delay = desk.settings.retry_delay
                store.reject_link(connection, pending, answer, now, delay)
                links.fall_back(connection, pending.id)
                tally[answer.outcome] += 1
        tick(1)
    return tally


def _patiently(desk: Desk, link: Link) -> Page | Rejected:
    """The page; where only the host's crawl delay stands in the way, that is waited for."""
    while True:
        answer = desk.fetch(link)
        if isinstance(answer, Page) or answer.asked or (answer.retry_after or 0) > LONGEST_TURN:
            return answer
        time.sleep(answer.retry_after or 0)


# --- extract ------------------------------------------------------------------------------------


def extract(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Turn fetched pages into articles; every link ends here in exactly one outcome."""
    with desk.store.begin() as connection:
        pending = store.pages_to_extract(connection, topic)
    tally: Counter[str] = Counter()
    with desk.progress("extract", len(pending)) as tick:
        for item in pending:
            tally[_extract_one(desk, desk.topic(topic), item, now)] += 1
            tick(1)
    with desk.store.begin() as connection:
        match_signals(connection, topic)
    log.info("extract %s: %s", topic, dict(tally))
    if len(pending) >= ALARM_LEAST and tally[Outcome.BROKEN] > ALARM_SHARE * len(pending):
        raise RunFailed(
            f"{tally[Outcome.BROKEN]} of {len(pending)} pages could not be parsed: "
            f"look at `python -m framewatch status {topic}` before trusting this run"
        )
    return dict(tally)


def _extract_one(desk: Desk, topic: Topic, item: store.PendingPage, now: datetime) -> Outcome:
    page = desk.archive.read(item.page)
    found = parsing.parse(page, item.link, desk.book)
    with desk.store.begin() as connection:
        if isinstance(found, Rejected):
            store.settle_link(connection, item.link_id, found.outcome, found.detail)
            return found.outcome
        wanted = item.link.source in (SEEDS, BY_HAND) or item.link.source.startswith(CORPUS)
        score = relevance(topic, found)
        if not wanted and (reason := off_topic(topic, score)):
            store.settle_link(connection, item.link_id, Outcome.OFF_TOPIC, reason)
            return Outcome.OFF_TOPIC
        article_id, new = store.save_article(connection, topic, found, item.page_id, now, score)
        outcome = _outcome(found) if new else Outcome.DUPLICATE
        store.settle_link(connection, item.link_id, outcome, "", article_id)
        return outcome


def _outcome(article: Article) -> Outcome:
    if not article.complete:
        return Outcome.INCOMPLETE
    return Outcome.STORED if article.published_at else Outcome.UNDATED


# --- collect: all of the above, for the command line ----------------------------------------------


def collect(desk: Desk, topic: str, window: Window, now: datetime) -> dict[str, int]:
    """Discover, fetch, extract and identify. Raises SourceFailed at the end if a source failed."""
    failures = []
    sources = desk.sources(topic)
    with desk.progress("discover", len(sources)) as tick:
        for source in sources:
            try:
                discover(desk, topic, source.name, window, now)
            except SourceFailed as failure:
                failures.append(str(failure))
            tick(1)
    counts = bring_in(desk, topic, now)
    if failures:
        raise SourceFailed("\n".join(failures), retry=True)
    return counts


def bring_in(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Fetch, extract and identify what was discovered."""
    counts = Counter(fetch(desk, topic, now)) + Counter(extract(desk, topic, now))
    return dict(counts + Counter(identify(desk, topic, now)))


def collect_url(desk: Desk, topic: str, url: str, window: Window, now: datetime) -> dict[str, int]:
    """Collect a single page that an operator names, on the topic or not."""
    link = Link(url=canonicalize(url), address=url, source=BY_HAND)
    with desk.store.begin() as connection:
        links.enter(connection, topic, [desk.place(topic, link, window)], window, now)
        store.reopen_link(connection, topic, link.url, BY_HAND)
    return bring_in(desk, topic, now)


# --- publish and check --------------------------------------------------------------------------


def publish(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Bring the counts that charts read up to date: the days on which something changed."""
    days = db.publish.days_to_count(desk.store, topic, now)
    with desk.progress("publish", len(days)) as tick:
        counts = db.publish.keep_up(desk.store, topic, now, tick)
    db.collection.keep_collection(desk.store, topic, desk.topic(topic).zone, now)
    log.info("publish %s: %s", topic, counts)
    return counts


def check(desk: Desk, topic: str, window: Window, only: Sequence[str] = ()) -> dict[str, int]:
    """The window's outcomes. Raises RunFailed if a source failed or most links ended in faults."""
    with desk.store.begin() as connection:
        answers = ledger.answers(connection, topic, window)
        counts = ledger.outcomes(connection, topic, window)
    problems = []
    for source in desk.sources(topic):
        if only and source.name not in only:
            continue
        said = answers.get(source.name, [])
        if not said:
            problems.append(f"source {source.name}: not asked")
        for status, detail in dict.fromkeys(said):
            if status in (SourceStatus.REFUSED, SourceStatus.UNAVAILABLE):
                problems.append(f"source {source.name}: {status}: {detail}")
    found, faults = sum(counts.values()), sum(counts.get(outcome, 0) for outcome in FAULTS)
    if found >= ALARM_LEAST and faults > ALARM_SHARE * found:
        problems.append(f"{faults} of {found} links ended in faults: {counts}")
    if problems:
        raise RunFailed("\n".join(problems))
    return counts | {"kept": sum(counts.get(outcome, 0) for outcome in KEPT)}
