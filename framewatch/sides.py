"""Groups over several frames, and two groups bucket by bucket (see `framewatch.comparisons`).

All is read at once: what one frame, or one week, is made of lies side by side in the same arrays.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from db.tiers import Moments, overall
from framewatch import crossings
from framewatch.analysis import Question
from trends import moments, panel
from trends.buckets import Bucket, Step
from trends.compare import Difference, of_sides
from trends.outlet_days import NOBODY, Group, Places
from trends.panel import Reach, Share

# Groups that share no outlet's day: the one errs apart from the other.
APART = ("host", "country", "language")

Shares = dict[str, dict[str, Share]]  # by frame and group


def shares(
    question: Question, frames: Sequence[str], by: str, reach: Reach = Reach.PANEL
) -> Shares:
    """Of every group that has an article, by frame. Raises ValueError as `comparison`."""
    if by == "host":  # kept by outlet already
        return _of_outlets(question, frames, reach)
    found: Shares = {}
    for frame, held in crossings.groups_of(question, frames, by).items():
        found[frame] = {}
        for code, group in held.groups.items():
            sums = held.where.sums(group)
            found[frame][code] = panel.of_estimate(sums.estimate(reach), sums.outlets, reach)
    return found


def _of_outlets(question: Question, frames: Sequence[str], reach: Reach) -> Shares:
    held = question.known.frame_outlets(question.filters)
    return {
        frame: {
            sums.outlet: moments.share(overall(date.min, [sums]), reach)
            for sums in held.get(frame, ())
            if sums.n
        }
        for frame in frames
    }


def differences(
    question: Question, frame: str, by: str, pair: tuple[str, str], into: Sequence[Bucket]
) -> tuple[Difference, ...]:
    """Left less right in each week or month. Raises ValueError as `comparison`.

    Single days are not compared: one cluster an outlet says nothing of how its articles cluster.
    """
    if by in APART:
        one, two = (_moments(question.but(**{by: code}), frame, into) for code in pair)
        return tuple(moments.difference(one.get(b.start), two.get(b.start)) for b in into)
    held = crossings.groups(question, frame, by)
    left, right = (held.groups.get(code, NOBODY) for code in pair)
    return tuple(
        of_sides(held.where.sides(within(left, held.day, b), within(right, held.day, b)))
        for b in into
    )


def within(group: Group, day: Places, bucket: Bucket) -> Group:
    """The articles of a group on the days of a bucket."""
    days = day[group.places]
    mine = (days >= bucket.start.toordinal()) & (days < bucket.end.toordinal())
    return Group(group.places[mine], group.n[mine], group.total[mine], group.squares[mine])


def _moments(question: Question, frame: str, into: Sequence[Bucket]) -> dict[date, Moments]:
    step = Step.MONTH if into[0].end - into[0].start > timedelta(days=7) else Step.WEEK
    found = question.known.frame_moments(question.filters, step, frame)
    return {sums.start: sums for sums in found.get(frame, ())}
