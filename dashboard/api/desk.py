"""What analysts keep: events of a topic, and what they say of a label. As the pages' forms do."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import Field, StrictBool
from starlette.exceptions import HTTPException

from dashboard.access import must_be_ours, require
from dashboard.answers import view_of
from dashboard.api.asked import DAY, AskedTopic, Shape, topic_of, written
from dashboard.api.body import JSON, UNSAVED, Body, sent, told
from dashboard.api.shifts import DatedEvent
from dashboard.event_form import LONGEST_LABEL, LONGEST_LINK, EventForm
from dashboard.pages.article import keep_note
from dashboard.pages.events import MOST_OWN, author_of, gone, keep, take_away
from dashboard.view import View
from db.coded import CodedUnit
from db.events import kept_events
from framewatch.coding import LONGEST_NOTE
from framewatch.people import Role

router = APIRouter()

EventNumber = Annotated[int, Path(ge=1, lt=2**31)]
ArticleNumber = Annotated[int, Path(ge=1, lt=2**63)]


class NewEvent(Body):
    day: str = Field(description="When it happened", json_schema_extra=DAY)
    label: str = Field(description=f"In a few words: at most {LONGEST_LABEL} characters")
    link: str = Field("", description=f"Where it is told: at most {LONGEST_LINK} characters")
    countries: list[str] = Field([], description="That it concerns, as ISO 3166-1; empty: all")


class OneEvent(DatedEvent):
    topic: str
    author: str | None = Field(description="Who added it; null: it stands in the topic's file")
    added_at: datetime | None


class Feedback(Body):
    frame: str = Field(description="Code of the frame whose label is wrong")
    present: StrictBool = Field(description="Whether the article carries the frame, as you say")
    text_sha256: str = Field(description="Of the text that you read, as the article's answer has")
    note: str = Field("", description=f"Why: at most {LONGEST_NOTE} characters")


class KeptFeedback(Shape):
    topic: str
    article: int
    frame: str
    present: bool
    note: str
    coder: str
    coded_at: datetime


@router.post(
    "/events",
    status_code=201,
    response_model=OneEvent,
    summary="Add an event",
    tags=["Shifts and events"],
    openapi_extra=told(NewEvent),
    responses={
        409: {"description": f"There are {MOST_OWN} events of analysts already"},
        422: {"description": "It is no event: the detail says which field, and what to write"},
    },
)
def add_event(
    request: Request, asked: AskedTopic, said: Annotated[NewEvent, sent(NewEvent, Role.ANALYST)]
) -> Response:
    """For analysts. Charts number it; Location says where it stands."""
    view = view_of(request, topic_of(request, asked))
    typed = EventForm.sent(said.model_dump() | {"countries": ", ".join(said.countries)})
    if typed.faults:
        faults = (f"{field}: {fault}" for field, fault in typed.faults.items())
        raise HTTPException(422, " ".join(faults))
    number = keep(request, view.topic.code, typed.event) + len(view.topic.events)
    place = {"location": beneath(request, str(number))}
    return Response(written(one_event(view, number)), 201, UNSAVED | place, JSON)


@router.get(
    "/events/{number}", response_model=OneEvent, summary="One event", tags=["Shifts and events"]
)
def give_event(request: Request, number: EventNumber, asked: AskedTopic) -> Response:
    """As it stands now, and who added it."""
    view = view_of(request, topic_of(request, asked))
    return Response(written(one_event(view, number)), 200, UNSAVED, JSON)


@router.delete(
    "/events/{number}",
    status_code=204,
    summary="Remove an event",
    tags=["Shifts and events"],
    responses={409: {"description": "It stands in the topic's file: it is removed there"}},
)
def remove_event(request: Request, number: EventNumber, asked: AskedTopic) -> Response:
    """For analysts. Figures as known on an earlier day keep it."""
    require(request, Role.ANALYST)
    must_be_ours(request)
    topic = view_of(request, topic_of(request, asked)).topic
    if number <= len(topic.events):
        raise HTTPException(409, "This event stands in the topic's file: it is removed there.")
    take_away(request, topic.code, number - len(topic.events))
    return Response(status_code=204, headers=UNSAVED)


@router.post(
    "/articles/{number}/feedback",
    status_code=201,
    response_model=KeptFeedback,
    summary="Say that a label is wrong",
    tags=["Articles"],
    openapi_extra=told(Feedback),
    responses={409: {"description": "The text is another by now: read it again"}},
)
def say(
    request: Request,
    number: ArticleNumber,
    asked: AskedTopic,
    said: Annotated[Feedback, sent(Feedback, Role.ANALYST)],
) -> Response:
    """For analysts. It takes the place of what the same person said of this text before."""
    view = view_of(request, topic_of(request, asked))
    unit = CodedUnit(
        article_id=number,
        text_sha256=said.text_sha256,
        frame=said.frame,
        coder=author_of(request),
        present=said.present,
        coded_at=view.site.now(),
        note=said.note.strip(),
    )
    keep_note(view, unit)
    kept = KeptFeedback(
        topic=view.topic.code,
        article=number,
        frame=unit.frame,
        present=unit.present,
        note=unit.note,
        coder=unit.coder,
        coded_at=unit.coded_at,
    )
    return Response(written(kept), 201, UNSAVED, JSON)


def one_event(view: View, number: int) -> OneEvent:
    """By the number that charts give it. Raises 404."""
    topic, author, added_at = view.topic, None, None
    if number <= len(topic.events):
        event = topic.events[number - 1]
    else:
        kept = kept_events(view.site.engine, topic.code)
        found = next((one for one in kept if len(topic.events) + one.number == number), None)
        if found is None:
            raise gone()
        event, author, added_at = found.event, found.author, found.added_at
    return OneEvent(
        topic=topic.code,
        number=number,
        day=event.day,
        label=event.label,
        link=event.link,
        countries=list(event.countries),
        author=author,
        added_at=added_at,
    )


def beneath(request: Request, name: str) -> str:
    """The address of what was made: beneath the one that was asked to make it."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}/{name}{query}"
