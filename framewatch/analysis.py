"""What the numbers say of a topic: the figures that pages, API, export and report share.

Rows come from `db`, statistics from `trends`; nothing is computed here that either of them knows.
Every result says on how many articles it rests, in which state it is, and by whom they were read.
See also `framewatch.changes`, `framewatch.shifts` and `framewatch.comparisons`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from db import coded, records
from db.analysis import frame_counts
from db.coded import Judged
from db.queries import Filters, status, version, volumes
from db.rereadings import identities
from db.session import Store
from framewatch.sampling import Drawn
from framewatch.story import DayCount, ReaderIdentity, Topic, Trend
from trends import panel
from trends.buckets import ENOUGH_COLLECTED, Bucket, Presence, Step, buckets, sort_into
from trends.clusters import Estimate
from trends.correction import MIN_CODED, Coded, Corrected, Correction, correct
from trends.panel import Reach, Share
from trends.share import TRAILING, shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of which part of a topic."""

    store: Store
    topic: Topic
    filters: Filters  # of that topic
    today: date  # in the topic's time zone

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The articles coded by hand that serve a figure."""

    rows: tuple[Coded, ...] = ()
    same_articles: bool = False  # drawn from the very articles of the figure
    reason: str = ""  # why not
    double: int = 0  # articles that several people coded
    codebooks: tuple[str, ...] = ()  # by which people coded


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameShare:
    """The machine's share, and beside it what people would have counted."""

    frame: str
    share: Share
    correction: Correction | None  # None without articles
    sample: Sample
    trace: Trace

    @property
    def n(self) -> int:
        return self.share.n

    @property
    def k(self) -> float:
        return self.share.k


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One bucket of a series."""

    bucket: Bucket
    trend: Trend  # the machine's share, with its state
    collected: float | None  # part of the expected collection; None: nothing is known of it
    corrected: Corrected  # by Rogan-Gladen

    @property
    def partial(self) -> bool:
        return self.collected is not None and self.collected < ENOUGH_COLLECTED

    @property
    def comparable(self) -> bool:
        """Whole and over: only such buckets are compared with others."""
        return not self.partial and not self.bucket.provisional


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    frame: str
    step: Step
    spots: tuple[Spot, ...]
    sample: Sample
    trace: Trace


def frame_share(question: Question, frame: str, reach: Reach = Reach.PANEL) -> FrameShare:
    """The share of a frame among the articles of the filters."""
    counts = frame_counts(question.store, question.filters, frame)
    held = panel.share(panel.cells(counts), reach)
    sample = sample_of(question, frame, counts)
    return FrameShare(
        frame=frame,
        share=held,
        correction=corrected(held.found, sample) if held.found else None,
        sample=sample,
        trace=trace_of(question),
    )


def series(
    question: Question, frames: Sequence[str], step: Step, into: Sequence[Bucket] = ()
) -> dict[str, Series]:
    """Each frame over time, without holes; the buckets are those of the filters unless given."""
    into = tuple(into) or buckets_of(question, step)
    if not into:
        return {}
    known = presence(question, into)
    filters = question.filters
    if step is Step.DAY:  # a day's interval needs the weeks before it
        filters = replace(filters, first=into[0].start - TRAILING)
    trace = trace_of(question)
    made = {}
    for frame in frames:
        mine = frame_counts(question.store, filters, frame)
        within = [count for count in mine if count.day >= into[0].start]
        sample = sample_of(question, frame, within)
        trends = shares(mine, into, step, known)
        held = sort_into(((count.day, count) for count in within), into, step)
        spots = tuple(
            Spot(
                bucket=bucket,
                trend=trend,
                collected=known.share(bucket),
                corrected=_of_bucket(held[bucket], sample, step),
            )
            for bucket, trend in zip(into, trends, strict=True)
        )
        made[frame] = Series(frame=frame, step=step, spots=spots, sample=sample, trace=trace)
    return made


def corrected(machine: Estimate, sample: Sample) -> Correction:
    """Where the sample is not of these articles, the reason says why."""
    found = correct(machine, sample.rows, sample.same_articles)
    if sample.same_articles or not sample.reason or found.sensitivity is None:
        return found
    return replace(found, prediction_powered=Corrected(reason=sample.reason))


def _of_bucket(counts: Sequence[DayCount], sample: Sample, step: Step) -> Corrected:
    found = panel.share(panel.cells(counts)).found
    if found is None:
        return Corrected(reason="No article was read.")
    if step is Step.DAY:
        # What a day's articles vary by is taken from the weeks before it (`trends.share`).
        return Corrected(reason="Days are corrected as parts of weeks and months only.")
    return correct(found, sample.rows, same_articles=False).rogan_gladen


# --- the sample -----------------------------------------------------------------------------------


def sample_of(question: Question, frame: str, counts: Iterable[DayCount]) -> Sample:
    """The sample that serves a share: of these very articles if enough of them were coded.

    Else all that was coded on the topic: the machine's errors carry over, its share does not.
    """
    filters, days = question.filters, [count.day for count in counts]
    mine = coded.judged(question.store, filters, frame) if days else ()
    of_these = [row for row in mine if _drawn_from(row, filters, min(days), max(days))]
    if len(of_these) >= MIN_CODED:
        return _sample(of_these, same_articles=True)
    reason = f"{len(of_these)} of these articles were coded by hand; {MIN_CODED} are needed."
    if len(mine) > len(of_these):
        reason = "The sample was drawn from other articles, or how it was drawn is not known."
    every = coded.judged(question.store, Filters(topic=filters.topic), frame)
    return _sample(every, reason=reason)


def _drawn_from(row: Judged, filters: Filters, first: date, last: date) -> bool:
    return bool(row.sample) and Drawn.parse(row.sample).holds(filters, first, last)


def _sample(rows: Sequence[Judged], same_articles: bool = False, reason: str = "") -> Sample:
    return Sample(
        rows=tuple(
            Coded(
                article=str(row.article_id),
                frame="",
                human=row.human,
                machine=float(row.machine),
                weight=row.weight,
                stratum=f"{row.sample} {row.stratum}",
            )
            for row in rows
        ),
        same_articles=same_articles,
        reason=reason,
        double=sum(row.coders > 1 for row in rows),
        codebooks=tuple(sorted({code for row in rows for code in row.codebooks if code})),
    )


# --- what is known of collection, and by whom articles were read ----------------------------------


def buckets_of(question: Question, step: Step) -> tuple[Bucket, ...]:
    """The buckets of the filters' days; where they name none, of all articles they leave."""
    held = status(question.store, question.filters)
    first, last = question.filters.first or held.first, question.filters.last or held.last
    if first is None or last is None or last < first:
        return ()
    return buckets(first, last, step, question.today)


def presence(question: Question, into: Sequence[Bucket]) -> Presence:
    """Of every day of the buckets that is over or was asked for.

    Nothing is known of what a topic without a ledger, such as an imported corpus, has missed.
    """
    store, topic = question.store, question.topic
    first, last = into[0].start, into[-1].end
    answered = records.answered_days(store, topic.code, topic.zone, first, last)
    published = {day.day for day in volumes(store, question.filters) if day.articles}
    collected: Mapping[date, float] | None = None
    if version(store, topic.code).answered_at is not None:
        days = [d for b in into for d in b.days if d < question.today or d in answered]
        collected = records.collected(store, topic.code, topic.zone, days)
    return Presence(answered, frozenset(published), collected)


def trace_of(question: Question) -> Trace:
    found = version(question.store, question.topic.code)
    readers = _readers(question.store, question.topic.code, found.version, found.newest_reading)
    return Trace(filters=question.filters, version=found.version, readers=readers)


@lru_cache(maxsize=64)
def _readers(store: Store, topic: str, _version: int, _reading: int) -> tuple[ReaderIdentity, ...]:
    """All readings are gone through: once for each state of the store."""
    return identities(store, topic)
