"""Articles: the list, newest first, page by page, and by what it can be narrowed."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard.answers import page
from dashboard.narrowing import Narrowing
from dashboard.view import View
from db import listing

ROWS = 25


router = APIRouter()


@router.get("/t/{topic}/articles")
def show(request: Request, topic: str) -> Response:
    return page(request, topic, render)


def render(view: View) -> str:
    choice = view.choice
    if choice.frame:
        view.frame(choice.frame)
    targets = {target.code: target.name for target in view.topic.targets}
    if choice.target and choice.target not in targets:
        raise HTTPException(404, "There is no such target in the topic.")
    narrowing = Narrowing(view)
    found = listing.articles(
        view.site.engine,
        view.filters,
        narrowing.behind,
        after=choice.older,
        before=choice.newer,
        limit=ROWS,
    )
    return view.site.render(
        "articles.html", view=view, listing=found, narrowing=narrowing, targets=targets
    )
