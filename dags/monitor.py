"""monitor_<topic>: collect a day's articles on a topic and code them. One DAG per topic file."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, chain

from dags import steps
from framewatch.facts import load_sources, load_topics
from framewatch.settings import Settings
from framewatch.story import Topic

DOC = """Each day, collects yesterday's news on {name} and codes its framing and sentiment.

To collect other days, *Trigger* it with dates or make a *backfill*. A run in which a source failed
is red, yet keeps what the other sources gave. [Dashboard](http://{host}:{port}/)"""

SETTINGS = Settings.from_env()
# An archive knows nothing of yesterday: its days are triggered or backfilled, never scheduled.
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


# A source that is down is not asked before; twice as late the second time, as the ledger has it.
LATER = timedelta(seconds=SETTINGS.retry_delay + 5)


def date_param(title: str) -> Param:
    return Param(None, type=["null", "string"], format="date", title=title)


def monitor(topic: Topic, sources: list[str]) -> DAG:
    with DAG(
        f"monitor_{topic.code}",
        schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
        start_date=NEVER if SETTINGS.replay else None,
        catchup=False,
        max_active_runs=2,
        params={
            "start_date": date_param("First day (in the topic's zone; empty: yesterday)"),
            "end_date": date_param("Last day (empty: the first)"),
            "sources": Param(
                [],
                type=["null", "array"],
                items={"enum": sources},
                title="Sources to ask (empty: all)",
            ),
        },
        default_args={
            "retries": 2,
            "retry_delay": timedelta(minutes=1),
            "retry_exponential_backoff": 2.0,
        },
        tags=["framewatch", topic.code],
        doc_md=DOC.format(
            name=topic.name, host=SETTINGS.dashboard_host, port=SETTINGS.dashboard_port
        ),
    ) as dag:
        code = topic.code
        window: Any = steps.find_window(topic.time_zone)
        ask = steps.discover.override(retry_delay=LATER)
        found = ask.partial(topic=code, window=window).expand(source=sources)
        coded = steps.classify.override(outlets=[steps.readings(code)])(code, window)
        stages = (steps.fetch, steps.extract, steps.recheck, steps.identify)
        chain([window, found], *(stage(code) for stage in stages), coded, steps.check(code, window))
    return dag


BOOK = load_sources(SETTINGS.sources)
for code, watched in load_topics(SETTINGS.topics).items():
    globals()[f"monitor_{code}"] = monitor(watched, [s.name for s in BOOK.of_topic(watched)])
