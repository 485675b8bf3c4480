"""What GDELT's downloadable files have in common: their names are instants, and some are missing.

The SOURCES reference, section 5.0: hosts, terms, how hard they may be asked. The bucket's own
address is used: its certificate is the one that fits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from framewatch.story import Answer, Link, Outcome, Rejected, Source, SourceStatus, Window
from scrapers.answers import answered, out_of_reach
from scrapers.web import PACKED, Expect, Question, Reply, Web

HOME = "https://storage.googleapis.com/data.gdeltproject.org"
TERMS = (
    "free for any use, commercial too, with attribution: “The GDELT Project”, linked to "
    "https://www.gdeltproject.org/. This covers GDELT's lists, not the publishers' articles"
)
SPACING = 0.25  # seconds; "unthrottled in practice", and at most four at once: we ask one by one

QUARTER = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_GAPS = frozenset({403, 404})  # the bucket has answered 403 for what it does not hold
MOST_BARRED = 8  # answers of 403 in a row: more are no gaps, but a bar
_THROTTLED = frozenset({408, 425, 429})
_GAP_LATER = 6 * 3600.0  # seconds; files that are missing an hour later are seldom there at all
_MOST_FAULTS = 5  # unusable files in one answer: more are a fault of the service, not of a file
_SENTENCE = re.compile(rb"\s*Please limit requests", re.IGNORECASE)


def stamps(window: Window, minutes: tuple[int, ...]) -> Iterator[datetime]:
    """The instants in the window, in UTC, at these minutes (0 to 14) of each quarter-hour."""
    start = window.start.astimezone(UTC)
    at = start.replace(minute=start.minute - start.minute % 15, second=0, microsecond=0)
    while at < window.end:
        for minute in sorted(set(minutes)):
            if (stamp := at + minute * _MINUTE) in window:
                yield stamp
        at += QUARTER


@dataclass(slots=True)
class Gathering:
    """What the files of a window have given so far, and why reading them may have ended early."""

    source: Source
    window: Window
    links: dict[str, Link] = field(default_factory=dict)  # the first sight of each address
    listed: int = 0
    requests: int = 0
    files: int = 0
    gaps: int = 0
    most_barred: int = MOST_BARRED
    barred: int = 0  # answers of 403 since the last other one
    broken_lines: int = 0
    unverified: int = 0
    faults: list[str] = field(default_factory=list)
    ended: SourceStatus | None = None  # unavailable or refused: nothing more is asked
    retry_after: float | None = None
    now: datetime | None = None  # when the last reply came

    def ask(self, web: Web, url: str, expect: Expect = PACKED) -> bytes | None:
        """The body of a file, or None: a gap, a fault, or the end, counted as what it is."""
        reply = web.ask(Question(url=url, source=self.source.name, spacing=SPACING, expect=expect))
        if isinstance(reply, Rejected):
            self._lacks(url, reply)
            return None
        self.requests += 1
        self.now = reply.at
        self.barred = self.barred + 1 if reply.status == 403 else 0
        if self.barred >= self.most_barred:
            self._end_barred()
        elif reply.status in _GAPS:
            self.gaps += 1
        elif reply.status != 200:
            self._turned_away(url, reply)
        elif _SENTENCE.match(reply.body[:200]):
            self.end(SourceStatus.UNAVAILABLE, "asks for fewer requests", reply.retry_after)
        else:
            return reply.body
        return None

    def fault(self, url: str, reason: str) -> None:
        """A file that cannot be used; too many of them end the reading."""
        self.faults.append(f"{url.rpartition('/')[2]}: {reason}")
        if len(self.faults) >= _MOST_FAULTS:
            self.ended = SourceStatus.UNAVAILABLE

    def end(self, status: SourceStatus, reason: str, retry_after: float | None) -> None:
        self.ended = status
        self.faults.append(reason)
        self.retry_after = retry_after

    def keep(self, link: Link) -> None:
        self.links.setdefault(link.url, link)

    def is_ahead(self, stamp: datetime) -> bool:
        """Whether a file's time has not come yet, by the clock of the last reply."""
        return self.now is not None and stamp > self.now

    def answer(self, first_sure: datetime, partial: str = "") -> Answer:
        """All of it. Before `first_sure` missing files may mean that none were made yet."""
        if self.barred >= MOST_BARRED and not self.ended:  # no other answer came after them
            self._end_barred()
        found = answered(self.source, self.window, tuple(self.links.values()), self.listed)
        if self.ended or self.faults:
            status = self.ended or SourceStatus.UNAVAILABLE
            later = None if status is SourceStatus.REFUSED else self.retry_after
            found = replace(found, status=status, retry_after=later)
        elif not self.files and self.window.end <= first_sure:
            found = out_of_reach(self.source, self.window, "no file for the window")
        elif not self.files:
            self.faults.append("no file for the window")
            found = replace(found, status=SourceStatus.UNAVAILABLE, retry_after=_GAP_LATER)
        elif self.now is not None and self.window.end > self.now:
            left = (self.window.end - self.now).total_seconds()
            self.faults.append("the window is not over yet")
            found = replace(found, status=SourceStatus.UNAVAILABLE, retry_after=left)
        return replace(found, requests=self.requests, detail=self._detail(), partial=partial)

    def _end_barred(self) -> None:
        reason = f"{self.barred} answers in a row with status 403: it may have barred us"
        self.end(SourceStatus.UNAVAILABLE, reason, None)

    def _lacks(self, url: str, rejected: Rejected) -> None:
        if not rejected.asked:
            self.end(SourceStatus.UNAVAILABLE, rejected.detail, rejected.retry_after)
            return
        self.requests += 1
        reason = f"{rejected.outcome}: {rejected.detail}"
        if rejected.outcome in (Outcome.UNSAFE, Outcome.DISALLOWED, Outcome.HTTP_ERROR):
            self.end(SourceStatus.REFUSED, reason, None)
        else:
            self.fault(url, reason)

    def _turned_away(self, url: str, reply: Reply) -> None:
        reason = f"{url.rpartition('/')[2]}: status {reply.status}"
        later = reply.status >= 500 or reply.status in _THROTTLED
        status = SourceStatus.UNAVAILABLE if later else SourceStatus.REFUSED
        self.end(status, reason, reply.retry_after)

    def _detail(self) -> str:
        counts = (
            (self.files, "files"),
            (self.gaps, "gaps"),
            (self.broken_lines, "broken lines"),
            (self.unverified, "files without a checksum"),
        )
        said = ", ".join(f"{number} {what}" for number, what in counts if number)
        return "; ".join([*self.faults, *([said] if said else [])])
