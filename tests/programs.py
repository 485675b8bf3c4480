"""Programs that a test starts: however the test ends, they do not outlive it."""

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import psutil

from framewatch.settings import ROOT

ENDING = 120  # seconds; Airflow takes 10 to 20


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str] | None = None, stderr: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """One that prints lines; asked to stop as by Ctrl-C, and killed if it does not."""
    # A test run in a shell's background inherits SIGINT ignored, and would pass that on.
    handled = signal.signal(signal.SIGINT, signal.default_int_handler)
    program = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=stderr, text=True
    )
    signal.signal(signal.SIGINT, handled)
    with program:  # waits for its end, which a failed test would do for ever
        try:
            yield program
        finally:
            if program.poll() is None:
                _end(program)


def _end(program: subprocess.Popen[str]) -> None:
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(program.pid).children(recursive=True)
    program.send_signal(signal.SIGINT)
    try:
        program.communicate(timeout=ENDING)
    except subprocess.TimeoutExpired:
        program.kill()
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
