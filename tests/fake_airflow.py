"""An Airflow on the loopback that speaks the REST API 2 as Airflow 3.3.2 was seen to speak it.

It has DAGs that can be paused, runs, backfills of one run a day, and faults to come. Its runs end
when a test says so.
"""

import json
import threading
import time
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LOCKED = (
    "Database is locked. Backfill creation is not supported on SQLite under concurrent access. "
    "Please use PostgreSQL or MySQL."
)
Reply = tuple[int, Any]


def utc(day: date) -> str:
    return f"{day}T00:00:00Z"


class FakeAirflow:
    def __init__(self, password: str = "") -> None:
        self.password = password  # empty: it lets everybody in
        self.tokens: list[str] = []  # the last is good
        self.paused: set[str] = set()
        self.dags = {f"{name}_deepseek" for name in ("monitor", "reread", "rebuild", "trends")}
        self.runs: list[dict[str, Any]] = []
        self.backfills: list[dict[str, Any]] = []
        self.faults: list[Reply] = []  # answers to the next backfills to be made, in place of true
        self.quietly: list[bool] = []  # of each backfill: was its DAG paused meanwhile?
        self.slow = 0.0  # seconds before a backfill is answered for; it is made at once
        self.heard: list[tuple[str, str]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                token = self.headers.get("authorization", "").removeprefix("Bearer ")
                status, said = fake.answer(self.command, self.path, body, token)
                data = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- what a test does -------------------------------------------------------------------------

    def end(self, state: str = "success", most: int = 1000) -> None:
        """End runs that wait; a backfill whose runs are all over is complete."""
        for run in [run for run in self.runs if run["state"] in ("queued", "running")][:most]:
            run["state"], run["end_date"] = state, _now()
        for made in self.backfills:
            mine = [run for run in self.runs if run["backfill"] == made["id"]]
            if all(run["state"] in ("success", "failed") for run in mine):
                made["completed_at"] = made["completed_at"] or _now()

    def collect(self, day: date, state: str = "success") -> None:
        """A scheduled run, over."""
        self._run("monitor_deepseek", f"scheduled__{day}", "scheduled", {}, day)["state"] = state

    # --- what Airflow does ------------------------------------------------------------------------

    def answer(self, method: str, path: str, body: Any, token: str) -> Reply:
        where = urlsplit(path).path
        self.heard.append((method, where))
        if where == "/auth/token":
            return self._log_in(body)
        if self.password and (not self.tokens or token != self.tokens[-1]):
            return 401, {"detail": "Not authenticated"}
        parts = [unquote(part) for part in where.removeprefix("/api/v2/").split("/")]
        if parts[0] == "backfills":
            of_dag = parse_qs(urlsplit(path).query).get("dag_id", [""])[0]
            return self._backfills(method, [*parts[1:]] or [f"?{of_dag}"], body)
        if parts[0] == "dags":
            return self._dags(method, parts[1], parts[2:], body)
        return 404, {"detail": "Not Found"}

    def _log_in(self, body: Any) -> Reply:
        if body != {"username": "dashboard", "password": self.password}:
            return 401, {"detail": "Invalid credentials"}
        self.tokens.append(f"token-{len(self.tokens)}")
        return 201, {"access_token": self.tokens[-1]}

    def _dags(self, method: str, dag: str, rest: list[str], body: Any) -> Reply:
        if rest == ["dagRuns", "list"]:
            return 200, self._listed(body)
        if dag not in self.dags:
            return 404, {"detail": f"The DAG with dag_id: `{dag}` was not found"}
        if not rest:
            if method == "PATCH":
                self.paused = self.paused - {dag} | ({dag} if body["is_paused"] else set())
            return 200, {"dag_id": dag, "is_paused": dag in self.paused}
        if method == "POST":
            return self._trigger(dag, body)
        run = next((r for r in self.runs if (r["dag_id"], r["dag_run_id"]) == (dag, rest[1])), None)
        if run is None:
            return 404, {"detail": f"The DagRun with dag_id: `{dag}` was not found"}
        if method == "PATCH":
            run |= body
        return 200, _shown(run)

    def _listed(self, body: Any) -> dict[str, Any]:
        low, high = body.get("logical_date_gte", ""), body.get("logical_date_lte", "9")
        found = [
            run
            for run in reversed(self.runs)
            if run["dag_id"] in body["dag_ids"] and low <= (run["logical_date"] or "") <= high
        ]
        first = body.get("page_offset", 0)
        page = found[first : first + min(100, body["page_limit"])]
        return {"dag_runs": [_shown(run) for run in page], "total_entries": len(found)}

    def _trigger(self, dag: str, body: Any) -> Reply:
        if "logical_date" not in body:
            said = {"loc": ["body", "logical_date"], "msg": "Field required"}
            return 422, {"detail": [said]}
        if any(run["dag_run_id"] == body["dag_run_id"] for run in self.runs):
            return 409, {"detail": "DagRun already exists"}
        return 200, _shown(self._run(dag, body["dag_run_id"], "manual", body["conf"], None))

    def _backfills(self, method: str, rest: list[str], body: Any) -> Reply:
        if method == "POST":
            return self._dry_run(body) if rest == ["dry_run"] else self._make(body)
        if rest[0].startswith("?"):
            mine = [made for made in self.backfills if made["dag_id"] == rest[0][1:]]
            return 200, {"backfills": mine[::-1], "total_entries": len(mine)}
        made = next((made for made in self.backfills if str(made["id"]) == rest[0]), None)
        if made is None:
            return 404, {"detail": "Backfill not found"}
        return self._change(made, rest[1]) if method == "PUT" else (200, made)

    def _change(self, made: dict[str, Any], action: str) -> Reply:
        if made["completed_at"]:
            return 409, {"detail": "Backfill is already completed."}
        made["is_paused"] = action != "unpause"
        if action == "cancel":
            for run in self.runs:
                if run["backfill"] == made["id"] and run["state"] == "queued":
                    run["state"] = "failed"
            made["completed_at"] = _now()
        return 200, made

    def _dry_run(self, body: Any) -> Reply:
        if body["from_date"] > body["to_date"]:
            said = f"from_date ({body['from_date']}) must not be after to_date ({body['to_date']})."
            return 422, {"detail": said}
        days = [{"logical_date": utc(day), "partition_key": None} for day in self._days(body)]
        return 200, {"backfills": days, "total_entries": len(days)}

    def _make(self, body: Any) -> Reply:
        if self.faults:
            status, said = self.faults.pop(0)
            return status, {"detail": said}
        if any(made["completed_at"] is None for made in self.backfills):
            dag = body["dag_id"]
            return 409, {"detail": f"There is already a running backfill for dag {dag}"}
        made = {
            "id": len(self.backfills) + 1,
            **{name: body[name] for name in ("dag_id", "from_date", "to_date", "dag_run_conf")},
            **{name: body[name] for name in ("reprocess_behavior", "max_active_runs")},
            "is_paused": False,
            "created_at": _now(),
            "completed_at": None,
            "updated_at": _now(),
            "dag_display_name": body["dag_id"],
        }
        for day in self._days(body):
            self.runs = [run for run in self.runs if run["logical_date"] != utc(day)]
            name = f"backfill__{day + timedelta(days=1)}"
            run = self._run(body["dag_id"], name, "backfill", body["dag_run_conf"], day)
            run["backfill"] = made["id"]
        self.quietly.append(body["dag_id"] in self.paused)
        self.backfills.append(made)
        time.sleep(self.slow)
        return 200, made

    def _days(self, body: Any) -> list[date]:
        first, last = (date.fromisoformat(body[name][:10]) for name in ("from_date", "to_date"))
        held = {run["logical_date"]: run["state"] for run in self.runs}
        again = {"none": (), "failed": ("failed",), "completed": ("success", "failed")}
        allowed = again[body["reprocess_behavior"]]
        every = (first + timedelta(days=i) for i in range((last - first).days + 1))
        return [day for day in every if utc(day) not in held or held[utc(day)] in allowed]

    def _run(
        self, dag: str, name: str, kind: str, conf: dict[str, Any], day: date | None
    ) -> dict[str, Any]:
        run = {
            "dag_run_id": name,
            "dag_id": dag,
            "logical_date": utc(day) if day else None,
            "start_date": _now(),
            "end_date": None,
            "data_interval_start": utc(day) if day else None,
            "data_interval_end": utc(day + timedelta(days=1)) if day else None,
            "run_after": _now(),
            "run_type": kind,
            "state": "queued",
            "conf": conf,
            "backfill": None,
        }
        self.runs.append(run)
        return run


def _shown(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "backfill"}


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
