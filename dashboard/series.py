"""Counts into series, and series into what charts and tables show."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from typing import cast

from dashboard import words
from dashboard.charts.band import Axis, Point
from dashboard.charts.coverage import Slot, low_mark
from dashboard.sheets import Column, Sheet
from dashboard.view import View
from db import queries
from db.tiers import Moments, overall
from framewatch.story import DayCount, Frame, Target, Trend, TrendState
from trends import moments
from trends.buckets import Bucket, Step, sort_into
from trends.share import TRAILING, shares
from trends.tone import Tone, tones

WHEN = (Column("start", "From"), Column("end", "To"))


FrameRows = tuple[DayCount, ...] | tuple[Moments, ...]
ToneRows = tuple[queries.ToneDay, ...] | tuple[Moments, ...]


def frame_counts(view: View, frame: str = "") -> Mapping[str, FrameRows]:
    """Per frame (or of one), what its series is made of: days, or sums of weeks or months."""
    if view.step is Step.DAY:  # with the days before the first that a daily interval needs
        return view.known.frame_days(view.wider(TRAILING.days), frame)
    return view.known.frame_moments(view.filters, view.step, frame)


def coded(view: View) -> frozenset[str]:
    """The frames for which articles of the filters were coded."""
    return frozenset(view.known.frame_moments(view.filters, Step.MONTH))


def frame_series(view: View, rows: FrameRows) -> tuple[Trend, ...]:
    if view.step is Step.DAY:
        return shares(cast(tuple[DayCount, ...], rows), view.buckets, view.step, view.presence)
    return moments.shares(cast(tuple[Moments, ...], rows), view.buckets, view.presence)


def frame_points(view: View, series: Sequence[Trend]) -> tuple[Point, ...]:
    return tuple(
        Point(
            start=bucket.start,
            end=bucket.end,
            value=trend.share,
            low=trend.low,
            high=trend.high,
            state=trend.state,
            provisional=trend.provisional,
            partial=view.partial(bucket, trend.state),
            note=_share_note(view, bucket, trend),
        )
        for bucket, trend in zip(view.buckets, series, strict=True)
    )


def share_axis(all_series: Sequence[Sequence[Trend]]) -> Axis:
    """One scale for all, up to the next quarter."""
    tops = [p.high if p.high is not None else p.share for series in all_series for p in series]
    quarters = max(1, ceil(max((top or 0.0 for top in tops), default=0.0) * 4))
    ends = [quarters / 4 * part for part in (0.0, 0.5, 1.0)]
    return Axis(0.0, quarters / 4, tuple((end, words.a_tick(end)) for end in ends))


def frame_sheet(view: View, frame: Frame, series: Sequence[Trend]) -> Sheet:
    rows = tuple(
        (b.start, last_of(b), int(t.k), t.n, t.share, t.low, t.high, state_of(view, b, t))
        for b, t in zip(view.buckets, series, strict=True)
    )
    columns = (
        *WHEN,
        Column("numerator", "With the frame", "count"),
        Column("denominator", "Coded articles", "count"),
        Column("share", "Share", "share"),
        Column("low", "Low", "share"),
        Column("high", "High", "share"),
        Column("state", "State"),
    )
    caption = f"{frame.name}: share of coded articles by {view.step}, with 95% interval"
    return Sheet(f"frame-{frame.code}", caption, columns, rows)


def tone_counts(view: View) -> Mapping[str, ToneRows]:
    """Per target, what its series is made of."""
    if view.step is Step.DAY:
        return view.known.tone_days(view.filters)
    return view.known.tone_moments(view.filters, view.step)


def tone_series(view: View, rows: ToneRows) -> tuple[Tone, ...]:
    if view.step is Step.DAY:
        return tones(
            cast(tuple[queries.ToneDay, ...], rows), view.buckets, view.step, view.presence
        )
    return moments.tones(cast(tuple[Moments, ...], rows), view.buckets, view.presence)


def tones_overall(view: View) -> list[tuple[Target, Tone]]:
    """Over the whole time, towards each target that is mentioned, the most mentioned first."""
    bucket = Bucket(view.buckets[0].start, view.buckets[-1].end)
    held = view.known.tone_outlets(view.filters)
    found = [
        (target, moments.tone(bucket, overall(bucket.start, held[target.code]), view.presence))
        for target in view.topic.targets
        if target.code in held
    ]
    return sorted(found, key=lambda one: -one[1].n)


def tone_points(view: View, series: Sequence[Tone]) -> tuple[Point, ...]:
    return tuple(
        Point(
            start=bucket.start,
            end=bucket.end,
            value=tone.mean,
            low=tone.low,
            high=tone.high,
            state=tone.state,
            provisional=tone.provisional,
            partial=view.partial(bucket, tone.state),
            note=f"{words.a_bucket(bucket, view.step)}: {_tone_note(view, bucket, tone)}",
        )
        for bucket, tone in zip(view.buckets, series, strict=True)
    )


def tone_note(tone: Tone) -> str:
    if tone.mean is None:
        return words.STATES[tone.state]
    articles = words.a_count(tone.n, "article")
    if tone.low is None or tone.high is None:
        return f"tone {words.a_tone(tone.mean)}, no interval from {articles}"
    ends = f"{words.a_tone(tone.low)} to {words.a_tone(tone.high)}"
    return f"tone {words.a_tone(tone.mean)} ({ends}), {articles}"


def _tone_note(view: View, bucket: Bucket, tone: Tone) -> str:
    note = tone_note(tone)
    return f"{note}, {words.PARTLY}" if view.partial(bucket, tone.state) else note


def tone_sheet(view: View, target: Target, series: Sequence[Tone]) -> Sheet:
    rows = tuple(
        (b.start, last_of(b), None if t.mean is None else t.mean * t.n, t.n, t.mean, t.low, t.high,
         state_of(view, b, t))
        for b, t in zip(view.buckets, series, strict=True)
    )  # fmt: skip
    caption = f"Tone towards {target.name} by {view.step}, from −1 to +1, with 95% interval"
    return Sheet(f"tone-{target.code}", caption, (*WHEN, *_tone_columns()), rows)


def tones_sheet(view: View, found: Sequence[tuple[Target, Tone]]) -> Sheet:
    rows = tuple(
        (target.name, None if t.mean is None else t.mean * t.n, t.n, t.mean, t.low, t.high,
         words.STATES[t.state] or "enough")
        for target, t in found
    )  # fmt: skip
    whole = Bucket(view.buckets[0].start, view.buckets[-1].end)
    caption = f"Tone by target, {words.a_span(whole)}, from −1 to +1, with 95% interval"
    return Sheet("tone", caption, (Column("target", "Target"), *_tone_columns()), rows)


def slots(view: View) -> tuple[Slot, ...]:
    """Collection per bucket."""
    return tuple(_slot(view, bucket, mine) for bucket, mine in _volumes(view).items())


def coverage_sheet(view: View) -> Sheet:
    rows = []
    held = slots(view)
    few = low_mark(held)
    for slot, (bucket, mine) in zip(held, _volumes(view).items(), strict=True):
        coded = sum(volume.coded for volume in mine)
        answered = sum(day in view.presence.answered for day in bucket.days)
        rows.append(
            (
                *(slot.start, last_of(bucket), slot.articles, coded, slot.outlets, answered),
                *(view.presence.share(bucket), _slot_state(slot, few)),
            )
        )
    columns = (
        *WHEN,
        Column("articles", "Articles", "count"),
        Column("coded", "Coded", "count"),
        Column("outlets", "Outlets", "count"),
        Column("days_answered", "Days a source answered", "count"),
        Column("collected", "Of expected collection", "share"),
        Column("state", "State"),
    )
    return Sheet("coverage", f"Collection by {view.step}", columns, tuple(rows))


def outlets_sheet(view: View) -> Sheet:
    """Articles per outlet, the most first."""
    known = {facet.code: facet for facet in view.facets.hosts}
    totals = view.known.outlet_volumes(view.filters)
    rows = []
    for code, (articles, coded) in sorted(totals.items(), key=lambda item: (-item[1][0], item[0])):
        facet = known.get(code, queries.Facet(code, code, articles))
        mark = "fictional" if facet.fictional else ""
        rows.append((facet.name or code, articles, coded, mark))
    columns = (
        Column("outlet", "Outlet"),
        Column("articles", "Articles", "count"),
        Column("coded", "Coded", "count"),
        Column("note", "Note"),
    )
    return Sheet("outlets", "Articles by outlet", columns, tuple(rows))


def _volumes(view: View) -> dict[Bucket, list[queries.Volume]]:
    """One or none for each bucket."""
    return sort_into(((volume.start, volume) for volume in view.volumes), view.buckets, view.step)


def _slot(view: View, bucket: Bucket, mine: Sequence[queries.Volume]) -> Slot:
    articles = sum(volume.articles for volume in mine)
    outlets = sum(volume.outlets for volume in mine)
    state = TrendState.ENOUGH if articles else view.presence.state(bucket)
    counted = f"{words.a_count(articles, 'article')} from {words.a_count(outlets, 'outlet')}"
    note = counted if articles else words.STATES[state]
    partial = view.partial(bucket, state)
    if partial:
        note += f", {words.PARTLY} ({words.a_part(view.presence.share(bucket))})"
    return Slot(
        start=bucket.start,
        end=bucket.end,
        articles=articles,
        outlets=outlets,
        state=state,
        provisional=bucket.provisional,
        partial=partial,
        note=f"{words.a_bucket(bucket, view.step)}: {note}",
    )


def _slot_state(slot: Slot, few: float) -> str:
    said = [words.PARTLY if slot.partial else words.STATES[slot.state] or "collected"]
    if slot.provisional:
        said.append("not over")
    elif 0 < slot.articles < few:
        said.append("few articles")
    return ", ".join(said)


def _share_note(view: View, bucket: Bucket, trend: Trend) -> str:
    when = words.a_bucket(bucket, view.step)
    if trend.provisional:
        when += " (not over)"
    if trend.share is None:
        return f"{when}: {words.STATES[trend.state]}"
    ends = words.a_range(trend.low, trend.high)
    articles = words.a_count(trend.n, "article")
    note = f"{when}: {words.a_share(trend.share)} ({ends}), {words.a_number(trend.k)} of {articles}"
    return f"{note}, {words.PARTLY}" if view.partial(bucket, trend.state) else note


def _tone_columns() -> tuple[Column, ...]:
    return (
        Column("numerator", "Sum of tones", "tone"),
        Column("denominator", "Articles", "count"),
        Column("share", "Mean tone", "tone"),
        Column("low", "Low", "tone"),
        Column("high", "High", "tone"),
        Column("state", "State"),
    )


def state_of(view: View, bucket: Bucket, point: Trend | Tone) -> str:
    """In words, for those who do not see how it is drawn."""
    said = [words.STATES[point.state] or "enough"]
    if view.partial(bucket, point.state):
        said.append(words.PARTLY)
    if point.provisional:
        said.append("not over")
    return ", ".join(said)


def last_of(bucket: Bucket) -> date:
    return bucket.end - timedelta(days=1)
