"""Who is named in an English text: its names, the persons among them, whom "she" can mean.

Rules of form and no list of people: a name is a run of capitalised words; it is a person's where
the text shows it (a title, "who", an age, a verb of saying, a "she" that follows). Where there is
doubt nobody is named.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from scrapers.names import (
    FEMALE,
    LOW,
    MALE,
    MASK,
    MASK_END,
    NAME,
    NO_PERSON,
    TITLES,
    clean_name,
    core_of,
    family_of,
    is_person,
    sentence_starts,
)

_AT_PLACE = re.compile(r"\b(?:in|at|near|from|of|to|outside|across|around|into|over) (?:the )?$")
_AFTER_ARTICLE = re.compile(r"\b(?:[Tt]he|[Aa]n?) $")
_PEOPLES = re.compile(r"^\w+(?:ese|ish|ians?|cans)$|^China$")
_WHO = re.compile(r"^,? (?:who|whose)\b|^, (?:aged )?\d{1,3},|^,? \(\d{1,2}\)")
_PRONOUN = re.compile(r"\b(?:she|her|herself|he|him|his|himself)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:He|She)\b")
_SOMEBODY = re.compile(
    r"(?:^|[.!?] )(?:An?|One|Another|My|His|Her|Their|Our|The) [^.!?]{0,40}?\b(?:wom[ae]n|m[ae]n|"
    r"girl|boy|mother|father|wife|husband|son|daughter|sister|brother|grand\w+|spokes\w+|official|"
    r"neighbou?r|friend|colleague|teacher|doctor|nurse|owner|student)\b(?!,)"
)
_OWN = (
    rf"(?: (?:of|at|from) [^,.{MASK}]{{1,60}})?(?:,[^,.]{{1,80}},|,)?"
    r"(?: (?:has|had|also|later|[a-z]+ly)){0,2} "
)
_LEAD = re.compile(rf",? (?:{LOW},? ){{0,6}}")
_NEAR = 80  # characters beside a name that are looked at
_FAR = 8  # paragraphs over which a pronoun may follow a name
_MOST = 400  # names in a paragraph; a longer list is no prose
_BACK = 4  # paragraphs in which a pronoun's person is sought


@dataclass(slots=True)
class Person:
    name: str  # as first printed in full
    core: tuple[str, ...]
    pronouns: set[str] = field(default_factory=set)  # "she", "he"


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    printed: str  # with "Mr"
    name: str
    core: tuple[str, ...]


class People:
    """The persons of a text whose quotations are masked, paragraph by paragraph.

    said: finds a verb of saying; a name at its side is a speaker's.
    """

    def __init__(self, paragraphs: Sequence[str], said: re.Pattern[str]) -> None:
        self._paragraphs = paragraphs
        self._said = said

    def full(self, name: str) -> str:
        """The name by which the text introduces whom it calls `name`; else name, cleaned."""
        cleaned = clean_name(name)
        person = self._person(core_of(cleaned))
        return person.name if person else cleaned

    def named(self, paragraph: int, before: int | None = None) -> list[Person]:
        """The persons whom a paragraph names (before an offset), each once."""
        found: list[Person] = []
        for mention in self._mentions[paragraph]:
            if before is None or mention.end <= before:
                person = self._person(mention.core)
                if person and person not in found:
                    found.append(person)
        return found

    def meant(self, pronoun: str, paragraph: int, before: int) -> str:
        """The one person whom he or she can mean there; "" where there are none or two."""
        wanted = pronoun.casefold()
        for back in range(min(_BACK, paragraph) + 1):
            end = before if back == 0 else None
            text = self._paragraphs[paragraph - back][:end]
            fitting = [p for p in self.named(paragraph - back, end) if p.pronouns <= {wanted}]
            if fitting:
                alone = len(fitting) == 1 and self._unrivalled(fitting[0], paragraph - back, text)
                return fitting[0].name if alone else ""
            if _SOMEBODY.search(text):
                return ""
        one = self._persons[0] if len(self._persons) == 1 else None
        return one.name if one and one.pronouns <= {wanted} and self._before(paragraph, one) else ""

    def _before(self, paragraph: int, person: Person) -> bool:
        return any(person in self.named(number) for number in range(paragraph))

    def others(self, name: str, paragraph: int, between: tuple[int, int]) -> bool:
        """Whether somebody else may be named between two offsets of a paragraph."""
        text = self._paragraphs[paragraph]
        for mention in self._mentions[paragraph]:
            if between[0] <= mention.start < between[1] and self.full(mention.name) != name:
                place = _AT_PLACE.search(text[max(0, mention.start - 20) : mention.start])
                if self._person(mention.core) or (_may_be(mention) and not place):
                    return True
        return False

    def _unrivalled(self, person: Person, paragraph: int, text: str) -> bool:
        """Nobody without a name came after, and it is not "She … to Ann", of another she."""
        own = [m for m in self._mentions[paragraph] if self._person(m.core) is person]
        last = max(m.end for m in own if m.end <= len(text))
        starts = [start for start in sentence_starts(text) if start < last]
        return not _SOMEBODY.search(text[last:]) and not _SUBJECT.match(text, starts[-1])

    def proper(self, word: str) -> bool:
        """Whether a word is a name although it starts a sentence: it is written so elsewhere."""
        inside = re.compile(rf"(?:[a-zà-ÿ,;:’)\d]|[{MASK}{MASK_END}]) {re.escape(word)}\b")
        return any(map(inside.search, self._paragraphs))

    def known(self, name: str) -> bool:
        """Whether it is a person whom the text names."""
        return self._person(core_of(clean_name(name))) is not None

    def only(self) -> str:
        """The one person whom the whole text names, "" where there are none or several."""
        return self._persons[0].name if len(self._persons) == 1 else ""

    @cached_property
    def _mentions(self) -> list[list[_Mention]]:
        return [list(islice(_mentions(paragraph), _MOST)) for paragraph in self._paragraphs]

    @cached_property
    def _persons(self) -> list[Person]:
        full: dict[tuple[str, ...], Person] = {}
        single: dict[tuple[str, ...], Person] = {}
        shown: set[tuple[str, ...]] = set()
        for number, found in enumerate(self._mentions):
            for mention in found:
                if mention.core and not NO_PERSON.search(" ".join(mention.core)):
                    kind = full if len(mention.core) > 1 else single
                    person = kind.setdefault(mention.core, Person(mention.name, mention.core))
                    if self._shown(number, mention, person):
                        shown.add(mention.core)
        for core in [core for core in single if core in shown]:
            for person in full.values():
                if core in (person.core[-1:], family_of(person.core)):
                    shown.add(person.core)
                    person.pronouns = person.pronouns or single[core].pronouns
        known = [person for core, person in full.items() if core in shown]
        words = {word for person in known for word in person.core}
        alone = [p for core, p in single.items() if core in shown and core[0] not in words]
        return known + [p for p in alone if p.pronouns or p.core != tuple(p.name.split())]

    def _person(self, core: tuple[str, ...]) -> Person | None:
        fitting = [p for p in self._persons if core and set(core) <= set(p.core)]
        exact = [p for p in fitting if p.core == core]
        fitting = exact or fitting
        return fitting[0] if len(fitting) == 1 else None

    def _shown(self, number: int, mention: _Mention, person: Person) -> bool:
        """Whether this mention shows a person; notes the pronoun that follows it."""
        text = self._paragraphs[number]
        before = text[max(0, mention.start - _NEAR) : mention.start]
        after = text[mention.end : mention.end + 3 * _NEAR]
        titles = {w.casefold().strip(".") for w in mention.printed.split()} & TITLES
        for pronoun, words in (("she", FEMALE), ("he", MALE)):
            if titles & words:
                person.pronouns.add(pronoun)
        follows = self._pronoun_after(number, mention)
        if follows and not person.pronouns:
            person.pronouns.add(follows)
        if _PEOPLES.search(mention.name):
            return False
        if titles or _WHO.match(after):
            return True
        if _AFTER_ARTICLE.search(before):
            return False
        spoke = self._beside_verb(before, after)
        return spoke or bool(follows and len(mention.core) > 1 and not _AT_PLACE.search(before))

    def _beside_verb(self, before: str, after: str) -> bool:
        if re.match(rf"{_OWN}{self._said.pattern}", after):
            return True
        return any(_LEAD.fullmatch(before, verb.end()) for verb in self._said.finditer(before))

    def _pronoun_after(self, number: int, mention: _Mention) -> str:
        """he or she, where one follows before anybody else is named."""
        for at in range(number, len(self._paragraphs)):
            start = mention.end if at == number else 0
            text = self._paragraphs[at]
            others = (m.start for m in self._mentions[at] if m.start >= start and _may_be(m))
            other = next(
                (o for o in others if not _AT_PLACE.search(text[max(0, o - 20) : o])), None
            )
            if match := _PRONOUN.search(text, start, len(text) if other is None else other):
                return "she" if match.group().casefold() in ("she", "her", "herself") else "he"
            if other is not None or at - number > _FAR:
                break
        return ""


def _may_be(mention: _Mention) -> bool:
    return is_person(" ".join(mention.core))


def _mentions(paragraph: str) -> Iterable[_Mention]:
    for match in re.finditer(NAME, paragraph):
        name = clean_name(match.group())
        if name:
            start = match.start() + match.group().find(name)
            yield _Mention(start, match.end(), match.group(), name, core_of(name))
