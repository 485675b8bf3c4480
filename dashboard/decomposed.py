"""What the newest change of a frame is made of: the outlets, what was re-published, the reader."""

from collections.abc import Iterator

from dashboard import words
from dashboard.overall import Change as Newest
from dashboard.series import last_of
from dashboard.sheets import Column, Row, Sheet
from dashboard.view import View
from framewatch.changes import Change, Period, ReaderPart, change
from framewatch.crossings import ORIGIN
from framewatch.story import Frame

SPLITS = {"host": "outlets", ORIGIN: "original and re-published"}


def decomposed(view: View, frame: Frame, found: Newest | None) -> Change | None:
    """Of the days that are chosen: an outer bucket may reach beyond them."""
    if found is None:
        return None
    first, last = view.span
    before, after = (
        Period(max(first, bucket.start), min(last, last_of(bucket)))
        for bucket in (found.before, found.after)
    )
    return change(view.question, frame.code, before, after)


def parts_sheet(view: View, frame: Frame, found: Change | None) -> Sheet:
    """One line for each part; nothing where there are no two buckets to compare."""
    columns = (
        Column("part", "Part"),
        Column("points", "Points", "points"),
        Column("low", "Low", "points"),
        Column("high", "High", "points"),
        Column("note", "Note", "remark"),
    )
    caption = f"{frame.name}: what the change of the newest whole {view.step} is made of"
    rows = tuple(_rows(found)) if found else ()
    return Sheet(f"parts-{frame.code}", caption, columns, rows)


def _rows(found: Change) -> Iterator[Row]:
    off, corrected = found.difference, found.corrected
    counted = f"{words.a_count(found.after.n, 'article')} against {words.a_number(found.before.n)}"
    yield "change, as read", off.value, off.low, off.high, counted
    for by, name in SPLITS.items():
        if split := found.splits.get(by):
            yield f"mix of {name}", split.mix, None, None, ""
            yield f"within {name}", split.within, None, None, ""
    yield from _by_reader(found.reader)
    yield "change, corrected", corrected.value, corrected.low, corrected.high, corrected.reason


def _by_reader(found: ReaderPart) -> Iterator[Row]:
    parts = found.parts
    if parts is None:
        yield "model or codebook", None, None, None, found.reason
        return
    twice = f"{words.a_count(parts.twice, 'article')} read by both. {parts.note}".strip()
    total = f"with it {words.a_points(parts.total)}: the later days as the new reader has them, "
    yield "model or codebook", parts.reader, parts.low, parts.high, twice
    yield "news", parts.news, None, None, f"{total}less the earlier as the old one has"
