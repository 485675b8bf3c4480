"""What a file says of itself: where it comes from, and on what its numbers rest."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import Request

from dashboard import words
from dashboard.view import View
from db.records import ReaderRecord

RIGHTS = "titles and sentences belong to their publishers: quote them with their source"


@dataclass(frozen=True, slots=True)
class Imprint:
    """Of one file: the table or drawing named by its caption, as a view asks for it."""

    view: View
    caption: str
    permalink: str

    @property
    def remarks(self) -> tuple[str, ...]:
        """The caption, and every fact on a line of its own."""
        return self.caption, *(f"{name}: {fact}" for name, fact in self._lines())

    @property
    def facts(self) -> dict[str, str | list[str]]:
        """The same by name; there may be several models."""
        found: dict[str, str | list[str]] = {"caption": self.caption, "model": []}
        for name, fact in self._lines():
            held = found.get(name)
            if isinstance(held, list):
                held.append(fact)
            else:
                found[name] = fact
        return found

    @property
    def source(self) -> str:
        """In one line, for a drawing."""
        version = self.view.version
        changed = version.changed_at.date() if version.changed_at else None
        state = f"data version {version.version} of {words.a_day(changed)}"
        return f"Framewatch, {self.view.topic.name}; {state}; {self.rests_on}"

    @property
    def rests_on(self) -> str:
        held = self.view.status
        said = (
            f"{words.a_count(held.articles, 'article')}, {words.a_number(held.coded)} of them coded"
        )
        if held.first is None:
            return said
        days = f"{words.a_day(held.first)} to {words.a_day(held.last)}"
        return f"{said}, from {words.a_count(held.outlets, 'outlet')}, {days}"

    @property
    def chosen(self) -> str:
        """The filters, in words; empty where all is shown."""
        choice = self.view.choice
        names = {facet.code: facet.name for facet in self.view.facets.hosts}
        said = (
            words.a_country(choice.country) if choice.country else "",
            names.get(choice.host, choice.host),
            words.a_language(choice.language) if choice.language else "",
            words.a_genre(choice.genre) if choice.genre else "",
            f"from {words.a_day(choice.first)}" if choice.first else "",
            f"to {words.a_day(choice.last)}" if choice.last else "",
        )
        return ", ".join(filter(None, said))

    @property
    def fiction(self) -> str:
        invented = self.view.status.fictional
        return f"{words.a_number(invented)} of these articles are invented" if invented else ""

    def _lines(self) -> Iterator[tuple[str, str]]:
        view = self.view
        if self.chosen:
            yield "filters", self.chosen
        yield "counted", words.COUNTS[view.choice.count_by]
        yield "rests on", self.rests_on
        yield "permalink", self.permalink
        yield "data version", f"{view.version.version} of {view.version.changed_at or 'never'}"
        if view.choice.asof:
            yield "as known on", str(view.choice.asof)
        for reader in view.known.readers(view.topic.code):
            yield "model", _reader(reader)
        if self.fiction:
            yield "fictional sample", self.fiction
        yield "rights", RIGHTS


def permalink(request: Request, view: View) -> str:
    """The whole address of what was asked for, in its shortest form."""
    return f"{site_address(request)}{view.path}{view.choice.query}"


def site_address(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _reader(reader: ReaderRecord) -> str:
    return (
        f"{reader.model} revision {reader.revision} (weights {reader.weights_sha256[:12]}, "
        f"codebook {reader.codebook_sha256[:12]}, {reader.read} articles)"
    )
