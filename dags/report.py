"""report_<topic>: each week, a sealed report on the last four whole weeks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, task

from framewatch.facts import load_topics
from framewatch.settings import Settings
from framewatch.story import Topic

DOC = """Puts a folder and a zip under `reports` in Framewatch's home: HTML, PDF, charts, tables and
a manifest. The same store gives the same bytes, and a second run changes nothing.

*Trigger* it with a first and a last day for any other period, or with the day as known on which
it is to be told."""

SETTINGS = Settings.from_env()
NEVER = datetime(2100, 1, 1, tzinfo=UTC)  # an archive has no weeks: see dags/monitor.py
# By Wednesday the sources have been asked twice for the days of the week before: they are settled.
EVERY_WEDNESDAY = "0 8 * * 3"
WEEKS = 4
PARAMS = {"first": "First day", "last": "Last day", "asof": "As known at the end of"}


@task(max_active_tis_per_dag=1)
def report(topic: str, params: Any = None) -> str:
    """Where the report is."""
    from dashboard.choice import Choice  # heavy: not while Airflow reads the DAG files
    from report.build import build, last_weeks

    names = {"from": "first", "to": "last", "asof": "asof"}
    days = {name: (params or {}).get(param) or "" for name, param in names.items()}
    settings = Settings.from_env()
    chosen = Choice.parse(days) if any(days.values()) else last_weeks(settings, topic, WEEKS)
    return str(build(settings, topic, chosen).folder)


def reporting(topic: Topic) -> DAG:
    with DAG(
        f"report_{topic.code}",
        schedule=EVERY_WEDNESDAY,
        start_date=NEVER if SETTINGS.replay else None,
        catchup=False,
        max_active_runs=1,
        params={
            name: Param(None, type=["null", "string"], format="date", title=title)
            for name, title in PARAMS.items()
        },
        default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
        tags=["framewatch", topic.code],
        doc_md=DOC,
    ) as dag:
        report(topic.code)
    return dag


for code, watched in load_topics(SETTINGS.topics).items():
    globals()[f"report_{code}"] = reporting(watched)
