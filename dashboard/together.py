"""Frames that go together: how often two share an article, over how often they would by chance."""

from dashboard.sheets import Column, Sheet
from dashboard.view import View
from framewatch.comparisons import Pair, cooccurrences_with
from framewatch.story import Frame


def pairs_of(view: View, frame: Frame, others: tuple[Frame, ...]) -> list[tuple[Frame, Pair]]:
    """The most above chance first; those with too few articles for an interval last."""
    rest = [other for other in others if other.code != frame.code]
    pairs = cooccurrences_with(view.question, frame.code, [other.code for other in rest])
    found = list(zip(rest, pairs, strict=True))
    return sorted(
        found,
        key=lambda one: (one[1].together.low is None, -(one[1].together.ratio or 0.0), one[0].code),
    )


def together_sheet(view: View, frame: Frame, others: tuple[Frame, ...]) -> Sheet:
    pairs = pairs_of(view, frame, others)
    rows = tuple(
        (other.name, t.observed, round(t.expected, 1), t.ratio, t.low, t.high, t.n, verdict(pair))
        for other, pair in pairs
        for t in [pair.together]
    )
    columns = (
        Column("frame", "Frame"),
        Column("observed", "Articles with both", "count"),
        Column("expected", "Expected by chance", "number"),
        Column("ratio", "Observed / expected", "number"),
        Column("low", "Low", "number"),
        Column("high", "High", "number"),
        Column("denominator", "Coded articles", "count"),
        Column("verdict", "Verdict"),
    )
    caption = f"Frames beside {frame.name}: observed over expected, with 95% interval"
    return Sheet(f"together-{frame.code}", caption, columns, rows)


def verdict(pair: Pair) -> str:
    found = pair.together
    if found.low is None or found.high is None:
        return "too few articles"
    if found.low <= 1 <= found.high:
        return "as by chance"
    return "▲ more often" if found.low > 1 else "▼ less often"
