"""Sentiment: tone towards each target over time, by outlet, with a frame and without."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard import figures, series, tone_pairs, tones
from dashboard.answers import page
from dashboard.groups import coded_frames
from dashboard.view import View
from framewatch.story import Target
from trends.tone import Tone

router = APIRouter()


@router.get("/t/{topic}/sentiment")
def show(request: Request, topic: str) -> Response:
    return page(request, topic, render)


def render(view: View) -> str:
    if not view.everything.articles:
        return view.site.render("empty.html", view=view)
    overall = series.tones_overall(view)
    target = target_of(view, overall)
    rows = series.tone_counts(view)
    mine = series.tone_series(view, rows.get(target.code, ()))
    sheet = series.tone_sheet(view, target, mine)
    return view.site.render(
        "sentiment.html",
        view=view,
        target=target,
        overall=overall,
        targets=figures.tone_figure(view, overall) if overall else None,
        line=tones.line_figure(view, f"Tone towards {target.name}", mine, sheet),
        coverage=figures.coverage_figure(view),
        outlets=tones.by_outlet(view, target),
        pairs=tone_pairs.of_frames(view, coded_frames(view), target),
        documents=tones.documents_figure(view),
        panels=figures.tone_panels(
            view, {one: rows.get(one.code, ()) for one, _ in overall if one is not target}
        ),
        least=tones.MIN_MENTIONS,
        behind=tones.behind,
    )


def target_of(view: View, overall: list[tuple[Target, Tone]]) -> Target:
    """The one chosen, else the one mentioned most. Raises 404 for a code that there is not."""
    if not view.choice.target:
        return overall[0][0] if overall else view.topic.targets[0]
    return tones.target_named(view, view.choice.target)
