"""What is kept of a day is what its articles and readings say."""

import json
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, insert, select, update

from db import count_days
from db.counting import UNDATED
from db.crossings import KINDS
from db.day_readings import IDENTITY
from db.publish import publish
from db.session import Store
from db.tables import (
    ArticleRow,
    CrossingDayRow,
    EvidenceRow,
    FrameScoreRow,
    ReadingRow,
)
from tests.changing_store import DESKS, FIRST, World, derived, same_as_rebuilt
from tests.newsroom_store import NOW, TOPIC, Draft, put


def test_readers_and_thresholds_of_a_day_are_those_of_the_readings_in_force(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of articles without a day, however few of them are read at once."""
    monkeypatch.setattr(count_days, "AT_ONCE", 2)
    with store.begin() as connection:
        World(4).change(connection, 150)
        publish(connection, TOPIC, NOW)
        read, thresholds = _in_force(connection)
        kept = derived(connection)
    assert {row[1] for row in kept["reader_days"]} >= {UNDATED}
    assert len({end for row in kept["threshold_days"] for end in row[-2:]}) > 2
    assert kept["reader_days"] == {(TOPIC, *key, *counts) for key, counts in read.items()}
    assert kept["threshold_days"] == {
        (TOPIC, *key, min(found), max(found)) for key, found in thresholds.items()
    }


def test_who_read_articles_without_a_day_is_told_with_the_newest_reading(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest may be of the article that was stored first."""
    monkeypatch.setattr(count_days, "AT_ONCE", 1)
    with store.begin() as connection:
        drafts = (Draft(desk=DESKS[0], day=None, title=f"{at}") for at in range(2))
        first, _ = (put(connection, draft, at) for at, draft in enumerate(drafts))
        again = {"article_id": first, "text_sha256": "of an earlier text", "read_at": NOW}
        who = [getattr(ReadingRow, name) for name in IDENTITY]
        reader = connection.execute(select(*who).limit(1)).one()
        row = insert(ReadingRow).values(**again, **reader._mapping, unread="")
        newest = connection.execute(row.returning(ReadingRow.id)).scalar_one()
        publish(connection, TOPIC, NOW)
        cells = select(CrossingDayRow.cells).where(CrossingDayRow.day == UNDATED)
        told = json.loads(connection.execute(cells).scalar_one())
    assert told == ["", *reader, newest]


def test_of_equal_sentences_the_one_stored_first_is_kept(store: Store) -> None:
    """However many articles of the outlet's day have some."""
    with store.begin() as connection:
        for at in range(2):
            draft = Draft(desk=DESKS[0], day=FIRST, title=f"{at}", frames=("conflict",))
            put(connection, draft, at)
        connection.execute(update(EvidenceRow).values(score=0.5))
        known = connection.scalars(select(EvidenceRow.id)).all()
        for about, reading in connection.execute(select(EvidenceRow.about, EvidenceRow.reading_id)):
            row = {"reading_id": reading, "kind": "frame", "about": about, "start": 900, "end": 909}
            connection.execute(
                insert(EvidenceRow), row | {"score": 0.5, "voice": "", "speaker": ""}
            )
        publish(connection, TOPIC, NOW)
        cells = select(CrossingDayRow.cells).where(
            CrossingDayRow.kind == "frame", CrossingDayRow.frame == "conflict"
        )
        kept = [np.frombuffer(row, KINDS["frame"]) for row in connection.scalars(cells)]
    assert {int(sentence) for array in kept for sentence in array["sentence"]} == {min(known)}


def _in_force(connection: Connection) -> tuple[dict[Any, Any], dict[Any, list[float]]]:
    """By day and reader: read, unread, newest. By day and frame: the thresholds."""
    newest = {}
    query = select(ReadingRow.__table__, ArticleRow.day).join(
        ArticleRow, ArticleRow.id == ReadingRow.article_id
    )
    same_text = ArticleRow.text_sha256 == ReadingRow.text_sha256
    for row in connection.execute(query.where(same_text).order_by(ReadingRow.id)):
        newest[row.article_id] = row
    read: dict[Any, Any] = {}
    thresholds: dict[Any, list[float]] = {}
    for row in newest.values():
        day = row.day or UNDATED
        key = (day, row.model, row.revision, row.weights_sha256, row.codebook_sha256)
        once, never, at = read.get(key, (0, 0, row.read_at))
        read[key] = (once + (not row.unread), never + bool(row.unread), max(at, row.read_at))
        scores = select(FrameScoreRow.frame, FrameScoreRow.threshold)
        for frame, threshold in connection.execute(
            scores.where(FrameScoreRow.reading_id == row.id)
        ):
            thresholds.setdefault((day, frame), []).append(threshold)
    return read, thresholds


def test_a_genre_that_nobody_knows_is_counted_as_any_other(store: Store) -> None:
    """A newer program may have written it: volumes of weeks and months follow it too."""
    with store.begin() as connection:
        number = put(connection, Draft(desk=DESKS[0], day=FIRST, title="Story"), 1)
        put(connection, Draft(desk=DESKS[0], day=FIRST, title="Other"), 2)
        mine = update(ArticleRow).where(ArticleRow.id == number)
        for change in ({"genre": "sport"}, {"language": "de"}, {"genre": "news"}):
            connection.execute(mine.values(change))
            publish(connection, TOPIC, NOW)
            volumes = derived(connection)["outlet_periods"]
            found = {(row[3], row[7]) for row in volumes}
            assert found == _genres_and_languages(connection)
    same_as_rebuilt(store)


def _genres_and_languages(connection: Connection) -> set[tuple[str, str]]:
    found = connection.execute(select(ArticleRow.genre, ArticleRow.language)).all()
    return {(of, language) for genre, language in found for of in (genre, "")}
