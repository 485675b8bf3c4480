"""Who says an English quotation, by its own paragraph: "said X", "X warned that", "she says".

The verb of saying nearest to the quotation decides. What is found is a name, a pronoun, or that it
is somebody without a name; or nothing, where the paragraph ties nobody to the words.
"""

import re
from dataclasses import dataclass, replace

from scrapers.names import LOW, MASK, MASK_END, NAME, clean_name, is_person, sentence_starts

_SPEAK = (
    "said says wrote writes added adds argued argues asked asks warned warns explained explains "
    "claimed claims stated states noted notes insisted insists declared declares replied replies "
    "remarked remarks commented comments concluded concludes recalled recalls tweeted posted "
    "acknowledged acknowledges admitted admits signed signs observed observes quipped quips joked "
    "jokes shouted whispered promised promises predicted predicts suggested suggests urged urges "
    "announced announces agreed agrees continued continues responded responds testified lamented "
    "read reads told tells reminded reminds began begins emphasized emphasised emphasizes stressed "
    "stresses highlighted highlights offered countered counters mused muses".split()
)
_PHRASES = (
    "used to say",
    "used to tell",
    "likes to say",
    "put it",
    "puts it",
    "shot back",
    "made it clear",
    "makes it clear",
)
_REPORT = (
    "accused accuses attacked attacks called calls described describes dismissed dismisses praised "
    "praises criticised criticized criticises criticizes blamed blames denounced labelled labeled "
    "branded dubbed mocked demanded demands proposed proposes pledged pledges vowed vows informed "
    "believed believes thinks complained complains hinted hints answered answers".split()
)
_PARTICIPLES = (
    "saying adding arguing warning calling telling asking noting writing accusing insisting "
    "describing dismissing explaining".split()
)
_ADDRESSED = frozenset("told tells asked asks reminded reminds informed warned warns".split())
_OBJECTED = frozenset(("told", "tells", "reminded", "reminds", "put it", "puts it"))


def _any(*groups: "tuple[str, ...] | list[str]") -> str:
    return "(?:" + "|".join(word for group in groups for word in group) + ")"


SAID = re.compile(rf"{_any(_SPEAK, list(_PHRASES))}\b")
_INVERTED = _any([verb for verb in _SPEAK if verb not in _OBJECTED])
_AUX = (
    r"(?: (?:also|later|then|once|recently|repeatedly|reportedly|has|had|have|[a-z]+ly|who|would))"
)
_APPOSED = rf"(?:,(?:[^{MASK}{MASK_END}.!?\n]|\.(?=[\w ,])){{1,120}}?,|,)?"
_OF = rf"(?: (?:of|at|from|for) (?:the )?{NAME})?"
_PRONOUN_AFTER = re.compile(
    rf"^[,.]?\s*(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey|[Ii]t|I|[Ww]e|you){_AUX}{{0,2}} {SAID.pattern}"
)
_NAME_AFTER = re.compile(
    rf"^[,.]?\s*(?:(?:{LOW} ){{0,5}}{LOW},? )?(?P<name>{NAME}){_OF}{_APPOSED}{_AUX}{{0,3}} "
    rf"{SAID.pattern}"
)
_SAID_AFTER = re.compile(
    rf"^[,.]?\s*{_INVERTED} (?:(?:{LOW},? ){{0,6}}|(?:an?|one) {LOW} who asked to be "
    rf"(?:called|known as|identified as) )(?P<name>{NAME})"
)
_UNNAMED_AFTER = re.compile(
    rf"^[,.]?\s*(?:(?:an?|the|one|another|some|his|her|their|my|our|its|many|several) "
    rf"[^.{MASK}\n]{{0,80}}?\b{SAID.pattern}|{_INVERTED}\b)"
)
REPORTS = re.compile(rf"\b{_any(_SPEAK, list(_PHRASES), _REPORT, _PARTICIPLES)}\b")
_PASSIVE = re.compile(r"\b(?:was|were|is|are|been|being|be|when|if|as|to)(?: [a-z]+ly)? $")
_ACCORDING = re.compile(
    rf"\b[Aa]ccording to (?P<lead>(?:[^.,{MASK}\n]{{0,60}}? )??)(?P<name>{NAME})"
    rf"(?:,[^{MASK}.\n]{{0,80}})?[,:]? ?$"
)
_LATER = re.compile(
    rf"^[^.!?{MASK}\n]{{0,120}}?, (?:{_INVERTED} (?:{LOW},? ){{0,6}}(?P<name>{NAME})|"
    rf"(?P<other>{NAME}) {SAID.pattern}|(?P<pronoun>he|she) {SAID.pattern})"
)
_HANGING = re.compile(
    r"\b(of|to|at|for|from|with|by|in|and|or|on|within|among|than|between)(?: the| its| their)? $"
)
_SUBJECT = re.compile(
    rf"(?P<name>{NAME})(?P<of> (?:of|at|from) [^,{MASK}]{{1,60}})?{_APPOSED}{_AUX}{{0,3}} $"
)
_PRONOUN_SUBJECT = re.compile(rf"\b(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey|[Ii]t|I|[Ww]e){_AUX}{{0,3}} $")
_COORDINATED = re.compile(r"\b(?:and|but|then|or)(?: [a-z]+ly)? $")
_FIRST = re.compile(
    rf"^\s*(?:(?:The|An?|[A-Z]?{LOW}) )?(?:{LOW} ){{0,4}}(?P<name>{NAME})"
    rf"(?: (?:of|at|from) [^,{MASK}]{{1,60}})?{_APPOSED} [a-z]|^\s*(?P<pronoun>He|She)\b"
)
_ORGANISATION = re.compile(
    r"\b(?:Federation|Department|Ministry|Institute|University|Bank|Council|Association|Chamber|"
    r"Office|Bureau|Academy|House|Board|College|Society|Union)$"
)
_REACH = 200  # characters between the verb of saying and the quotation it introduces
_SHORT, _NEAR = 20, 40  # … and a phrase of so few characters
_CONTEXT = 600  # characters on either side that are looked at


@dataclass(frozen=True, slots=True)
class Saying:
    """Who is said to speak: a name as printed, or a pronoun; neither is somebody unnamed."""

    name: str = ""
    pronoun: str = ""
    loose: bool = False  # no verb of saying, a colon only


UNNAMED = Saying()


def saying(before: str, words: str, after: str) -> Saying | None:
    """Who says `words`, by the masked paragraph before and after them; None where it is silent."""
    before, after = before[-_CONTEXT:], after[:_CONTEXT]
    awaited = _awaits(words, after)
    reach = _REACH if len(words.split()) != 1 and len(words) > _SHORT else _NEAR
    return (_after(after) if awaited else None) or _before(before, reach)


def speaks(sentence: str) -> Saying | None:
    """Who says something in a sentence."""
    return _before(sentence[-_CONTEXT:].rstrip(" .") + " ", _REACH)


def follows(words: str, after: str) -> bool:
    """Whether the verb of saying stands behind the words: "…," said one."""
    return _awaits(words, after) and _after(after[:_CONTEXT]) is not None


def _awaits(words: str, after: str) -> bool:
    """A full stop inside the marks ends the sentence: what follows says nothing of the words."""
    return words[-1:] not in (".", "…") or after[:1] == ","


def _after(after: str) -> Saying | None:
    for pattern in (_PRONOUN_AFTER, _NAME_AFTER, _SAID_AFTER):
        if match := pattern.match(after):
            return _read(match)
    if _UNNAMED_AFTER.match(after):
        return UNNAMED
    later = _LATER.match(after)
    return _read(later) if later else None


def _before(before: str, reach: int) -> Saying | None:
    sentence = before[sentence_starts(before)[-1] :]
    if match := _ACCORDING.search(sentence):
        return UNNAMED if _HANGING.search(match["lead"]) else _read(match)
    verbs = list(REPORTS.finditer(sentence))
    verbs = [v for v in verbs if not _PASSIVE.search(sentence[: v.start()])]
    if verbs and len(sentence) - verbs[-1].end() <= reach:
        return _subject(sentence, verbs[-1])
    return replace(_first(sentence), loose=True) if sentence.rstrip().endswith(":") else None


def _subject(sentence: str, verb: re.Match[str]) -> Saying | None:
    head = sentence[: verb.start()]
    if not head.strip() or head.rstrip(" ,.")[-1:] in (MASK, MASK_END):
        return None  # "…," said X: it is about the quotation before
    if match := _PRONOUN_SUBJECT.search(head):
        return _read(match)
    if match := _SUBJECT.search(head):
        if _another(head, match) or _other(sentence[verb.end() :], verb.group()):
            return UNNAMED
        organisation = match["of"] and _ORGANISATION.search(match["name"])
        return Saying(name=clean_name(match["name"] + (match["of"] if organisation else "")))
    if _COORDINATED.search(head) or verb.group() in _PARTICIPLES:
        return _first(sentence)
    return UNNAMED


def _another(head: str, match: re.Match[str]) -> bool:
    """Whether the name belongs to a phrase of which it is not the head: "a spokesman for Apple"."""
    hanging = _HANGING.search(head[: match.start()])
    if hanging is None or " who" in match.group():
        return False
    return hanging.group(1) not in ("and", "or") or not is_person(match["name"])


def _other(tail: str, verb: str) -> bool:
    """Whether somebody else is named in full between the verb and the words: it may be theirs."""
    if verb in _ADDRESSED:
        tail = re.sub(rf"^ (?:the )?{NAME}", "", tail)
    names = (clean_name(match.group()) for match in re.finditer(NAME, tail))
    return any(is_person(name) for name in names)


def _first(sentence: str) -> Saying:
    """The subject at the start of a sentence."""
    match = _FIRST.match(sentence)
    return _read(match) if match else UNNAMED


def _read(match: re.Match[str]) -> Saying:
    groups = match.groupdict()
    return Saying(
        name=clean_name(groups.get("name") or groups.get("other") or ""),
        pronoun=groups.get("pronoun") or "",
    )
