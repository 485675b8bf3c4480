"""A page of the list is found where counts say that it is, and is the page that a walk finds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import select

from db import listing
from db.listing import EVERYTHING, Behind, Line, Listing
from db.publish import publish
from db.queries import Filters
from db.reach import Page, Sought, reach
from db.session import Store, open_store
from db.tables import ArticleRow
from db.upsert import table_of
from framewatch.story import CountBy
from tests.changing_store import DESKS, FIRST, World
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC, Draft, put

ALL = Filters(topic=TOPIC)
ARTICLES = table_of(ArticleRow)
FIRST_PAGE = Page(day=None, backwards=False, size=10)
CHOSEN: dict[str, tuple[Filters, Behind]] = {
    "a frame": (ALL, Behind(frame="economic")),
    "a frame of an outlet": (replace(ALL, host="dune"), Behind(frame="morality")),
    "a frame in a language": (replace(ALL, language="cy"), Behind(frame="conflict")),
    "a frame that nobody carries": (ALL, Behind(frame="none")),
    "a target": (replace(ALL, genre="opinion"), Behind(target="deepseek")),
    "a country": (replace(ALL, country="AU"), EVERYTHING),
    "a country and a genre": (replace(ALL, country="GB", genre="analysis"), EVERYTHING),
    "an outlet that has not the language": (replace(ALL, host="dune", language="fr"), EVERYTHING),
    "some days": (
        replace(ALL, first=date(2025, 2, 3), last=date(2025, 2, 20)),
        Behind(frame="economic"),
    ),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Some hundreds of articles, published."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    migrate(url)
    engine = open_store(url)
    with engine.begin() as connection:
        World(31).change(connection, 600)
        publish(connection, TOPIC, NOW)
    yield engine
    engine.dispose()


def walked(
    engine: Store, filters: Filters, behind: Behind = EVERYTHING, limit: int = 10_000
) -> Listing:
    """The page that is found without counts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("db.listing.reach", lambda *_: None)
        return listing.articles(engine, filters, behind, limit=limit)


@pytest.mark.parametrize("name", CHOSEN)
def test_pages_hold_what_the_whole_list_holds(filled: Store, name: str) -> None:
    """Page by page towards the oldest, and back."""
    filters, behind = CHOSEN[name]
    expected = [line.id for line in walked(filled, filters, behind).lines]
    if not behind:
        whole = walked(filled, ALL).lines
        assert expected == [line.id for line in whole if of(line, filters)]
    pages = [listing.articles(filled, filters, behind, limit=4)]
    while pages[-1].older and pages[-1].lines:
        after = pages[-1].older
        pages.append(listing.articles(filled, filters, behind, after=after, limit=4))
    assert [line.id for page in pages for line in page.lines] == expected
    for earlier, later in pairwise(page for page in pages if page.lines):
        back = listing.articles(filled, filters, behind, before=later.newer, limit=4)
        assert [line.id for line in back.lines] == [line.id for line in earlier.lines]


@pytest.mark.parametrize("by", CountBy)
@pytest.mark.parametrize("name", CHOSEN)
def test_a_list_that_counts_bound_is_that_of_a_walk(filled: Store, name: str, by: CountBy) -> None:
    """In every way of counting."""
    filters, behind = replace(CHOSEN[name][0], count_by=by), CHOSEN[name][1]
    found = listing.articles(filled, filters, behind, limit=9)
    assert found == walked(filled, filters, behind, limit=9)


def of(line: Line, filters: Filters) -> bool:
    """As one would choose from the whole list by hand."""
    wanted = {name: getattr(filters, name) for name in ("host", "country", "language", "genre")}
    return all(not code or getattr(line, name) == code for name, code in wanted.items())


def test_what_nobody_carries_is_not_searched_for(filled: Store) -> None:
    """No article can be on the page, and the question says so."""
    sought = Sought(filters=ALL, frame="none")
    found = reach(filled, sought, FIRST_PAGE, ARTICLES)
    assert found
    with filled.connect() as connection:
        assert connection.execute(select(ARTICLES.c.id).where(found.where)).first() is None


def test_a_rare_frame_is_looked_for_in_few_outlet_days(filled: Store) -> None:
    """As many as the page has lines, at most."""
    sought = Sought(filters=replace(ALL, host="dune"), frame="economic")
    found = reach(filled, sought, FIRST_PAGE, ARTICLES)
    assert found
    with filled.connect() as connection:
        days = select(ARTICLES.c.day, ARTICLES.c.host).where(found.where).distinct()
        assert 1 < len(connection.execute(days).all()) <= FIRST_PAGE.size


def test_while_changes_wait_lists_are_walked(store: Store) -> None:
    """What counts do not know yet is on the list all the same."""
    with store.begin() as connection:
        World(3).change(connection, 80)
        publish(connection, TOPIC, NOW)
    filters = replace(ALL, country="AU")
    before = {line.id for line in listing.articles(store, filters, limit=1000).lines}
    with store.begin() as connection:
        draft = Draft(desk=DESKS[0], day=FIRST, title="New")
        new = put(connection, draft, 5000)
    assert reach(store, Sought(filters=filters), FIRST_PAGE, ARTICLES) is None
    after = {line.id for line in listing.articles(store, filters, limit=1000).lines}
    assert after - before == {new}
