"""What the dashboard reads, from SQLite and from PostgreSQL."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from db import articles, day_counts, listing, queries, records
from db.publish import publish
from db.queries import Filters
from db.session import Store, open_store
from db.tables import ArticleRow, RepublicationRow
from framewatch.facts import load_topics
from framewatch.settings import ROOT
from framewatch.story import CountBy, SourceStatus, Voice
from tests.newsroom_store import (
    DESKS,
    FIRST,
    NO_COLLECTION,
    NO_COVERAGE,
    NOW,
    THRESHOLD,
    TODAY,
    TOPIC,
    Draft,
    fill,
    newsroom,
    put,
)

ALL = Filters(topic=TOPIC)
ZONE = load_topics(ROOT / "topics")[TOPIC].zone
DATED = [draft for draft in newsroom() if draft.day]
CODED = [d for d in DATED if d.desk.language != "zh" and d.extra.get("complete", True)]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def filled(request: pytest.FixtureRequest, newsroom_file: Path) -> Iterator[Store]:
    """The newsroom, opened for reading."""
    url = f"sqlite:///{newsroom_file}"
    if request.param == "postgres":
        url = request.getfixturevalue("module_postgres_url")
        fill(url).dispose()
    engine = open_store(url, read_only=True)
    yield engine
    engine.dispose()


def test_frame_counts_are_those_of_the_drafts(filled):
    """Numerator and denominator, over the whole time."""
    counts = day_counts.frame_days(filled, ALL)["economic"]
    assert sum(c.n for c in counts) == len(CODED)
    assert sum(c.k for c in counts) == sum("economic" in d.frames for d in CODED)


@pytest.mark.parametrize(
    ("chosen", "keeps"),
    [
        ({"country": "AU"}, lambda d: d.desk.country == "AU"),
        ({"host": "meridian"}, lambda d: d.desk.host == "meridian"),
        ({"language": "zh"}, lambda d: d.desk.language == "zh"),
        ({"first": date(2025, 3, 1)}, lambda d: d.day >= date(2025, 3, 1)),
        ({"last": date(2025, 1, 7)}, lambda d: d.day <= date(2025, 1, 7)),
        ({"country": "AU", "host": "meridian"}, lambda d: False),
    ],
    ids=["country", "outlet", "language", "from", "to", "a contradiction"],
)
def test_every_filter_keeps_what_it_names(filled, chosen, keeps):
    """In the counts, in the status and in the list."""
    filters = Filters(topic=TOPIC, **chosen)
    kept = [draft for draft in DATED if keeps(draft)]
    assert sum(v.articles for v in queries.volumes(filled, filters)) == len(kept)
    status = queries.status(filled, filters)
    assert status.articles == len(kept)
    assert status.fictional == sum(draft.desk.fictional for draft in kept)
    assert len(listing.articles(filled, filters, limit=1000).lines) == len(kept)


def test_another_topic_has_nothing(filled):
    """Not even an error."""
    other = Filters(topic="other")
    assert day_counts.frame_days(filled, other) == {}
    assert queries.status(filled, other) == queries.Status()
    assert queries.version(filled, "other").version == 0
    assert listing.articles(filled, other).lines == ()


def test_tone_moments_add_up(filled):
    """Mean tone of every article with a reading, within what the table rounds."""
    days = day_counts.tone_days(filled, ALL)["deepseek"]
    n = sum(day.n for day in days)
    assert n == len(CODED)
    clipped = [
        max(0.0, min(0.9, 0.3 + d.tone / 2)) - max(0.0, min(0.9, 0.3 - d.tone / 2)) for d in CODED
    ]
    assert sum(day.tone_sum for day in days) == pytest.approx(sum(clipped), abs=1e-6)
    squares = sum(tone * tone for tone in clipped)
    assert sum(day.tone_squares for day in days) == pytest.approx(squares, abs=1e-6)


def test_only_ok_and_empty_windows_answer_for_their_days(filled):
    """Empty days are answered; those of a source that was down are not."""
    days = records.answered_days(filled, TOPIC, ZONE, FIRST, TODAY)
    week = [NO_COLLECTION + timedelta(days=i) for i in range(7)]
    assert not days.intersection(week)
    assert {NO_COVERAGE + timedelta(days=i) for i in range(7)} <= days
    assert len(days) == (TODAY - FIRST).days + 1 - 7


def test_answered_days_are_cut_at_the_days_asked_for(filled):
    """Both ends included."""
    days = records.answered_days(filled, TOPIC, ZONE, FIRST, FIRST + timedelta(days=1))
    assert days == {FIRST, FIRST + timedelta(days=1)}


def test_the_ledger_counts_answers_by_source(filled):
    """Five ways to answer, never added together."""
    ledger = {record.source: record for record in records.ledger(filled, TOPIC)}
    assert ledger["acri-feed"].answers == {SourceStatus.OUT_OF_REACH: 1}
    harbour = ledger["harbour-feed"].answers
    assert harbour[SourceStatus.UNAVAILABLE] == harbour[SourceStatus.EMPTY] == 7
    assert ledger["harbour-feed"].listed == 20 * harbour[SourceStatus.OK]
    assert ledger["harbour-feed"].newest == NOW


def test_pages_of_the_list_follow_one_another_without_repeats_or_holes(filled):
    """Forward to the end, then back to the beginning."""
    forward, page = [], listing.articles(filled, ALL, limit=20)
    assert page.newer is None
    while True:
        forward += [line.id for line in page.lines]
        if page.older is None:
            break
        last, page = page, listing.articles(filled, ALL, after=page.older, limit=20)
    assert len(forward) == len(set(forward)) == len(DATED)
    back = listing.articles(filled, ALL, before=page.newer, limit=20)
    assert [line.id for line in back.lines] == [line.id for line in last.lines]


def test_the_list_is_newest_first(filled):
    """By day, then by instant."""
    lines = listing.articles(filled, ALL, limit=1000).lines
    order = [(line.day, line.published_at, line.id) for line in lines]
    assert order == sorted(order, reverse=True)


def test_a_list_by_frame_has_only_carriers_each_with_its_sentence(filled):
    """The sentence is that of the frame asked for, not the best of any."""
    lines = listing.articles(filled, ALL, listing.Behind(frame="morality"), limit=1000).lines
    assert len(lines) == sum("morality" in draft.frames for draft in CODED)
    assert {line.evidence.about for line in lines} == {"morality"}
    assert {line.sentence for line in lines} == {
        "It is simply wrong, the column argued, to copy what others built."
    }


def test_a_line_shows_its_present_frames_surest_first(filled):
    """And the sentence with the highest score."""
    line = next(
        line
        for line in listing.articles(filled, ALL, limit=1000).lines
        if line.original_outlet == "Crikey"
    )
    assert [score.frame for score in line.frames] == ["responsibility", "economic"]
    assert line.evidence.about == "responsibility"


def test_one_article_comes_with_scores_evidence_and_provenance(filled):
    """Everything a reader needs to check it."""
    line = listing.articles(filled, ALL, listing.Behind(frame="morality"), limit=1).lines[0]
    found = articles.article(filled, TOPIC, line.id)
    assert found.text_sha256 == found.article.text_sha256 == found.reading.text_sha256
    scores = {score.frame: score for score in found.reading.frames}
    assert scores["morality"].present
    assert scores["morality"].threshold == THRESHOLD
    quote = next(item for item in found.reading.evidence if item.about == "morality")
    assert (quote.voice, quote.speaker) == (Voice.QUOTED, "Mei Tan")
    assert found.article.coded_text[quote.start : quote.end].startswith("It is simply wrong")
    assert found.page.warc_file == "2025-03-12.warc.gz"
    assert len(found.page.sha256) == 64
    assert found.page.fetched_at == NOW


def test_an_article_of_another_topic_is_not_found(filled):
    """Nor is one that does not exist."""
    assert articles.article(filled, "other", 1) is None
    assert articles.article(filled, TOPIC, 10**9) is None


def test_facets_count_dated_articles_and_mark_the_fictional(filled):
    """The most frequent first."""
    facets = queries.facets(filled, TOPIC)
    assert [facet.articles for facet in facets.hosts] == sorted(
        (sum(d.desk is desk for d in DATED) for desk in DESKS), reverse=True
    )
    assert {facet.code for facet in facets.hosts if facet.fictional} == {"harbour", "meridian"}
    assert {facet.code for facet in facets.languages} == {"en", "zh"}


def test_readers_and_thresholds_are_those_in_force(filled):
    """Articles in a language the reader does not know count as not coded."""
    (reader,) = records.readers(filled, TOPIC)
    unread = sum(draft.desk.language == "zh" for draft in DATED)
    assert reader.unread == unread
    assert reader.read == len(CODED) + 1  # the undated one is read and in no trend
    assert records.thresholds(filled, TOPIC)["conflict"] == (THRESHOLD, THRESHOLD)
    assert records.outcomes(filled, TOPIC) == {"stored": len(newsroom())}


def test_a_reading_of_an_earlier_text_is_not_in_force(store):
    """The article's scores are shown with its hash, and it is in no list by frame."""
    url = store.url.render_as_string(hide_password=False)
    draft = Draft(desk=DESKS[0], day=TODAY, title="Before", frames=("conflict",))
    fill(url, (draft,)).dispose()
    (before,) = listing.articles(store, ALL, listing.Behind(frame="conflict")).lines
    _retitle(store, before.id, "After")
    assert listing.articles(store, ALL, listing.Behind(frame="conflict")).lines == ()
    found = articles.article(store, TOPIC, before.id)
    assert found.article.title == "After"
    assert found.reading.text_sha256 != found.article.text_sha256


def test_the_version_moves_with_every_kind_of_change(store):
    """A new article moves it before it is published."""
    fill(store.url.render_as_string(hide_password=False), ()).dispose()
    before = queries.version(store, TOPIC)
    with store.begin() as connection:
        put(connection, Draft(desk=DESKS[0], day=TODAY, title="One more"), 999)
    after = queries.version(store, TOPIC)
    assert after.newest_article > before.newest_article
    assert after.newest_reading > before.newest_reading


def test_a_store_without_tables_says_what_to_do(tmp_path):
    """And which store it is, without its password."""
    engine = open_store(f"sqlite:///{tmp_path}/none.db", read_only=True)
    with pytest.raises(queries.StoreError, match=r"none\.db .*`python -m framewatch collect`"):
        queries.status(engine, ALL)
    engine.dispose()


def test_a_store_that_is_not_there_says_so_without_its_password():
    """Port 1 has no PostgreSQL."""
    engine = open_store("postgresql+psycopg2://u:secret@127.0.0.1:1/x", read_only=True)
    with pytest.raises(queries.StoreError) as failure:
        queries.facets(engine, TOPIC)
    assert "secret" not in str(failure.value)
    assert "127.0.0.1:1/x" in str(failure.value)
    engine.dispose()


def test_a_file_opened_for_reading_cannot_be_written(newsroom_file):
    """On PostgreSQL the account's rights decide."""
    engine = open_store(f"sqlite:///{newsroom_file}", read_only=True)
    with pytest.raises(Exception, match="readonly"), engine.begin() as connection:
        put(connection, Draft(desk=DESKS[0], day=TODAY, title="No"), 1000)
    engine.dispose()


def _retitle(store: Store, article_id: int, title: str) -> None:
    text = articles.article(store, TOPIC, article_id).article.text
    changed = hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest()
    with store.begin() as connection:
        connection.execute(
            update(ArticleRow)
            .where(ArticleRow.id == article_id)
            .values(title=title, text_sha256=changed)
        )


# --- ways of counting -----------------------------------------------------------------------------


def taken_over() -> tuple[Draft, ...]:
    """One story on three sites, an opinion piece, and a copy of what is not held."""
    harbour, acri, meridian = DESKS[:3]
    opinion = {"genre": "opinion"}
    return (
        Draft(desk=harbour, day=date(2025, 3, 3), title="Story", frames=("economic",)),
        Draft(desk=acri, day=date(2025, 3, 4), title="Story", frames=("economic", "conflict")),
        Draft(desk=meridian, day=date(2025, 3, 5), title="Story again"),
        Draft(desk=acri, day=date(2025, 3, 6), title="Crikey's", frames=("morality",)),
        Draft(
            desk=meridian, day=date(2025, 3, 7), title="View", frames=("conflict",), extra=opinion
        ),
    )


@pytest.fixture
def copied(store: Store) -> Store:
    """What `identify` would have made of these."""
    fill(store.url.render_as_string(hide_password=False), taken_over()).dispose()
    entry = {"evidence": "It says so.", "similarity": 0.9, "same_owner": None, "original_url": ""}
    held = {"original_id": 1, "original_outlet": "harbour", "original_country": "AU"}
    lost = {"original_id": None, "original_outlet": "crikey", "original_country": "NZ"}
    with store.begin() as connection:
        for number, first in ((1, 1), (2, 1), (3, 1), (4, 4), (5, 5)):
            mine = update(ArticleRow).where(ArticleRow.id == number)
            connection.execute(mine.values(cluster_id=first))
        for number, said, day, proof in (
            (2, held, None, "note"),
            (3, held, None, "near_copy"),
            (4, lost, date(2025, 2, 4), "note"),
        ):
            row = entry | said | {"article_id": number, "original_day": day, "proof": proof}
            connection.execute(insert(RepublicationRow).values(row))
        publish(connection, TOPIC, NOW)
    return store


@pytest.mark.parametrize(
    ("by", "economic", "conflict", "days"),
    [
        (
            CountBy.HOST,
            2,
            2,
            {"2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07"},
        ),
        (CountBy.ORIGINAL, 1, 1, {"2025-03-03", "2025-02-04", "2025-03-07"}),
        (CountBy.CLUSTER, 1, 1, {"2025-03-03", "2025-03-06", "2025-03-07"}),
    ],
)
def test_readings_count_as_their_articles_do(copied, by, economic, conflict, days):
    """The original's reading for all its copies; the copy's where the original is not held."""
    filters = Filters(topic=TOPIC, count_by=by)
    frames = day_counts.frame_days(copied, filters)
    assert sum(c.k for c in frames["economic"]) == economic
    assert sum(c.k for c in frames["conflict"]) == conflict
    assert sum(c.k for c in frames["morality"]) == 1
    assert {c.day.isoformat() for c in frames["economic"]} == days
    tones = day_counts.tone_days(copied, filters)["deepseek"]
    assert sum(day.n for day in tones) == len(days)


def test_an_unheld_first_publisher_can_be_chosen(copied):
    """The list shows the page that is held, on the day it is counted under."""
    filters = Filters(topic=TOPIC, host="crikey", country="NZ", count_by=CountBy.ORIGINAL)
    (line,) = listing.articles(copied, filters).lines
    assert (line.host, line.day) == ("acri", date(2025, 2, 4))
    (carrier,) = listing.articles(copied, filters, listing.Behind(frame="morality")).lines
    assert carrier.id == line.id
    assert "crikey" in {f.code for f in queries.facets(copied, TOPIC, CountBy.ORIGINAL).hosts}


def test_a_genre_is_a_filter_in_every_way_of_counting(copied):
    """Counts, list and facets."""
    for by in CountBy:
        filters = Filters(topic=TOPIC, genre="opinion", count_by=by)
        assert sum(c.k for c in day_counts.frame_days(copied, filters)["conflict"]) == 1
        assert len(listing.articles(copied, filters).lines) == 1
        found = {f.code: f.articles for f in queries.facets(copied, TOPIC, by).genres}
        assert found["opinion"] == 1


def test_pages_of_a_list_counted_by_original_have_no_holes(copied):
    """The places are those of the days counted under."""
    seen, after = [], None
    filters = Filters(topic=TOPIC, count_by=CountBy.ORIGINAL)
    for _ in range(3):
        page = listing.articles(copied, filters, after=after, limit=1)
        seen += [line.title for line in page.lines]
        after = page.older
    assert seen == ["View", "Story", "Crikey's"]
