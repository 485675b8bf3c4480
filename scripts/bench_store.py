"""A large made-up store for `scripts.bench_queries`, made by SQL.

Outlets, days, languages, genres, copies, scores and the ledger of collection follow from an
article's number, so that the store is the same every time. Texts are short and say nothing. Topic,
frames and targets are those of the program, so that its pages can be asked over the store; `rare`
is a frame of yesterday.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, create_engine, event, text
from tqdm import tqdm

from db.session import Store
from framewatch.facts import load_topics
from framewatch.settings import Settings
from models.codebook import open_codebook

TOPIC = "deepseek"
LAST = date(2025, 12, 15)  # in the middle of a month: what a new day costs grows within it
NEW_DAYS = 3  # that may be added
NOW = datetime(2025, 12, 19, tzinfo=UTC)
_topic = load_topics(Settings.from_env().topics)[TOPIC]
ZONE = _topic.zone
FRAMES = [frame.code for frame in open_codebook(_topic).frames]
TARGETS = [target.code for target in _topic.targets]
OUTLETS, COUNTRIES, SOURCES = 60, 10, 40
CHUNK = 50_000


def fill(store: Store, articles: int, days: int) -> None:
    """As a store is before its first `publish`: every article is still to be counted."""
    engine = _unchecked(store)
    with engine.begin() as connection:
        put_back = _bared(connection)
        for statement in (PAGE, _ledger(connection, days)):
            connection.execute(text(statement))
    with tqdm(total=articles, desc=f"{engine.dialect.name} fill", unit="article") as bar:
        for first in range(1, articles + 1, CHUNK):
            last = min(articles, first + CHUNK - 1)
            with engine.begin() as connection:
                for statement in _statements(
                    connection, ROWS + NOTES, (first, last), articles, days
                ):
                    connection.execute(text(statement))
            bar.update(last - first + 1)
    for statement in tqdm(put_back, desc=f"{engine.dialect.name} indexes", unit="index"):
        with engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
    analyse(store)


def add_day(store: Store, articles: int, days: int, nth: int) -> None:
    """The articles of the nth day after LAST, as many as on a day before."""
    first, last = (-(-articles * (days + ended) // days) for ended in (nth - 1, nth))
    with store.begin() as connection:
        for statement in _statements(connection, ROWS, (first + 1, last), articles, days):
            connection.execute(text(statement))


def analyse(store: Store) -> None:
    """What autovacuum does on a server in its own time."""
    if store.dialect.name == "postgresql":
        with store.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _unchecked(store: Store) -> Store:
    """Without checks of references, triggers and syncs: rows are right, and made once."""
    engine = create_engine(store.url)

    @event.listens_for(engine, "connect")
    def _configure(connection, _record):  # type: ignore[no-untyped-def]
        cursor = connection.cursor()
        if engine.dialect.name == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA cache_size = -1000000")
        else:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.close()

    return engine


def _bared(connection: Connection) -> list[str]:
    """Drop triggers and indexes; returns what makes them anew."""
    if connection.dialect.name == "postgresql":
        found = connection.execute(
            text(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
                "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)"
            )
        )
        kinds = [("INDEX", name, definition) for name, definition in found]
    else:
        query = "SELECT upper(type), name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        kept = "type IN ('index', 'trigger')"
        kinds = [tuple(row) for row in connection.execute(text(f"{query} AND {kept}"))]
    for kind, name, _ in kinds:
        connection.execute(text(f"DROP {kind} {name}"))
    return [definition for _, _, definition in kinds]


PAGE = """
INSERT INTO pages (id, url, final_url, status, sha256, size, content_type, etag, last_modified,
                   fetched_at, warc_file, warc_offset, via)
VALUES (1, '', '', 200, '', 0, '', '', '', '2025-01-01 00:00:00', '', 0, '')
"""
ANSWERS = """
INSERT INTO answers (topic, source, window_start, window_end, status, listed, found, detail,
    answered_at)
SELECT '{topic}', 's' || s, {midnight}, {next_midnight},
    CASE WHEN (d * 31 + s * 17) % 97 < 3 THEN 'unavailable'
        WHEN (d * 31 + s * 17) % 97 < 10 THEN 'empty' ELSE 'ok' END,
    10, 10, '', {next_midnight}
FROM days CROSS JOIN sources
"""
COPY = "(i % 7 > 0 AND i * 31 % 100 < 15)"  # of the article whose number is the last before by 7
ARTICLES = """
INSERT INTO articles (id, topic, url, page_id, title, text, text_sha256, language, host, host_name,
    country, authors, published_at, published_day_only, published_source, day, complete,
    original_outlet, republication_note, quotations, fictional, stored_at, genre, cluster_id)
SELECT i, '{topic}', {url}, 1, 'Story ' || i, '{words}', 'sha' || i,
    CASE WHEN {outlet} % 20 = 3 AND i % 9 = 0 THEN 'l9'
        ELSE 'l' || ({outlet} % {countries} % 6) END,
    'outlet-' || {outlet}, 'Outlet ' || {outlet},
    'C' || ({outlet} % {countries}), '[]', {instant}, {false}, '', {day}, {true},
    '', '', '[]', {false}, '2025-01-01 00:00:00',
    CASE WHEN i * 7919 % 100 < 72 THEN 'news' WHEN i * 7919 % 100 < 84 THEN 'opinion'
        WHEN i * 7919 % 100 < 92 THEN 'analysis' WHEN i * 7919 % 100 < 96 THEN 'interview'
        ELSE 'press_release' END,
    CASE WHEN {copy} THEN i - i % 7 ELSE i END
FROM numbers
"""
CHANGES = """
INSERT INTO changes (topic, article_id, day)
SELECT '{topic}', i, {day} FROM numbers
"""
COLLECTION_CHANGES = """
INSERT INTO collection_changes (topic, first, last)
SELECT '{topic}', min({day}), max({day}) FROM numbers
"""
ENTRIES = """
INSERT INTO republications (article_id, original_id, original_outlet, original_country,
    original_url, proof, evidence)
SELECT i, i - i % 7, 'outlet-' || ((i - i % 7) * 2654435761 / 7 % {outlets}),
    'C' || ((i - i % 7) * 2654435761 / 7 % {outlets} % {countries}), '', 'near_copy', ''
FROM numbers WHERE {copy} AND i > 7
"""
READINGS = """
INSERT INTO readings (id, article_id, text_sha256, model, revision, weights_sha256,
    codebook_sha256, unread, read_at)
SELECT i, i, 'sha' || i, 'm', 'r', 'w', 'c', '', '2025-01-01 00:00:00' FROM numbers
"""
FRAME_SCORES = """
INSERT INTO frame_scores (reading_id, frame, probability, threshold, present)
SELECT i, {frame}, 0.5, 0.5, (i * 48271 + f * 7919) % 101 < 5 + 3 * f
FROM numbers CROSS JOIN (SELECT n AS f FROM small WHERE n < {frames}) frames
UNION ALL
SELECT i, 'rare', 0.5, 0.5, i % 50021 = 0 FROM numbers
"""
TARGET_SCORES = """
INSERT INTO target_scores (reading_id, target, mentions, negative, neutral, positive)
SELECT i, {target}, 1, (i * 69621 + f) % 90 / 100.0, 0.1, 0.9 - (i * 69621 + f) % 90 / 100.0
FROM numbers CROSS JOIN (SELECT n AS f FROM small WHERE n < {targets}) targets
WHERE (i * 16807 + f) % 3 = 0
"""
EVIDENCE = """
INSERT INTO evidence (id, reading_id, kind, about, start, "end", score, voice, speaker)
SELECT i, i, 'frame', {evident}, 0, 9, i * 7919 % 1000 / 1000.0,
    CASE WHEN i % 3 = 0 THEN 'quoted' ELSE 'outlet' END, '' FROM numbers
"""
LINKS = """
INSERT INTO links (id, topic, url, address, source, title, window_start, window_end, found_at,
    page_id, article_id, outcome, detail, attempts, day, outlet)
SELECT 2 * i, '{topic}', {url}, '', 's' || (i % {sources}), '', {instant}, {instant}, {instant},
    1, i, 'stored', '', 1, {day}, 'outlet-' || {outlet} FROM numbers
UNION ALL
SELECT 2 * i + 1, '{topic}', {url} || '/other', '', 's' || (i % {sources}), '', {instant},
    {instant}, {instant}, 1, NULL,
    CASE WHEN i % 2 = 0 THEN 'off_topic' ELSE 'http_error' END,
    '', 1, {day}, 'outlet-' || {outlet}
FROM numbers WHERE i % 4 = 0
"""
SIGHTINGS = """
INSERT INTO sightings (link_id, source, address, title, found_at)
SELECT 2 * i, 's' || (i % {sources}), '', '', {instant} FROM numbers
UNION ALL
SELECT 2 * i, 's' || ((i + 7) % {sources}), '', '', {instant} FROM numbers WHERE i % 3 = 0
UNION ALL
SELECT 2 * i + 1, 's' || (i % {sources}), '', '', {instant} FROM numbers WHERE i % 4 = 0
"""
ROWS = (
    ARTICLES, ENTRIES, READINGS, FRAME_SCORES, TARGET_SCORES, EVIDENCE, LINKS, SIGHTINGS,
)  # fmt: skip
NOTES = (CHANGES, COLLECTION_CHANGES)  # that triggers leave, of rows that are made without


def _named(number: str, names: Sequence[str]) -> str:
    """SQL for the name that has a number."""
    cases = " ".join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(names))
    return f"CASE {number} {cases} END"


SIZES = {
    "topic": TOPIC, "outlets": OUTLETS, "countries": COUNTRIES, "frames": len(FRAMES),
    "targets": len(TARGETS), "sources": SOURCES, "words": "x" * 200, "copy": COPY,
    "outlet": f"(i * 2654435761 / 7 % {OUTLETS})",
    "frame": _named("f", FRAMES), "target": _named("f", TARGETS),
    "evident": _named(f"i % {len(FRAMES)}", FRAMES),
}  # fmt: skip


def _statements(
    connection: Connection, of: Sequence[str], span: tuple[int, int], articles: int, days: int
) -> Iterator[str]:
    """For the articles of a span of numbers."""
    start = LAST - timedelta(days=days - 1)
    passed = f"(i - 1) * {days} / {articles}"
    small = f"small AS ({_series(max(len(FRAMES), len(TARGETS)))})"
    if connection.dialect.name == "sqlite":
        day = f"date('{start}', '+' || ({passed}) || ' days')"
        words = {
            "true": "1",
            "false": "0",
            "day": day,
            "url": "printf('https://outlet.example/%09d', i)",
            "instant": f"{day} || printf(' %02d:%02d:00.000000', i % 24, i % 60)",
        }
        numbers = (
            f"WITH RECURSIVE numbers(i) AS (SELECT {span[0]} UNION ALL "  # noqa: S608
            f"SELECT i + 1 FROM numbers WHERE i < {span[1]})"
        )
    else:
        day = f"(DATE '{start}' + ({passed})::int)"
        words = {
            "true": "true",
            "false": "false",
            "day": day,
            "url": "'https://outlet.example/' || lpad(i::text, 9, '0')",
            "instant": f"({day} + make_interval(hours => (i % 24)::int, mins => (i % 60)::int))",
        }
        numbers = f"WITH numbers AS (SELECT generate_series({span[0]}::bigint, {span[1]}) AS i)"
    for statement in of:
        # SQLite wants the numbers before INSERT, and PostgreSQL takes them there.
        yield f"{numbers}, {small} {statement}".format(**words, **SIZES)


def _ledger(connection: Connection, days: int) -> str:
    """Each source is asked about each day, also an added one, once it has ended."""
    start, days = LAST - timedelta(days=days - 1), days + NEW_DAYS
    sources = f"sources(s) AS ({_series(SOURCES)})"
    if connection.dialect.name == "sqlite":
        numbers = (
            "WITH RECURSIVE days(d) AS (SELECT 0 UNION ALL "  # noqa: S608
            f"SELECT d + 1 FROM days WHERE d < {days - 1})"
        )
        midnight = "date('{start}', '+' || {passed} || ' days') || ' 00:00:00.000000'"
    else:
        numbers = f"WITH days AS (SELECT generate_series(0, {days - 1}) AS d)"
        midnight = "(DATE '{start}' + {passed})::timestamp"
    words = {
        "midnight": midnight.format(start=start, passed="d"),
        "next_midnight": midnight.format(start=start, passed="(d + 1)"),
    }
    return f"{numbers}, {sources} {ANSWERS}".format(**words, **SIZES)


def _series(length: int) -> str:
    return " UNION ALL ".join(f"SELECT {n} AS n" for n in range(length))
