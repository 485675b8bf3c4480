"""Lasting shifts of frames, and the events that stand beside them."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from dashboard.api.asked import Answer, AskedFilters, AskedShifts, Shape, about, answered
from dashboard.shifts import Told, told_of_all
from dashboard.view import View

router = APIRouter(tags=["Shifts and events"])


class Quote(Shape):
    article: int
    day: date
    outlet: str
    words: str = Field(description="At most 300 characters; empty where they may not be shown")
    withheld: str = Field(description="Why there are no words")


class NearEvent(Shape):
    number: int
    day: date
    label: str


class Shifted(Shape):
    """A change of level that lasts four weeks or more."""

    frame: str
    outlet: str | None = Field(description="Its code; null: all outlets together")
    start: date = Field(description="First day of the new level")
    earliest: date = Field(description="It may have begun as early")
    latest: date = Field(description="or as late")
    before: float
    after: float
    size: float = Field(description="After less before: 0.1 is 10 points")
    low: float
    high: float
    n: int = Field(description="Articles of both levels")
    p: float = Field(description="Adjusted for all series looked at")
    quotes: list[Quote]
    events: list[NearEvent] = Field(description="Near it in time; no cause is claimed")


class Shifts(Answer):
    shifts: list[Shifted] = Field(description="The newest first")


class DatedEvent(NearEvent):
    link: str = Field(description="Where it is told; may be empty")
    countries: list[str] = Field(description="That it concerns; empty: all")


class Events(Answer):
    events: list[DatedEvent] = Field(description="Within the days chosen, by number")


@router.get("/shifts", response_model=Shifts, summary="Lasting shifts")
def give_shifts(request: Request, asked: AskedShifts) -> Response:
    """Of all frames, or of all frames in each outlet, with at most one in ten false."""
    return answered(request, asked, shifts)


@router.get("/events", response_model=Events, summary="Events")
def give_events(request: Request, asked: AskedFilters) -> Response:
    """Those of the topic's file, then those that analysts added: the numbered rules of charts."""
    return answered(request, asked, events)


def events(view: View) -> Events:
    found = [
        DatedEvent(number=n, day=e.day, label=e.label, link=e.link, countries=list(e.countries))
        for n, e in view.events
    ]
    return Events(**about(view, "events"), events=found)


def shifts(view: View) -> Shifts:
    return Shifts(**about(view, "events"), shifts=[_shifted(one) for one in told_of_all(view)])


def _shifted(told: Told) -> Shifted:
    shift = told.shift
    return Shifted(
        frame=told.frame,
        outlet=told.outlet or None,
        start=shift.start,
        earliest=shift.first,
        latest=shift.last,
        before=shift.before,
        after=shift.after,
        size=shift.size,
        low=shift.low,
        high=shift.high,
        n=shift.n,
        p=shift.p,
        quotes=[
            Quote(article=q.article_id, day=q.day, outlet=q.outlet, words=q.words,
                  withheld=q.withheld)
            for q in told.quotes
        ],
        events=[NearEvent(number=n, day=event.day, label=event.label) for n, event in told.events],
    )  # fmt: skip
