"""All that a report says, gathered once: numbers, tables, drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from dashboard import figures, series, words
from dashboard.figures import Figure
from dashboard.pages.export import sheet_named
from dashboard.sheets import Sheet
from db import queries, records
from framewatch.analysis import FrameShare
from framewatch.changes import Change
from framewatch.story import Frame, Target
from report import collection, points, quotes, shares
from report.collection import Gap
from report.dictionary import dictionary
from report.inert import drawing, inert
from report.points import Findings, Point
from report.quotes import Quote
from report.scope import Scope
from trends.tone import Tone

MOST_COLUMNS = 6  # groups side by side on a page; the others are in the file


@dataclass(frozen=True, slots=True)
class Matrix:
    """Frames by groups, as a page shows them."""

    by: str
    groups: tuple[str, ...]  # names, the largest first
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # frame, cells (share, interval, n)
    left_out: int  # groups


@dataclass(frozen=True, kw_only=True)
class Contents:
    scope: Scope
    shares: tuple[FrameShare, ...]
    changes: Mapping[tuple[str, str], Change]
    panels: Sequence[tuple[Frame, Figure]]
    tone_panels: Sequence[tuple[Target, Figure]]
    coverage: Figure
    outlets: Figure
    tone: Figure | None
    gaps: tuple[Gap, ...]
    quotes: tuple[Quote, ...]
    points: tuple[Point, ...]
    readers: tuple[records.ReaderRecord, ...]
    thresholds: Mapping[str, tuple[float, float]]
    sheets: Mapping[str, Sheet]  # by name, in the order of the sections
    charts: Mapping[str, Markup]  # by name
    matrices: tuple[Matrix, ...]


def contents_of(scope: Scope) -> Contents:
    view = scope.view
    engine, topic = view.site.engine, view.topic.code
    found, moved, lost = shares.overall(scope), shares.changes(scope), collection.gaps(scope)
    days = queries.tone_days(engine, view.filters)
    tones = [(t, series.tone_overall(view, days[t.code])) for t in view.topic.targets if t.code in days]
    tones.sort(key=lambda pair: -pair[1].n)
    said = quotes.quotes(scope)
    republished = collection.reprints_sheet(scope)
    findings = Findings(
        shares=found,
        changes=moved,
        tones=tones,
        gaps=lost,
        republished=sum(row[2] for row in republished.rows if isinstance(row[2], int)),
    )
    made = points.points(scope, findings)
    groups = inert(shares.groups_sheet(scope))
    panels, tone_panels = _panels(scope), figures.tone_panels(view, {t: days[t.code] for t, _ in tones})
    tables = [
        points.points_sheet(made),
        *_exported(scope, ["coverage", "outlets", "sources"]),
        collection.sources_sheet(collection.source_days(scope)),
        collection.gaps_sheet(lost),
        shares.shares_sheet(scope, found),
        *_exported(scope, [f"frame-{frame.code}" for frame in scope.frames]),
        shares.changes_sheet(scope, moved),
        groups,
        shares.voices_sheet(scope),
        shares.origins_sheet(scope),
        *_exported(scope, ["tone", *(f"tone-{target.code}" for target, _ in tones)]),
        quotes.quotes_sheet(said),
        republished,
        collection.events_sheet(scope),
        shares.counts_sheet(scope),
    ]
    tables = [inert(sheet) for sheet in tables]
    coverage, outlets = figures.coverage_figure(view), figures.outlets_figure(view)
    tone = figures.tone_figure(view, tones) if tones else None
    return Contents(
        scope=scope,
        shares=found,
        changes=moved,
        panels=[(frame, _drawn(figure)) for frame, figure in panels],
        tone_panels=[(target, _drawn(figure)) for target, figure in tone_panels],
        coverage=_drawn(coverage),
        outlets=_drawn(outlets),
        tone=_drawn(tone) if tone else None,
        gaps=lost,
        quotes=said,
        points=made,
        readers=records.readers(engine, topic),
        thresholds=records.thresholds(engine, topic),
        sheets={sheet.name: sheet for sheet in [*tables, dictionary(tables)]},
        charts=_charts(scope, coverage, outlets, tone, tone_panels),
        matrices=tuple(_matrix(groups, by) for by in ("outlet", "country", "language")),
    )


def _exported(scope: Scope, names: Sequence[str]) -> list[Sheet]:
    """The very tables of the dashboard's export."""
    return [sheet_named(scope.view, name) for name in names]


def _panels(scope: Scope) -> list[tuple[Frame, Figure]]:
    view = scope.view
    counts = series.frame_counts(view)
    trends = {f.code: series.frame_series(view, counts.get(f.code, ())) for f in scope.frames}
    axis = series.share_axis(list(trends.values()))
    return [(f, figures.frame_panel(view, f, trends[f.code], axis)) for f in scope.frames]


def _charts(
    scope: Scope,
    coverage: Figure,
    outlets: Figure,
    tone: Figure | None,
    tone_panels: Sequence[tuple[Target, Figure]],
) -> dict[str, Markup]:
    """Each as a file of its own, wide."""
    view = scope.view
    counts = series.frame_counts(view)
    made = {"coverage": coverage.wide, "outlets": outlets.wide}
    for frame in scope.frames:
        trend = series.frame_series(view, counts.get(frame.code, ()))
        made[f"frame-{frame.code}"] = figures.frame_figure(view, frame, trend).wide
    if tone:
        made["tone"] = tone.wide
    made |= {f"tone-{target.code}": figure.wide for target, figure in tone_panels}
    return {name: drawing(svg) for name, svg in made.items()}


def _drawn(figure: Figure) -> Figure:
    return Figure(wide=drawing(figure.wide), narrow=None, sheet=inert(figure.sheet))


def _matrix(sheet: Sheet, by: str) -> Matrix:
    """Of the table of groups: those of the most coded articles."""
    keys = [column.key for column in sheet.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in sheet.rows if row[0] == by]
    sizes: dict[str, int] = {}
    for row in rows:
        n = row["denominator"]
        group = str(row["group"])
        sizes[group] = max(sizes.get(group, 0), n if isinstance(n, int) else 0)
    names = {str(row["group"]): str(row["group_name"]) for row in rows}
    ordered = sorted(sizes, key=lambda group: (-sizes[group], group))
    shown = ordered[:MOST_COLUMNS]
    frames = list(dict.fromkeys(str(row["name"]) for row in rows))
    cells = {(str(row["name"]), str(row["group"])): _cell(row) for row in rows}
    return Matrix(
        by=by,
        groups=tuple(names[group] or "unknown" for group in shown),
        rows=tuple(
            (name, tuple(cells.get((name, group), ("–", "")) for group in shown)) for name in frames
        ),
        left_out=len(ordered) - len(shown),
    )


def _cell(row: Mapping[str, str | int | float | date | None]) -> tuple[str, str]:
    share, low, high = (row[key] for key in ("share", "low", "high"))
    assert not isinstance(share, str | date) and not isinstance(low, str | date)
    assert not isinstance(high, str | date)
    return words.a_share(share), f"{words.a_range(low, high)}, n {row['denominator']}"
