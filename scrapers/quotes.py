"""Quotations: where somebody else speaks in an article, and who, if the article says it plainly.

Words in marks are a quotation, and no term, title or scare quote, where a verb of saying ties them
to somebody; or where they are three words or more (in Chinese: a clause with a stop) and are
neither written as a title nor introduced as a name ("so-called", "titled", 名为). A shorter phrase
counts also where it echoes an earlier quotation of the one person whom its paragraph names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any

from framewatch.story import Quotation
from scrapers import chinese_sayings
from scrapers.bylines import plain
from scrapers.speakers import Speakers, Words

# Opening mark → the marks that may close it, by the usage of English, German, French, Nordic
# and Chinese or Japanese typography.
_PAIRS = {
    "“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』", "‘": "’", "‚": "‘’", '"': '"',
    "'": "'", "”": "”", "＂": "＂",
}  # fmt: skip
_LONGEST = 3_000  # characters; more is an unclosed mark
_MOST = 500  # quotations looked at; a longer list is no article's
_MIN_WORDS, _MIN_HAN = 3, 6
_MAX_BLOCKS, _MAX_PARAGRAPHS = 500, 2_000
_SINGLE = re.compile(r"(?<!\s)[’'‘](?!\w)")  # between letters it is an apostrophe
_PLURAL = re.compile(r"s[’'] [a-z]")
_YEARS = re.compile(r"['’]\d0s|['’](?:em|tis|twas|til|n)\b", re.IGNORECASE)
_HAN = re.compile(chinese_sayings.HAN)
_TERM = re.compile(
    r"\b(?:called|titled|entitled|dubbed|named|nicknamed|known as|so-called|headlined|headline|"
    r"the (?:word|words|term|phrase|slogan|book|film|song|paper|report))[,:]? $|\(see (?:also )?$",
    re.IGNORECASE,
)
_LONG = 8  # words: no term is longer
_ARTICLES = re.compile(r"^(?:the|an?|its?|his|her|their|our)\s+", re.IGNORECASE)


def find_quotations(
    title: str, text: str, blocks: Iterable[str] = (), language: str = "en"
) -> tuple[Quotation, ...]:
    """Quotations in `title`, two newlines, `text`: the offsets count in that (Article.coded_text).

    blocks: the words of block quotes; each is found again in the text, paragraph by paragraph.
    Speakers are named in English and Chinese texts.
    Quotations do not overlap and are in order. Each paragraph of a longer speech is one.
    """
    coded = f"{title}\n\n{text}"
    marked = _candidates(coded, len(title) + 2, blocks)
    first = Speakers(coded, marked, language)
    kept = [item for item in marked if _is_speech(item, first, coded)]
    speakers = Speakers(coded, kept, language)
    named = list(zip(kept, speakers.names(), strict=True))
    terms = [item for item in marked if item not in kept]
    named = _repeated(named, speakers) + _echoes(terms, named, speakers, coded)
    return tuple(
        Quotation(start=item.start, end=item.end, speaker=who)
        for item, who in sorted(named, key=lambda pair: pair[0].start)
    )


def block_quotes(tree: Any) -> list[str]:
    """The words of each <blockquote> and <q>, one paragraph a line, in document order.

    A pull quote, whose words stand in the text as well, is none.
    """
    found: list[str] = []
    outside: str | None = None
    for element in tree.iter("blockquote", "q"):
        if len(found) >= _MAX_BLOCKS:
            break
        if any(True for _ in element.iterancestors("blockquote")):
            continue
        parts = list(element.iter("p", "li")) or [element]
        lines = [line for part in parts if (line := plain("".join(part.itertext()), 5_000))]
        if element.tag == "blockquote":
            outside = _outside(tree) if outside is None else outside
            own = [words for line in lines if (words := line.strip("“”‘’\"' "))]
            if own and all(words in outside for words in own):
                continue
        if lines:
            found.append("\n".join(lines))
    return found


def _outside(tree: Any) -> str:
    """The text of the paragraphs that stand in no block."""
    paragraphs = islice(tree.iter("p"), _MAX_PARAGRAPHS)
    return "\n".join(
        plain("".join(paragraph.itertext()), 5_000)
        for paragraph in paragraphs
        if next(paragraph.iterancestors("blockquote"), None) is None
    )


def _candidates(coded: str, after: int, blocks: Iterable[str]) -> list[Words]:
    spans = list(_block_spans(coded, after, blocks))
    taken = [(item.start, item.end) for item in spans]
    start = 0
    lines = coded.split("\n")
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        for begin, end, goes_on in _marked(line, following):
            span = (start + begin, start + end)
            if not any(span[0] < t_end and t_start < span[1] for t_start, t_end in taken):
                spans.append(Words(*span, goes_on=goes_on))
        start += len(line) + 1
    return sorted(spans, key=lambda item: item.start)[:_MOST]


def _block_spans(coded: str, after: int, blocks: Iterable[str]) -> Iterator[Words]:
    position = after
    for block in blocks:
        pieces = [p for p in block.split("\n") if len(p) > 10]
        places = [_place(coded, piece, position, after) for piece in pieces]
        if not pieces or any(place < 0 for place in places):
            continue
        start, end = places[0], places[-1] + len(pieces[-1])
        whole = coded[start - 1] == "\n" and (end == len(coded) or coded[end] == "\n")
        if start < end and end - start <= len(block) + 10:
            start, end = _inside(coded, start, end)
            yield Words(start, end, block=whole)
            position = end


def _inside(coded: str, start: int, end: int) -> tuple[int, int]:
    """Without marks of its own around the whole of a block."""
    marks = _PAIRS.get(coded[start], "")
    if (
        marks
        and coded[end - 1] in marks
        and not re.search(f"[{marks}]", coded[start + 1 : end - 1])
    ):
        return start + 1, end - 1
    return start, end


def _place(coded: str, piece: str, position: int, after: int) -> int:
    found = coded.find(piece, position)
    return found if found >= 0 else coded.find(piece, after)


def _marked(line: str, following: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it goes on) of the words in marks of one paragraph.

    Nested marks belong to the outer quotation. Words that are never closed run to the paragraph's
    end where they open it, or where the next paragraph opens with the same mark: so speech over
    several paragraphs is set.
    """
    position = 0
    while position < len(line):
        mark = line[position]
        if mark in _PAIRS and _opens(line, position):
            end = _closing(line, position + 1, _PAIRS[mark])
            goes_on = end < 0 and following[:1] == mark
            if goes_on or (end < 0 and mark in "“„«「『" and position == 0):
                end = len(line)
            if end > 0:
                yield position + 1, end, goes_on
                position = end
        position += 1


def _opens(line: str, position: int) -> bool:
    before = line[position - 1] if position else " "
    after = line[position + 1] if position + 1 < len(line) else " "
    if line[position] in "「『“„«":
        return not after.isspace() or line[position] == "«"
    if line[position] == "’" or after.isspace() or _YEARS.match(line, position):
        return False
    return not before.isalnum() and before not in ".,!?"


def _closing(line: str, start: int, marks: str) -> int:
    """The closing mark after start, -1 if none is near; an apostrophe closes nothing."""
    single = marks in ("’", "'", "‘’")
    pattern = _SINGLE if single else re.compile(f"[{marks}]")
    ends = (  # lazily: most calls need the first alone
        match.start()
        for match in pattern.finditer(line, start + 1, start + _LONGEST)
        if match.group() in marks
    )
    opens = re.compile(r"(?<!\w)[‘'](?=\w)")
    for end, later in pairwise(chain(ends, (-1,))):
        if not single or later < 0 or not _PLURAL.match(line, end - 1):
            return end
        if opens.search(line, end + 1, later):  # the next mark closes another quotation
            return end
    return -1


def _is_speech(item: Words, speakers: Speakers, coded: str) -> bool:
    """Whether marked words are a quotation, and no term, title or scare quote."""
    if item.block or item.goes_on:
        return True
    words = coded[item.start : item.end]
    before, after = speakers.around(item)
    before = coded[item.start - 1 - len(before) : item.start - 1]
    if _HAN.search(words):
        tied = speakers.tied(item)
        long = len(_HAN.findall(words)) >= _MIN_HAN
        return tied or (long and chinese_sayings.introduced(words, before, after))
    if speakers.tied(item):
        return True
    count = len(words.split())
    title = _title_case(words) or bool(_TERM.search(before))
    return count >= _LONG or (count >= _MIN_WORDS and not title)


def _title_case(words: str) -> bool:
    main = [word for word in re.findall(r"[^\W\d_][\w’'-]*", words) if len(word) > 3]
    return len(main) > 1 and all(word[0].isupper() for word in main) and words[-1] not in "!?"


def _repeated(named: Sequence[tuple[Words, str]], speakers: Speakers) -> list[tuple[Words, str]]:
    """With the speakers of what a headline quotes again from the text."""
    return [(item, who or speakers.echo(speakers.words(item), named)) for item, who in named]


def _echoes(
    terms: Iterable[Words], named: Sequence[tuple[Words, str]], speakers: Speakers, coded: str
) -> list[tuple[Words, str]]:
    """Short phrases in marks that repeat the words of the one person named around them."""
    found = []
    for item in terms:
        earlier = [pair for pair in named if pair[0].end < item.start]
        words = _ARTICLES.sub("", coded[item.start : item.end])
        who = speakers.echo(words, earlier) if not _HAN.search(words) else ""
        if who and who == speakers.alone(item):
            found.append((item, who))
    return found
