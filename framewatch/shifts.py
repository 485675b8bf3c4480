"""Shifts of frames, each with the sentences that speak for it and the events near it.

Assembled as in `framewatch.analysis`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from db.sentences import Sentence, best_sentences
from db.tiers import Moments
from framewatch.analysis import corrected, sample_of, whole
from framewatch.events import between, events_of
from framewatch.question import Question, Trace, buckets_of, presence, trace_of
from framewatch.story import Event
from trends import moments
from trends.buckets import ENOUGH_COLLECTED, Bucket, Presence, Step
from trends.shifts import Point, Shift
from trends.shifts import shifts as shifts_of

SENTENCES = 3
# Wide enough that three of different outlets are among them.
LOOKED_AT = 60
# How far from the dates that a shift may have an event is told with it; nobody says it is a cause.
NEAR = timedelta(days=7)
# A level is shown by the articles of its first weeks.
SHOWN = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShift:
    frame: str
    outlet: str  # "" for all outlets of the filters together
    shift: Shift
    sentences: tuple[Sentence, ...]  # that speak for it most
    events: tuple[tuple[int, Event], ...]  # near it, by their numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """The shifts told, of all series that were looked at."""

    found: tuple[FoundShift, ...]  # the surest first
    series: int  # the family whose rate of false shifts is kept
    corrected: tuple[str, ...]  # frames whose shares were corrected before
    step: Step
    trace: Trace


def shifts(
    question: Question, frames: Sequence[str], step: Step = Step.WEEK, *, by_outlet: bool = False
) -> Shifts:
    """Shifts of each frame; with by_outlet, of each frame in each outlet."""
    into, trace = buckets_of(question, step), trace_of(question)
    known = presence(question, into, step) if into else Presence()
    held = {outlet: asked.known.frame_moments(asked.filters, step)
            for outlet, asked in _asked(question, by_outlet)}  # fmt: skip
    points: dict[str, list[Point]] = {}
    names: dict[str, tuple[str, str]] = {}
    served = []
    for frame in frames:
        errors = _errors(question, frame)
        served += [frame] if errors else []
        for outlet, sums in held.items():
            if outlet and frame not in sums:
                continue
            key = f"{frame} {outlet}"
            names[key] = frame, outlet
            points[key] = _points(sums.get(frame, ()), into, known, errors)
    found = [
        _told(question, *names[key], shift)
        for key, told in shifts_of(points).items()
        for shift in told
    ]
    return Shifts(
        found=tuple(sorted(found, key=lambda one: one.shift.p)),
        series=len(points),
        corrected=tuple(served),
        step=step,
        trace=trace,
    )


def _asked(question: Question, by_outlet: bool) -> list[tuple[str, Question]]:
    """The question of each outlet; of all of them together."""
    if not by_outlet:
        return [("", question)]
    outlets = sorted(question.known.outlet_volumes(question.filters))
    return [(outlet, question.but(host=outlet)) for outlet in outlets]


def _errors(question: Question, frame: str) -> tuple[float, float] | None:
    """Mean reading of articles without the frame, and how much higher it is with it."""
    sums = whole(question, frame)
    correction = corrected(moments.panel(sums), sample_of(question, frame)) if sums else None
    if correction is None or correction.rogan_gladen.value is None:
        return None
    if correction.sensitivity is None or correction.specificity is None:
        return None
    without = 1 - correction.specificity
    return without, correction.sensitivity - without


def _points(
    found: Iterable[Moments],
    into: Sequence[Bucket],
    known: Presence,
    errors: tuple[float, float] | None,
) -> list[Point]:
    """The share that people would have counted, where there is a sample.

    What all buckets share, the machine's errors, moves all alike: the error is of sampling alone.
    """
    without, gap = errors or (0.0, 1.0)
    held = {sums.start: moments.panel(sums) for sums in found}
    points = []
    for bucket in into:
        one = held.get(bucket.start)
        part = known.share(bucket)
        comparable = not bucket.provisional and (part is None or part >= ENOUGH_COLLECTED)
        if one is None:
            points.append(Point(bucket.start, 0, None, None, comparable))
            continue
        share = min(1.0, max(0.0, (one.mean - without) / gap))
        points.append(Point(bucket.start, one.n, share, one.standard_error / gap, comparable))
    return points


def _told(question: Question, frame: str, outlet: str, shift: Shift) -> FoundShift:
    # A rise shows in what came with it, a fall in what went.
    first, last = shift.first, shift.last + SHOWN
    if shift.size < 0:
        first, last = shift.first - SHOWN, shift.first - timedelta(days=1)
    filters = question.filters
    where = question.but(
        first=max(first, filters.first or first),
        last=min(last, filters.last or last),
        host=outlet or filters.host,
    )
    candidates = best_sentences(where.store, where.filters, frame, LOOKED_AT, where.known_at)
    return FoundShift(
        frame=frame,
        outlet=outlet,
        shift=shift,
        sentences=chosen(candidates),
        events=events_near(question, shift.first, shift.last),
    )


def chosen(candidates: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The best three: no words twice, and of different outlets as far as there are."""
    apart: dict[str, Sentence] = {}
    for one in candidates:
        apart.setdefault(one.words, one)
    first: dict[str, Sentence] = {}
    for one in apart.values():
        first.setdefault(one.host, one)
    rest = [one for one in apart.values() if first[one.host] is not one]
    kept = [*first.values(), *rest][:SENTENCES]
    return tuple(sorted(kept, key=lambda one: -one.evidence.score))


def events_near(question: Question, first: date, last: date) -> tuple[tuple[int, Event], ...]:
    """Events of the topic around these days, by their numbers."""
    found = events_of(question.store, question.topic, question.known_at)
    return between(found, first - NEAR, last + NEAR, question.filters.country)
