"""Who speaks in each quotation of a text: what the paragraph says first, then cautious inference.

    1  the verb of saying nearest to the words names them (scrapers.sayings, .chinese_sayings)
    2  "she says": the one person of that paragraph, or of the nearest that names any
    3  nothing is said: whoever spoke just before in the same paragraph, if nobody came between
    4  a block quotation: the one person of the paragraph that leads to it
    5  speech over several paragraphs: whoever speaks in one of them
    6  an interview: the one person whom the article names
    7  an echo: whoever said these words elsewhere in the article

A surname is written as the full name that the text gives. Where two could be meant it stays empty.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scrapers import chinese_sayings, sayings
from scrapers.names import MASK, MASK_END, core_of, is_noun, is_person, sentence_starts
from scrapers.people import People
from scrapers.sayings import Saying

_HAN = re.compile(chinese_sayings.HAN)
_READ = frozenset(("en", "zh"))  # languages whose ways of saying are known here
_ROLE = re.compile(r"\b(?:MPs?|PM|CEO|Officials?)$")  # "Plymouth MP warns"
_BACK = 2  # Chinese paragraphs in which a pronoun's person is sought


@dataclass(frozen=True, slots=True)
class Words:
    """Quoted words: offsets into the coded text, marks left out."""

    start: int
    end: int
    block: bool = False  # set off as a block quotation
    goes_on: bool = False  # never closed: the next paragraph goes on


class Speakers:
    """The speakers of a text's quotations, which are in order and do not overlap."""

    def __init__(self, coded: str, words: Sequence[Words], language: str) -> None:
        self._coded = coded
        self._language = language
        self._words = words
        self._text = _masked(coded, words)
        self._paragraphs = self._text.split("\n")

    def names(self) -> list[str]:
        """One name for each quotation, "" where the text does not tell."""
        found: list[str] = []
        silent: set[int] = set()
        for number, item in enumerate(self._words):
            said = self._said(item)
            if said is None:
                silent.add(number)
                found.append(self._introduced(item) if item.block else self._went_on(number, found))
            else:
                found.append(self._resolved(said, item))
        self._join(found, silent)
        self._ask(found, silent)
        return found

    def tied(self, item: Words) -> bool:
        """Whether a verb of saying ties the words to somebody: "said one", or a name."""
        said = self._said(item)
        if said is None:
            return False
        behind = self._chinese(item) or sayings.follows(self.words(item), self.around(item)[1])
        return behind or bool(self._resolved(said, item))

    def echo(self, words: str, among: Sequence[tuple[Words, str]]) -> str:
        """Whoever says these words among quotations with speakers; "" where two do, or nobody."""
        wanted = _key(words)
        said = {
            who for item, who in among if who and f" {wanted} " in f" {_key(self.words(item))} "
        }
        return said.pop() if len(said) == 1 and wanted else ""

    def alone(self, item: Words) -> str:
        """The one person whom the paragraph around a quotation names."""
        number, _ = self._place(item.start)
        people = self._people.named(number)
        return people[0].name if len(people) == 1 else ""

    def around(self, item: Words) -> tuple[str, str]:
        """The masked text of its paragraph before and after a quotation, its marks left out."""
        mark = 0 if item.block else 1
        begin = self._text.rfind("\n", 0, item.start) + 1
        end = self._text.find("\n", item.end)
        end = len(self._text) if end < 0 else end
        return self._text[begin : max(begin, item.start - mark)], self._text[item.end + mark : end]

    @cached_property
    def _people(self) -> People:
        # The headline's capitals are no names.
        return People(["", *self._paragraphs[1:]], sayings.REPORTS)

    def words(self, item: Words) -> str:
        return self._coded[item.start : item.end]

    def _place(self, offset: int) -> tuple[int, int]:
        """Number of the paragraph and the offset in it."""
        return self._text.count("\n", 0, offset), offset - self._text.rfind("\n", 0, offset) - 1

    def _chinese(self, item: Words) -> bool:
        return bool(_HAN.search("".join(self.around(item)) + self.words(item)))

    def _said(self, item: Words) -> Saying | None:
        before, after = self.around(item)
        if self._chinese(item):
            return chinese_sayings.saying(before, self.words(item), after)
        if self._language not in _READ:
            return sayings.UNNAMED
        return sayings.saying(before, self.words(item), after)

    def _resolved(self, said: Saying, item: Words) -> str:
        number, offset = self._place(item.start)
        if self._chinese(item):
            return self._chinese_person(said, number, offset)
        if said.name:
            full = self._people.full(said.name)
            if self._people.known(full):
                return full
            none = not core_of(full) or _ROLE.search(full) or is_noun(full)
            sure = " " in full or self._people.proper(full)
            loose = said.loose and not is_person(full)
            return full if sure and number > 0 and not (none or loose) else ""
        if said.pronoun.casefold() in ("he", "she"):
            return self._people.meant(said.pronoun, number, offset)
        return ""

    def _chinese_person(self, said: Saying, number: int, offset: int) -> str:
        if said.name:
            known = chinese_sayings.named(self._text)
            return next((n for n in known if n.endswith(f"·{said.name}")), said.name)
        for back in range(min(_BACK, number) + 1) if said.pronoun else ():
            paragraph = self._paragraphs[number - back]
            people = chinese_sayings.named(paragraph[:offset] if back == 0 else paragraph)
            if people:
                return people[0] if len(people) == 1 else ""
        return ""

    def _went_on(self, number: int, found: list[str]) -> str:
        """The speaker of the quotation before it in the paragraph, if nobody came between."""
        if number == 0:
            return ""
        item, last = self._words[number], self._words[number - 1]
        between = self._text[last.end + 1 : max(last.end + 1, item.start - 1)]
        if "\n" in between or not found[-1]:
            return ""
        if self._chinese(item):
            others = set(chinese_sayings.named(between)) - {found[-1]}
            return "" if others else found[-1]
        place, start = self._place(item.start)
        _, end = self._place(last.end)
        return "" if self._people.others(found[-1], place, (end, start)) else found[-1]

    def _introduced(self, item: Words) -> str:
        """The one person of the paragraph before a block quotation, if it leads there: by a colon,
        or because that person says something in it."""
        number, _ = self._place(item.start)
        if number < 2:
            return ""
        lead = self._paragraphs[number - 1].rstrip()
        if self._chinese(item):
            people = chinese_sayings.named(lead)
            return people[0] if lead.endswith(("：", ":")) and len(people) == 1 else ""
        named = self._people.named(number - 1)
        if lead.endswith(":") and not named:
            said = sayings.speaks(lead)
            return self._resolved(said, item) if said else ""
        says = lead.endswith(":") or (named and self._says(named[0].name, lead))
        return named[0].name if says and len(named) == 1 else ""

    def _says(self, name: str, paragraph: str) -> bool:
        starts = sentence_starts(paragraph)
        ends = [*starts[1:], len(paragraph)]
        for start, end in zip(starts, ends, strict=True):
            said = sayings.speaks(paragraph[start:end])
            if said and (said.pronoun in ("he", "she") or self._people.full(said.name) == name):
                return True
        return False

    def _join(self, found: list[str], silent: set[int]) -> None:
        """Give the paragraphs of one speech the speaker that one of them names."""
        number = 0
        while number < len(self._words):
            last = number
            while self._words[last].goes_on and last + 1 < len(self._words):
                last += 1
            names = {found[n] for n in range(number, last + 1) if found[n]}
            if last > number and len(names) == 1:
                found[number : last + 1] = [*names] * (last + 1 - number)
                silent -= set(range(number, last + 1))
            number = last + 1

    def _ask(self, found: list[str], silent: set[int]) -> None:
        """In an article about one person, paragraphs of bare speech are that person's answers."""
        one = self._people.only()
        if not one or {name for name in found if name} - {one}:
            return
        bare = [n for n in silent if not found[n] and self._bare(self._words[n])]
        for n in bare if len(bare) > 1 else ():
            found[n] = one
        for n in range(1, len(found)):
            if n in silent and not found[n]:
                found[n] = self._went_on(n, found[:n])

    def _bare(self, item: Words) -> bool:
        before, after = self.around(item)
        return not item.block and not before.strip() and (not after.strip() or after[:1] == " ")


def _masked(coded: str, words: Sequence[Words]) -> str:
    text = list(coded)
    for item in words:
        mark = 0 if item.block else 1
        start, end = max(0, item.start - mark), min(len(text), item.end + mark)
        ends = coded[item.end - 1] in ".!?…。！？"
        for at in range(start, end):
            if text[at] != "\n":
                text[at] = MASK
        if text[end - 1] != "\n":
            text[end - 1] = MASK_END if ends else MASK
    return "".join(text)


def _key(words: str) -> str:
    return " ".join(re.findall(r"[^\W_]+(?:[’'][^\W_]+)*", words.casefold().replace("’", "'")))
