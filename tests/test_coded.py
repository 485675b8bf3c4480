"""Codes by hand in the store, on SQLite and on PostgreSQL."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, update

from db import coded, training
from db.codebooks import keep_codebook
from db.coded import CodedUnit, Drawable
from db.queries import Filters
from db.tables import ArticleRow, ArticleVersionRow, ReadingRow
from db.upsert import table_of
from framewatch.story import CountBy
from tests.coded_store import FRAME, Told, fill
from tests.newsroom_store import NOW, TOPIC

ALL = Filters(topic=TOPIC)


def unit(article=1, coder="ada", present=True, **changes):
    held = CodedUnit(
        article_id=article,
        text_sha256=f"t{article}",
        frame=FRAME,
        coder=coder,
        present=present,
        coded_at=NOW,
    )
    return replace(held, **changes)


@pytest.fixture
def three(store):
    """Three articles; the machine finds the frame in the first."""
    with store.begin() as connection:
        told = [Told(frames=(FRAME,)), Told(outlet="wire"), Told(day=date(2025, 2, 3))]
        fill(connection, told)
    return store


def save(store, *units):
    with store.begin() as connection:
        return coded.save_units(connection, TOPIC, units)


def test_units_are_entered_once(three):
    """The second time all of them are known."""
    units = [unit(1), unit(1, "bob"), unit(2, present=False)]
    assert save(three, *units) == {"new": 3}
    assert save(three, *units) == {"known": 3}
    assert len(coded.judged(three, ALL, FRAME)) == 2


def test_a_later_answer_replaces_an_earlier_one_and_never_the_other_way_round(three):
    """Of the same coder, frame and text."""
    save(three, unit(1, present=True))
    later = unit(1, present=False, coded_at=NOW + timedelta(days=1))
    assert save(three, later) == {"revised": 1}
    assert save(three, unit(1, present=True)) == {"known": 1}
    assert [row.human for row in coded.judged(three, ALL, FRAME)] == [False]


def test_people_and_machine_stand_side_by_side(three):
    """With the weight, the sample and the stratum of the article."""
    save(three, unit(1, weight=2.5, sample="s", stratum="a", codebook_sha256="c1"), unit(2))
    first, second = coded.judged(three, ALL, FRAME)
    assert (first.human, first.machine, first.weight) == (True, True, 2.5)
    assert (first.sample, first.stratum, first.codebooks) == ("s", "a", {"c1"})
    assert (second.human, second.machine, second.weight) == (True, False, 1.0)


def test_the_majority_decides_and_a_tie_the_latest_answer(three):
    """One of three says yes; one of two says no, a day later."""
    late = NOW + timedelta(days=1)
    save(three, unit(1, "ada"), unit(1, "bob", False), unit(1, "cy", False))
    save(three, unit(2, "ada", True), unit(2, "bob", False, coded_at=late))
    save(three, unit(3, "bob", False), unit(3, "ada", True, coded_at=late))
    found = coded.judged(three, ALL, FRAME)
    assert [(row.human, row.coders) for row in found] == [(False, 3), (False, 2), (True, 2)]


def test_codes_of_an_earlier_text_are_kept_and_not_used(three):
    """They count as stale."""
    save(three, unit(1), unit(2))
    with three.begin() as connection:
        mine = table_of(ArticleRow).c.id == 1
        connection.execute(update(ArticleRow).where(mine).values(text_sha256="other"))
    assert [row.article_id for row in coded.judged(three, ALL, FRAME)] == [2]
    (count,) = coded.coded_counts(three, TOPIC)
    assert (count.articles, count.units, count.coders, count.stale) == (2, 2, 1, 1)
    assert count.newest == NOW


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"host": "wire"}, [2]),
        ({"first": date(2025, 2, 1)}, [3]),
        ({"last": date(2025, 1, 31)}, [1, 2]),
        ({"count_by": CountBy.CLUSTER}, [1, 2, 3]),
        ({"count_by": CountBy.ORIGINAL, "host": "herald"}, [1, 3]),
    ],
)
def test_filters_choose_among_the_coded_articles(three, chosen, kept):
    """In each way of counting."""
    save(three, unit(1), unit(2), unit(3))
    found = coded.judged(three, replace(ALL, **chosen), FRAME)
    assert [row.article_id for row in found] == kept


def test_a_frame_that_the_machine_does_not_score_has_no_sample(three):
    """There is nothing to correct."""
    save(three, unit(1, frame="morality"))
    assert coded.judged(three, ALL, "morality") == ()


def test_articles_are_known_by_number_and_by_address(three):
    """Of this topic only; the others are left out."""
    with three.begin() as connection:
        keys = [1, "https://wire.example/2", 9, "https://wire.example/9"]
        found = coded.codable(connection, TOPIC, keys)
        assert set(found) == {1, "https://wire.example/2"}
        assert found[1].text_sha256 == "t1"
        assert found["https://wire.example/2"].id == 2
        assert coded.codable(connection, "other", keys) == {}


def test_an_article_that_changed_says_since_when(three):
    """Its present page's fetch; one that never changed says nothing."""
    version = {"article_id": 2, "text_sha256": "old", "page_id": 1, "title": "T", "text": "t"}
    with three.begin() as connection:
        row = version | {"seen_at": NOW - timedelta(days=9)}
        connection.execute(insert(table_of(ArticleVersionRow)), row)
        found = coded.codable(connection, TOPIC, [1, 2])
    assert found[1].changed_at is None
    assert found[2].changed_at == NOW


def test_what_may_be_drawn_is_what_makes_up_the_share(three):
    """With the machine's label, and where it is counted."""
    assert coded.drawable(three, replace(ALL, last=date(2025, 1, 31)), FRAME) == (
        Drawable(1, "herald", date(2025, 1, 6), True),
        Drawable(2, "wire", date(2025, 1, 6), False),
    )
    handle = coded.handles(three, TOPIC, [2])[2]
    assert (handle.url, handle.title) == ("https://wire.example/2", "T2")
    assert (handle.warc_file, handle.warc_offset) == ("a.warc.gz", 2)


def test_answers_are_told_by_text_and_coder(three):
    """As agreement needs them."""
    save(three, unit(1), unit(1, "bob", False), unit(2))
    assert coded.answers(three, TOPIC) == {
        FRAME: {(1, "t1"): {"ada": True, "bob": False}, (2, "t2"): {"ada": True}}
    }


def trained(store, *texts, frame=FRAME, now=NOW):
    with store.begin() as connection:
        return training.keep_trained(connection, TOPIC, frame, texts, now)


def test_texts_that_made_a_head_do_not_measure_it(three):
    """Of that frame alone, and only from then on."""
    save(three, unit(1), unit(2), unit(1, frame="conflict"))
    later = NOW + timedelta(days=1)
    assert trained(three, "t1", "t1", "elsewhere", now=later) == 2
    assert trained(three, "t1", now=later + timedelta(days=1)) == 0
    assert [row.article_id for row in coded.judged(three, ALL, FRAME)] == [2]
    assert [row.article_id for row in coded.judged(three, ALL, "conflict")] == [1]
    assert [row.article_id for row in coded.judged(three, ALL, FRAME, NOW)] == [1, 2]
    assert [row.article_id for row in coded.judged(three, ALL, FRAME, later)] == [2]
    assert training.trained_texts(three, TOPIC, FRAME) == {"t1", "elsewhere"}
    assert training.trained_texts(three, TOPIC, "conflict") == frozenset()


def test_near_copies_and_later_texts_of_what_made_a_head_do_not_measure_it_either(three):
    """Nor are they drawn to be coded; an article without a group of its own is."""
    save(three, unit(1), unit(2), unit(3))
    trained(three, "t1")
    with three.begin() as connection:
        articles = table_of(ArticleRow)
        for number, group in ((1, 1), (2, 1), (3, None)):
            mine = articles.c.id == number
            connection.execute(update(articles).where(mine).values(cluster_id=group))
        changed = {"text_sha256": "t1, corrected"}
        connection.execute(update(articles).where(articles.c.id == 1).values(changed))
        connection.execute(
            update(table_of(ReadingRow))
            .where(table_of(ReadingRow).c.article_id == 1)
            .values(changed)
        )
    save(three, replace(unit(1), **changed))
    assert [row.article_id for row in coded.judged(three, ALL, FRAME)] == [3]
    assert [one.article_id for one in coded.drawable(three, ALL, FRAME)] == [3]
    assert [one.article_id for one in coded.drawable(three, ALL, "conflict", [FRAME])] == [3]
    assert coded.set_apart(three, ALL, FRAME) == 2


def entries(**definitions):
    held = [{"code": code, "definition": text} for code, text in definitions.items()]
    return json.dumps([entry | {"tier": "experimental"} for entry in held])


def test_units_of_another_entry_are_known_where_the_codebook_was_kept(three):
    """Of one that was not kept, or of an entry that stayed as it was, they are used."""
    of_old = {"codebook_sha256": "old"}
    save(three, unit(1, **of_old), unit(1, "bob", codebook_sha256="lost"))
    save(three, unit(2, frame="conflict", **of_old), unit(3, codebook_sha256="new"))
    now = entries(**{FRAME: "Of money.", "conflict": "Of quarrels."})
    with three.begin() as connection:
        before = entries(**{FRAME: "Of trade.", "conflict": "Of quarrels."})
        keep_codebook(connection, "old", before.replace("experimental", "trained"), NOW)
        keep_codebook(connection, "new", now, NOW)
    found = training.outdated(three, TOPIC, now)
    assert found == {(FRAME, "old"): 1}
    assert coded.answers(three, TOPIC, found) == {
        FRAME: {(1, "t1"): {"bob": True}, (3, "t3"): {"ada": True}},
        "conflict": {(2, "t2"): {"ada": True}},
    }


def test_groups_of_near_copies_are_told(three):
    """Of articles that were grouped, whatever their number."""
    with three.begin() as connection:
        mine = table_of(ArticleRow).c.id <= 2
        connection.execute(update(ArticleRow).where(mine).values(cluster_id=1))
    assert training.clusters(three, TOPIC, [1, 2, 3]) == {1: 1, 2: 1}
