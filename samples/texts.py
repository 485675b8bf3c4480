"""The texts of the sample archive: Markdown files, several articles in each.

    # Headline                          ("=" in a reprint: the original's)
    2025-02-04 20:45 | Author; Author | frame frame | target+ target
    key: value                          kind slug id outlet from note note_at path style related amp
                                        standfirst genre cue quoted

    A paragraph. “A quotation”{Its speaker} he said. “Words of somebody unnamed”{}

    > A block quotation. {Its speaker}

    ## A subheading

Without `genre` it is news; `cue: none` keeps its genre off the page. `quoted` is the speaker of the
words that the headline quotes ("-": nobody named).

A reprint without paragraphs is its original's text; in a near copy `[2] …` replaces the second
paragraph, `[-5]` drops the fifth and `[+] …` adds one at the end.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from framewatch.facts import load_sources
from framewatch.story import Genre, Outlet

FOLDER = Path(__file__).resolve().parent
OUTLETS: dict[str, Outlet] = {o.code: o for o in load_sources(FOLDER / "sources.toml").outlets}

_QUOTED = re.compile(r"“([^“”]*)”\{([^}]*)\}")
_BLOCK_QUOTED = re.compile(r"(.*?)\s*\{([^}]*)\}", re.DOTALL)
_EDIT = re.compile(r"\[([+-]?)(\d*)\]\s*(.*)", re.DOTALL)


class TextError(ValueError):
    """A text of the sample archive does not follow the format."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph ("p"), block quotation ("quote") or subheading ("h2"), marks included."""

    kind: str
    marked: str

    @property
    def text(self) -> str:
        if self.kind == "quote":
            return _BLOCK_QUOTED.sub(r"\1", self.marked)
        return _QUOTED.sub(r"“\1”", self.marked)

    @property
    def quotations(self) -> list[tuple[str, str]]:
        """(words, speaker) in the order of the text."""
        pattern = _BLOCK_QUOTED if self.kind == "quote" else _QUOTED
        return pattern.findall(self.marked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One article as an outlet publishes it."""

    outlet: Outlet
    title: str
    published: datetime
    authors: tuple[str, ...]
    frames: tuple[str, ...]
    tone: dict[str, str]
    blocks: tuple[Block, ...]
    facts: dict[str, str]
    original: "Text | None" = None

    @property
    def kind(self) -> str:
        return self.facts.get("kind", "article")

    @property
    def genre(self) -> Genre:
        return Genre(self.facts.get("genre", Genre.NEWS))

    @property
    def slug(self) -> str:
        plain = re.sub(r"[’']", "", self.title.lower())
        return self.facts.get("slug") or re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80]

    @property
    def body(self) -> str:
        return "\n".join(block.text for block in self.blocks)


def load_texts() -> list[Text]:
    """Every text, originals first, reprints resolved; ordered by time of publication."""
    texts: list[Text] = []
    for path in sorted((FOLDER / "texts").glob("*.md")):
        home = path.stem.replace("-", "")
        articles = re.split(r"(?m)^# ", path.read_text(encoding="utf-8"))[1:]
        texts += [_parse(article, home) for article in articles]
    originals = {text.facts["id"]: text for text in texts if "id" in text.facts}
    resolved = [_resolve(text, originals) for text in texts]
    return sorted(resolved, key=lambda text: (text.published, text.outlet.code, text.slug))


def _parse(article: str, home: str) -> Text:
    head, _, body = article.partition("\n\n")
    title, line, *keys = head.strip().split("\n")
    facts = dict(key.split(": ", 1) for key in keys)
    outlet = OUTLETS[facts.get("outlet", home)]
    try:
        when, authors, frames, tone = (part.strip() for part in line.split("|"))
    except ValueError:
        raise TextError(f"{title}: want four parts in {line!r}") from None
    return Text(
        outlet=outlet,
        title=_typographic(title),
        published=datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(outlet.time_zone)),
        authors=tuple(name.strip() for name in authors.split(";") if name.strip()),
        frames=tuple(frames.split()),
        tone=dict(_tone(mark) for mark in tone.split()),
        blocks=tuple(_block(part, home) for part in body.strip().split("\n\n") if part.strip()),
        facts=facts,
    )


def _tone(mark: str) -> tuple[str, str]:
    words = {"+": "positive", "-": "negative"}
    return mark.rstrip("+-"), words.get(mark[-1], "neutral")


def _block(part: str, home: str) -> Block:
    text = part.strip()
    if home == "aldwark":  # written as a British paper prints: single marks outside
        text = text.replace("‘", "“").replace("’", "”")
    text = _typographic(text)
    for mark, kind in (("> ", "quote"), ("## ", "h2")):
        if text.startswith(mark):
            return Block(kind, text.removeprefix(mark))
    return Block("p", text)


def _typographic(text: str) -> str:
    return re.sub(r"(^|[\s(“])'", r"\1‘", text).replace("'", "’")


def _resolve(text: Text, originals: dict[str, Text]) -> Text:
    if "from" not in text.facts:
        return text
    original = originals[text.facts["from"]]
    return replace(
        text,
        title=original.title if text.title == "=" else text.title,
        authors=text.authors or original.authors,
        frames=original.frames,
        tone=original.tone,
        blocks=_edited(original.blocks, text.blocks),
        original=original,
        facts={**_inherited(original, text.title == "="), **text.facts},
    )


def _inherited(original: Text, same_title: bool) -> dict[str, str]:
    kept = ("standfirst", "style", "genre", *(("quoted",) if same_title else ()))
    return {key: original.facts[key] for key in kept if key in original.facts}


def _edited(blocks: tuple[Block, ...], edits: tuple[Block, ...]) -> tuple[Block, ...]:
    lines: list[Block | None] = list(blocks)
    for edit in (line for block in edits for line in block.marked.split("\n")):
        match = _EDIT.fullmatch(edit)
        if match is None:
            raise TextError(f"no edit: {edit[:60]!r}")
        sign, number, words = match.groups()
        if sign == "+":
            lines.append(Block("p", words))
        else:
            lines[int(number) - 1] = None if sign else Block("p", words)
    return tuple(line for line in lines if line is not None)
