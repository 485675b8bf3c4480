"""trends_<topic>: refresh the counts behind the charts whenever monitor_<topic> has read."""

from airflow.sdk import DAG

from dags.steps import publish, readings
from framewatch.facts import load_topics
from framewatch.settings import Settings
from framewatch.story import Topic


def trends(topic: Topic) -> DAG:
    with DAG(
        f"trends_{topic.code}",
        schedule=[readings(topic.code)],
        catchup=False,
        max_active_runs=1,
        default_args={"retries": 2},
        tags=["framewatch", topic.code],
        doc_md=f"Refreshes the counts behind the charts of {topic.name} after new readings.",
    ) as dag:
        publish(topic.code)
    return dag


for code, watched in load_topics(Settings.from_env().topics).items():
    globals()[f"trends_{code}"] = trends(watched)
