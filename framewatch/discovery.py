"""What to ask a source about a window, and how its answers are entered in the ledger.

A window is asked in parts: services day by day (UTC), sliding lists whole. A part is settled once
it was answered two days after its end or later, for until then aggregators still add to a day;
settled parts, and what a source is known not to reach, cost no request.
"""

import hashlib
import json
import logging
import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import IO

from db import ledger, links, signals, store
from db.ledger import Entry
from db.polls import polls, save_poll
from framewatch.desk import Desk
from framewatch.facts import FactsError
from framewatch.poll import SLIDING, next_poll, partial
from framewatch.story import Answer, Link, Page, Rejected, Source, SourceStatus, Topic, Window
from scrapers.answers import out_of_reach, refused, unavailable
from scrapers.archive import ArchiveError
from scrapers.card import Card, earliest, requests_per_day
from scrapers.connectors import CONNECTORS
from scrapers.web import PAGE, Expect, Question, Reply, Web

log = logging.getLogger(__name__)

OVERLAP = timedelta(hours=48)  # days this young are asked again: the SOURCES reference, section 0.4
CATCH_UP = timedelta(days=14)  # for so long a daily run asks again about what was unavailable
LONGEST_WAIT = timedelta(days=1)  # between two tries at what stays unavailable
# The fields of a source that make the question; named, so that a new one asks nothing anew.
ASKED_WITH = "kind url path query collections prefixes editions minutes since".split()
FAILED = frozenset({SourceStatus.REFUSED, SourceStatus.UNAVAILABLE})


def ask(
    desk: Desk, topic: str, source: Source, window: Window, now: datetime
) -> tuple[Counter[str], list[Answer]]:
    """Ask about every part that needs it; counts, and the answers that failed."""
    visit = _Visit(desk=desk, topic=desk.topic(topic), source=source, now=now)
    tally: Counter[str] = Counter()
    failures: list[Answer] = []
    for part in visit.parts(window):
        answer = visit.known(part)
        if answer is None:
            answer = visit.answer(part)
            tally["new"] += visit.enter(answer)
            tally.update(asked=1, listed=answer.listed, on_topic=len(answer.links))
        else:
            tally["settled"] += 1
        if answer.status in FAILED:
            # No reason to stop: each part needs its own entry, and a host that is down is asked
            # no more once its circuit is open.
            failures.append(answer)
    return tally, failures


def no_kind(source: Source) -> str:
    return f"no kind {source.kind!r}; known kinds: {', '.join(sorted(CONNECTORS))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What asking a source about a window would take, before anything is asked."""

    source: Source
    asked: tuple[Window, ...] = ()  # parts that need a request
    settled: int = 0  # parts that do not
    beyond: int = 0  # parts of before the source has anything
    bound: datetime | None = None  # where it begins

    @property
    def requests(self) -> float:
        return len(self.asked) * max(1.0, requests_per_day(self.card, self.source))

    @property
    def card(self) -> Card:
        return CONNECTORS[self.source.kind].card


def outlook(desk: Desk, topic: str, source: Source, window: Window, now: datetime) -> Outlook:
    """Which parts of a window a source would be asked about."""
    visit = _Visit(desk=desk, topic=desk.topic(topic), source=source, now=now)
    if source.kind not in CONNECTORS:
        raise FactsError(f"source {source.name}: {no_kind(source)}")
    bound = earliest(visit.card, source, now)
    asked, settled, beyond = [], 0, 0
    for part in visit.parts(window):
        known = visit.known(part)
        if bound is not None and part.end <= bound:
            beyond += 1
        elif known is not None and known.status is not SourceStatus.UNAVAILABLE:
            settled += 1
        else:
            asked.append(part)
    return Outlook(source=source, asked=tuple(asked), settled=settled, beyond=beyond, bound=bound)


def together(parts: Sequence[Outlook]) -> Outlook:
    """What several windows take of one source; a day that two of them touch is asked once."""
    asked = dict.fromkeys(window for part in parts for window in part.asked)
    settled, beyond = sum(p.settled for p in parts), sum(p.beyond for p in parts)
    return replace(parts[0], asked=tuple(asked), settled=settled, beyond=beyond)


@dataclass(kw_only=True)
class _Visit:
    """One source, asked about the parts of a window one after the other."""

    desk: Desk
    topic: Topic
    source: Source
    now: datetime
    _pages: dict[str, Page] = field(default_factory=dict)  # of lists: read once for all parts

    @property
    def card(self) -> Card:
        return CONNECTORS[self.source.kind].card

    @cached_property
    def question(self) -> str:
        """What makes an answer one to this question: whoever changes it asks anew."""
        source = self.source
        holds: list[str] = []  # what a source at hand has to answer with
        if source.kind == "seed":
            holds = [seed.url for seed in self.topic.seeds]
        elif source.kind == "archive":
            holds = self.desk.files_of(source)
        key = hashlib.sha256(source.key.encode()).hexdigest()[:8]  # a mended key asks anew
        fields = [str(getattr(source, name)) for name in ASKED_WITH]
        asked = [fields, key, self.topic.query, self.topic.aliases, holds]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]

    def parts(self, window: Window) -> Iterator[Window]:
        """The window in parts, after the young ones before it that were asked about earlier."""
        if self.source.kind not in CONNECTORS:
            yield window
            return
        if self.now - window.start < 2 * OVERLAP:
            young, late = window.start - OVERLAP, window.start - CATCH_UP
            code, name = self.topic.code, self.source.name
            with self.desk.store.begin() as connection:  # closed before anybody is asked
                failed = ledger.failed_in(connection, code, name, Window(late, young), self.now)
                moving = ledger.windows_in(connection, code, name, Window(young, window.start))
            yield from (*failed, *moving)
        yield from _days(window) if self.card.by_day else (window,)

    def known(self, part: Window) -> Answer | None:
        """The answer that spares the question; None if it has to be asked."""
        with self.desk.store.begin() as connection:
            rows = ledger.known(connection, self.topic.code, self.source.name, part)
        for row in rows:
            status = SourceStatus(row.status)
            if row.question != self.question:
                continue
            done = status is SourceStatus.REFUSED or (
                status is not SourceStatus.UNAVAILABLE
                and row.answered_at >= row.window_end + self.card.settles
            )
            waiting = row.retry_at is not None and row.retry_at > self.now
            if done or (status is SourceStatus.UNAVAILABLE and waiting):
                detail = row.detail if done else f"{row.detail}; not asked before {row.retry_at}"
                return Answer(source=row.source, window=part, status=status, detail=detail)
        return None

    def answer(self, part: Window) -> Answer:
        """Ask, unless it is plain that the source has nothing so old."""
        if self.source.kind not in CONNECTORS:
            return refused(self.source, part, no_kind(self.source))
        bound = earliest(self.card, self.source, self.now)
        if bound is not None and part.end <= bound:
            return out_of_reach(self.source, part, f"has nothing from before {bound:%Y-%m-%d}")
        if not self.card.daily and self.now < part.end + self.card.settles:
            return out_of_reach(self.source, part, "is asked about days long past alone")
        held = self._oldest_held()
        if held is not None and part.end <= held:
            return out_of_reach(self.source, part, f"its oldest item is of {held:%Y-%m-%d %H:%M}")
        try:
            return CONNECTORS[self.source.kind].discover(self.source, self.topic, part, self._web)
        except ArchiveError as error:
            return unavailable(self.source, part, str(error))

    def _oldest_held(self) -> datetime | None:
        """The earliest item of a sliding list that was read lately."""
        if not self._slides:
            return None
        with self.desk.store.begin() as connection:
            poll = polls(connection, self.topic.code, [self.source.name]).get(self.source.name)
        return poll.oldest if poll and poll.next_at > self.now else None

    @property
    def _web(self) -> Web:
        web = self.desk.web_of(self.source)
        return _Listening(self.desk, web, self._pages) if self.source.kind in SLIDING else web

    def enter(self, answer: Answer) -> int:
        """Into the ledger, with links, signals and the state of a sliding list; new links."""
        answer = self._kept(answer)
        code, now = self.topic.code, self.now
        placed = [self.desk.place(code, link, answer.window) for link in answer.links]
        with self.desk.store.begin() as connection:
            why = ""
            if self._slides:
                previous = polls(connection, code, [self.source.name]).get(self.source.name)
                poll = next_poll(previous, answer, now, random.uniform(-1, 1))
                save_poll(connection, code, poll)
                # Without a hash of its body it is no sliding list: a sitemap's dated parts.
                since = poll.covered_since if answer.body_sha256 else answer.window.start
                why = partial(answer.window, since, now)
            said = answer.status in ledger.ANSWERED
            entry = Entry(
                answer=answer,
                question=self.question,
                partial="; ".join(filter(None, (why, answer.partial))) if said else "",
                retry_at=self._retry_at(answer),
            )
            ledger.record_answer(connection, code, entry, now)
            if answer.signals:
                zone, book = self.topic.zone, self.desk.book
                signals.save_signals(connection, code, answer.signals, book, zone, now)
            return links.enter(connection, code, placed, answer.window, now)

    @property
    def _slides(self) -> bool:
        return self.source.kind in SLIDING and self.desk.settings.replay is None

    def _kept(self, answer: Answer) -> Answer:
        """The answer with the pages it brings archived, where they are wanted."""
        given = [link for link in answer.links if link.page]
        if not given:
            return answer
        with self.desk.store.begin() as connection:
            urls = [link.url for link in given]
            wanting = links.without_page(connection, self.topic.code, urls)
        return replace(answer, links=tuple(self._archived(link, wanting) for link in answer.links))

    def _archived(self, link: Link, wanting: Collection[str]) -> Link:
        if link.page is None or link.url not in wanting:
            return replace(link, page=None)
        return replace(link, page=self.desk.web.keep(link.page))

    def _retry_at(self, answer: Answer) -> datetime | None:
        """When an unavailable source is asked again: as it says, and twice as late as last time."""
        if answer.status is not SourceStatus.UNAVAILABLE:
            return None
        usual = timedelta(seconds=self.desk.settings.retry_delay)
        with self.desk.store.begin() as connection:
            code, name = self.topic.code, self.source.name
            last = ledger.last_wait(connection, code, name, answer.window)
        wait = min(2 * last, LONGEST_WAIT) if last else usual
        if answer.retry_after is not None:
            wait = max(timedelta(seconds=answer.retry_after), wait if last else timedelta(0))
        return self.now + wait


def _days(window: Window) -> Iterator[Window]:
    """The UTC days that a window touches, whole: so the ledger holds each day once."""
    start = window.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while start < window.end:
        end = start + timedelta(days=1)
        yield Window(start, end)
        start = end


class _Listening:
    """A web for lists: each is read once, and entered so that the next visit can be conditional."""

    def __init__(self, desk: Desk, web: Web, pages: dict[str, Page]) -> None:
        self._desk = desk
        self._web = web
        self._pages = pages

    def ask(self, question: Question) -> Reply | Rejected:
        return self._web.ask(question)

    def stream(self, question: Question) -> AbstractContextManager[IO[bytes] | Rejected]:
        return self._web.stream(question)

    def forbidden(self, url: str) -> Rejected | None:
        return self._web.forbidden(url)

    def keep(self, page: Page) -> Page:
        return self._web.keep(page)

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        if url in self._pages:
            return self._pages[url]
        answer = self._web.get(url, expect)
        if isinstance(answer, Page):
            with self._desk.store.begin() as connection:
                store.save_page(connection, answer)
            self._pages[url] = answer
        return answer
