"""The files of a report: tables as CSV, the seal, the zip.

Nothing here knows a clock: the same contents give the same bytes.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from dashboard.sheets import Sheet
from report.scope import ReportError

MANIFEST = "manifest.json"


def csv_of(sheet: Sheet, remarks: Iterable[str]) -> bytes:
    """As the dashboard's export writes it: formulas of spreadsheets are made text."""
    return sheet.csv([sheet.caption, *remarks]).encode()


def data_sha256(sheets: Iterable[Sheet]) -> str:
    """Of the rows of all tables, whatever file they are written to: JSON lines, in order."""
    read = hashlib.sha256()
    for sheet in sheets:
        for line in ([sheet.name, *(c.key for c in sheet.columns)], *sheet.rows):
            read.update(json.dumps(line, default=str, ensure_ascii=True).encode() + b"\n")
    return read.hexdigest()


def hashed(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def manifest_of(facts: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """The facts, and the hash of every file but its own."""
    listed = {
        name: {"sha256": hashed(body), "bytes": len(body)} for name, body in sorted(files.items())
    }
    whole = {**facts, "files": listed}
    return json.dumps(whole, indent=1, ensure_ascii=False).encode() + b"\n"


def write(folder: Path, name: str, files: Mapping[str, bytes]) -> tuple[Path, Path]:
    """The folder and the zip of a report. One that is there already is the same, and stays.

    Raises ReportError for a folder of that name that is not what was sealed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target, archive = folder / name, folder / f"{name}.zip"
    if target.exists() and (wrong := faults(target)):
        raise ReportError(f"{target} was changed since it was sealed ({wrong[0]}): move it away")
    if not target.exists():
        # Written beside it and renamed: whoever sees the folder sees it whole.
        draft = Path(mkdtemp(prefix=f".{name}.", dir=folder))
        for path, body in files.items():
            file = draft / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        draft.chmod(0o755)
        draft.rename(target)
    partial = archive.with_suffix(".part")
    partial.write_bytes(zipped(name, files))
    partial.replace(archive)
    return target, archive


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """In the order of names, with no time but the zip format's first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
    return out.getvalue()


def faults(folder: Path) -> list[str]:
    """The files of a sealed folder that are missing, changed or not of it; empty if it is whole."""
    if not (folder / MANIFEST).is_file():
        return [MANIFEST]
    listed = json.loads((folder / MANIFEST).read_bytes())["files"]
    held = {
        path.relative_to(folder).as_posix(): hashed(path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    }
    sealed = {name: one["sha256"] for name, one in listed.items()}
    return sorted(
        name for name in held.keys() | sealed.keys() if held.get(name) != sealed.get(name)
    )
