"""Every drawing by its name, as a file holds it: with what the page around it would say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.exceptions import HTTPException

from dashboard import compared, figures, series, tones, words
from dashboard.charts import plate
from dashboard.figures import Figure
from dashboard.imprint import Imprint
from dashboard.inert import printable
from dashboard.view import View

DOTS = "Bars: 95% interval; hollow: too few for one."
SHADES = "The darker, the larger the share; not shaded: too few articles for an interval."
BARS = f"Orange under a triangle: below 70% of the median. {compared.GAPS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    figure: Figure
    reading: str = ""  # how to read it
    events: bool = False  # whether numbered rules stand in it


Draw = Callable[[View], Drawn]

DRAWINGS: Mapping[str, Draw] = {
    "coverage": lambda view: Drawn(figure=figures.coverage_figure(view), reading=BARS),
    "documents": lambda view: Drawn(
        figure=tones.documents_figure(view), reading=compared.BAND, events=True
    ),
    "heatmap": lambda view: Drawn(figure=compared.heat_drawing(view), reading=SHADES),
    "outlets": lambda view: Drawn(figure=figures.outlets_figure(view)),
    "tone": lambda view: Drawn(
        figure=figures.tone_figure(view, series.tones_overall(view)), reading=DOTS
    ),
}


def _frame(view: View, code: str) -> Drawn:
    frame = view.frame(code)
    trend = series.frame_series(view, series.frame_counts(view, code).get(code, ()))
    figure = figures.frame_figure(view, frame, trend)
    return Drawn(figure=figure, reading=compared.BAND, events=True)


def _tone(view: View, code: str) -> Drawn:
    target = tones.target_named(view, code)
    found = series.tone_series(view, series.tone_counts(view).get(code, ()))
    sheet = series.tone_sheet(view, target, found)
    figure = tones.line_figure(view, f"Tone towards {target.name}", found, sheet)
    return Drawn(figure=figure, reading=compared.BAND, events=True)


FAMILIES: Mapping[str, Callable[[View, str], Drawn]] = {"frame": _frame, "tone": _tone}


def is_drawn(name: str) -> bool:
    """Whether a sheet of this name has a drawing."""
    known = name in DRAWINGS or name.partition("-")[0] in FAMILIES
    return known or compared.is_drawn(name)


def drawn(view: View, name: str) -> Drawn:
    """Raises 404 for a name that no drawing has."""
    if name in DRAWINGS:
        return DRAWINGS[name](view)
    kind, _, code = name.partition("-")
    if kind in FAMILIES and code:
        return FAMILIES[kind](view, code)
    if found := compared.figure_named(view, name):
        return Drawn(figure=found[0], reading=found[1], events=found[2])
    raise HTTPException(404, "There is no such drawing.")


def standing_alone(view: View, name: str, permalink: str) -> Markup:
    """The whole drawing; any reader of XML takes it."""
    found = drawn(view, name)
    imprint = Imprint(view, found.figure.sheet.caption, permalink)
    made = plate.draw(found.figure.wide, _legend(found, imprint))
    return Markup(printable(str(made)))  # noqa: S704


def _legend(found: Drawn, imprint: Imprint) -> plate.Legend:
    view = imprint.view
    said = [
        imprint.chosen,
        f"counted: {words.COUNTS[view.choice.count_by]}",
        f"as known on {words.a_day(view.choice.asof)}" if view.choice.asof else "",
    ]
    chosen = ", ".join(filter(None, said))
    fiction = f"Fictional sample: {imprint.fiction}. " if imprint.fiction else ""
    events = [f"{n}: {e.label}, {words.a_day(e.day)}" for n, e in view.events]
    return plate.Legend(
        title=imprint.caption,
        caption=f"{chosen[:1].upper()}{chosen[1:]}. {found.reading}".strip(),
        notes=events if found.events else (),
        source=f"{fiction}Source: {imprint.source}",
        permalink=imprint.permalink,
    )
