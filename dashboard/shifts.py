"""Lasting shifts of one frame, as its page tells them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dashboard.excerpt import quoted
from dashboard.view import View
from db import articles
from db.analysis import Sentence
from framewatch.shifts import FoundShift, shifts
from framewatch.story import Event, Frame, Voice
from trends.shifts import Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence that speaks for a shift: its article, and its words where they may be shown."""

    article_id: int
    day: date
    outlet: str
    title: str
    language: str
    words: str
    withheld: str  # why there are no words
    speaker: str
    quoted: bool  # somebody else's words
    fictional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    shift: Shift
    quotes: tuple[Quote, ...]
    events: tuple[tuple[int, Event], ...]


def told(view: View, frame: Frame, family: Iterable[str]) -> tuple[Told, ...]:
    """In order of time. The rate of false shifts is kept over all frames of the family."""
    found = shifts(view.question, list(family)).found
    mine = sorted((f for f in found if f.frame == frame.code), key=lambda f: f.shift.start)
    return tuple(_told(view, one) for one in mine)


def _told(view: View, found: FoundShift) -> Told:
    quotes = (_quote(view, sentence) for sentence in found.sentences)
    return Told(
        shift=found.shift,
        quotes=tuple(quote for quote in quotes if quote is not None),
        events=found.events,
    )


def _quote(view: View, sentence: Sentence) -> Quote | None:
    found = articles.article(view.site.engine, view.topic.code, sentence.article_id)
    if found is None:
        return None
    shown, withheld = quoted(found, sentence.evidence)
    return Quote(
        article_id=sentence.article_id,
        day=sentence.day,
        outlet=sentence.host_name or sentence.host,
        title=found.article.title,
        language=found.article.language,
        words=shown,
        withheld=withheld,
        speaker=sentence.evidence.speaker,
        quoted=sentence.evidence.voice is Voice.QUOTED,
        fictional=found.article.fictional,
    )
