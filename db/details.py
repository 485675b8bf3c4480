"""What stands behind lines of the list, for files: addresses, hashes, readers and tones.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from db.listing import EVERYTHING, Behind, Line, articles
from db.queries import Filters, reading
from db.session import Store
from db.tables import ArticleRow, PageRow, ReadingRow, TargetScoreRow
from db.upsert import table_of
from framewatch.story import TargetScore

TOGETHER = 500  # articles read at once: memory is bounded by them

_articles, _pages, _readings = map(table_of, (ArticleRow, PageRow, ReadingRow))
_targets = table_of(TargetScoreRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """By whom an article was read; see `db.articles.StoredReading`."""

    model: str = ""
    revision: str = ""
    weights_sha256: str = ""
    codebook_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """Of one article; without a reading in force there is no reader and no tone."""

    url: str
    text_sha256: str
    page_sha256: str
    reader: Reader
    targets: tuple[TargetScore, ...]


def walk(
    store: Store, filters: Filters, behind: Behind = EVERYTHING
) -> Iterator[list[tuple[Line, Detail]]]:
    """The whole list, newest first, in batches: each in a transaction of its own, by key.

    What comes in meanwhile does not move what is still to come.
    """
    place = None
    while True:
        listing = articles(store, filters, behind, after=place, limit=TOGETHER)
        if listing.lines:
            found = details(store, listing.lines)
            yield [(line, found[line.id]) for line in listing.lines]
        place = listing.older
        if place is None:
            return


def details(store: Store, lines: Sequence[Line]) -> dict[int, Detail]:
    """By the number of the article."""
    readings = [line.reading_id for line in lines if line.reading_id]
    query = (
        select(_articles.c.id, _articles.c.url, _articles.c.text_sha256, _pages.c.sha256)
        .join(_pages, _pages.c.id == _articles.c.page_id)
        .where(_articles.c.id.in_([line.id for line in lines]))
    )
    with reading(store) as connection:
        rows = {row.id: row for row in connection.execute(query)}
        read = connection.execute(select(_readings).where(_readings.c.id.in_(readings)))
        readers = {row.id: _reader(row) for row in read}
        targets = _target_scores(connection, readings)
    return {
        line.id: Detail(
            url=rows[line.id].url,
            text_sha256=rows[line.id].text_sha256,
            page_sha256=rows[line.id].sha256,
            reader=readers.get(line.reading_id, Reader()),
            targets=tuple(targets.get(line.reading_id, ())),
        )
        for line in lines
    }


def _reader(row: Any) -> Reader:
    return Reader(
        model=row.model,
        revision=row.revision,
        weights_sha256=row.weights_sha256,
        codebook_sha256=row.codebook_sha256,
    )


def _target_scores(connection: Connection, readings: Iterable[int]) -> dict[int, list[TargetScore]]:
    found: dict[int, list[TargetScore]] = {}
    query = select(_targets).where(_targets.c.reading_id.in_(list(readings)))
    for row in connection.execute(query):
        score = TargetScore(
            target=row.target,
            mentions=row.mentions,
            negative=row.negative,
            neutral=row.neutral,
            positive=row.positive,
        )
        found.setdefault(row.reading_id, []).append(score)
    return found
