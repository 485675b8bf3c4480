"""What changed last, frame by frame: the first table of the overview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from dashboard import series, words
from dashboard.charts import CHARTS
from dashboard.charts.band import Axis
from dashboard.charts.svg import Label, Size
from dashboard.overall import Change, newest_change
from dashboard.series import FrameRows
from dashboard.sheets import Column, Row, Sheet
from dashboard.view import View
from framewatch.story import Frame, Trend
from trends.buckets import Bucket, Step

FIRST = 8  # rows shown at once
HALF_A_YEAR = {Step.WEEK: 26, Step.MONTH: 6}  # buckets of a sparkline
SPARK = Size(132, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFrame:
    """One row: a frame, its newest change, and the half year before it."""

    frame: Frame
    change: Change
    spark: Markup

    @property
    def clear(self) -> bool:
        return self.change.difference.clear

    @property
    def last(self) -> date:
        """The last day of the newest bucket."""
        return series.last_of(self.change.after)

    @property
    def verdict(self) -> str:
        """The sign never by colour alone."""
        if not self.clear:
            return "no clear change"
        return "▲ more" if (self.change.difference.value or 0.0) > 0 else "▼ less"


@dataclass(frozen=True, slots=True)
class Changed:
    """The clear changes first, the largest first."""

    rows: tuple[ChangedFrame, ...]
    others: tuple[Frame, ...]  # coded, and without two buckets that may be compared
    sheet: Sheet

    @property
    def newest(self) -> Change:
        """What most rows compare; one that lacks this bucket says so."""
        return max((row.change for row in self.rows), key=lambda change: change.after.start)

    @property
    def first(self) -> tuple[ChangedFrame, ...]:
        return self.rows[:FIRST]


def changed(
    view: View, counts: Mapping[str, FrameRows], trends: Mapping[Frame, Sequence[Trend]]
) -> Changed | None:
    """None by day: single days are not compared."""
    if view.step is Step.DAY:
        return None
    axis = series.share_axis(list(trends.values()))
    rows, others = [], []
    for frame, trend in trends.items():
        if frame.code not in counts:
            continue
        change = newest_change(view, counts[frame.code], trend)
        if change is None:
            others.append(frame)
        else:
            spark = _spark(view, frame, trend, axis)
            rows.append(ChangedFrame(frame=frame, change=change, spark=spark))
    ordered = tuple(sorted(rows, key=_rank))
    return Changed(ordered, tuple(others), _sheet(view, ordered))


def changed_sheet(view: View) -> Sheet:
    counts = series.frame_counts(view)
    coded = (frame for frame in view.site.frames_of(view.topic) if frame.code in counts)
    trends = {frame: series.frame_series(view, counts[frame.code]) for frame in coded}
    found = changed(view, counts, trends)
    return found.sheet if found else _sheet(view, ())


def _rank(row: ChangedFrame) -> tuple[bool, float]:
    return not row.clear, -abs(row.change.difference.value or 0.0)


def _spark(view: View, frame: Frame, trend: Sequence[Trend], axis: Axis) -> Markup:
    points = series.frame_points(view, trend)[-HALF_A_YEAR[view.step] :]
    span = words.a_span(Bucket(points[0].start, points[-1].end))
    label = Label(f"spark-{frame.code}", f"{frame.name}: {span}", points[-1].note)
    return CHARTS["spark"](label, points, axis, SPARK)


def _sheet(view: View, rows: Iterable[ChangedFrame]) -> Sheet:
    columns = (
        Column("frame", "Frame"),
        Column("before", "Earlier"),
        Column("after", "Later"),
        Column("share_before", "Share before", "share"),
        Column("share", "Share", "share"),
        Column("change", "Points", "points"),
        Column("low", "Low", "points"),
        Column("high", "High", "points"),
        Column("articles_before", "Articles before", "count"),
        Column("articles", "Articles", "count"),
        Column("verdict", "Verdict"),
    )
    caption = f"Change of each frame, the newest whole {view.step} against the one before"
    return Sheet("changes", caption, columns, tuple(_row(row) for row in rows))


def _row(row: ChangedFrame) -> Row:
    change, off = row.change, row.change.difference
    return (
        row.frame.name,
        change.before.start.isoformat(),
        change.after.start.isoformat(),
        off.right.mean,
        off.left.mean,
        off.value,
        off.low,
        off.high,
        off.right.n,
        off.left.n,
        row.verdict,
    )
