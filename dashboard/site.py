"""What all pages share: the store, the topics, the codebook, the templates."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard import words
from db.session import Store, open_store
from framewatch.facts import FAMILIES, SourceBook, load_frames, load_sources, load_topics
from framewatch.settings import ROOT, Settings
from framewatch.story import Frame, Topic

HERE = Path(__file__).resolve().parent
CODEBOOK = ROOT / "models" / "frames.toml"


@dataclass(frozen=True, slots=True)
class Site:
    engine: Store  # passed to db, never used here
    topics: Mapping[str, Topic]
    frames: tuple[Frame, ...]  # the generic codebook
    book: SourceBook  # who owns whom
    templates: Environment
    now: Callable[[], datetime]
    build: str  # changes with templates, styles and facts

    def frames_of(self, topic: Topic) -> tuple[Frame, ...]:
        return self.frames + topic.frames

    def hue(self, code: str) -> str:
        """The class that colours a frame, by identity: its place in the generic codebook."""
        codes = [frame.code for frame in self.frames]
        return f"f{codes.index(code) + 1}" if code in codes else "f0"

    def render(self, template: str, **context: object) -> str:
        view = context.get("view")
        context.setdefault("root", getattr(view, "root", ""))
        return self.templates.get_template(template).render(site=self, **({"view": None} | context))


def open_site(settings: Settings, now: Callable[[], datetime]) -> Site:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["words"] = words
    templates.filters["lower_first"] = words.lower_first
    return Site(
        engine=open_store(settings.database_url, read_only=True),
        topics=load_topics(settings.topics),
        frames=load_frames(CODEBOOK),
        book=load_sources(settings.sources),
        templates=templates,
        now=now,
        build=_build(settings),
    )


def _build(settings: Settings) -> str:
    facts = [CODEBOOK, settings.sources, settings.sources.with_name(FAMILIES)]
    files = [*facts, *settings.topics.glob("*.toml"), *HERE.rglob("*.*")]
    read = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file() and file.suffix != ".pyc"):
        read.update(file.read_bytes())
    return read.hexdigest()[:12]
