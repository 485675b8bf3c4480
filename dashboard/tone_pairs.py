"""Tone with a frame against without it: by frame for a target, by target for a frame."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.charts.lanes import Lane, Mark
from dashboard.figures import Figure
from dashboard.ranking import laned
from dashboard.sheets import Column, Sheet
from dashboard.tones import behind, tone_ruler
from dashboard.view import View
from framewatch.comparisons import tones_by_frame
from framewatch.story import Frame, Target
from trends.compare import Difference, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class TonePair:
    name: str  # of the frame or target that tells it from the others
    behind: str  # the articles with the frame that mention the target
    difference: Difference  # with less without


def of_frames(view: View, frames: Sequence[Frame], target: Target) -> Figure:
    """One row per frame."""
    pairs = _pairs(view, [(frame, target, frame.name) for frame in frames])
    caption = f"Tone towards {target.name} in articles with each frame and without"
    return _figure(pairs, frames_sheet_name(target), ("Frame", caption))


def of_targets(view: View, frame: Frame) -> Figure:
    """One row per target of the topic."""
    pairs = _pairs(view, [(frame, target, target.name) for target in view.topic.targets])
    caption = f"Tone by target in articles with {frame.name} and without"
    return _figure(pairs, targets_sheet_name(frame), ("Target", caption))


def frames_sheet_name(target: Target) -> str:
    return f"with-frames-{target.code}"


def targets_sheet_name(frame: Frame) -> str:
    return f"with-targets-{frame.code}"


def _pairs(view: View, asked: Sequence[tuple[Frame, Target, str]]) -> list[TonePair]:
    found = tones_by_frame(view.question, [(frame.code, target.code) for frame, target, _ in asked])
    return [
        TonePair(
            name=name,
            behind=behind(view, target, frame=frame.code),
            difference=one.difference,
        )
        for (frame, target, name), one in zip(asked, found, strict=True)
    ]


def _figure(pairs: Sequence[TonePair], name: str, told: tuple[str, str]) -> Figure:
    rows = [
        Lane(
            name=pair.name,
            disc=_mark(pair.difference.left),
            diamond=_mark(pair.difference.right),
            said=_said(pair.difference),
            note=f"{pair.name}: {_note(pair.difference)}",
        )
        for pair in pairs
        if pair.difference.left.n or pair.difference.right.n
    ]
    return laned(name, told[1], (rows, tone_ruler(rows)), _sheet(pairs, name, told))


def _sheet(pairs: Sequence[TonePair], name: str, told: tuple[str, str]) -> Sheet:
    title, caption = told
    rows = tuple(
        (
            pair.name,
            *(getattr(side, key) for side in (off.left, off.right) for key in SIDE),
            *(off.value, off.low, off.high, _verdict(off)),
        )
        for pair in pairs
        for off in [pair.difference]
    )
    columns = [Column("name", title)]
    for key, word in (("with", "With"), ("without", "Without")):
        columns += [
            Column(f"{key}_denominator", f"{word}: articles", "count"),
            Column(f"{key}_mean", "Mean tone", "tone"),
            Column(f"{key}_low", "Low", "tone"),
            Column(f"{key}_high", "High", "tone"),
        ]
    columns += [
        Column("difference", "With less without", "tone"),
        Column("low", "Low", "tone"),
        Column("high", "High", "tone"),
        Column("verdict", "Verdict"),
    ]
    leads = tuple(pair.behind for pair in pairs)
    caption = f"{caption}, from −1 to +1, with 95% intervals"
    return Sheet(name, caption, tuple(columns), rows, leads)


SIDE = ("n", "mean", "low", "high")


def _mark(side: Side) -> Mark | None:
    return None if side.mean is None else Mark(side.mean, side.low, side.high)


def _said(off: Difference) -> str:
    if off.low is None:
        return "too few"
    sign = "not clear" if not off.clear else "▲" if (off.value or 0.0) > 0 else "▼"
    shown = words.a_tone(off.value or 0.0)
    return f"{shown} {sign}" if not off.clear else f"{sign} {shown}"


def _verdict(off: Difference) -> str:
    if off.low is None:
        return "too few articles"
    if not off.clear:
        return "no clear difference"
    return "▲ more positive" if (off.value or 0.0) > 0 else "▼ more negative"


def _note(off: Difference) -> str:
    said = []
    for side, word in ((off.left, "with"), (off.right, "without")):
        if side.mean is None:
            said.append(f"{word} none")
            continue
        ends = "no interval"
        if side.low is not None and side.high is not None:
            ends = f"{words.a_tone(side.low)} to {words.a_tone(side.high)}"
        said.append(f"{word} {words.a_tone(side.mean)} ({ends}), n {words.a_number(side.n)}")
    return f"{', '.join(said)}: {_verdict(off)}"
