"""What the reader chose to see. It is the address, and the address is it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from db.listing import Place
from db.queries import Filters
from framewatch.story import CountBy
from trends.buckets import Step

E = TypeVar("E", bound=StrEnum)
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
CODES = ("country", "host", "language", "genre", "frame")
LONGEST = 200  # characters: what the store's codes hold


class ChoiceError(ValueError):
    """The address asks for something that cannot be; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The filters of a page; empty means all."""

    country: str = ""
    host: str = ""
    language: str = ""
    genre: str = ""
    frame: str = ""  # on the list of articles only
    count_by: CountBy = CountBy.HOST
    first: date | None = None
    last: date | None = None
    step: Step | None = None
    older: Place | None = None  # the list goes on below this place
    newer: Place | None = None  # or ends above it
    asof: date | None = None  # counts as known at the end of this day

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "Choice":
        """From the address. Unknown fields are left out. Raises ChoiceError."""
        codes = {name: query.get(name, "") for name in CODES}
        for name, value in codes.items():
            if len(value) > LONGEST or "\x00" in value:
                raise ChoiceError(f"{name}: no such value")
        choice = cls(
            **codes,
            first=_day("from", query.get("from", "")),
            last=_day("to", query.get("to", "")),
            step=_one_of(Step, "by", query.get("by", "")),
            count_by=_one_of(CountBy, "count", query.get("count", "")) or CountBy.HOST,
            older=_place("older", query.get("older", "")),
            newer=_place("newer", query.get("newer", "")),
            asof=_day("asof", query.get("asof", "")),
        )
        if choice.first and choice.last and choice.last < choice.first:
            raise ChoiceError(f"to={choice.last} is before from={choice.first}")
        return choice

    @property
    def query(self) -> str:
        """The canonical query, with its question mark; empty if nothing was chosen."""
        fields = {
            "country": self.country,
            "host": self.host,
            "language": self.language,
            "genre": self.genre,
            "frame": self.frame,
            "from": str(self.first or ""),
            "to": str(self.last or ""),
            "by": self.step.value if self.step else "",
            "count": "" if self.count_by is CountBy.HOST else self.count_by.value,
            "older": _written(self.older),
            "newer": _written(self.newer),
            "asof": str(self.asof or ""),
        }
        chosen = {name: value for name, value in fields.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    def but(self, **changes: object) -> "Choice":
        """The same with other values, from the newest article on."""
        return replace(self, **({"older": None, "newer": None} | changes))  # type: ignore[arg-type]

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


def _place(name: str, value: str) -> Place | None:
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


def _written(place: Place | None) -> str:
    if place is None:
        return ""
    instant = place.published_at.isoformat().replace("+00:00", "Z")
    return f"{place.day}_{instant}_{place.id}"
