"""Airflow's REST API, as far as Framewatch speaks it: health, pools, runs and backfills.

Every call may raise an `AirflowError`; see `framewatch.airflow_http`.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from framewatch.airflow_held import Held
from framewatch.airflow_http import (
    ORDERED,
    WAITS,
    AirflowBusy,
    AirflowDown,
    AirflowError,
    AirflowHttp,
    AirflowLocked,
    AirflowUnknown,
    understood,
)
from framewatch.settings import Settings

PARTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")
PAGE = 100  # Airflow gives no more rows at once, whatever is asked
REQUEST = "request"  # in a run's conf: the form that asked for it
OVER = ("success", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a DAG."""

    dag: str
    id: str
    state: str  # queued, running, success, failed
    kind: str  # scheduled, manual, backfill, asset_triggered
    after: datetime  # it may start
    started: datetime | None
    ended: datetime | None
    start: datetime | None  # of its data interval
    end: datetime | None
    conf: Mapping[str, Any]

    @property
    def over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Days asked for, each of them one run."""

    id: int
    dag: str
    first: date
    last: date
    paused: bool
    again: str  # what of the runs that exist is run again: none, failed, completed
    at_once: int
    conf: Mapping[str, Any]
    created_at: datetime
    completed_at: datetime | None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillWanted:
    """A backfill to be made, once for each request."""

    dag: str
    first: date
    last: date
    again: str = "none"
    at_once: int = 2
    conf: Mapping[str, Any]  # with its request

    @property
    def body(self) -> dict[str, Any]:
        return {
            "dag_id": self.dag,
            "from_date": f"{self.first}T00:00:00Z",
            "to_date": f"{self.last}T00:00:00Z",
            "run_backwards": False,
            "dag_run_conf": dict(self.conf),
            "reprocess_behavior": self.again,
            "max_active_runs": self.at_once,
        }


class Airflow:
    def __init__(self, http: AirflowHttp, held: Held) -> None:
        self._http, self._held = http, held
        self._starting = threading.Lock()

    @classmethod
    def of(cls, settings: Settings) -> "Airflow":
        account = settings.airflow_user, settings.airflow_password
        return cls(AirflowHttp(settings.airflow_api_url, *account), Held(settings.home))

    # --- its parts --------------------------------------------------------------------------------

    def healthy(self) -> bool:
        """Whether every part of Airflow is up; "Airflow is ready" in its log does not say so."""
        try:
            health = self._http.call("GET", "monitor/health")
        except AirflowError:
            return False
        return all(health.get(part, {}).get("status") == "healthy" for part in PARTS)

    def make_pool(self, name: str, slots: int, description: str) -> None:
        """One that is there stays as it is, perhaps resized by the operator."""
        body = {"name": name, "slots": slots, "description": description}
        try:
            self._http.call("POST", "pools", body)
        except AirflowBusy:
            return

    # --- runs -------------------------------------------------------------------------------------

    def trigger(self, dag: str, run: str, conf: Mapping[str, Any]) -> bool:
        """Start a run unless there is one of that name. False: Airflow does not know the DAG yet.

        `logical_date` is required and null: Framewatch reads the window from conf.
        """
        body = {"dag_run_id": run, "logical_date": None, "conf": dict(conf)}
        try:  # of one name there is one run, so it may be asked for again
            self._again("POST", f"dags/{quote(dag, safe='')}/dagRuns", body)
        except AirflowUnknown:
            return False
        except AirflowBusy:
            return True
        return True

    @understood()
    def run(self, dag: str, run: str) -> Run:
        return _run(self._http.call("GET", _path(dag, run)))

    @understood()
    def runs(self, dags: Sequence[str], limit: int = PAGE, **where: Any) -> list[Run]:
        """The newest first."""
        body: dict[str, Any] = {
            "dag_ids": list(dags),
            "order_by": "-run_after",
            "page_limit": limit,
            **where,
        }
        return [
            _run(found)
            for found in self._http.call("POST", "dags/~/dagRuns/list", body)["dag_runs"]
        ]

    def end_run(self, dag: str, run: str) -> None:
        """Fail a run; its running tasks are ended."""
        self._again("PATCH", _path(dag, run), {"state": "failed"})

    @understood()
    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        found = self._http.call("GET", f"{_path(dag, run)}/taskInstances")
        return list(found["task_instances"])

    def let_go(self) -> None:
        """Switch on the DAGs that a process held still when it was killed."""
        for dag in self._held.forgotten():
            with suppress(AirflowUnknown):  # a topic of yesterday
                self._pause(dag, paused=False)
            self._held.forget(dag)

    @understood()
    def paused(self, dag: str) -> bool:
        """Whether a DAG is switched off: what is asked of it then waits for ever."""
        return bool(self._http.call("GET", f"dags/{quote(dag, safe='')}")["is_paused"])

    # --- backfills --------------------------------------------------------------------------------

    @understood()
    def backfills(self, dag: str, limit: int = 10) -> list[Backfill]:
        """The newest first."""
        query = f"backfills?dag_id={quote(dag, safe='')}&order_by=-id&limit={limit}"
        return [_backfill(found) for found in self._http.call("GET", query)["backfills"]]

    @understood()
    def backfill(self, number: int, *, patient: bool = False) -> Backfill:
        """patient: for a button, which is worth asking an Airflow again that is slow to answer."""
        ask = self._again if patient else self._http.call
        return _backfill(ask("GET", f"backfills/{number}"))

    def runs_of(self, made: Backfill) -> list[Run]:
        """The runs that a backfill made, or made again."""
        span = {
            "logical_date_gte": f"{made.first}T00:00:00Z",
            "logical_date_lte": f"{made.last}T23:59:59Z",
        }
        found: list[Run] = []
        for offset in range(0, made.days + PAGE, PAGE):  # another's runs may lie between
            page = self.runs([made.dag], PAGE, page_offset=offset, **span)
            found += page
            if len(page) < PAGE:
                break
        asked = made.conf.get(REQUEST)
        return [r for r in found if r.kind == "backfill" and r.conf.get(REQUEST) == asked]

    @understood()
    def days_to_run(self, wanted: BackfillWanted) -> list[date]:
        """For which days a backfill would make a run, without making any."""
        found = self._http.call("POST", "backfills/dry_run", wanted.body)["backfills"]
        return [datetime.fromisoformat(row["logical_date"]).date() for row in found]

    @understood()
    def make_backfill(self, wanted: BackfillWanted) -> Backfill:
        """Make a backfill, or find the one that this request made before.

        Raises AirflowBusy where another is open: Airflow runs one at a time for each DAG.
        """
        with self._starting:
            if made := self._made(wanted):
                return made
            self.let_go()
            if self.paused(wanted.dag):
                raise AirflowError(
                    f"{wanted.dag} is paused in Airflow, where a backfill would wait for ever: "
                    "switch it on there first."
                )
            try:
                return self._make(wanted)
            except (AirflowBusy, AirflowDown):
                if made := self._made(wanted):  # by a try that was locked or slow
                    return made
                raise

    @understood()
    def change_backfill(self, number: int, action: str) -> Backfill:
        """action: pause, unpause or cancel. Raises AirflowBusy if it is over."""
        return _backfill(self._again("PUT", f"backfills/{number}/{action}"))

    def _make(self, wanted: BackfillWanted) -> Backfill:
        """On SQLite the scheduler starts the first runs while the others are made, each locks the
        other out however often it is tried, and Airflow takes the runs back that the scheduler
        works on, which ends it: for these seconds it is to leave the DAG alone.
        """
        if not self._held.on_sqlite:
            with suppress(AirflowLocked):  # it is on SQLite in another home
                return _backfill(self._post(wanted, patient=False))
        with self._held_still(wanted.dag):
            return _backfill(self._post(wanted))

    def _post(self, wanted: BackfillWanted, *, patient: bool = True) -> Any:
        return self._http.call("POST", "backfills", wanted.body, patient=patient, seconds=ORDERED)

    @contextmanager
    def _held_still(self, dag: str) -> Iterator[None]:
        self._held.note(dag)
        self._pause(dag, paused=True)
        try:
            yield
        finally:
            self._pause(dag, paused=False)
            self._held.forget(dag)

    def _pause(self, dag: str, *, paused: bool) -> None:
        self._again("PATCH", f"dags/{quote(dag, safe='')}", {"is_paused": paused})

    def _again(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """For what comes to the same however often it is asked."""
        for wait in WAITS:
            try:
                return self._http.call(method, path, body, seconds=ORDERED)
            except (AirflowBusy, AirflowUnknown):
                raise
            except AirflowError:
                time.sleep(wait)
        return self._http.call(method, path, body, seconds=ORDERED)

    def _made(self, wanted: BackfillWanted) -> Backfill | None:
        asked = wanted.conf[REQUEST]
        known = self.backfills(wanted.dag)
        return next((made for made in known if made.conf.get(REQUEST) == asked), None)


def _path(dag: str, run: str) -> str:
    return f"dags/{quote(dag, safe='')}/dagRuns/{quote(run, safe='')}"


def _run(found: Mapping[str, Any]) -> Run:
    return Run(
        dag=found["dag_id"],
        id=found["dag_run_id"],
        state=found["state"],
        kind=found["run_type"],
        after=datetime.fromisoformat(found["run_after"]),
        started=_moment(found["start_date"]),
        ended=_moment(found["end_date"]),
        start=_moment(found["data_interval_start"]),
        end=_moment(found["data_interval_end"]),
        conf=found["conf"] or {},
    )


def _backfill(found: Mapping[str, Any]) -> Backfill:
    return Backfill(
        id=found["id"],
        dag=found["dag_id"],
        first=datetime.fromisoformat(found["from_date"]).date(),
        last=datetime.fromisoformat(found["to_date"]).date(),
        paused=bool(found["is_paused"]),
        again=found["reprocess_behavior"],
        at_once=found["max_active_runs"],
        conf=found["dag_run_conf"] or {},
        created_at=datetime.fromisoformat(found["created_at"]),
        completed_at=_moment(found["completed_at"]),
    )


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
