"""Overview: every frame, the tone, and whether collection held."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard import figures, series
from dashboard.answers import page
from dashboard.changed import changed
from dashboard.doubts import doubts
from dashboard.view import View

MOST_TONE_PANELS = 3


router = APIRouter()


@router.get("/t/{topic}/")
def show(request: Request, topic: str) -> Response:
    return page(request, topic, render)


def render(view: View) -> str:
    if not view.everything.articles:
        return view.site.render("empty.html", view=view)
    counts = series.frame_counts(view)
    generic = [frame.code for frame in view.site.frames]
    frames = [f for f in view.site.frames_of(view.topic) if f.code in generic or f.code in counts]
    trends = [series.frame_series(view, counts.get(frame.code, ())) for frame in frames]
    axis = series.share_axis(trends)
    rows, tones = series.tone_counts(view), series.tones_overall(view)
    return view.site.render(
        "overview.html",
        view=view,
        doubts=doubts(view),
        changed=changed(view, counts, dict(zip(frames, trends, strict=True))),
        panels=[
            (frame, figures.frame_panel(view, frame, trend, axis))
            for frame, trend in zip(frames, trends, strict=True)
        ],
        coverage=figures.coverage_figure(view),
        tone=figures.tone_figure(view, tones) if tones else None,
        tone_panels=figures.tone_panels(
            view, {target: rows[target.code] for target, _ in tones[:MOST_TONE_PANELS]}
        ),
        outlets=figures.outlets_figure(view),
    )
