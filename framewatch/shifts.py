"""Shifts of frames, each with the sentences that speak for it and the events near it.

Assembled as in `framewatch.analysis`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from db.analysis import Sentence, best_sentences
from db.queries import frame_days
from framewatch.analysis import (
    Question,
    Sample,
    Trace,
    buckets_of,
    corrected,
    presence,
    sample_of,
    trace_of,
)
from framewatch.story import DayCount, Event
from trends import panel
from trends.buckets import ENOUGH_COLLECTED, Bucket, Presence, Step, sort_into
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
    events: tuple[tuple[int, Event], ...]  # near it, with their numbers in the topic's file


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
    known = presence(question, into) if into else Presence()
    counts = frame_days(question.store, question.filters)
    points: dict[str, list[Point]] = {}
    names: dict[str, tuple[str, str]] = {}
    served = []
    for frame in frames:
        mine = counts.get(frame, ())
        sample = sample_of(question, frame, mine)
        errors = _errors(mine, sample)
        served += [frame] if errors else []
        for outlet, part in _by_outlet(mine).items() if by_outlet else [("", mine)]:
            key = f"{frame} {outlet}"
            names[key] = frame, outlet
            points[key] = _points(part, into, step, known, errors)
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


def _errors(counts: Sequence[DayCount], sample: Sample) -> tuple[float, float] | None:
    """Mean reading of articles without the frame, and how much higher it is with it."""
    found = panel.share(panel.cells(counts)).found
    correction = corrected(found, sample) if found else None
    if correction is None or correction.rogan_gladen.value is None:
        return None
    if correction.sensitivity is None or correction.specificity is None:
        return None
    without = 1 - correction.specificity
    return without, correction.sensitivity - without


def _points(
    counts: Iterable[DayCount],
    into: Sequence[Bucket],
    step: Step,
    known: Presence,
    errors: tuple[float, float] | None,
) -> list[Point]:
    """The share that people would have counted, where there is a sample.

    What all buckets share, the machine's errors, moves all alike: the error is of sampling alone.
    """
    without, gap = errors or (0.0, 1.0)
    held = sort_into(((count.day, count) for count in counts), into, step)
    points = []
    for bucket in into:
        found = panel.share(panel.cells(held[bucket])).found
        part = known.share(bucket)
        comparable = not bucket.provisional and (part is None or part >= ENOUGH_COLLECTED)
        if found is None:
            points.append(Point(bucket.start, 0, None, None, comparable))
            continue
        share = min(1.0, max(0.0, (found.mean - without) / gap))
        points.append(Point(bucket.start, found.n, share, found.standard_error / gap, comparable))
    return points


def _by_outlet(counts: Iterable[DayCount]) -> dict[str, list[DayCount]]:
    found: dict[str, list[DayCount]] = {}
    for count in counts:
        found.setdefault(count.outlet, []).append(count)
    return found


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
    candidates = best_sentences(where.store, where.filters, frame, LOOKED_AT)
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
    country = question.filters.country
    return tuple(
        (number, event)
        for number, event in enumerate(question.topic.events, start=1)
        if first - NEAR <= event.day <= last + NEAR
        and (not country or not event.countries or country in event.countries)
    )
