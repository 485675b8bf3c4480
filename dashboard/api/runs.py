"""What Airflow does for a topic; `dashboard.api.backfills` asks it for more."""

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.exceptions import HTTPException

from dashboard.answers import view_of
from dashboard.api.asked import AskedTopic, Shape, topic_of, written
from dashboard.api.measured import Measure
from dashboard.pages.runs import board_of

router = APIRouter(tags=["Collection"])


class Run(Measure):
    dag: str
    id: str
    state: str = Field(description="queued, running, success or failed")
    kind: str = Field(description="scheduled, manual, backfill or asset_triggered")
    after: datetime = Field(description="It may start from then on")
    started: datetime | None
    ended: datetime | None
    start: datetime | None = Field(description="First moment of its data interval")
    end: datetime | None


class Backfill(Measure):
    id: int
    dag: str
    first: date
    last: date
    paused: bool
    at_once: int = Field(description="Runs at once, at most")
    created_at: datetime
    completed_at: datetime | None


class Runs(Shape):
    topic: str
    problem: str = Field(description="Why Airflow does not answer; then this is of a moment ago")
    runs: list[Run] = Field(description="The newest first")
    backfills: list[Backfill] = Field(description="The newest first")


@router.get("/runs", response_model=Runs, summary="Runs and backfills")
def give_runs(request: Request, asked: AskedTopic) -> Response:
    """As the page of runs shows them; 503 where Airflow has not answered at all."""
    topic = view_of(request, topic_of(request, asked)).topic.code
    seen = board_of(request).topical(topic)
    if seen.found is None:
        raise HTTPException(503, seen.problem)
    found = Runs(
        topic=topic,
        problem=seen.problem,
        runs=[Run.model_validate(run) for run in seen.found.runs],
        backfills=[Backfill.model_validate(made) for made in seen.found.backfills],
    )
    headers = {"cache-control": "no-store"}
    return Response(written(found), media_type="application/json", headers=headers)
