"""The stage that visits stored articles again, to see whether their publishers changed them."""

import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from db import store, versions
from db.publish import bump
from db.versions import Visit
from framewatch.desk import Desk, Tick
from framewatch.parsing import parse
from framewatch.story import Article, Outcome, Page, Rejected
from scrapers.identify import near_copies, signature

log = logging.getLogger(__name__)

# News is corrected within hours and amended within days; each visit costs a publisher a request.
RECHECK_DAYS = (1, 7)  # after an article was stored
GRACE = timedelta(days=7)  # a visit overdue by more is never made
AGAIN = timedelta(hours=1)  # until an unavailable page is asked for again, at least
GIVE_UP = timedelta(days=3)  # an unavailable page is asked for no longer than this
HOSTS_AT_ONCE = 8

CHANGED, UNCHANGED = "changed", "unchanged"


def recheck(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Fetch the articles that are due for a visit; counts how the visits ended.

    A changed text takes the place of the old one, which is kept as a version: `identify` and
    `classify` find it unread. An article of an archive changes when the archive holds a later
    capture of it. Articles that are gone, or of which now less is public, stay as they are.
    """
    with desk.store.begin() as connection:
        versions.plan(connection, topic, RECHECK_DAYS, now, GRACE)
        visits = versions.due(connection, topic, now)
    hosts: dict[str, list[Visit]] = {}
    for visit in visits:
        hosts.setdefault(urlsplit(visit.link.url).netloc, []).append(visit)
    tally: Counter[str] = Counter()
    with desk.progress("recheck", len(visits)) as tick, ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for counts in pool.map(lambda mine: _visit_host(desk, mine, now, tick), hosts.values()):
            tally += counts
    if tally[CHANGED]:
        with desk.store.begin() as connection:
            bump(connection, topic, now)
    log.info("recheck %s: %s", topic, dict(tally))
    return dict(tally)


def _visit_host(desk: Desk, visits: Sequence[Visit], now: datetime, tick: Tick) -> Counter[str]:
    tally: Counter[str] = Counter()
    for visit in visits:
        tally[_visit(desk, visit, now)] += 1
        tick(1)
    return tally


def _visit(desk: Desk, visit: Visit, now: datetime) -> str:
    answer = desk.fetch(visit.link)
    found = _reread(desk, visit, answer)
    with desk.store.begin() as connection:
        if isinstance(found, Rejected) and _worth_waiting(found, visit, now):
            wait = max(AGAIN, timedelta(seconds=found.retry_after or 0.0))
            versions.postpone(connection, visit, found.outcome, now + wait)
            return found.outcome
        # One transaction: a page stored without its text would be a 304, unread, at the next visit.
        page_id = store.save_page(connection, answer) if isinstance(answer, Page) else 0
        outcome = _outcome(visit, found)
        if outcome == CHANGED and isinstance(found, Article):
            versions.change(connection, visit, found, page_id)
        versions.settle(connection, visit, outcome, now)
        return outcome


def _reread(desk: Desk, visit: Visit, answer: Page | Rejected) -> Article | Rejected | None:
    """The article as it is now; None where the page is the one held, or an older one."""
    if isinstance(answer, Rejected):
        return answer
    if answer.sha256 == visit.page_sha256 or answer.fetched_at < visit.fetched_at:
        return None
    return parse(answer, visit.link, desk.book)


def _worth_waiting(found: Rejected, visit: Visit, now: datetime) -> bool:
    due = visit.stored_at + timedelta(days=visit.days)
    return found.retry_after is not None and now - due < GIVE_UP


def _outcome(visit: Visit, found: Article | Rejected | None) -> str:
    if isinstance(found, Rejected):
        return found.outcome
    if found is None or found.text_sha256 == visit.text_sha256:
        return UNCHANGED
    if visit.complete and not found.complete:
        return Outcome.INCOMPLETE
    if found.url != visit.url and not _same_text(visit, found):
        return Outcome.GONE  # its address leads to another article now
    return CHANGED


def _same_text(visit: Visit, found: Article) -> bool:
    return bool(visit.minhash) and near_copies(visit.minhash, signature(found.text, found.language))
