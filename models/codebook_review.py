"""Looking at a codebook: what two versions differ in, what an entry lacks, and it as a page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from framewatch.story import Frame
from models.codebook import Codebook

# What a coder needs to decide alike with others: what an entry has to have, by its field.
LEAST = {"counts": 1, "excludes": 1, "cues": 3, "questions": 1}
SHORTEST_DEFINITION = 8  # words


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one frame in two versions; None where the frame is in the other alone."""

    frame: str
    field: str
    old: object
    new: object


def differences(old: Codebook, new: Codebook) -> tuple[Difference, ...]:
    """In the order of the new codebook; frames that are gone at the end."""
    before = {frame.code: frame for frame in old.frames}
    after = {frame.code: frame for frame in new.frames}
    codes = [*after, *(code for code in before if code not in after)]
    return tuple(
        one for code in codes for one in _of_frame(code, before.get(code), after.get(code))
    )


def _of_frame(code: str, old: Frame | None, new: Frame | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(code, "", old and old.name, new and new.name)
        return
    for field in fields(Frame):
        one, two = getattr(old, field.name), getattr(new, field.name)
        if one != two:
            yield Difference(code, field.name, one, two)


def difference_lines(found: Iterable[Difference]) -> Iterator[str]:
    """As a reader of changes expects them: what went after a -, what came after a +."""
    frame = ""
    for one in found:
        if one.frame != frame:
            frame = one.frame
            yield f"[{frame}]"
        if not one.field:
            yield f"  + new frame: {one.new}" if one.old is None else f"  - gone: {one.old}"
            continue
        gone, came = _items(one.old), _items(one.new)
        moved = Counter(gone) == Counter(came)
        yield f"  {one.field}:" + (" another order" if moved else "")
        yield from (f"    - {item}" for item in gone if item not in came)
        yield from (f"    + {item}" for item in came if item not in gone)


def _items(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, tuple) else [str(value)]


def faults(codebook: Codebook) -> Iterator[str]:
    """What would make coders of the same text disagree; each says which frame and field."""
    for frame in codebook.frames:
        for name, least in LEAST.items():
            entries: Sequence[str] = getattr(frame, name)
            if len(entries) < least:
                yield f"{frame.code}.{name}: {len(entries)} given; at least {least} are needed"
            for double in (entry for entry, n in Counter(entries).items() if n > 1):
                yield f"{frame.code}.{name}: {double!r} stands twice"
        if len(frame.definition.split()) < SHORTEST_DEFINITION:
            yield (
                f"{frame.code}.definition: fewer than {SHORTEST_DEFINITION} words; "
                "say what the story has to be about"
            )
        for question in frame.questions:
            if not question.rstrip().endswith("?"):
                yield f"{frame.code}.questions: {question!r} is no question: end it with a ?"
    yield from _shared_cues(codebook.frames)


def _shared_cues(frames: Sequence[Frame]) -> Iterator[str]:
    holders: dict[str, list[str]] = {}
    for frame in frames:
        for cue in {cue.casefold() for cue in frame.cues}:
            holders.setdefault(cue, []).append(frame.code)
    for cue, codes in sorted(holders.items()):
        if len(codes) > 1:
            yield f"{', '.join(codes)}: share the cue {cue!r}: it tells neither from the other"


def page(codebook: Codebook, title: str) -> str:
    """Markdown."""
    head = f"# {title}\n\nVersion `{codebook.sha256}` (SHA-256 of the entries).\n"
    return "\n".join([head, *(_entry(frame) for frame in codebook.frames)])


def _entry(frame: Frame) -> str:
    parts = [f"## {frame.name}\n", f"`{frame.code}`, {frame.tier.value}. {frame.definition}\n"]
    for title, entries in (
        ("Counts", frame.counts),
        ("Does not count", frame.excludes),
        ("Coders are asked", frame.questions),
    ):
        parts += [f"{title}:\n", *(f"- {entry}" for entry in entries), ""]
    parts.append(f"Wordings: {'; '.join(f'“{cue}”' for cue in frame.cues)}.\n")
    return "\n".join(parts)
