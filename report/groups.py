"""Frames by outlet, country, language and genre: each group beside all the others."""

from dataclasses import dataclass

from dashboard import words
from dashboard.sheets import Column, Sheet
from framewatch.comparisons import Group, comparison
from framewatch.story import Frame
from report.inert import plain
from report.scope import Scope
from report.shares import DIFFERENCE, FRAME, SHARE, share_cells

BY = {"host": "outlet", "country": "country", "language": "language", "genre": "genre"}
SHOWN = ("outlet", "country", "language")  # on the page
MOST_COLUMNS = 6  # groups side by side on the page; the others are in the file


@dataclass(frozen=True, slots=True)
class FrameOfGroup:
    by: str
    name: str  # of the group
    frame: Frame
    group: Group


@dataclass(frozen=True, slots=True)
class Matrix:
    """Frames by groups, as the page shows them."""

    by: str
    groups: tuple[str, ...]  # names, the largest first
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # frame, cells (share, interval, n)
    left_out: int  # groups


def groups(scope: Scope) -> tuple[FrameOfGroup, ...]:
    """By column and frame, the largest group first."""
    outlets = {facet.code: facet.name for facet in scope.view.facets.hosts}
    return tuple(
        FrameOfGroup(name, _named(name, group.code, outlets), frame, group)
        for column, name in BY.items()
        for frame in scope.frames
        for group in comparison(scope.question, frame.code, column).groups
    )


def groups_sheet(found: tuple[FrameOfGroup, ...]) -> Sheet:
    columns = (Column("by", "By"), Column("group", "Group"), Column("group_name", "Name"))
    rows = tuple(
        (
            *(one.by, one.group.code, one.name, one.frame.code, one.frame.name),
            *share_cells(one.group.share),
            *(one.group.difference.value, one.group.difference.low, one.group.difference.high),
        )
        for one in found
    )
    caption = "Share of coded articles by group, and the difference from all other groups"
    return Sheet("groups", caption, (*columns, *FRAME, *SHARE, *DIFFERENCE), rows)


def matrices(found: tuple[FrameOfGroup, ...]) -> tuple[Matrix, ...]:
    return tuple(_matrix([one for one in found if one.by == by], by) for by in SHOWN)


def _matrix(found: list[FrameOfGroup], by: str) -> Matrix:
    """Of the groups with the most coded articles."""
    sizes: dict[str, int] = {}
    for one in found:
        sizes[one.group.code] = max(sizes.get(one.group.code, 0), one.group.share.n)
    ordered = sorted(sizes, key=lambda code: (-sizes[code], code))
    shown = ordered[:MOST_COLUMNS]
    names = {one.group.code: plain(one.name, 60) or "unknown" for one in found}
    cells = {(one.frame.name, one.group.code): _cell(one.group) for one in found}
    frames = dict.fromkeys(one.frame.name for one in found)
    return Matrix(
        by=by,
        groups=tuple(names[code] for code in shown),
        rows=tuple((f, tuple(cells.get((f, code), ("–", "")) for code in shown)) for f in frames),
        left_out=len(ordered) - len(shown),
    )


def _cell(group: Group) -> tuple[str, str]:
    share = group.share
    return words.a_share(share.share), f"{words.a_range(share.low, share.high)}, n {share.n:,}"


def _named(by: str, code: str, outlets: dict[str, str]) -> str:
    if by == "outlet":
        return outlets.get(code) or code
    named = {"country": words.a_country, "language": words.a_language, "genre": words.a_genre}
    return named[by](code)
