"""Tone towards targets."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.exceptions import HTTPException

from dashboard import series, tones
from dashboard.api.asked import Answer, AskedFilters, AskedOfTarget, about, answered
from dashboard.api.measured import Tone
from dashboard.view import View
from framewatch.story import Target
from trends.buckets import Step

router = APIRouter(tags=["Tone"])


class TargetTone(Tone):
    target: str
    name: str


class Targets(Answer):
    targets: list[TargetTone] = Field(description="The most mentioned first")


class ToneBucket(Tone):
    bucket: date = Field(description="First day")
    last: date = Field(description="Last day")
    partial: bool = Field(description="Below 80% of the expected collection: not to be compared")
    provisional: bool = Field(description="Not over: will change")


class Sentiment(Answer):
    target: str
    name: str
    by: Step
    buckets: list[ToneBucket]


@router.get("/targets", response_model=Targets, summary="Tone by target")
def give_targets(request: Request, asked: AskedFilters) -> Response:
    """Mean tone of the articles that mention each target, over the whole time."""
    return answered(request, asked, targets)


@router.get("/sentiment", response_model=Sentiment, summary="Tone over time")
def give_sentiment(request: Request, asked: AskedOfTarget) -> Response:
    """Towards one target, bucket by bucket."""
    return answered(request, asked, sentiment)


def targets(view: View) -> Targets:
    found = [
        TargetTone.of(tone, target=target.code, name=target.name)
        for target, tone in series.tones_overall(view)
    ]
    return Targets(**about(view, "sentiment"), targets=found)


def sentiment(view: View) -> Sentiment:
    target = _target(view)
    found = series.tone_series(view, series.tone_counts(view).get(target.code, ()))
    buckets = [
        ToneBucket.of(
            tone,
            bucket=bucket.start,
            last=series.last_of(bucket),
            partial=view.partial(bucket, tone.state),
            provisional=tone.provisional,
        )
        for bucket, tone in zip(view.buckets, found, strict=True)
    ]
    return Sentiment(
        **about(view, "sentiment"),
        target=target.code,
        name=target.name,
        by=view.step,
        buckets=buckets,
    )


def _target(view: View) -> Target:
    if view.choice.target:
        return tones.target_named(view, view.choice.target)
    mentioned = series.tones_overall(view)
    if mentioned:
        return mentioned[0][0]
    if view.topic.targets:
        return view.topic.targets[0]
    raise HTTPException(404, "This topic has no targets.")
