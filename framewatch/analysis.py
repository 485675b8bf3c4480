"""What the numbers say of a topic: the figures that pages, API, export and report share.

Rows come from `db.known`, statistics from `trends`; nothing is computed here that either knows.
Every result says on how many articles it rests, in which state it is, and by whom they were read.
See also `framewatch.changes`, `framewatch.shifts` and `framewatch.comparisons`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from db.coded import Judged
from db.queries import Filters
from db.tiers import Moments, overall
from framewatch.question import Question as Question
from framewatch.question import Trace as Trace
from framewatch.question import buckets_of, presence
from framewatch.question import trace_of as trace_of
from framewatch.sampling import Drawn
from framewatch.story import Trend
from trends import moments
from trends.buckets import ENOUGH_COLLECTED, Bucket, Presence, Step
from trends.clusters import Estimate
from trends.correction import MIN_CODED, Coded, Corrected, Correction, correct
from trends.panel import Reach, Share
from trends.share import TRAILING, shares


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
    held = moments.share(whole(question, frame), reach)
    sample = sample_of(question, frame)
    return FrameShare(
        frame=frame,
        share=held,
        correction=corrected(held.found, sample) if held.found else None,
        sample=sample,
        trace=trace_of(question),
    )


def whole(question: Question, frame: str) -> Moments | None:
    """All articles of the filters as one bucket; None if there are none."""
    outlets = question.known.frame_outlets(question.filters, frame).get(frame, ())
    return overall(question.filters.first or date.min, outlets) if outlets else None


def series(
    question: Question, frames: Sequence[str], step: Step, into: Sequence[Bucket] = ()
) -> dict[str, Series]:
    """Each frame over time, without holes; the buckets are those of the filters unless given."""
    into = tuple(into) or buckets_of(question, step)
    if not into:
        return {}
    known, trace = presence(question, into, step), trace_of(question)
    points = _by_day if step is Step.DAY else _by_period
    found = points(question, frames, step, into, known)
    made = {}
    for frame in frames:
        sample = sample_of(question, frame)
        spots = tuple(
            Spot(
                bucket=bucket,
                trend=trend,
                collected=known.share(bucket),
                corrected=_of_bucket(trend, sums, sample),
            )
            for bucket, (trend, sums) in zip(into, found[frame], strict=True)
        )
        made[frame] = Series(frame=frame, step=step, spots=spots, sample=sample, trace=trace)
    return made


def corrected(machine: Estimate, sample: Sample) -> Correction:
    """Where the sample is not of these articles, the reason says why."""
    found = correct(machine, sample.rows, sample.same_articles)
    if sample.same_articles or not sample.reason or found.sensitivity is None:
        return found
    return replace(found, prediction_powered=Corrected(reason=sample.reason))


Points = dict[str, list[tuple[Trend, Moments | None]]]  # by frame; days have no sums


def _by_period(
    question: Question, frames: Sequence[str], step: Step, into: Sequence[Bucket], known: Presence
) -> Points:
    held = question.known.frame_moments(question.filters, step, _only(frames))
    made = {}
    for frame in frames:
        mine = {sums.start: sums for sums in held.get(frame, ())}
        trends = moments.shares(mine.values(), into, known)
        made[frame] = [(trend, mine.get(trend.start)) for trend in trends]
    return made


def _by_day(
    question: Question, frames: Sequence[str], step: Step, into: Sequence[Bucket], known: Presence
) -> Points:
    # A day's interval needs the weeks before it.
    filters = replace(question.filters, first=into[0].start - TRAILING)
    held = question.known.frame_days(filters, _only(frames))
    return {
        frame: [(trend, None) for trend in shares(held.get(frame, ()), into, step, known)]
        for frame in frames
    }


def _only(frames: Sequence[str]) -> str:
    """The frame to ask for; empty: all, as several are asked for at once."""
    return frames[0] if len(frames) == 1 else ""


def _of_bucket(trend: Trend, sums: Moments | None, sample: Sample) -> Corrected:
    if not trend.n:
        return Corrected(reason="No article was read.")
    if sums is None:
        # What a day's articles vary by is taken from the weeks before it (`trends.share`).
        return Corrected(reason="Days are corrected as parts of weeks and months only.")
    return correct(moments.panel(sums), sample.rows, same_articles=False).rogan_gladen


# --- the sample -----------------------------------------------------------------------------------


def sample_of(question: Question, frame: str) -> Sample:
    """The sample that serves a share: of these very articles if enough of them were coded.

    Else all that was coded on the topic: the machine's errors carry over, its share does not.
    """
    known, filters = question.known, question.filters
    mine = known.judged(filters, frame)
    days = known.frame_span(filters, frame) if mine else None
    of_these = [row for row in mine if days and _drawn_from(row, filters, *days)]
    if len(of_these) >= MIN_CODED:
        return _sample(of_these, same_articles=True)
    apart = known.set_apart(filters, frame)
    but = f", beside the {apart} that its head was made from" if apart else ""
    reason = f"{len(of_these)} of these articles were coded by hand{but}; {MIN_CODED} are needed."
    if len(mine) > len(of_these):
        reason = "The sample was drawn from other articles, or how it was drawn is not known."
    every = known.judged(Filters(topic=filters.topic), frame)
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
