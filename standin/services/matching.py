"""The search languages of the services, as far as they agree, and what they find.

Words, "phrases", AND, OR, NOT, `-x`, parentheses, `field:x`; a space means AND. Every service looks
for whole words without regard to case; `word*` finds what begins so; `*` alone finds everything.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from standin.world import Story, World

Test = Callable[[Story], bool]
_TOKEN = re.compile(r'\s*([()]|-(?=\S)|(?:[\w]+:)?"[^"]*"|[^\s()"]+)')


class QueryError(ValueError):
    """Parentheses or quotes that do not pair, or an operator without its words."""


@lru_cache(maxsize=256)
def found(world: World, service: str, query: str) -> frozenset[str]:
    """The slugs of what a service lists and a query finds; QueryError."""
    test = parsed(query)
    slugs = world.listings.get(service, frozenset())
    return frozenset(slug for slug in slugs if test(world.story(slug)))


def parsed(query: str) -> Test:
    """QueryError where it cannot be read, or is empty."""
    tokens = list(_tokens(query))
    test, rest = _either(tokens)
    if rest:
        raise QueryError(f"not understood: {rest[0]}")
    return test


def _tokens(query: str) -> Iterator[str]:
    place = 0
    query = query.strip()
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None:
            raise QueryError(f"not understood: {query[place:]}")
        yield match[1]
        place = match.end()


def _either(tokens: list[str]) -> tuple[Test, list[str]]:
    tests = []
    while True:
        test, tokens = _every(tokens)
        tests.append(test)
        if not tokens or tokens[0] != "OR":
            return lambda story: any(test(story) for test in tests), tokens
        tokens = tokens[1:]


def _every(tokens: list[str]) -> tuple[Test, list[str]]:
    tests = []
    while tokens and tokens[0] not in ("OR", ")"):
        test, tokens = _single(tokens[1:] if tokens[0] == "AND" else tokens)
        tests.append(test)
    if not tests:
        raise QueryError("words are missing")
    return lambda story: all(test(story) for test in tests), tokens


def _single(tokens: list[str]) -> tuple[Test, list[str]]:
    if not tokens or tokens[0] in ("AND", "OR", ")"):
        raise QueryError("words are missing")
    first, rest = tokens[0], tokens[1:]
    if first in ("NOT", "-"):
        test, rest = _single(rest)
        return lambda story: not test(story), rest
    if first == "(":
        test, rest = _either(rest)
        if not rest or rest[0] != ")":
            raise QueryError("a parenthesis is open")
        return test, rest[1:]
    return _term(first), rest


def _term(token: str) -> Test:
    name, _, value = token.partition(":")
    if not value or '"' in name:
        name, value = "", token
    value = value.strip('"')
    if name == "site":
        return lambda story: story.outlet.host == value.partition(":")[0]
    if name == "language":
        return lambda story: story.outlet.language == value
    if value == "*":
        return lambda _: True
    words = wording(value)
    if name in ("intitle", "title"):
        return lambda story: bool(words.search(story.title))
    return lambda story: bool(words.search(f"{story.title}\n{story.teaser}\n{story.text}"))


@lru_cache(maxsize=256)
def wording(value: str) -> re.Pattern[str]:
    """Whole words; Chinese ones have no ends that could be seen."""
    begins = value.endswith("*")
    inner = re.escape(value.rstrip("*"))
    before = r"(?<![A-Za-z0-9])" if value[:1].isascii() else ""
    after = r"(?![A-Za-z0-9])" if value[-1:].isascii() and not begins else ""
    return re.compile(before + inner + after, re.IGNORECASE)
