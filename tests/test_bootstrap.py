"""What setting up and starting decide before they touch anything."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from framewatch.settings import ROOT, SettingsError
from scripts import bootstrap
from scripts.place import DEMO, TASK_LOGS, TRIGGER_LOGS, find_place, taken_ports


def found(*names):
    """A PATH with these interpreters, as version managers and distributions leave it."""
    return lambda name: f"/usr/bin/{name}" if name in names else None


def test_the_newest_suitable_python_is_taken():
    """Whichever interpreter the script itself was started with."""
    pythons = found("python3.10", "python3.11", "python3.12", "python3.15")
    assert bootstrap.suitable_python((3, 9), pythons) == "/usr/bin/python3.12"
    assert bootstrap.suitable_python((3, 11), pythons) == "/usr/bin/python3.12"
    assert bootstrap.suitable_python((3, 11), found()) == sys.executable


@pytest.mark.parametrize(
    ("version", "need"), [((3, 9), "3.11 or newer"), ((3, 15), "3.14 or older")]
)
def test_an_unsuitable_python_is_named_in_one_line(version, need):
    """With the versions that would do."""
    with pytest.raises(bootstrap.MissingError) as error:
        bootstrap.suitable_python(version, found("python3.9"))
    message = str(error.value)
    assert message.startswith(f"Python {need} is needed (this is {version[0]}.{version[1]}): ")
    assert "\n" not in message


def test_a_name_on_path_that_does_not_start_is_no_python(tmp_path, monkeypatch):
    """pyenv leaves a python3.12 on PATH that only prints an error."""
    broken = tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.working("python3.12") is None
    broken.write_text("#!/bin/sh\nexit 0\n")
    assert bootstrap.working("python3.12") == str(broken)


def test_old_interpreters_can_read_the_script():
    """Python 3.6 gets to say what is missing instead of a SyntaxError."""
    source = (ROOT / "scripts" / "bootstrap.py").read_text()
    compile(source, "bootstrap.py", "exec")
    import ast

    ast.parse(source, feature_version=(3, 6))


def test_what_is_installed_is_known_by_the_lock_s_content(tmp_path):
    """A changed lock, a lock never installed and a lost interpreter are each not installed."""
    lock, stamp, python = tmp_path / "lock.txt", tmp_path / "stamp.json", tmp_path / "python"
    lock.write_text("airflow==3\n")
    python.touch()
    assert not bootstrap.installed(lock, stamp, python)
    stamp.write_text(json.dumps(bootstrap.fingerprint(lock)))
    assert bootstrap.installed(lock, stamp, python)
    other = tmp_path / "other.txt"
    other.write_text("airflow==3\n")
    assert not bootstrap.installed(other, stamp, python)
    lock.write_text("airflow==4\n")
    assert not bootstrap.installed(lock, stamp, python)
    lock.write_text("airflow==3\n")
    python.unlink()
    assert not bootstrap.installed(lock, stamp, python)


def test_a_stamp_cut_short_counts_as_nothing_installed(tmp_path):
    """As after a power cut."""
    (tmp_path / "lock.txt").write_text("x")
    (tmp_path / "stamp.json").write_text('{"lock')
    (tmp_path / "python").touch()
    names = ("lock.txt", "stamp.json", "python")
    assert not bootstrap.installed(*(tmp_path / name for name in names))


def test_too_little_disk_is_said_in_one_line():
    """With what there is and what is needed."""
    bootstrap.room(3.1e9)
    with pytest.raises(bootstrap.MissingError, match=r"1\.2 GB are free and about 3 GB are needed"):
        bootstrap.room(1.2e9)


def test_the_lock_of_the_tests_contains_the_lock_of_running():
    """So `make run` after `make test` installs nothing."""
    pins = {
        name: {
            line.split(" ")[0] for line in Path(ROOT, name).read_text().splitlines() if "==" in line
        }
        for name in ("requirements.txt", "requirements-dev.txt")
    }
    assert pins["requirements.txt"] <= pins["requirements-dev.txt"]


# --- ports and places -----------------------------------------------------------------------------


def test_every_taken_port_gets_a_line_that_names_its_variable():
    """Airflow's two log servers move with its own port."""
    with socket.socket() as airflow, socket.socket() as logs, socket.socket() as dashboard:
        for server in (airflow, dashboard):
            server.bind(("127.0.0.1", 0))
            server.listen()
        port = airflow.getsockname()[1]
        if port > 65000:
            pytest.skip("no room above this port")
        logs.bind(("127.0.0.1", port + TASK_LOGS))
        logs.listen()
        env = {
            "FRAMEWATCH_AIRFLOW_PORT": str(port),
            "FRAMEWATCH_DASHBOARD_PORT": str(dashboard.getsockname()[1]),
        }
        lines = list(taken_ports(find_place(env)))
    assert [line.split(",")[0] for line in lines] == [
        f"Port {port}",
        f"Port {port + TASK_LOGS}",
        f"Port {env['FRAMEWATCH_DASHBOARD_PORT']}",
    ]
    assert all("\n" not in line for line in lines)
    assert "FRAMEWATCH_AIRFLOW_PORT" in lines[0]
    assert "FRAMEWATCH_AIRFLOW_PORT" in lines[1]
    assert "FRAMEWATCH_DASHBOARD_PORT" in lines[2]
    assert list(taken_ports(find_place(env))) == []


@pytest.mark.parametrize("port", ["http", "80", "65000", "-1"])
def test_an_impossible_port_is_refused_by_name(port):
    """65000 leaves no room for the ports of the logs."""
    with pytest.raises(SettingsError, match="FRAMEWATCH_AIRFLOW_PORT"):
        find_place({"FRAMEWATCH_AIRFLOW_PORT": port})


def test_two_instances_share_nothing(tmp_path):
    """Neither a port nor a folder, once their ports and homes differ."""
    env = {"FRAMEWATCH_HOME": str(tmp_path), "FRAMEWATCH_AIRFLOW_PORT": "9080"}
    one, two = find_place({}).environment({}), find_place(env).environment({})
    own = (
        "AIRFLOW_HOME",
        "AIRFLOW__API__PORT",
        "AIRFLOW__API__BASE_URL",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT",
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT",
        "FRAMEWATCH_AIRFLOW_URL",
    )
    assert all(one[name] != two[name] for name in own)
    assert one["AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT"] == "8793"  # Airflow's defaults
    assert one["AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT"] == str(8080 + TRIGGER_LOGS) == "8794"


def test_airflow_listens_only_here_where_everybody_is_admin():
    """The two settings belong together."""
    env = find_place({}).environment({"AIRFLOW__API__HOST": "0.0.0.0"})
    assert env["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "True"
    assert env["AIRFLOW__API__HOST"] == "127.0.0.1"


def test_the_demo_never_touches_the_real_store():
    """Whatever the environment says."""
    real = {"FRAMEWATCH_HOME": "/real", "FRAMEWATCH_DATABASE_URL": "postgresql://real/store"}
    settings = find_place({**real, **DEMO}).settings
    assert settings.home == ROOT / ".framewatch-demo"
    assert settings.database_url == f"sqlite:///{settings.home}/framewatch.db"
    assert settings.replay == ROOT / "samples" / "newsroom.warc.gz"


@pytest.mark.slow
def test_starting_says_which_port_is_taken_and_ends(tmp_path):
    """Before anything is made: no database, no log, no Airflow."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        env = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "FRAMEWATCH_HOME": str(tmp_path / "home"),
            "FRAMEWATCH_DASHBOARD_PORT": str(other.getsockname()[1]),
            "FRAMEWATCH_AIRFLOW_PORT": "64000",
        }
        command = [sys.executable, "-m", "scripts.serve"]
        ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stdout.strip().splitlines() == [
        f"Port {env['FRAMEWATCH_DASHBOARD_PORT']}, for the dashboard, is taken: "
        "set FRAMEWATCH_DASHBOARD_PORT to a free one."
    ]
    assert not (tmp_path / "home").exists()
