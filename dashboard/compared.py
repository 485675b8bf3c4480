"""Every table and drawing of comparisons and tone by the name that its file has."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException

from dashboard import heatmap, ranking, sides, together, tone_pairs, tones
from dashboard.figures import Figure
from dashboard.groups import coded_frames, grouping_of
from dashboard.ranking import Ranking
from dashboard.sheets import Sheet
from dashboard.sides import Sides
from dashboard.view import View

ROWS = "Bars: 95% interval; hollow: too few for one."
GAPS = "Hatched: nobody collected; hatched the other way with dots: partly collected."
OVER = f"Dashed: not over. Hollow: too few for an interval. {GAPS}"
BAND = f"Band: 95% interval. {OVER}"
PAIRS = f"Disc: with; diamond: without. {ROWS}"


def _ranking(view: View, code: str) -> Ranking:
    return ranking.ranking(grouping_of(view), view.frame(code))


def _sides(view: View, code: str) -> Sides:
    frame, grouping = view.frame(code), grouping_of(view)
    groups = [group.code for group in _ranking(view, code).every]
    chosen = sides.codes_of(view, groups)
    if chosen is None:
        raise HTTPException(404, "There are no two groups to compare.")
    return sides.sides(grouping, frame, chosen)


def _side(view: View, code: str, i: int) -> Figure:
    """One of the two alone, on the scale of both."""
    found = _sides(view, code)
    figure = sides.side_figures(found)[i]
    caption = f"{found.frame.name}, {found.names[i]}: share of coded articles by {found.view.step}"
    return replace(figure, sheet=replace(figure.sheet, caption=caption))


def _outlets(view: View, code: str) -> Figure:
    found = tones.by_outlet(view, tones.target_named(view, code)).figure
    if found is None:
        raise HTTPException(404, "No outlet mentions this target often enough.")
    return found


def _with_frames(view: View, code: str) -> Figure:
    return tone_pairs.of_frames(view, coded_frames(view), tones.target_named(view, code))


def _with_targets(view: View, code: str) -> Figure:
    return tone_pairs.of_targets(view, view.frame(code))


# By what stands before the code of a frame or target in a name, the longest first: the drawing,
# and how to read it.
FIGURES: Mapping[str, tuple[Callable[[View, str], Figure], str]] = {
    "with-frames": (_with_frames, PAIRS),
    "with-targets": (_with_targets, PAIRS),
    "compare": (lambda view, code: ranking.shares_figure(_ranking(view, code)), ROWS),
    "apart": (lambda view, code: ranking.apart_figure(_ranking(view, code)), ROWS),
    "outlets": (_outlets, ROWS),
    "sides": (
        lambda view, code: sides.difference_figure(_sides(view, code)),
        f"Band: 95% interval of left less right. {OVER}",
    ),
    "left": (lambda view, code: _side(view, code, 0), BAND),
    "right": (lambda view, code: _side(view, code, 1), BAND),
}
OVER_TIME = ("sides", "left", "right")
SHEETS: Mapping[str, Callable[[View, str], Sheet]] = {
    "compare": lambda view, code: ranking.compare_sheet(_ranking(view, code)),
    "apart": lambda view, code: ranking.apart_sheet(_ranking(view, code)),
    "outlets": lambda view, code: tones.outlets_sheet(view, tones.target_named(view, code)),
    "together": lambda view, code: together.together_sheet(
        view, view.frame(code), coded_frames(view)
    ),
}


def heat_drawing(view: View) -> Figure:
    """Raises 404 where no article is coded."""
    return heatmap.heat_drawing(heatmap.heatmap(grouping_of(view), coded_frames(view)))


def heat_sheet(view: View) -> Sheet:
    return heatmap.heat_sheet(heatmap.heatmap(grouping_of(view), coded_frames(view)))


def is_drawn(name: str) -> bool:
    return _family(name) != ""


def figure_named(view: View, name: str) -> tuple[Figure, str, bool] | None:
    """With how to read it, and whether events stand in it; None for another's name. Raises 404."""
    family = _family(name)
    if not family:
        return None
    draw, reading = FIGURES[family]
    return draw(view, name.removeprefix(f"{family}-")), reading, family in OVER_TIME


def _family(name: str) -> str:
    return next((family for family in FIGURES if name.startswith(f"{family}-")), "")


def sheet_named(view: View, name: str) -> Sheet | None:
    """None for a name that is not of a comparison. Raises 404."""
    family, _, code = name.partition("-")
    if code and family in SHEETS:
        return SHEETS[family](view, code)
    found = figure_named(view, name)
    return found[0].sheet if found else None
