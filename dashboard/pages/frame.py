"""Frame: its definition, its development, how far to trust it, and the newest articles."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dashboard import figures, series
from dashboard.answers import page, view_of
from dashboard.beside import beside
from dashboard.decomposed import decomposed, parts_sheet
from dashboard.groups import coded_frames
from dashboard.overall import newest_change, overall, share_sheet
from dashboard.shifts import told
from dashboard.view import View
from db import listing

NEWEST = 10

router = APIRouter()


@router.get("/t/{topic}/frame")
def first(request: Request, topic: str) -> Response:
    """The codebook's first frame: the page leads on to the others."""
    view = view_of(request, topic)
    code = view.site.frames_of(view.topic)[0].code
    return RedirectResponse(view.link(f"frame/{code}"))


@router.get("/t/{topic}/frame/{code}")
def show(request: Request, topic: str, code: str) -> Response:
    return page(request, topic, lambda view: render(view, code))


def render(view: View, code: str) -> str:
    frame = view.frame(code)
    counts = series.frame_counts(view, code).get(code, ())
    trends = series.frame_series(view, counts)
    found = listing.articles(
        view.site.engine, view.filters, listing.Behind(frame=code), limit=NEWEST
    )
    share, change = overall(view, frame), newest_change(view, counts, trends)
    family = coded_frames(view)
    return view.site.render(
        "frame.html",
        view=view,
        frame=frame,
        coded=any(count.n for count in counts),
        figure=figures.frame_figure(view, frame, trends),
        coverage=figures.coverage_figure(view),
        share=share,
        share_sheet=share_sheet(view, frame, share),
        change=change,
        parts_sheet=parts_sheet(view, frame, decomposed(view, frame, change)),
        shifts=told(view, frame, [other.code for other in family]),
        listing=found,
        beside=beside(view, frame, family),
    )
