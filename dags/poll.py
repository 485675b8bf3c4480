"""poll_<topic>: read the feeds and news sitemaps of a topic that are due, every ten minutes."""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, task
from airflow.sdk.exceptions import AirflowFailException

from dags import steps
from dags.steps import Counts
from framewatch.facts import load_topics
from framewatch.settings import Settings
from framewatch.story import Topic

DOC = """Reads the feeds and news sitemaps of {name} that are due: an item that slides off a list
between two readings is never seen. Each list has its own pace, from 10 minutes to a day."""

SETTINGS = Settings.from_env()
# The lists of a replayed archive do not slide. See dags/monitor.py.
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


@task(pool="scrape", retries=0)
def poll_lists(topic: str) -> dict[str, Any]:
    """Ask every list that is due. Only if all of them failed is it more than their own fault."""
    counts: Counts = steps.run("poll", topic, datetime.now(UTC))
    due, failed = counts.get("due", 0), counts.get("failed", 0)
    if due and failed == due:
        raise AirflowFailException(f"none of {due} lists could be read; the ledger says why")
    return counts


def poll(topic: Topic) -> DAG:
    with DAG(
        f"poll_{topic.code}",
        schedule=CronTriggerTimetable("*/10 * * * *", timezone="UTC"),
        start_date=NEVER if SETTINGS.replay else None,
        catchup=False,
        max_active_runs=1,
        tags=["framewatch", topic.code],
        doc_md=DOC.format(name=topic.name),
    ) as dag:
        poll_lists(topic.code)
    return dag


for code, watched in load_topics(SETTINGS.topics).items():
    globals()[f"poll_{code}"] = poll(watched)
