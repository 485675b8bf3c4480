"""Frames: their shares over time and over all, and what changed last."""

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from dashboard import series
from dashboard.api.asked import (
    Answer,
    AskedFilters,
    AskedOfFrame,
    AskedOverTime,
    Shape,
    about,
    answered,
)
from dashboard.api.measured import Corrected, Difference, Interval, Reader, Span, readers_of
from dashboard.groups import coded_frames
from dashboard.overall import Overall, newest_change, overall
from dashboard.view import View
from framewatch.story import Frame, Tier, Trend, TrendState
from trends.buckets import Step

router = APIRouter(tags=["Frames"])


class ShareBucket(Shape):
    """A frame in one bucket. A gap has no share; the state says which gap it is."""

    bucket: date = Field(description="First day")
    last: date = Field(description="Last day")
    n: int = Field(description="Coded articles")
    k: int = Field(description="Articles with the frame")
    share: float | None = Field(description="k / n, from 0 to 1")
    low: float | None = Field(description="95% interval")
    high: float | None
    state: TrendState
    collected: float | None = Field(description="Part of the expected collection, from 0 to 1")
    partial: bool = Field(description="Below 80% of it: not to be compared")
    provisional: bool = Field(description="Not over: will change")


class FrameSeries(Answer):
    frame: str
    tier: Tier
    by: Step
    buckets: list[ShareBucket]


class FrameLine(Shape):
    frame: str
    name: str
    tier: Tier
    buckets: list[ShareBucket]


class Trends(Answer):
    by: Step
    frames: list[FrameLine]


class HandCoded(Shape):
    """The articles coded by hand that a correction rests on."""

    coded: int
    present: int
    coded_by_several: int
    same_articles: bool = Field(description="Drawn from the very articles of the share")
    sensitivity: float | None
    specificity: float | None


class Corrections(Shape):
    rogan_gladen: Corrected
    prediction_powered: Corrected


class FrameShare(Answer):
    frame: str
    tier: Tier
    n: int = Field(description="Coded articles")
    k: int = Field(description="Articles with the frame")
    outlets: int
    state: TrendState
    naive: Interval = Field(description="As read by the machine")
    corrected: Corrections = Field(description="For the machine's errors, where coders allow it")
    sample: HandCoded
    readers: list[Reader] = Field(description="The newest first")


class Changed(Shape):
    """The newest whole bucket less the one before it, of those that may be compared."""

    frame: str
    name: str
    before: Span
    after: Span
    difference: Difference = Field(description="After (left) less before (right)")


class Changes(Answer):
    by: Step
    changes: list[Changed] = Field(description="In the order of the codebook")
    not_compared: list[str] = Field(description="Frames without two buckets to compare")


@router.get("/trend", response_model=Trends, summary="Frames over time")
def give_trend(request: Request, asked: AskedOfFrame) -> Response:
    """Every coded frame, or one, bucket by bucket: what the panels of the overview show."""
    return answered(request, asked, trend)


@router.get("/frames/{code}/series", response_model=FrameSeries, summary="One frame over time")
def give_series(request: Request, code: str, asked: AskedOverTime) -> Response:
    """A gap has no share; `state` says which gap it is."""
    return answered(request, asked, lambda view: series_of(view, view.frame(code)))


@router.get("/frames/{code}/share", response_model=FrameShare, summary="One frame over all")
def give_share(request: Request, code: str, asked: AskedFilters) -> Response:
    """As read, corrected, and by whom it was read."""
    return answered(request, asked, lambda view: share_of(view, view.frame(code)))


@router.get("/changes", response_model=Changes, summary="What changed last")
def give_changes(request: Request, asked: AskedOverTime) -> Response:
    """Frame by frame, two whole buckets with enough articles. Single days are not compared."""
    return answered(request, asked, changes)


def trend(view: View) -> Trends:
    chosen = [view.frame(view.choice.frame)] if view.choice.frame else coded_frames(view)
    held = series.frame_counts(view)
    lines = [
        FrameLine(
            frame=frame.code,
            name=frame.name,
            tier=frame.tier,
            buckets=_buckets(view, series.frame_series(view, held.get(frame.code, ()))),
        )
        for frame in chosen
    ]
    return Trends(**about(view), by=view.step, frames=lines)


def series_of(view: View, frame: Frame) -> FrameSeries:
    trends = series.frame_series(view, series.frame_counts(view, frame.code).get(frame.code, ()))
    return FrameSeries(
        **about(view, f"frame/{frame.code}"),
        frame=frame.code,
        tier=frame.tier,
        by=view.step,
        buckets=_buckets(view, trends),
    )


def share_of(view: View, frame: Frame) -> FrameShare:
    found = overall(view, frame)
    share = found.share
    return FrameShare(
        **about(view, f"frame/{frame.code}"),
        frame=frame.code,
        tier=frame.tier,
        n=share.n,
        k=int(share.k),
        outlets=share.outlets,
        state=share.state,
        naive=Interval(share=share.share, low=share.low, high=share.high),
        corrected=Corrections(
            rogan_gladen=Corrected.of(found.rogan_gladen),
            prediction_powered=Corrected.of(found.prediction_powered),
        ),
        sample=_sample(found),
        readers=readers_of(found.readers),
    )


def changes(view: View) -> Changes:
    held = series.frame_counts(view)
    made, lacking = [], []
    for frame in coded_frames(view):
        rows = held.get(frame.code, ())
        change = newest_change(view, rows, series.frame_series(view, rows))
        if change is None:
            lacking.append(frame.code)
            continue
        made.append(
            Changed(
                frame=frame.code,
                name=frame.name,
                before=Span.of(change.before),
                after=Span.of(change.after),
                difference=Difference.model_validate(change.difference),
            )
        )
    return Changes(**about(view), by=view.step, changes=made, not_compared=lacking)


def _buckets(view: View, trends: Sequence[Trend]) -> list[ShareBucket]:
    return [
        ShareBucket(
            bucket=bucket.start,
            last=series.last_of(bucket),
            n=found.n,
            k=int(found.k),
            share=found.share,
            low=found.low,
            high=found.high,
            state=found.state,
            collected=view.presence.share(bucket),
            partial=view.partial(bucket, found.state),
            provisional=found.provisional,
        )
        for bucket, found in zip(view.buckets, trends, strict=True)
    ]


def _sample(found: Overall) -> HandCoded:
    made = found.correction
    return HandCoded(
        coded=made.coded if made else 0,
        present=made.present if made else 0,
        coded_by_several=found.sample.double,
        same_articles=found.sample.same_articles,
        sensitivity=made.sensitivity if made else None,
        specificity=made.specificity if made else None,
    )
