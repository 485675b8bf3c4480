"""Every frame in every group: the table of shades."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.charts import CHARTS
from dashboard.charts.heat import Cell, Row
from dashboard.charts.svg import Label
from dashboard.figures import Figure
from dashboard.groups import Grouping
from dashboard.ranking import share_cells, share_columns
from dashboard.sheets import Column, Sheet
from framewatch.sides import Shares, shares
from framewatch.story import Frame
from trends.panel import Share

MOST_ROWS = 30  # groups, the largest first; the files have all
TOPS = tuple(step / 20 for step in range(1, 21))  # where the scale of shades may end


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    grouping: Grouping
    frames: tuple[Frame, ...]
    found: Shares

    @property
    def codes(self) -> tuple[str, ...]:
        """Every group that any frame knows, the largest first."""
        sizes: dict[str, int] = {}
        for of in self.found.values():
            for code, share in of.items():
                sizes[code] = max(share.n, sizes.get(code, 0))
        return tuple(sorted(sizes, key=lambda code: (-sizes[code], code)))

    @property
    def left_out(self) -> int:
        return max(0, len(self.codes) - MOST_ROWS)

    @property
    def top(self) -> float:
        """The share that the darkest shade stands for."""
        every = (share for of in self.found.values() for share in of.values())
        known = [share.share or 0.0 for share in every if share.low is not None]
        return next(top for top in TOPS if top >= max(known, default=0.0))


def heatmap(grouping: Grouping, frames: Sequence[Frame]) -> Heatmap:
    view = grouping.view
    codes = [frame.code for frame in frames]
    found = shares(view.question, codes, grouping.dim.value, view.choice.reach)
    return Heatmap(grouping=grouping, frames=tuple(frames), found=found)


def heat_sheet(held: Heatmap) -> Sheet:
    """One row per frame and group."""
    grouping = held.grouping
    pairs = [(frame, code) for frame in held.frames for code in held.codes]
    pairs = [(frame, code) for frame, code in pairs if code in held.found[frame.code]]
    rows = tuple(
        (frame.name, grouping.name(code), *share_cells(held.found[frame.code][code]))
        for frame, code in pairs
    )
    leads = tuple(grouping.behind(code, frame.code) for frame, code in pairs)
    columns = (Column("frame", "Frame"), Column("group", grouping.title), *share_columns())
    caption = f"Share of coded articles with each frame by {grouping.by}, with {grouping.interval}"
    return Sheet("heatmap", caption, columns, rows, leads)


def heat_figure(held: Heatmap) -> Figure:
    """Groups down, frames across; those with too few articles for an interval are not shaded."""
    return _drawn(held, "heat")


def heat_drawing(held: Heatmap) -> Figure:
    """The same for a file. Raises 404 where no article is coded."""
    if not held.codes:
        raise HTTPException(404, "No coded article matches these filters.")
    return _drawn(held, "tiles")


def _drawn(held: Heatmap, chart: str) -> Figure:
    sheet = heat_sheet(held)
    rows = []
    for code in held.codes[:MOST_ROWS]:
        mine = [held.found[frame.code].get(code) for frame in held.frames]
        cells = tuple(
            _cell(held.grouping, code, frame, share)
            for frame, share in zip(held.frames, mine, strict=True)
        )
        most = max(share.n for share in mine if share)
        about = words.a_count(most, "article")
        rows.append(Row(name=held.grouping.name(code), about=about, cells=cells))
    label = Label("heatmap", f"Shares by frame and {held.grouping.by}", sheet.caption)
    drawn = CHARTS[chart](label, [frame.name for frame in held.frames], rows, held.top)
    return Figure(wide=drawn, narrow=None, sheet=sheet)


def _cell(grouping: Grouping, code: str, frame: Frame, share: Share | None) -> Cell:
    who = f"{frame.name}, {grouping.name(code)}"
    if share is None or share.share is None:
        return Cell(value=None, said="–", note=f"{who}: no article")
    href = grouping.behind(code, frame.code)
    counts = f"{words.a_number(share.k)} of {words.a_count(share.n, 'article')}"
    if share.low is None:
        said = f"{words.a_number(share.k)} of {words.a_number(share.n)}"
        return Cell(value=None, said=said, note=f"{counts}, too few: {who}", href=href)
    said, ends = words.a_share(share.share), words.a_range(share.low, share.high)
    return Cell(value=share.share, said=said, note=f"{said} ({ends}), {counts}: {who}", href=href)
