"""What an address of the API may ask, and what every answer says of itself."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard.answers import sent, site_of, view_of
from dashboard.choice import ChoiceError, Dimension
from dashboard.view import View
from framewatch.story import CountBy, Genre, Voice
from trends.buckets import Step
from trends.panel import Reach

DAY: dict[str, Any] = {"format": "date"}
CODE: dict[str, Any] = {"maxLength": 200}


def _field(description: str, schema: dict[str, Any]) -> Any:
    """Values are checked by `dashboard.choice`, which pages use too."""
    return Field("", description=description, json_schema_extra=schema)


def _of(kind: Any) -> dict[str, Any]:
    return {"enum": [one.value for one in kind]}


class Topic(BaseModel):
    """A field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    topic: str = _field("Code of the topic; may be left out where there is one only", CODE)


class Filters(Topic):
    """The filters of every page."""

    country: str = _field("Where the outlet is: ISO 3166-1 code", CODE)
    host: str = _field("The outlet", CODE)
    language: str = _field("ISO 639-1 code", CODE)
    genre: str = _field("Genre of the articles", _of(Genre))
    first: str = Field("", alias="from", description="First day", json_schema_extra=DAY)
    last: str = Field("", alias="to", description="Last day", json_schema_extra=DAY)
    count: str = _field("What counts as one article (default: host)", _of(CountBy))
    asof: str = _field("Figures as known at the end of this day", DAY)


class OverTime(Filters):
    by: str = _field("Length of a bucket; chosen by the span where left out", _of(Step))


class OfFrame(OverTime):
    frame: str = _field("Code of a frame; all that are coded where left out", CODE)


class OfTarget(OverTime):
    target: str = _field("Code of a target; the most mentioned where left out", CODE)


class Grouped(Filters):
    dim: str = _field("What groups are made by (default: host)", _of(Dimension))
    reach: str = _field("These outlets only, or outlets like these", _of(Reach))


class Shifting(Filters):
    dim: str = _field("`host`: in each outlet; left out: in all together", {"enum": ["host"]})


class Compared(Grouped):
    frame: str = _field("Code of a frame; the first that is coded where left out", CODE)
    left: str = _field("Code of a group to be set against another", CODE)
    right: str = _field("Code of the other group", CODE)


class Listed(Filters):
    frame: str = _field("Only articles that carry this frame", CODE)
    target: str = _field("Only articles that mention this target", CODE)
    voice: str = _field("Only articles whose evidence has this voice", _of(Voice))
    after: str = _field("Go on from here: `next` of the answer before", CODE)
    limit: int = Field(25, ge=1, le=500, description="Articles in one answer")


class Shape(BaseModel):
    """A part of an answer. A number that cannot be told is null, and a state says why."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Chosen(Shape):
    country: str | None
    host: str | None
    language: str | None
    genre: str | None
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    count: CountBy


class Answer(Shape):
    """What was asked, and of which state of the store."""

    topic: str
    filters: Chosen
    as_known_on: date | None = Field(description="null: as known now")
    time_zone: str = Field(description="of days and weeks")
    data_version: int = Field(description="Grows with every change of the counts")
    fictional: int = Field(description="Invented articles among those that the filters leave")
    page: str = Field(description="The page with the same numbers")


def about(view: View, page: str = "") -> dict[str, Any]:
    filters = view.filters
    return {
        "topic": view.topic.code,
        "filters": {
            "country": filters.country or None,
            "host": filters.host or None,
            "language": filters.language or None,
            "genre": filters.genre or None,
            "from": filters.first,
            "to": filters.last,
            "count": filters.count_by,
        },
        "as_known_on": view.choice.asof,
        "time_zone": view.topic.time_zone,
        "data_version": view.version.version,
        "fictional": view.status.fictional,
        "page": view.link(page),
    }


def answered(request: Request, asked: Topic, render: Callable[[View], Shape]) -> Response:
    """As JSON; 304 to who has it already."""
    view = view_of(request, topic_of(request, asked))
    return sent(request, view, lambda one: written(render(one)), "application/json")


def topic_of(request: Request, asked: Topic) -> str:
    """The only topic need not be named."""
    topics = site_of(request).topics
    topic = asked.topic or (next(iter(topics)) if len(topics) == 1 else "")
    if not topic:
        raise ChoiceError(f"topic: choose one of {', '.join(topics)}")
    return topic


def written(shape: Shape) -> str:
    return shape.model_dump_json(by_alias=True)


AskedTopic = Annotated[Topic, Query()]
AskedFilters = Annotated[Filters, Query()]
AskedOverTime = Annotated[OverTime, Query()]
AskedOfFrame = Annotated[OfFrame, Query()]
AskedOfTarget = Annotated[OfTarget, Query()]
AskedShifts = Annotated[Shifting, Query()]
AskedGrouped = Annotated[Grouped, Query()]
AskedCompared = Annotated[Compared, Query()]
AskedListed = Annotated[Listed, Query()]
