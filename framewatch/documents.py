"""Document tone: the aggregate of an article's target scores (no score is made of the whole text).

Each target that an article mentions counts once, so an article that mentions more says more. Its
scores lie in one outlet-day, and so never count as independent (`trends.clusters`).
"""

from collections.abc import Iterable, Sequence

import numpy as np

from db.crossed import Asked, crossed, names
from db.queries import ToneDay
from framewatch.question import Question
from framewatch.sides import within
from trends import tone
from trends.buckets import Bucket, Presence
from trends.outlet_days import Group, OutletDays, Places
from trends.panel import Reach
from trends.tone import Tone

SUMS = ("n", "tone", "squares")


def documents(question: Question, into: Sequence[Bucket], presence: Presence) -> tuple[Tone, ...]:
    """One point per bucket; n counts target scores, not articles."""
    where, every, day = _now(question) if question.known_at is None else _then(question)
    found = []
    for bucket in into:
        estimate = where.sums(within(every, day, bucket)).estimate(Reach.PANEL)
        found.append(tone.of_estimate(bucket, estimate, presence))
    return tuple(found)


def _now(question: Question) -> tuple[OutletDays, Group, Places]:
    targets = names(question.store, question.filters, "target")
    found = crossed(question.store, question.filters, Asked("target", ("",), targets))
    held = [found.of("target", "", target) for target in targets]
    sums = (sum((one[name] for one in held), np.zeros(len(found.n))) for name in SUMS)
    ordinals = np.array([day.toordinal() for day in found.days], dtype=np.intp)
    where = OutletDays(found.host, len(found.hosts))
    return where, Group.of(found.outlet_day, *sums), ordinals[found.day]


def _then(question: Question) -> tuple[OutletDays, Group, Places]:
    rows = [day for days in question.known.tone_days(question.filters).values() for day in days]
    where, number = OutletDays.of((row.outlet, row.day) for row in rows)
    rows.sort(key=lambda row: number[row.outlet, row.day])
    places = np.array([number[row.outlet, row.day] for row in rows], dtype=np.intp)
    values = np.array([(row.n, row.tone_sum, row.tone_squares) for row in rows], float)
    day = np.array([row.day.toordinal() for row in _first(rows)], dtype=np.intp)
    return where, Group.of(places, *values.reshape(len(rows), 3).T), day


def _first(rows: Iterable[ToneDay]) -> Iterable[ToneDay]:
    """One of each outlet-day."""
    return {(row.outlet, row.day): row for row in rows}.values()
