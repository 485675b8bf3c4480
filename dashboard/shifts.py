"""Lasting shifts, as the pages tell them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dashboard import series
from dashboard.excerpt import quoted
from dashboard.sheets import Column, Sheet
from dashboard.view import View
from db import articles
from db.sentences import Sentence
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
    frame: str
    shift: Shift
    quotes: tuple[Quote, ...]
    events: tuple[tuple[int, Event], ...]


def told(view: View, frame: Frame, family: Iterable[str]) -> tuple[Told, ...]:
    """In order of time. The rate of false shifts is kept over all frames of the family."""
    found = shifts(view.question, list(family)).found
    mine = sorted((f for f in found if f.frame == frame.code), key=lambda f: f.shift.start)
    return tuple(_told(view, one) for one in mine)


def told_of_all(view: View) -> tuple[Told, ...]:
    """Those of every frame, the newest first."""
    generic = {frame.code for frame in view.site.frames}
    coded = generic | series.coded(view)
    family = [f.code for f in view.site.frames_of(view.topic) if f.code in coded]
    found = shifts(view.question, family).found
    return tuple(_told(view, one) for one in sorted(found, key=_newest_first))


def shifts_of_all(view: View) -> Sheet:
    return shifts_sheet(view, told_of_all(view))


def shifts_sheet(view: View, told: Iterable[Told]) -> Sheet:
    names = {frame.code: frame.name for frame in view.site.frames_of(view.topic)}
    rows = tuple(
        (names[t.frame], t.shift.start, t.shift.size, t.shift.low, t.shift.high, t.shift.before,
         t.shift.after, t.shift.first, t.shift.last, t.shift.n,
         "; ".join(f"{number}: {event.label}" for number, event in t.events))
        for t in told
    )  # fmt: skip
    columns = (
        Column("frame", "Frame"),
        Column("start", "From", "day"),
        Column("size", "Points", "points"),
        Column("low", "Low", "points"),
        Column("high", "High", "points"),
        Column("before", "Share before", "share"),
        Column("after", "Share after", "share"),
        Column("earliest", "It may have begun", "day"),
        Column("latest", "Or as late as", "day"),
        Column("articles", "Articles", "count"),
        Column("events", "Events near it", "remark"),
    )
    return Sheet("shifts", "Lasting shifts of all frames, with 95% interval", columns, rows)


def _newest_first(found: FoundShift) -> tuple[float, float]:
    return -found.shift.start.toordinal(), found.shift.p


def _told(view: View, found: FoundShift) -> Told:
    quotes = (_quote(view, sentence) for sentence in found.sentences)
    return Told(
        frame=found.frame,
        shift=found.shift,
        quotes=tuple(quote for quote in quotes if quote is not None),
        events=found.events,
    )


def _quote(view: View, sentence: Sentence) -> Quote | None:
    found = articles.article(view.site.engine, view.topic.code, sentence.article_id, view.known_at)
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
