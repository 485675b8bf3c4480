"""Memory that was freed is not kept."""

import os
import subprocess
import sys

import pytest

from framewatch.settings import ROOT

# Blocks too small to be mapped one by one, and one behind them that keeps the heap from shrinking.
CODE = """
from dashboard.memory import give_back
def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 >> 20
blocks = [bytearray(b"x" * 65_536) for _ in range(3_000)]
last = bytearray(b"x" * 65_536)
blocks.clear()
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator is meant")
def test_what_was_freed_goes_back_to_the_system():
    """Most of 190 MB."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) > 150
