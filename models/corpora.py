"""The training corpora, read from a folder beside the repository; none of their text is in it.

narrative_frames (Frermann et al. 2023), newsmtsc (Hamborg and Donnay 2021), sentfin (Sinha et al.
2021), finentity (Tang et al. 2023): credits and licences are in MODEL_CARD.md.
"""

import ast
import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.sentiment import POLARITIES

# The corpus's labels, by our frames' codes.
NARRATIVE_FRAMES = {
    "conflict": "CO",
    "economic": "EC",
    "human_interest": "HI",
    "morality": "MO",
    "responsibility": "RE",
}
# One text in five of the corpora that come without a test set is held out, by this salted hash.
SALT = "framewatch held-out:"


class CorpusError(RuntimeError):
    """A corpus is not where it should be, or not what it should be."""


@dataclass(frozen=True, slots=True)
class FramedArticle:
    text: str
    fold: int  # the corpus's own
    frames: dict[str, bool]  # by our codes


@dataclass(frozen=True, slots=True)
class PolarMention:
    text: str
    start: int
    end: int
    polarity: int  # position in POLARITIES


def held_out(text: str) -> bool:
    return int(hashlib.sha256((SALT + text).encode()).hexdigest(), 16) % 5 == 0


def framed_articles(data: Path) -> list[FramedArticle]:
    rows = _json_lines(data / "narrative_frames" / "articles.jsonl")
    return [
        FramedArticle(
            row["text"],
            row["fold"],
            {code: row["frames"][label] for code, label in NARRATIVE_FRAMES.items()},
        )
        for row in rows
    ]


def training_sets(data: Path) -> dict[str, list[PolarMention]]:
    """NewsMTSC rw-train and the four fifths of SEntFiN and FinEntity that are not held out.

    By domain. A sentence that is also in a test set is left out (one of NewsMTSC's is).
    """
    tested = {mention.text for mentions in test_sets(data).values() for mention in mentions}
    return {
        "newsmtsc": [m for m in _newsmtsc(data, "rw-train") if m.text not in tested],
        "sentfin": [m for m in _sentfin(data) if m.text not in tested],
        "finentity": [m for m in _finentity(data) if m.text not in tested],
    }


def training_mentions(data: Path) -> list[PolarMention]:
    """The training sets of all domains."""
    return [mention for mentions in training_sets(data).values() for mention in mentions]


def test_sets(data: Path) -> dict[str, list[PolarMention]]:
    """What the sentiment head is never fitted on, by name."""
    return {
        "newsmtsc-rw": list(_newsmtsc(data, "rw-dev")),
        "newsmtsc-mt": list(_newsmtsc(data, "mt-dev")),
        "sentfin": [m for m in _sentfin(data) if held_out(m.text)],
        "finentity": [m for m in _finentity(data) if held_out(m.text)],
    }


def _newsmtsc(data: Path, part: str) -> Iterator[PolarMention]:
    for row in _json_lines(data / "newsmtsc" / f"{part}.jsonl"):
        yield PolarMention(row["sentence"], row["from"], row["to"], row["polarity"] + 1)


def _sentfin(data: Path) -> Iterator[PolarMention]:
    with _open(data / "sentfin" / "SEntFiN.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                decisions = ast.literal_eval(row["Decisions"])
            except (SyntaxError, ValueError):  # a few rows are no Python literal
                continue
            for entity, polarity in decisions.items():
                start = row["Title"].find(entity)
                if start >= 0 and polarity in POLARITIES:
                    place = POLARITIES.index(polarity)
                    yield PolarMention(row["Title"], start, start + len(entity), place)


def _finentity(data: Path) -> Iterator[PolarMention]:
    rows = json.loads(_open(data / "finentity" / "FinEntity.json").read_text(encoding="utf-8"))
    for row in rows:
        for mark in row["annotations"]:
            if row["content"][mark["start"] : mark["end"]] == mark["value"]:
                place = POLARITIES.index(mark["label"].lower())
                yield PolarMention(row["content"], mark["start"], mark["end"], place)


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _open(path).read_text(encoding="utf-8").splitlines()]


def _open(path: Path) -> Path:
    if not path.is_file():
        raise CorpusError(f"{path} does not exist; --data must name the folder with the corpora")
    return path
