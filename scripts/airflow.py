"""Airflow's command line, for the Airflow that `make run` starts.

.venv/bin/python -m scripts.airflow [--demo] backfill create --dag-id monitor_deepseek ...
"""

import os
import subprocess
import sys
import time

from framewatch.settings import ROOT
from scripts.place import DEMO, find_place

TRIES = 6
LOCKED = "database is locked"


def airflow(arguments: list[str], env: dict[str, str]) -> int:
    """Run Airflow's command; its exit status.

    On SQLite a backfill cannot be created while the scheduler writes (Airflow says so itself over
    REST, with 503): nothing was created then, and asking again soon is what helps.
    """
    program = str(ROOT / ".venv" / "bin" / "airflow")
    for left in reversed(range(TRIES)):
        done = subprocess.run([program, *arguments], env=env, stderr=subprocess.PIPE, text=True)
        if done.returncode == 0 or LOCKED not in done.stderr or not left:
            break
        print(f"Airflow's {LOCKED}: asking again ...", file=sys.stderr)
        time.sleep(10)
    sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--demo"]:
        os.environ.update(DEMO)
        del arguments[0]
    sys.exit(airflow(arguments, find_place(os.environ).environment()))
