"""Which DAGs this program holds still in Airflow, noted on disk: a kill leaves none paused."""

import time
from pathlib import Path

SQLITE = Path("airflow") / "airflow.db"  # in the home: the database of `make run`'s Airflow
LONGEST = 120.0  # seconds that making a backfill may take; an older note is of a process that died


class Held:
    """Notes in a folder of the home, one file for each DAG."""

    def __init__(self, home: Path) -> None:
        self._home, self._folder = home, home / "held"

    @property
    def on_sqlite(self) -> bool:
        """Whether the Airflow of this home keeps its own state in SQLite."""
        return (self._home / SQLITE).exists()

    def note(self, dag: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / dag).touch()

    def forget(self, dag: str) -> None:
        (self._folder / dag).unlink(missing_ok=True)

    def forgotten(self) -> list[str]:
        """DAGs that somebody noted and never let go."""
        if not self._folder.is_dir():
            return []
        before = time.time() - LONGEST
        return sorted(note.name for note in self._folder.iterdir() if note.stat().st_mtime < before)
