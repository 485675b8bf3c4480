"""What the newest change of a frame is made of."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from dashboard import series
from dashboard.api.asked import Answer, AskedOverTime, Shape, about, answered
from dashboard.api.measured import Difference, Reader, Span
from dashboard.decomposed import decomposed
from dashboard.overall import newest_change
from dashboard.view import View
from framewatch.changes import ReaderPart
from framewatch.crossings import ORIGIN
from framewatch.story import Frame, Tier
from trends.buckets import Step
from trends.correction import Corrected
from trends.decompose import Split

router = APIRouter(tags=["Frames"])


class Mixed(Shape):
    """A change as two parts that add up to it (Kitagawa 1955)."""

    mix: float = Field(description="Because some published more and others less")
    within: float = Field(description="Because they framed otherwise than before")


class ByReader(Shape):
    """A change as what another model or codebook made of it, and the news."""

    old: Reader | None = Field(description="Who read most of the earlier days")
    new: Reader | None = Field(description="And of the later ones")
    reader: float | None = Field(description="Because of the model or codebook")
    low: float | None = Field(description="95% interval of that")
    high: float | None
    news: float | None
    twice: int = Field(description="Articles that both read")
    reason: str | None = Field(description="Why there are no parts, or what they rest on")


class CorrectedDifference(Shape):
    value: float | None = Field(description="Of shares, 0.1 is 10 points")
    low: float | None = Field(description="95% interval")
    high: float | None
    reason: str | None = Field(description="Why there is none")


class Decomposition(Shape):
    """What the newest change is made of; of shares, 0.1 is 10 points."""

    before: Span
    after: Span
    difference: Difference = Field(description="After (left) less before (right), as read")
    corrected: CorrectedDifference = Field(description="Of the shares by Rogan-Gladen")
    outlets: Mixed | None
    origin: Mixed | None = Field(description="Of original and re-published articles")
    by_reader: ByReader


class Decomposed(Answer):
    frame: str
    tier: Tier
    by: Step
    change: Decomposition | None = Field(description="null: no two buckets to compare")


@router.get("/frames/{code}/change", response_model=Decomposed, summary="What a change is made of")
def give_change(request: Request, code: str, asked: AskedOverTime) -> Response:
    """The newest whole bucket less the one before it: outlets, re-publishing, and the reader."""
    return answered(request, asked, lambda view: change_of(view, view.frame(code)))


def change_of(view: View, frame: Frame) -> Decomposed:
    rows = series.frame_counts(view, frame.code).get(frame.code, ())
    newest = newest_change(view, rows, series.frame_series(view, rows))
    found = decomposed(view, frame, newest)
    made = None
    if newest and found:
        made = Decomposition(
            before=Span.of(newest.before),
            after=Span.of(newest.after),
            difference=Difference.model_validate(found.difference),
            corrected=_corrected(found.corrected),
            outlets=_mixed(found.splits.get("host")),
            origin=_mixed(found.splits.get(ORIGIN)),
            by_reader=_by_reader(found.reader),
        )
    about_it = about(view, f"frame/{frame.code}")
    return Decomposed(**about_it, frame=frame.code, tier=frame.tier, by=view.step, change=made)


def _corrected(found: Corrected) -> CorrectedDifference:
    return CorrectedDifference(
        value=found.value, low=found.low, high=found.high, reason=found.reason or None
    )


def _mixed(found: Split | None) -> Mixed | None:
    return Mixed(mix=found.mix, within=found.within) if found else None


def _by_reader(found: ReaderPart) -> ByReader:
    parts = found.parts
    return ByReader(
        old=Reader.model_validate(found.old) if found.old else None,
        new=Reader.model_validate(found.new) if found.new else None,
        reader=parts.reader if parts else None,
        low=parts.low if parts else None,
        high=parts.high if parts else None,
        news=parts.news if parts else None,
        twice=parts.twice if parts else 0,
        reason=(parts.note if parts else found.reason) or None,
    )
