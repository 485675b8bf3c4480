"""Measures as answers give them: shares, tones, differences, and by whom articles were read."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from pydantic import ConfigDict, Field

from dashboard.api.asked import Shape
from dashboard.series import last_of
from framewatch.story import ReaderIdentity, TrendState
from trends import correction, panel, tone
from trends.buckets import Bucket


class Measure(Shape):
    """Taken from the statistic that has fields of the same names."""

    model_config = ConfigDict(from_attributes=True)


class Span(Measure):
    start: date
    last: date

    @classmethod
    def of(cls, bucket: Bucket) -> Self:
        return cls(start=bucket.start, last=last_of(bucket))


class Interval(Measure):
    share: float | None = Field(description="From 0 to 1")
    low: float | None = Field(description="95% interval")
    high: float | None


class Share(Interval):
    n: int = Field(description="Coded articles")
    k: int = Field(description="Articles with the frame")
    outlets: int
    state: TrendState

    @classmethod
    def of(cls, found: panel.Share) -> Self:
        return cls(
            n=found.n,
            k=round(found.k),
            outlets=found.outlets,
            share=found.share,
            low=found.low,
            high=found.high,
            state=found.state,
        )


class Corrected(Interval):
    reason: str | None = Field(description="Why there is no share, or no interval")

    @classmethod
    def of(cls, found: correction.Corrected) -> Self:
        return cls(share=found.value, low=found.low, high=found.high, reason=found.reason or None)


class Tone(Measure):
    n: int = Field(description="Articles that mention the target")
    mean: float | None = Field(description="From -1 (negative) to 1 (positive)")
    low: float | None = Field(description="95% interval")
    high: float | None
    state: TrendState

    @classmethod
    def of(cls, found: tone.Tone, **more: object) -> Self:
        shared = {name: getattr(found, name) for name in Tone.model_fields}
        return cls.model_validate(shared | more)


class Side(Measure):
    n: int
    mean: float | None
    low: float | None
    high: float | None


class Difference(Measure):
    """Left less right."""

    left: Side
    right: Side
    value: float | None = Field(description="Of shares, 0.1 is 10 points")
    low: float | None = Field(description="95% interval; null: not compared, or too few")
    high: float | None
    clear: bool = Field(description="The interval leaves zero out")
    state: TrendState


class Together(Measure):
    """How often two frames share an article, over how often they would by chance."""

    n: int = Field(description="Coded articles")
    observed: int = Field(description="Articles with both frames")
    expected: float = Field(description="By chance")
    ratio: float | None = Field(description="observed / expected")
    low: float | None = Field(description="95% interval of the ratio")
    high: float | None
    state: TrendState


class Reader(Measure):
    model: str
    revision: str
    weights_sha256: str
    codebook_sha256: str


def readers_of(found: Iterable[ReaderIdentity]) -> list[Reader]:
    return [Reader.model_validate(one) for one in found]
