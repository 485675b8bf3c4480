"""Windows that hit a source's cap are halved until they do not.

A source that lists at most so many items answers a full window with its newest (or oldest) ones and
says nothing of the rest (SOURCES reference, section 0.5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from framewatch.story import Answer, Window

T = TypeVar("T")

SHORTEST = timedelta(seconds=2)  # a window this short that is still full stays cut, and says so


@dataclass(frozen=True, slots=True)
class Capped(Generic[T]):
    """A list that the source may have cut."""

    items: Sequence[T]


@dataclass(slots=True)
class Halved(Generic[T]):
    """All that the parts of a window gave."""

    items: list[T] = field(default_factory=list)
    caps: int = 0  # lists that were cut
    cut: list[Window] = field(default_factory=list)  # parts too short to halve, still cut
    failure: Answer | None = None  # what broke it off; the items before it stand


def halved(
    window: Window,
    ask: Callable[[Window], "Sequence[T] | Capped[T] | Answer"],
    shortest: timedelta = SHORTEST,
) -> Halved[T]:
    """Ask for a window, and for its halves where the answer was capped, the earlier half first.

    The items of a capped list are dropped: its halves give them again.
    """
    found: Halved[T] = Halved()
    pending = [window]
    while pending:
        part = pending.pop()
        answer = ask(part)
        if isinstance(answer, Answer):
            found.failure = answer
            break
        if not isinstance(answer, Capped):
            found.items += answer
            continue
        found.caps += 1
        if part.end - part.start < 2 * shortest:
            found.items += answer.items
            found.cut.append(part)
            continue
        middle = _middle(part, shortest)
        pending += [Window(middle, part.end), Window(part.start, middle)]
    return found


def _middle(window: Window, grain: timedelta) -> datetime:
    """The middle, on a whole multiple of grain after the start."""
    steps = (window.end - window.start) // grain
    return window.start + (steps // 2) * grain
