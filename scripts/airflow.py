"""Airflow's command line, for the Airflow that `make run` starts.

.venv/bin/python -m scripts.airflow [--demo] backfill create --dag-id monitor_deepseek ...
"""

import os
import sys

from framewatch.settings import ROOT
from scripts.place import DEMO, find_place

if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--demo"]:
        os.environ.update(DEMO)
        del arguments[0]
    program = str(ROOT / ".venv" / "bin" / "airflow")
    os.execve(program, [program, *arguments], find_place(os.environ).environment())
