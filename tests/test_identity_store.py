"""Groups of near-copies and the ledger in the store, on SQLite and on PostgreSQL."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

import db.publish
from db import identity, listing, queries
from db import store as rows
from db.counting import counted
from db.kin import kin
from db.queries import Filters
from db.session import Store, open_store
from db.tables import ArticleRow, BandRow, RepublicationRow
from db.upsert import table_of
from framewatch.facts import Family, SourceBook, load_topic
from framewatch.identity import identify
from framewatch.story import Article, CountBy, Genre, Outlet, Page, Proof
from scrapers.identify import bands, near_copies, signature
from tests.made_once import migrate

NOW = datetime(2025, 2, 20, tzinfo=UTC)
TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
OUTLETS = tuple(
    Outlet(
        code=code, name=f"The {code.title()}", hosts=(f"{code}.example",), country=country,
        language="en", aliases=(f"{code.title()} Online",),
    )
    for code, country in (("crest", "AU"), ("dune", "US"), ("elm", "GB"), ("firth", "GB"))
)  # fmt: skip
BOOK = SourceBook(
    outlets=OUTLETS,
    families=(
        Family(owner="One", outlets=("crest", "dune"), source="https://one.example"),
        Family(owner="Two", outlets=("elm",), source="https://two.example"),
    ),
)


@dataclass
class Office:
    """As much of a desk as `identify` needs."""

    store: Store
    book: SourceBook = BOOK

    def progress(self, _title: str, _total: int) -> Any:
        from framewatch.desk import no_progress

        return no_progress("", 0)


def prose(seed: int, count: int = 200) -> list[str]:
    chance = random.Random(seed)
    return [f"w{chance.randrange(4000)}" for _ in range(count)]


def article(host: str, day: int, text: list[str], **more: Any) -> Article:
    """At noon in London on a day of February."""
    at = datetime(2025, 2, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)
    title = more.pop("title", f"{host} on day {day}")
    url = more.pop("url", f"https://{host}.example/{day}-{text[0]}")
    made = Article(
        url=url, title=title, text=" ".join(text), language="en", host=host,
        host_name=f"The {host.title()}", country="AU", published_at=at,
    )  # fmt: skip
    return replace(made, **more)


def put(store: Store, *articles: Article) -> list[int]:
    with store.begin() as connection:
        return [
            rows.save_article(connection, TOPIC, a, _page(connection, a.url), NOW)[0]
            for a in articles
        ]


def _page(connection: Any, url: str) -> int:
    page = Page(
        url=url, final_url=url, status=200, headers={}, body=url.encode(), fetched_at=NOW
    )  # fmt: skip
    return rows.save_page(connection, page)


def join(store: Store, ids: Sequence[int]) -> None:
    for number in ids:
        with store.begin() as connection:
            (found,) = identity.texts(connection, [number])
            signed = signature(found.text, found.language)
            made = identity.Signed(signed, bands(signed))
            identity.join(connection, "deepseek", found, made, near_copies)


def groups(store: Store) -> set[frozenset[str]]:
    """The groups as sets of addresses: no row numbers."""
    found: dict[int, set[str]] = {}
    for number, url in pairs(store):
        found.setdefault(number, set()).add(url)
    return {frozenset(group) for group in found.values()}


def pairs(store: Store) -> list[Any]:
    c = table_of(ArticleRow).c
    with store.begin() as connection:
        return list(connection.execute(select(c.cluster_id, c.url)))


def ledger(store: Store) -> dict[int, Any]:
    with store.begin() as connection:
        found = connection.execute(select(table_of(RepublicationRow)))
        return {row.article_id: row for row in found}


def traced(store: Store, *articles: Article) -> tuple[list[int], dict[int, Any]]:
    """Put the articles in and identify them: their ids, and the ledger."""
    ids = put(store, *articles)
    identify(Office(store), "deepseek", NOW)  # type: ignore[arg-type]
    return ids, ledger(store)


# --- groups ---------------------------------------------------------------------------------------

LONG = prose(1)
# A chain: each is like its neighbours, the ends are not like one another.
CHAIN = [prose(1, 400)[40 * i : 40 * i + 200] for i in range(4)]


def crowd() -> list[Article]:
    """A chain of four, a pair, and three that are alone."""
    return [
        *(article("crest", i + 1, text) for i, text in enumerate(CHAIN)),
        article("dune", 3, prose(5)),
        article("elm", 2, [*prose(5)[:190], "and", "more"]),
        *(article("firth", i, prose(10 + i)) for i in range(1, 4)),
    ]


def test_the_crowd_is_what_it_is_meant_to_be() -> None:
    """Neighbours in the chain are near-copies; its ends are not."""
    signed = [signature(" ".join(text), "en") for text in CHAIN]
    assert all(near_copies(a, b) for a, b in pairwise(signed))
    assert not near_copies(signed[0], signed[3])


def test_near_copies_are_one_group_known_by_its_first_article(store: Store) -> None:
    """Also where only others connect them; the rest are alone."""
    ids = put(store, *crowd())
    join(store, ids)
    urls = {a.url for a in crowd()}
    chain, pair = {a.url for a in crowd()[:4]}, {a.url for a in crowd()[4:6]}
    singles = {frozenset({url}) for url in urls - chain - pair}
    assert groups(store) == {frozenset(chain), frozenset(pair), *singles}
    first = {url: number for number, url in pairs(store)}
    assert {first[url] for url in chain} == {ids[0]}
    assert {first[url] for url in pair} == {ids[5]}  # the second to arrive, the first to appear


@given(order=st.permutations(range(9)), stops=st.sets(st.integers(1, 8), max_size=3))
@settings(max_examples=25, deadline=None)
def test_any_order_and_any_interruption_lead_to_the_same_groups(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], stops: set[int]
) -> None:
    """Articles come as they are found; a stage may be killed between any two."""
    store = fresh(tmp_path_factory)
    people = crowd()
    begin = 0
    for end in (*sorted(stops), len(people)):  # some arrive, all that are new are joined
        put(store, *(people[i] for i in order[begin:end]))
        with store.begin() as connection:
            pending = identity.articles_to_identify(connection, "deepseek")
        join(store, pending)
        begin = end
    named = dict(_ids(store))
    found = {(named[number], url) for number, url in pairs(store)}
    store.dispose()
    expected = {(people[0].url, a.url) for a in people[:4]}
    expected |= {(people[5].url, a.url) for a in people[4:6]}
    expected |= {(a.url, a.url) for a in people[6:]}
    assert found == expected


def fresh(factory: pytest.TempPathFactory) -> Store:
    url = f"sqlite:///{factory.mktemp('store')}/store.db"
    migrate(url)
    return open_store(url)


def _ids(store: Store) -> list[Any]:
    c = table_of(ArticleRow).c
    with store.begin() as connection:
        return list(connection.execute(select(c.id, c.url)))


def test_a_new_article_can_join_two_groups_into_one(store: Store) -> None:
    """The bridge comes last."""
    people = [article("crest", 1, CHAIN[0]), article("dune", 2, CHAIN[2])]
    join(store, put(store, *people))
    assert len(groups(store)) == 2
    join(store, put(store, article("elm", 3, CHAIN[1])))
    assert len(groups(store)) == 1


def test_joining_again_changes_nothing(store: Store) -> None:
    """Signatures, bands and groups alike."""
    ids = put(store, *crowd())
    join(store, ids)
    before = everything(store)
    join(store, ids[::-1])
    assert everything(store) == before


def everything(store: Store) -> dict[str, Any]:
    with store.begin() as connection:
        tables = (table_of(ArticleRow), table_of(BandRow), table_of(RepublicationRow))
        return {
            t.name: list(connection.execute(select(t).order_by(*t.primary_key))) for t in tables
        }


def test_a_text_that_changed_after_it_was_signed_is_not_joined(store: Store) -> None:
    """Its signature would be that of another text; it stays on the work list."""
    (number,) = put(store, article("crest", 1, LONG))
    with store.begin() as connection:
        (found,) = identity.texts(connection, [number])
        connection.execute(update(ArticleRow).values(text_sha256="another"))
        signed = signature(found.text, "en")
        made = identity.Signed(signed, bands(signed))
        assert not identity.join(connection, "deepseek", found, made, near_copies)
        assert identity.articles_to_identify(connection, "deepseek") == [number]


def test_a_changed_text_leaves_its_group_and_takes_its_bridge_along(store: Store) -> None:
    """What only it connected falls apart again."""
    ids = put(store, *(article("crest", i + 1, CHAIN[i]) for i in range(3)))
    join(store, ids)
    assert len(groups(store)) == 1
    with store.begin() as connection:
        identity.dissolve(connection, ids[1])
        other = update(ArticleRow).where(ArticleRow.id == ids[1])
        connection.execute(other.values(text=" ".join(prose(77)), text_sha256="x"))
        pending = identity.articles_to_identify(connection, "deepseek")
    assert pending == ids
    join(store, pending)
    assert len(groups(store)) == 3


def test_topics_have_groups_of_their_own(store: Store) -> None:
    """An article that two topics watch is two rows, never a copy of itself."""
    other = replace(TOPIC, code="other")
    join(store, put(store, article("crest", 1, LONG)))
    with store.begin() as connection:
        page = _page(connection, "https://crest.example/x")
        rows.save_article(connection, other, article("crest", 1, LONG), page, NOW)
        (pending,) = identity.articles_to_identify(connection, "other")
        (found,) = identity.texts(connection, [pending])
        signed = signature(found.text, "en")
        made = identity.Signed(signed, bands(signed))
        assert not identity.join(connection, "other", found, made, near_copies)


# --- the ledger -----------------------------------------------------------------------------------


def noted(host: str, day: int, text: list[str], outlet: str, said: date | None, **more: Any) -> Any:
    note = {"republication_note": f"First published in {outlet}.", "original_outlet": outlet}
    return article(host, day, text, original_day=said, **note, **more)


def test_a_note_leads_to_the_article_that_is_held(store: Store) -> None:
    """By alias, a day out; with the similarity, and the owners compared."""
    (first, copy), found = traced(
        store,
        article("crest", 4, LONG),
        noted("dune", 8, LONG[:190], "Crest Online", date(2025, 2, 5)),
    )
    entry = found.pop(copy)
    assert found == {}
    assert (entry.original_id, entry.original_outlet) == (first, "crest")
    assert (entry.proof, entry.evidence) == (Proof.NOTE, "First published in Crest Online.")
    assert (entry.original_day, entry.original_country) == (date(2025, 2, 5), "AU")
    assert entry.similarity > 0.8
    assert entry.same_owner is True


def test_a_note_is_believed_where_the_original_is_not_held(store: Store) -> None:
    """Known outlets by code, others by their name; no similarity, and owners not guessed."""
    (one, two), found = traced(
        store,
        noted("dune", 8, LONG, "The Elm", date(2025, 2, 5)),
        noted("firth", 8, prose(2), "Somewhere Else", None),
    )
    assert (found[one].original_outlet, found[one].same_owner) == ("elm", False)
    assert (found[two].original_outlet, found[two].same_owner) == ("Somewhere Else", None)
    assert found[one].original_id is found[one].similarity is found[two].original_day is None


def test_an_article_of_another_day_is_not_taken_for_the_original(store: Store) -> None:
    """Same outlet and text, weeks away from the day that the note gives."""
    (_, copy), found = traced(
        store,
        article("crest", 14, LONG),
        noted("dune", 16, LONG, "The Crest", date(2025, 1, 10)),
    )
    assert (found[copy].original_id, found[copy].original_day) == (None, date(2025, 1, 10))


def test_a_paywalled_original_is_found_by_its_headline(store: Store) -> None:
    """Its public teaser is no near-copy of the whole text."""
    teaser = article("crest", 4, LONG[:30], title="What does he want?", complete=False)
    whole = noted("dune", 8, LONG, "The Crest", date(2025, 2, 4), title="What does he want?")
    (first, copy), found = traced(store, teaser, whole)
    assert found[copy].original_id == first


def test_a_chain_leads_to_its_beginning(store: Store) -> None:
    """Elm had it from Dune, Dune from Crest; each shows its own proof."""
    (first, second, third), found = traced(
        store,
        article("crest", 4, LONG),
        noted("dune", 5, LONG, "The Crest", date(2025, 2, 4)),
        noted("elm", 6, LONG, "The Dune", date(2025, 2, 5)),
    )
    assert found[second].original_id == found[third].original_id == first
    assert found[third].original_outlet == "crest"
    assert found[third].evidence == "First published in The Dune."


def test_a_canonical_tag_on_another_site_is_a_proof(store: Store) -> None:
    """Weaker than a note, and good also for what is not held."""
    original = article("crest", 4, LONG)
    (first, copy, lone), found = traced(
        store,
        original,
        article("dune", 5, LONG, original_url=original.url),
        article("elm", 5, prose(3), original_url="https://www.firth.example/7-some-story"),
    )
    assert (found[copy].original_id, found[copy].proof) == (first, Proof.CANONICAL)
    assert (found[lone].original_outlet, found[lone].original_id) == ("firth", None)
    assert "rel=" in found[lone].evidence


def test_a_later_copy_elsewhere_is_the_weakest_proof(store: Store) -> None:
    """Only where the dates leave no doubt which came first."""
    midnight = datetime(2025, 2, 6, tzinfo=UTC)
    bare = {"published_at": midnight, "published_day_only": True}
    (first, later, same_day, undated), found = traced(
        store,
        article("crest", 6, LONG),
        article("dune", 7, LONG),
        article("elm", 6, LONG, **bare),
        article("firth", 6, LONG, published_at=None),
    )
    assert (found[later].original_id, found[later].proof) == (first, Proof.NEAR_COPY)
    assert set(found) == {later}
    assert same_day != undated


def test_an_outlets_own_later_text_is_an_update(store: Store) -> None:
    """Nor does a note that names the outlet itself make a republication."""
    _, found = traced(
        store,
        article("crest", 4, LONG),
        article("crest", 5, LONG),
        noted("crest", 6, LONG, "The Crest", date(2025, 2, 4)),
    )
    assert found == {}


def test_two_that_name_one_another_do_not_go_round_in_circles(store: Store) -> None:
    """The older is taken at its date."""
    (one, two), found = traced(
        store,
        noted("crest", 4, LONG, "The Dune", date(2025, 2, 5)),
        noted("dune", 5, LONG, "The Crest", date(2025, 2, 4)),
    )
    assert set(found) == {two}
    assert found[two].original_id == one


def test_a_note_outweighs_a_date(store: Store) -> None:
    """The original's page was stamped after the copy's: the copy says whose it is."""
    (copy, first), found = traced(
        store,
        noted("dune", 4, LONG, "The Crest", date(2025, 2, 4)),
        article("crest", 5, LONG),
    )
    assert set(found) == {copy}
    assert found[copy].original_id == first


def test_an_original_that_arrives_later_is_found_then(store: Store) -> None:
    """The ledger is told anew from what is held; and told twice it is the same."""
    (copy,), before = traced(store, noted("dune", 8, LONG, "The Crest", date(2025, 2, 4)))
    assert before[copy].original_id is None
    (first,), after = traced(store, article("crest", 4, LONG))
    assert after[copy].original_id == first
    counts = identify(Office(store), "deepseek", NOW)  # type: ignore[arg-type]
    assert counts == {"identified": 0, "joined": 0, "traced": 0}


@pytest.mark.parametrize("shuffle", range(4))
def test_the_ledger_does_not_depend_on_the_order_of_arrival(store: Store, shuffle: int) -> None:
    """Nor on row numbers."""
    people = [
        article("crest", 4, LONG),
        noted("dune", 5, LONG, "The Crest", date(2025, 2, 4)),
        noted("elm", 6, LONG, "The Dune", date(2025, 2, 5)),
        article("firth", 7, LONG[:180]),
        noted("firth", 9, prose(3), "Elsewhere", None),
    ]
    random.Random(shuffle).shuffle(people)
    _, found = traced(store, *people)
    urls = dict(_ids(store))
    told = {
        (urls[n], urls.get(e.original_id), e.original_outlet, e.proof) for n, e in found.items()
    }
    first = f"https://crest.example/4-{LONG[0]}"
    assert told == {
        (f"https://dune.example/5-{LONG[0]}", first, "crest", "note"),
        (f"https://elm.example/6-{LONG[0]}", first, "crest", "note"),
        (f"https://firth.example/7-{LONG[0]}", first, "crest", "near_copy"),
        (f"https://firth.example/9-{prose(3)[0]}", None, "Elsewhere", "note"),
    }


# --- counting -------------------------------------------------------------------------------------


@pytest.fixture
def published(store: Store) -> Store:
    """Crest's story on three sites, an update of it, one of Elm's that is not held, one alone."""
    traced(
        store,
        article("crest", 4, LONG, genre=Genre.OPINION),
        article("crest", 5, LONG[:195]),
        noted("dune", 6, LONG, "The Crest", date(2025, 2, 4)),
        article("firth", 7, LONG[:180]),
        noted("dune", 9, prose(2), "The Elm", date(2025, 2, 3)),
        noted("firth", 10, prose(2), "The Elm", date(2025, 2, 3)),
        article("crest", 11, prose(3)),
    )
    with store.begin() as connection:
        db.publish.publish(connection, "deepseek", NOW)
    return store


def volumes(store: Store, **chosen: Any) -> dict[tuple[str, int], int]:
    found = queries.volumes(store, Filters(topic="deepseek", **chosen))
    return {(v.outlet, v.day.day): v.articles for v in found}


def test_every_page_counts_under_its_site(published: Store) -> None:
    """As it always did."""
    by_host = volumes(published)
    assert sum(by_host.values()) == 7
    assert by_host[("dune", 6)] == 1


def test_every_text_counts_once_under_its_first_publisher(published: Store) -> None:
    """Also under one that is not held, on the day the note gives; updates are not counted again."""
    assert volumes(published, count_by=CountBy.ORIGINAL) == {
        ("crest", 4): 1,
        ("elm", 3): 1,
        ("crest", 11): 1,
    }


def test_every_group_counts_once_under_its_first_member(published: Store) -> None:
    """Whoever it says had it first."""
    assert volumes(published, count_by=CountBy.CLUSTER) == {
        ("crest", 4): 1,
        ("dune", 9): 1,
        ("crest", 11): 1,
    }


@pytest.mark.parametrize("by", CountBy)
def test_the_list_holds_what_is_counted(published: Store, by: CountBy) -> None:
    """By outlet, by country, by genre and by day alike."""
    for chosen in (
        {}, {"host": "crest"}, {"host": "elm"}, {"host": "dune"}, {"country": "GB"},
        {"genre": "opinion"}, {"genre": "news"}, {"first": date(2025, 2, 6)},
    ):  # fmt: skip
        filters = Filters(topic="deepseek", count_by=by, **chosen)  # type: ignore[arg-type]
        counts = sum(v.articles for v in queries.volumes(published, filters))
        lines = listing.articles(published, filters).lines
        assert len(lines) == counts == queries.status(published, filters).articles
        assert len({line.id for line in lines}) == len(lines)


def test_a_first_publisher_who_is_not_held_has_its_own_name_and_country(published: Store) -> None:
    """Elm is British; the copies that stand for it are not."""
    facets = queries.facets(published, "deepseek", CountBy.ORIGINAL)
    assert {(f.code, f.name) for f in facets.hosts} == {("crest", "The Crest"), ("elm", "The Elm")}
    assert {f.code: f.articles for f in facets.countries} == {"AU": 2, "GB": 1}


def test_publishing_again_writes_nothing(published: Store) -> None:
    """In none of the three ways of counting."""
    with published.begin() as connection:
        assert not any(db.publish.publish(connection, "deepseek", NOW).values())


@pytest.mark.parametrize("first", ["teaser", "whole"])
def test_where_only_a_teaser_of_the_original_is_held_a_whole_copy_is_read(
    store: Store, first: str
) -> None:
    """It still counts under the original's outlet, day and genre."""
    whole = noted("dune", 8, LONG, "The Crest", date(2025, 2, 4), title="Same")
    teaser = article("crest", 4, LONG[:30], title="Same", complete=False, genre=Genre.OPINION)
    order = (teaser, whole) if first == "teaser" else (whole, teaser)
    traced(store, *order)
    (copy,) = (number for number, url in _ids(store) if url == whole.url)
    # The teaser is in a group of its own, so the two make one text by the ledger alone.
    unit = counted("deepseek", CountBy.ORIGINAL)
    with store.begin() as connection:
        found = connection.execute(select(unit)).all()
    assert [(row.article_id, row.host, row.day, row.genre) for row in found] == [
        (copy, "crest", date(2025, 2, 4), "opinion")
    ]


def test_an_articles_kin_are_its_copies_and_its_entry(published: Store) -> None:
    """What its page shows."""
    (copy,) = [n for n, url in _ids(published) if url.startswith("https://dune.example/6")]
    found = kin(published, copy)
    assert [(c.host, c.first) for c in found.copies] == [
        ("crest", True), ("crest", False), ("firth", False),
    ]  # fmt: skip
    assert found.entry is not None
    assert (found.original_name, found.entry.proof) == ("The Crest", Proof.NOTE)
    assert all(near_copies(found.signature, c.signature) for c in found.copies)


def test_all_pairs_of_the_crowd_that_are_near_share_a_band() -> None:
    """Else bands would miss what similarity finds."""
    signed = [signature(a.text, "en") for a in crowd()]
    for one, other in combinations(signed, 2):
        if near_copies(one, other):
            assert set(enumerate(bands(one))) & set(enumerate(bands(other)))
