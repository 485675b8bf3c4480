"""Reading texts of one's own: a line of JSON in, a line of JSON out, in the same order.

In:   {"id", "text", "targets": [{"start", "end"}], "language"}; targets and language are optional.
Out:  {"id", "frames", "targets", "evidence", "reader"}, or {"id", "unread"} with the reason why the
      text cannot be read, or {"line", "id", "error"} where the line itself is at fault.

Offsets count characters of the text, from 0; `end` is the first character after.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import IO, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from framewatch.story import Evidence, Quotation, Reading, TargetScore
from models.reader import LANGUAGE, MOST_CHARACTERS, Reader
from models.sentences import Span
from models.sentiment import POLARITIES
from scrapers.language import UNKNOWN, language_of
from scrapers.quotes import find_quotations

LONGEST_LINE = 8 * 1024 * 1024  # bytes
MOST_TARGETS = 1_000


class OwnTarget(BaseModel):
    """A mention, by its characters."""

    model_config = ConfigDict(extra="ignore")
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]


class OwnText(BaseModel):
    model_config = ConfigDict(extra="ignore")
    id: str | int
    text: str
    targets: Annotated[list[OwnTarget], Field(max_length=MOST_TARGETS)] | None = None
    language: str = ""


class LineError(ValueError):
    """A line that cannot be read; the message says why."""


def read_lines(reader: Reader, file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """One answer per line, bad ones included."""
    for number, line in enumerate(_lines(file), start=1):
        own = None
        try:
            own = _own(line)
            yield _read(reader, own)
        except LineError as error:
            yield {"line": number, "id": own.id if own else _id_of(line), "error": str(error)}


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Each cut after LONGEST_LINE, so that one endless line never fills the memory."""
    while line := file.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        yield line


def _own(line: bytes) -> OwnText:
    if len(line) > LONGEST_LINE:
        raise LineError(f"longer than {LONGEST_LINE:,} bytes: split the text")
    if not line.strip():
        raise LineError('empty: write {"id": …, "text": …}')
    try:
        return OwnText.model_validate_json(line, strict=True)
    except ValidationError as error:
        faults = (_fault(one["loc"], one["msg"]) for one in error.errors()[:3])
        raise LineError("; ".join(faults)) from None


def _fault(place: Sequence[str | int], message: str) -> str:
    where = ".".join(str(part) for part in place)
    return f"{where}: {message}" if where else message


def _id_of(line: bytes) -> str | int | None:
    """What a faulty line calls itself, where that much can be told."""
    try:
        found = json.loads(line[: LONGEST_LINE + 1])
    except (ValueError, RecursionError):
        return None
    name = found.get("id") if isinstance(found, dict) else None
    return name if isinstance(name, str | int) else None


def _read(reader: Reader, own: OwnText) -> dict[str, Any]:
    spans = None if own.targets is None else [_span(own, i) for i in range(len(own.targets))]
    # A sentence is too short to tell its language by: who gives one means it to be read.
    found = language_of(own.text, own.language)
    language = LANGUAGE if found == UNKNOWN else found
    reading = reader.read_text(own.text, language, _quotations(own.text, language), spans)
    if reading.unread:
        return {"id": own.id, "unread": reading.unread}
    return {
        "id": own.id,
        "frames": [asdict(f) | {"present": f.present} for f in reading.frames],
        "targets": _targets(own, reading),
        "evidence": [_evidence(item) for item in reading.evidence],
        "text_sha256": reading.text_sha256,
        "reader": asdict(reading.reader),
    }


def _span(own: OwnText, number: int) -> Span:
    """The mention without the white space around it."""
    target = (own.targets or [])[number]
    words = own.text[target.start : target.end]
    if target.end > len(own.text) or not words.strip():
        raise LineError(
            f"targets.{number}: {target.start} to {target.end} holds no word of the text, which "
            f"has {len(own.text):,} characters"
        )
    start = target.start + len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))


def _quotations(text: str, language: str) -> tuple[Quotation, ...]:
    """Offsets count in the text alone: there is no headline above it.

    None are looked for in a text that is too long to be read.
    """
    if len(text) > MOST_CHARACTERS:
        return ()
    above = len("\n\n")
    found = find_quotations("", text, (), language)
    return tuple(replace(q, start=q.start - above, end=q.end - above) for q in found)


def _targets(own: OwnText, reading: Reading) -> list[dict[str, Any]]:
    """In the order given; found ones in that of the topic's file."""
    if own.targets is None:
        return [{"target": score.target, "mentions": score.mentions} | _tone(score)
                for score in reading.targets]  # fmt: skip
    scores = {score.target: score for score in reading.targets}
    answers: list[dict[str, Any]] = []
    for number, target in enumerate(own.targets):
        score = scores.get(str(number))
        said = _tone(score) if score else {"label": None, "unread": "no word piece of its own"}
        answers.append({"start": target.start, "end": target.end} | said)
    return answers


def _tone(score: TargetScore) -> dict[str, Any]:
    shares = {name: getattr(score, name) for name in POLARITIES}
    return {"label": max(shares, key=lambda name: shares[name]), **shares}


def _evidence(item: Evidence) -> dict[str, Any]:
    return asdict(item) | {"voice": item.voice.value}
