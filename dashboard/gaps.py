"""Where collection lacks something, and whether it can still be asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from dashboard import words
from dashboard.calendars import ANSWERS, Calendar
from framewatch.story import Alert, AlertKind, Source, SourceStatus, Window
from scrapers.card import earliest
from scrapers.connectors import CONNECTORS

K = TypeVar("K")
WHOLE = {"gap": "no collection", "part": words.PARTLY}
FAILED = (SourceStatus.REFUSED, SourceStatus.UNAVAILABLE)
ASKED_AGAIN = (AlertKind.FAILING, AlertKind.NOT_ASKED, AlertKind.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days in a row of which collection lacks something."""

    source: str  # empty: all together
    first: date
    last: date
    why: str
    again: str  # the address that asks for them again; empty: nobody can answer any more


def gaps(found: Calendar) -> list[Gap]:
    """Days not collected, or in part; then sources that failed. Of what is over."""
    whole = ((day, cell.kind) for day, cell in zip(found.days, found.together, strict=True))
    held = [
        Gap(source="", first=first, last=last, why=WHOLE[kind], again=again(found, first, last))
        for first, last, kind in _stretches(whole)
        if kind in WHOLE
    ]
    for name, days in found.sources.items():
        answers = ((day, days[day].answer) for day in found.days if day in days)
        kinds = ((day, answer.status) for day, answer in answers if answer is not None)
        held += [
            Gap(
                source=name,
                first=first,
                last=last,
                why=ANSWERS[status][2],
                again=again(found, first, last, name),
            )
            for first, last, status in _stretches(kinds)
            if status in FAILED
        ]
    return held


def again(found: Calendar, first: date, last: date, source: str = "") -> str:
    """Where an operator asks about days once more: the form of the runs, filled in."""
    view = found.view
    if source and not can_answer(found, source, first):
        return ""
    window = Window.of_days(first, last, view.topic.zone)  # runs are of UTC days
    ends = (window.start, window.end - timedelta(microseconds=1))
    days = [str(moment.astimezone(UTC).date()) for moment in ends]
    fields = {"work": "collect", "from": days[0], "to": days[1], "sources": source, "again": "all"}
    query = urlencode({name: value for name, value in fields.items() if value})
    return f"{view.root}/t/{view.topic.code}/runs?{query}#order"


def can_answer(found: Calendar, name: str, day: date) -> bool:
    """Whether a source can still say something of a day."""
    source = next((source for source in found.known if source.name == name), None)
    if source is None or source.kind not in CONNECTORS:
        return False
    now = found.view.site.now()
    begins = reaches(source, now)
    young = datetime.combine(day, time(), UTC) > now - timedelta(days=2)
    card = CONNECTORS[source.kind].card
    return (card.backfill or young) and (begins is None or begins <= day)


def reaches(source: Source, now: datetime) -> date | None:
    """The day before which a source has nothing, where that is known."""
    if source.kind not in CONNECTORS:
        return None
    begins = earliest(CONNECTORS[source.kind].card, source, now)
    return begins.date() if begins else None


def again_of(found: Calendar, alert: Alert) -> str:
    """The same for what an alert is about, if it is a source."""
    known = {source.name for source in found.known}
    if alert.kind not in ASKED_AGAIN or alert.subject not in known:
        return ""
    return again(found, alert.day, alert.day, alert.subject)


def _stretches(days: Iterable[tuple[date, K]]) -> Iterator[tuple[date, date, K]]:
    """Neighbouring days of one kind, as first and last day."""
    held: tuple[date, date, K] | None = None
    for day, kind in days:
        if held is not None and held[2] == kind and day - held[1] == timedelta(days=1):
            held = (held[0], day, kind)
            continue
        if held is not None:
            yield held
        held = (day, day, kind)
    if held is not None:
        yield held
