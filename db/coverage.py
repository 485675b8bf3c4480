"""The ledger of coverage, by source, outlet and day: asked, answered, and what became of the links.

Everything is counted from the rows that the stages write; nothing is booked apart. See `db.days`
for how windows become days. All functions take an open transaction and only read. With `at` they
tell what was known at that instant; how a link ended is kept without its time, and told as today.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, select, true

from db.answer_states import answers_at
from db.days import (
    ANSWERED,
    RUN_UP,
    DayAnswer,
    Piece,
    answers_by_day,
    comparable,
    days_between,
    days_touched,
    usual,
    with_comparable,
)
from db.tables import ArticleRow, LinkRow, ReadingRow, SightingRow
from db.upsert import table_of
from framewatch.coverage import OutletDay
from framewatch.story import KEPT, Coverage, Outcome, SourceStatus, Window

# Ends that are no failure: an article, or our choice not to take it.
CHOSEN = KEPT | {Outcome.DUPLICATE, Outcome.OFF_TOPIC, Outcome.DISALLOWED}
RELEVANT = KEPT | {Outcome.DUPLICATE}
EXTRACTED = RELEVANT | {Outcome.OFF_TOPIC}
# Weight of a source whose usual day has nothing on the topic: less than one link, yet not nothing.
LEAST_WEIGHT = 0.5

Answers = Mapping[str, Mapping[date, DayAnswer]]  # source → day → answer
Counts = Mapping[tuple[str, str], Mapping[date, int]]  # source, outlet → day → links
_NONE: Mapping[date, Any] = {}
# A daily run has its last word on a day two days after its end, and may be late by hours.
IN_TIME = timedelta(days=3)


@dataclass(slots=True)
class _Tally:
    discovered: int = 0
    fetched: int = 0
    extracted: int = 0
    relevant: int = 0
    classified: int = 0
    failures: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: str | None, n: int, fetched: int, classified: int) -> None:
        """A group of n links that ended alike."""
        self.discovered += n
        self.fetched += fetched
        self.classified += classified
        if outcome in EXTRACTED:
            self.extracted += n
        if outcome in RELEVANT:
            self.relevant += n
        elif outcome and outcome not in CHOSEN:
            self.failures[outcome] = self.failures.get(outcome, 0) + n


def coverage(
    connection: Connection,
    topic: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    *,
    at: datetime | None = None,
) -> list[Coverage]:
    """The lines of the days from first to last, in order of day, source and outlet.

    A source has a line (outlet "") for each day for which it was asked or named links; an outlet
    for each day on which the source named links of it, or usually does. Links count on the day
    that they claim (`links.day`), for every source that named them.
    """
    answers = answers_of(connection, topic, first - RUN_UP, last, zone, at=at)
    before = _counts(connection, topic, first - RUN_UP, last, at=at)
    tallies = _tallies(connection, topic, first, last, at)
    compared = {
        (source, day): comparable(day, known)
        for source, known in answers.items()
        for day in days_between(first, last)
    }
    keys = {(day, source, "") for source, known in answers.items() for day in known if day >= first}
    keys |= tallies.keys() | _regular(compared, answers, before)
    lines = []
    for day, source, outlet in sorted(keys):
        days = compared.get((source, day), ())
        expected = usual(days, before.get((source, outlet), _NONE))
        key = (day, source, outlet)
        if expected or not outlet or key in tallies:
            answer = answers.get(source, _NONE).get(day)
            lines.append(_line(key, expected, answer, tallies.get(key) or _Tally()))
    return lines


def _regular(
    compared: Mapping[tuple[str, date], Collection[date]], answers: Answers, before: Counts
) -> set[tuple[date, str, str]]:
    """Days of outlets that a source, asked then, may usually name: on two such weekdays at least.

    (With fewer the median is 0. Most outlets are named once in a while, and this spares them.)
    """
    asked: dict[tuple[str, int], list[date]] = {}
    for source, day in compared:
        if day in answers[source]:
            asked.setdefault((source, day.weekday()), []).append(day)
    found = set()
    for (source, outlet), counts in before.items():
        if outlet and len(counts) > 1:
            weekdays = Counter(day.weekday() for day in counts)
            often = (weekday for weekday, n in weekdays.items() if n > 1)
            found |= {(d, source, outlet) for w in often for d in asked.get((source, w), ())}
    return found


def _line(
    key: tuple[date, str, str],
    expected: float | None,
    answer: DayAnswer | None,
    tally: _Tally,
) -> Coverage:
    return Coverage(
        day=key[0],
        source=key[1],
        outlet=key[2],
        expected=expected,
        asked=answer is not None,
        answered=answer.status if answer else None,
        partial=answer.partial if answer else "",
        discovered=tally.discovered,
        fetched=tally.fetched,
        extracted=tally.extracted,
        relevant=tally.relevant,
        classified=tally.classified,
        failures=dict(tally.failures),
    )


def collected_shares(
    connection: Connection,
    topic: str,
    days: Collection[date],
    zone: ZoneInfo,
    at: datetime | None = None,
) -> dict[date, float]:
    """For each day: the part, from 0 to 1, of its expected collection that was had.

    Of the sources that could have answered (asked, and not out of reach), those that did, weighted
    by the links they usually name on that weekday and by the hours they answered for. A source of
    which nothing is usual yet weighs as the others do in the mean. One that is out of reach is
    missed all the same where it used to name links of such days while they were young: it broke.
    """
    if not days:
        return {}
    answers, timely = answers_and_timely(connection, topic, days, zone, at=at)
    first, last = min(days) - RUN_UP, max(days)
    before = _counts(connection, topic, first, last, by_outlet=False, at=at)
    return {day: collected_share(day, answers, before, timely) for day in days}


def collected_share(
    day: date, answers: Answers, before: Counts, timely: Mapping[str, Collection[date]]
) -> float:
    """Of one day, from the weeks before it: how they were answered, counted, and asked in time.

    Sources are added up by name: in another order the sum may differ in its last digit.
    """
    able, expected = {}, {}
    for source, found in sorted(answers.items()):
        if day not in found:
            continue
        days = comparable(day, found)
        links = usual(days, before.get((source, ""), _NONE))
        broke = bool(links) and any(d in timely.get(source, ()) for d in days)
        if broke or found[day].status is not SourceStatus.OUT_OF_REACH:
            able[source], expected[source] = found[day], links
    known = [max(LEAST_WEIGHT, value) for value in expected.values() if value is not None]
    mean = sum(known) / len(known) if known else 1.0
    weights = {s: mean if v is None else max(LEAST_WEIGHT, v) for s, v in expected.items()}
    had = sum(weights[s] * a.share for s, a in able.items() if a.status in ANSWERED)
    return had / sum(weights.values()) if weights else 0.0


def answers_of(
    connection: Connection,
    topic: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    *,
    at: datetime | None = None,
) -> dict[str, dict[date, DayAnswer]]:
    """By source and day, as `db.days` tells."""
    pieces = _pieces(connection, topic, first, last, zone, at)
    return {source: answers_by_day(mine, first, last, zone) for source, mine in pieces.items()}


def answers_and_timely(
    connection: Connection,
    topic: str,
    days: Collection[date],
    zone: ZoneInfo,
    *,
    at: datetime | None = None,
) -> tuple[Answers, dict[str, set[date]]]:
    """As `answers_of`, of the days and of those with which they may be compared.

    And by source the days about which it was asked in time and answered.
    """
    first, last, among = min(days) - RUN_UP, max(days), with_comparable(days)
    pieces = _pieces(connection, topic, first, last, zone, at)
    answers, timely = {}, {}
    for source, mine in pieces.items():
        answers[source] = answers_by_day(mine, first, last, zone, among)
        answered = (piece for piece in mine if piece.in_time and piece.status in ANSWERED)
        timely[source] = days_touched(answered, first, last, zone)
    return answers, timely


def days_asked_in_time(
    connection: Connection,
    topic: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    *,
    at: datetime | None = None,
) -> dict[str, set[date]]:
    """By source: the days about which it was asked when they were young, whatever it said.

    Days that a backfill alone asked about are not among them.
    """
    pieces = _pieces(connection, topic, first, last, zone, at)
    found = {s: (p for p in mine if p.in_time) for s, mine in pieces.items()}
    days = {s: days_touched(mine, first, last, zone) for s, mine in found.items()}
    return {source: mine for source, mine in days.items() if mine}


def _pieces(
    connection: Connection,
    topic: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    at: datetime | None,
) -> dict[str, list[Piece]]:
    """By source, the entries whose windows touch the days from first to last."""
    row, span = answers_at(at).c, Window.of_days(first, last, zone)
    columns = (row.window_start, row.window_end, row.status, row.partial, row.answered_at)
    query = select(row.source, *columns).where(
        row.topic == topic, row.window_start < span.end, row.window_end > span.start
    )
    pieces: dict[str, list[Piece]] = {}
    for source, start, end, status, partial, when in connection.execute(query):
        piece = Piece(start, end, SourceStatus(status), partial, in_time=when - end <= IN_TIME)
        pieces.setdefault(source, []).append(piece)
    return pieces


def _counts(
    connection: Connection,
    topic: str,
    first: date,
    last: date,
    *,
    by_outlet: bool = True,
    at: datetime | None = None,
) -> dict[tuple[str, str], dict[date, int]]:
    """Links by source and outlet, with the source's total under the outlet "".

    Only indexes are read: links by topic, day and outlet, and the key of sightings.
    """
    links, seen = table_of(LinkRow), table_of(SightingRow)
    keys = [links.c.day, seen.c.source, *([links.c.outlet] if by_outlet else [])]
    outlet = [] if by_outlet else [literal("")]
    query = (
        select(*keys, *outlet, func.count())
        .join_from(links, seen, seen.c.link_id == links.c.id)
        .where(links.c.topic == topic, links.c.day.between(first, last), _named(at))
        .group_by(*keys)
    )
    found: dict[tuple[str, str], dict[date, int]] = {}
    for day, source, outlet, n in connection.execute(query).tuples():
        total = found.setdefault((source, ""), {})
        total[day] = total.get(day, 0) + n
        if outlet:
            found.setdefault((source, outlet), {})[day] = n
    return found


def _named(at: datetime | None) -> ColumnElement[bool]:
    """By a source, by then."""
    return true() if at is None else table_of(SightingRow).c.found_at <= at


def _tallies(
    connection: Connection, topic: str, first: date, last: date, at: datetime | None
) -> dict[tuple[date, str, str], _Tally]:
    """By day, source and outlet; the source's total under the outlet ""."""
    links, seen, readings = map(table_of, (LinkRow, SightingRow, ReadingRow))
    coded = (
        select(readings.c.id)
        .where(readings.c.article_id == links.c.article_id, readings.c.unread == "")
        .exists()
    )
    keys = (links.c.day, seen.c.source, links.c.outlet, links.c.outcome)
    query = (
        select(
            *keys,
            func.count(),
            func.count(links.c.page_id),
            func.sum(case((coded, 1), else_=0)),
        )
        .join_from(links, seen, seen.c.link_id == links.c.id)
        .where(links.c.topic == topic, links.c.day.between(first, last), _named(at))
        .group_by(*keys)
    )
    found: dict[tuple[date, str, str], _Tally] = {}
    for day, source, outlet, *counts in connection.execute(query).tuples():
        for key in {(day, source, ""), (day, source, outlet)}:
            if key not in found:
                found[key] = _Tally()
            found[key].add(*counts)
    return found


# --- outlets, whichever source named their links -------------------------------------------------


def outlet_days(connection: Connection, topic: str, first: date, last: date) -> list[OutletDay]:
    """Each outlet's links and texts of the days from first to last; every link counts once."""
    links = table_of(LinkRow)
    refused = and_(links.c.outcome == Outcome.HTTP_ERROR, links.c.detail.contains("status 403"))
    keys = (links.c.day, links.c.outlet, links.c.outcome)
    query = (
        select(*keys, func.count().label("n"), func.sum(case((refused, 1), else_=0)).label("no"))
        .where(links.c.topic == topic, links.c.day.between(first, last))
        .group_by(*keys)
    )
    ends: dict[tuple[date, str], Counter[str]] = {}
    forbidden: Counter[tuple[date, str]] = Counter()
    for row in connection.execute(query):
        key = (row.day, row.outlet)
        ends.setdefault(key, Counter())[row.outcome or ""] += row.n
        forbidden[key] += row.no
    texts: dict[tuple[date, str], list[Any]] = {}
    for row in _texts(connection, topic, first, last):
        texts.setdefault((row.day, row.outlet), []).append(row)
    return [
        OutletDay(
            day=day,
            outlet=outlet,
            ends=dict(counts),
            forbidden=forbidden[day, outlet],
            lengths=tuple(row.length for row in texts.get((day, outlet), ())),
            with_author=sum(row.authors > 0 for row in texts.get((day, outlet), ())),
            with_date=sum(row.published_at is not None for row in texts.get((day, outlet), ())),
        )
        for (day, outlet), counts in sorted(ends.items())
    ]


def _texts(connection: Connection, topic: str, first: date, last: date) -> Iterator[Any]:
    """One row per article kept: its length in characters, number of authors, and date."""
    links, articles = table_of(LinkRow), table_of(ArticleRow)
    query = (
        select(
            links.c.day,
            links.c.outlet,
            func.length(articles.c.text).label("length"),
            func.json_array_length(articles.c.authors).label("authors"),
            articles.c.published_at,
        )
        .join_from(links, articles, articles.c.id == links.c.article_id)
        .where(
            links.c.topic == topic,
            links.c.day.between(first, last),
            links.c.outcome.in_(KEPT),
        )
    )
    yield from connection.execute(query)
