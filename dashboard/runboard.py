"""What Airflow is doing, as pages show it: asked once every few seconds, however many look.

An Airflow that does not answer costs one reader its patience; the others are told at once.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from framewatch.airflow_api import Airflow, Backfill, Run
from framewatch.airflow_http import AirflowError, AirflowUnknown
from framewatch.orders import Work, dag_of
from framewatch.settings import Settings

FRESH, AFTER_FAULT = 2.0, 5.0  # seconds for which an answer, and a fault, serve everybody
MOST_RUNS, MOST_BACKFILLS = 15, 5
MOST_KEPT = 200  # answers
ASKING = "Airflow is being asked by somebody else just now: load the page again."


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found, now or when Airflow last answered, and why it does not now."""

    found: Any
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Topical:
    """What Airflow does for a topic, the newest first."""

    runs: tuple[Run, ...]
    backfills: tuple[Backfill, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """A backfill, or one run, and how far it has come."""

    runs: tuple[Run, ...]
    made: Backfill | None = None

    @property
    def over(self) -> bool:
        if self.made is not None:
            return self.made.completed_at is not None
        return all(run.over for run in self.runs)

    @property
    def states(self) -> Counter[str]:
        return Counter(run.state for run in self.runs)

    @property
    def done(self) -> int:
        return sum(run.over for run in self.runs)


class RunBoard:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.airflow = Airflow.of(settings)
        self._asking = threading.Lock()
        self._seen: dict[object, tuple[float, Seen]] = {}

    def topical(self, topic: str) -> Seen:
        def ask() -> Topical:
            self.airflow.let_go()
            dags = [*(dag_of(work, topic) for work in Work), f"trends_{topic}", f"report_{topic}"]
            runs = self.airflow.runs([*dags, f"watch_{topic}"], MOST_RUNS)
            made = self.airflow.backfills(dag_of(Work.COLLECT, topic), MOST_BACKFILLS)
            return Topical(tuple(runs), tuple(made))

        return self._lately(topic, ask)

    def backfill(self, number: int) -> Seen:
        def ask() -> Progress:
            made = self.airflow.backfill(number)
            return Progress(tuple(self.airflow.runs_of(made)), made)

        return self._lately(number, ask)

    def run(self, dag: str, run: str) -> Seen:
        return self._lately((dag, run), lambda: Progress((self.airflow.run(dag, run),)))

    def forget(self) -> None:
        """Something was started or changed: the next reader asks anew."""
        self._seen = {key: (-1.0, seen) for key, (_, seen) in self._seen.items()}

    def _lately(self, key: object, ask: Callable[[], Any]) -> Seen:
        until, seen = self._seen.get(key, (0.0, Seen(None, ASKING)))
        if time.monotonic() < until:
            return seen
        if not self._asking.acquire(timeout=0 if until else 1.0):
            return seen  # of a moment ago
        try:
            seen = self._ask(ask, seen.found)
            if len(self._seen) > MOST_KEPT:
                self._seen.clear()
            served = AFTER_FAULT if seen.problem else FRESH
            self._seen[key] = (time.monotonic() + served, seen)
        finally:
            self._asking.release()
        return seen

    def _ask(self, ask: Callable[[], Any], before: Any) -> Seen:
        """Raises AirflowUnknown."""
        try:
            return Seen(ask())
        except AirflowUnknown:
            raise
        except AirflowError as problem:
            return Seen(before, str(problem))
