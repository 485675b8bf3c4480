"""The few words of Airflow's REST API that starting and the demo need."""

from typing import Any

import requests

PARTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")


class AirflowRest:
    def __init__(self, url: str) -> None:
        self._api = f"{url}/api/v2"
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands before the loopback

    def healthy(self) -> bool:
        """Whether every part of Airflow is up; "Airflow is ready" in its log does not say so."""
        try:
            health = self._session.get(f"{self._api}/monitor/health", timeout=10).json()
        except (requests.RequestException, ValueError):
            return False
        return all(health.get(part, {}).get("status") == "healthy" for part in PARTS)

    def make_pool(self, name: str, slots: int, description: str) -> None:
        body = {"name": name, "slots": slots, "description": description}
        self._post("pools", body, 409)  # 409: there already, perhaps resized by the operator

    def trigger(self, dag: str, run: str, conf: dict[str, str]) -> bool:
        """Start a run unless there is one of that name. False: Airflow does not know the DAG yet.

        `logical_date` is required and null: Framewatch reads the window from conf.
        """
        body = {"dag_run_id": run, "logical_date": None, "conf": conf}
        return self._post(f"dags/{dag}/dagRuns", body, 404, 409) != 404

    def run(self, dag: str, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self._get(f"dags/{dag}/dagRuns/{run}")
        return found

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """The newest first."""
        found: list[dict[str, Any]] = self._get(f"dags/{dag}/dagRuns?order_by=-run_after")[
            "dag_runs"
        ]
        return found

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get(f"dags/{dag}/dagRuns/{run}/taskInstances")[
            "task_instances"
        ]
        return found

    def _get(self, path: str) -> Any:
        answer = self._session.get(f"{self._api}/{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: dict[str, Any], *allowed: int) -> int:
        answer = self._session.post(f"{self._api}/{path}", json=body, timeout=60)
        if answer.status_code not in allowed:
            answer.raise_for_status()
        return answer.status_code
