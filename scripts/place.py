"""Where an instance lives on this machine: its folder, its ports and its environment."""

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from framewatch.airflow_held import SQLITE
from framewatch.settings import ROOT, Settings, SettingsError

HOST = "127.0.0.1"  # Airflow lets everybody in as admin here, so it listens nowhere else
# Airflow's servers of task and trigger logs: 8793 and 8794 beside the default of 8080.
TASK_LOGS, TRIGGER_LOGS = 713, 714

DEMO = {
    "FRAMEWATCH_HOME": str(ROOT / ".framewatch-demo"),
    "FRAMEWATCH_DATABASE_URL": "",  # never the real store
    "FRAMEWATCH_REPLAY": "samples/newsroom.warc.gz",
    "FRAMEWATCH_SOURCES": "samples/sources.toml",
}


@dataclass(frozen=True, slots=True)
class Place:
    settings: Settings
    airflow_port: int

    @property
    def logs(self) -> Path:
        return self.settings.home / "logs"

    @property
    def airflow(self) -> str:
        return f"http://{HOST}:{self.airflow_port}"

    @property
    def dashboard(self) -> str:
        host = self.settings.dashboard_host
        return f"http://{HOST if host == '0.0.0.0' else host}:{self.settings.dashboard_port}"  # noqa: S104

    def environment(self, env: Mapping[str, str] = os.environ) -> dict[str, str]:
        """What Airflow and the dashboard are started with, beside what env says already."""
        venv = ROOT / ".venv" / "bin"
        return {
            **env,
            "PATH": f"{venv}{os.pathsep}{env.get('PATH', '')}",  # it calls itself by name
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": env.get("OMP_NUM_THREADS", "1"),
            # Else each thread keeps freed memory: 467 MB at a million articles, and not 320.
            "MALLOC_ARENA_MAX": env.get("MALLOC_ARENA_MAX", "1"),
            "FRAMEWATCH_AIRFLOW_URL": env.get("FRAMEWATCH_AIRFLOW_URL") or self.airflow,
            "FRAMEWATCH_AIRFLOW_API_URL": self.airflow,
            **{f"AIRFLOW__{name}": value for name, value in self._airflow().items()},
            "AIRFLOW_HOME": str(self.settings.home / "airflow"),
        }

    def _airflow(self) -> dict[str, str]:
        return {
            # SQLite waits 5 s for a lock by default; a busy machine can hold one longer.
            "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.settings.home / SQLITE}?timeout=60",
            "CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "CORE__PARALLELISM": "4",  # 32 by default: as many processes, 1.4 GB
            "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "CORE__EXECUTION_API_SERVER_URL": f"{self.airflow}/execution/",
            "API__HOST": HOST,
            "API__PORT": str(self.airflow_port),
            "API__BASE_URL": self.airflow,
            "API__INSTANCE_NAME": "Framewatch",
            "LOGGING__WORKER_LOG_SERVER_PORT": str(self.airflow_port + TASK_LOGS),
            "LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.airflow_port + TRIGGER_LOGS),
            # With the default of 5 s a first task failed while everything was starting.
            "WORKERS__EXECUTION_API_TIMEOUT": "60",
            "EXECUTION_API__JWT_EXPIRATION_TIME": "86400",  # a long fetch outlives 10 minutes
            "USAGE_DATA_COLLECTION__ENABLED": "False",
        }


def find_place(env: Mapping[str, str]) -> Place:
    """Raises SettingsError where a variable cannot be used."""
    value = env.get("FRAMEWATCH_AIRFLOW_PORT") or "8080"
    if not value.isdigit() or not 1024 <= int(value) <= 65535 - TRIGGER_LOGS:
        raise SettingsError(f"FRAMEWATCH_AIRFLOW_PORT: {value!r} is not a port from 1024 to 64821")
    return Place(Settings.from_env(env), int(value))


def taken_ports(place: Place) -> Iterator[str]:
    """One line for each port that something else holds."""
    settings, port = place.settings, place.airflow_port
    airflow = "set FRAMEWATCH_AIRFLOW_PORT to a free one"
    follows = "set FRAMEWATCH_AIRFLOW_PORT to another: this is that port and"
    dashboard = "set FRAMEWATCH_DASHBOARD_PORT to a free one"
    wanted = (
        (HOST, port, "Airflow", airflow),
        ("", port + TASK_LOGS, "Airflow's task logs", f"{follows} {TASK_LOGS}"),
        ("", port + TRIGGER_LOGS, "Airflow's trigger logs", f"{follows} {TRIGGER_LOGS}"),
        (settings.dashboard_host, settings.dashboard_port, "the dashboard", dashboard),
    )
    for host, number, what, advice in wanted:
        if not is_free(host, number):
            yield f"Port {number}, for {what}, is taken: {advice}."


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port that was closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
