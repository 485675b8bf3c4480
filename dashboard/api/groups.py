"""Groups of articles beside one another, and frames that go together."""

from itertools import combinations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.exceptions import HTTPException

from dashboard import heatmap, ranking, sides
from dashboard.api.asked import (
    Answer,
    AskedCompared,
    AskedFilters,
    AskedGrouped,
    Shape,
    about,
    answered,
)
from dashboard.api.measured import Difference, Share, Together
from dashboard.choice import ChoiceError, Dimension
from dashboard.groups import Grouping, coded_frames, grouping_of
from dashboard.view import View
from framewatch.comparisons import Group as Found
from framewatch.comparisons import cooccurrence
from framewatch.story import Frame
from trends.panel import Reach

router = APIRouter(tags=["Groups"])


class Named(Shape):
    code: str
    name: str


class Cell(Share):
    group: str
    frame: str


class Heatmap(Answer):
    dim: Dimension
    reach: Reach
    groups: list[Named] = Field(description="The largest first")
    cells: list[Cell] = Field(description="One for each frame and group with articles")


class Group(Named):
    share: Share
    difference: Difference = Field(description="The group (left) less all others (right)")
    compared: bool = Field(description="Only the largest groups have an interval of the difference")


class Pair(Shape):
    left: Named
    right: Named
    difference: Difference


class Comparison(Answer):
    dim: Dimension
    reach: Reach
    frame: str
    pooled: Share = Field(description="Of all articles")
    groups: list[Group] = Field(description="The largest first")
    pair: Pair | None = Field(description="Where `left` and `right` name two groups")


class TwoFrames(Shape):
    frame: str
    other: str
    together: Together


class Pairs(Answer):
    pairs: list[TwoFrames]


@router.get("/heatmap", response_model=Heatmap, summary="Every frame in every group")
def give_heatmap(request: Request, asked: AskedGrouped) -> Response:
    """The table of shades on the page of comparisons, with all groups."""
    return answered(request, asked, heat)


@router.get("/compare", response_model=Comparison, summary="One frame in every group")
def give_comparison(request: Request, asked: AskedCompared) -> Response:
    """Shares, differences from all others, and of two groups that are named."""
    return answered(request, asked, comparison)


@router.get("/cooccurrence", response_model=Pairs, summary="Frames that go together")
def give_pairs(request: Request, asked: AskedFilters) -> Response:
    """Every two coded frames: observed over expected."""
    return answered(request, asked, pairs)


def heat(view: View) -> Heatmap:
    grouping = grouping_of(view)
    held = heatmap.heatmap(grouping, coded_frames(view))
    cells = [
        Cell(group=code, frame=frame, **Share.of(share).model_dump())
        for frame, shares in held.found.items()
        for code, share in shares.items()
    ]
    return Heatmap(
        **about(view, "compare"),
        dim=grouping.dim,
        reach=view.choice.reach,
        groups=[_named(grouping, code) for code in held.codes],
        cells=cells,
    )


def comparison(view: View) -> Comparison:
    grouping, frame = grouping_of(view), _frame(view)
    found = ranking.ranking(grouping, frame)
    return Comparison(
        **about(view, "compare"),
        dim=grouping.dim,
        reach=view.choice.reach,
        frame=frame.code,
        pooled=Share.of(found.pooled),
        groups=[_group(grouping, group) for group in found.every],
        pair=_pair(grouping, frame, [group.code for group in found.every]),
    )


def pairs(view: View) -> Pairs:
    found = [
        TwoFrames(
            frame=one.code,
            other=other.code,
            together=Together.model_validate(
                cooccurrence(view.question, one.code, other.code).together
            ),
        )
        for one, other in combinations(coded_frames(view), 2)
    ]
    return Pairs(**about(view, "compare"), pairs=found)


def _frame(view: View) -> Frame:
    if view.choice.frame:
        return view.frame(view.choice.frame)
    found = coded_frames(view)
    if not found:
        raise HTTPException(404, "No frame is coded in this topic.")
    return found[0]


def _group(grouping: Grouping, group: Found) -> Group:
    return Group(
        code=group.code,
        name=grouping.name(group.code),
        share=Share.of(group.share),
        difference=Difference.model_validate(group.difference),
        compared=group.compared,
    )


def _pair(grouping: Grouping, frame: Frame, codes: list[str]) -> Pair | None:
    """Unlike a page, a program is never given other groups than it named."""
    choice = grouping.view.choice
    if not (choice.left or choice.right):
        return None
    for side, code in (("left", choice.left), ("right", choice.right)):
        if code not in codes:
            known = ", ".join(code for code in codes[:20] if code)
            raise ChoiceError(f"{side}={code[:40]}: no such group; choose one of {known}")
    if choice.left == choice.right:
        raise ChoiceError(f"left and right are the same group, {choice.left[:40]}")
    found = sides.sides(grouping, frame, (choice.left, choice.right))
    left, right = (_named(grouping, code) for code in found.codes)
    return Pair(left=left, right=right, difference=Difference.model_validate(found.whole))


def _named(grouping: Grouping, code: str) -> Named:
    return Named(code=code, name=grouping.name(code))
