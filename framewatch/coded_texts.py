"""Coded texts for `codebook train`: from the store's coded sample, or from a file.

A file has a line of JSON for each answer: {"text", "frame", "present"}; texts are articles or
sentences, not both. A stored article is known again by its very words, title and text with an empty
line between: in any other form it goes on measuring the head that was made of it. Answers to the
same text are settled by majority; where they tie it is left out. Near-copies are told: one of them
gives away the answer to the others.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from db.articles import article
from db.coded import answers
from db.session import Store
from db.training import clusters, outdated
from framewatch.coded_lines import CodingError
from models.reader import unreadable
from scrapers.identify import SAME, bands, signature, similarity

LONGEST_TEXT = 200_000  # characters
LANGUAGE = "en"  # of all texts that can be read


@dataclass(frozen=True, slots=True)
class OneText:
    """sha256: as `Article.text_sha256`. copies: the number of its group of near-copies."""

    text: str
    present: bool
    sha256: str
    copies: int


@dataclass(frozen=True, slots=True)
class CodedTexts:
    """What was coded for one frame: texts with their answers, and what was left out, by reason.

    spent: the hashes of those texts, and of those whose coders tie. A sample that is left with
    the hard cases alone would measure nothing either.
    """

    texts: tuple[OneText, ...]
    left_out: Counter[str] = field(default_factory=Counter)
    spent: frozenset[str] = frozenset()


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
    frame: str
    present: bool


@dataclass(slots=True)
class _Said:
    """The answers to one text for one frame."""

    sha256: str
    answers: list[bool] = field(default_factory=list)


_ByText = dict[str, _Said]


# --- from a file ----------------------------------------------------------------------------------


def from_file(path: Path) -> dict[str, CodedTexts]:
    """By frame. Raises CodingError, which names the line that cannot be read."""
    found: dict[str, _ByText] = {}
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                read = _Line.model_validate(_object(line.decode("utf-8-sig")))
            except (ValidationError, ValueError, RecursionError) as error:
                raise CodingError(f"{path}:{number}: {_reason(error)}") from None
            said = found.setdefault(read.frame, {})
            said.setdefault(read.text, _Said(_sha256(read.text))).answers.append(read.present)
    copies = near_copy_groups([text for said in found.values() for text in said])
    return {frame: _settled(said, copies, Counter()) for frame, said in found.items()}


def _object(line: str) -> Any:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)[:200]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- from the store -------------------------------------------------------------------------------


def from_store(store: Store, topic: str, entries: str) -> dict[str, CodedTexts]:
    """By frame; articles whose text was changed since, or cannot be read, are left out.

    entries: the present codebook (`Codebook.entries`); what was coded by another entry of a frame
    is left out where that codebook was kept.
    """
    old = outdated(store, topic, entries)
    coded = answers(store, topic, old)
    left_out: dict[str, Counter[str]] = {frame: Counter() for frame in coded}
    for (frame, _), count in old.items():
        left_out.setdefault(frame, Counter())["answers by another entry of the codebook"] += count
    found: dict[str, _ByText] = {frame: {} for frame in left_out}
    numbers: dict[str, int] = {}  # of a text's article
    for frame, units in coded.items():
        found[frame] = _of_articles(store, topic, units, left_out[frame], numbers)
    grouped = clusters(store, topic, sorted(set(numbers.values())))
    known = {text: grouped[number] for text, number in numbers.items() if number in grouped}
    copies = near_copy_groups(numbers, known)
    return {frame: _settled(said, copies, left_out[frame]) for frame, said in found.items()}


def _of_articles(
    store: Store,
    topic: str,
    units: Mapping[tuple[int, str], Mapping[str, bool]],
    left_out: Counter[str],
    numbers: dict[str, int],
) -> _ByText:
    """Adds to left_out and numbers."""
    texts: _ByText = {}
    for (number, text_sha256), by_coder in units.items():
        held = article(store, topic, number)
        if held is None or held.text_sha256 != text_sha256:
            left_out["changed since"] += 1
        elif reason := unreadable(held.article.coded_text, held.article.language):
            left_out[reason] += 1
        else:
            text = held.article.coded_text
            numbers.setdefault(text, number)
            texts.setdefault(text, _Said(text_sha256)).answers.extend(by_coder.values())
    return texts


# --- both -----------------------------------------------------------------------------------------


def _settled(said: _ByText, copies: Mapping[str, int], left_out: Counter[str]) -> CodedTexts:
    """By majority of the answers."""
    kept: list[OneText] = []
    for text, one in said.items():
        yes, number = sum(one.answers), len(one.answers)
        if 2 * yes == number:
            left_out["coders tie"] += 1
        else:
            kept.append(OneText(text, 2 * yes > number, one.sha256, copies[text]))
    return CodedTexts(tuple(kept), left_out, frozenset(one.sha256 for one in said.values()))


def near_copy_groups(
    texts: Iterable[str], clusters: Mapping[str, int] | None = None
) -> dict[str, int]:
    """A number for each text, which its near-copies share; those of one cluster are such, too.

    Short texts are grouped as readily as long ones: two that are not copies may well be judged
    together, but a copy on both sides of a fold may not.
    """
    from scipy.cluster.hierarchy import DisjointSet

    signed = {text: signature(text, LANGUAGE) for text in dict.fromkeys(texts)}
    groups, held = DisjointSet(signed), dict[tuple[str, int], list[str]]()
    for text, one in signed.items():
        if clusters and text in clusters:
            first = held.setdefault(("cluster", clusters[text]), [text])[0]
            groups.merge(first, text)
        for band in bands(one):
            alike: Sequence[str] = held.setdefault(("band", band), [])
            for other in alike:
                if not groups.connected(other, text) and similarity(signed[other], one) >= SAME:
                    groups.merge(other, text)
            held["band", band].append(text)
    return {text: number for number, group in enumerate(groups.subsets()) for text in group}
