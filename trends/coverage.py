"""Was enough collected in a bucket to compare it with others?

Below `ENOUGH_COLLECTED` (80 %, the design's mark) a bucket is partial: it is drawn, and kept out of
every comparison. What is counted is what was asked and answered (a source's window), never
articles: a quiet week is no hole, and a feed that failed is no quiet week.
"""

from dataclasses import dataclass

from trends.buckets import ENOUGH_COLLECTED


@dataclass(frozen=True, slots=True)
class Coverage:
    expected: int  # windows of sources that should have answered
    collected: int  # those that did
    part: float | None  # None: nothing was expected

    @property
    def partial(self) -> bool:
        """Collected in part; nothing at all is no part."""
        return self.part is not None and 0 < self.part < ENOUGH_COLLECTED

    @property
    def comparable(self) -> bool:
        return self.part is not None and self.part >= ENOUGH_COLLECTED


def coverage(expected: int, collected: int) -> Coverage:
    """Raises ValueError for negative counts, and for more answers than windows."""
    if not 0 <= collected <= expected:
        raise ValueError(f"{collected} collected of {expected} expected")
    return Coverage(expected, collected, collected / expected if expected else None)
