"""The sentences that speak for a frame most.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import Subquery, and_, or_, select

from db.analysis import counted_readings, readings_of, scored
from db.articles import evidence_of
from db.counting import first_of_cluster
from db.crossed import Asked, crossed
from db.crossings import PLACE
from db.queries import Filters, reading
from db.session import Store
from db.store import article_of
from db.tables import (
    ArticleRow,
    ArticleVersionRow,
    EvidenceRow,
    FrameScoreRow,
    OriginalRow,
    ReadingRow,
)
from db.upsert import table_of
from framewatch.story import CountBy, Evidence

_articles, _originals, _versions = map(table_of, (ArticleRow, OriginalRow, ArticleVersionRow))
_readings, _scores, _evidence = map(table_of, (ReadingRow, FrameScoreRow, EvidenceRow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence that speaks for a frame, with where it stands."""

    article_id: int
    url: str
    title: str
    host: str
    host_name: str
    day: date
    fictional: bool
    evidence: Evidence
    words: str


def best_sentences(
    engine: Store, filters: Filters, frame: str, limit: int, at: datetime | None = None
) -> tuple[Sentence, ...]:
    """Of articles that carry the frame, the best first; at: as known then, from all articles.

    Of each outlet-day the best is known: the best of all are on as many outlet-days, no others.
    """
    if at is not None:
        return _best(engine, counted_readings(filters, at), frame, limit)
    held = sorted(_outlet_days(engine, filters, frame, limit))
    return _best(engine, readings_of(_units(filters, held)), frame, limit) if held else ()


def _units(filters: Filters, held: Sequence[tuple[str, date]]) -> Subquery:
    """What counts on some outlet-days.

    The topic is named with each: named for all, SQLite would go through all its articles.
    """
    original = filters.count_by is CountBy.ORIGINAL
    table = _originals if original else _articles
    c = table.c
    where = [c[name] == value for name in PLACE if (value := getattr(filters, name))]
    if filters.count_by is CountBy.CLUSTER:
        where.append(first_of_cluster())
    counts = (c.counts,) if original else ()
    days = (and_(c.topic == filters.topic, *counts, c.host == h, c.day == d) for h, d in held)
    number = c.article_id if original else c.id.label("article_id")
    return select(number, c.host, c.day).where(or_(*days), *where).subquery()


def _outlet_days(engine: Store, filters: Filters, frame: str, limit: int) -> set[tuple[str, date]]:
    found = crossed(engine, filters, Asked("frame", (frame,)))
    counts = found.of("frame", frame)
    score, sentence = counts["best"], counts["sentence"]
    spoken = np.flatnonzero(sentence > 0)
    best = spoken[np.lexsort((sentence[spoken], -score[spoken]))][:limit]
    held = found.outlet_day[best]
    return {(found.hosts[found.host[i]], found.days[found.day[i]]) for i in held}


def _best(engine: Store, read: Subquery, frame: str, limit: int) -> tuple[Sentence, ...]:
    """Words and title are those that were read, though the article may have changed since."""
    _, rows = scored(read, frame)
    here = and_(
        _evidence.c.reading_id == read.c.reading_id,
        _evidence.c.kind == "frame",
        _evidence.c.about == frame,
    )
    earlier = and_(
        _versions.c.article_id == _articles.c.id,
        _versions.c.text_sha256 == _readings.c.text_sha256,
        _readings.c.text_sha256 != _articles.c.text_sha256,
    )
    query = (
        rows.join(_evidence, here)
        .join(_articles, _articles.c.id == read.c.article_id)
        .join(_readings, _readings.c.id == read.c.reading_id)
        .outerjoin(_versions, earlier)
        .where(_scores.c.present)
        .with_only_columns(
            _articles,
            read.c.day.label("counted_day"),
            _versions.c.title.label("earlier_title"),
            _versions.c.text.label("earlier_text"),
            *(_evidence.c[n] for n in ("about", "kind", "start", "end", "score", "voice")),
            _evidence.c.speaker,
        )
        .order_by(_evidence.c.score.desc(), _evidence.c.id)
        .limit(limit)
    )
    with reading(engine) as connection:
        return tuple(_sentence(row) for row in connection.execute(query))


def _sentence(row: Any) -> Sentence:
    found, article = evidence_of(row), article_of(row)
    if row.earlier_text is not None:
        article = replace(article, title=row.earlier_title, text=row.earlier_text)
    return Sentence(
        article_id=row.id,
        url=row.url,
        title=article.title,
        host=row.host,
        host_name=row.host_name,
        day=row.counted_day,
        fictional=row.fictional,
        evidence=found,
        words=article.coded_text[found.start : found.end],
    )
