"""Facts about the world: TOML files in the repository, read into the story's classes.

An unknown key, a missing one or a wrong type is an error that names file, block and key.
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter, ValidationError

from framewatch.story import Frame, Outlet, Source, Topic

T = TypeVar("T")


FAMILIES = "families.toml"  # stands beside the file of outlets and sources
SEEDS = "seeds"  # the source that every topic with seed links has


class FactsError(ValueError):
    """A file of facts cannot be used; the message lists every fault in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Outlets of one owner."""

    __pydantic_config__ = {"extra": "forbid"}
    owner: str
    outlets: tuple[str, ...]  # codes
    source: str  # link to where it says so


@dataclass(frozen=True, kw_only=True)
class SourceBook:
    """The outlets known, who owns them, and the sources that may be asked."""

    __pydantic_config__ = {"extra": "forbid"}
    outlets: tuple[Outlet, ...] = ()
    sources: tuple[Source, ...] = ()
    families: tuple[Family, ...] = ()

    def outlet_named(self, name: str) -> Outlet | None:
        """The outlet that is called so, by its name, an alias or a host name."""
        wanted = name.casefold().removeprefix("the ")
        for outlet in self.outlets:
            names = (outlet.name, *outlet.aliases, *outlet.hosts)
            if wanted in (known.casefold().removeprefix("the ") for known in names):
                return outlet
        return None

    def owner(self, outlet: str) -> str:
        """Who owns the outlet of that code; "" where it is not known."""
        return next((f.owner for f in self.families if outlet in f.outlets), "")

    def same_owner(self, one: str, other: str) -> bool | None:
        """Whether two outlets have one owner; None where an owner is not known."""
        owners = self.owner(one), self.owner(other)
        return owners[0] == owners[1] if all(owners) else None

    @cached_property
    def _by_host(self) -> dict[str, Outlet]:
        return {name: outlet for outlet in self.outlets for name in outlet.hosts}

    def outlet_of_host(self, host: str) -> Outlet | None:
        """The outlet whose host name is host or a parent domain of it."""
        host = host.lower().rstrip(".")
        by_host = self._by_host
        labels = host.split(".")
        candidates = (".".join(labels[i:]) for i in range(len(labels) - 1))
        return next((by_host[name] for name in candidates if name in by_host), None)

    def of_topic(self, topic: Topic) -> tuple[Source, ...]:
        """The sources a topic asks: its own seeds, then those of the file in their order."""
        seeds = (Source(name=SEEDS, kind="seed"),) if topic.seeds else ()
        chosen = (s for s in self.sources if any(fnmatchcase(s.name, p) for p in topic.sources))
        return (*seeds, *chosen)


def load_sources(path: Path) -> SourceBook:
    book = _read(path, SourceBook, _table(path))
    _unique(path, "outlets", (outlet.code for outlet in book.outlets))
    _unique(path, "sources", (SEEDS, *(source.name for source in book.sources)))
    _unique(path, "hosts", (host for outlet in book.outlets for host in outlet.hosts))
    codes = {outlet.code for outlet in book.outlets}
    for source in book.sources:
        if source.outlet and source.outlet not in codes:
            raise FactsError(f"{path}: source {source.name!r}: no outlet {source.outlet!r}")
    families = path.with_name(FAMILIES)
    return replace(book, families=load_families(families, codes)) if families.exists() else book


def load_families(path: Path, outlets: Collection[str]) -> tuple[Family, ...]:
    """The `[[families]]` of a file; every code must be among outlets, in one family at most."""
    table = _table(path)
    unknown = sorted(set(table) - {"families"})
    if unknown:
        raise FactsError(f"{path}: {unknown[0]}: unknown key")
    families = _read(path, tuple[Family, ...], table.get("families", ()))
    _unique(path, "families", (family.owner for family in families))
    _unique(path, "families", (code for family in families for code in family.outlets))
    for family in families:
        for code in family.outlets:
            if code not in outlets:
                raise FactsError(f"{path}: family {family.owner!r}: no outlet {code!r}")
    return families


def load_topic(path: Path) -> Topic:
    """One topic file. Its name without .toml is the topic's code."""
    table = _table(path)
    if "code" in table:
        raise FactsError(f"{path}: code: is taken from the file's name; remove it")
    topic = _read(path, Topic, {**table, "code": path.stem})
    try:
        ZoneInfo(topic.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise FactsError(f"{path}: time_zone: no zone {topic.time_zone!r}") from None
    _unique(path, "targets", (target.code for target in topic.targets))
    _unique(path, "frames", (frame.code for frame in topic.frames))
    return topic


def load_topics(folder: Path) -> dict[str, Topic]:
    """Every topic file of a folder, by code."""
    return {path.stem: load_topic(path) for path in sorted(folder.glob("*.toml"))}


def load_frames(path: Path) -> tuple[Frame, ...]:
    """The `[[frames]]` of a codebook file."""
    table = _table(path)
    unknown = sorted(set(table) - {"frames"})
    if unknown:
        raise FactsError(f"{path}: {unknown[0]}: unknown key")
    frames = _read(path, tuple[Frame, ...], table.get("frames", ()))
    _unique(path, "frames", (frame.code for frame in frames))
    return frames


@dataclass(frozen=True, slots=True)
class Measures:
    """n and prevalence of the gold labels, and how predictions did on them (`models.metrics`)."""

    n: int
    prevalence: float
    precision: float
    recall: float
    f1: float
    auc: float
    calibration: float


def load_figures(path: Path) -> dict[str, Measures]:
    """By frame, as `models.card` wrote them."""
    try:
        text = path.read_text(encoding="utf-8")
        return TypeAdapter(dict[str, Measures]).validate_json(text)
    except (OSError, ValidationError) as error:
        raise FactsError(f"{path}: {error}") from None


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FactsError(f"{path}: no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FactsError(f"{path}: {error}") from None


def _read(path: Path, shape: type[T], value: object) -> T:
    try:
        return TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        faults = (f"{path}: {_place(e['loc'])}: {_fault(e)}" for e in error.errors())
        raise FactsError("\n".join(faults)) from None


def _place(loc: tuple[int | str, ...]) -> str:
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).lstrip(".")


def _fault(error: Any) -> str:
    return "unknown key" if error["type"] == "unexpected_keyword_argument" else error["msg"]


def _unique(path: Path, block: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise FactsError(f"{path}: {block}: {code!r} stands twice")
        seen.add(code)
