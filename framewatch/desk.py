"""What every stage has at hand: settings, facts, the store, the page archive and the web."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from db.hosts import StoredHosts
from db.links import Placed
from db.session import Store, open_store
from db.spending import StoredSpending
from db.store import last_page
from framewatch.facts import FactsError, SourceBook, load_sources, load_topics
from framewatch.settings import ROOT, Settings, variable_of
from framewatch.story import Link, Outcome, Page, Rejected, Source, Topic, Window
from scrapers.archive import ArchiveWeb, PageArchive
from scrapers.connectors import CONNECTORS, from_the_web
from scrapers.fetch import PRODUCT_TOKEN, LiveWeb
from scrapers.hosts import Pace
from scrapers.web import Web

Tick = Callable[[int], object]
Progress = Callable[[str, int], AbstractContextManager[Tick]]


@contextmanager
def no_progress(_title: str, _total: int) -> Iterator[Tick]:
    yield lambda _steps: None


@dataclass(slots=True, kw_only=True)
class Desk:
    settings: Settings
    topics: dict[str, Topic]
    book: SourceBook
    store: Store
    archive: PageArchive
    web: Web  # live, or the replayed archive
    progress: Progress = no_progress
    _archives: dict[str, ArchiveWeb] = field(default_factory=dict)

    def topic(self, code: str) -> Topic:
        if code not in self.topics:
            known = ", ".join(self.topics) or "none"
            raise FactsError(f"no topic {code!r} in {self.settings.topics}; there are: {known}")
        return self.topics[code]

    def sources(self, topic: str) -> tuple[Source, ...]:
        """The sources a topic asks: those that need a key only where there is one."""
        chosen = self.book.of_topic(self.topic(topic))
        return tuple(s for s in map(self._equipped, chosen) if not lacks_key(s))

    def unkeyed(self, topic: str) -> tuple[Source, ...]:
        """The sources of a topic that are not asked for want of a key."""
        return tuple(
            s for s in self.book.of_topic(self.topic(topic)) if lacks_key(self._equipped(s))
        )

    def source(self, topic: str, name: str) -> Source:
        chosen = self.book.of_topic(self.topic(topic))
        found = next((self._equipped(source) for source in chosen if source.name == name), None)
        if found is None:
            raise FactsError(f"topic {topic!r} has no source {name!r} in {self.settings.sources}")
        return found

    def _equipped(self, source: Source) -> Source:
        """A source with what the environment says of it."""
        variable = variable_of(source.name)
        url = self.settings.urls.get(variable) or source.url
        return replace(source, url=url, key=self.settings.keys.get(variable, ""))

    def files_of(self, source: Source) -> list[str]:
        """The WARC files of an archive, with their sizes: whoever adds one has changed it."""
        path = ROOT / source.path
        files = [path] if path.is_file() else sorted(path.rglob("*.warc*"))
        return [f"{file.name} {file.stat().st_size}" for file in files]

    def fetch(self, link: Link) -> Page | Rejected:
        """The page of a link, had in the way of the source that named it."""
        found = (s for s in self.book.sources if s.name == link.source)
        source = self._equipped(next(found, Source(name=link.source, kind="seed")))
        if lacks_key(source):
            detail = "its source has lost its key"
            return Rejected(
                url=link.url,
                outcome=Outcome.UNAVAILABLE,
                detail=detail,
                retry_after=86_400.0,
                asked=False,
            )
        fetch = CONNECTORS[source.kind].fetch if source.kind in CONNECTORS else from_the_web
        web = self.web_of(source)
        page = fetch(source, link, web)
        return web.keep(page) if isinstance(page, Page) and page.via else page

    def place(self, topic: str, link: Link, window: Window) -> Placed:
        """Where the ledger counts a link: its day in the topic's zone, and its outlet."""
        moment = link.published_at or link.seen_at or window.start
        host = urlsplit(link.url).hostname or ""
        outlet = self.book.outlet_of_host(host)
        kind = next((s.kind for s in self.book.sources if s.name == link.source), "")
        own = kind in CONNECTORS and CONNECTORS[kind].fetch is not from_the_web
        return Placed(
            link=link,
            day=moment.astimezone(self.topic(topic).zone).date(),
            outlet=outlet.code if outlet else host[:200],
            elsewhere=own,
        )

    def web_of(self, source: Source) -> Web:
        """Where a source is read: an archive in its own files, all others on the web."""
        if source.kind != "archive":
            return self.web
        if source.path not in self._archives:
            self._archives[source.path] = ArchiveWeb(ROOT / source.path, ROOT, PRODUCT_TOKEN)
        return self._archives[source.path]


def lacks_key(source: Source) -> bool:
    """Whether a source needs a key and has none."""
    return bool(source.kind in CONNECTORS and CONNECTORS[source.kind].card.key and not source.key)


def sources_without_key(settings: Settings, topic: str) -> list[str]:
    """The variables of a topic's sources that need a key and have none in the environment."""
    watched = load_topics(settings.topics)[topic]
    named = ((variable_of(s.name), s) for s in load_sources(settings.sources).of_topic(watched))
    return [name for name, source in named if lacks_key(source) and not settings.keys.get(name)]


@contextmanager
def open_desk(settings: Settings, progress: Progress = no_progress) -> Iterator[Desk]:
    """Open store, archive and web for one process; nothing is migrated here."""
    engine = open_store(settings.database_url)
    archive = PageArchive(settings.home / "archive", ROOT)
    book = load_sources(settings.sources)

    def memory(url: str) -> Page | None:
        with engine.begin() as connection:
            page = last_page(connection, url)
        return None if page is None else archive.read(page)

    web: Web
    if settings.replay is not None:
        web = ArchiveWeb(settings.replay, ROOT, PRODUCT_TOKEN)
    else:
        web = LiveWeb(
            archive,
            Pace(StoredHosts(engine), settings.host_delay, pause=settings.retry_delay),
            contact=settings.contact,
            memory=memory,
            spending=StoredSpending(engine, _limits(settings, book)),
            retry_later=settings.retry_delay,
            deadline=settings.page_deadline,
            allow_loopback=settings.allow_loopback,
        )
    try:
        yield Desk(
            settings=settings,
            topics=load_topics(settings.topics),
            book=book,
            store=engine,
            archive=archive,
            web=web,
            progress=progress,
        )
    finally:
        archive.close()
        engine.dispose()


def _limits(settings: Settings, book: SourceBook) -> Callable[[str], int]:
    """Requests a day by the name they are counted under."""
    of_sources = {f"source:{source.name}": source.daily_requests for source in book.sources}
    known = {"*": settings.daily_requests, **of_sources}
    return lambda name: known.get(name, 0 if ":" in name else settings.host_daily_requests)
