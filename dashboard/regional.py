"""How numbers and days are written where a reader lives. The words around them stay English.

Points, spaces and the order of a day are those of the Unicode CLDR for the first language that the
browser asks for, kept in `regional.json` (`python -m scripts.regional`); files and the API are
written in one way for all.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TABLE = Path(__file__).with_suffix(".json")
LONGEST = 200  # characters of a header that are looked at
_PAIRS = re.compile(r"(?<=\d)(?=(?:\d\d)+$)")


@dataclass(frozen=True, slots=True)
class Regional:
    decimal: str = "."
    group: str = ","
    pairs: bool = False  # groups of two above a thousand: 12,34,567
    before: str = ""  # what stands before a number of per cent
    after: str = "%"
    order: str = "dmy"  # of a day: dmy, mdy, ymd


PLAIN = Regional()
_current: ContextVar[Regional] = ContextVar("regional", default=PLAIN)


def current() -> Regional:
    """Of whoever is answered now; `PLAIN` where nobody said."""
    return _current.get()


@contextmanager
def written_for(regional: Regional) -> Iterator[None]:
    token = _current.set(regional)
    try:
        yield
    finally:
        _current.reset(token)


@lru_cache(1000)
def asked_for(accept_language: str) -> Regional:
    """What an Accept-Language header (RFC 9110) prefers most, of those that the CLDR knows."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:LONGEST].split(","):
        name, _, weight = part.partition(";")
        try:
            quality = float(weight.replace(" ", "").removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            wanted.append((quality, name.strip().lower()))
    for _, name in sorted(wanted, key=lambda one: -one[0]):
        while name:
            if name in _table():
                return _table()[name]
            name = name.rpartition("-")[0]
    return PLAIN


@cache
def _table() -> dict[str, Regional]:
    """By the name of a locale as browsers send it, in small letters."""
    kept = json.loads(TABLE.read_text(encoding="utf-8"))
    made = (Regional(**form) for form in kept["forms"])
    forms = [PLAIN if form == PLAIN else form for form in made]
    return {name: forms[form] for name, form in kept["locales"].items()}


# --- numbers --------------------------------------------------------------------------------------


def number(value: float, places: int = 0) -> str:
    return _placed(f"{value:,.{places}f}")


def significant(value: float, digits: int = 6) -> str:
    """With so many digits at most, and no zeros at its end."""
    return _placed(f"{value:.{digits}g}")


def percent(value: float, places: int = 0) -> str:
    """Of a value in per cent."""
    return in_percent(number(value, places))


def in_percent(said: str) -> str:
    """Of a number, or of two with a dash between them, already written."""
    regional = _current.get()
    return f"{regional.before}{said}{regional.after}"


def signed(value: float) -> str:
    """Two decimals with a sign, and a true minus."""
    shown = f"{value:+.2f}"
    return "0" if float(shown) == 0 else _placed(shown.replace("-", "−"))


def _placed(said: str) -> str:
    regional = _current.get()
    if regional is PLAIN:
        return said
    whole, point, rest = said.partition(".")
    if regional.pairs and "," in whole:
        digits = whole.replace(",", "")
        whole = f"{_PAIRS.sub(',', digits[:-3])},{digits[-3:]}"
    return whole.replace(",", regional.group) + (point and regional.decimal) + rest


# --- days -----------------------------------------------------------------------------------------


def a_date(day: date) -> str:
    name, order = MONTHS[day.month - 1], _current.get().order
    if order == "mdy":
        return f"{name} {day.day}, {day.year}"
    return f"{day.year} {name} {day.day}" if order == "ymd" else f"{day.day} {name} {day.year}"


def a_day_of_year(day: date) -> str:
    name = MONTHS[day.month - 1]
    return f"{day.day} {name}" if _current.get().order == "dmy" else f"{name} {day.day}"


def a_month(year: int, month: int) -> str:
    """month: 1 to 12."""
    name = MONTHS[month - 1]
    return f"{year} {name}" if _current.get().order == "ymd" else f"{name} {year}"
