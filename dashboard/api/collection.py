"""What there is to ask for, whether collection held, and how old the data are."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard import series
from dashboard.answers import site_of
from dashboard.api.asked import Answer, AskedFilters, AskedOverTime, Shape, about, answered
from dashboard.api.measured import Reader
from dashboard.view import View
from db import queries
from framewatch.story import Tier, TrendState
from trends.buckets import Step

router = APIRouter(tags=["Collection"])


_HELD_OUT = "Cross-validated, on articles on climate change; null: not known, or another encoder"


class FrameMeta(Shape):
    code: str
    name: str
    definition: str
    tier: Tier
    threshold_low: float | None = Field(description="The lowest in force; null: not coded yet")
    threshold_high: float | None
    precision: float | None = Field(description=_HELD_OUT)
    recall: float | None = Field(description=_HELD_OUT)


class Target(Shape):
    code: str
    name: str


class Value(Shape):
    """A value that can be filtered by, with its articles over all time."""

    code: str
    name: str
    articles: int


class Meta(Answer):
    topics: list[str] = Field(description="Codes of all topics")
    name: str
    first: date | None = Field(description="First day with an article that the filters leave")
    last: date | None
    articles: int
    coded: int
    outlets: int
    frames: list[FrameMeta]
    targets: list[Target]
    hosts: list[Value]
    countries: list[Value]
    languages: list[Value]
    genres: list[Value]
    readers: list[Reader] = Field(description="Of the readings in force, the newest first")
    changed_at: datetime | None = Field(description="When the counts last changed")
    answered_at: datetime | None = Field(description="When a source last answered")


class CoverageBucket(Shape):
    bucket: date = Field(description="First day")
    last: date = Field(description="Last day")
    articles: int
    coded: int
    outlets: int
    days_answered: int = Field(description="Days of which some source answered for a part")
    collected: float | None = Field(description="Part of the expected collection, from 0 to 1")
    state: TrendState = Field(description="no_collection: nobody asked; no_coverage: nothing came")
    partial: bool = Field(description="Below 80% of the expected collection: not to be compared")
    provisional: bool = Field(description="Not over: will change")


class Coverage(Answer):
    by: Step
    buckets: list[CoverageBucket]


class Age(Shape):
    data_version: int
    changed_at: datetime | None
    answered_at: datetime | None
    hours: float | None = Field(description="Since a source last answered; null: never")


class Health(Shape):
    status: Literal["ok", "old"]
    topics: dict[str, Age]


class AskedHealth(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hours: float = Field(48, gt=0, le=8760, description="Older than this is an alarm: 503")


@router.get("/meta", response_model=Meta, summary="What there is to ask for")
def give_meta(request: Request, asked: AskedFilters) -> Response:
    """Topics, frames, targets, values of the filters, and who read."""
    return answered(request, asked, meta)


@router.get("/coverage", response_model=Coverage, summary="Whether collection held")
def give_coverage(request: Request, asked: AskedOverTime) -> Response:
    """Bucket by bucket: a share says something only where collection held."""
    return answered(request, asked, coverage)


@router.get(
    "/health",
    response_model=Health,
    summary="How old the data are",
    responses={503: {"model": Health, "description": "No source answered lately"}},
)
def give_health(request: Request, asked: Annotated[AskedHealth, Query()]) -> Response:
    """For whoever watches over the server."""
    site = site_of(request)
    now = site.now()
    topics = {code: _age(queries.version(site.engine, code), now) for code in site.topics}
    late = any(age.hours is None or age.hours > asked.hours for age in topics.values())
    found = Health(status="old" if late else "ok", topics=topics)
    headers = {"cache-control": "no-store"}
    return JSONResponse(found.model_dump(mode="json"), 503 if late else 200, headers=headers)


def meta(view: View) -> Meta:
    thresholds = view.known.thresholds(view.topic.code)
    status, facets, figures = view.status, view.facets, view.site.figures
    return Meta(
        **about(view),
        topics=list(view.site.topics),
        name=view.topic.name,
        first=status.first,
        last=status.last,
        articles=status.articles,
        coded=status.coded,
        outlets=status.outlets,
        frames=[
            FrameMeta(
                code=frame.code,
                name=frame.name,
                definition=frame.definition,
                tier=frame.tier,
                threshold_low=thresholds.get(frame.code, (None, None))[0],
                threshold_high=thresholds.get(frame.code, (None, None))[1],
                precision=known.precision if (known := figures.get(frame.code)) else None,
                recall=known.recall if known else None,
            )
            for frame in view.site.frames_of(view.topic)
        ],
        targets=[Target(code=t.code, name=t.name) for t in view.topic.targets],
        hosts=_values(facets.hosts),
        countries=_values(facets.countries),
        languages=_values(facets.languages),
        genres=_values(facets.genres),
        readers=[
            Reader(
                model=reader.model,
                revision=reader.revision,
                weights_sha256=reader.weights_sha256,
                codebook_sha256=reader.codebook_sha256,
            )
            for reader in view.known.readers(view.topic.code)
        ],
        changed_at=view.version.changed_at,
        answered_at=view.version.answered_at,
    )


def coverage(view: View) -> Coverage:
    sheet = series.coverage_sheet(view)
    keys = [column.key for column in sheet.columns]
    found = []
    for slot, row in zip(series.slots(view), sheet.rows, strict=True):
        held = dict(zip(keys, row, strict=True))
        known = {name: held[name] for name in ("coded", "days_answered", "collected")}
        found.append(
            CoverageBucket.model_validate(
                known
                | {
                    "bucket": slot.start,
                    "last": slot.end - timedelta(days=1),
                    "articles": slot.articles,
                    "outlets": slot.outlets,
                    "state": slot.state,
                    "partial": slot.partial,
                    "provisional": slot.provisional,
                }
            )
        )
    return Coverage(**about(view, "coverage"), by=view.step, buckets=found)


def _values(found: tuple[queries.Facet, ...]) -> list[Value]:
    return [Value(code=one.code, name=one.name, articles=one.articles) for one in found]


def _age(version: queries.Version, now: datetime) -> Age:
    since = (now - version.answered_at) / timedelta(hours=1) if version.answered_at else None
    return Age(
        data_version=version.version,
        changed_at=version.changed_at,
        answered_at=version.answered_at,
        hours=None if since is None else round(since, 1),
    )
