"""watch_<topic>: each morning, say whether the days before were well collected."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Param, task
from airflow.sdk.exceptions import AirflowFailException

from framewatch.facts import load_topics
from framewatch.settings import Settings
from framewatch.story import Topic

DOC = """Looks for sources that fell silent, outlets whose pages changed or that bar us, and days
on which most links failed, by comparison with the weeks before. A red run *is* the alert: its
log says what, where and what to do; the next run is green unless something new went wrong.

After a backfill, *Trigger* it with the first day, and what was mended is taken back."""

SETTINGS = Settings.from_env()
NEVER = datetime(2100, 1, 1, tzinfo=UTC)  # an archive has no mornings: see dags/monitor.py
# Six hours after monitor_<topic> starts: its slowest sources, asked politely, are through.
EVERY_MORNING = "0 6 * * *"


@task(retries=2, max_active_tis_per_dag=1)
def watch(topic: str, zone: str, params: Any = None) -> dict[str, int]:
    """Judge four weeks (or all days since the one named) and fail if an alert is new."""
    from framewatch import watch  # heavy: not while Airflow reads the DAG files
    from framewatch.desk import open_desk

    now = datetime.now(UTC)
    last = watch.last_settled_day(now, ZoneInfo(zone))
    named = (params or {}).get("first")
    first = datetime.fromisoformat(named).date() if named else last - watch.LOOK_BACK
    with open_desk(Settings.from_env()) as desk:
        try:
            return watch.watch(desk, topic, first, last, now)
        except watch.Alarm as alarm:  # a second try would find nothing new, and turn green
            raise AirflowFailException(str(alarm)) from alarm


def watching(topic: Topic) -> DAG:
    with DAG(
        f"watch_{topic.code}",
        schedule=EVERY_MORNING,
        start_date=NEVER if SETTINGS.replay else None,
        catchup=False,
        max_active_runs=1,
        params={
            "first": Param(None, type=["null", "string"], format="date", title="First day to judge")
        },
        default_args={"retry_delay": timedelta(minutes=1)},
        tags=["framewatch", topic.code],
        doc_md=DOC,
    ) as dag:
        watch(topic.code, topic.time_zone)
    return dag


for code, watched in load_topics(SETTINGS.topics).items():
    globals()[f"watch_{code}"] = watching(watched)
