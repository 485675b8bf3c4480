"""A change of a share, split into parts that add up to it.

Three questions, each with an exact answer:

*Did the outlets change, or which outlets there were?* Kitagawa's two-fold symmetric split (*J. Am.
Stat. Assoc.* 50 (1955), 1168-1194; Oaxaca and Blinder 1973 in regression), with weight w and share
p of each group before and after:

    after - before = sum of (w' - w) * ((p + p') / 2 - c)  +  sum of (p' - p) * (w + w') / 2
                     mix                                      within

Weights sum to 1, so the sum is the same for every c; the mean of the two shares of all articles
makes an outlet's part in the mix say "grew, and uses the frame more than most". A group that is
there only once has no change of its own: all of it is mix.

*Is it reporting, or copying?* The same split with two groups, originals and re-published articles.

*Is it the news, or a new model or codebook?* The same articles read by both readers tell what the
reader changed; the rest is the news. Where articles of both periods were read twice, the reader's
part is the mean of the two orders (das Gupta, *Standardization and Decomposition of Rates*, US
Census Bureau 1993); where only one was, the note says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, sqrt

from scipy.special import stdtrit

from trends.clusters import CONFIDENCE, Cell, estimate


@dataclass(frozen=True, slots=True)
class Count:
    """n articles, k of them (or the sum of their readings) with the frame."""

    n: float
    k: float

    @property
    def share(self) -> float:
        return self.k / self.n


@dataclass(frozen=True, slots=True)
class Part:
    """What one group adds to the change."""

    group: str
    mix: float
    within: float


@dataclass(frozen=True, slots=True)
class Split:
    before: float
    after: float
    mix: float
    within: float
    parts: tuple[Part, ...]  # largest first

    @property
    def total(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """total = news + reader."""

    before: float  # the earlier period, as the old reader has it
    after: float  # the later period, as the new reader has it
    news: float
    reader: float
    low: float  # of reader
    high: float
    twice: int  # articles read by both readers
    note: str = ""

    @property
    def total(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Twice:
    """One outlet's day: n articles read by both; k by the old, new by the new, changed by one."""

    outlet: str
    n: int
    old: float
    new: float
    squares: float  # sum over articles of (new - old)^2; for 0 and 1, the readings that differ


def split(before: Mapping[str, Count], after: Mapping[str, Count]) -> Split:
    """By outlets, countries, genres, or originals and re-published.

    Raises ValueError if either period has no articles.
    """
    before = {group: count for group, count in before.items() if count.n > 0}
    after = {group: count for group, count in after.items() if count.n > 0}
    if not before or not after:
        raise ValueError("a period without articles has no share to compare")
    n, n_after = fsum(c.n for c in before.values()), fsum(c.n for c in after.values())
    p = fsum(c.k for c in before.values()) / n
    p_after = fsum(c.k for c in after.values()) / n_after
    centre = (p + p_after) / 2
    parts = []
    for group in sorted(before.keys() | after.keys()):
        old, new = before.get(group), after.get(group)
        w, w_after = old.n / n if old else 0.0, new.n / n_after if new else 0.0
        known = [count.share for count in (old, new) if count]
        mix = (w_after - w) * (sum(known) / len(known) - centre)
        within = (new.share - old.share) * (w + w_after) / 2 if old and new else 0.0
        parts.append(Part(group, mix, within))
    return Split(
        before=p,
        after=p_after,
        mix=fsum(part.mix for part in parts),
        within=fsum(part.within for part in parts),
        parts=tuple(sorted(parts, key=lambda part: -abs(part.mix + part.within))),
    )


def readers(
    before: Count,
    after: Count,
    read_before: Iterable[Twice] = (),
    read_after: Iterable[Twice] = (),
) -> Readers:
    """`before` as the old reader counted it, `after` as the new one did.

    `read_before` and `read_after` are outlet-days of either period whose articles both readers read
    (all of them, or a random part). Raises ValueError if no article was read twice.
    """
    effects = [
        estimate([Cell(d.outlet, d.n, d.new - d.old, d.squares) for d in days])
        for days in (tuple(read_before), tuple(read_after))
        if any(day.n > 0 for day in days)
    ]
    if not effects:
        raise ValueError("no article was read by both readers")
    reader = fsum(effect.mean for effect in effects) / len(effects)
    error = sqrt(fsum(effect.standard_error**2 for effect in effects)) / len(effects)
    clusters = fsum(effect.clusters for effect in effects)
    freedom = max(1.0, clusters - len(effects))
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    total = after.share - before.share
    return Readers(
        before=before.share,
        after=after.share,
        news=total - reader,
        reader=reader,
        low=max(-1.0, reader - half),
        high=min(1.0, reader + half),
        twice=sum(effect.n for effect in effects),
        note="" if len(effects) == 2 else "Only one period was read by both readers.",
    )
