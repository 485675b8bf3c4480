"""The articles behind a number, and one article: how it was read and where it came from."""

from collections.abc import Iterable
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.api.asked import (
    Answer,
    AskedFilters,
    AskedListed,
    Shape,
    about,
    answered,
)
from dashboard.api.measured import Reader
from dashboard.choice import ChoiceError, place_of
from dashboard.choice import written as choice_written
from dashboard.excerpt import intact, quoted, short
from dashboard.inert import printable
from dashboard.tones import target_named
from dashboard.view import View
from db import articles, listing
from db.articles import ReadArticle
from db.details import Detail, details
from db.listing import Behind, Line, Place
from framewatch.story import Evidence, FrameScore, Genre, TargetScore, Voice

RESERVED = "Not shown: its publisher reserves its rights."
CHANGED = "Not shown: the text was changed since it was read."

router = APIRouter(tags=["Articles"])


class Scored(Shape):
    frame: str
    probability: float
    threshold: float
    present: bool = Field(description="The probability reaches the threshold")


class Mentioned(Shape):
    target: str
    mentions: int = Field(description="Sentences")
    tone: float = Field(description="From -1 (negative) to 1 (positive)")


class Sentence(Shape):
    """One sentence that speaks for a score; never more of a text than these."""

    about: str = Field(description="Code of the frame or target")
    score: float
    voice: Voice
    speaker: str
    words: str = Field(description="At most 300 characters; empty where they may not be shown")
    withheld: str = Field(description="Why there are no words")


class Article(Shape):
    id: int
    url: str = Field(description="At the publisher; empty if it is no web address")
    title: str
    outlet: str
    outlet_name: str
    country: str
    language: str
    day: date | None = Field(description="Under which it is counted")
    published_at: datetime | None = Field(description="null: only the day is known")
    genre: Genre
    original_outlet: str = Field(description="Where it stood first, if elsewhere")
    fictional: bool
    frames: list[Scored]
    targets: list[Mentioned]
    reader: Reader | None = Field(description="null: not read")
    text_sha256: str
    page_sha256: str = Field(description="Of the archived page")
    page: str = Field(description="The article in the dashboard")
    sentences: list[Sentence] = Field(description="In the list, the best one")


class Listing(Answer):
    articles: list[Article] = Field(description="Newest first, as held today")
    next: str | None = Field(description="Give it as `after` for the next ones; null: no more")


class OneArticle(Answer):
    article: Article
    intact: bool = Field(description="The text is the one that was read: the evidence is in place")


@router.get("/articles", response_model=Listing, summary="The articles behind a number")
def give_articles(request: Request, asked: AskedListed) -> Response:
    """Page by page, by key: what comes in meanwhile repeats nothing."""
    place = _place(asked.after)
    return answered(request, asked, lambda view: _listing(view, place, asked.limit))


@router.get("/articles/{number}", response_model=OneArticle, summary="One article")
def give_article(request: Request, number: int, asked: AskedFilters) -> Response:
    """Scores, evidence and provenance."""
    return answered(request, asked, lambda view: _one(view, number))


def _listing(view: View, place: Place | None, limit: int) -> Listing:
    choice = view.choice
    if choice.frame:
        view.frame(choice.frame)
    if choice.target:
        target_named(view, choice.target)
    behind = Behind(frame=choice.frame, target=choice.target, voice=choice.voice)
    store = view.site.engine
    found = listing.articles(store, view.filters, behind, after=place, limit=limit)
    known = details(store, found.lines)
    return Listing(
        **about(view, "articles"),
        articles=[_line(view, line, known[line.id]) for line in found.lines],
        next=choice_written(found.older) or None,
    )


def _line(view: View, line: Line, detail: Detail) -> Article:
    by = detail.reader
    return Article(
        id=line.id,
        url=words.a_link(detail.url),
        title=printable(line.title),
        outlet=line.host,
        outlet_name=line.host_name,
        country=line.country,
        language=line.language,
        day=line.day,
        published_at=None if line.published_day_only else line.published_at,
        genre=Genre(line.genre),
        original_outlet=line.original_outlet,
        fictional=line.fictional,
        frames=_scored(line.scores),
        targets=_mentioned(detail.targets),
        reader=Reader.model_validate(by, from_attributes=True) if by.model else None,
        text_sha256=detail.text_sha256,
        page_sha256=detail.page_sha256,
        page=view.link(f"article/{line.id}"),
        sentences=[_best(line, line.evidence)] if line.evidence else [],
    )


def _one(view: View, number: int) -> OneArticle:
    found = None
    if 0 < number < 2**63:
        found = articles.article(view.site.engine, view.topic.code, number)
    if found is None:
        raise HTTPException(404, f"There is no article {number} in this topic.")
    stored, read = found.article, found.reading
    made = Article(
        id=found.id,
        url=words.a_link(stored.url),
        title=printable(stored.title),
        outlet=stored.host,
        outlet_name=stored.host_name,
        country=stored.country,
        language=stored.language,
        day=found.day,
        published_at=None if stored.published_day_only else stored.published_at,
        genre=stored.genre,
        original_outlet=stored.original_outlet,
        fictional=stored.fictional,
        frames=_scored(read.frames if read else ()),
        targets=_mentioned(read.targets if read else ()),
        reader=Reader.model_validate(read, from_attributes=True) if read else None,
        text_sha256=found.text_sha256,
        page_sha256=found.page.sha256,
        page=view.link(f"article/{number}"),
        sentences=[_sentence(found, item) for item in (read.evidence if read else ())],
    )
    return OneArticle(**about(view, f"article/{number}"), article=made, intact=intact(found))


def _best(line: Line, item: Evidence) -> Sentence:
    withheld = "" if line.sentence else RESERVED if line.rights else CHANGED
    return _said(item, short(line.sentence), withheld)


def _sentence(found: ReadArticle, item: Evidence) -> Sentence:
    return _said(item, *quoted(found, item))


def _said(item: Evidence, said: str, withheld: str) -> Sentence:
    return Sentence(
        about=item.about,
        score=item.score,
        voice=item.voice,
        speaker=item.speaker,
        words=printable(said),
        withheld=withheld,
    )


def _scored(found: Iterable[FrameScore]) -> list[Scored]:
    return [Scored.model_validate(score, from_attributes=True) for score in found]


def _mentioned(found: Iterable[TargetScore]) -> list[Mentioned]:
    return [Mentioned.model_validate(score, from_attributes=True) for score in found]


def _place(after: str) -> Place | None:
    try:
        return place_of("after", after)
    except ChoiceError as error:
        raise ChoiceError(f"{error}: give `next` of the answer before") from None
