"""The codebook: which frames a reader knows, and a hash that changes when any of them does."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from framewatch.facts import load_frames
from framewatch.story import Frame, Tier, Topic

GENERIC_FRAMES = Path(__file__).with_name("frames.toml")


class CodebookError(ValueError):
    """The frames do not fit together, or do not fit the heads; the message names them."""


@dataclass(frozen=True)
class Codebook:
    """The generic frames, then the topic's issue frames, in the order of their files."""

    frames: tuple[Frame, ...]

    def __post_init__(self) -> None:
        codes = [frame.code for frame in self.frames]
        double = sorted({code for code in codes if codes.count(code) > 1})
        if double:
            raise CodebookError(
                f"frame codes used twice: {', '.join(double)}; rename the topic's issue frame"
            )

    @cached_property
    def sha256(self) -> str:
        """The version: SHA-256 of `entries`.

        Layout and comments of the TOML files do not count; every word of an entry does.
        """
        return hashlib.sha256(self.entries.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def entries(self) -> str:
        """As canonical JSON: sorted keys, UTF-8, no spaces."""
        frames = [asdict(frame) for frame in self.frames]
        return json.dumps(frames, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def changed_since(self, entries: str) -> frozenset[str]:
        """Codes whose entry reads otherwise than in another codebook's `entries`, or is new."""
        before = {entry["code"]: entry for entry in json.loads(entries)}
        now = {entry["code"]: entry for entry in json.loads(self.entries)}
        return frozenset(code for code, entry in now.items() if entry != before.get(code))

    @property
    def trained(self) -> tuple[Frame, ...]:
        """The frames whose heads rest on a published corpus that people coded."""
        return tuple(frame for frame in self.frames if frame.tier is Tier.TRAINED)

    @property
    def experimental(self) -> tuple[Frame, ...]:
        """The frames scored by a head of `models.issue_frames`, or by their description."""
        return tuple(frame for frame in self.frames if frame.tier is not Tier.TRAINED)

    def check_heads(self, heads: Iterable[str], issues: Iterable[str] = ()) -> None:
        """Raise CodebookError unless every frame is scored, and nothing else is.

        heads: the frames with a trained head; issues: those scored as issue frames.
        """
        trained, have = {frame.code for frame in self.trained}, set(heads)
        if trained - have:
            raise CodebookError(
                f"frames marked trained without a head: {', '.join(sorted(trained - have))}; "
                'train one (python -m models.train) or write tier = "experimental"'
            )
        if have - trained:
            raise CodebookError(
                f"heads without a frame marked trained: {', '.join(sorted(have - trained))}; "
                "put the frame back into models/frames.toml or train again"
            )
        issue, scored = [frame.code for frame in self.experimental], list(issues)
        if issue != scored:
            raise CodebookError(
                f"experimental frames {', '.join(issue) or 'none'}, but scored are "
                f"{', '.join(scored) or 'none'}"
            )


def open_codebook(topic: Topic, generic: Path = GENERIC_FRAMES) -> Codebook:
    """The generic frames and the topic's own. Raises FactsError or CodebookError."""
    return Codebook((*load_frames(generic), *topic.frames))
