"""A change between two periods, with its interval, and the parts that add up to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from db.analysis import GROUPS, grouped_counts, origin_counts
from db.rereadings import reader_counts, readers_of, twice
from framewatch.analysis import FrameShare, Question, frame_share, presence
from framewatch.story import DayCount, ReaderIdentity, TrendState
from trends.buckets import ENOUGH_COLLECTED, Bucket
from trends.compare import Difference, Side, mover, of_shares
from trends.correction import Corrected
from trends.decompose import Count, Readers, Split, Twice, readers, split

ORIGIN = "origin"  # original against re-published


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
    groups = [_groups(asked, frame) for asked in (first, second)]
    reason = _reason(question, (before, after), collected)
    totals = (groups[0][""].get("", ()), groups[1][""].get("", ()))
    difference = of_shares(totals[1], totals[0])
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


Groups = dict[str, Mapping[str, tuple[DayCount, ...]]]


def _groups(question: Question, frame: str) -> Groups:
    store, filters = question.store, question.filters
    found: Groups = {by: grouped_counts(store, filters, frame, by) for by in ("", *GROUPS)}
    return found | {ORIGIN: origin_counts(store, filters, frame)}


def _splits(before: Groups, after: Groups) -> dict[str, Split]:
    if not before[""] or not after[""]:
        return {}
    return {
        by: split(_totals(before[by]), _totals(after[by])) for by in before if by and before[by]
    }


def _totals(groups: Mapping[str, Iterable[DayCount]]) -> dict[str, Count]:
    held = {group: tuple(counts) for group, counts in groups.items()}
    return {
        group: Count(sum(c.n for c in counts), sum(c.k for c in counts))
        for group, counts in held.items()
    }


def _collected(question: Question, period: Period) -> float | None:
    return presence(question, [period.bucket]).share(period.bucket)


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
    found = [readers_of(store, asked.filters, frame) for asked in (before, after)]
    if not found[0] or not found[1]:
        return ReaderPart(reason="A period has no articles.")
    old, new = found[0][0][0], found[1][0][0]
    if {reader for side in found for reader, _ in side} == {old} == {new}:
        return ReaderPart(old=old, new=new, reason="One reader read both periods.")
    if old == new:
        return ReaderPart(
            old=old, new=new, reason="Most of both periods was read by one reader, some by others."
        )
    both = [
        [
            Twice(d.outlet, d.n, d.old, d.new, d.differ)
            for d in twice(store, q.filters, frame, old, new)
        ]
        for q in (before, after)
    ]
    counts = (
        Count(*reader_counts(store, before.filters, frame, old)),
        Count(*reader_counts(store, after.filters, frame, new)),
    )
    if not any(both):
        return ReaderPart(
            old=old,
            new=new,
            reason="No article was read by both readers: what is the model's and what the news' "
            "cannot be told.",
        )
    return ReaderPart(old=old, new=new, parts=readers(*counts, *both))
