"""Charts as a page holds them: drawn for a wide and for a narrow screen, with their numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard import series, words
from dashboard.charts import CHARTS, bars, dots
from dashboard.charts.band import Axis, Point
from dashboard.charts.svg import Label, Size
from dashboard.sheets import Sheet
from dashboard.view import View
from framewatch.story import Frame, Target, Trend
from trends.tone import Tone

WIDE, HALF, NARROW, PANEL = 1012, 484, 358, 316
MOST_BARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    wide: Markup
    narrow: Markup | None  # None: the wide one does for both
    sheet: Sheet


def frame_panel(view: View, frame: Frame, trend: Sequence[Trend], axis: Axis) -> Figure:
    """One of the small multiples."""
    points = series.frame_points(view, trend)
    label = _frame_label(view, frame, points)
    drawn = CHARTS["band"](label, points, axis, view.rules, Size(PANEL, 190))
    return Figure(wide=drawn, narrow=None, sheet=series.frame_sheet(view, frame, trend))


def frame_figure(view: View, frame: Frame, trend: Sequence[Trend]) -> Figure:
    points = series.frame_points(view, trend)
    label, axis = _frame_label(view, frame, points), series.share_axis([trend])

    def draw(width: int) -> Markup:
        return CHARTS["band"](label, points, axis, view.rules, Size(width, 300))

    return _figure(draw, series.frame_sheet(view, frame, trend))


def tone_panels(view: View, rows: Mapping[Target, series.ToneRows]) -> list[tuple[Target, Figure]]:
    """Small multiples on one scale."""
    found = {target: series.tone_series(view, mine) for target, mine in rows.items()}
    points = {target: series.tone_points(view, tone) for target, tone in found.items()}
    reach = dots.reach_of(point for mine in points.values() for point in mine)
    ends = ((-reach, words.a_tone(-reach)), (0.0, "0"), (reach, words.a_tone(reach)))
    axis = Axis(-reach, reach, ends)
    return [(target, _tone_panel(view, target, found[target], axis)) for target in found]


def _tone_panel(view: View, target: Target, tone: Sequence[Tone], axis: Axis) -> Figure:
    points = series.tone_points(view, tone)
    label = Label(
        f"tone-{target.code}",
        f"Tone towards {target.name} by {view.step}",
        described(view, points),
    )
    drawn = CHARTS["band"](label, points, axis, view.rules, Size(PANEL, 170))
    return Figure(wide=drawn, narrow=None, sheet=series.tone_sheet(view, target, tone))


def tone_figure(view: View, found: Sequence[tuple[Target, Tone]]) -> Figure:
    """All targets over the whole time."""
    rows = [
        dots.Dot(
            name=target.name,
            value=tone.mean,
            low=tone.low,
            high=tone.high,
            n=tone.n,
            note=f"{target.name}: {series.tone_note(tone)}",
        )
        for target, tone in found
        if tone.mean is not None
    ]
    label = Label("tone", "Tone by target", "; ".join(row.note for row in rows))

    def draw(width: int) -> Markup:
        size = Size(width, dots.height(len(rows)))
        return CHARTS["dots"](label, rows, ("negative", "positive"), size)

    return _figure(draw, series.tones_sheet(view, found), wide=HALF)


def outlets_figure(view: View) -> Figure:
    sheet = series.outlets_sheet(view)
    shown = sheet.rows if len(sheet.rows) <= MOST_BARS else sheet.rows[: MOST_BARS - 1]
    rows = [
        bars.Bar(
            name=f"✻ {name}" if mark else str(name),
            value=int(str(articles)),
            note=f"{name}: {words.a_count(int(str(articles)), 'article')} {mark}".strip(),
        )
        for name, articles, _, mark in shown
    ]
    if rest := sheet.rows[len(shown) :]:
        total = sum(int(str(row[1])) for row in rest)
        rows.append(bars.Bar(name=f"{len(rest)} others", value=total, note=f"{total} articles"))
    label = Label("outlets", "Articles by outlet", "; ".join(row.note for row in rows))

    def draw(width: int) -> Markup:
        return CHARTS["bars"](label, rows, Size(width, bars.height(len(rows))))

    return _figure(draw, sheet, wide=HALF)


def coverage_figure(view: View) -> Figure:
    slots = series.slots(view)
    articles = sum(slot.articles for slot in slots)
    gaps = sum(slot.state.value == "no_collection" for slot in slots)
    label = Label(
        "coverage",
        f"Articles by {view.step}",
        f"{words.a_count(articles, 'article')} in {words.a_count(len(slots), view.step.value)}; "
        f"no collection in {gaps}.",
    )

    def draw(width: int) -> Markup:
        return CHARTS["coverage"](label, slots, Size(width, 104))

    return _figure(draw, series.coverage_sheet(view))


def _figure(draw: Callable[[int], Markup], sheet: Sheet, wide: int = WIDE) -> Figure:
    return Figure(wide=draw(wide), narrow=draw(NARROW), sheet=sheet)


def _frame_label(view: View, frame: Frame, points: Sequence[Point]) -> Label:
    title = f"{frame.name}: share of coded articles by {view.step}"
    return Label(f"frame-{frame.code}", title, described(view, points))


def described(view: View, points: Sequence[Point]) -> str:
    """The chart in one or two sentences, for those who hear it."""
    known = [point for point in points if point.value is not None]
    if not known:
        return f"Nothing to show in {words.a_count(len(points), view.step.value)}."
    most = max(known, key=lambda point: point.value or 0.0)
    return f"Highest: {most.note}. Latest: {known[-1].note}."
