"""What a report shows of its numbers: key points, tables, drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard import figures, series
from dashboard.figures import Figure
from dashboard.pages.export import sheet_named
from dashboard.sheets import Sheet
from framewatch.story import Frame, Target
from report import collection, patterns, points, quotes, shares
from report.dictionary import dictionary
from report.groups import groups_sheet
from report.inert import drawing, inert, on_paper
from report.numbers import Numbers, numbers
from report.points import Point
from report.scope import Scope

VOICES = "Frames in the outlet's own words and in quoted words"
ORIGINS = "Frames in original and in re-published articles"


@dataclass(frozen=True, kw_only=True)
class Contents:
    scope: Scope
    numbers: Numbers
    points: tuple[Point, ...]
    panels: Sequence[tuple[Frame, Figure]]
    tone_panels: Sequence[tuple[Target, Figure]]
    coverage: Figure
    outlets: Figure
    tone: Figure | None
    sheets: Mapping[str, Sheet]  # by name, in the order of the sections
    charts: Mapping[str, Markup]  # by name


def contents_of(scope: Scope) -> Contents:
    view, held = scope.view, numbers(scope)
    made = points.points(held)
    tables = [inert(sheet) for sheet in (points.points_sheet(made), *_tables(held))]
    coverage, outlets = figures.coverage_figure(view), figures.outlets_figure(view)
    tone = figures.tone_figure(view, held.tones) if held.tones else None
    panels, tone_panels = _panels(scope), figures.tone_panels(view, held.tone_rows)
    charts = {"coverage": coverage.wide, "outlets": outlets.wide, **_wide(scope)}
    if tone:
        charts["tone"] = tone.wide
    charts |= {f"tone-{target.code}": figure.wide for target, figure in tone_panels}
    return Contents(
        scope=scope,
        numbers=held,
        points=made,
        panels=[(frame, _shown(figure)) for frame, figure in panels],
        tone_panels=[(target, _shown(figure)) for target, figure in tone_panels],
        coverage=_shown(coverage),
        outlets=_shown(outlets),
        tone=_shown(tone) if tone else None,
        sheets={sheet.name: sheet for sheet in [*tables, dictionary(tables)]},
        charts={name: drawing(svg) for name, svg in charts.items()},
    )


def _tables(held: Numbers) -> list[Sheet]:
    """In the order of the sections."""
    scope = held.scope
    targets = {target.code: target.name for target, _ in held.tones}
    return [
        *_exported(scope, ["coverage", "outlets", "sources"]),
        collection.sources_sheet(held.sources),
        collection.gaps_sheet(held.gaps),
        shares.shares_sheet(scope, held.shares),
        *_exported(scope, [f"frame-{frame.code}" for frame in scope.frames]),
        collection.events_sheet(scope),
        shares.changes_sheet(scope, held.changes),
        patterns.shifts_sheet(scope, held.shifts),
        patterns.shifts_sheet(scope, held.outlet_shifts, by_outlet=True),
        groups_sheet(held.groups),
        patterns.pairs_sheet(held.pairs),
        shares.sides_sheet("voices", VOICES, ("outlet", "quoted"), held.voices),
        *_exported(scope, ["tone", *(f"tone-{code}" for code in targets)]),
        patterns.tone_by_frame_sheet(scope, targets),
        quotes.quotes_sheet([*held.quotes, *(q for _, mine in held.shift_quotes for q in mine)]),
        collection.reprints_sheet(held.reprints),
        shares.sides_sheet("origins", ORIGINS, ("original", "republished"), held.origins),
        shares.counts_sheet(scope),
    ]


def _exported(scope: Scope, names: Sequence[str]) -> list[Sheet]:
    """The very tables of the dashboard's export."""
    return [sheet_named(scope.view, name) for name in names]


def _panels(scope: Scope) -> list[tuple[Frame, Figure]]:
    """One of each frame, on one scale."""
    view = scope.view
    counts = series.frame_counts(view)
    trends = {f.code: series.frame_series(view, counts.get(f.code, ())) for f in scope.frames}
    axis = series.share_axis(list(trends.values()))
    return [(f, figures.frame_panel(view, f, trends[f.code], axis)) for f in scope.frames]


def _wide(scope: Scope) -> dict[str, Markup]:
    """The drawing of each frame as a file of its own."""
    view = scope.view
    counts = series.frame_counts(view)
    made = {}
    for frame in scope.frames:
        trend = series.frame_series(view, counts.get(frame.code, ()))
        made[f"frame-{frame.code}"] = figures.frame_figure(view, frame, trend).wide
    return made


def _shown(figure: Figure) -> Figure:
    return Figure(wide=on_paper(figure.wide), narrow=None, sheet=inert(figure.sheet))
