"""Frame: its definition, its development, how far to trust it, and the newest articles."""

from dashboard import figures, series
from dashboard.overall import newest_change, overall, share_sheet
from dashboard.shifts import told
from dashboard.view import View
from db import listing

NEWEST = 10


def render(view: View, code: str) -> str:
    frame = view.frame(code)
    every = series.frame_counts(view)
    counts = every.get(code, ())
    trends = series.frame_series(view, counts)
    found = listing.articles(view.site.engine, view.filters, frame=code, limit=NEWEST)
    share = overall(view, frame)
    generic = {frame.code for frame in view.site.frames}
    family = [f.code for f in view.site.frames_of(view.topic) if f.code in generic | set(every)]
    return view.site.render(
        "frame.html",
        view=view,
        frame=frame,
        coded=any(count.n for count in counts),
        figure=figures.frame_figure(view, frame, trends),
        coverage=figures.coverage_figure(view),
        share=share,
        share_sheet=share_sheet(view, frame, share),
        change=newest_change(view, counts, trends),
        shifts=() if view.known_at else told(view, frame, family),
        listing=found,
    )
