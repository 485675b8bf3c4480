"""Key points: what a reader in a hurry takes away, each with its n and a way to check it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.sheets import Column, Sheet
from framewatch.analysis import FrameShare
from framewatch.shifts import Shifts
from framewatch.story import Target
from report.collection import Gap
from report.numbers import Numbers
from report.scope import Scope
from trends.tone import Tone


@dataclass(frozen=True, slots=True)
class Point:
    text: str
    n: int
    unit: str  # what n counts
    link: str  # to the dashboard


def points(found: Numbers) -> tuple[Point, ...]:
    return tuple(_points(found.scope, found))


def points_sheet(found: Sequence[Point]) -> Sheet:
    columns = (
        Column("point", "Point"),
        Column("n", "n", "count"),
        Column("unit", "Counted"),
        Column("link", "Link"),
    )
    return Sheet(
        "points", "Key points", columns, tuple((p.text, p.n, p.unit, p.link) for p in found)
    )


def _points(scope: Scope, found: Numbers) -> Iterator[Point]:
    view, status = scope.view, scope.view.status
    yield Point(
        f"{words.a_count(status.articles, 'article')} from "
        f"{words.a_count(status.outlets, 'outlet')}, {status.coded:,} of them coded for frames",
        status.articles,
        "articles",
        view.link(),
    )
    yield from _collected(scope, found.gaps)
    yield from _most(scope, found.shares)
    for name in scope.earlier:
        yield _changed(scope, found, name)
    yield from _shifted(scope, found.shifts)
    yield from _tones(scope, found.tones)
    if found.republished:
        yield Point(
            f"{words.a_count(found.republished, 'page')} had stood in another outlet before",
            found.republished,
            "pages",
            view.link("articles"),
        )


def _collected(scope: Scope, gaps: Sequence[Gap]) -> Iterator[Point]:
    if gaps:
        days = sum(gap.days for gap in gaps)
        length = len(list(scope.period.bucket.days))
        yield Point(
            f"Collection failed in whole or in part on {days:,} of {length:,} days: "
            "what was published then is not known",
            days,
            "days",
            scope.view.link("method"),
        )


def _most(scope: Scope, shares: Sequence[FrameShare]) -> Iterator[Point]:
    known = [one for one in shares if one.share.low is not None]
    if not known:
        none = "Too few articles were coded for a share with an interval"
        yield Point(none, 0, "articles", scope.view.link())
        return
    most = max(known, key=lambda one: one.share.share or 0.0)
    share = most.share
    yield Point(
        f"The most frequent frame was {_name(scope, most.frame)}: {words.a_share(share.share)} of "
        f"coded articles (95% interval {words.a_range(share.low, share.high)}) as the machine "
        f"reads them; {_corrected(most)}",
        share.n,
        "coded articles",
        scope.view.link(f"frame/{most.frame}"),
    )


def _corrected(found: FrameShare) -> str:
    made = found.correction.rogan_gladen if found.correction else None
    if made is None or made.value is None:
        return "not corrected for its errors"
    ends = words.a_range(made.low, made.high)
    return f"corrected for its errors {words.a_share(made.value)} ({ends})"


def _changed(scope: Scope, found: Numbers, name: str) -> Point:
    """The clear change of the largest size, or why there is none."""
    mine = [one for (_, against), one in found.changes.items() if against == name]
    reasons = [one.reason for one in mine if one.reason]
    known = [one for one in mine if one.difference.low is not None and not one.reason]
    clear = [one for one in known if one.difference.clear]
    n = max((one.after.n for one in mine), default=0)
    period = scope.earlier[name]
    against = f"{name} ({period.first} to {period.last})"
    if not clear:
        why = reasons[0] if reasons else "Too few articles then or now."
        text = f"No clear change of any frame against {against}"
        text = text if known else f"Not compared with {name}. {why.rstrip('.')}"
        return Point(text, n, "coded articles", scope.view.link())
    most = max(clear, key=lambda one: abs(one.difference.value or 0.0))
    off = most.difference
    verb = "rose" if (off.value or 0) > 0 else "fell"
    return Point(
        f"{_name(scope, most.frame)} {verb} by {_points_of(abs(off.value or 0))} points against "
        f"{against} (95% interval of the change {words.a_points(off.low)} to "
        f"{words.a_points(off.high)}); "
        f"{len(clear)} of {len(mine)} frames changed clearly",
        most.before.n + most.after.n,
        "coded articles of both periods",
        scope.view.link(f"frame/{most.frame}"),
    )


def _shifted(scope: Scope, found: Shifts) -> Iterator[Point]:
    """The surest shift."""
    for one in found.found[:1]:
        shift = one.shift
        yield Point(
            f"{_name(scope, one.frame)} moved to another level in the week of "
            f"{words.a_day(shift.start)}: {words.a_points(shift.size)} points (interval "
            f"{words.a_points(shift.low)} to {words.a_points(shift.high)}); "
            f"{words.a_count(len(found.found), 'shift')} in all",
            shift.n,
            "coded articles",
            scope.view.link(f"frame/{one.frame}"),
        )


def _tones(scope: Scope, tones: Sequence[tuple[Target, Tone]]) -> Iterator[Point]:
    """The target with the clearest tone, if any is clear of zero."""
    sided = [
        (target, tone)
        for target, tone in tones
        if tone.low is not None and tone.high is not None and not tone.low <= 0 <= tone.high
    ]
    if not sided:
        return
    target, tone = max(sided, key=lambda found: abs(found[1].mean or 0.0))
    side = "positive" if (tone.mean or 0) > 0 else "negative"
    ends = f"{words.a_tone(tone.low or 0.0)} to {words.a_tone(tone.high or 0.0)}"
    yield Point(
        f"Tone was most clearly {side} towards {target.name}: {words.a_tone(tone.mean or 0.0)} "
        f"on a scale from −1 to +1 (95% interval {ends})",
        tone.n,
        "articles that mention it",
        scope.view.link(),
    )


def _points_of(size: float) -> str:
    return f"{size * 100:.1f}"


def _name(scope: Scope, code: str) -> str:
    return next((frame.name for frame in scope.frames if frame.code == code), code)
