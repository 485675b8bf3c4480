"""A change between two periods, with its interval, and the parts that add up to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from db.analysis import GROUPS
from db.rereadings import reader_counts, readers_of, twice
from framewatch.analysis import FrameShare, Question, frame_share
from framewatch.crossings import ORIGIN, Groups, groups_by
from framewatch.question import presence_of
from framewatch.story import ReaderIdentity, TrendState
from trends.buckets import ENOUGH_COLLECTED, Bucket
from trends.compare import Difference, Side, mover, of_shares, of_sides
from trends.correction import Corrected
from trends.decompose import Count, Readers, Split, Twice, readers, split
from trends.outlet_days import Sides

SPLIT = (*GROUPS, ORIGIN)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def bucket(self) -> Bucket:
        return Bucket(self.first, self.last + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderPart:
    """How much of a change is the model's or the codebook's, and how much the news'."""

    old: ReaderIdentity | None = None  # who read most of the earlier period
    new: ReaderIdentity | None = None  # and of the later one
    parts: Readers | None = None
    reason: str = ""  # why there are no parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """After less before. Differences have no interval where a period was collected in part."""

    frame: str
    before: FrameShare
    after: FrameShare
    difference: Difference  # of the machine's shares
    corrected: Corrected  # of the corrected shares
    collected: tuple[float | None, float | None]  # part of the expected collection, before, after
    splits: dict[str, Split]  # by column of `db.analysis.GROUPS`, and by ORIGIN
    reader: ReaderPart
    reason: str = ""  # why the periods are not to be compared


def change(question: Question, frame: str, before: Period, after: Period) -> Change:
    """From one period to another; the days of the filters are left aside."""
    first, second = (question.but(first=p.first, last=p.last) for p in (before, after))
    shares = frame_share(first, frame), frame_share(second, frame)
    collected = _collected(first, before), _collected(second, after)
    groups = [groups_by(asked, frame, SPLIT) for asked in (first, second)]
    reason = _reason(question, (before, after), collected)
    difference = _difference((first, second), frame, groups)
    if reason:
        difference = replace(difference, low=None, high=None, state=TrendState.NO_COLLECTION)
    return Change(
        frame=frame,
        before=shares[0],
        after=shares[1],
        difference=difference,
        corrected=Corrected(reason=reason) if reason else _corrected(*shares),
        collected=collected,
        splits=_splits(*groups),
        reader=_reader(first, second, frame),
        reason=reason,
    )


def _difference(
    asked: tuple[Question, Question], frame: str, held: Sequence[Mapping[str, Groups]]
) -> Difference:
    """Later less earlier: periods apart share no day, and their shares err apart."""
    before, after = (question.filters for question in asked)
    if before.last and after.first and before.last >= after.first:
        days = [q.known.frame_days(q.filters, frame).get(frame, ()) for q in asked]
        return of_shares(days[1], days[0])
    left, right = (groups[ORIGIN].where.sums(groups[ORIGIN].every) for groups in reversed(held))
    return of_sides(Sides(left=left, right=right, shared=0.0))


def _splits(before: Mapping[str, Groups], after: Mapping[str, Groups]) -> dict[str, Split]:
    found = {}
    for by in SPLIT:
        one, two = _totals(before[by]), _totals(after[by])
        if one and two:
            found[by] = split(one, two)
    return found


def _totals(held: Groups) -> dict[str, Count]:
    return {
        code: Count(float(group.n.sum()), float(group.total.sum()))
        for code, group in held.groups.items()
    }


def _collected(question: Question, period: Period) -> float | None:
    return presence_of(question, [period.bucket], ()).share(period.bucket)


def _reason(
    question: Question, periods: tuple[Period, Period], collected: tuple[float | None, float | None]
) -> str:
    for period, part in zip(periods, collected, strict=True):
        if period.last >= question.today:
            return f"{period.first} to {period.last} is not over."
        if part is not None and part < ENOUGH_COLLECTED:
            return (
                f"{period.first} to {period.last}: {part:.0%} of what was expected was collected."
            )
    return ""


def _corrected(before: FrameShare, after: FrameShare) -> Corrected:
    """The difference of the Rogan-Gladen shares.

    Where both rest on one sample they err together: taken as independent, the interval is then too
    wide rather than too narrow.
    """
    if before.correction is None or after.correction is None:
        return Corrected(reason="A period has no articles.")
    one, two = after.correction.rogan_gladen, before.correction.rogan_gladen
    if one.value is None or two.value is None:
        return Corrected(reason=one.reason or two.reason)
    left, right = (
        Side(share.n, c.value, c.low, c.high) for share, c in ((after, one), (before, two))
    )
    low, high = mover(left, right, 0.0)
    return Corrected(one.value - two.value, low, high, reason=one.reason or two.reason)


def _reader(before: Question, after: Question, frame: str) -> ReaderPart:
    store = before.store
    at = before.known_at
    found = [readers_of(store, asked.filters, frame, at) for asked in (before, after)]
    if not found[0] or not found[1]:
        return ReaderPart(reason="A period has no articles.")
    old, new = found[0][0][0], found[1][0][0]
    if {reader for side in found for reader, _ in side} == {old} == {new}:
        return ReaderPart(old=old, new=new, reason="One reader read both periods.")
    if old == new:
        return ReaderPart(
            old=old, new=new, reason="Most of both periods was read by one reader, some by others."
        )
    return reader_part(before, after, frame, old, new)


def reader_part(
    before: Question, after: Question, frame: str, old: ReaderIdentity, new: ReaderIdentity
) -> ReaderPart:
    """The earlier period as the old reader has it, the later one as the new: which part is whose.

    Whichever readings are in force: after a re-reading all of them are the new reader's.
    """
    store, at = before.store, before.known_at
    both = [
        [
            Twice(d.outlet, d.n, d.old, d.new, d.differ)
            for d in twice(store, q.filters, frame, old, new, at)
        ]
        for q in (before, after)
    ]
    counts = (
        Count(*reader_counts(store, before.filters, frame, old, at)),
        Count(*reader_counts(store, after.filters, frame, new, at)),
    )
    for period, reader, count in zip((before, after), (old, new), counts, strict=True):
        if not count.n:
            days = f"{period.filters.first} to {period.filters.last}"
            return ReaderPart(old=old, new=new, reason=f"{reader.short} read nothing of {days}.")
    if not any(both):
        return ReaderPart(
            old=old,
            new=new,
            reason="No article was read by both readers: what is the model's and what the news' "
            "cannot be told.",
        )
    return ReaderPart(old=old, new=new, parts=readers(*counts, *both))
