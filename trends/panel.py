"""A share with its interval, for a fixed panel of outlets and for outlets beyond it.

*These outlets* (`Reach.PANEL`): strata are outlets, clusters outlet-days, after `trends.clusters`
(Cochran, *Sampling Techniques*, 3rd ed. 1977, ch. 9A) and the logit interval of `trends.share`
(Korn & Graubard, *Survey Methodology* 24 (1998), 193-201).

*Outlets like these* (`Reach.BEYOND`): one stratum, clusters are outlets. The variance of the ratio
of totals is Cochran's (1977, sec. 6.3, 9A), with Student's t on one degree fewer than effective
outlets (Kish, *Survey Sampling*, 1965), as large outlets count for more than one. It is wide, and
with fewer than `FEW_OUTLETS` outlets says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from framewatch.story import DayCount, TrendState
from trends.clusters import Cell, Estimate, estimate
from trends.share import MIN_ARTICLES, interval

# With fewer outlets than these a sentence about outlets in general rests on too few draws (the
# design's mark; with 4 outlets the interval spans most of the scale).
FEW_OUTLETS = 8


class Reach(StrEnum):
    PANEL = "panel"  # a statement about these outlets
    BEYOND = "beyond"  # a statement about outlets like these


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    n: int
    k: float
    outlets: int
    share: float | None
    low: float | None
    high: float | None
    state: TrendState
    reach: Reach
    found: Estimate | None  # None without articles
    note: str = ""


def cells(counts: Iterable[DayCount]) -> tuple[Cell, ...]:
    """x is 0 or 1, and so its own square."""
    return tuple(Cell(count.outlet, count.n, count.k, count.k) for count in counts if count.n > 0)


def share(
    given: Iterable[Cell],
    reach: Reach = Reach.PANEL,
    nothing: TrendState = TrendState.NO_COVERAGE,
) -> Share:
    """From outlet-days; `nothing` is the state where there is none (`Presence.state` knows it)."""
    given = [cell for cell in given if cell.n > 0]
    outlets = len({cell.outlet for cell in given})
    found = estimate(given if reach is Reach.PANEL else by_outlet(given)) if given else None
    return of_estimate(found, outlets, reach, nothing)


def of_estimate(
    found: Estimate | None,
    outlets: int,
    reach: Reach = Reach.PANEL,
    nothing: TrendState = TrendState.NO_COVERAGE,
) -> Share:
    """The same from an estimate that suits the reach; None: there is no article."""
    blank = Share(
        n=0,
        k=0,
        outlets=outlets,
        share=None,
        low=None,
        high=None,
        state=nothing,
        reach=reach,
        found=None,
    )
    if found is None:
        return blank
    known = replace(
        blank,
        n=found.n,
        k=found.total,
        share=found.mean,
        found=found,
        state=TrendState.INSUFFICIENT,
        note=_note(reach, outlets),
    )
    if found.n < MIN_ARTICLES or (reach is Reach.BEYOND and outlets < 2):
        return known
    low, high = interval(found)
    return replace(known, low=low, high=high, state=TrendState.ENOUGH)


def by_outlet(given: Iterable[Cell]) -> tuple[Cell, ...]:
    """Each outlet one cluster, all in one stratum: for statements beyond the panel."""
    held: dict[str, list[Cell]] = {}
    for cell in given:
        held.setdefault(cell.outlet, []).append(cell)
    return tuple(
        Cell("", sum(c.n for c in days), sum(c.total for c in days), sum(c.squares for c in days))
        for days in held.values()
    )


def _note(reach: Reach, outlets: int) -> str:
    if reach is Reach.PANEL or outlets >= FEW_OUTLETS:
        return ""
    if outlets == 1:
        return "One outlet says nothing about others."
    return f"Only {outlets} outlets: read it as these outlets only."
