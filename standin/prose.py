"""Invented articles: sentences grown from the tables of standin.english and standin.chinese.

A table maps a symbol to its alternatives; `{symbol}` in one is replaced by an alternative of that
symbol. Words that must differ from text to text stand in slots, so that two texts share few runs
of words: nobody would take one for a copy of the other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from standin import chinese, english

Grammar = Mapping[str, Sequence[str]]
_SLOT = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"\[#(\d+)-(\d+)\]")
_VOWEL = re.compile(r"(?<=\b[Aa])(?= [aeio])")  # "a open licence" lacks an n
_STARTS = re.compile(r"(?:^“?|: “|\. “)[a-z]")  # where a sentence or a quoted one begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One invented article, without place and time."""

    title: str
    slug_words: str  # Latin words for its address
    teaser: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    theme: str
    opinion: bool


def written(rng: Random, language: str, on_topic: bool, quiet: bool = False) -> Piece:
    """An article of six to nine paragraphs; `quiet` ones name the topic in teaser and text only."""
    tongue = chinese if language == "zh" else english
    theme = rng.choice(tongue.THEMES if on_topic else tongue.OTHER_THEMES)
    opinion = on_topic and rng.random() < 0.2
    # What the article is about stays the same from its first line to its last.
    fixed = {
        symbol: (rng.choice(tongue.GRAMMAR[symbol]),)
        for symbol in tongue.FIXED
        if symbol in tongue.GRAMMAR
    }
    grammar: Grammar = {**tongue.GRAMMAR, **fixed}
    said: set[str] = set()
    title = _new(
        rng, grammar, f"{theme}_title_quiet" if quiet and on_topic else f"{theme}_title", said
    )
    lead = _new(rng, grammar, f"{theme}_lead", said)
    body = [
        tongue.SPACE.join(
            _new(rng, grammar, kind, said)
            for kind in _kinds(rng, theme, on_topic and n % 2 == 0, opinion)
        )
        for n in range(rng.randint(4, 7))
    ]
    first = f"{lead}{tongue.SPACE}{_new(rng, grammar, f'{theme}_news', said)}"
    last = _new(rng, grammar, "end" if on_topic else "end_other", said)
    words = _ascii(rng, title, theme, on_topic and not quiet)
    return Piece(
        title=title,
        slug_words=words,
        teaser=lead,
        paragraphs=(first, *body, last),
        authors=tuple(rng.sample(tongue.AUTHORS, rng.choice((1, 1, 1, 2)))),
        theme=theme,
        opinion=opinion,
    )


def _kinds(rng: Random, theme: str, named: bool, opinion: bool) -> list[str]:
    """What a paragraph's three or four sentences are; `named` ones begin by naming the topic."""
    pool = [f"{theme}_news", f"{theme}_news", "quote", "back", *(["view"] if opinion else [])]
    many = rng.randint(3, 4)
    return ["topic", *rng.sample(pool, many - 1)] if named else rng.sample(pool, many)


def _new(rng: Random, grammar: Grammar, symbol: str, said: set[str]) -> str:
    """A sentence in a form not yet used in the article; in any form once all were."""
    forms = [form for form in grammar[symbol] if form not in said]
    form = rng.choice(forms or grammar[symbol])
    said.add(form)
    return _sentence(rng, grammar, form)


def _sentence(rng: Random, grammar: Grammar, text: str) -> str:
    """A form with its slots filled, beginning with a capital."""
    while match := _SLOT.search(text):
        choice = rng.choice(grammar[match.group(1)])
        text = text[: match.start()] + choice + text[match.end() :]
    text = _NUMBER.sub(lambda match: str(rng.randint(int(match[1]), int(match[2]))), text)
    text = _VOWEL.sub("n", text)
    return _STARTS.sub(lambda match: match.group().upper(), text)


def _ascii(rng: Random, title: str, theme: str, named: bool) -> str:
    """Words for an address: the title, where it is written in Latin letters."""
    if title.isascii() or "’" in title:
        return title
    return f"{'deepseek ' if named else ''}{theme} {rng.randrange(1000, 9999)}"
