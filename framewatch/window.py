"""Which window a run of a DAG collects.

Airflow's logical date D means day D in a scheduled run, the day before D in a run triggered over
REST and yesterday in one triggered by the command line (measured with 3.3), so it is never read.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from framewatch.story import Window

Interval = tuple[datetime | None, datetime | None]

LONGEST = 366  # days a person may ask for at once: a year; more is a backfill's work


def window_of_run(
    run_type: str,
    interval: Interval,
    params: Mapping[str, object],
    run_after: datetime,
    zone: ZoneInfo,
) -> Window:
    """The window of a run.

    - `scheduled` and `backfill`: the run's data interval. Params do not count: those of a backfill
      go to every one of its runs.
    - `manual` and `operator_triggered` with the param `start_date`: the whole days from it to
      `end_date` (by default the same day), counted in `zone`.
    - without it: the last day that was complete at `run_after`, counted in `zone`.

    Raises ValueError when the run has no interval where it needs one, when the dates do not parse,
    end before they start or span more than `LONGEST` days, and for any other type of run.
    """
    match run_type:
        case "scheduled" | "backfill":
            return _of_interval(run_type, interval)
        case "manual" | "operator_triggered":
            return _of_params(params, run_after, zone)
    raise ValueError(f"run type {run_type!r}: no rule says which window such a run collects")


def _of_interval(run_type: str, interval: Interval) -> Window:
    start, end = interval
    if start is None or end is None:
        raise ValueError(f"{run_type} run without a data interval: use CronDataIntervalTimetable")
    return Window(start, end)


def _of_params(params: Mapping[str, object], run_after: datetime, zone: ZoneInfo) -> Window:
    first, last = (_day(params, name) for name in ("start_date", "end_date"))
    if first is None:
        if last is not None:
            raise ValueError(f"end_date {last} without start_date: give the first day too")
        first = run_after.astimezone(zone).date() - timedelta(days=1)
    last = last or first
    days = (last - first).days + 1
    if days < 1:
        raise ValueError(f"end_date {last} is before start_date {first}")
    if days > LONGEST:
        raise ValueError(f"{first} to {last} is {days} days: at most {LONGEST}, or use a backfill")
    return Window.of_days(first, last, zone)


def _day(params: Mapping[str, object], name: str) -> date | None:
    value = params.get(name)
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{name}: {value!r} is not a date like 2025-01-20") from None
