"""Airflow's command line, for the Airflow that `make run` starts.

.venv/bin/python -m scripts.airflow [--demo] backfill create --dag-id monitor_deepseek ...
"""

import os
import subprocess
import sys
import time

from framewatch.settings import ROOT
from scripts.place import DEMO, find_place

TRIES, PAUSE = 5, 20.0  # seconds
LOCKED, OPEN = "database is locked", "AlreadyRunningBackfill"


def airflow(arguments: list[str], env: dict[str, str]) -> int:
    """Run Airflow's command; its exit status.

    On SQLite, creating a backfill may meet the scheduler writing: then only some of its days are
    created. These are waited for, and the whole asked for again; PostgreSQL knows no such thing.
    """
    program = str(ROOT / ".venv" / "bin" / "airflow")
    locked = 0
    while True:
        done = subprocess.run([program, *arguments], env=env, stderr=subprocess.PIPE, text=True)
        locked += LOCKED in done.stderr
        ours = locked and OPEN in done.stderr  # what the locked try left open
        if done.returncode == 0 or locked == TRIES or not (LOCKED in done.stderr or ours):
            break
        print("Airflow's database was locked: waiting, then asking again ...", file=sys.stderr)
        time.sleep(PAUSE)
    sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--demo"]:
        os.environ.update(DEMO)
        del arguments[0]
    sys.exit(airflow(arguments, find_place(os.environ).environment()))
