"""What was known at an instant is what would have been published then."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from db import asof, day_counts, queries, tiers
from db.publish import publish
from db.queries import Filters
from db.session import Store
from db.tables import ArticleRow, ArticleVersionRow, PageRow, ReadingRow, RepublicationRow
from framewatch.story import CountBy, Proof
from tests.changing_store import DESKS, LATER, World
from tests.newsroom_store import NOW, TOPIC, Draft, put

DAY = date(2025, 2, 3)
ALL = Filters(topic=TOPIC)


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


@pytest.mark.parametrize("by", CountBy)
@pytest.mark.parametrize("chosen", [{}, {"country": "AU"}, {"genre": "news", "host": "elm"}])
def test_what_is_known_in_the_end_is_what_is_published(store: Store, by, chosen) -> None:
    """The same counts in every way, from raw rows."""
    with store.begin() as connection:
        World(30).arrive(connection)
        world = World(31)
        for _ in range(120):
            world.arrive(connection)
            world.read(connection)
            world.trace(connection)
        publish(connection, TOPIC, NOW)
    filters = Filters(topic=TOPIC, count_by=by, **chosen)
    assert asof.frame_days(store, filters, LATER) == day_counts.frame_days(store, filters)
    assert asof.volumes(store, filters, LATER) == queries.volumes(store, filters)
    assert asof.outlet_volumes(store, filters, LATER) == queries.outlet_volumes(store, filters)
    for step in ("day", "week", "month"):
        assert asof.periods(store, filters, step, LATER) == tiers.volumes(store, filters, step)
    assert asof.status(store, filters, LATER) == queries.status(store, filters)
    tones, then = day_counts.tone_days(store, filters), asof.tone_days(store, filters, LATER)
    assert set(tones) == set(then)
    for target, days in tones.items():
        assert [(d.outlet, d.day, d.n) for d in days] == [
            (d.outlet, d.day, d.n) for d in then[target]
        ]
        assert [d.tone_sum for d in then[target]] == pytest.approx([d.tone_sum for d in days])


def test_each_step_of_collection_is_known_as_it_was(store: Store) -> None:
    """Articles and readings come one by one; each state is found again in the end."""
    world, states = World(32), []
    with store.begin() as connection:
        for _ in range(25):
            world.arrive(connection)
            _read_at(connection, hours(world.number - 1))
            world.read(connection)
            states.append(hours(world.number))
    known = []
    for at in states:
        found = asof.status(store, ALL, at)
        known.append((found.articles, found.coded))
    assert known == sorted(known)
    assert len(set(known)) > 15
    with store.begin() as connection:
        publish(connection, TOPIC, NOW)
    last = queries.status(store, ALL)
    assert known[-1] == (last.articles, last.coded)
    assert asof.status(store, ALL, hours(-1)) == queries.Status()


def test_a_reading_made_later_changes_nothing_before(store: Store) -> None:
    """The earlier reading is in force until then."""
    with store.begin() as connection:
        put(connection, _draft("Story", frames=("conflict",)), 1)
        world = World(33)
        world.number = 5
        world.read(connection)
    before = asof.frame_days(store, ALL, hours(1))
    assert sum(count.k for count in before["conflict"]) == 1
    assert set(before) > set(asof.frame_days(store, ALL, hours(10)))  # the second codes fewer


def test_the_text_of_the_time_counts_with_its_reading(store: Store) -> None:
    """An edit takes the reading away from when the new text was seen, not before."""
    with store.begin() as connection:
        number = put(connection, _draft("Story", frames=("conflict",)), 1)
        held = connection.execute(select(ArticleRow).where(ArticleRow.id == number)).one()[0]
        article = connection.execute(select(ArticleRow.__table__)).one()
        assert held == number
        version = {
            "article_id": number, "text_sha256": article.text_sha256, "page_id": article.page_id,
            "title": "Story", "text": "", "seen_at": hours(0),
        }  # fmt: skip
        connection.execute(insert(ArticleVersionRow), version)
        page = connection.execute(select(PageRow.__table__)).one()._asdict()
        page |= {"id": 2, "sha256": "new", "fetched_at": hours(48)}
        connection.execute(insert(PageRow), page)
        changed = {"page_id": 2, "text_sha256": "new"}
        connection.execute(update(ArticleRow).where(ArticleRow.id == number).values(changed))
    assert asof.status(store, ALL, hours(47)).coded == 1
    assert asof.status(store, ALL, hours(49)).coded == 0


@pytest.mark.parametrize(
    ("proof", "outlets_before"),
    [(Proof.NOTE, {"crest"}), (Proof.NEAR_COPY, {"dune"})],
)
def test_likeness_shows_only_once_the_original_is_held(store: Store, proof, outlets_before) -> None:
    """A note names the first publisher at once."""
    with store.begin() as connection:
        copy = put(connection, _draft("Copy", desk=DESKS[1], day=DAY + timedelta(days=2)), 1)
        later = {"stored_at": hours(24)}
        first = put(connection, _draft("First", extra=later), 2)
        entry = {
            "article_id": copy, "original_id": first, "original_outlet": "crest",
            "original_country": "AU", "original_day": None, "original_url": "",
            "proof": proof.value, "evidence": "", "similarity": None, "same_owner": None,
        }  # fmt: skip
        connection.execute(insert(RepublicationRow), entry)
    filters = Filters(topic=TOPIC, count_by=CountBy.ORIGINAL)
    before = asof.volumes(store, filters, hours(1))
    assert {volume.outlet for volume in before} == outlets_before
    (after,) = asof.volumes(store, filters, hours(25))
    assert (after.outlet, after.day, after.articles) == ("crest", DAY, 1)


def test_a_group_is_known_by_the_first_of_its_articles_held_then(store: Store) -> None:
    """The earlier article, found later, takes its place."""
    with store.begin() as connection:
        put(connection, _draft("Copy", desk=DESKS[1], day=DAY + timedelta(days=2)), 1)
        first = put(connection, _draft("First", extra={"stored_at": hours(24)}), 2)
        connection.execute(update(ArticleRow).values(cluster_id=first))
    filters = Filters(topic=TOPIC, count_by=CountBy.CLUSTER)
    (before,) = asof.volumes(store, filters, hours(1))
    (after,) = asof.volumes(store, filters, hours(25))
    assert (before.outlet, after.outlet) == ("dune", "crest")


def _draft(title: str, desk=DESKS[0], day=DAY, **more) -> Draft:
    return Draft(desk=desk, day=day, title=title, **more)


def _read_at(connection, at: datetime) -> None:
    """The newest reading was made then."""
    newest = select(ReadingRow.id).order_by(ReadingRow.id.desc()).limit(1).scalar_subquery()
    mine = update(ReadingRow).where(ReadingRow.id == newest, ReadingRow.read_at == NOW)
    connection.execute(mine.values(read_at=at))
