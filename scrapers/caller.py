"""A service asked in as many questions as one answer takes: made, counted and read in one place."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from framewatch.settings import KEY, variable_of
from framewatch.story import Answer, Link, Rejected, Source, SourceStatus, Window
from scrapers.answers import answered, failed, of_status, refused, unusable
from scrapers.card import Card, base
from scrapers.halving import Halved
from scrapers.urls import canonicalize
from scrapers.web import SERVICE, Expect, Question, Reply, Web

_LONGEST = 300  # characters of a service's own words that are kept


@dataclass(slots=True)
class Caller:
    """Puts a source's questions to its service. Its key goes into `headers`, nowhere else."""

    source: Source
    card: Card
    web: Web
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    requests: int = 0

    def ask(
        self,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        expect: Expect = SERVICE,
        spacing: float | None = None,
    ) -> Reply | Rejected:
        """The reply to one question; path is relative to the source's base address."""
        self.requests += 1
        url = base(self.card, self.source) + path
        question = Question(
            url=f"{url}?{urlencode(query)}" if query else url,
            source=self.source.name,
            spacing=self.card.spacing if spacing is None else spacing,
            headers=self.headers,
            expect=expect,
        )
        return self.web.ask(question)

    def answer(self, window: Window, found: Halved[Link], listed: int | None = None) -> Answer:
        """What all questions together gave; one that broke off keeps what was found before."""
        broke = found.failure
        links = unique((*found.items, *(broke.links if broke else ())))
        count = len(links) if listed is None else listed
        if broke is None:
            answer = answered(self.source, window, links, count)
        else:
            broke = broken_off(replace(broke, links=()), links)
            answer = replace(broke, window=window, listed=count)
        if found.cut:
            note = f"{len(found.cut)} of its lists stayed cut"
            answer = replace(answer, detail="; ".join(filter(None, (answer.detail, note))))
        return replace(answer, requests=self.requests, caps=found.caps)


def together(parts: Iterable[Halved[Link]]) -> Halved[Link]:
    """The answers to several questions as one: nothing is asked after one that broke off."""
    found: Halved[Link] = Halved()
    for part in parts:
        found.items += part.items
        found.cut += part.cut
        found.caps += part.caps
        if part.failure:
            found.items += part.failure.links
            found.failure = replace(part.failure, links=())
            break
    return found


def read(source: Source, window: Window, reply: Reply | Rejected) -> dict[str, Any] | Answer:
    """The JSON object of a reply with status 200, or what else the reply means."""
    if isinstance(reply, Rejected):
        return failed(source, window, reply)
    if (answer := of_status(source, window, reply)) is not None:
        said = words(source, json_object(reply))
        return replace(answer, detail=": ".join(filter(None, (answer.detail, said))))
    found = json_object(reply)
    if found is None:
        return unusable(source, window, "answered with something that is not a JSON object")
    return found


def json_object(reply: Reply) -> dict[str, Any] | None:
    """The JSON object that a body is; None for anything else, an empty body among it."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def words(source: Source, body: Mapping[str, Any] | None) -> str:
    """The sentence in an error's body, under the names that services use; never with the key."""
    inner = (body or {}).get("response")
    places = (body or {}, inner if isinstance(inner, dict) else {})
    names = ("message", "note", "detail", "errors")
    said = next((str(at[name]) for at in places for name in names if at.get(name)), "")
    return without_key(source, said)


def without_key(source: Source, text: str) -> str:
    """A service's words as they may be kept: on one line, short, and without our key."""
    plain = " ".join(text.split())
    return (plain.replace(source.key, "[key]") if source.key else plain)[:_LONGEST]


def keyless(source: Source, window: Window) -> Answer:
    """A source whose key nobody has set."""
    return refused(source, window, f"needs a key: {KEY}{variable_of(source.name)}")


def unique(links: Iterable[Link]) -> tuple[Link, ...]:
    """The links, each address once: the first that named it stays."""
    first: dict[str, Link] = {}
    for link in links:
        first.setdefault(link.url, link)
    return tuple(first.values())


def address_of(value: object) -> tuple[str, str] | None:
    """The canonical spelling of an address and the address as written; None for none."""
    if not isinstance(value, str):
        return None
    try:
        return canonicalize(value), value
    except ValueError:
        return None


def instant(value: object) -> datetime | None:
    """An ISO 8601 instant with a zone, in UTC; a bare date or a time without zone is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def text_of(value: object, most: int = 1000) -> str:
    """A string, cut; empty for anything else."""
    return value[:most] if isinstance(value, str) else ""


def until_midnight(now: datetime) -> float:
    """Seconds until the next UTC day begins: when daily quotas start anew."""
    now = now.astimezone(UTC)
    return 86_400.0 - (now.hour * 3600 + now.minute * 60 + now.second)


def broken_off(answer: Answer, links: Sequence[Link]) -> Answer:
    """An answer that came after others had been good, with what those gave.

    A question refused half-way was not wrong in itself: it is asked again later.
    """
    if links and answer.status is SourceStatus.REFUSED:
        answer = replace(answer, status=SourceStatus.UNAVAILABLE)
    return replace(answer, links=(*links, *answer.links))
