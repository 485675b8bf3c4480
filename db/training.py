"""What `codebook train` takes from the store, and what it leaves there of what it took."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from db.codebooks import entries_of
from db.coded import NOTED
from db.coded_tables import CodedUnitRow, TrainedUnitRow
from db.publish import bump
from db.queries import reading
from db.session import Store
from db.tables import ArticleRow
from db.upsert import insert_new, table_of

_units, _trained = table_of(CodedUnitRow), table_of(TrainedUnitRow)
_AT_ONCE = 500  # as in `db.coded`


def keep_trained(
    connection: Connection, topic: str, frame: str, texts: Collection[str], now: datetime
) -> int:
    """texts: their SHA-256, as `Article.text_sha256`. Returns how many were not there yet."""
    rows = [
        {"topic": topic, "frame": frame, "text_sha256": text, "trained_at": now}
        for text in sorted(set(texts))
    ]
    bump(connection, topic, now)
    return insert_new(connection, TrainedUnitRow, rows)


def forget_trained(connection: Connection, topic: str, frame: str, now: datetime) -> None:
    """Nothing was made of the frame's texts, as its head is gone."""
    connection.execute(delete(_trained).where(_trained.c.topic == topic, _trained.c.frame == frame))
    bump(connection, topic, now)


def trained_texts(engine: Store, topic: str, frame: str) -> frozenset[str]:
    """SHA-256 of every text that a head of this frame was made from."""
    query = select(_trained.c.text_sha256).where(
        _trained.c.topic == topic, _trained.c.frame == frame
    )
    with reading(engine) as connection:
        return frozenset(connection.scalars(query))


def outdated(engine: Store, topic: str, entries: str) -> dict[tuple[str, str], int]:
    """Units of (frame, codebook) whose entry read otherwise than it does in `entries`.

    Of a codebook that was not kept nothing can be said: its units are not told here.
    """
    query = (
        select(_units.c.frame, _units.c.codebook_sha256, func.count())
        .where(_units.c.topic == topic, _units.c.sample != NOTED)
        .group_by(_units.c.frame, _units.c.codebook_sha256)
    )
    now = _by_code(entries)
    found: dict[tuple[str, str], int] = {}
    with reading(engine) as connection:
        for frame, codebook, count in connection.execute(query).all():
            kept = entries_of(connection, codebook)
            if kept is not None and _by_code(kept).get(frame) != now.get(frame):
                found[frame, codebook] = count
    return found


def _by_code(entries: str) -> dict[str, Mapping[str, Any]]:
    """A codebook's entries without their tier, which is not what is coded by."""
    return {
        entry["code"]: {name: value for name, value in entry.items() if name != "tier"}
        for entry in json.loads(entries)
    }


def clusters(engine: Store, topic: str, ids: Sequence[int]) -> dict[int, int]:
    """The group of near-copies that each article is in; those not grouped yet are left out."""
    c = table_of(ArticleRow).c
    query = select(c.id, c.cluster_id).where(c.topic == topic, c.cluster_id.is_not(None))
    found: dict[int, int] = {}
    with reading(engine) as connection:
        for at in range(0, len(ids), _AT_ONCE):
            rows = connection.execute(query.where(c.id.in_(ids[at : at + _AT_ONCE])))
            found |= {row.id: row.cluster_id for row in rows}
    return found
