"""The note by which a page says that its article appeared elsewhere first.

"This article first appeared in Crikey on February 4 2025." gives the first publisher and the day,
which is never taken for the day of the page that bears the note.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from scrapers.blocks import text_blocks
from scrapers.dates import read_written_day, written_span

_PIECE = (
    r"(?:article|story|piece|essay|op-?ed|opinion(?: piece)?|analysis|column|commentary|interview|"
    r"report|post|blog post|feature|review|extract|excerpt|translation)"
)
_PUT_OUT = r"(?:appeared|published|ran|printed|posted|featured|released)"
_WHEN = r"(?:first|originally|initially|previously|also|earlier)"
_LEAD = r"(?:(?:editor.s )?note\s*[:—–-]\s*|\*+\s*|[(\[]\s*)?"
_ENGLISH = re.compile(
    rf"{_LEAD}(?:"
    rf"(?:(?:this|the) {_PIECE}|(?:a|an) (?:[\w-]+ )?(?:version|extract|excerpt) of this "
    rf"{_PIECE}) (?:was |is |has been |had been )?(?:{_WHEN} )?(?:been )?(?:{_WHEN} )?"
    rf"(?:re-?published|reproduced|reposted|reprinted|syndicated|cross-?posted|{_PUT_OUT})"
    rf"|(?:{_WHEN} {_PUT_OUT}|(?:re-?published|reproduced|reprinted|reposted|cross-?posted))"
    rf")\s+(?P<tail>(?:here\s+)?(?:in|on|by|at|with|from|under|via)\b.+)",
    re.IGNORECASE | re.DOTALL,
)
_CHINESE = re.compile(
    r"[（(【\[*]?\s*(?:(?:编者按|編者按|注|註|按)\s*[:：]\s*)?"
    r"(?:(?:本文|此文|文章|原文)(?:系|係|曾|最早|最初|首次)?(?:首发|首發|原载|原載|原刊|首刊|"
    r"刊载|刊載|刊登|发表|發表|"
    r"转载自|轉載自|转自|轉自|转载|轉載|首先发表)|(?:转载自|轉載自|原载|原載|首发于|首發於|原文刊于|原文刊於))"
    r"\s*(?:于|於|自|在)?\s*[:：]?\s*(?P<tail>.+)",
    re.DOTALL,
)
_FOLLOWING = re.compile(
    r"(?:read|see|view|find) the (?:original|full)\b.{0,40}"
    r"|(?:点击|點擊|查看|阅读|閱讀)?原文.{0,10}"
    r"|it is re-?published (?:here )?.{0,120}|re-?published .{0,120}",
    re.IGNORECASE,
)
# In running text these would be a sentence about somebody's article; in a note's place they are it.
_ENDS = 3  # paragraphs from either end where a note without "this" or a lead word may stand
_LONGEST_NOTE = 400
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z\"“(])|(?<=[。！？])")
_ABBREVIATION = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Dr|Mr|Ms|St|U\.S)\.$"
)
_NAME_END = re.compile(
    r"\s*(?:[,;(（)）\[\]|。，；]|\.(?=\s|$)|\s+(?:under|"
    r"with (?:the )?(?:kind )?permission|as part of|and (?:is|has|was)|"
    r"where|which|before|here|courtesy|via|as|titled|entitled|headlined)\b|\s+[-–—]\s|$)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(?:^|\s)(?:here\s+)?(?:in|on|by|at|from|via|with permission from)\s+(?=\S)", re.I
)
_PLACE = re.compile(
    r"(?:’s|'s)?\s+(?:web\s?site|newspaper|magazine|blog|site|news website|online)$", re.I
)
_MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Republication:
    """What a note says: its sentence or sentences, the first publisher, and the day if given."""

    note: str
    outlet: str
    day: date | None


def take_note(text: str, language: str = "en") -> tuple[str, Republication | None]:
    """The text without the note, and what the note says; the text untouched if there is none."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        at_an_end = number < _ENDS or number >= len(lines) - _ENDS
        found = _in_line(line, language, at_an_end)
        if found is not None:
            note, rest = found
            kept = [*lines[:number], *([rest] if rest else []), *lines[number + 1 :]]
            return "\n".join(kept), note
    return text, None


def find_note(tree: Any, language: str = "en") -> Republication | None:
    """The note in what the text leaves out: side boxes, footers, small print."""
    for _, line in text_blocks(tree, _LONGEST_NOTE + 1):
        found = _in_line(line, language, at_an_end=False) if len(line) <= _LONGEST_NOTE else None
        if found is not None:
            return found[0]
    return None


def is_note(line: str) -> bool:
    return _in_line(line, "en", at_an_end=True) is not None


def _in_line(line: str, language: str, at_an_end: bool) -> tuple[Republication, str] | None:
    if not _ENGLISH.search(line) and not _CHINESE.search(line):
        return None
    sentences = _sentences(line)
    for number, sentence in enumerate(sentences):
        said = _read(sentence, language, at_an_end) if len(sentence) <= _LONGEST_NOTE else None
        if said is None:
            continue
        end = number + 1
        while end < len(sentences) and _FOLLOWING.match(sentences[end]):
            end += 1
        note = " ".join(sentences[number:end])
        rest = " ".join(sentences[:number] + sentences[end:])
        return Republication(note, said.outlet, said.day), rest
    return None


def _sentences(line: str) -> list[str]:
    parts: list[str] = []
    for part in filter(None, (piece.strip() for piece in _SENTENCE_END.split(line))):
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return parts


def _read(sentence: str, language: str, at_an_end: bool) -> Republication | None:
    match = _ENGLISH.match(sentence) or _CHINESE.match(sentence)
    if match is None:
        return None
    about_itself = match.re is _CHINESE or sentence.lower().lstrip("([*").startswith(
        (
            "this",
            "note",
            "editor",
            "a version",
            "an e",
            "republished",
            "originally",
            "first published",
        )
    )
    if not about_itself and not at_an_end:
        return None
    tail = match.group("tail")
    dated = written_span(tail)
    day = read_written_day(dated.group(), language) if dated else None
    if dated:
        tail = (
            re.sub(r"(?:\bon|\bof|,|\bin)?\s*$", "", tail[: dated.start()])
            + " "
            + tail[dated.end() :]
        )
    outlet = _chinese_name(tail) if match.re is _CHINESE else _english_name(tail)
    return Republication(sentence, outlet, day) if outlet else None


def _english_name(tail: str) -> str:
    """The first capitalised name after a preposition that is no date and no licence."""
    for piece in _PREPOSITION.split(tail):
        name = _NAME_END.split(piece.strip(), maxsplit=1)[0]
        name = re.sub(
            r"^(?:the )?(?:web\s?site|blog|pages) of (?:the )?", "", name.strip(" \"'“”‘’*_")
        )
        name = re.sub(r"^the (?=[A-Z])", "", name)
        name = _PLACE.sub("", name).strip(" \"'“”‘’*_")
        if name and (name[0].isupper() or name[0].isdigit() or "." in name) and not _is_noise(name):
            return name
    return ""


def _is_noise(name: str) -> bool:
    months = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+\d.*)?"
    days = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day.*"
    licence = r"(?:a )?(?:creative commons|cc[ -]by).*|\d{1,4}.*"
    words = len(name.split())
    if len(name) > _MAX_NAME or words > 9:
        return True
    return bool(re.fullmatch(f"{months}|{days}|{licence}", name, re.IGNORECASE))


def _chinese_name(tail: str) -> str:
    titled = re.search(r"[《〈「『“]([^》〉」』”]{1,60})[》〉」』”]", tail)
    name = (
        titled.group(1)
        if titled
        else re.split(r"[，,。；;：:（）()\s|]", tail.strip(), maxsplit=1)[0]
    )
    name = re.sub(r"(?:网站|網站|公众号|公眾號|微信公众号)$", "", name).strip("》《「」“” ")
    return name if 1 < len(name) <= 30 else ""
