"""The tasks of the DAGs: each runs one stage at a desk of its own and returns its counts."""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, Connection, Metadata, task
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from framewatch.settings import Settings
from framewatch.story import Window
from framewatch.window import window_of_run

Counts = dict[str, int]
Span = dict[str, str]  # a window between tasks: ISO 8601, readable on Airflow's pages


def readings(topic: str) -> Asset:
    """What monitor_<topic> announces and trends_<topic> waits for."""
    return Asset(name=f"{topic}_readings", uri=f"framewatch://{topic}/readings")


def run(stage: str, topic: str, *args: Any, **options: Any) -> Counts:
    from framewatch import stages  # heavy: not while Airflow reads the DAG files

    with stages.open_desk(with_keys(Settings.from_env(), topic)) as desk:
        counts = getattr(stages, stage)(desk, topic, *args, **options)
    return {str(name): int(count) for name, count in counts.items()}


def with_keys(settings: Settings, topic: str) -> Settings:
    """The settings with the keys that stand in Airflow connections rather than the environment.

    The connection of a source is called `framewatch_` and its name with _ for -; the key is its
    password.
    """
    from framewatch.desk import sources_without_key

    found = dict(settings.keys)
    for source in sources_without_key(settings, topic):
        with suppress(AirflowNotFoundException):
            connection = Connection.get(f"framewatch_{source.lower()}")
            found[source] = connection.password or ""
    return replace(settings, keys=found)


def unpack(window: Span) -> Window:
    return Window(datetime.fromisoformat(window["start"]), datetime.fromisoformat(window["end"]))


def chosen(params: Any) -> list[str]:
    """The sources that a run is to ask; empty: all."""
    return list((params or {}).get("sources") or ())


@task(task_id="window", retries=0)
def find_window(zone: str, dag_run: Any = None, params: Any = None) -> Span:
    """Which days this run collects: its data interval, or the dates it was triggered with."""
    interval = (dag_run.data_interval_start, dag_run.data_interval_end)
    run_type = dag_run.run_type.value
    window = window_of_run(run_type, interval, params, dag_run.run_after, ZoneInfo(zone))
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}


@task(
    pool="scrape",
    map_index_template="{{ task.op_kwargs['source'] }}",
    doc_md="Ask one source for its links. One that refuses fails at once; one down is asked again.",
)
def discover(topic: str, source: str, window: Span, params: Any = None) -> Counts:
    from framewatch.stages import SourceFailed

    if source not in (chosen(params) or [source]):
        return {"not_chosen": 1}  # no AirflowSkipException: fetch would be skipped with it
    try:
        return run("discover", topic, source, unpack(window), datetime.now(UTC))
    except SourceFailed as failure:
        if failure.retry:
            raise
        raise AirflowFailException(str(failure)) from failure


# At least one success: the window's own. So any source may fail, but without a window nothing runs.
@task(pool="scrape", trigger_rule="all_done_min_one_success", max_active_tis_per_dag=1)
def fetch(topic: str) -> Counts:
    """Fetch and archive every page not fetched yet, of whichever sources answered."""
    return run("fetch", topic, datetime.now(UTC))


@task(max_active_tis_per_dag=1)
def extract(topic: str) -> Counts:
    """Make articles of the pages."""
    return run("extract", topic, datetime.now(UTC))


@task(pool="scrape", max_active_tis_per_dag=1)
def recheck(topic: str) -> Counts:
    """Visit stored articles again after some days: a changed text is kept beside the old one."""
    return run("recheck", topic, datetime.now(UTC))


@task(max_active_tis_per_dag=1)
def identify(topic: str) -> Counts:
    """Say which articles are one text, and who published it first."""
    return run("identify", topic, datetime.now(UTC))


@task(pool="ml")
def classify(topic: str, window: Span) -> Generator[Metadata, None, Counts]:
    """Code every article not coded yet, then announce the readings with the window and counts."""
    counts = run("classify", topic, datetime.now(UTC))
    yield Metadata(readings(topic), {"window": dict(window), "counts": dict(counts)})
    return counts


@task(pool="ml")
def reread(topic: str, params: Any = None) -> Generator[Metadata, None, Counts]:
    """Code stored articles with the model and codebook of today, of the days named or of all."""
    try:
        days = days_of(params)
    except ValueError as error:  # asking again would change nothing
        raise AirflowFailException(str(error)) from error
    counts = run("classify", topic, datetime.now(UTC), days, again=True)
    window = " to ".join(map(str, days)) if days else "all days"
    yield Metadata(readings(topic), {"window": window, "counts": dict(counts)})
    return counts


def days_of(params: Any) -> tuple[date, date] | None:
    """The first and last day that a run names, if any. Raises ValueError."""
    first, last = ((params or {}).get(name) for name in ("start_date", "end_date"))
    if not first:
        if last:
            raise ValueError(f"end_date {last} without start_date: give the first day too")
        return None
    days = date.fromisoformat(first), date.fromisoformat(last or first)
    if days[1] < days[0]:
        raise ValueError(f"end_date {last} is before start_date {first}")
    return days


@task(max_active_tis_per_dag=1)
def rebuild(topic: str) -> Counts:
    """Count all days anew from the readings."""
    return run("rebuild", topic, datetime.now(UTC))


@task(retries=0)
def check(topic: str, window: Span, params: Any = None) -> Counts:
    """Fail where a source failed or most links did: partial results are stored, but not unseen."""
    return run("check", topic, unpack(window), chosen(params))


@task
def publish(topic: str, triggering_asset_events: Any = None) -> Counts:
    """Refresh the counts that the charts read."""
    for event in triggering_asset_events[readings(topic)]:
        print(f"readings of {event.extra['window']}: {event.extra['counts']}")  # to the task's log
    return run("publish", topic, datetime.now(UTC))
