"""What all pages share: the store, the topics, the codebook, the templates."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard import slots, words
from dashboard.bodies import Bodies
from dashboard.inert import straight, with_commands
from dashboard.pages import NAMES
from db.session import Store, open_store
from framewatch.facts import (
    FAMILIES,
    Measures,
    SourceBook,
    load_figures,
    load_frames,
    load_sources,
    load_topics,
)
from framewatch.settings import BUNDLED, ROOT, Settings, SignIn
from framewatch.story import Frame, Topic

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    integrity: str  # browsers run no other bytes


# From the npm package htmx.org (0BSD), as published. Another version: another name, another hash.
HTMX = Script(
    "htmx-4.0.1.min.js", "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"
)
CODEBOOK = ROOT / "models" / "frames.toml"
FIGURES = ROOT / "models" / "figures.json"


@dataclass(frozen=True)
class Site:
    engine: Store  # passed to db, never used here; opened to read only
    topics: Mapping[str, Topic]
    frames: tuple[Frame, ...]  # the generic codebook
    figures: Mapping[str, Measures]  # of the bundled reader's trained frames; none of another's
    book: SourceBook  # who owns whom
    templates: Environment
    now: Callable[[], datetime]
    build: str  # changes with templates, styles and facts
    sign_in: SignIn
    htmx = HTMX
    database_url: str = field(repr=False)  # may hold a password
    bodies: Bodies = field(default_factory=Bodies)  # pages made lately

    @cached_property
    def writer(self) -> Store:
        """The same store opened to write, for the few pages that do."""
        return open_store(self.database_url)

    def close(self) -> None:
        self.engine.dispose()
        if "writer" in self.__dict__:
            self.writer.dispose()

    @property
    def pages(self) -> tuple[tuple[str, str], ...]:
        """What every page leads to: addresses and names."""
        return NAMES

    def frames_of(self, topic: Topic) -> tuple[Frame, ...]:
        return self.frames + topic.frames

    def hue(self, code: str) -> str:
        """The class that colours a frame, by identity: its place in the generic codebook."""
        codes = [frame.code for frame in self.frames]
        return f"f{codes.index(code) + 1}" if code in codes else "f0"

    def render(self, template: str, **context: object) -> str:
        view = context.get("view")
        context.setdefault("root", getattr(view, "root", ""))
        context.setdefault("reader", getattr(view, "reader", None))
        page = self.templates.get_template(template)
        return straight(page.render(site=self, **({"view": None} | context)))


def open_site(settings: Settings, now: Callable[[], datetime]) -> Site:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {"words": words, "csrf_slot": slots.TOKEN}
    templates.filters["lower_first"] = words.lower_first
    templates.filters["with_commands"] = with_commands
    return Site(
        engine=open_store(settings.database_url, read_only=True),
        topics=load_topics(settings.topics),
        frames=load_frames(CODEBOOK),
        figures=load_figures(FIGURES) if settings.encoder == BUNDLED else {},
        book=load_sources(settings.sources),
        templates=templates,
        now=now,
        build=_build(settings),
        sign_in=settings.sign_in,
        database_url=settings.database_url,
    )


def _build(settings: Settings) -> str:
    facts = [CODEBOOK, FIGURES, settings.sources, settings.sources.with_name(FAMILIES)]
    files = [*facts, *settings.topics.glob("*.toml"), *HERE.rglob("*.*")]
    read = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file() and file.suffix != ".pyc"):
        read.update(file.read_bytes())
    return read.hexdigest()[:12]
