"""The store's tables. (Not models.py: here "model" means a classifier.)

Work lists are rows that lack the next stage's output: a link without outcome and page is to be
fetched, one with a page and no outcome is to be extracted, an article without a reading by the
reader in force is to be read.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC (SQLite has no time zones of its own)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value}: an instant needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant(), str: Text(), list[Any]: JSON()}


Code = String(200)


class AnswerRow(Table):
    """The ledger: how each source answered for each window."""

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("topic", "source", "window_start", "window_end"),
        Index(None, "topic", "answered_at"),
        # All that `db.records.ledger` adds up, which is asked of every answer there ever was.
        Index("ix_answers_ledger", "topic", "source", "status", "listed", "found", "answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    source: Mapped[str] = mapped_column(Code)
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    status: Mapped[str] = mapped_column(Code)  # story.SourceStatus
    listed: Mapped[int]
    found: Mapped[int]  # links on the topic
    detail: Mapped[str]
    answered_at: Mapped[datetime]
    requests: Mapped[int] = mapped_column(server_default="0", default=0)  # that it took
    caps: Mapped[int] = mapped_column(server_default="0", default=0)  # lists cut by the source
    partial: Mapped[str] = mapped_column(server_default="", default="")  # what it does not cover
    # What was asked, as a hash: a refusal of another question refuses nothing.
    question: Mapped[str] = mapped_column(Code, server_default="", default="")
    retry_at: Mapped[datetime | None]  # an unavailable source is not asked before


class PollRow(Table):
    """A sliding list (a feed, a news sitemap): how far it reached, and when it is due."""

    __tablename__ = "polls"

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    source: Mapped[str] = mapped_column(Code, primary_key=True)
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # when its body last differed
    body_sha256: Mapped[str] = mapped_column(Code)
    every: Mapped[int]  # seconds between two polls, adapted to how much is new
    next_at: Mapped[datetime]
    oldest: Mapped[datetime | None]  # the earliest item at the last poll
    newest: Mapped[datetime | None]
    covered_since: Mapped[datetime | None]  # every item since then was on some list we read


class SightingRow(Table):
    """A source named a link. The link's page is had from one of these; the others stand by."""

    __tablename__ = "sightings"

    link_id: Mapped[int] = mapped_column(ForeignKey("links.id"), primary_key=True)
    source: Mapped[str] = mapped_column(Code, primary_key=True)
    address: Mapped[str]  # as the source wrote it, or where it hands the page over
    title: Mapped[str]
    published_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    found_at: Mapped[datetime]
    tried: Mapped[bool] = mapped_column(server_default=false(), default=False)


class SignalRow(Table):
    """A headline without an address (story.Signal), and the link it was found to be."""

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("topic", "source", "host", "title_key"),
        Index(None, "topic", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    source: Mapped[str] = mapped_column(Code)
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(Code)  # folded, for comparison
    host: Mapped[str] = mapped_column(Code)
    host_name: Mapped[str]
    outlet: Mapped[str] = mapped_column(Code)  # its code where the host is known
    published_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    day: Mapped[date]
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("links.id")
    )  # the link with its headline


class SpendingRow(Table):
    """Requests made on a UTC day: in all ("*"), to a site, or for a source ("source:guardian")."""

    __tablename__ = "spending"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int]


class AlertRow(Table):
    """Something that makes a day's numbers doubtful, found by comparison with the days before."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("topic", "day", "kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(Code)  # story.AlertKind
    subject: Mapped[str] = mapped_column(Code)  # the source or outlet it is about
    detail: Mapped[str]
    raised_at: Mapped[datetime]


class PageRow(Table):
    """A response, kept in a WARC file. The same bytes at the same address are one page."""

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("url", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    final_url: Mapped[str]
    status: Mapped[int]
    sha256: Mapped[str] = mapped_column(Code)  # of the decoded body
    size: Mapped[int]  # bytes of the decoded body
    content_type: Mapped[str]
    etag: Mapped[str]
    last_modified: Mapped[str]
    fetched_at: Mapped[datetime]
    warc_file: Mapped[str]
    warc_offset: Mapped[int]
    captured_at: Mapped[datetime | None]  # when another archive fetched it
    via: Mapped[str] = mapped_column(Code, server_default="", default="")  # who handed it to us


class ArticleRow(Table):
    """One article as one host published it, for one topic. See story.Article for the fields."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("topic", "url"),
        Index(None, "topic", "day", "host"),
        Index(None, "topic", "cluster_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    url: Mapped[str]
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    title: Mapped[str]
    text: Mapped[str]
    text_sha256: Mapped[str] = mapped_column(Code)
    language: Mapped[str] = mapped_column(Code)
    host: Mapped[str] = mapped_column(Code)
    host_name: Mapped[str]
    country: Mapped[str] = mapped_column(Code)
    authors: Mapped[list[Any]]
    published_at: Mapped[datetime | None]
    published_offset: Mapped[int | None]  # the publisher's offset from UTC, minutes
    published_day_only: Mapped[bool]
    published_source: Mapped[str]
    day: Mapped[date | None]  # in the topic's time zone
    complete: Mapped[bool]
    original_outlet: Mapped[str]
    original_day: Mapped[date | None]
    republication_note: Mapped[str]
    original_url: Mapped[str] = mapped_column(server_default="", default="")
    quotations: Mapped[list[Any]]  # [[start, end, speaker], ...] in the coded text
    fictional: Mapped[bool]
    stored_at: Mapped[datetime]
    genre: Mapped[str] = mapped_column(Code, server_default="news", default="news")
    genre_evidence: Mapped[str] = mapped_column(server_default="", default="")
    date_claims: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    date_conflict: Mapped[bool] = mapped_column(server_default=false(), default=False)
    live: Mapped[bool] = mapped_column(server_default=false(), default=False)
    rights: Mapped[str] = mapped_column(server_default="", default="")
    relevance: Mapped[float] = mapped_column(server_default="1", default=1.0)
    relevance_reason: Mapped[str] = mapped_column(server_default="", default="")
    # The first article of its group of near-copies; its own id where it is the first or alone.
    cluster_id: Mapped[int | None]
    minhash: Mapped[bytes | None]  # scrapers.identify.signature; None: still to be identified


class ArticleVersionRow(Table):
    """An earlier text of an article that its publisher changed."""

    __tablename__ = "article_versions"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    text_sha256: Mapped[str] = mapped_column(Code, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    title: Mapped[str]
    text: Mapped[str]
    seen_at: Mapped[datetime]  # when the page that bore it was fetched


class RecheckRow(Table):
    """A visit to an article some days after it was stored, to see whether it changed."""

    __tablename__ = "rechecks"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)  # after it was stored
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Code, default="")  # "unchanged", "changed", or an Outcome


class BandRow(Table):
    """One band of an article's MinHash signature: articles that share a hash may be near-copies."""

    __tablename__ = "bands"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    hash: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (Index(None, "topic", "hash"),)


class RepublicationRow(Table):
    """The ledger of who re-published whom. See story.Republication for the fields."""

    __tablename__ = "republications"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    original_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))  # where we hold it
    original_outlet: Mapped[str] = mapped_column(Code)
    original_country: Mapped[str] = mapped_column(Code)
    original_day: Mapped[date | None]
    original_url: Mapped[str]
    proof: Mapped[str] = mapped_column(Code)
    evidence: Mapped[str]
    similarity: Mapped[float | None]
    same_owner: Mapped[bool | None]


class HostRow(Table):
    """What all processes must know of a host: its rules, its pace, and whether it is failing."""

    __tablename__ = "hosts"

    host: Mapped[str] = mapped_column(Code, primary_key=True)
    robots: Mapped[str] = mapped_column(default="")  # the body of robots.txt
    robots_outcome: Mapped[str] = mapped_column(Code, default="")  # story.Outcome if not readable
    robots_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # not asked before
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    open_until: Mapped[datetime | None]  # the circuit is open: not asked at all before
    opt_out: Mapped[str] = mapped_column(default="")  # site-wide signals, e.g. tdmrep.json


class LinkRow(Table):
    """An address found for a topic, and how it ended."""

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("topic", "url"),
        Index(None, "topic", "outcome", "retry_at"),
        Index(None, "topic", "day", "outlet"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    url: Mapped[str]  # canonical
    address: Mapped[str] = mapped_column(default="")  # what is fetched; empty: url itself
    source: Mapped[str] = mapped_column(Code)  # the first that named it
    title: Mapped[str]
    published_at: Mapped[datetime | None]  # the source's claim
    seen_at: Mapped[datetime | None]  # when the source saw it
    window_start: Mapped[datetime]  # the window it was found for
    window_end: Mapped[datetime]
    found_at: Mapped[datetime]
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    outcome: Mapped[str | None] = mapped_column(Code)  # story.Outcome; None while under way
    detail: Mapped[str]
    attempts: Mapped[int]
    retry_at: Mapped[datetime | None]  # set only with the outcome "unavailable"
    day: Mapped[date]  # in the topic's time zone: published, else seen, else of the window
    outlet: Mapped[str] = mapped_column(Code)  # its host's code, or host name


class ReadingRow(Table):
    """One reader's reading of one text. Appended, never overwritten: the newest is in force."""

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint(
            "article_id",
            "text_sha256",
            "model",
            "revision",
            "weights_sha256",
            "codebook_sha256",
            "turn",
            name="uq_readings_reader_and_text",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    text_sha256: Mapped[str] = mapped_column(Code)
    model: Mapped[str] = mapped_column(Code)
    revision: Mapped[str] = mapped_column(Code)
    weights_sha256: Mapped[str] = mapped_column(Code)
    codebook_sha256: Mapped[str] = mapped_column(Code)
    unread: Mapped[str]  # why there are no scores; empty when read
    read_at: Mapped[datetime]
    # How often this reader had read this text before, with another one since.
    turn: Mapped[int] = mapped_column(server_default="0")


class FrameScoreRow(Table):
    __tablename__ = "frame_scores"

    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id"), primary_key=True)
    frame: Mapped[str] = mapped_column(Code, primary_key=True)
    probability: Mapped[float]
    threshold: Mapped[float]
    present: Mapped[bool]


class TargetScoreRow(Table):
    __tablename__ = "target_scores"

    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id"), primary_key=True)
    target: Mapped[str] = mapped_column(Code, primary_key=True)
    mentions: Mapped[int]
    negative: Mapped[float]
    neutral: Mapped[float]
    positive: Mapped[float]


class EvidenceRow(Table):
    """A sentence that speaks for a score: offsets into the text with the reading's hash."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("reading_id", "kind", "about", "start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id"))
    kind: Mapped[str] = mapped_column(Code)  # "frame" or "target"
    about: Mapped[str] = mapped_column(Code)
    start: Mapped[int]
    end: Mapped[int]
    score: Mapped[float]
    voice: Mapped[str] = mapped_column(Code)
    speaker: Mapped[str]


# --- what charts read: counts per outlet and day, kept by the publish stage -----------------------

# Kept in the order of the primary key: a page reads neighbouring rows. (PostgreSQL ignores it.)
CLUSTERED = {"sqlite_with_rowid": False}


class OutletDayRow(Table):
    """Volume: articles of a host on a day."""

    __tablename__ = "outlet_days"
    __table_args__ = CLUSTERED

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    count_by: Mapped[str] = mapped_column(Code, primary_key=True)  # story.CountBy
    day: Mapped[date] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(Code, primary_key=True)
    country: Mapped[str] = mapped_column(Code, primary_key=True)
    language: Mapped[str] = mapped_column(Code, primary_key=True)
    genre: Mapped[str] = mapped_column(Code, primary_key=True)
    articles: Mapped[int]  # on the topic and dated, whole or not
    coded: Mapped[int]  # of these, coded for frames by the reading in force


class DataVersionRow(Table):
    """Bumped with every change of the counts above: pages carry it as their ETag."""

    __tablename__ = "data_versions"

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    version: Mapped[int]
    changed_at: Mapped[datetime]


# --- roll-ups: what is to be counted anew, and sums over weeks and months (`db.rollups`) ----------

Big = BigInteger().with_variant(Integer(), "sqlite")


class ChangeRow(Table):
    """Something that counts has changed. Written by triggers, so by whoever makes the change."""

    __tablename__ = "changes"
    __table_args__ = (Index(None, "topic", "id"),)

    id: Mapped[int] = mapped_column(Big, primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    article_id: Mapped[int]
    day: Mapped[date | None]  # the article's, before or after


class DirtyDayRow(Table):
    """A day whose counts are to be made anew."""

    __tablename__ = "dirty_days"

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class OriginalRow(Table):
    """An article's text, and under which outlet and day it counts by original (`db.counting`)."""

    __tablename__ = "originals"

    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(Code)
    text_group: Mapped[int]  # articles of one group and host are one text
    host: Mapped[str] = mapped_column(Code)
    day: Mapped[date | None]
    country: Mapped[str] = mapped_column(Code)
    language: Mapped[str] = mapped_column(Code)
    genre: Mapped[str] = mapped_column(Code)
    published_at: Mapped[datetime | None]  # the article's own, for the order of lists
    counts: Mapped[bool]  # it stands for its text; the text's other articles do not count
    __table_args__ = (
        Index(None, "topic", "text_group"),
        Index(None, "topic", "counts", "day", "published_at", "article_id"),
        Index(None, "topic", "counts", "host", "day", "published_at", "article_id"),
    )


class OutletPeriodRow(Table):
    """Volume: articles of a host in a week (from Monday) or a month, by genre and of all ("")."""

    __tablename__ = "outlet_periods"
    __table_args__ = CLUSTERED

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    count_by: Mapped[str] = mapped_column(Code, primary_key=True)  # story.CountBy
    step: Mapped[str] = mapped_column(Code, primary_key=True)  # "week" or "month"
    genre: Mapped[str] = mapped_column(Code, primary_key=True)  # empty: all
    start: Mapped[date] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(Code, primary_key=True)
    country: Mapped[str] = mapped_column(Code, primary_key=True)
    language: Mapped[str] = mapped_column(Code, primary_key=True)
    articles: Mapped[int]
    coded: Mapped[int]
    first: Mapped[date]  # day with an article
    last: Mapped[date]


class OutletPartRow(Table):
    """Sums over an outlet's days within one week and month: weeks and months add up of these.

    An entry is a genre's ("": of all), a frame's or target's, and a country's and language's: with
    1 for all of the outlet, or 0 for the share of one country or language of an outlet with
    several. Country and language are "*" where they are several, or all. The sums of an entry are
    over its days d with n_d articles of total t_d (`trends.clusters.Cell`): n, total, squares,
    days, and of t_d t_d, t_d n_d, n_d n_d.
    """

    __tablename__ = "outlet_parts"
    __table_args__ = (Index(None, "topic", "start"),)

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    count_by: Mapped[str] = mapped_column(Code, primary_key=True)  # story.CountBy
    kind: Mapped[str] = mapped_column(Code, primary_key=True)  # "frame" or "tone"
    host: Mapped[str] = mapped_column(Code, primary_key=True)
    start: Mapped[date] = mapped_column(primary_key=True)
    names: Mapped[str]
    sums: Mapped[bytes]


class OutletMonthRow(Table):
    """The same sums over the days of a month, by frame or target: years add up of these.

    An entry is an outlet's, and a country's and language's, as above.
    """

    __tablename__ = "outlet_months"
    __table_args__ = (Index(None, "topic", "start"),)

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    count_by: Mapped[str] = mapped_column(Code, primary_key=True)  # story.CountBy
    kind: Mapped[str] = mapped_column(Code, primary_key=True)  # "frame" or "tone"
    genre: Mapped[str] = mapped_column(Code, primary_key=True)  # empty: all
    series: Mapped[str] = mapped_column(Code, primary_key=True)  # the frame or the target
    start: Mapped[date] = mapped_column(primary_key=True)
    names: Mapped[str]
    sums: Mapped[bytes]


class TrendPeriodRow(Table):
    """All outlets' week (from Monday) or month: the sums from which an interval is made.

    An entry is a frame's or a target's. Its sums, with totals t_o of n_o articles over outlets:
    n, total, squares, outlets, variance (of those with two days or more), alone (articles of those
    with one), cells (of n * n over outlet-days), and of t_o t_o, t_o n_o, n_o n_o.
    """

    __tablename__ = "trend_periods"
    __table_args__ = (Index(None, "topic", "step", "start"),)

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    count_by: Mapped[str] = mapped_column(Code, primary_key=True)  # story.CountBy
    step: Mapped[str] = mapped_column(Code, primary_key=True)  # "week" or "month"
    country: Mapped[str] = mapped_column(Code, primary_key=True)  # empty: all
    language: Mapped[str] = mapped_column(Code, primary_key=True)  # empty: all
    genre: Mapped[str] = mapped_column(Code, primary_key=True)  # empty: all
    kind: Mapped[str] = mapped_column(Code, primary_key=True)  # "frame" or "tone"
    start: Mapped[date] = mapped_column(primary_key=True)
    names: Mapped[str]
    sums: Mapped[bytes]


class ReaderDayRow(Table):
    """Who read the articles of a day, by the readings in force; undated ones on `UNDATED`."""

    __tablename__ = "reader_days"
    __table_args__ = CLUSTERED

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(Code, primary_key=True)
    revision: Mapped[str] = mapped_column(Code, primary_key=True)
    weights_sha256: Mapped[str] = mapped_column(Code, primary_key=True)
    codebook_sha256: Mapped[str] = mapped_column(Code, primary_key=True)
    read: Mapped[int]
    unread: Mapped[int]
    newest: Mapped[datetime]


class ThresholdDayRow(Table):
    """Between which thresholds a frame was found in the articles of a day; as `reader_days`."""

    __tablename__ = "threshold_days"
    __table_args__ = CLUSTERED

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    frame: Mapped[str] = mapped_column(Code, primary_key=True)
    low: Mapped[float]
    high: Mapped[float]


class CollectionChangeRow(Table):
    """Answers or links of these days have changed. Written by triggers, as `changes`."""

    __tablename__ = "collection_changes"
    __table_args__ = (Index(None, "topic"),)

    id: Mapped[int] = mapped_column(Big, primary_key=True)
    topic: Mapped[str] = mapped_column(Code)
    first: Mapped[date]
    last: Mapped[date]


class SourceDayRow(Table):
    """Links of a day that a source named."""

    __tablename__ = "source_days"
    __table_args__ = CLUSTERED

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Code, primary_key=True)
    links: Mapped[int]


class OutcomeDayRow(Table):
    """Links of a day by how they ended; those under way under the empty outcome."""

    __tablename__ = "outcome_days"
    __table_args__ = CLUSTERED

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(Code, primary_key=True)
    links: Mapped[int]


class CollectionDayRow(Table):
    """A day, as counted in a zone, about which some source was asked: what was had of it."""

    __tablename__ = "collection_days"
    __table_args__ = CLUSTERED

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    zone: Mapped[str] = mapped_column(Code, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    share: Mapped[float]  # of its expected collection
    answered: Mapped[bool]  # a source answered for a part of it


Index("ix_republications_original_id", RepublicationRow.original_id)
Index("ix_republications_original_outlet", RepublicationRow.original_outlet)
Index(
    "ix_articles_topic_day_published_at", ArticleRow.topic, ArticleRow.day, ArticleRow.published_at
)
Index(
    "ix_articles_topic_host_day_published_at",
    ArticleRow.topic,
    ArticleRow.host,
    ArticleRow.day,
    ArticleRow.published_at,
)
Index(
    "ix_articles_fictional",
    ArticleRow.topic,
    ArticleRow.host,
    sqlite_where=text("fictional = 1"),
    postgresql_where=text("fictional"),
)


class CrossingDayRow(Table):
    """One array of a day: what is counted of its coded articles (`db.crossings`)."""

    __tablename__ = "crossing_days"

    topic: Mapped[str] = mapped_column(Code, primary_key=True)
    count_by: Mapped[str] = mapped_column(Code, primary_key=True)  # story.CountBy
    kind: Mapped[str] = mapped_column(Code, primary_key=True)  # of `db.crossings.KINDS`
    frame: Mapped[str] = mapped_column(Code, primary_key=True)  # empty: of no frame
    other: Mapped[str] = mapped_column(Code, primary_key=True)  # frame, target or readers
    day: Mapped[date] = mapped_column(primary_key=True)
    cells: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (Index(None, "day"), CLUSTERED)
