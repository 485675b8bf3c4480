"""Lasting shifts, as the pages tell them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from dashboard import series
from dashboard.choice import ChoiceError, Dimension
from dashboard.excerpt import quoted
from dashboard.groups import Grouping
from dashboard.sheets import Column, Row, Sheet
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
    outlet: str  # its code; "" for all outlets together
    shift: Shift
    quotes: tuple[Quote, ...]
    events: tuple[tuple[int, Event], ...]


def told(view: View, frame: Frame, family: Iterable[str]) -> tuple[Told, ...]:
    """In order of time. The rate of false shifts is kept over all frames of the family."""
    found = shifts(view.question, list(family)).found
    mine = sorted((f for f in found if f.frame == frame.code), key=lambda f: f.shift.start)
    return tuple(_told(view, one) for one in mine)


def told_of_all(view: View) -> tuple[Told, ...]:
    """Those of every frame, the newest first; of each outlet, where groups are made by outlets.

    The rate of false shifts is kept over all frames, or over all frames in all outlets. Raises
    ChoiceError for groups of another kind.
    """
    generic = {frame.code for frame in view.site.frames}
    coded = generic | series.coded(view)
    family = [f.code for f in view.site.frames_of(view.topic) if f.code in coded]
    found = shifts(view.question, family, by_outlet=by_outlet(view)).found
    return tuple(_told(view, one) for one in sorted(found, key=_newest_first))


def by_outlet(view: View) -> bool:
    dim = view.choice.dim
    if dim not in (None, Dimension.HOST):
        raise ChoiceError(f"dim={dim}: shifts are told of all outlets together, or of each (host)")
    return dim is Dimension.HOST


def outlet_names(view: View) -> Callable[[str], str]:
    return Grouping(view, Dimension.HOST).name


def shifts_of_all(view: View) -> Sheet:
    return shifts_sheet(view, told_of_all(view))


def shifts_sheet(view: View, told: Iterable[Told]) -> Sheet:
    names = {frame.code: frame.name for frame in view.site.frames_of(view.topic)}
    apart, outlet = by_outlet(view), outlet_names(view)
    rows = []
    for one in told:
        shift = one.shift
        of_series: Row = (names[one.frame], outlet(one.outlet))[: 1 + apart]
        near = "; ".join(f"{number}: {event.label}" for number, event in one.events)
        rows.append(
            (
                *of_series,
                *(shift.start, shift.size, shift.low, shift.high, shift.before, shift.after),
                *(shift.first, shift.last, shift.n, near),
            )
        )
    columns = (
        Column("frame", "Frame"),
        *([Column("outlet", "Outlet")] if apart else []),
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
    where = " in single outlets" if apart else ""
    return Sheet(
        "shifts", f"Lasting shifts of all frames{where}, with 95% interval", columns, tuple(rows)
    )


def _newest_first(found: FoundShift) -> tuple[float, float]:
    return -found.shift.start.toordinal(), found.shift.p


def _told(view: View, found: FoundShift) -> Told:
    quotes = (_quote(view, sentence) for sentence in found.sentences)
    return Told(
        frame=found.frame,
        outlet=found.outlet,
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
