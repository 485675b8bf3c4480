"""A frame over all the time chosen: the machine's share, what people would have counted, and what
changed last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from dashboard import words
from dashboard.series import FrameRows
from dashboard.sheets import Cell, Column, Sheet
from dashboard.view import View
from db.tiers import Moments
from framewatch.analysis import Sample, frame_share
from framewatch.story import Frame, ReaderIdentity, Trend, TrendState
from trends import moments, panel
from trends.buckets import Bucket, Step
from trends.compare import Difference
from trends.correction import Corrected, Correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """One frame over the whole time. A corrected share never stands without its interval."""

    share: panel.Share
    rogan_gladen: Corrected
    prediction_powered: Corrected
    correction: Correction | None  # None: nothing to correct
    sample: Sample
    readers: tuple[ReaderIdentity, ...] = ()  # the newest first

    @property
    def estimates(self) -> tuple[tuple[str, Corrected], ...]:
        return ("Rogan-Gladen", self.rogan_gladen), ("prediction-powered", self.prediction_powered)

    @property
    def corrected(self) -> bool:
        return any(estimate.value is not None for _, estimate in self.estimates)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why there is no corrected share, each once."""
        lacking = (e.reason for _, e in self.estimates if e.value is None and e.reason)
        return tuple(dict.fromkeys(lacking))


def overall(view: View, frame: Frame) -> Overall:
    found = frame_share(view.question, frame.code)
    made, nothing = found.correction, Corrected(reason="No article was read.")
    return Overall(
        share=found.share,
        rogan_gladen=_bounded(made.rogan_gladen) if made else nothing,
        prediction_powered=_bounded(made.prediction_powered) if made else nothing,
        correction=made,
        sample=found.sample,
        readers=found.trace.readers,
    )


def _bounded(estimate: Corrected) -> Corrected:
    if estimate.value is None or (estimate.low is not None and estimate.high is not None):
        return estimate
    return Corrected(reason=estimate.reason or "No interval can be given.")


def share_sheet(view: View, frame: Frame, found: Overall) -> Sheet:
    """The naive share always first; where nothing corrects it, one row says why."""
    share = found.share
    state = words.STATES[share.state]
    counted = f"{words.a_count(share.k, 'article')} of {words.a_number(share.n)}"
    note = ", ".join(filter(None, (counted, state)))
    rows: list[tuple[Cell, ...]] = [("as read", share.share, share.low, share.high, note)]
    if not found.corrected:
        rows.append(("corrected", None, None, None, " ".join(found.reasons)))
    else:
        for name, e in found.estimates:
            rows.append((f"corrected, {name}", e.value, e.low, e.high, e.reason))
    columns = (
        Column("estimate", "Estimate"),
        Column("share", "Share", "share"),
        Column("low", "Low", "share"),
        Column("high", "High", "share"),
        Column("note", "Note", "remark"),
    )
    whole = Bucket(view.buckets[0].start, view.buckets[-1].end)
    caption = f"{frame.name}: share of coded articles, {words.a_span(whole)}, with 95% interval"
    return Sheet(f"share-{frame.code}", caption, columns, tuple(rows))


# --- what changed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The newest whole bucket less the one before it, of those that may be compared."""

    before: Bucket
    after: Bucket
    difference: Difference
    left_out: tuple[tuple[Bucket, str], ...]  # since `before`, each with why


def newest_change(view: View, rows: FrameRows, trends: Sequence[Trend]) -> Change | None:
    """None where fewer than two buckets may be compared, and for days.

    One day has one cluster per outlet, which says nothing of how its articles cluster.
    """
    if view.step is Step.DAY:
        return None
    pairs = list(zip(view.buckets, trends, strict=True))
    reasons = {bucket: _kept_out(view, bucket, trend) for bucket, trend in pairs}
    whole = [bucket for bucket, _ in pairs if not reasons[bucket]]
    if len(whole) < 2:
        return None
    before, after = whole[-2:]
    held = {sums.start: sums for sums in cast(tuple[Moments, ...], rows)}
    return Change(
        before=before,
        after=after,
        difference=moments.difference(held.get(after.start), held.get(before.start)),
        left_out=tuple((b, why) for b, why in reasons.items() if why and b.start > before.start),
    )


def _kept_out(view: View, bucket: Bucket, trend: Trend) -> str:
    if bucket.provisional:
        return "not over"
    if view.partial(bucket, trend.state):
        return words.PARTLY
    return "" if trend.state is TrendState.ENOUGH else words.STATES[trend.state]
