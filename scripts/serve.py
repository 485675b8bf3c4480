"""Run Framewatch on this machine, until Ctrl-C: Airflow (standalone) and the dashboard.

    python -m scripts.serve [--demo]

--demo reads the sample archive in place of the live web, in a home of its own.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import psutil
import requests

from db.session import migrate
from framewatch.airflow_api import Airflow
from framewatch.airflow_held import Held
from framewatch.airflow_http import AirflowError, AirflowHttp
from framewatch.settings import ROOT, SettingsError
from scripts import demo
from scripts.place import DEMO, Place, find_place, taken_ports

POOLS = (
    ("scrape", 3, "Sources and pages read at once"),
    ("ml", 1, "The model: one batch at a time"),
)
STARTING = 300  # seconds; 30 to 80 measured on two busy cores
PATIENCE = 60  # seconds for one answer of Airflow, while everything starts at once
PARTS = ("api-server", "dag-processor", "scheduler", "triggerer")
RESTARTS = 5  # of Airflow in one session; more is no accident
ENDING, STOPPING = 8, 30  # seconds for tasks, then for all; 10 to 20 measured


class ServeError(Exception):
    """Something is in the way; the message says what to do."""


class Service:
    """One program in a session of its own: a Ctrl-C in the terminal reaches only this script."""

    def __init__(self, name: str, command: list[str], place: Place) -> None:
        self.name = name
        self.log = place.logs / f"{name.lower()}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=place.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def must_live(self) -> None:
        if self.process.poll() is not None:
            lines = self.log.read_text(errors="replace").splitlines()[-15:]
            raise ServeError("\n".join([*lines, f"{self.name} stopped: its log is {self.log}."]))

    def lost_parts(self) -> list[str]:
        """Parts of Airflow that died: its parent neither restarts them nor ends.

        Seen with the scheduler on SQLite, when somebody creates a backfill at a busy moment.
        """
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.process.pid).children()
            alive = [p for p in children if p.status() != psutil.STATUS_ZOMBIE]
            named = " ".join(" ".join(p.cmdline()) for p in alive).replace("_", "-")
            return [part for part in PARTS if part not in named]
        return list(PARTS)

    def processes(self) -> list[psutil.Process]:
        """Itself and all it started, also what left its process group or lost its parent."""
        found = {p for p in psutil.process_iter() if _session(p.pid) == self.process.pid}
        with suppress(psutil.NoSuchProcess):
            found.update(psutil.Process(self.process.pid).children(recursive=True))
        return list(found)


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return -1


def stop(services: list[Service]) -> None:
    """Stop every process of the services; a second Ctrl-C kills them at once."""
    family = {process for service in services for process in service.processes()}
    try:
        for service in services:
            end_tasks(service.process.pid)
            # Airflow heeds only SIGINT: after SIGTERM its parts would live on without it.
            service.process.send_signal(signal.SIGINT)
        psutil.wait_procs(family, timeout=STOPPING)
    except KeyboardInterrupt:
        pass
    family.update(process for service in services for process in service.processes())
    for process in family:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(family, timeout=5)
    for service in services:
        service.process.poll()


def end_tasks(airflow: int) -> None:
    """Interrupt running tasks while Airflow can still note that they are to be tried again."""
    with suppress(psutil.Error):
        parts = psutil.Process(airflow).children()
        scheduler = next((part for part in parts if "scheduler" in part.cmdline()), None)
        if scheduler is None:
            return
        workers = scheduler.children()
        _signal(scheduler, signal.SIGTERM)
        for worker in workers:
            for task in worker.children():
                _signal(task, signal.SIGINT)
        psutil.wait_procs(workers, timeout=ENDING)
        for worker in workers:  # an idle one may wait for ever, and the scheduler for it
            _signal(worker, signal.SIGKILL)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the home: two Airflows over one database would run everything twice."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServeError(
                f"Framewatch runs already in {home}: stop it, or set FRAMEWATCH_HOME"
            ) from None
        yield


def wait(ready: Callable[[], bool], pause: Callable[[], None], what: str) -> None:
    deadline = time.monotonic() + STARTING
    while not ready():
        if time.monotonic() > deadline:
            raise ServeError(f"{what} did not answer within {STARTING} s: see its log.")
        pause()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def say(line: str) -> None:
    print(line, flush=True)


def serve(place: Place, services: list[Service], *, with_demo: bool) -> NoReturn:
    def pause() -> None:
        for service in services:
            service.must_live()
        time.sleep(1)

    say("Starting Airflow and the dashboard (about a minute; Ctrl-C stops both) ...")
    place.logs.mkdir(parents=True, exist_ok=True)
    migrate(place.settings.database_url)
    python = str(ROOT / ".venv" / "bin" / "python")
    services.append(airflow(place))
    services.append(Service("Dashboard", [python, "-m", "dashboard.app"], place))
    wait(lambda: answers(f"{place.dashboard}/health"), pause, "The dashboard")
    rest = Airflow(AirflowHttp(place.airflow, seconds=PATIENCE), Held(place.settings.home))
    wait(rest.healthy, pause, "Airflow")
    for name, slots, description in POOLS:
        rest.make_pool(name, slots, description)
    rest.let_go()
    say(
        f"\n  Dashboard  {place.dashboard}/\n  Airflow    {place.airflow}/  (runs, backfills, logs)"
    )
    say(f"  Logs       {place.logs}\n")
    if with_demo:
        say("Reading the sample archive, ten weeks of invented news (2 to 4 minutes) ...")
        filled = demo.fill(rest, say, pause)
        say("The dashboard is filled." if filled else "The charts were not filled: see Airflow.")
    for _ in range(RESTARTS):
        while not (lost := services[0].lost_parts()):
            pause()
        say(
            f"Airflow's {', '.join(lost)} stopped: starting Airflow again (log: {services[0].log})."
        )
        stop(services[:1])
        services[0] = airflow(place)
        wait(rest.healthy, pause, "Airflow")
        say("Airflow runs again; open runs go on where they were.")
    raise ServeError(f"Airflow stopped {RESTARTS + 1} times: see {services[0].log}.")


def airflow(place: Place) -> Service:
    return Service("Airflow", [str(ROOT / ".venv" / "bin" / "airflow"), "standalone"], place)


def main(*, with_demo: bool) -> int:
    if with_demo:
        os.environ.update(DEMO)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    services: list[Service] = []
    try:
        place = find_place(os.environ)
        if taken := list(taken_ports(place)):
            raise ServeError("\n".join(taken))
        with alone(place.settings.home):
            try:
                serve(place, services, with_demo=with_demo)
            finally:
                say("\nStopping (up to 40 seconds; Ctrl-C again kills) ...")
                stop(services)
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    except (ServeError, SettingsError, AirflowError) as problem:
        say(str(problem))
        return 1


if __name__ == "__main__":
    sys.exit(main(with_demo="--demo" in sys.argv[1:]))
