"""Make .venv and install the locked requirements; a second call finds that done and is quick.

    python3 scripts/bootstrap.py [--dev]

Standard library only, in words that Python 3.6 can still read, so that an old interpreter gets to
say what is missing instead of a SyntaxError.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "framewatch.json"  # which locks are installed
OLDEST, NEWEST = (3, 11), (3, 14)  # the lock holds for these, and Airflow 3.3 runs on them
# The lock is complete, so pip need not resolve; old pips cannot, when hashes are required.
PIP = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
DISK = 3  # GB: 0.7 of packages with uv, 1.3 with pip, as much in its cache, and room for the store


class MissingError(Exception):
    """Something on this machine is missing; the message says what to do."""


def suitable_python(version=sys.version_info, find=None):
    """The newest Python between OLDEST and NEWEST: on PATH, or the one that runs this."""
    find = find or working
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = sys.executable if version[:2] == (3, minor) else find(f"python3.{minor}")
        if found:
            return found
    need = "3.11 or newer" if version[:2] < OLDEST else "3.14 or older"
    raise MissingError(
        f"Python {need} is needed (this is {version[0]}.{version[1]}):"
        " install Python 3.11, 3.12, 3.13 or 3.14, put it on PATH, then try again."
    )


def working(name):
    """The path of an interpreter, if it starts: version managers leave names that do not."""
    path = shutil.which(name)
    if path and call([path, "-c", ""], quiet=True) == 0:
        return path
    return None


def usable(python):
    """Whether an interpreter starts and is one of the versions that the lock holds for."""
    test = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return python.exists() and call([str(python), "-c", test]) == 0


def fingerprint(*locks):
    """The locks by name, each with the hash of its content."""
    return {lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks}


def installed(lock, stamp=STAMP, python=PYTHON):
    """Whether the stamp says that this very lock is installed, by an interpreter still there."""
    try:
        return (
            python.exists()
            and json.loads(stamp.read_text())[lock.name] == (fingerprint(lock)[lock.name])
        )
    except (OSError, ValueError, KeyError):
        return False


def room(free):
    """Raise unless that many bytes are enough."""
    if free < DISK * 1e9:
        raise MissingError(
            f"{ROOT}: {free / 1e9:.1f} GB are free and about {DISK} GB are needed:"
            " make room, then try again."
        )


def make_venv(python):
    say(f"Making {VENV.name} with {python}")
    if call([python, "-m", "venv", "--clear", str(VENV)], quiet=True):
        raise MissingError(
            f"{python} could not make {VENV}. On Debian and Ubuntu: apt-get install python3-venv"
        )


def install(lock):
    """Install a lock, checking every hash: by uv in seconds, else by pip in minutes."""
    say(f"Installing {lock.name} (seconds with a warm cache, minutes the first time)")
    uv = shutil.which("uv") or get_uv()
    by_uv = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes"]
    if uv and call([*by_uv, "-r", str(lock)]) == 0:
        return
    if call([*PIP, "-r", str(lock)]):
        raise MissingError(
            f"{lock.name} could not be installed: see above. Is the package index reachable?"
        )


def get_uv():
    """The uv that requirements-dev.txt locks, put into the venv; None where that fails."""
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("uv=="))
    last = next(i for i in range(first, len(lines)) if not lines[i].endswith("\\"))
    with tempfile.TemporaryDirectory() as folder:
        block = Path(folder) / "uv.txt"
        block.write_text("\n".join(lines[first : last + 1]) + "\n")
        failed = call([*PIP, "-r", str(block)], quiet=True)
    return None if failed else str(VENV / "bin" / "uv")


def call(command, quiet=False):
    """The exit status of a command."""
    hidden = subprocess.DEVNULL if quiet else None
    return subprocess.call(command, stdout=hidden, stderr=hidden)


def say(line):
    print(line)
    sys.stdout.flush()


def main(dev):
    run, test = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    lock = test if dev else run
    if installed(lock):
        return
    python = suitable_python()
    room(shutil.disk_usage(str(ROOT)).free)
    if not usable(PYTHON):
        make_venv(python)
    if STAMP.exists():
        STAMP.unlink()
    install(lock)
    # What tests need contains what running needs.
    STAMP.write_text(json.dumps(fingerprint(*((run, test) if dev else (run,)))) + "\n")


if __name__ == "__main__":
    try:
        main(dev="--dev" in sys.argv[1:])
    except MissingError as problem:
        sys.exit(f"framewatch: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
