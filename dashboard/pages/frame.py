"""Frame: one frame's definition, its development, and the newest articles that carry it."""

from dashboard import figures, series
from dashboard.view import View
from db import listing

NEWEST = 10


def render(view: View, code: str) -> str:
    frame = view.frame(code)
    counts = series.frame_counts(view).get(code, ())
    found = listing.articles(view.site.engine, view.filters, frame=code, limit=NEWEST)
    return view.site.render(
        "frame.html",
        view=view,
        frame=frame,
        coded=any(count.n for count in counts),
        figure=figures.frame_figure(view, frame, series.frame_series(view, counts)),
        coverage=figures.coverage_figure(view),
        listing=found,
    )
