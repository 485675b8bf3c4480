"""Bringing in what people coded: tables with one line per article, frame and coder.

    file → lines (framewatch.coded_lines) → units, or why there is none → store

A second import of the same file changes nothing. A text that was changed after it was coded is
refused: the codes are of words that are no longer there.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from db.coded import Codable, CodedUnit, answers, codable, save_units
from db.notes import save_note
from db.session import Store
from db.writing import writing
from framewatch.coded_lines import CodingError, Line, Rules, lines
from framewatch.corpus import Report
from framewatch.desk import Desk
from framewatch.story import Topic
from scrapers.columns import Entry
from trends.agreement import Agreement, agreement

log = logging.getLogger(__name__)

AT_ONCE = 500  # lines in one transaction
LONGEST_NOTE = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far the coders of one frame agree."""

    frame: str
    coders: tuple[str, ...] = field(default=())
    agreement: Agreement


def import_coded(
    desk: Desk, topic: str, path: Path, refused_path: Path | None, now: datetime
) -> dict[str, int]:
    """Counts of units: new, revised (a coder's later answer), known; and of lines blank, refused.

    Raises CodingError for a file that lacks a column.
    """
    rules = _rules(desk.topic(topic), now)
    tally: Counter[str] = Counter()
    with Report(refused_path).opened() as report:
        read = lines(path, rules)
        while batch := list(islice(read, AT_ONCE)):
            with desk.store.begin() as connection:
                keys = {line.key for line in batch if line.unit is not None}
                held = codable(connection, topic, keys)
                settled = [_settled(line, held) for line in batch]
                units = [line.unit for line in settled if line.unit is not None]
                tally.update(save_units(connection, topic, units))
            for line in settled:
                tally["blank"] += line.blank
                if line.reason:
                    tally["refused"] += 1
                    report.add(Entry(number=line.number, url=str(line.key), reason=line.reason))
    log.info("import of codes %s: %s", path, dict(tally))
    return {name: count for name, count in tally.items() if count}


def note(store: Store, topic: Topic, said: CodedUnit) -> None:
    """An analyst says that a label of an article is wrong. Raises CodingError."""
    rules = _rules(topic, said.coded_at)
    if said.frame not in rules.frames:
        raise CodingError(f"frame: no {said.frame[:60]!r} in the codebook")
    if len(said.note) > LONGEST_NOTE:
        raise CodingError(f"note: {len(said.note)} characters; {LONGEST_NOTE} are allowed")
    with writing(store) as connection:
        save_note(connection, topic.code, replace(said, codebook_sha256=rules.codebook))


def reliability(desk: Desk, topic: str) -> tuple[Reliability, ...]:
    """Krippendorff's alpha per frame, over the texts that several coders coded."""
    desk.topic(topic)
    return tuple(
        Reliability(
            frame=frame,
            coders=tuple(sorted({coder for unit in units.values() for coder in unit})),
            agreement=agreement([tuple(unit.values()) for unit in units.values()]),
        )
        for frame, units in answers(desk.store, topic).items()
    )


def reliability_lines(desk: Desk, topic: str) -> Iterator[str]:
    found = reliability(desk, topic)
    if not found:
        yield "no article was coded by hand"
    for one in found:
        said = one.agreement
        alpha = "no alpha" if said.alpha is None else f"alpha {said.alpha:.2f}"
        yield (
            f"{one.frame:24} {alpha:12} {said.units} texts coded more than once, "
            f"{len(one.coders)} coders"
        )


def _rules(topic: Topic, now: datetime) -> Rules:
    from models.codebook import open_codebook

    codebook = open_codebook(topic)
    return Rules(tuple(f.code for f in codebook.frames), codebook.sha256, topic.zone, now)


def _settled(line: Line, held: Mapping[int | str, Codable]) -> Line:
    """The line with its article, or with the reason why it has none."""
    if line.unit is None:
        return line
    article = held.get(line.key)
    reason = ""
    if article is None:
        reason = "no such article in this topic"
    elif line.text_sha256 and line.text_sha256 != article.text_sha256:
        reason = "stale: the text was changed after it was drawn"
    elif line.dated and article.changed_at and line.unit.coded_at < article.changed_at:
        reason = f"stale: the text was changed after it was coded ({article.changed_at:%Y-%m-%d})"
    if article is None or reason:
        return replace(line, unit=None, reason=reason)
    unit = replace(line.unit, article_id=article.id, text_sha256=article.text_sha256)
    return replace(line, unit=unit)
