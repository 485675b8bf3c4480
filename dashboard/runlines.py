"""Airflow's runs as lines of a table: what each was about, and what became of the links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from dashboard import words
from dashboard.view import View
from db import calendar
from framewatch.airflow_api import Run
from framewatch.coverage import FAULTS
from framewatch.story import KEPT

WORK = {
    "monitor": "Collect",
    "trends": "Count",
    "reread": "Read again",
    "rebuild": "Count anew",
    "report": "Report",
    "watch": "Watch",
    "poll": "Read lists",
}
STATES = {"success": "✓ done", "failed": "✗ failed", "running": "▸ running", "queued": "○ waiting"}
HALF = timedelta(hours=12)
MOST_DAYS = 100  # whose links are counted for one run
MOST_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    run: Run
    work: str
    days: str  # which, in words; empty: none
    state: str
    took: str
    ends: str  # of the links of its days; empty: it has none
    path: str  # of the run in Airflow


def lines(view: View, runs: Sequence[Run]) -> list[Line]:
    return [_line(view, run) for run in runs[:MOST_LINES]]


def _line(view: View, run: Run) -> Line:
    days, kind = days_of(view, run), run.dag.partition("_")[0]
    collects = kind == "monitor" and days is not None and (days[1] - days[0]).days < MOST_DAYS
    return Line(
        run=run,
        work=WORK.get(kind, run.dag),
        days=_span(days) if days else "",
        state=STATES.get(run.state, run.state),
        took=took(run.ended - run.started) if run.ended and run.started else "",
        ends=ends(view, days) if collects and days else "",
        path=f"/dags/{quote(run.dag, safe='')}/runs/{quote(run.id, safe='')}",
    )


def days_of(view: View, run: Run) -> tuple[date, date] | None:
    """The days that a run is about, by the names that the topic's zone and UTC share."""
    if run.kind in ("scheduled", "backfill") and run.start and run.end:
        if run.end - run.start < 2 * HALF:
            return None
        first, last = (
            (moment.astimezone(view.topic.zone)).date()
            for moment in (run.start + HALF, run.end - HALF)
        )
        return first, last
    return _named(run.conf)


def _named(conf: Mapping[str, object]) -> tuple[date, date] | None:
    first, last = (conf.get(name) for name in ("start_date", "end_date"))
    try:
        start = date.fromisoformat(str(first))
        return start, date.fromisoformat(str(last)) if last else start
    except ValueError:
        return None


def ends(view: View, days: tuple[date, date]) -> str:
    """What became of the links of these days, whichever run found them."""
    by_day = calendar.ends(view.site.engine, view.topic.code, *days)
    tally: dict[str, int] = {}
    for found in by_day.values():
        for outcome, n in found.items():
            tally[outcome] = tally.get(outcome, 0) + n
    kept = sum(tally.get(outcome, 0) for outcome in KEPT)
    faults = sum(tally.get(outcome, 0) for outcome in FAULTS)
    said = [words.a_count(sum(tally.values()), "link"), words.a_count(kept, "article")]
    if faults:
        said.append(words.a_count(faults, "fault"))
    if waiting := tally.get("", 0):
        said.append(f"{words.a_number(waiting)} under way")
    return ", ".join(said)


def took(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    if seconds < 100:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{words.a_number(minutes / 60, 1)} h"


def _span(days: tuple[date, date]) -> str:
    first, last = days
    return words.a_day(first) if first == last else f"{words.a_day(first)} to {words.a_day(last)}"
