"""Tone over time and by outlet: towards one target, and of whole documents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from dashboard import figures, series, words
from dashboard.charts import CHARTS, dots, lanes
from dashboard.charts.band import Axis
from dashboard.charts.lanes import Lane, Mark, Ruler
from dashboard.charts.svg import Label, Size
from dashboard.choice import Dimension
from dashboard.figures import NARROW, WIDE, Figure
from dashboard.groups import Grouping
from dashboard.ranking import laned
from dashboard.sheets import Cell, Column, Sheet
from dashboard.view import View
from db.tiers import OutletSums, overall
from framewatch.documents import documents
from framewatch.story import Target
from trends import moments
from trends.buckets import Bucket
from trends.tone import Tone

# The design's mark: of fewer mentions than these an outlet's tone is not shown.
MIN_MENTIONS = 20
MOST_LANES = 12
REACHES = (0.2, 0.3, 0.5, 1.0)
SIDES = ("negative", "positive")


def target_named(view: View, code: str) -> Target:
    """Raises 404 for a code that the topic does not have."""
    for target in view.topic.targets:
        if target.code == code:
            return target
    raise HTTPException(404, "This topic has no such target.")


def line_figure(view: View, name: str, tones: Sequence[Tone], sheet: Sheet) -> Figure:
    """A tone over time, around zero."""
    points = series.tone_points(view, tones)
    reach = dots.reach_of(points)
    axis = Axis(-reach, reach, tuple((v, words.a_tone(v)) for v in (-reach, 0.0, reach)))
    label = Label(sheet.name, f"{name} by {view.step}", figures.described(view, points))
    wide, narrow = (
        CHARTS["band"](label, points, axis, view.rules, Size(width, 260))
        for width in (WIDE, NARROW)
    )
    return Figure(wide=wide, narrow=narrow, sheet=sheet)


# --- by outlet ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ByOutlet:
    """The outlets that mention a target often enough, the most positive first; and the others."""

    target: Target
    figure: Figure | None  # None: no outlet does
    hidden: tuple[str, ...]  # with how often each does
    left_out: int  # of those that do, beyond the most frequent


def by_outlet(view: View, target: Target) -> ByOutlet:
    found = _outlet_tones(view, target)
    grouping = Grouping(view, Dimension.HOST)
    often = [(code, tone) for code, tone in found if tone.n >= MIN_MENTIONS]
    shown = sorted(often[:MOST_LANES], key=lambda one: (-(one[1].mean or 0.0), one[0]))
    rows = [
        Lane(
            name=grouping.name(code),
            disc=Mark(tone.mean or 0.0, tone.low, tone.high),
            said=f"{words.a_tone(tone.mean or 0.0)}  n {words.a_number(tone.n)}",
            note=f"{grouping.name(code)}: {series.tone_note(tone)}",
        )
        for code, tone in shown
    ]
    drawn = (rows, tone_ruler(rows))
    title = f"Tone towards {target.name} by outlet"
    sheet = outlets_sheet(view, target)
    return ByOutlet(
        target=target,
        figure=laned(sheet.name, title, drawn, sheet) if rows else None,
        hidden=tuple(f"{grouping.name(c)} ({t.n})" for c, t in found if t.n < MIN_MENTIONS),
        left_out=len(often) - len(shown),
    )


def outlets_sheet(view: View, target: Target) -> Sheet:
    """Those with few mentions are counted, and their tone is left out."""
    grouping = Grouping(view, Dimension.HOST)
    rows: list[tuple[Cell, ...]] = []
    found = _outlet_tones(view, target)
    for code, tone in found:
        name, enough = grouping.name(code), tone.n >= MIN_MENTIONS
        values = (tone.mean, tone.low, tone.high) if enough else (None, None, None)
        state = "enough" if enough else f"fewer than {MIN_MENTIONS}"
        rows.append((name, tone.n, *values, state))
    columns = (
        Column("outlet", "Outlet"),
        Column("denominator", "Articles that mention it", "count"),
        Column("mean", "Mean tone", "tone"),
        Column("low", "Low", "tone"),
        Column("high", "High", "tone"),
        Column("state", "State"),
    )
    caption = f"Tone towards {target.name} by outlet, from −1 to +1, with 95% interval"
    leads = tuple(behind(view, target, host=code) for code, _ in found)
    return Sheet(f"outlets-{target.code}", caption, columns, tuple(rows), leads)


def _outlet_tones(view: View, target: Target) -> list[tuple[str, Tone]]:
    """Over the whole time, the most mentions first."""
    bucket = Bucket(view.buckets[0].start, view.buckets[-1].end)
    held: Iterable[OutletSums] = view.known.tone_outlets(view.filters).get(target.code, ())
    found = [
        (sums.outlet, moments.tone(bucket, overall(bucket.start, [sums]), view.presence))
        for sums in held
        if sums.n
    ]
    return sorted(found, key=lambda one: (-one[1].n, one[0]))


def behind(view: View, target: Target, **narrowed: str) -> str:
    """The address of the articles that mention a target."""
    return view.link("articles", view.choice.shared.but(target=target.code, **narrowed))


def tone_ruler(rows: Iterable[Lane]) -> Ruler:
    marks = (mark for row in rows for mark in (row.disc, row.diamond))
    return dots.ruler(lanes.reach_of(marks, REACHES), SIDES)


# --- the coverage as a whole ----------------------------------------------------------------------


def documents_figure(view: View) -> Figure:
    return line_figure(view, "Document tone", _documents(view), documents_sheet(view))


def documents_sheet(view: View) -> Sheet:
    tones = _documents(view)
    rows = tuple(
        (b.start, series.last_of(b), t.n, t.mean, t.low, t.high, series.state_of(view, b, t))
        for b, t in zip(view.buckets, tones, strict=True)
    )
    columns = (
        *series.WHEN,
        Column("denominator", "Target scores", "count"),
        Column("mean", "Mean tone", "tone"),
        Column("low", "Low", "tone"),
        Column("high", "High", "tone"),
        Column("state", "State"),
    )
    caption = f"Document tone by {view.step}, from −1 to +1, with 95% interval"
    return Sheet("documents", caption, columns, rows)


def _documents(view: View) -> tuple[Tone, ...]:
    return documents(view.question, view.buckets, view.presence)
