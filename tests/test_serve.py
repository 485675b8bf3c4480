"""Starting Airflow and the dashboard, and above all stopping them."""

import os
import signal
import socket
import sys
import time

import psutil
import pytest
import requests

from framewatch.settings import ROOT
from scripts import serve
from scripts.place import TASK_LOGS, TRIGGER_LOGS, find_place, is_free
from tests.programs import running

# Ignores every polite signal, and starts a child that leaves its session as well.
STUBBORN = """
import signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if sys.argv[1:]:
    subprocess.Popen([sys.executable, "-c", open(sys.argv[1]).read()], start_new_session=True)
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def place(tmp_path):
    found = find_place({"FRAMEWATCH_HOME": str(tmp_path)})
    found.logs.mkdir()
    return found


def free_port() -> int:
    """One with room for the two ports of Airflow's logs."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        others = (port + TASK_LOGS, port + TRIGGER_LOGS)
        if port < 64000 and all(is_free("", other) for other in others):
            return port


def test_a_service_that_ends_by_itself_shows_its_last_words(place):
    """And where the rest of its log is."""
    service = serve.Service("Airflow", ["/bin/sh", "-c", "echo no room on disk; exit 3"], place)
    service.process.wait(timeout=10)
    with pytest.raises(serve.ServeError, match="no room on disk\nAirflow stopped: its log is"):
        service.must_live()


def test_nothing_outlives_the_stop(place, tmp_path, monkeypatch):
    """Neither what ignores signals nor what left for a session of its own."""
    monkeypatch.setattr(serve, "STOPPING", 1)
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN)
    service = serve.Service("Stubborn", [sys.executable, str(script), str(script)], place)
    deadline = time.monotonic() + 30
    while service.log.read_text().count("up") < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    family = service.processes()
    assert len(family) == 2
    serve.stop([service])
    assert not any(process.is_running() for process in family)


def test_one_home_has_one_airflow(tmp_path):
    """A second would run every task twice."""
    refused = pytest.raises(serve.ServeError, match="runs already in")
    with serve.alone(tmp_path), refused, serve.alone(tmp_path):
        pass
    with serve.alone(tmp_path):
        pass


@pytest.mark.slow
def test_a_dead_scheduler_is_replaced_and_ctrl_c_leaves_nothing(tmp_path):
    """Airflow and the dashboard come up, answer, survive a kill, and go without a trace."""
    port, dashboard = free_port(), free_port()
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FRAMEWATCH_HOME": str(tmp_path),
        "FRAMEWATCH_AIRFLOW_PORT": str(port),
        "FRAMEWATCH_DASHBOARD_PORT": str(dashboard),
        "FRAMEWATCH_REPLAY": "samples/newsroom.warc.gz",
        "FRAMEWATCH_SOURCES": "samples/sources.toml",
    }
    command = [sys.executable, "-m", "scripts.serve"]
    with running(command, env) as served:
        lines = []
        for line in served.stdout:
            lines.append(line)
            if "Logs" in line:
                break
        assert f"http://127.0.0.1:{dashboard}/" in "".join(lines)
        api = f"http://127.0.0.1:{port}/api/v2"
        pools = requests.get(f"{api}/pools", timeout=30).json()["pools"]
        assert {"scrape": 3, "ml": 1}.items() <= {p["name"]: p["slots"] for p in pools}.items()
        assert requests.get(f"http://127.0.0.1:{dashboard}/health", timeout=30).ok
        family = psutil.Process(served.pid).children(recursive=True)
        next(part for part in family if "scheduler" in part.cmdline()).kill()
        assert any("Airflow runs again" in line for line in served.stdout)
        family += psutil.Process(served.pid).children(recursive=True)
        assert len(family) > 10
        served.send_signal(signal.SIGINT)
        rest, _ = served.communicate(timeout=90)
    assert rest.endswith("Stopped.\n")
    assert served.returncode == 0
    assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family)
    assert is_free("127.0.0.1", port)
    assert is_free("127.0.0.1", dashboard)
    assert is_free("", port + TASK_LOGS)
    assert is_free("", port + TRIGGER_LOGS)


@pytest.mark.parametrize(
    ("answers", "status", "calls"),
    [
        (["database is locked", *["AlreadyRunningBackfill"] * 7, ""], 0, 9),
        (["AlreadyRunningBackfill"], 1, 1),
        (["no such command"], 1, 1),
        (["database is locked"] * 9, 1, 5),
    ],
    ids=[
        "locked, then half of it runs, then made",
        "another's backfill",
        "any other fault",
        "for ever",
    ],
)
def test_a_locked_database_is_asked_again(tmp_path, monkeypatch, answers, status, calls):
    """But another's backfill, or any other fault, ends at once with its message."""
    from scripts import airflow

    program = tmp_path / ".venv" / "bin" / "airflow"
    program.parent.mkdir(parents=True)
    log = tmp_path / "calls"
    faults = "".join(f'[ "$n" = {n} ] && fault="{a}"\n' for n, a in enumerate(answers))
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {log}\nn=$(($(wc -l < {log}) - 1))\nfault=""\n{faults}'
        '[ -z "$fault" ] && exit 0\necho "$fault" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(airflow, "ROOT", tmp_path)
    monkeypatch.setattr(airflow, "PAUSE", 0.0)
    assert airflow.airflow(["backfill", "create"], dict(os.environ)) == status
    assert log.read_text().splitlines() == ["backfill create"] * calls
