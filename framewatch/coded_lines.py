"""Lines of a table of codes: read one by one, each a unit or the reason why it is none.

Columns of a CSV (comma, semicolon, tab or bar between cells) or of JSON lines:

    article   its number or its address (or `url`)      frame    a code of the codebook
    present   yes no, true false, 1 0; empty: not coded yet      coder    who
    optional: text_sha256, weight or inclusion, sample, stratum, coded_at, note
"""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from db.coded import CodedUnit
from framewatch.sampling import Drawn
from scrapers.urls import canonicalize

WANTED = ("frame", "coder", "present")
_YES, _NO = ("yes", "y", "true", "t", "1"), ("no", "n", "false", "f", "0")
_DELIMITERS = ",;\t|"
_LONGEST = 200  # characters of a code, as the store holds them


class CodingError(ValueError):
    """The file as a whole cannot be imported; the message says why."""


class _Bad(ValueError):
    """One line cannot be imported, and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a unit that still lacks its article, or the reason why it is none."""

    number: int
    key: int | str = ""
    text_sha256: str = ""
    dated: bool = False  # it says when it was coded
    unit: CodedUnit | None = None
    reason: str = ""
    blank: bool = False  # not coded yet


@dataclass(frozen=True, slots=True)
class Rules:
    """What a line is read with."""

    frames: tuple[str, ...]
    codebook: str
    zone: ZoneInfo
    now: datetime


def lines(path: Path, rules: Rules) -> Iterator[Line]:
    for number, row in _rows(path):
        if isinstance(row, str):
            yield Line(number, reason=row)
            continue
        cells = {name: _cell(value) for name, value in row.items()}
        key = cells.get("article") or cells.get("url") or ""
        try:
            yield _read(number, key, cells, rules)
        except _Bad as error:
            yield Line(number, key, reason=str(error))


def _read(number: int, key: str, cells: Mapping[str, str], rules: Rules) -> Line:
    if not cells.get("present"):
        return Line(number, key, blank=True)
    weight, inclusion = _weight(cells.get("weight", "")), _weight(cells.get("inclusion", ""))
    if inclusion is not None and inclusion > 1:
        raise _Bad(f"inclusion: {inclusion:g} is no chance, which is at most 1")
    unit = CodedUnit(
        article_id=0,
        text_sha256="",
        frame=_frame(cells.get("frame", ""), rules.frames),
        coder=_code("coder", cells.get("coder", "")),
        present=_present(cells["present"]),
        weight=weight or (1 / inclusion if inclusion else 1.0),
        inclusion=inclusion,
        sample=_sample(cells.get("sample", "")),
        stratum=cells.get("stratum", "")[:_LONGEST],
        codebook_sha256=rules.codebook,
        coded_at=_instant(cells.get("coded_at", ""), rules),
        note=cells.get("note", ""),
    )
    dated = bool(cells.get("coded_at"))
    return Line(number, _key(key), cells.get("text_sha256", ""), dated, unit)


def _key(written: str) -> int | str:
    if not written:
        raise _Bad("no article: give its number or its address")
    if written.isdecimal() and len(written) < 10:
        return int(written)
    try:
        return canonicalize(written)
    except ValueError as error:
        raise _Bad(str(error)) from None


def _frame(code: str, known: tuple[str, ...]) -> str:
    if code not in known:
        raise _Bad(f"frame: no {code[:60]!r} in the codebook; there are: {', '.join(known)}")
    return code


def _code(name: str, written: str) -> str:
    if not 0 < len(written) <= _LONGEST:
        raise _Bad(f"{name}: {'none' if not written else 'too long'}")
    return written


def _present(written: str) -> bool:
    if written.lower() not in _YES + _NO:
        raise _Bad(f"present: {written[:60]!r} is neither yes nor no")
    return written.lower() in _YES


def _weight(written: str) -> float | None:
    if not written:
        return None
    try:
        found = float(written)
    except ValueError:
        found = math.nan
    if not (found > 0 and math.isfinite(found)):
        raise _Bad(f"weight: {written[:60]!r} is no number above 0 (write 2.5)")
    return found


def _sample(code: str) -> str:
    if code:
        try:
            Drawn.parse(code)
        except ValueError:
            raise _Bad(
                f"sample: {code[:60]!r} does not say what it was drawn from; "
                "write from=2025-01-01&to=2025-03-31, or leave it empty"
            ) from None
    return code


def _instant(written: str, rules: Rules) -> datetime:
    """A day, or a time without an offset, is one of the topic's time zone."""
    if not written:
        return rules.now
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise _Bad(f"coded_at: {written[:60]!r}: write 2025-02-04 or with a time") from None
    return found if found.tzinfo else found.replace(tzinfo=rules.zone)


# --- tables ---------------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    """The rows with their numbers (a CSV's header is row 1), or why one cannot be read."""
    json_lines = path.suffix.lower() in (".jsonl", ".ndjson")
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        yield from _of_json(stream) if json_lines else _of_csv(path, stream)


def _of_csv(path: Path, stream: Iterator[str]) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    first = next(stream, "")
    delimiter = max(_DELIMITERS, key=first.count)
    names = [n.strip().lower() for n in next(csv.reader([first], delimiter=delimiter), [])]
    lacking = [name for name in WANTED if name not in names]
    if not {"article", "url"} & set(names):
        lacking.insert(0, "article (or url)")
    if lacking:
        there = ", ".join(names) or "none"
        raise CodingError(f"{path}: no column {', '.join(lacking)}; there are: {there}")
    number = 1
    try:
        for number, cells in enumerate(csv.reader(stream, delimiter=delimiter), start=2):
            if cells and len(cells) != len(names):
                yield number, f"{len(cells)} cells where the header has {len(names)}"
            elif any(cells):
                yield number, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        yield number + 1, f"the rest cannot be read: {error}"


def _of_json(stream: Iterator[str]) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"not JSON: {error}"[:200]
            continue
        yield number, row if isinstance(row, dict) else f"no object, but {type(row).__name__}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    whole = str(value).replace("\x00", " ").encode("utf-8", "replace").decode()
    return " ".join(whole.split())
