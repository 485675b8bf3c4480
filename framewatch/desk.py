"""What every stage has at hand: settings, facts, the store, the page archive and the web."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from db.hosts import StoredHosts
from db.session import Store, open_store
from db.store import last_page
from framewatch.facts import FactsError, SourceBook, load_sources, load_topics
from framewatch.settings import ROOT, Settings
from framewatch.story import Link, Page, Source, Topic
from scrapers.archive import ArchiveWeb, PageArchive
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
        return self.book.of_topic(self.topic(topic))

    def source(self, topic: str, name: str) -> Source:
        found = next((source for source in self.sources(topic) if source.name == name), None)
        if found is None:
            raise FactsError(f"topic {topic!r} has no source {name!r} in {self.settings.sources}")
        return found

    def web_of(self, source: Source) -> Web:
        """Where a source is read: an archive in its own files, all others on the web."""
        if source.kind != "archive":
            return self.web
        if source.path not in self._archives:
            self._archives[source.path] = ArchiveWeb(ROOT / source.path, ROOT, PRODUCT_TOKEN)
        return self._archives[source.path]

    def web_for(self, link: Link) -> Web:
        """Where a link's page is fetched: where the link was found."""
        found = (source for source in self.book.sources if source.name == link.source)
        return self.web_of(next(found, Source(name=link.source, kind="web")))


@contextmanager
def open_desk(settings: Settings, progress: Progress = no_progress) -> Iterator[Desk]:
    """Open store, archive and web for one process; nothing is migrated here."""
    engine = open_store(settings.database_url)
    archive = PageArchive(settings.home / "archive", ROOT)

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
            Pace(StoredHosts(engine), settings.host_delay),
            contact=settings.contact,
            memory=memory,
            allow_loopback=settings.allow_loopback,
        )
    try:
        yield Desk(
            settings=settings,
            topics=load_topics(settings.topics),
            book=load_sources(settings.sources),
            store=engine,
            archive=archive,
            web=web,
            progress=progress,
        )
    finally:
        archive.close()
        engine.dispose()
