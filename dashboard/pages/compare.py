"""Compare: every frame in every group, one frame ranked, two groups side by side."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard import heatmap, ranking, sides
from dashboard.answers import page
from dashboard.groups import SEPARATE, TITLES, Grouping, coded_frames, grouping_of
from dashboard.view import View
from framewatch.comparisons import MOST_COMPARED
from framewatch.story import Frame
from trends.panel import FEW_OUTLETS, Reach
from trends.share import MIN_ARTICLES

REACHES = {Reach.PANEL: "these outlets", Reach.BEYOND: "outlets like these"}

router = APIRouter()


@router.get("/t/{topic}/compare")
def show(request: Request, topic: str) -> Response:
    return page(request, topic, render)


def render(view: View) -> str:
    if not view.everything.articles:
        return view.site.render("empty.html", view=view)
    grouping, frames = grouping_of(view), coded_frames(view)
    frame = frame_of(view, frames)
    held = heatmap.heatmap(grouping, frames)
    found = ranking.ranking(grouping, frame)
    return view.site.render(
        "compare.html",
        view=view,
        grouping=grouping,
        frames=frames,
        frame=frame,
        reaches=REACHES,
        titles=TITLES,
        held=held,
        heat=heatmap.heat_figure(held) if held.codes else None,
        found=found,
        shares=ranking.shares_figure(found),
        apart=ranking.apart_figure(found) if found.apart else None,
        pair=_pair(grouping, frame, held.codes),
        codes=[code for code in held.codes if code],
        separate=grouping.dim in SEPARATE,
        least=MIN_ARTICLES,
        few=FEW_OUTLETS,
        most=MOST_COMPARED,
    )


def frame_of(view: View, frames: Sequence[Frame]) -> Frame:
    """Raises 404 for a code that is not in the codebook."""
    return view.frame(view.choice.frame) if view.choice.frame else frames[0]


def _pair(grouping: Grouping, frame: Frame, codes: Sequence[str]) -> dict[str, object] | None:
    chosen = sides.codes_of(grouping.view, codes)
    if chosen is None:
        return None
    found = sides.sides(grouping, frame, chosen)
    return {
        "found": found,
        "panels": zip(
            found.names, found.alone, sides.side_figures(found), sides.strips(found), strict=True
        ),
        "difference": sides.difference_figure(found),
        "note": ranking.difference_note(found.whole),
    }
