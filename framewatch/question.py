"""What is asked of a topic, and what is known of it apart from the figures themselves.

A question asks of now, or of an earlier instant: then everything is as it was known at that time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from db.known import Known
from db.queries import Filters, Version, Volume, version
from db.session import Store
from framewatch.story import ReaderIdentity, Topic
from trends.buckets import Bucket, Presence, Step, buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of which part of a topic."""

    store: Store
    topic: Topic
    filters: Filters  # of that topic
    today: date  # in the topic's time zone
    known_at: datetime | None = None  # None: as known now

    @property
    def known(self) -> Known:
        return Known(self.store, self.known_at)

    def but(self, **changes: object) -> "Question":
        """The same with other filters."""
        return replace(self, filters=replace(self.filters, **changes))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """By what a number can be found again."""

    filters: Filters
    version: int  # of the counts
    readers: tuple[ReaderIdentity, ...]  # all that have read for the topic, the newest first

    @property
    def codebooks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(reader.codebook_sha256 for reader in self.readers))


def buckets_of(question: Question, step: Step) -> tuple[Bucket, ...]:
    """The buckets of the filters' days; where they name none, of all articles they leave."""
    first, last = question.filters.first, question.filters.last
    if first is None or last is None:
        held = question.known.status(question.filters)
        first, last = first or held.first, last or held.last
    if first is None or last is None or last < first:
        return ()
    return buckets(first, last, step, question.today)


def presence(question: Question, into: Sequence[Bucket], step: Step) -> Presence:
    """What is known of the buckets of a step apart from their counts."""
    return presence_of(question, into, question.known.volumes(question.filters, step))


def presence_of(question: Question, into: Sequence[Bucket], volumes: Iterable[Volume]) -> Presence:
    """The same with volumes at hand."""
    topic, first, last = question.topic, into[0].start, into[-1].end
    answered = question.known.answered_days(topic.code, topic.zone, first, last)
    published = frozenset(volume.start for volume in volumes)
    days = [d for b in into for d in b.days if d < question.today or d in answered]
    return Presence(answered, published, collected(question, days))


def collected(question: Question, days: Sequence[date]) -> Mapping[date, float] | None:
    """The part of each day's expected collection that was had.

    Nothing is known of what a topic without a ledger, such as an imported corpus, has missed.
    """
    topic, found = question.topic, version(question.store, question.topic.code)
    if found.answered_at is None:
        return None
    return _collected(question.known, topic.code, topic.zone, tuple(days), found)


@lru_cache(maxsize=64)
def _collected(
    known: Known, topic: str, zone: ZoneInfo, days: tuple[date, ...], _version: Version
) -> Mapping[date, float]:
    """Once for each state of the store."""
    return known.collected(topic, zone, days)


def trace_of(question: Question) -> Trace:
    found = version(question.store, question.topic.code)
    readers = _readers(question.known, question.topic.code, found)
    return Trace(filters=question.filters, version=found.version, readers=readers)


@lru_cache(maxsize=64)
def _readers(known: Known, topic: str, _version: Version) -> tuple[ReaderIdentity, ...]:
    """Once for each state of the store."""
    return known.identities(topic)
