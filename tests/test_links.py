"""A link is one, whoever names it; where its page is lost, those who hand it over have a turn."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from db import links
from db import store as rows
from db.session import Store, open_store
from db.tables import LinkRow, SightingRow
from db.upsert import table_of
from framewatch.story import Link, Outcome, Page, Rejected, Window
from tests.made_once import migrate

NOW = datetime(2025, 2, 5, 3, tzinfo=UTC)
DAY = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
URL = "https://herald.example/a"
REPLAY = f"https://web.archive.example/20250204id_/{URL}"
FEED = Link(url=URL, address=f"{URL}?utm_source=feed", source="feed", title="A")
WAYBACK = Link(url=URL, address=REPLAY, source="wayback", seen_at=NOW)
CRAWL = Link(url=URL, address="https://crawl.example/x.gz#1-2", source="crawl", seen_at=NOW)


def enter(connection: Connection, *found: Link, elsewhere: bool = False) -> int:
    placed = [
        links.Placed(link=link, day=date(2025, 2, 4), outlet="herald", elsewhere=elsewhere)
        for link in found
    ]
    return links.enter(connection, "deepseek", placed, DAY, NOW)


def only_link(connection: Connection) -> tuple[str, str, str | None]:
    row = connection.execute(select(table_of(LinkRow))).one()
    return row.source, row.address, row.outcome


def lose(connection: Connection, outcome: Outcome, wait: float | None = None) -> bool:
    """Its page cannot be had; whether somebody else has a turn."""
    (pending,) = rows.links_to_fetch(connection, "deepseek", NOW)
    rejected = Rejected(url=URL, outcome=outcome, detail="", retry_after=wait)
    rows.reject_link(connection, pending, rejected, NOW)
    return links.fall_back(connection, pending.id)


def page(url: str = URL, body: bytes = b"given") -> Page:
    return Page(
        url=url, final_url=url, status=200, headers={}, body=body, fetched_at=NOW, via="guardian"
    )


def test_who_named_a_link_is_kept(store: Store) -> None:
    """One link, a sighting for each source, and the first source's address is fetched."""
    with store.begin() as connection:
        assert enter(connection, FEED) == 1
        assert enter(connection, replace(FEED, source="sitemap", address=URL)) == 0
        assert enter(connection, FEED) == 0
        assert only_link(connection) == ("feed", FEED.address, None)
        seen = connection.execute(select(table_of(SightingRow).c.source)).scalars()
        assert sorted(seen) == ["feed", "sitemap"]


@pytest.mark.parametrize(
    ("outcome", "turn"),
    [
        (Outcome.GONE, True),
        (Outcome.WRONG_TYPE, True),
        (Outcome.TOO_LARGE, True),
        (Outcome.UNAVAILABLE, True),
        (Outcome.DISALLOWED, False),
        (Outcome.HTTP_ERROR, False),
        (Outcome.UNSAFE, False),
    ],
)
def test_an_archive_has_its_turn_where_the_page_is_lost_not_where_it_is_refused(
    store: Store, outcome: Outcome, turn: bool
) -> None:
    """Who does not want to be read is not read through an archive either."""
    with store.begin() as connection:
        enter(connection, FEED)
        enter(connection, WAYBACK, elsewhere=True)
        assert lose(connection, outcome) is turn
        expected = ("wayback", REPLAY, None) if turn else ("feed", FEED.address, outcome)
        assert only_link(connection) == expected
        if turn:
            (pending,) = rows.links_to_fetch(connection, "deepseek", NOW)
            assert pending.link == replace(WAYBACK, title=FEED.title), "the capture it named"


def test_a_page_that_may_come_back_is_not_given_up(store: Store) -> None:
    """Unavailable with a later try: the archive waits."""
    with store.begin() as connection:
        enter(connection, FEED)
        enter(connection, WAYBACK, elsewhere=True)
        assert not lose(connection, Outcome.UNAVAILABLE, wait=60.0)


def test_an_archive_found_later_revives_a_lost_link(store: Store) -> None:
    """And when it has nothing either, the next one; then it stays lost, however often named."""
    with store.begin() as connection:
        enter(connection, FEED)
        assert not lose(connection, Outcome.GONE)
        enter(connection, WAYBACK, elsewhere=True)
        assert only_link(connection) == ("wayback", REPLAY, None)
        assert not lose(connection, Outcome.GONE)
        enter(connection, CRAWL, elsewhere=True)
        assert only_link(connection) == ("crawl", CRAWL.address, None)
        assert not lose(connection, Outcome.GONE)
        enter(connection, WAYBACK, CRAWL, elsewhere=True)
        enter(connection, replace(FEED, source="sitemap"))
        assert only_link(connection) == ("crawl", CRAWL.address, Outcome.GONE)


def test_a_given_page_is_used_where_no_other_was_had(store: Store) -> None:
    """A new link has its page at once; a lost one is revived; a fetched one keeps its own."""
    given = replace(FEED, source="guardian", address=URL, page=page())
    other = replace(given, url=f"{URL}2", page=page(f"{URL}2"))
    with store.begin() as connection:
        enter(connection, given, elsewhere=True)
        assert rows.links_to_fetch(connection, "deepseek", NOW) == []
        enter(connection, replace(FEED, url=f"{URL}2"))
        lose(connection, Outcome.GONE)
        enter(connection, other, elsewhere=True)
        pending = rows.pages_to_extract(connection, "deepseek")
        assert [(item.link.source, item.page.via) for item in pending] == [("guardian",) * 2] * 2
        again = replace(given, page=page(body=b"another"))
        enter(connection, again, elsewhere=True)
        assert rows.pages_to_extract(connection, "deepseek") == pending


def test_the_day_of_a_link_does_not_depend_on_who_names_it_first(store: Store) -> None:
    """The earliest claim of publication; without one, when it was first seen."""
    monday, noon = date(2025, 2, 3), datetime(2025, 2, 3, 12, tzinfo=UTC)
    seen = links.Placed(link=WAYBACK, day=date(2025, 2, 5), outlet="herald", elsewhere=True)
    early = links.Placed(link=CRAWL, day=date(2025, 2, 4), outlet="herald", elsewhere=True)
    dated = links.Placed(link=replace(FEED, published_at=noon), day=monday, outlet="herald")
    late = replace(dated, link=replace(dated.link, source="map", published_at=NOW), day=NOW.date())
    found = {}
    for order in (
        [seen, early, dated, late],
        [late, dated, early, seen],
        [early, late, seen, dated],
    ):
        with store.connect() as connection, connection.begin() as transaction:
            for item in order:
                links.enter(connection, "deepseek", [item], DAY, NOW)
            row = connection.execute(select(table_of(LinkRow))).one()
            found[row.day, row.published_at] = order
            transaction.rollback()
    assert list(found) == [(monday, noon)]


def test_pages_that_are_held_are_not_wanted_again(store: Store) -> None:
    """So that a source's text is archived once."""
    given = replace(FEED, source="guardian", address=URL, page=page())
    with store.begin() as connection:
        enter(connection, given, elsewhere=True)
        wanted = links.without_page(connection, "deepseek", [URL, f"{URL}2"])
        assert wanted == {f"{URL}2"}


def test_links_by_the_thousand_fit_into_statements(store: Store) -> None:
    """Databases limit the parameters of one statement."""
    many = [Link(url=f"{URL}{n}", source="feed", seen_at=NOW + timedelta(n)) for n in range(1200)]
    with store.begin() as connection:
        assert enter(connection, *many) == 1200
        assert enter(connection, *many) == 0


@pytest.mark.slow
def test_two_sources_that_name_the_same_links_do_not_lock_each_other_out(postgres_url: str) -> None:
    """Each in an order of its own, at the same time; PostgreSQL would end one of them."""
    migrate(postgres_url)
    store = open_store(postgres_url)
    many = [Link(url=f"{URL}{n}", source="feed", seen_at=NOW) for n in range(300)]

    def name(source: str, found: list[Link]) -> int:
        with store.begin() as connection:
            return enter(connection, *(replace(link, source=source) for link in found))

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(name, "one", many), pool.submit(name, "two", many[::-1])]
        assert sum(future.result() for future in both) == 300
    store.dispose()
