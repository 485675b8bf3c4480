"""Articles: the list, newest first, page by page."""

from dashboard.view import View
from db import listing

ROWS = 25


def render(view: View) -> str:
    choice = view.choice
    if choice.frame:
        view.frame(choice.frame)
    found = listing.articles(
        view.site.engine,
        view.filters,
        frame=choice.frame,
        after=choice.older,
        before=choice.newer,
        limit=ROWS,
    )
    matching = view.status.articles
    if choice.frame:
        counts = view.frame_days(view.filters).get(choice.frame, ())
        matching = sum(count.k for count in counts)
    return view.site.render("articles.html", view=view, listing=found, matching=matching)
