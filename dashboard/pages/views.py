"""Saved views: a page with its filters, kept under a name for all who read the topic."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dashboard.access import Fields, form
from dashboard.answers import page, site_of, view_of
from dashboard.inert import printable
from dashboard.pages import NAMES
from dashboard.pages.events import author_of
from dashboard.view import View
from db import views
from db.writing import writing
from framewatch.people import Role

LONGEST = 80  # characters of a name
MOST = 100  # views in one topic
PLACES = {place for place, _ in NAMES} | {"article"}

router = APIRouter()


@router.get("/t/{topic}/views")
def show(request: Request, topic: str) -> Response:
    def made(view: View) -> str:
        return render(view, _place(request.query_params.get("of", "")))

    return page(request, topic, made, personal=True)


@router.post("/t/{topic}/views")
async def save(request: Request, topic: str) -> Response:
    fields = await form(request, Role.ANALYST)
    return await run_in_threadpool(_save, request, topic, fields)


@router.post("/t/{topic}/views/{number}/remove")
async def remove(request: Request, topic: str, number: int) -> Response:
    await form(request, Role.ANALYST)
    return await run_in_threadpool(_remove, request, topic, number)


def _save(request: Request, topic: str, fields: Fields) -> Response:
    view, site = view_of(request, topic, personal=True), site_of(request)
    name, place = " ".join(printable(fields.get("name", "")).split()), _place(fields.get("of", ""))
    fault = ""
    if not 0 < len(name) <= LONGEST:
        fault = f"Give it a name of 1 to {LONGEST} characters."
    elif len(view.saved) >= MOST:
        fault = f"There are {MOST} views already: remove one first."
    if fault:
        return HTMLResponse(render(view, place, name, fault), 422)
    address = f"{place}{view.choice.query}"
    with writing(site.writer) as connection:
        views.save_view(connection, topic, name, address, (author_of(request), site.now()))
    return RedirectResponse(f"{view.home}{address}", 303)


def _remove(request: Request, topic: str, number: int) -> Response:
    view, site = view_of(request, topic, personal=True), site_of(request)
    author = None if view.reader.role >= Role.OPERATOR else author_of(request)
    with writing(site.writer) as connection:
        done = views.remove_view(connection, topic, number, author)
    if not done:
        raise HTTPException(404, "There is no such view of yours: somebody may have removed it.")
    return RedirectResponse(view.link("views"), 303)


def render(view: View, place: str, name: str = "", fault: str = "") -> str:
    """place: of the page that is to be saved, below the topic's address."""
    return view.site.render(
        "views.html",
        view=view,
        place=place,
        title=dict(NAMES).get(place.partition("/")[0], "Article"),
        name=name,
        fault=fault,
        longest=LONGEST,
        may_write=view.reader.role >= Role.ANALYST,
        may_remove_all=view.reader.role >= Role.OPERATOR,
    )


def _place(asked: str) -> str:
    """Raises 404 for what is no page of a topic."""
    if not re.fullmatch(r"[\w-]{0,40}(/[\w-]{1,200})?", asked) or asked.split("/")[0] not in PLACES:
        raise HTTPException(404, "There is no such page to save.")
    return asked
