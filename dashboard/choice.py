"""What the reader chose to see. It is the address, and the address is it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from db.listing import Place
from db.queries import Filters
from framewatch.story import CountBy, Voice
from trends.buckets import Step
from trends.panel import Reach

E = TypeVar("E", bound=StrEnum)
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
CODES = ("country", "host", "language", "genre", "frame", "target", "left", "right")
TOUR_STEPS = 6
LONGEST = 200  # characters: what the store's codes hold


class Dimension(StrEnum):
    """What groups are made by, as `framewatch.comparisons` has it."""

    HOST = "host"
    COUNTRY = "country"
    LANGUAGE = "language"
    GENRE = "genre"
    VOICE = "voice"
    TARGET = "target"


class ChoiceError(ValueError):
    """The address asks for something that cannot be; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The filters of a page; empty means all."""

    country: str = ""
    host: str = ""
    language: str = ""
    genre: str = ""
    frame: str = ""  # on the list of articles only, as the next two
    target: str = ""
    voice: Voice | None = None  # of the sentences that speak for it
    count_by: CountBy = CountBy.HOST
    first: date | None = None
    last: date | None = None
    step: Step | None = None
    older: Place | None = None  # the list goes on below this place
    newer: Place | None = None  # or ends above it
    asof: date | None = None  # counts as known at the end of this day
    dim: Dimension | None = None  # on the page of comparisons only, as the next three
    left: str = ""  # codes of two groups
    right: str = ""
    reach: Reach = Reach.PANEL
    tour: int | None = None  # the step of the guided start that the page shows

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "Choice":
        """From the address. Unknown fields are left out. Raises ChoiceError."""
        codes = {name: query.get(name, "") for name in CODES}
        for name, value in codes.items():
            if len(value) > LONGEST or "\x00" in value:
                raise ChoiceError(f"{name}: no such value")
        choice = cls(
            **codes,
            voice=_one_of(Voice, "voice", query.get("voice", "")),
            first=_day("from", query.get("from", "")),
            last=_day("to", query.get("to", "")),
            step=_one_of(Step, "by", query.get("by", "")),
            count_by=_one_of(CountBy, "count", query.get("count", "")) or CountBy.HOST,
            older=place_of("older", query.get("older", "")),
            newer=place_of("newer", query.get("newer", "")),
            asof=_day("asof", query.get("asof", "")),
            dim=_one_of(Dimension, "dim", query.get("dim", "")),
            reach=_one_of(Reach, "reach", query.get("reach", "")) or Reach.PANEL,
            tour=_step("tour", query.get("tour", "")),
        )
        if choice.first and choice.last and choice.last < choice.first:
            raise ChoiceError(f"to={choice.last} is before from={choice.first}")
        return choice

    @property
    def query(self) -> str:
        """The canonical query, with its question mark; empty if nothing was chosen."""
        return f"?{urlencode(self.fields)}" if self.fields else ""

    @property
    def fields(self) -> dict[str, str]:
        """What was chosen, by the names that the address has for it."""
        every = {
            "country": self.country,
            "host": self.host,
            "language": self.language,
            "genre": self.genre,
            "frame": self.frame,
            "target": self.target,
            "voice": self.voice.value if self.voice else "",
            "from": str(self.first or ""),
            "to": str(self.last or ""),
            "by": self.step.value if self.step else "",
            "count": "" if self.count_by is CountBy.HOST else self.count_by.value,
            "older": written(self.older),
            "newer": written(self.newer),
            "asof": str(self.asof or ""),
            "dim": self.dim.value if self.dim else "",
            "left": self.left,
            "right": self.right,
            "reach": "" if self.reach is Reach.PANEL else self.reach.value,
            "tour": str(self.tour or ""),
        }
        return {name: value for name, value in every.items() if value}

    @property
    def shared(self) -> "Choice":
        """What pages lead on to one another."""
        chosen = {"frame": "", "target": "", "voice": None}
        return self.but(**chosen, dim=None, left="", right="", reach=Reach.PANEL)

    def but(self, **changes: object) -> "Choice":
        """The same with other values, from the newest article on."""
        return replace(self, **({"older": None, "newer": None, "tour": None} | changes))  # type: ignore[arg-type]

    def filters(self, topic: str) -> Filters:
        return Filters(
            topic=topic,
            country=self.country,
            host=self.host,
            language=self.language,
            genre=self.genre,
            first=self.first,
            last=self.last,
            count_by=self.count_by,
        )


def _day(name: str, value: str) -> date | None:
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ChoiceError(f"{name}={value[:40]} is not a day: write 2025-02-04") from None
    if not EARLIEST <= day <= LATEST:
        raise ChoiceError(f"{name}={value[:40]} is out of reach: choose a day after {EARLIEST}")
    return day


def _one_of(kind: type[E], name: str, value: str) -> E | None:
    try:
        return kind(value) if value else None
    except ValueError:
        known = ", ".join(kind)
        raise ChoiceError(f"{name}={value[:40]}: choose one of {known}") from None


def _step(name: str, value: str) -> int | None:
    if not value:
        return None
    if value not in [str(step) for step in range(1, TOUR_STEPS + 1)]:
        raise ChoiceError(f"{name}={value[:40]}: the guided start has {TOUR_STEPS} steps")
    return int(value)


def place_of(name: str, value: str) -> Place | None:
    if not value:
        return None
    try:
        day, instant, number = value.split("_")
        at = datetime.fromisoformat(instant)
        if at.tzinfo is None or not 0 <= int(number) < 2**63:
            raise ValueError(value)
        return Place(date.fromisoformat(day), at, int(number))
    except ValueError:
        raise ChoiceError(f"{name}={value[:60]} is no place in the list") from None


def written(place: Place | None) -> str:
    if place is None:
        return ""
    instant = place.published_at.isoformat().replace("+00:00", "Z")
    return f"{place.day}_{instant}_{place.id}"
