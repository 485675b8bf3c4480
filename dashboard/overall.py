"""A frame over all the time chosen: the machine's share, what people would have counted, and what
changed last."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.sheets import Cell, Column, Sheet
from dashboard.view import View
from framewatch.analysis import FrameShare, Sample, frame_share
from framewatch.story import DayCount, Frame, ReaderIdentity, Trend, TrendState
from trends import panel
from trends.buckets import Bucket, Step
from trends.compare import Difference, of_shares
from trends.correction import Corrected, Correction

NOW_ONLY = "Shares are corrected as known now only: leave out “as known on”."


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """One frame over the whole time. A corrected share never stands without its interval."""

    share: panel.Share
    rogan_gladen: Corrected
    prediction_powered: Corrected
    correction: Correction | None  # None: nothing to correct, or not known as of then
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
    if view.known_at:
        held = panel.share(panel.cells(view.frame_days(view.filters).get(frame.code, ())))
        return _overall(held, Corrected(reason=NOW_ONLY))
    found = frame_share(view.question, frame.code)
    if found.correction is None:
        return _overall(found.share, Corrected(reason="No article was read."), found)
    made = found.correction
    return Overall(
        share=found.share,
        rogan_gladen=_bounded(made.rogan_gladen),
        prediction_powered=_bounded(made.prediction_powered),
        correction=made,
        sample=found.sample,
        readers=found.trace.readers,
    )


def _overall(share: panel.Share, none: Corrected, found: FrameShare | None = None) -> Overall:
    return Overall(
        share=share,
        rogan_gladen=none,
        prediction_powered=none,
        correction=None,
        sample=found.sample if found else Sample(),
        readers=found.trace.readers if found else (),
    )


def _bounded(estimate: Corrected) -> Corrected:
    if estimate.value is None or (estimate.low is not None and estimate.high is not None):
        return estimate
    return Corrected(reason=estimate.reason or "No interval can be given.")


def share_sheet(view: View, frame: Frame, found: Overall) -> Sheet:
    """The naive share always first; where nothing corrects it, one row says why."""
    share = found.share
    state = words.STATES[share.state]
    counted = f"{words.a_count(share.k, 'article')} of {share.n:,}"
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


def newest_change(view: View, counts: Sequence[DayCount], trends: Sequence[Trend]) -> Change | None:
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
    return Change(
        before=before,
        after=after,
        difference=of_shares(
            [count for count in counts if count.day in after],
            [count for count in counts if count.day in before],
        ),
        left_out=tuple((b, why) for b, why in reasons.items() if why and b.start > before.start),
    )


def _kept_out(view: View, bucket: Bucket, trend: Trend) -> str:
    if bucket.provisional:
        return "not over"
    if view.partial(bucket, trend.state):
        return words.PARTLY
    return "" if trend.state is TrendState.ENOUGH else words.STATES[trend.state]
