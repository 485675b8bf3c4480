"""The guided start: six steps through real pages, each with where it leads next."""

from dataclasses import dataclass
from functools import cached_property

from dashboard.choice import Choice
from dashboard.evidence import anchor
from dashboard.view import View
from db import listing

STEPS = (
    (
        "Overview",
        "Each panel is one frame: the share of coded articles that carry it, week by week, in its "
        "95% interval. A hatched week was not collected, a dashed one is not over.",
    ),
    (
        "What changed",
        "The newest whole week against the one before. ▲ or ▼ stands only where the interval "
        "leaves zero out; all else is “no clear change”.",
    ),
    (
        "One frame",
        "What the frame means, how its share develops, how far to trust it, and which shifts "
        "lasted. Any number leads to the articles behind it.",
    ),
    (
        "One sentence",
        "Why this article is counted: the sentence that speaks for the frame, in its place, with "
        "its score against the threshold. Below stand the model and the archived page.",
    ),
    (
        "Method",
        "The codebook, the thresholds, how intervals are made, and what every source answered. "
        "The numbers are as good as what stands here.",
    ),
    (
        "Runs and backfill",
        "What was collected when, and how to collect days long past: choose the days, look at the "
        "preview, start. This is the last step.",
    ),
)


@dataclass(frozen=True)
class Tour:
    view: View

    @property
    def at(self) -> int:
        """The step shown, from 1."""
        return self.view.choice.tour or 1

    @property
    def said(self) -> tuple[str, str]:
        return STEPS[self.at - 1]

    @cached_property
    def steps(self) -> tuple[tuple[int, str, str], ...]:
        """Numbers, names and addresses."""
        where = zip(STEPS, self._places(), strict=True)
        return tuple(
            (number, name, self._link(number, *place))
            for number, ((name, _), place) in enumerate(where, start=1)
        )

    @property
    def next(self) -> tuple[str, str] | None:
        """The name and address of the next step; None at the last."""
        found = self.steps[self.at :]
        return found[0][1:] if found else None

    def _places(self) -> tuple[tuple[str, str], ...]:
        """Pages, and where on them to begin."""
        frame = self.view.site.frames_of(self.view.topic)[0].code
        start, changed, method, runs = ("", ""), ("", "changed"), ("method", ""), ("runs", "")
        return (start, changed, (f"frame/{frame}", ""), self._sentence(frame), method, runs)

    def _sentence(self, frame: str) -> tuple[str, str]:
        """The newest that speaks for the frame; without one, the list of articles."""
        topic = self.view.choice.filters(self.view.topic.code)
        behind = listing.Behind(frame=frame)
        for line in listing.articles(self.view.site.engine, topic, behind, limit=1).lines:
            return f"article/{line.id}", anchor(line.evidence) if line.evidence else ""
        return "articles", ""

    def _link(self, number: int, page: str, place: str) -> str:
        address = self.view.link(page, Choice(tour=number))
        return f"{address}#{place}" if place else address
