"""Runs: what Airflow did, and the form that asks it for more."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, timedelta
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dashboard.access import form
from dashboard.answers import kept, view_of
from dashboard.calendars import LEGEND, Calendar
from dashboard.charts import CHARTS
from dashboard.preview import Preview, preview
from dashboard.runboard import Progress, RunBoard, Seen
from dashboard.runlines import lines
from dashboard.view import View
from framewatch.airflow_api import REQUEST, Airflow, Backfill
from framewatch.airflow_http import AirflowBusy, AirflowDown, AirflowError, AirflowUnknown
from framewatch.facts import FactsError
from framewatch.orders import (
    MOST_AT_ONCE,
    Again,
    Order,
    OrderError,
    Work,
    backfill_of,
    dag_of,
    read_key,
    read_order,
)
from framewatch.people import Role

STRIP = timedelta(days=34)
ACTIONS = ("pause", "unpause", "cancel")
ASKED = "asked__"  # runs that this page started begin so
NOT_KEPT = {"cache-control": "private, no-store"}  # it is never the same twice

router = APIRouter()


@router.get("/t/{topic}/runs")
def show(request: Request, topic: str) -> Response:
    view, board = unfiltered(request, topic), board_of(request)
    fields = dict(request.query_params) | {
        "sources": ",".join(request.query_params.getlist("sources"))
    }
    if "work" not in request.query_params:
        return answer(view, board, fields)
    try:
        shown = preview(view, board, read_order(fields, names(view), today(view)))
    except (OrderError, FactsError) as error:
        return answer(view, board, fields, problem=str(error), status=400)
    return answer(view, board, shown.order.fields, shown=shown)


@router.post("/t/{topic}/runs/start")
async def start(request: Request, topic: str) -> Response:
    fields = await form(request, Role.OPERATOR)
    return await run_in_threadpool(_start, request, topic, fields)


@router.get("/t/{topic}/runs/backfill/{number}")
def show_backfill(request: Request, topic: str, number: int) -> Response:
    view, board = unfiltered(request, topic), board_of(request)
    seen = known(lambda: board.backfill(number))
    if seen.found is not None:
        must_be_of(view, seen.found.made)
    return progress(view, board.settings.airflow_url, seen)


@router.get("/t/{topic}/runs/run/{dag}/{run}")
def show_run(request: Request, topic: str, dag: str, run: str) -> Response:
    view, board = unfiltered(request, topic), board_of(request)
    if dag not in {dag_of(work, topic) for work in Work}:
        raise HTTPException(404, "There is no such run.")
    return progress(view, board.settings.airflow_url, known(lambda: board.run(dag, run)))


@router.post("/t/{topic}/runs/backfill/{number}/{action}")
async def change(request: Request, topic: str, number: int, action: str) -> Response:
    await form(request, Role.OPERATOR)
    return await run_in_threadpool(_change, request, topic, number, action)


@router.post("/t/{topic}/runs/run/{dag}/{run}/cancel")
async def cancel(request: Request, topic: str, dag: str, run: str) -> Response:
    await form(request, Role.OPERATOR)
    return await run_in_threadpool(_cancel, request, topic, dag, run)


# --- starting -------------------------------------------------------------------------------------


def _start(request: Request, topic: str, fields: Mapping[str, str]) -> Response:
    view, board = unfiltered(request, topic), board_of(request)
    try:
        order = read_order(fields, names(view), today(view))
        key = read_key(fields.get("key", ""))
        path = started(board.airflow, topic, order, key)
    except OrderError as error:
        return answer(view, board, fields, problem=str(error), status=400)
    except AirflowError as error:
        return answer(view, board, fields, problem=str(error), status=status_of(error))
    finally:
        board.forget()
    return RedirectResponse(view.link(f"runs/{path}"), 303)


def started(airflow: Airflow, topic: str, order: Order, key: str) -> str:
    """Start what was ordered, or find it started; where its progress stands."""
    dag, run = order.dag(topic), f"{ASKED}{key}"
    if order.work is Work.COLLECT:
        return f"backfill/{airflow.make_backfill(backfill_of(order, topic, key)).id}"
    if airflow.paused(dag):
        raise AirflowError(f"{dag} is paused in Airflow: switch it on there first.")
    if not airflow.trigger(dag, run, order.conf(key)):
        raise AirflowUnknown(f"Airflow does not know {dag} yet: try again in a minute.")
    return f"run/{quote(dag)}/{quote(run)}"


def _change(request: Request, topic: str, number: int, action: str) -> Response:
    view, board = unfiltered(request, topic), board_of(request)
    if action not in ACTIONS:
        raise HTTPException(404, "There is no such button.")
    return _acted(view, board, lambda: changed(view, board, number, action), f"backfill/{number}")


def changed(view: View, board: RunBoard, number: int, action: str) -> Backfill:
    """Raises 404 for another topic's, and what Airflow says."""
    must_be_of(view, board.airflow.backfill(number, patient=True))
    return board.airflow.change_backfill(number, action)


def _cancel(request: Request, topic: str, dag: str, run: str) -> Response:
    view, board = unfiltered(request, topic), board_of(request)
    if dag not in {dag_of(work, topic) for work in Work}:
        raise HTTPException(404, "There is no such run.")
    path = f"run/{quote(dag)}/{quote(run, safe='')}"
    return _acted(view, board, lambda: board.airflow.end_run(dag, run), path)


def _acted(view: View, board: RunBoard, act: Callable[[], object], path: str) -> Response:
    """Back to the progress; what was over already needs no button."""
    try:
        act()
    except AirflowBusy:
        pass
    except AirflowError as error:
        raise HTTPException(status_of(error), str(error)) from error
    finally:
        board.forget()
    return RedirectResponse(view.link(f"runs/{path}"), 303)


def status_of(error: AirflowError) -> int:
    kinds = ((AirflowBusy, 409), (AirflowUnknown, 404), (AirflowDown, 503))
    return next((status for kind, status in kinds if isinstance(error, kind)), 502)


# --- pages ----------------------------------------------------------------------------------------


def answer(
    view: View,
    board: RunBoard,
    fields: Mapping[str, str],
    *,
    shown: Preview | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    seen = board.topical(view.topic.code)
    backfills: Sequence[Backfill] = seen.found.backfills if seen.found else ()
    page = view.site.render(
        "runs.html",
        view=view,
        fields=fields,
        chosen=set(filter(None, fields.get("sources", "").split(","))),
        sources=view.site.book.of_topic(view.topic),
        ways=Again,
        most_at_once=MOST_AT_ONCE,
        yesterday=today(view) - timedelta(days=1),
        shown=shown,
        problem=problem,
        seen=seen,
        runs=lines(view, seen.found.runs) if seen.found else [],
        backfills=backfills,
        running=next((made for made in backfills if made.completed_at is None), None),
        airflow=board.settings.airflow_url,
        strip=kept(view, "strip", lambda: strip(view)),
        legend=LEGEND,
        may=view.reader.role >= Role.OPERATOR,
    )
    return HTMLResponse(page, status, headers=NOT_KEPT)


def progress(view: View, airflow: str, seen: Seen) -> Response:
    found: Progress | None = seen.found
    page = view.site.render(
        "run.html",
        view=view,
        seen=seen,
        found=found,
        lines=lines(view, found.runs) if found else [],
        request=next((str(run.conf.get(REQUEST, "")) for run in found.runs), "") if found else "",
        airflow=airflow,
        may=view.reader.role >= Role.OPERATOR,
    )
    return HTMLResponse(page, headers=NOT_KEPT)


def strip(view: View) -> str:
    """The last five weeks that were collected."""
    last = min(view.span[1], view.today)
    found = Calendar(view, last - STRIP, last)
    return CHARTS["calendar"]("The last five weeks", "Source", found.days, found.source_rows())


def unfiltered(request: Request, topic: str) -> View:
    """A view of all there is: the days in the address are those of an order."""
    step = request.query_params.get("tour", "")
    kept = urlencode({"tour": step}).encode() if step else b""
    return view_of(Request({**request.scope, "query_string": kept}), topic)


def names(view: View) -> list[str]:
    return [source.name for source in view.site.book.of_topic(view.topic)]


def today(view: View) -> date:
    return view.site.now().astimezone(UTC).date()


def board_of(request: Request) -> RunBoard:
    board: RunBoard = request.app.state.runs
    return board


def known(ask: Callable[[], Seen]) -> Seen:
    try:
        return ask()
    except AirflowUnknown:
        raise HTTPException(404, "Airflow knows no such run.") from None


def must_be_of(view: View, made: Backfill) -> None:
    if made.dag != dag_of(Work.COLLECT, view.topic.code):
        raise HTTPException(404, "There is no such backfill of this topic.")
