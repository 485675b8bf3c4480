"""reread_<topic> and rebuild_<topic>: what is stored is coded or counted again, when asked."""

from airflow.sdk import DAG, Param

from dags import steps
from framewatch.facts import load_topics
from framewatch.settings import Settings
from framewatch.story import Topic

REREAD = """Codes the stored articles of {name} that the model and codebook of today have not read,
or that others have read since: after a change of either. Of what a changed codebook leaves as it
was, the earlier reading is copied. Readings are added, never overwritten. *Trigger* it with days,
or for all."""
REBUILD = """Counts every day of {name} anew from its readings, as if nothing had been counted. The
counts are kept up after each run, so this changes nothing unless something went wrong."""


def again(name: str, topic: Topic, doc: str, **days: Param) -> DAG:
    return DAG(
        f"{name}_{topic.code}",
        schedule=None,
        catchup=False,
        max_active_runs=1,
        params=days,
        default_args={"retries": 2},
        tags=["framewatch", topic.code],
        doc_md=doc.format(name=topic.name),
    )


def day(title: str) -> Param:
    return Param(None, type=["null", "string"], format="date", title=title)


def rereading(topic: Topic) -> DAG:
    days = {"start_date": day("First day (empty: all)"), "end_date": day("Last day")}
    with again("reread", topic, REREAD, **days) as dag:
        steps.reread.override(outlets=[steps.readings(topic.code)])(topic.code)
    return dag


def rebuilding(topic: Topic) -> DAG:
    with again("rebuild", topic, REBUILD) as dag:
        steps.rebuild(topic.code)
    return dag


for code, watched in load_topics(Settings.from_env().topics).items():
    globals()[f"reread_{code}"] = rereading(watched)
    globals()[f"rebuild_{code}"] = rebuilding(watched)
