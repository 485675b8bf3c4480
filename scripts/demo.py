"""The demo's one run: the ten weeks of the sample archive, followed to the filled dashboard."""

from collections.abc import Callable

from framewatch.airflow_api import OVER, Airflow

DAG, TRENDS, RUN = "monitor_deepseek", "trends_deepseek", "demo"
WEEKS = {"start_date": "2025-01-20", "end_date": "2025-03-30"}
STAGES = (
    "window",
    "discover",
    "fetch",
    "extract",
    "recheck",
    "identify",
    "classify",
    "check",
)


def fill(rest: Airflow, say: Callable[[str], None], pause: Callable[[], None]) -> bool:
    """Start the run, unless it was, and follow it. Whether the charts were filled."""
    while not rest.trigger(DAG, RUN, WEEKS):
        pause()  # Airflow has not read the DAG files yet
    shown = ""
    while (state := rest.run(DAG, RUN).state) not in OVER:
        if (stage := current(rest)) != shown:
            say(f"  {stage} ...")
            shown = stage
        pause()
    if state == "failed":
        say(f"  The run failed: open {DAG} in Airflow and read the log of its red task.")
    return published(rest, pause)


def current(rest: Airflow) -> str:
    """The first stage that is not over."""
    open_ = {task["task_id"] for task in rest.tasks(DAG, RUN) if task["state"] not in OVER}
    return next((stage for stage in STAGES if stage in open_), "finishing")


def published(rest: Airflow, pause: Callable[[], None]) -> bool:
    """Wait for the run that the readings set off: it refreshes what the charts read."""
    while not (runs := rest.runs([TRENDS], 1)) or not runs[0].over:
        pause()
    return runs[0].state == "success"
