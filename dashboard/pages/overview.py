"""Overview: every frame, the tone, and whether collection held."""

from dashboard import figures, series
from dashboard.view import View

MOST_TONE_PANELS = 3


def render(view: View) -> str:
    if not view.everything.articles:
        return view.site.render("empty.html", view=view)
    counts = series.frame_counts(view)
    generic = [frame.code for frame in view.site.frames]
    frames = [f for f in view.site.frames_of(view.topic) if f.code in generic or f.code in counts]
    trends = [series.frame_series(view, counts.get(frame.code, ())) for frame in frames]
    axis = series.share_axis(trends)
    days = view.tone_days
    mentioned = [target for target in view.topic.targets if target.code in days]
    tones = [(target, series.tone_overall(view, days[target.code])) for target in mentioned]
    tones.sort(key=lambda found: -found[1].n)
    return view.site.render(
        "overview.html",
        view=view,
        panels=[
            (frame, figures.frame_panel(view, frame, trend, axis))
            for frame, trend in zip(frames, trends, strict=True)
        ],
        coverage=figures.coverage_figure(view),
        tone=figures.tone_figure(view, tones) if tones else None,
        tone_panels=figures.tone_panels(
            view, {target: days[target.code] for target, _ in tones[:MOST_TONE_PANELS]}
        ),
        outlets=figures.outlets_figure(view),
    )
