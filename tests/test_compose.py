"""docker-compose.yml: its form, its variables and who gets which secret."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = (ROOT / ".env.example").read_text()
SERVICES = yaml.safe_load(COMPOSE.read_text())["services"]
DESCRIBED = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
AIRFLOW = {"init", "apiserver", "scheduler", "dag-processor", "triggerer", "worker"}
SECRETS = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__CORE__FERNET_KEY",
}


def test_the_file_is_a_compose_file(tmp_path):
    """By the published schema, as check-jsonschema ships it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    assert subprocess.run([*command, COMPOSE], capture_output=True).returncode == 0
    wrong = tmp_path / "compose.yml"
    wrong.write_text(COMPOSE.read_text().replace("depends_on:", "depend_on:"))
    assert subprocess.run([*command, wrong], capture_output=True).returncode == 1


def test_every_variable_is_described():
    """Those of the compose file and those the settings and scripts read stand in .env.example."""
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE.read_text()))
    for folder in ("framewatch", "scripts"):
        for path in (ROOT / folder).glob("*.py"):
            used |= set(re.findall(r"\bFRAMEWATCH_[A-Z_]+\b", path.read_text()))
    # A prefix stands for the variables of all sources: one of them is described.
    missing = {name for name in used - DESCRIBED if not any(d.startswith(name) for d in DESCRIBED)}
    assert used
    assert missing == set()


def test_no_variable_is_described_in_vain():
    """What .env.example names is read somewhere."""
    sources = [COMPOSE, *ROOT.glob("framewatch/*.py"), *ROOT.glob("scripts/*.py")]
    text = "\n".join(path.read_text() for path in sources)
    unread = {name for name in DESCRIBED if name not in text}
    of_sources = {name for name in unread if re.match("FRAMEWATCH_(KEY|URL)_", name)}
    assert unread - of_sources == set()


def test_secrets_have_no_default():
    """Starting without one fails and says where it is explained. Keys of sources may be absent."""
    text = COMPOSE.read_text()
    names = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)", text)
    for name in (name for name in names if not name.startswith("FRAMEWATCH_KEY_")):
        assert re.findall(rf"\$\{{{name}([^}}]*)}}", text) == [":?see .env.example"] * text.count(
            f"${{{name}"
        )
        assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE)


def test_only_this_machine_reaches_the_ports():
    """Airflow's and the dashboard's; the databases have none."""
    ports = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}
    assert set(ports) == {"apiserver", "dashboard"}
    assert all(port.startswith("127.0.0.1:") for found in ports.values() for port in found)


def test_airflow_s_parts_share_their_secrets():
    """A scheduler that signs with another secret than the server checks runs no task."""
    for name in AIRFLOW - {"worker"}:
        for secret in SECRETS:
            ours = SERVICES[name]["environment"][secret]
            assert ours == SERVICES["scheduler"]["environment"][secret]


def test_workers_and_the_dashboard_get_no_secret_of_airflow():
    """They read hostile pages and answer strangers."""
    for name in ("worker", "dashboard"):
        assert SECRETS & set(SERVICES[name]["environment"]) == set()


def test_the_store_is_written_by_workers_and_only_read_by_the_dashboard():
    """Not Airflow's database, and with roles of their own."""
    urls = {
        name: SERVICES[name]["environment"].get("FRAMEWATCH_DATABASE_URL", "").split(":")[1]
        for name in ("worker", "init", "dashboard")
    }
    assert urls == {
        "worker": "//framewatch",
        "init": "//framewatch",
        "dashboard": "//framewatch_reader",
    }
    for name in urls:
        assert SERVICES[name]["environment"]["FRAMEWATCH_DATABASE_URL"].endswith("/framewatch")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_says_whether_it_works(name):
    """A health check for all but the one that ends."""
    assert ("healthcheck" in SERVICES[name]) == (name != "init")


def test_workers_wait_for_the_server_of_their_tasks():
    """First tasks failed where they did not."""
    assert SERVICES["worker"]["depends_on"]["apiserver"] == {"condition": "service_healthy"}


def test_every_program_finds_our_packages_first():
    """The image sets the import path, and no service changes it."""
    assert "PYTHONPATH=/app" in (ROOT / "Dockerfile").read_text()
    for name in AIRFLOW | {"dashboard"}:
        assert SERVICES[name]["image"] == "framewatch"
        assert "PYTHONPATH" not in SERVICES[name]["environment"]


def test_what_make_run_and_compose_tell_airflow_agrees():
    """The settings that hold in both are the same."""
    from scripts.place import find_place

    local = find_place(os.environ).environment()
    for name in ("WORKERS__EXECUTION_API_TIMEOUT", "EXECUTION_API__JWT_EXPIRATION_TIME"):
        assert SERVICES["init"]["environment"][f"AIRFLOW__{name}"] == local[f"AIRFLOW__{name}"]


@pytest.mark.slow
def test_the_locked_celery_runs_the_executor(tmp_path):
    """A newer Celery than Airflow's provider knows leaves every task queued for ever."""
    environment = SERVICES["scheduler"]["environment"]
    code = "from airflow.executors.executor_loader import ExecutorLoader as E; "
    env = {
        "PATH": os.environ["PATH"],
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__EXECUTOR": environment["AIRFLOW__CORE__EXECUTOR"],
    }
    command = [sys.executable, "-c", code + "print(E.import_default_executor_cls()[0].__name__)"]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert ended.stdout.splitlines()[-1:] == ["CeleryExecutor"], ended.stderr[-2000:]
