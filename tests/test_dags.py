"""The DAGs, through Airflow itself: parsed, and run over the sample archive."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from db.session import open_store
from db.tables import AnswerRow, ArticleRow, OutletDayRow, ReadingRow, Table
from framewatch.settings import ROOT
from tests.made_once import migrate

DAGS = ROOT / "dags"
SAMPLES = ROOT / "samples" / "sources.toml"
WEEKS = {"start_date": "2025-01-20", "end_date": "2025-03-30"}
DAY = {"start_date": "2025-02-04"}
# One is forbidden by robots.txt, which is final; one cannot be read, and is tried again.
BROKEN = """
[[sources]]
name = "forbidden-feed"
kind = "feed"
url = "https://wattlewire.example/search?feed=rss"

[[sources]]
name = "lost-archive"
kind = "archive"
path = "samples/no-such-file.warc.gz"
"""

pytestmark = [
    pytest.mark.slow,
    # Airflow's own: warnings for its authors.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    # dag.test() of a DAG whose sources differ from the test before.
    pytest.mark.filterwarnings("ignore:Multiple rows returned with uselist=False"),
]


@pytest.fixture(scope="module", autouse=True)
def airflow(tmp_path_factory):
    """An empty Airflow. It reads where it lives when it is first imported, so nothing here does."""
    os.environ |= {
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    assert "airflow" not in sys.modules
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A store of its own, over the sample archive."""
    monkeypatch.setenv("FRAMEWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("FRAMEWATCH_REPLAY", "samples/newsroom.warc.gz")
    monkeypatch.setenv("FRAMEWATCH_SOURCES", str(SAMPLES))
    migrate(url(tmp_path))
    return tmp_path


def url(home: Path) -> str:
    return f"sqlite:///{home}/framewatch.db"


def dags():
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(DAGS)
    assert bag.import_errors == {}
    return bag.dags


def next_run(dag):
    from airflow.serialization.serialized_objects import DagSerialization

    scheduled = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    return scheduled.next_dagrun_info(last_automated_run_info=None)


def run(dag, **conf):
    """Run a DAG as REST does: without a logical date."""
    run = dag.test(logical_date=None, run_conf=conf)
    tasks = run.get_task_instances()
    return str(run.state), {(ti.task_id, ti.map_index): str(ti.state) for ti in tasks}, tasks


def rows(home):
    """Every row of every table, less what says when it was written."""
    engine = open_store(url(home), read_only=True)
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Table.metadata.sorted_tables
        }


def count(home, table, *where):
    with open_store(url(home), read_only=True).connect() as connection:
        return connection.scalar(select(func.count()).select_from(table).where(*where))


def test_each_topic_has_its_dags(home):
    """Without an error, and with the pools, rules and timetable that the runs rely on."""
    found = dags()
    names = "monitor poll rebuild report reread trends watch".split()
    assert sorted(found) == [f"{name}_deepseek" for name in names]
    monitor = found["monitor_deepseek"]
    order = ["window", "discover", "fetch", "extract", "recheck", "identify", "classify", "check"]
    assert [task.task_id for task in monitor.topological_sort()] == order
    pools = {task.task_id: task.pool for task in monitor.tasks}
    assert pools["discover"] == pools["fetch"] == "scrape"
    assert pools["classify"] == "ml"
    assert monitor.task_dict["fetch"].max_active_tis_per_dag == 1
    assert all(task.doc_md for task in monitor.tasks)
    assert monitor.catchup is False
    assert type(monitor.timetable).__name__ == "CronDataIntervalTimetable"


def test_reading_the_dag_files_loads_nothing_heavy(home):
    """Airflow reads them every half minute and before every task."""
    code = (
        "import sys; from airflow.dag_processing.dagbag import DagBag; DagBag(sys.argv[1]);"
        "print(sorted({'torch', 'transformers', 'onnxruntime', 'sklearn', 'trafilatura',"
        " 'framewatch.stages'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(DAGS)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert ended.stdout.splitlines()[-1:] == ["[]"], ended.stderr


def test_each_day_is_collected_once_it_is_over(home, monkeypatch):
    """By Airflow's own reckoning; but an archive, which knows nothing of yesterday, never."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert next_run(dags()["monitor_deepseek"]).run_after.year == 2100
    monkeypatch.delenv("FRAMEWATCH_REPLAY")
    following = next_run(dags()["monitor_deepseek"])
    assert following.run_after == today
    assert following.data_interval.start == today - timedelta(days=1)


def test_a_run_fills_the_store_and_a_second_changes_no_row(home):
    """Ten weeks from discovery to the counts behind the charts, then all of it again."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    found = dags()
    state, _, tasks = run(found["monitor_deepseek"], **WEEKS)
    assert state == "success"
    sources = {ti.rendered_map_index for ti in tasks if ti.task_id == "discover"}
    assert {"seeds", "newsroom-archive"} <= sources
    assert count(home, ArticleRow) > 100
    assert count(home, ReadingRow) > 100
    assert count(home, OutletDayRow) == 0
    with create_session() as session:
        event = session.scalars(select(AssetEvent)).one()
        assert event.extra["window"] == {
            "start": "2025-01-20T00:00:00+11:00",
            "end": "2025-03-31T00:00:00+11:00",
        }
        assert sum(event.extra["counts"].values()) == count(home, ReadingRow)

    assert run(found["trends_deepseek"])[0] == "success"
    assert count(home, OutletDayRow) > 50
    first = rows(home)
    assert run(found["monitor_deepseek"], **WEEKS)[0] == "success"
    assert run(found["trends_deepseek"])[0] == "success"
    assert rows(home) == first


def test_a_failed_source_turns_the_run_red_and_stops_no_other(home, tmp_path, monkeypatch):
    """Each failed source shows by name, and the others' articles are read."""
    book = tmp_path / "sources.toml"
    book.write_text(SAMPLES.read_text() + BROKEN)
    monkeypatch.setenv("FRAMEWATCH_SOURCES", str(book))
    monitor = dags()["monitor_deepseek"]
    monitor.task_dict["discover"].partial_kwargs["retries"] = 0  # they wait for minutes
    state, _, tasks = run(monitor, **DAY)
    assert state == "failed"
    failed = {ti.rendered_map_index or ti.task_id for ti in tasks if ti.state == "failed"}
    assert failed == {"forbidden-feed", "lost-archive", "check"}
    assert count(home, ArticleRow) > 0
    assert count(home, ReadingRow) == count(home, ArticleRow, ArticleRow.complete)
    assert count(home, AnswerRow, AnswerRow.status == "refused") == 1
    assert count(home, AnswerRow, AnswerRow.status == "unavailable") == 1


def test_only_what_may_heal_is_tried_again(home, tmp_path, monkeypatch):
    """A source that is down is asked again later; one that refuses is not."""
    book = tmp_path / "sources.toml"
    book.write_text(BROKEN)
    monkeypatch.setenv("FRAMEWATCH_SOURCES", str(book))
    monitor = dags()["monitor_deepseek"]
    monitor.task_dict["discover"].partial_kwargs |= {"retries": 1, "retry_delay": 0}
    _, _, tasks = run(monitor, **DAY)
    tries = {ti.rendered_map_index: ti.try_number for ti in tasks if ti.task_id == "discover"}
    assert tries == {"seeds": 1, "forbidden-feed": 1, "lost-archive": 2}


def test_a_run_asks_the_sources_it_names_and_is_not_red_for_the_others(home):
    """Its pages are fetched and read all the same; a name that no source has is refused."""
    monitor = dags()["monitor_deepseek"]
    state, _, tasks = run(monitor, **DAY, sources=["newsroom-archive"])
    assert state == "success"
    assert {str(ti.state) for ti in tasks} == {"success"}  # one skipped would skip fetch
    assert count(home, ArticleRow) > 0
    assert count(home, ReadingRow) > 0
    assert count(home, AnswerRow, AnswerRow.source != "newsroom-archive") == 0
    assert count(home, AnswerRow) > 0
    with pytest.raises(ValueError, match="not one of"):
        run(monitor, **DAY, sources=["no-such-source"])


def test_articles_are_read_again_by_another_reader_and_counted_anew(home):
    """Those of the days named, then all; earlier readings stay, and counting changes nothing."""
    found = dags()
    days = {"start_date": "2025-02-03", "end_date": "2025-02-09"}
    run(found["monitor_deepseek"], **days)
    read = count(home, ReadingRow)
    engine = open_store(url(home))
    with engine.begin() as connection:
        connection.execute(update(ReadingRow).values(weights_sha256="of an earlier model"))
    engine.dispose()
    assert read > 2
    assert run(found["reread_deepseek"], start_date="2025-02-04")[0] == "success"
    some = count(home, ReadingRow)
    assert read < some < 2 * read
    assert run(dags()["reread_deepseek"])[0] == "success"  # dag.test() leaves its conf in a DAG
    assert count(home, ReadingRow) == 2 * read
    assert run(found["trends_deepseek"])[0] == "success"
    counted = {name: held for name, held in rows(home).items() if name != "data_versions"}
    assert run(found["rebuild_deepseek"])[0] == "success"
    assert {name: held for name, held in rows(home).items() if name != "data_versions"} == counted
    assert run(dags()["reread_deepseek"], end_date="2025-02-04")[0] == "failed"


def test_a_key_may_stand_in_a_connection(home, monkeypatch):
    """Its password is the key; the environment comes first; a source without either has none."""
    from dags.steps import with_keys
    from framewatch.settings import Settings

    for name, key in (("guardian", "of-connection"), ("mediacloud", "not-wanted")):
        value = f'{{"conn_type": "generic", "password": "{key}"}}'
        monkeypatch.setenv(f"AIRFLOW_CONN_FRAMEWATCH_{name.upper()}", value)
    monkeypatch.delenv("FRAMEWATCH_SOURCES")
    monkeypatch.setenv("FRAMEWATCH_KEY_MEDIACLOUD", "of-environment")
    settings = with_keys(Settings.from_env(), "deepseek")
    assert settings.keys == {"GUARDIAN": "of-connection", "MEDIACLOUD": "of-environment"}
    assert "of-connection" not in repr(settings)


def test_a_run_without_a_window_does_nothing(home):
    """Not even fetch, which otherwise runs whatever became of the sources."""
    state, tasks, _ = run(
        dags()["monitor_deepseek"], start_date="2025-03-30", end_date="2025-01-20"
    )
    assert state == "failed"
    assert tasks.pop(("window", -1)) == "failed"
    assert set(tasks.values()) == {"upstream_failed"}
    assert count(home, AnswerRow) == 0
