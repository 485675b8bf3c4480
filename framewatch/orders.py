"""What an operator may ask Airflow to do for a topic: collect days, read them again, count anew.

An order is checked here before anybody is asked. Its key makes it one: however often it is sent,
Airflow makes one backfill or run of it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from framewatch.airflow_api import REQUEST, BackfillWanted
from framewatch.story import Window
from framewatch.window import LONGEST

E = TypeVar("E", bound=StrEnum)
KEY = re.compile(r"[0-9a-f]{32}")
EARLIEST = date(1990, 1, 1)
MOST_AT_ONCE = 4  # days side by side: their pages are fetched one after the other all the same


class OrderError(ValueError):
    """The order cannot be carried out; the message says which field, and what it may be."""


class Work(StrEnum):
    COLLECT = "collect"  # ask the sources, fetch, code, publish
    REREAD = "reread"  # code stored articles with the model and codebook of today
    REBUILD = "rebuild"  # count all days anew from the readings


class Again(StrEnum):
    """Days that have a run already: which of them are run again?"""

    MISSING = "missing"
    FAILED = "failed"
    ALL = "all"


_IN_AIRFLOW = {Again.MISSING: "none", Again.FAILED: "failed", Again.ALL: "completed"}
_DAGS = {Work.COLLECT: "monitor", Work.REREAD: "reread", Work.REBUILD: "rebuild"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    work: Work
    span: tuple[date, date] | None  # first and last day; None: all there are
    sources: tuple[str, ...] = ()  # empty: all
    again: Again = Again.MISSING
    at_once: int = 2

    @property
    def fields(self) -> dict[str, str]:
        """As a form holds it."""
        first, last = map(str, self.span or ("", ""))
        return {
            "work": self.work.value,
            "from": first,
            "to": last,
            "sources": ",".join(self.sources),
            "again": self.again.value,
            "at_once": str(self.at_once),
        }

    def dag(self, topic: str) -> str:
        return dag_of(self.work, topic)

    def conf(self, key: str) -> dict[str, object]:
        """What each run of the order gets."""
        conf: dict[str, object] = {REQUEST: key}
        if self.work is Work.COLLECT and self.sources:
            conf["sources"] = list(self.sources)
        if self.work is Work.REREAD and self.span:
            conf |= {"start_date": str(self.span[0]), "end_date": str(self.span[1])}
        return conf


def backfill_of(order: Order, topic: str, key: str) -> BackfillWanted:
    """The backfill that an order to collect comes to. Raises OrderError for one without days."""
    first, last = span_of(order)
    return BackfillWanted(
        dag=order.dag(topic),
        first=first,
        last=last,
        again=_IN_AIRFLOW[order.again],
        at_once=order.at_once,
        conf=order.conf(key),
    )


def window_of(order: Order) -> Window:
    """The days of an order to collect, as Airflow counts them: in UTC."""
    return Window.of_days(*span_of(order), ZoneInfo("UTC"))


def span_of(order: Order) -> tuple[date, date]:
    if order.span is None:
        raise OrderError("from: choose the first day.")
    return order.span


def dag_of(work: Work, topic: str) -> str:
    return f"{_DAGS[work]}_{topic}"


def read_key(value: str) -> str:
    """Raises OrderError for what no form of ours holds."""
    if not KEY.fullmatch(value):
        raise OrderError("That form lacks its key: open the preview anew.")
    return value


def read_order(fields: Mapping[str, str], known: Collection[str], today: date) -> Order:
    """An order from the fields of a form. Raises OrderError.

    known: the names of the topic's sources. today: in UTC.
    """
    work = _one_of(Work, "work", fields.get("work") or Work.COLLECT)
    first, last = (_day(name, fields.get(name, "")) for name in ("from", "to"))
    dated = work is Work.COLLECT or (work is Work.REREAD and (first or last))
    return Order(
        work=work,
        span=_span(first, last, today) if dated else None,
        sources=_sources(fields.get("sources", ""), known) if work is Work.COLLECT else (),
        again=_one_of(Again, "again", fields.get("again") or Again.MISSING),
        at_once=_number("at_once", fields.get("at_once") or "2"),
    )


def _span(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    if first is None:
        raise OrderError("from: choose the first day.")
    last = last or first
    if last < first:
        raise OrderError(f"to: {last} is before the first day, {first}.")
    if last >= today:
        raise OrderError(f"to: {last} is not over: choose {today - timedelta(days=1)} or before.")
    if (last - first).days >= LONGEST:
        raise OrderError(f"to: at most {LONGEST} days at once; {first} to {last} are more.")
    return first, last


def _day(name: str, value: str) -> date | None:
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise OrderError(f"{name}: {value[:40]!r} is not a day: write 2025-02-04.") from None
    if day < EARLIEST:
        raise OrderError(f"{name}: choose a day after {EARLIEST}.")
    return day


def _sources(value: str, known: Collection[str]) -> tuple[str, ...]:
    chosen = set(filter(None, value.split(",")))
    for name in sorted(chosen.difference(known)):
        raise OrderError(f"sources: this topic has no source {name[:80]!r}.")
    return () if len(chosen) == len(known) else tuple(name for name in known if name in chosen)


def _one_of(kind: type[E], name: str, value: str) -> E:
    try:
        return kind(value)
    except ValueError:
        known: Sequence[str] = [each.value for each in kind]
        raise OrderError(f"{name}: choose one of {', '.join(known)}.") from None


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:4]) <= MOST_AT_ONCE:
        raise OrderError(f"{name}: choose 1 to {MOST_AT_ONCE}.")
    return int(value)
