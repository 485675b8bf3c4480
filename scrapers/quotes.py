"""Quotations: where somebody else speaks in an article, and who, if the article says it plainly.

A speaker is named only where a verb of saying ties a name to the quotation; otherwise it is left
empty.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from framewatch.story import Quotation
from scrapers.bylines import plain

# Opening mark → the marks that may close it, by the usage of English, German, French, Nordic
# and Chinese or Japanese typography.
_PAIRS = {
    "“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』", "‘": "’", "‚": "‘’", '"': '"',
    "'": "'", "”": "”", "＂": "＂",
}  # fmt: skip
_LONGEST = 3_000  # characters; more is an unclosed mark
_MIN_WORDS, _MIN_HAN = 3, 6  # shorter is a title or a term, unless somebody is said to say it
_MAX_BLOCKS = 500
_APOSTROPHE_SAFE = re.compile(r"(?<!\s)[’'‘](?!\w)")

_SAID = (
    r"(?:said|says|told|tells|wrote|writes|added|adds|argued|argues|asked|asks|warned|warns|"
    r"explained|explains|claimed|claims|stated|states|noted|notes|insisted|insists|declared|"
    r"declares|replied|replies|remarked|remarks|commented|comments|concluded|concludes|"
    r"recalled|recalls|tweeted|posted|acknowledged|acknowledges|admitted|admits|reminds|reminded)"
)
_PARTICLE = r"(?:de|del|della|van|von|der|den|bin|al|la|le|da|dos|du|ten)"
_NAME = rf"(?:[A-Z][\w’'.-]+(?:\s+(?:{_PARTICLE}\s+)?[A-Z][\w’'-]+){{0,3}})"
_NOT_NAMES = frozenset(
    "he she it they we i you who this that these those the a an but and as when while what there "
    "his her their one some many others sources officials analysts experts critics in for so if "
    "yet still also however instead meanwhile according professor president minister".split()
)
_AFTER = re.compile(
    rf"[,.]?\s*(?:(?P<a>{_NAME})(?:,[^,“\"\n]{{1,60}},)?\s+{_SAID}\b"
    rf"|{_SAID}\s+(?:[a-z-]+\s+){{0,3}}(?P<b>{_NAME}))"
)
_BEFORE = re.compile(
    rf"(?P<a>{_NAME})(?:,[^,“\"\n]{{1,60}},)?\s+(?:has |had |also |then )?{_SAID}\b"
    rf"[^“\"‘.!?\n]{{0,60}}[,:]?\s*$"
)
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?P<a>{_NAME})[^.!?\n“\"]{{0,40}}[,:]\s*$")
_INTRODUCES = re.compile(rf"(?P<a>{_NAME})\s+(?:has |had |also )?{_SAID}\b")
_HAN = r"[\u4e00-\u9fff]"
_HAN_SAID = r"(?:说|說|表示|称|稱|指出|认为|認為|强调|強調|告诉|告訴|写道|寫道|坦言|回应|回應|透露)"
_HAN_BEFORE = re.compile(
    rf"(?:^|[，。；！？\n、]|\s)(?P<a>{_HAN}{{2,4}}){_HAN_SAID}[^“「『。！？\n]{{0,8}}[：:，,]?\s*$"
)
_HAN_AFTER = re.compile(rf"[，,]?\s*(?P<a>{_HAN}{{2,4}}){_HAN_SAID}")
_HAN_NOT_NAMES = re.compile(
    r"^(?:他们|她们|记者|記者|有人|分析|专家|專家|同时|同時|其中|声明|聲明|并|並|对此|對此|文章|报道|報道)"
)
_NEAR = 160  # characters on either side in which the saying may stand


def find_quotations(title: str, text: str, blocks: Iterable[str] = ()) -> tuple[Quotation, ...]:
    """Quotations in `title`, two newlines, `text`: the offsets count in that (Article.coded_text).

    blocks: the words of block quotes; each is found again in the text, paragraph by paragraph.
    Quotations do not overlap and are in order.
    """
    coded = f"{title}\n\n{text}"
    spans = _block_spans(coded, len(title) + 2, blocks)
    taken = [(start, end) for start, end, _ in spans]
    start = 0
    for line in coded.split("\n"):
        for begin, end in _marked(line):
            span = (start + begin, start + end)
            if not any(span[0] < t_end and t_start < span[1] for t_start, t_end in taken):
                speaker = _speaker(coded, *span)
                if speaker or _long_enough(coded[span[0] : span[1]]):
                    spans.append((*span, speaker))
        start += len(line) + 1
    return tuple(Quotation(start=s, end=e, speaker=who) for s, e, who in sorted(spans))


def block_quotes(tree: Any) -> list[str]:
    """The words of each <blockquote> and <q>, one paragraph a line, in document order."""
    found: list[str] = []
    for element in tree.iter("blockquote", "q"):
        if len(found) >= _MAX_BLOCKS:
            break
        if any(True for _ in element.iterancestors("blockquote")):
            continue
        parts = list(element.iter("p", "li")) or [element]
        lines = (plain("".join(part.itertext()), 5_000) for part in parts)
        found.append("\n".join(line for line in lines if line))
    return found


def _block_spans(coded: str, after: int, blocks: Iterable[str]) -> list[tuple[int, int, str]]:
    spans: list[tuple[int, int, str]] = []
    position = after
    for block in blocks:
        pieces = [p for p in block.split("\n") if len(p) > 10]
        places = [_place(coded, piece, position, after) for piece in pieces]
        if not pieces or any(place < 0 for place in places):
            continue
        start, end = places[0], places[-1] + len(pieces[-1])
        if start < end and end - start <= len(block) + 10:
            spans.append((start, end, _introduced_by(coded, start)))
            position = end
    return spans


def _place(coded: str, piece: str, position: int, after: int) -> int:
    found = coded.find(piece, position)
    return found if found >= 0 else coded.find(piece, after)


def _marked(line: str) -> Iterator[tuple[int, int]]:
    """Spans inside quotation marks in one paragraph, the marks left out; nested marks belong to
    the outer quotation. A double mark that is never closed runs to the paragraph's end: so speech
    over several paragraphs is set."""
    position = 0
    while position < len(line):
        mark = line[position]
        if mark in _PAIRS and _opens(line, position):
            end = _closing(line, position + 1, _PAIRS[mark])
            if end < 0 and mark in "“„«「『" and position == 0:
                end = len(line)
            if end > 0:
                yield position + 1, end
                position = end
        position += 1


def _opens(line: str, position: int) -> bool:
    before = line[position - 1] if position else " "
    after = line[position + 1] if position + 1 < len(line) else " "
    if line[position] in "「『“„«":
        return not after.isspace() or line[position] == "«"
    if line[position] == "’" or after.isspace():
        return False
    return not before.isalnum() and before not in ".,!?"


def _closing(line: str, start: int, marks: str) -> int:
    """The first closing mark after start, -1 if none is near; an apostrophe closes nothing."""
    pattern = _APOSTROPHE_SAFE if marks in ("’", "'", "‘’") else re.compile(f"[{marks}]")
    match = pattern.search(line, start + 1, start + _LONGEST)
    while match and match.group() not in marks:
        match = pattern.search(line, match.end(), start + _LONGEST)
    return match.start() if match else -1


def _long_enough(words: str) -> bool:
    return len(words.split()) >= _MIN_WORDS or len(re.findall(_HAN, words)) >= _MIN_HAN


def _speaker(coded: str, start: int, end: int) -> str:
    after = coded[end + 1 : end + 1 + _NEAR].split("\n")[0]
    before = coded[max(0, start - 1 - _NEAR) : start - 1].split("\n")[-1]
    for pattern, context in ((_AFTER, after), (_HAN_AFTER, after)):
        if (match := pattern.match(context)) and (name := _name(match)):
            return name
    for pattern in (_BEFORE, _ACCORDING, _HAN_BEFORE):
        if (match := pattern.search(before)) and (name := _name(match)):
            return name
    return ""


def _introduced_by(coded: str, start: int) -> str:
    """The one name said to speak in the paragraph whose colon leads to a block quote."""
    before = coded[:start].rstrip("\n")
    if not before.endswith((":", "：")):
        return ""
    paragraph = before[before.rfind("\n") + 1 :]
    names = {name for match in _INTRODUCES.finditer(paragraph) if (name := _name(match))}
    names |= {name for match in _HAN_BEFORE.finditer(paragraph) if (name := _name(match))}
    return names.pop() if len(names) == 1 else ""


def _name(match: re.Match[str]) -> str:
    name = next((group for group in match.groups() if group), "")
    words = name.split()
    while words and words[0].lower().strip(".") in _NOT_NAMES:
        words = words[1:]
    name = re.sub(r"[’']s$", "", " ".join(words)).rstrip(".")
    return "" if _HAN_NOT_NAMES.match(name) or name in ("他", "她") else name
