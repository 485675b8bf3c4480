"""Figures of comparisons from kept arrays are those of articles, readings and scores."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, product

import pytest
from sqlalchemy import Connection, delete, func, insert, select

from db import analysis, asof_records
from db.publish import publish, rebuild
from db.queries import Filters
from db.rereadings import TwiceDay, identities, reader_counts, readers_of, twice
from db.sentences import best_sentences
from db.session import Store, open_store
from db.tables import CrossingDayRow, EvidenceRow, FrameScoreRow, ReadingRow, TargetScoreRow
from db.upsert import table_of
from framewatch.analysis import Question
from framewatch.changes import Period, change
from framewatch.comparisons import comparison, cooccurrences, difference, tone_by_frame
from framewatch.crossings import DIMENSIONS, ORIGIN, TARGET, VOICE, groups
from framewatch.facts import load_topics
from framewatch.settings import ROOT
from framewatch.story import CountBy, DayCount, ReaderIdentity
from tests.changing_store import DAYS, FIRST, LATER, World
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC
from trends import panel
from trends.compare import Difference, of_shares, of_tones, together
from trends.panel import Reach

DEEPSEEK = load_topics(ROOT / "topics")[TOPIC]
TODAY = FIRST + timedelta(days=DAYS + 30)
FRAMES = ("conflict", "economic", "morality")
TARGETS = ("china", "deepseek", "nvidia")
READERS = [
    ReaderIdentity(model="m", revision=r, weights_sha256="w", codebook_sha256=f"c{len(frames)}")
    for r, frames in (("1", FRAMES), ("2", FRAMES), ("3", FRAMES[1:]))
]
CHOSEN: tuple[dict[str, str], ...] = (
    {},
    {"country": "AU"},
    {"country": "FR"},
    {"language": "en"},
    {"genre": "opinion"},
    {"host": "elm"},
    {"host": "elm", "language": "fr", "genre": "news"},
    {"country": "GB", "language": "en", "genre": "news"},
    {"host": "none"},
)
SPANS = (
    (None, None),
    (date(2025, 1, 30), date(2025, 2, 26)),
    (date(2025, 2, 4), date(2025, 2, 6)),
    (date(2025, 2, 13), None),
)
COUNTS = {VOICE: analysis.voice_counts, TARGET: analysis.target_counts}
COUNTS |= {ORIGIN: analysis.origin_counts}


class Crowd(World):
    """A world with several readers, one of whom has a codebook without conflict."""

    def read(self, connection: Connection) -> None:
        article = self._any(connection)
        if article is None:
            return
        self.number += 1
        who = self.chance.choice(READERS)
        key = {"article_id": article.id, "text_sha256": article.text_sha256}
        key |= {name: getattr(who, name) for name in ("model", "revision")}
        key |= {"weights_sha256": "w", "codebook_sha256": who.codebook_sha256}
        c = table_of(ReadingRow).c
        mine = [c[k] == v for k, v in key.items()]
        text = [c.article_id == article.id, c.text_sha256 == article.text_sha256]
        newest = select(func.max(c.id)).where(*text).scalar_subquery()
        if connection.execute(select(c.id).where(c.id == newest, *mine)).first():
            return  # it reads again only after another one
        count = select(func.count()).select_from(table_of(ReadingRow)).where(*mine)
        key["turn"] = connection.execute(count).scalar_one()
        when = NOW + timedelta(hours=self.number)
        row = insert(ReadingRow).values(**key, unread="", read_at=when).returning(ReadingRow.id)
        made = connection.execute(row).scalar_one()
        for frame in FRAMES[1:] if who is READERS[2] else FRAMES:
            self._score(connection, made, frame)
        for target in TARGETS:
            if self.chance.random() < 0.4:
                share = self.chance.random()
                scores = {"positive": share, "negative": 1 - share, "neutral": 0.0}
                values = {"reading_id": made, "target": target, "mentions": 1} | scores
                connection.execute(insert(TargetScoreRow), values)

    def _score(self, connection: Connection, reading: int, frame: str) -> None:
        present = self.chance.random() < 0.5
        score = {"reading_id": reading, "frame": frame, "probability": 0.5, "threshold": 0.5}
        connection.execute(insert(FrameScoreRow), score | {"present": present})
        for start in range(self.chance.randrange(4)):
            said = {"reading_id": reading, "kind": "frame", "about": frame, "start": start}
            said |= {"end": start + 3, "score": self.chance.choice((0.3, 0.6, 0.9))}
            said |= {"voice": self.chance.choice(("outlet", "quoted")), "speaker": ""}
            connection.execute(insert(EvidenceRow), said)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def crowd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Some hundreds of articles, many read by several readers, copied and edited."""
    url = f"sqlite:///{tmp_path_factory.mktemp('crowd')}/store.db"
    if request.param == "postgres":
        url = request.getfixturevalue("module_postgres_url")
    _fill(url)
    engine = open_store(url, read_only=True)
    yield engine
    engine.dispose()


def _fill(url: str) -> None:
    migrate(url)
    engine = open_store(url)
    world = Crowd(51)
    with engine.begin() as connection:
        world.change(connection, 600)
        for _ in range(500):
            world.read(connection)
        publish(connection, TOPIC, NOW)
    engine.dispose()


def questions(store: Store, some: int) -> list[Question]:
    """Of all combinations of filters, days and ways of counting, some by chance."""
    every = list(product(CHOSEN, SPANS, CountBy))
    every = every[: len(CountBy)] + random.Random(3).sample(every[len(CountBy) :], some)
    return [
        asked(store, first=first, last=last, count_by=by, **chosen)
        for chosen, (first, last), by in every
    ]


def asked(store: Store, **filters: object) -> Question:
    held = Filters(topic=TOPIC, **filters)  # type: ignore[arg-type]
    return Question(store=store, topic=DEEPSEEK, filters=held, today=TODAY)


def raw(question: Question, frame: str, by: str) -> dict[str, tuple[DayCount, ...]]:
    """From articles."""
    if by in COUNTS:
        return COUNTS[by](question.store, question.filters, frame)
    return analysis.grouped_counts(question.store, question.filters, frame, by)


def same(found: object, expected: object) -> None:
    """Field by field; numbers to nine digits."""
    for name in expected.__dataclass_fields__:  # type: ignore[attr-defined]
        one, other = getattr(found, name), getattr(expected, name)
        if hasattr(other, "__dataclass_fields__"):
            same(one, other)
        elif isinstance(other, float):
            assert one == pytest.approx(other, rel=1e-9, abs=1e-9), name
        else:
            assert one == other, name


def rest_of(
    groups_: dict[str, tuple[DayCount, ...]], code: str, by: str, every: Sequence[DayCount]
) -> list[DayCount]:
    """All other articles; of a voice, the other voice."""
    if by == VOICE:
        return [count for other, held in groups_.items() if other != code for count in held]
    left = {(c.outlet, c.day): (c.n, c.k) for c in every}
    for c in groups_[code]:
        n, k = left[c.outlet, c.day]
        left[c.outlet, c.day] = n - c.n, k - c.k
    return [DayCount(outlet=o, day=d, n=n, k=k) for (o, d), (n, k) in left.items()]


# --- the same figures -----------------------------------------------------------------------------


@pytest.mark.parametrize("by", DIMENSIONS)
def test_groups_have_the_counts_of_their_articles(crowd: Store, by: str) -> None:
    """Per outlet and day, under filters of all kinds, in each way of counting."""
    compared = 0
    for question in questions(crowd, 30):
        found = groups(question, "conflict", by)
        expected = raw(question, "conflict", by)
        assert set(found.groups) == set(expected)
        for code, counts in expected.items():
            mine = found.groups[code]
            assert sorted(zip(mine.n, mine.total, strict=True)) == sorted(
                (c.n, c.k) for c in counts
            )
            sums = found.where.sums(mine)
            assert sorted(sums.n[sums.n > 0]) == sorted(_by_outlet(counts).values())
            compared += len(counts)
    assert compared > 300


def _by_outlet(counts: Sequence[DayCount]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for count in counts:
        sums[count.outlet] = sums.get(count.outlet, 0) + count.n
    return sums


@pytest.mark.parametrize("by", DIMENSIONS)
def test_differences_are_those_of_the_articles(crowd: Store, by: str) -> None:
    """With their intervals, for these outlets and beyond them."""
    clear = 0
    for question, reach in product(questions(crowd, 12), Reach):
        every = analysis.article_counts(crowd, question.filters, "economic")
        expected = raw(question, "economic", by)
        for group in comparison(question, "economic", by, reach).groups:
            counts = expected[group.code]
            same(group.share, panel.share(panel.cells(counts), reach))
            rest = rest_of(expected, group.code, by, every)
            same(group.difference, of_shares(counts, rest, reach))
            clear += group.difference.low is not None
    assert clear > 10
    codes = sorted(expected)[:2]
    if len(codes) == 2:
        pair = difference(question, "economic", by, *codes, reach)
        same(pair, of_shares(*(expected[code] for code in codes), reach))


def test_frames_together_and_tone_are_those_of_the_articles(crowd: Store) -> None:
    """Though one reader's codebook lacks a frame."""
    known = [0, 0]
    for question in questions(crowd, 30):
        for (frame, other), pair in cooccurrences(question, FRAMES[::-1]).items():
            days = analysis.pair_days(crowd, question.filters, frame, other)
            same(pair.together, together(days))
            known[0] += pair.together.low is not None
        for frame, target in product(FRAMES, ("china", "deepseek")):
            tones = analysis.tones_by_presence(crowd, question.filters, frame, target)
            found = tone_by_frame(question, frame, target).difference
            same(found, of_tones(tones[True], tones[False]))
            known[1] += found.low is not None
    assert min(known) > 10


def test_the_best_sentences_are_the_first_of_all(crowd: Store) -> None:
    """Many have the same score: then the one stored first comes first."""
    seen = 0
    for question in questions(crowd, 25):
        every = best_sentences(crowd, question.filters, "economic", 100_000)
        best = best_sentences(crowd, question.filters, "economic", 4)
        assert best == every[:4]
        if question.filters.count_by is CountBy.HOST:
            assert every == best_sentences(
                crowd, question.filters, "economic", 100_000, LATER + timedelta(days=900)
            )
        seen += len(every) > 4
    assert seen > 5


def test_readers_are_those_of_the_readings(crowd: Store) -> None:
    """Who read a share, with what result, and what two made of the same articles."""
    at = LATER + timedelta(days=900)
    assert identities(crowd, TOPIC) == asof_records.identities(crowd, TOPIC, at)
    assert set(identities(crowd, TOPIC)) > set(READERS)
    both = 0
    for question in questions(crowd, 60):
        filters = question.filters
        if filters.count_by is not CountBy.HOST:
            continue
        assert readers_of(crowd, filters, "conflict") == readers_of(crowd, filters, "conflict", at)
        for reader in READERS:
            found = reader_counts(crowd, filters, "economic", reader)
            assert found == reader_counts(crowd, filters, "economic", reader, at)
        for old, new in combinations(READERS[::-1], 2):
            held = twice(crowd, filters, "economic", old, new)
            assert _told(held) == _told(twice(crowd, filters, "economic", old, new, at))
            both += sum(day.n for day in held)
    assert both > 50


def _told(days: Sequence[TwiceDay]) -> list[TwiceDay]:
    return sorted(days, key=lambda day: (day.outlet, day.n, day.old, day.new, day.differ))


# --- upkeep ---------------------------------------------------------------------------------------


def kept(connection: Connection) -> dict[tuple[object, ...], bytes]:
    rows = connection.execute(select(table_of(CrossingDayRow)))
    return {tuple(row[:-1]): bytes(row[-1]) for row in rows}


def test_arrays_made_day_by_day_are_those_made_anew(store: Store) -> None:
    """Through all that changes them; made twice, nothing is written."""
    world = Crowd(52)
    with store.begin() as connection:
        for _ in range(6):
            world.change(connection, 25)
            for _ in range(10):
                world.read(connection)
            publish(connection, TOPIC, NOW)
        assert publish(connection, TOPIC, NOW) == {"written": 0, "removed": 0}
        before = kept(connection)
        assert len(before) > 500
        connection.execute(delete(table_of(CrossingDayRow)))
        rebuild(connection, TOPIC, NOW)
        assert kept(connection) == before
        assert not any(rebuild(connection, TOPIC, NOW).values())


# --- as known at an instant -----------------------------------------------------------------------


def _figures(question: Question) -> dict[str, object]:
    filters = question.filters
    periods = (
        Period(FIRST, FIRST + timedelta(days=19)),
        Period(FIRST + timedelta(days=20), FIRST + timedelta(days=DAYS - 1)),
    )
    found = change(question, "economic", *periods)
    return {
        "comparisons": [
            [
                (group.code, group.share.n, group.share.k, _rounded(group.difference))
                for group in comparison(question, "economic", by).groups
            ]
            for by in DIMENSIONS
        ],
        "together": [p.together.ratio for p in cooccurrences(question, FRAMES).values()],
        "tone": _rounded(tone_by_frame(question, "economic", "china").difference),
        "change": _rounded(found.difference),
        "splits": {by: (round(s.mix, 9), round(s.within, 9)) for by, s in found.splits.items()},
        "reader": found.reader,
        "sentences": best_sentences(question.store, filters, "economic", 5, question.known_at),
    }


def _rounded(found: Difference) -> tuple[float | None, ...]:
    values = (found.value, found.low, found.high)
    return tuple(None if value is None else round(value, 9) for value in values)


@pytest.mark.parametrize("by", [CountBy.HOST, CountBy.ORIGINAL])
def test_every_comparison_can_be_asked_as_known_earlier(store: Store, by: CountBy) -> None:
    """Articles, readings and copies come in afterwards: what was said then is said again."""
    world = Crowd(53)
    with store.begin() as connection:
        for _ in range(150):
            world.arrive(connection)
            world.read(connection)
        publish(connection, TOPIC, NOW)
    then = _figures(asked(store, count_by=by))
    at = NOW + timedelta(hours=world.number)
    with store.begin() as connection:
        world.number += 1
        for _ in range(80):
            world.arrive(connection)
            world.read(connection)
        publish(connection, TOPIC, NOW)
    question = asked(store, count_by=by)
    assert _figures(question) != then
    known = Question(
        store=store, topic=DEEPSEEK, filters=question.filters, today=TODAY, known_at=at
    )
    assert _figures(known) == then
