"""By what a list of articles can be narrowed, and how many articles each step would leave."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dashboard import words
from dashboard.choice import Choice
from dashboard.view import View
from db import facets, listing
from db.facets import DIMENSIONS, Cell
from db.known import Known
from framewatch.story import Voice

SHOWN = 8  # values of a group; the others are folded away
MOST = 1000  # articles are looked up one by one no further than this
TITLES = {"host": "Outlet", "country": "Country", "language": "Language", "genre": "Genre"}
VOICES = {Voice.OUTLET: "Outlet’s own words", Voice.QUOTED: "Quoted words"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One step: where it leads, and what it leaves. A chosen one leads back."""

    name: str
    choice: Choice
    articles: int | None  # None: nobody counts it beforehand
    chosen: bool
    fictional: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    values: tuple[Value, ...]  # the most frequent first

    @property
    def first(self) -> tuple[Value, ...]:
        """Those shown at once: the most frequent, and the chosen one."""
        return tuple(v for i, v in enumerate(self.values) if i < SHOWN or v.chosen)

    @property
    def rest(self) -> tuple[Value, ...]:
        return tuple(v for i, v in enumerate(self.values) if i >= SHOWN and not v.chosen)


@dataclass(frozen=True)
class Narrowing:
    """Counts of outlets and the like are of all articles that the other filters leave.

    Those of frames and targets are of the articles of all filters that carry or mention them.
    """

    view: View

    @property
    def behind(self) -> listing.Behind:
        choice = self.view.choice
        return listing.Behind(frame=choice.frame, target=choice.target, voice=choice.voice)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        found = (self._frames(), self._targets(), self._voices(), *map(self._of, TITLES))
        return tuple(group for group in found if group.values)

    @cached_property
    def matching(self) -> tuple[int, bool]:
        """How many articles are listed, and whether it may be more."""
        behind, view = self.behind, self.view
        if not behind:
            return view.status.articles, False
        if behind == listing.Behind(frame=behind.frame):
            return self._carrying.get(behind.frame, 0), False
        if behind == listing.Behind(target=behind.target):
            return self._mentioning.get(behind.target, 0), False
        found = listing.count(view.site.engine, view.filters, behind, MOST)
        return found, found == MOST

    @cached_property
    def _known(self) -> Known:
        return Known(self.view.site.engine, self.view.known_at)

    @cached_property
    def _carrying(self) -> Mapping[str, int]:
        found = self._known.frame_moments(self.view.filters, "month")
        return {frame: round(sum(m.total for m in months)) for frame, months in found.items()}

    @cached_property
    def _mentioning(self) -> Mapping[str, int]:
        found = self._known.tone_moments(self.view.filters, "month")
        return {target: sum(m.n for m in months) for target, months in found.items()}

    @cached_property
    def _cells(self) -> tuple[Cell, ...]:
        return facets.cells(self.view.site.engine, self.view.filters)

    def _of(self, dimension: str) -> Group:
        """The values of one dimension, under what is chosen in the others."""
        others = {
            name: chosen
            for name in DIMENSIONS
            if name != dimension and (chosen := getattr(self.view.choice, name))
        }
        left: Counter[str] = Counter()
        for cell in self._cells:
            if all(getattr(cell, name) == value for name, value in others.items()):
                left[getattr(cell, dimension)] += cell.articles
        hosts = {facet.code: facet for facet in self.view.facets.hosts}
        invented = {code for code, facet in hosts.items() if facet.fictional}
        name_of: dict[str, Callable[[str], str]] = {
            "host": lambda code: hosts[code].name if code in hosts else code,
            "country": words.a_country,
            "language": words.a_language,
            "genre": words.a_genre,
        }
        known = {code: name_of[dimension](code) for code in left if code}
        made_up = invented if dimension == "host" else set()
        return Group(TITLES[dimension], self._values(dimension, known, left, made_up))

    def _frames(self) -> Group:
        known = {frame.code: frame.name for frame in self.view.site.frames_of(self.view.topic)}
        return Group("Frame", self._values("frame", known, self._carrying))

    def _targets(self) -> Group:
        known = {target.code: target.name for target in self.view.topic.targets}
        return Group("Target mentioned", self._values("target", known, self._mentioning))

    def _voices(self) -> Group:
        choice = self.view.choice
        values = tuple(
            Value(
                name=name,
                choice=choice.but(voice=None if choice.voice is voice else voice),
                articles=None,
                chosen=choice.voice is voice,
            )
            for voice, name in VOICES.items()
        )
        return Group("Evidence in the", values)

    def _values(
        self,
        field: str,
        names: Mapping[str, str],
        counts: Mapping[str, int],
        fictional: Iterable[str] = (),
    ) -> tuple[Value, ...]:
        choice, invented = self.view.choice, frozenset(fictional)
        now = getattr(choice, field)
        found = [code for code in names if counts.get(code) or code == now]
        return tuple(
            Value(
                name=names[code],
                choice=choice.but(**{field: "" if code == now else code}),
                articles=counts.get(code, 0),
                chosen=code == now,
                fictional=code in invented,
            )
            for code in sorted(found, key=lambda code: (-counts.get(code, 0), names[code]))
        )
