"""Groups of articles as pages name them, and the articles behind each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from dashboard import words
from dashboard.choice import Choice, Dimension
from dashboard.view import View
from framewatch.story import Frame, Voice
from trends.panel import Reach

TITLES = {
    Dimension.HOST: "Outlet",
    Dimension.COUNTRY: "Country",
    Dimension.LANGUAGE: "Language",
    Dimension.GENRE: "Genre",
    Dimension.VOICE: "Voice",
    Dimension.TARGET: "Target mentioned",
}
VOICES = {Voice.OUTLET.value: "Outlet’s own words", Voice.QUOTED.value: "Quoted words"}
# A filter can leave one of these groups; an article is in one of them only.
SEPARATE = (Dimension.HOST, Dimension.COUNTRY, Dimension.LANGUAGE, Dimension.GENRE)


@dataclass(frozen=True)
class Grouping:
    """The articles of a view, by one dimension."""

    view: View
    dim: Dimension

    @property
    def title(self) -> str:
        return TITLES[self.dim]

    @property
    def by(self) -> str:
        """Within a sentence."""
        return self.title.lower()

    @property
    def interval(self) -> str:
        """Within a caption."""
        beyond = self.view.choice.reach is Reach.BEYOND
        return "95% interval for outlets like these" if beyond else "95% interval"

    def name(self, code: str) -> str:
        return self._name_of[self.dim](code)

    def behind(self, code: str, frame: str = "") -> str:
        """The address of a group's articles; empty where an address has no word for it."""
        if not code:
            return ""
        return self.view.link("articles", self._narrowed(code).shared.but(**self._of(code, frame)))

    def alone(self, code: str) -> View:
        """The same view of one group, with the buckets of all."""
        first, last = self.view.span
        return replace(self.view, choice=self._narrowed(code).but(first=first, last=last))

    def _narrowed(self, code: str) -> Choice:
        known = self.dim in SEPARATE
        return self.view.choice.but(**{self.dim.value: code}) if known else self.view.choice

    def _of(self, code: str, frame: str) -> dict[str, object]:
        found: dict[str, object] = {"frame": frame} if frame else {}
        if self.dim is Dimension.VOICE:
            found["voice"] = Voice(code)
        if self.dim is Dimension.TARGET:
            found["target"] = code
        return found

    @cached_property
    def _name_of(self) -> Mapping[Dimension, Callable[[str], str]]:
        hosts = {f.code: f"✻ {f.name}" if f.fictional else f.name for f in self.view.facets.hosts}
        targets = {target.code: target.name for target in self.view.topic.targets}
        return {
            Dimension.HOST: lambda code: hosts.get(code, code),
            Dimension.COUNTRY: words.a_country,
            Dimension.LANGUAGE: words.a_language,
            Dimension.GENRE: words.a_genre,
            Dimension.VOICE: lambda code: VOICES.get(code, code),
            Dimension.TARGET: lambda code: targets.get(code, code),
        }


def grouping_of(view: View) -> Grouping:
    return Grouping(view, view.choice.dim or Dimension.HOST)


def coded_frames(view: View) -> tuple[Frame, ...]:
    """The generic frames, and those of the topic that some article was coded for."""
    generic = {frame.code for frame in view.site.frames}
    coded = view.known.frame_outlets(view.filters)
    every = view.site.frames_of(view.topic)
    return tuple(frame for frame in every if frame.code in generic or frame.code in coded)
