"""Shifts and events: what changed lastingly in any frame, and what happened near it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dashboard.access import Fields, form, reader_of
from dashboard.answers import page, site_of, view_of
from dashboard.event_form import EventForm
from dashboard.shifts import by_outlet, outlet_names, shifts_sheet, told_of_all
from dashboard.view import View
from db import events
from db.writing import writing
from framewatch.people import Role
from framewatch.story import Event

MOST_OWN = 200  # events of analysts in one topic: charts hold no more
MOST_TOLD = 25  # shifts with their sentences; the table above them has all
LOCAL_AUTHOR = "local"  # where nobody signs in

# The number of the event that is changed (None: a new one), and what is in the form.
Typed = tuple[int | None, EventForm]

router = APIRouter()


@router.get("/t/{topic}/events")
def show(request: Request, topic: str) -> Response:
    def made(view: View) -> str:
        return render(view, _asked(view, request.query_params.get("edit", "")))

    return page(request, topic, made)


@router.post("/t/{topic}/events")
async def add(request: Request, topic: str) -> Response:
    fields = await form(request, Role.ANALYST)
    return await run_in_threadpool(_add, request, topic, fields)


@router.post("/t/{topic}/events/{number}")
async def change(request: Request, topic: str, number: int) -> Response:
    fields = await form(request, Role.ANALYST)
    return await run_in_threadpool(_change, request, topic, number, fields)


@router.post("/t/{topic}/events/{number}/remove")
async def remove(request: Request, topic: str, number: int) -> Response:
    await form(request, Role.ANALYST)
    return await run_in_threadpool(_remove, request, topic, number)


def _add(request: Request, topic: str, fields: Fields) -> Response:
    view, typed = view_of(request, topic), EventForm.sent(fields)
    if typed.faults:
        return HTMLResponse(render(view, (None, typed), sent=True), 422)
    keep(request, topic, typed.event)
    return _back(view)


def keep(request: Request, topic: str, event: Event) -> int:
    """Its number among the topic's events of analysts. Raises 409 where there are too many."""
    site = site_of(request)
    if len(events.kept_events(site.engine, topic)) >= MOST_OWN:
        raise HTTPException(409, f"There are {MOST_OWN} events already: remove some first.")
    with writing(site.writer) as connection:
        return events.add_event(connection, topic, event, author_of(request), site.now())


def _change(request: Request, topic: str, number: int, fields: Fields) -> Response:
    view, site, typed = view_of(request, topic), site_of(request), EventForm.sent(fields)
    if typed.faults:
        return HTMLResponse(render(view, (number, typed), sent=True), 422)
    changed = typed.event, author_of(request)
    with writing(site.writer) as connection:
        done = events.change_event(connection, topic, number, changed, site.now())
    if not done:
        raise gone()
    return _back(view)


def _remove(request: Request, topic: str, number: int) -> Response:
    view = view_of(request, topic)
    take_away(request, topic, number)
    return _back(view)


def take_away(request: Request, topic: str, number: int) -> None:
    """Raises 404 where there is none of that number."""
    site = site_of(request)
    with writing(site.writer) as connection:
        done = events.remove_event(connection, topic, number, site.now())
    if not done:
        raise gone()


def render(view: View, typed: Typed, *, sent: bool = False) -> str:
    """sent: what was typed came back with its faults."""
    own = events.kept_events(view.site.engine, view.topic.code, view.known_at)
    (editing, fields), told = typed, told_of_all(view)
    return view.site.render(
        "events.html",
        view=view,
        told=told,
        sheet=shifts_sheet(view, told),
        by_outlet=by_outlet(view),
        outlet=outlet_names(view),
        most=MOST_TOLD,
        frames={frame.code: frame for frame in view.site.frames_of(view.topic)},
        own=own,
        editing=editing,
        typed=fields,
        faults=fields.faults if sent else {},
        may_write=view.reader.role >= Role.ANALYST and view.known_at is None,
    )


def author_of(request: Request) -> str:
    return reader_of(request).name or LOCAL_AUTHOR


def _asked(view: View, edit: str) -> Typed:
    """The event that the address asks to change."""
    if not edit:
        return None, EventForm()
    for found in events.kept_events(view.site.engine, view.topic.code):
        if str(found.number) == edit:
            return found.number, EventForm.of(found.event)
    raise gone()


def _back(view: View) -> Response:
    return RedirectResponse(f"{view.link('events')}#events-title", 303)


def gone() -> HTTPException:
    return HTTPException(404, "There is no such event: somebody may have removed it.")
