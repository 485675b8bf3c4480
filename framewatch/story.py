"""The nouns of Framewatch: what passes from one stage to the next.

Frozen dataclasses and enumerations, standard library only. All instants are timezone-aware; the
store keeps them in UTC.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Facts about the world are read from TOML straight into these classes; a key that is not a field
# is an error there (framewatch.facts), not a silent nothing.
_STRICT = {"extra": "forbid"}


class SourceStatus(StrEnum):
    """How a source answered for a window. Only `EMPTY` means "no coverage"."""

    OK = "ok"  # answered, with links on the topic
    EMPTY = "empty"  # answered, with none
    OUT_OF_REACH = "out_of_reach"  # does not reach back to this window: says nothing about it
    REFUSED = "refused"  # our question is wrong: never retried
    UNAVAILABLE = "unavailable"  # down or throttled: retried later


class Outcome(StrEnum):
    """How a link ended. Every link ends in exactly one."""

    STORED = "stored"  # an article, whole
    INCOMPLETE = "incomplete"  # an article of which only a teaser is public: kept out of framing
    UNDATED = "undated"  # an article without a date: stored, in no trend
    DUPLICATE = "duplicate"  # leads to an article already stored
    OFF_TOPIC = "off_topic"
    NOT_ARTICLE = "not_article"  # listing, consent wall, error page with status 200
    DISALLOWED = "disallowed"  # robots.txt
    UNSAFE = "unsafe"  # an address we do not connect to
    GONE = "gone"  # 404, 410, or not in the replayed archive
    HTTP_ERROR = "http_error"  # any other error status
    UNAVAILABLE = "unavailable"  # 5xx, 429, timeout, no connection: retried later
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"  # neither HTML nor a feed
    BROKEN = "broken"  # could not be parsed


# An article is in the store after these.
KEPT = frozenset({Outcome.STORED, Outcome.INCOMPLETE, Outcome.UNDATED})


class Voice(StrEnum):
    OUTLET = "outlet"  # the outlet's or author's own words
    QUOTED = "quoted"


class Tier(StrEnum):
    TRAINED = "trained"  # a head trained on human-coded texts
    EXPERIMENTAL = "experimental"  # from no coded articles: ranks, does not classify


class Genre(StrEnum):
    NEWS = "news"
    OPINION = "opinion"
    ANALYSIS = "analysis"
    INTERVIEW = "interview"
    PRESS_RELEASE = "press_release"


class CountBy(StrEnum):
    """What counts as one article when a text stands on several sites."""

    HOST = "host"  # every page, under the site it stands on
    ORIGINAL = "original"  # every text once, under the outlet that published it first
    CLUSTER = "cluster"  # every group of near-copies once, under the host that had it first


# --- facts about the world (TOML) ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A publisher, known by its host names."""

    __pydantic_config__ = _STRICT
    code: str
    name: str
    hosts: tuple[str, ...]
    country: str  # ISO 3166-1 alpha-2
    language: str  # ISO 639-1
    time_zone: str = "UTC"  # for dates that the publisher gives without an offset
    aliases: tuple[str, ...] = ()  # names used in republication notes
    fictional: bool = False  # invented for the sample archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that lists links: a feed, a sitemap, an archive."""

    __pydantic_config__ = _STRICT
    name: str
    kind: str  # a key of scrapers.connectors.CONNECTORS
    url: str = ""  # empty: the kind's own address
    path: str = ""  # of an archive: a WARC file or a folder of them, relative to the repository
    outlet: str = ""  # code of the outlet it belongs to, if one
    query: str = ""  # in the source's own language; empty: made of the topic's query
    collections: tuple[str, ...] = ()  # Media Cloud: numbers of collections
    prefixes: tuple[
        str, ...
    ] = ()  # Wayback, Common Crawl: addresses, {year} {month} {day} filled in
    editions: tuple[str, ...] = ()  # Google, Bing: "en-AU"; GNews: languages
    minutes: tuple[int, ...] = ()  # GDELT article lists: which of a quarter-hour are probed
    since: date | None = None  # it has nothing from before
    daily_requests: int = 0  # at most, a UTC day; 0: no limit of its own
    key: str = field(default="", repr=False)  # from the environment, never from the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """An article to collect whatever the sources say. An empty url means: not found yet."""

    __pydantic_config__ = _STRICT
    title: str
    url: str = ""
    author: str = ""
    outlet: str = ""
    published: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Somebody or something towards whom sentiment is coded."""

    __pydantic_config__ = _STRICT
    code: str
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One entry of the codebook."""

    __pydantic_config__ = _STRICT
    code: str
    name: str
    definition: str
    counts: tuple[str, ...]  # what counts as this frame
    excludes: tuple[str, ...]  # what does not
    cues: tuple[str, ...]  # example wordings
    questions: tuple[str, ...]  # yes/no, as asked of a human coder
    tier: Tier = Tier.EXPERIMENTAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, drawn as a numbered rule on time charts."""

    __pydantic_config__ = _STRICT
    day: date
    label: str
    link: str
    countries: tuple[str, ...] = ()


RELEVANCE_THRESHOLD = 0.25  # of a topic that sets none; see topics/deepseek.toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is watched."""

    __pydantic_config__ = _STRICT
    code: str
    name: str
    query: str  # as sent to sources that search
    aliases: tuple[str, ...]  # what makes a text be about the topic
    time_zone: str  # days and weeks are counted in it
    sources: tuple[str, ...]  # names of sources, with * and ? as wildcards
    seeds: tuple[Seed, ...] = ()
    targets: tuple[Target, ...] = ()
    frames: tuple[Frame, ...] = ()  # issue frames, beside the generic ones
    events: tuple[Event, ...] = ()
    relevance_threshold: float = RELEVANCE_THRESHOLD  # scores below it are off the topic

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


# --- discovery and fetching ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time [start, end), both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"window {self.start} to {self.end}: both ends need a time zone")
        if self.end <= self.start:
            raise ValueError(f"window {self.start} to {self.end}: the end must be after the start")

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    @classmethod
    def of_days(cls, first: date, last: date, zone: ZoneInfo) -> "Window":
        """The whole days from first to last, both included, as counted in zone."""
        start = datetime(first.year, first.month, first.day, tzinfo=zone)
        after = last + timedelta(days=1)
        return cls(start, datetime(after.year, after.month, after.day, tzinfo=zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address a source named. Its dates are claims of that source, never the article's own."""

    url: str  # canonical: what it is known by
    source: str
    address: str = ""  # as the source wrote it: what is fetched (empty: the same as url)
    title: str = ""
    published_at: datetime | None = None  # the publisher's claim, as the source repeats it
    seen_at: datetime | None = None  # when the source saw, indexed or captured it
    page: "Page | None" = None  # where the source gives the text itself: nothing is left to fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A headline that a source names without an address we may follow: tells what we miss."""

    source: str
    title: str
    host: str  # host name of the outlet, where given
    host_name: str = ""
    published_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a source said about a window. One that broke off half-way still gives its links."""

    source: str
    window: Window
    status: SourceStatus
    links: tuple[Link, ...] = ()  # on the topic
    signals: tuple[Signal, ...] = ()
    listed: int = 0  # items it listed for the window, on the topic or not
    detail: str = ""
    retry_after: float | None = None  # seconds, where an unavailable source says
    requests: int = 0  # that it took
    partial: str = ""  # what it can never say of the window, e.g. that a file of it is broken
    caps: int = 0  # how often a limit of the source cut a list, so that its window was halved
    oldest: datetime | None = None  # of a sliding list: the earliest item it still holds
    newest: datetime | None = None
    body_sha256: str = ""  # of a feed: the same body again holds nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One response as archived."""

    url: str  # as requested
    final_url: str  # after redirects
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decoded (no content-encoding left)
    fetched_at: datetime
    warc_file: str = ""  # where it is archived
    warc_offset: int = -1
    rights: str = ""  # the opt-out signal for which its body was cut to what the head claims
    captured_at: datetime | None = None  # when another archive fetched it, if it is from one
    via: str = ""  # who handed it to us, if not its own host: "wayback", "guardian", "import", …

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """What became of an address that gave no page, or of a page that gave no article."""

    url: str
    outcome: Outcome
    detail: str
    retry_after: float | None = None  # seconds; None: asking again changes nothing
    asked: bool = True  # False: it was not its host's turn, so this was no attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What all processes must know of a host: its rules, its pace, and whether it is failing.

    Rules belong to an origin (scheme, host name and port), pace to a registrable domain.
    """

    name: str  # "https://www.herald.example" for rules, "herald.example" for pace
    robots: str = ""  # the body of robots.txt
    robots_outcome: str = ""  # an Outcome, where it could not be read
    robots_at: datetime | None = None  # when it was asked for
    opt_out: str = ""  # its site-wide reservations of rights, as scrapers.rights writes them
    next_at: datetime | None = None  # not asked before
    failures: int = 0  # in a row; a refusal (403) weighs two
    open_until: datetime | None = None  # the circuit is open: not asked at all before


@dataclass(frozen=True, slots=True)
class DateClaim:
    """One date a page gives for its article."""

    moment: datetime  # aware; midnight where day_only
    day_only: bool
    source: str  # "json-ld", "opengraph", "meta", "time", "url", "byline", "json-ld modified", …

    @property
    def modified(self) -> bool:
        """Whether it says when the page was changed rather than published."""
        return self.source.endswith(" modified")


@dataclass(frozen=True, slots=True)
class Relevance:
    """How much an article is about the topic, from 0 to 1, and why."""

    score: float
    reason: str


# --- articles -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Somebody else's words in an article: offsets into `Article.coded_text`."""

    start: int
    end: int
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as a host published it."""

    url: str  # canonical
    title: str
    text: str  # paragraphs separated by one newline; never empty
    language: str  # ISO 639-1, "und" if unknown
    host: str  # code of the outlet on whose site it stands (its host name where unknown)
    host_name: str
    country: str = ""  # of the host, ISO 3166-1 alpha-2
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  # aware, with the publisher's own offset
    published_day_only: bool = False  # no time of day was given
    published_source: str = ""  # where the date was found, e.g. "json-ld", "opengraph", "byline"
    complete: bool = True  # False: only a teaser is public
    live: bool = False  # a live blog: many posts, told from the first to the last
    original_outlet: str = ""  # name of the first publisher, where the page says so
    original_day: date | None = None
    republication_note: str = ""  # the sentence that says so
    original_url: str = ""  # another host's address that the page names as its canonical one
    quotations: tuple[Quotation, ...] = ()
    fictional: bool = False
    genre: Genre = Genre.NEWS
    genre_evidence: str = ""  # what said so, e.g. "json-ld: OpinionNewsArticle"
    date_claims: tuple[DateClaim, ...] = ()  # every date the page gives, the chosen one first
    rights: str = ""  # the opt-out signal that withholds its text, e.g. "tdm-reservation: 1"

    @property
    def date_conflict(self) -> bool:
        """Whether two dates of publication, as printed, are more than a calendar day apart."""
        days = [claim.moment.date() for claim in self.date_claims if not claim.modified]
        return bool(days) and max(days) - min(days) > timedelta(days=1)

    @property
    def coded_text(self) -> str:
        """What is coded, and what every offset counts in: the headline, then the body."""
        return f"{self.title}\n\n{self.text}"

    @property
    def text_sha256(self) -> str:
        return hashlib.sha256(self.coded_text.encode("utf-8", "surrogatepass")).hexdigest()

    def day(self, zone: ZoneInfo) -> date | None:
        """The day it is counted on in zone; a bare date stays the date the publisher printed."""
        if self.published_at is None:
            return None
        if self.published_day_only:
            return self.published_at.date()
        return self.published_at.astimezone(zone).date()


class Proof(StrEnum):
    """What shows that an article stood elsewhere first, the strongest first."""

    NOTE = "note"  # a sentence on the page says so
    CANONICAL = "canonical"  # the page names another host's address as its canonical one
    NEAR_COPY = "near_copy"  # its text is nearly that of an earlier article


@dataclass(frozen=True, slots=True, kw_only=True)
class Republication:
    """One entry of the ledger: a host published what another outlet had published first."""

    host: str
    host_day: date | None
    original_outlet: str  # code where the outlet is known, else its name as printed
    original_day: date | None
    original_url: str  # where we hold the original, or the page names it; else empty
    proof: Proof
    evidence: str  # the sentence, or the tag
    similarity: float | None  # estimated Jaccard similarity of the shingles, where both are held
    same_owner: bool | None  # None: unknown, never taken for no
    original_country: str = ""  # of the original outlet, where it is known


# --- readings -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderIdentity:
    """Who read: a reading by another model or codebook is another reading."""

    model: str
    revision: str
    weights_sha256: str
    codebook_sha256: str

    @property
    def short(self) -> str:
        """Enough to tell it from others, and to find it by."""
        return f"{self.model} {self.weights_sha256[:8]}/{self.codebook_sha256[:8]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScore:
    frame: str
    probability: float
    threshold: float

    @property
    def present(self) -> bool:
        return self.probability >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetScore:
    """Sentiment towards a target: the mean over the sentences that mention it."""

    target: str
    mentions: int  # sentences
    negative: float
    neutral: float
    positive: float

    @property
    def tone(self) -> float:
        """From -1 to 1."""
        return self.positive - self.negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence that speaks for a score: offsets into the coded text."""

    about: str  # code of the frame or target
    kind: str  # "frame" or "target"
    start: int
    end: int
    score: float
    voice: Voice = Voice.OUTLET
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reader said about one text. Appended, never overwritten."""

    reader: ReaderIdentity
    text_sha256: str
    frames: tuple[FrameScore, ...] = ()
    targets: tuple[TargetScore, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unread: str = ""  # why there are no scores, e.g. "language: zh"


# --- coverage -----------------------------------------------------------------------------------


class AlertKind(StrEnum):
    SILENT = "silent"  # a source that used to name links names none
    FAILING = "failing"  # a source refused, was unavailable, or no longer reaches young days
    NOT_ASKED = "not_asked"  # nobody asked a source that used to be asked day by day
    SHORT_TEXTS = "short_texts"  # an outlet's texts are far shorter than they were
    LOST_FIELD = "lost_field"  # an outlet's pages no longer give author or date
    FORBIDDEN = "forbidden"  # an outlet answers with 403
    FAULTS = "faults"  # most links of a day ended in faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Why a day's numbers are doubtful, and what to look at."""

    day: date
    kind: AlertKind
    subject: str  # the source or outlet
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One line of the ledger: what became of a day of an outlet, as one source saw it.

    Counts are links. `expected` is the median of the same weekday over the weeks before (None
    where too few are known); `failures` counts outcomes that are no article and no choice of ours.
    """

    day: date
    source: str
    outlet: str  # "" for the source as a whole
    expected: float | None = None
    asked: bool = False
    answered: SourceStatus | None = None  # the best answer for the day
    partial: str = ""
    discovered: int = 0
    fetched: int = 0
    extracted: int = 0
    relevant: int = 0
    classified: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)


# --- trends -------------------------------------------------------------------------------------


class TrendState(StrEnum):
    ENOUGH = "enough"
    INSUFFICIENT = "insufficient"  # too few articles for an interval
    NO_COVERAGE = "no_coverage"  # sources answered; nothing was published on the topic
    NO_COLLECTION = "no_collection"  # nobody asked, or nobody answered


class DayCount(NamedTuple):
    """One outlet's day: k of n articles carry the frame."""

    outlet: str
    day: date
    n: int
    k: int


@dataclass(frozen=True, slots=True)
class PairDay:
    """One outlet's day: of n articles, a carry one frame, b another, both carry both."""

    outlet: str
    day: date
    n: int
    a: int
    b: int
    both: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One point of a series."""

    start: date  # first day of the bucket
    n: int
    k: float
    share: float | None
    low: float | None
    high: float | None
    state: TrendState
    provisional: bool = False  # the bucket is not over
