"""Backfills: what one would take, starting it once, how far it has come, and its buttons."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.exceptions import HTTPException

from dashboard.access import reader_of
from dashboard.answers import view_of
from dashboard.api.asked import DAY, AskedTopic, Shape, topic_of, written
from dashboard.api.body import JSON, UNSAVED, Body, Nothing, sent, told
from dashboard.api.desk import beneath
from dashboard.api.runs import Backfill, Run
from dashboard.pages.runs import board_of, changed, known, must_be_of, names, status_of, today
from dashboard.preview import Preview, preview
from dashboard.view import View
from framewatch.airflow_api import Backfill as Made
from framewatch.airflow_api import BackfillWanted
from framewatch.airflow_http import AirflowError
from framewatch.facts import FactsError
from framewatch.orders import (
    MOST_AT_ONCE,
    Again,
    Order,
    OrderError,
    Work,
    backfill_of,
    read_key,
    read_order,
    span_of,
)
from framewatch.people import Role

LONGEST_KEY = 200  # characters
AGAIN_IN = {"retry-after": "60"}  # seconds

router = APIRouter(tags=["Collection"])

Number = Annotated[int, Path(ge=1, lt=2**31)]
SentKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        description="Of your own making, for this backfill alone: sent again, it starts nothing",
    ),
]


class WantedBackfill(Body):
    first: str = Field(alias="from", description="First day, in UTC", json_schema_extra=DAY)
    last: str = Field(
        "", alias="to", description="Last day (default: the first)", json_schema_extra=DAY
    )
    sources: list[str] = Field([], description="Names of the sources to ask; empty: all")
    again: str = Field(
        Again.MISSING.value,
        description="Which days that have a run are run again",
        json_schema_extra={"enum": [way.value for way in Again]},
    )
    at_once: int = Field(2, ge=1, le=MOST_AT_ONCE, description="Days side by side")


class PlannedSource(Shape):
    source: str
    to_ask: int = Field(description="Parts of the days that need a request")
    settled: int = Field(description="Parts that do not")
    beyond: int = Field(description="Parts of before the source has anything")
    requests: int
    minutes: float
    remark: str


class PlannedBackfill(Shape):
    topic: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    days: int = Field(description="Asked for, in UTC")
    runs: list[date] | None = Field(
        description="Days for which Airflow would make a run; null: it did not say in time"
    )
    problem: str = Field(description="Why Airflow would make nothing; empty: it would")
    requests: int = Field(description="To list what was published")
    minutes: float = Field(description="That the slowest source takes for these")
    pages_per_day: float | None = Field(description="Found so far; null: nothing is known yet")
    sources: list[PlannedSource]


class OneBackfill(Shape):
    topic: str
    backfill: Backfill


class Progress(OneBackfill):
    problem: str = Field(description="Why Airflow does not answer; then this is of a moment ago")
    over: bool
    states: dict[str, int] = Field(description="Runs by state: queued, running, success, failed")
    runs: list[Run]


REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"description": "Airflow is busy with another one, or this one is over"},
    422: {"description": "It cannot be carried out: the detail says which field, and why"},
    502: {"description": "Airflow refuses or fails: the detail says what it said"},
    503: {"description": "Airflow does not answer: try again after Retry-After"},
}
Wanted = Annotated[WantedBackfill, sent(WantedBackfill, Role.OPERATOR)]


@router.post(
    "/backfills/preview",
    response_model=PlannedBackfill,
    summary="What a backfill would take",
    openapi_extra=told(WantedBackfill),
    responses={422: REFUSED[422]},
)
def give_preview(request: Request, asked: AskedTopic, wanted: Wanted) -> Response:
    """For operators. Nothing is started, and no source is asked."""
    view = view_of(request, topic_of(request, asked))
    order = ordered(view, wanted)
    try:
        shown = preview(view, board_of(request), order)
    except FactsError as error:
        raise HTTPException(422, str(error)) from error
    return Response(written(_planned(view, shown)), 200, UNSAVED, JSON)


@router.post(
    "/backfills",
    status_code=202,
    response_model=OneBackfill,
    summary="Start a backfill",
    openapi_extra=told(WantedBackfill),
    responses=REFUSED,
)
def start(request: Request, asked: AskedTopic, wanted: Wanted, key: SentKey) -> Response:
    """For operators. However often one key is sent, one backfill is made; see Location."""
    view, board = view_of(request, topic_of(request, asked)), board_of(request)
    ours = backfill_of(ordered(view, wanted), view.topic.code, request_of(request, key))
    try:
        with understood():
            made = board.airflow.make_backfill(ours)
    finally:
        board.forget()
    if not _is(made, ours):
        raise HTTPException(422, "Idempotency-Key: another order was sent with this key before.")
    place = {"location": beneath(request, str(made.id))}
    return Response(_written(view, made), 202, UNSAVED | place, JSON)


@router.get(
    "/backfills/{backfill}",
    response_model=Progress,
    summary="How far a backfill has come",
    responses={503: REFUSED[503]},
)
def give_backfill(request: Request, backfill: Number, asked: AskedTopic) -> Response:
    """And each of its runs."""
    view, board = view_of(request, topic_of(request, asked)), board_of(request)
    seen = known(lambda: board.backfill(backfill))
    if seen.found is None:
        raise HTTPException(503, seen.problem, AGAIN_IN)
    found = seen.found
    must_be_of(view, found.made)
    told_ = Progress(
        topic=view.topic.code,
        backfill=Backfill.model_validate(found.made),
        problem=seen.problem,
        over=found.over,
        states=dict(found.states),
        runs=[Run.model_validate(run) for run in found.runs],
    )
    return Response(written(told_), 200, UNSAVED, JSON)


@router.post(
    "/backfills/{backfill}/{action}",
    response_model=OneBackfill,
    summary="Pause, go on with, or cancel a backfill",
    openapi_extra=told(Nothing),
    responses={status: REFUSED[status] for status in (409, 502, 503)},
)
def change(
    request: Request,
    backfill: Number,
    action: Literal["pause", "unpause", "cancel"],
    asked: AskedTopic,
    _nothing: Annotated[Nothing, sent(Nothing, Role.OPERATOR)],
) -> Response:
    """For operators. The body is an empty object. A run that has begun goes on to its end."""
    view, board = view_of(request, topic_of(request, asked)), board_of(request)
    try:
        with understood():
            made = changed(view, board, backfill, action)
    finally:
        board.forget()
    return Response(_written(view, made), 200, UNSAVED, JSON)


@contextmanager
def understood() -> Iterator[None]:
    """What Airflow says, as an answer."""
    try:
        yield
    except AirflowError as error:
        status = status_of(error)
        headers = AGAIN_IN if status == 503 else None
        raise HTTPException(status, str(error), headers) from error


def ordered(view: View, wanted: WantedBackfill) -> Order:
    """Raises 422."""
    fields = {
        "work": Work.COLLECT.value,
        "from": wanted.first,
        "to": wanted.last,
        "sources": ",".join(wanted.sources),
        "again": wanted.again,
        "at_once": str(wanted.at_once),
    }
    try:
        return read_order(fields, names(view), today(view))
    except OrderError as error:
        raise HTTPException(422, str(error)) from error


def request_of(request: Request, key: str) -> str:
    """The key of a form: another person's key is another, even if it is written alike."""
    if not key.isprintable():
        raise HTTPException(400, "Idempotency-Key: it holds a character that cannot be seen.")
    whole = f"{reader_of(request).name}\n{key}"
    return read_key(hashlib.sha256(whole.encode()).hexdigest()[:32])


def _is(made: Made, wanted: BackfillWanted) -> bool:
    """Whether what was made is what is wanted now."""
    same = ("dag", "first", "last", "again", "at_once")
    sources = made.conf.get("sources") == wanted.conf.get("sources")
    return sources and all(getattr(made, name) == getattr(wanted, name) for name in same)


def _written(view: View, made: Made) -> str:
    shown = Backfill.model_validate(made)
    return written(OneBackfill(topic=view.topic.code, backfill=shown))


def _planned(view: View, shown: Preview) -> PlannedBackfill:
    """Of an order to collect, which has a plan and its sheet."""
    plan, sheet = shown.plan, shown.sheet
    if plan is None or sheet is None:
        raise TypeError(f"an order to {shown.order.work} has no plan")
    first, last = span_of(shown.order)
    keys = [column.key for column in sheet.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in sheet.rows]
    return PlannedBackfill.model_validate(
        {
            "topic": view.topic.code,
            "from": first,
            "to": last,
            "days": plan.days,
            "runs": None if shown.late else shown.days,
            "problem": shown.problem,
            "requests": round(plan.requests),
            "minutes": round(plan.minutes, 1),
            "pages_per_day": plan.pages_per_day,
            "sources": rows,
        }
    )
