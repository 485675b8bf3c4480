"""What people coded by hand, and the articles that they may be asked to code.

Writing functions take an open transaction and are idempotent; the others take an engine, as in
`db.queries`. A unit of an earlier text of its article stays stored and is never used.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, or_, select, update

from db.analysis import counted_readings
from db.asof import text_then
from db.coded_tables import CodedUnitRow, TrainedUnitRow
from db.queries import Filters, reading
from db.session import Store
from db.tables import ArticleRow, ArticleVersionRow, FrameScoreRow, PageRow
from db.upsert import insert, table_of

T = TypeVar("T")

# In place of a sample: somebody came upon the article (`db.notes`). No figure rests on these.
NOTED = "noted"
_AT_ONCE = 500  # values in one list of a query; SQLite takes 32,766, older ones 999

_units, _articles, _scores = table_of(CodedUnitRow), table_of(ArticleRow), table_of(FrameScoreRow)


@dataclass(frozen=True, slots=True)
class Codable:
    """What an import must know of an article."""

    id: int
    text_sha256: str
    changed_at: datetime | None  # when its present text was first seen, if it had another before


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedUnit:
    """One coder's answer to one question: does this text carry this frame?"""

    article_id: int
    text_sha256: str
    frame: str
    coder: str
    present: bool
    weight: float = 1.0
    inclusion: float | None = None
    sample: str = ""
    stratum: str = ""
    codebook_sha256: str = ""
    coded_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An article as its coders have it together, and as the machine reads it."""

    article_id: int
    human: bool
    machine: bool
    weight: float
    sample: str
    stratum: str
    coders: int
    codebooks: frozenset[str]  # by which it was coded


@dataclass(frozen=True, slots=True)
class Drawable:
    """An article that may be drawn: where it is counted, and whether it carries the frame."""

    article_id: int
    host: str
    day: date
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """What a coder needs to find an article: never its text."""

    id: int
    url: str
    title: str
    day: date | None
    host: str
    text_sha256: str
    warc_file: str
    warc_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedCount:
    """How much was coded for a frame."""

    frame: str
    articles: int
    units: int
    coders: int
    stale: int  # units whose article has another text now
    newest: datetime


# --- importing ------------------------------------------------------------------------------------


def codable(connection: Connection, topic: str, keys: Iterable[int | str]) -> dict[Any, Codable]:
    """The articles of a topic by id or canonical address; those not held are left out."""
    versions, pages = table_of(ArticleVersionRow), table_of(PageRow)
    earlier = select(versions.c.article_id).where(versions.c.article_id == _articles.c.id).exists()
    query = (
        select(
            _articles.c.id,
            _articles.c.url,
            _articles.c.text_sha256,
            case((earlier, pages.c.fetched_at)).label("changed_at"),
        )
        .join(pages, pages.c.id == _articles.c.page_id)
        .where(_articles.c.topic == topic)
    )
    found: dict[Any, Codable] = {}
    for part in _parts(sorted(set(keys), key=str)):
        for kind, column in ((int, _articles.c.id), (str, _articles.c.url)):
            mine = [key for key in part if isinstance(key, kind)]
            for row in connection.execute(query.where(column.in_(mine))) if mine else ():
                key = row.id if kind is int else row.url
                found[key] = Codable(row.id, row.text_sha256, row.changed_at)
    return found


def save_units(connection: Connection, topic: str, units: Sequence[CodedUnit]) -> dict[str, int]:
    """Counts of new, known and revised units; a coder's later answer replaces an earlier one."""
    tally: Counter[str] = Counter()
    for unit in units:
        values = asdict(unit) | {"topic": topic}
        statement = insert(connection, CodedUnitRow).values(values).on_conflict_do_nothing()
        if connection.execute(statement.returning(_units.c.id)).scalar() is not None:
            tally["new"] += 1
            continue
        key = ("article_id", "text_sha256", "frame", "coder")
        later = update(_units).where(
            *(_units.c[name] == values[name] for name in key),
            _units.c.coded_at < unit.coded_at,
        )
        revised = connection.execute(later.values(values)).rowcount
        tally["revised" if revised else "known"] += 1
    return dict(tally)


# --- reading --------------------------------------------------------------------------------------


def judged(
    engine: Store, filters: Filters, frame: str, at: datetime | None = None
) -> tuple[Judged, ...]:
    """The articles of the filters that people coded in their present text and a machine has read.

    Coders decide by majority; a tie is settled by the latest answer, as a dispute is settled last.
    Articles that a head of the frame was made from are left out, and their near-copies: it knows
    their answers.
    at: as known then; an answer that its coder has revised since is not known.
    """
    known = () if at is None else (_units.c.coded_at <= at,)
    query = (
        select(_units)
        .join(_articles, _articles.c.id == _units.c.article_id)
        .where(
            _units.c.topic == filters.topic,
            _units.c.frame == frame,
            _units.c.sample != NOTED,
            _units.c.text_sha256 == (text_then(at) if at else _articles.c.text_sha256),
            ~_known_to_head(filters.topic, [frame], at),
            *known,
        )
        .order_by(_units.c.article_id, _units.c.coded_at, _units.c.id)
    )
    held: dict[int, list[Any]] = {}
    with reading(engine) as connection:
        for row in connection.execute(query):
            held.setdefault(row.article_id, []).append(row)
        read = counted_readings(filters, at)
        machine = _read_by_machine(connection, read, frame, list(held))
    return tuple(_together(rows, machine[n]) for n, rows in held.items() if n in machine)


def _known_to_head(
    topic: str, frames: Collection[str], at: datetime | None = None
) -> ColumnElement[bool]:
    """Whether a head of one of the frames was made (by then) from the article that is asked for.

    From whichever of its texts, or from a near-copy: each gives away the answer to the others.
    """
    units, near = _units.alias(), _articles.alias()
    t, u = table_of(TrainedUnitRow).c, units.c
    trained = [t.topic == topic, t.frame.in_(frames), *([] if at is None else [t.trained_at <= at])]
    same = u.topic == t.topic, u.frame == t.frame, u.text_sha256 == t.text_sha256
    made_from = select(u.article_id).join(t.topic.table, and_(*same)).where(*trained)
    grouped = near.c.cluster_id.is_not(None)
    groups = select(near.c.cluster_id).where(near.c.id.in_(made_from), grouped)
    return or_(
        _articles.c.text_sha256.in_(select(t.text_sha256).where(*trained)),
        _articles.c.id.in_(made_from),
        and_(_articles.c.cluster_id.is_not(None), _articles.c.cluster_id.in_(groups)),
    )


def _read_by_machine(
    connection: Connection, read: Subquery, frame: str, ids: Sequence[int]
) -> dict[int, bool]:
    """Asked for by number: joined, SQLite would go through all articles of the filters' days."""
    here = and_(_scores.c.reading_id == read.c.reading_id, _scores.c.frame == frame)
    query = select(read.c.article_id, _scores.c.present).join(_scores, here)
    return {
        article: bool(present)
        for part in _parts(ids)
        for article, present in connection.execute(query.where(read.c.article_id.in_(part)))
    }


def _together(rows: Sequence[Any], machine: bool) -> Judged:
    first, yes = rows[0], sum(row.present for row in rows)
    return Judged(
        article_id=first.article_id,
        human=bool(rows[-1].present) if 2 * yes == len(rows) else 2 * yes > len(rows),
        machine=machine,
        weight=first.weight,
        sample=first.sample,
        stratum=first.stratum,
        coders=len(rows),
        codebooks=frozenset(row.codebook_sha256 for row in rows),
    )


def answers(
    engine: Store, topic: str, without: Collection[tuple[str, str]] = ()
) -> dict[str, dict[tuple[int, str], dict[str, bool]]]:
    """By frame, then by text (article and hash), then by coder: what they answered.

    without: (frame, codebook) whose units are left out (`db.training.outdated`).
    """
    names = ("frame", "article_id", "text_sha256", "coder", "present", "codebook_sha256")
    columns = [_units.c[name] for name in names]
    mine = _units.c.topic == topic, _units.c.sample != NOTED
    query = select(*columns).where(*mine).order_by(*columns)
    found: dict[str, dict[tuple[int, str], dict[str, bool]]] = {}
    with reading(engine) as connection:
        for frame, article, text, coder, present, codebook in connection.execute(query):
            if (frame, codebook) not in without:
                found.setdefault(frame, {}).setdefault((article, text), {})[coder] = bool(present)
    return found


def set_apart(engine: Store, filters: Filters, frame: str) -> int:
    """How many articles were coded for a frame that a head of it was made from, or near-copies."""
    mine = _units.c.topic == filters.topic, _units.c.frame == frame, _units.c.sample != NOTED
    query = select(func.count(_units.c.article_id.distinct())).join(
        _articles, _articles.c.id == _units.c.article_id
    )
    query = query.where(*mine, _known_to_head(filters.topic, [frame]))
    with reading(engine) as connection:
        return int(connection.execute(query).scalar_one())


def coded_counts(engine: Store, topic: str) -> tuple[CodedCount, ...]:
    """How much was coded by hand, frame by frame."""
    stale = case((_units.c.text_sha256 != _articles.c.text_sha256, 1), else_=0)
    query = (
        select(
            _units.c.frame,
            func.count(_units.c.article_id.distinct()).label("articles"),
            func.count().label("units"),
            func.count(_units.c.coder.distinct()).label("coders"),
            func.sum(stale).label("stale"),
            func.max(_units.c.coded_at).label("newest"),
        )
        .join(_articles, _articles.c.id == _units.c.article_id)
        .where(_units.c.topic == topic, _units.c.sample != NOTED)
        .group_by(_units.c.frame)
        .order_by(_units.c.frame)
    )
    with reading(engine) as connection:
        return tuple(CodedCount(**row) for row in connection.execute(query).mappings())


# --- drawing --------------------------------------------------------------------------------------


def drawable(
    engine: Store, filters: Filters, frame: str, others: Collection[str] = ()
) -> tuple[Drawable, ...]:
    """The articles that make up a frame's share: read by a machine, and dated.

    Without those that a head of it, or of the others to be coded, was made from.
    """
    read = counted_readings(filters)
    query = (
        select(read.c.article_id, read.c.host, read.c.day, _scores.c.present)
        .join(_scores, _scores.c.reading_id == read.c.reading_id)
        .join(_articles, _articles.c.id == read.c.article_id)
        .where(_scores.c.frame == frame, ~_known_to_head(filters.topic, [frame, *others]))
        .order_by(read.c.article_id)
    )
    with reading(engine) as connection:
        return tuple(Drawable(a, h, d, bool(p)) for a, h, d, p in connection.execute(query))


def handles(engine: Store, topic: str, ids: Sequence[int]) -> dict[int, Handle]:
    pages = table_of(PageRow)
    names = ("id", "url", "title", "day", "host", "text_sha256")
    query = select(
        *(_articles.c[name] for name in names), pages.c.warc_file, pages.c.warc_offset
    ).join(pages, pages.c.id == _articles.c.page_id)
    with reading(engine) as connection:
        return {
            row["id"]: Handle(**row)
            for part in _parts(ids)
            for row in connection.execute(
                query.where(_articles.c.topic == topic, _articles.c.id.in_(part))
            ).mappings()
        }


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
