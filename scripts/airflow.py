"""Airflow's command line, for the Airflow that `make run` starts.

.venv/bin/python -m scripts.airflow [--demo] backfill create --dag-id monitor_deepseek ...
"""

import os
import subprocess
import sys
import time

from framewatch.settings import ROOT
from scripts.place import DEMO, find_place

TRIES, PAUSE = 8, 10.0  # seconds
LOCKED, OPEN = "database is locked", "AlreadyRunningBackfill"


def airflow(arguments: list[str], env: dict[str, str]) -> int:
    """Run Airflow's command; its exit status.

    On SQLite a backfill cannot be created while the scheduler writes. The failed try may leave an
    empty backfill open, which the scheduler closes within a minute: both are waited for.
    """
    program = str(ROOT / ".venv" / "bin" / "airflow")
    awaited = {LOCKED}
    for left in reversed(range(TRIES)):
        done = subprocess.run([program, *arguments], env=env, stderr=subprocess.PIPE, text=True)
        if done.returncode == 0 or not left or not any(word in done.stderr for word in awaited):
            break
        awaited.add(OPEN)  # ours, from the locked try
        print("Airflow's database is locked: asking again ...", file=sys.stderr)
        time.sleep(PAUSE)
    sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--demo"]:
        os.environ.update(DEMO)
        del arguments[0]
    sys.exit(airflow(arguments, find_place(os.environ).environment()))
