"""Facts about the machine: environment variables, read once by whoever starts the program."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


KEY, URL = "FRAMEWATCH_KEY_", "FRAMEWATCH_URL_"  # followed by a source's name


class SettingsError(ValueError):
    """An environment variable has a value Framewatch cannot use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    home: Path  # what Framewatch writes: the store (by default) and the page archive
    database_url: str = field(repr=False)  # may hold a password
    topics: Path  # folder of topic files
    sources: Path  # file of outlets and sources
    replay: Path | None  # a WARC file or folder read in place of the live web
    encoder: str  # "bundled", a folder, or a hub id with @revision
    contact: str  # an address publishers can write to; part of the user agent
    host_delay: float  # least seconds between two requests to one host
    retry_delay: float  # seconds that what failed is left alone, where it does not say how long
    page_deadline: float  # seconds in which a page has to be there, to its last byte
    daily_requests: int  # in all, a UTC day; 0: no limit
    host_daily_requests: int  # to one site; 0: no limit
    keys: Mapping[str, str] = field(repr=False)  # of sources, by the name of their variable
    urls: Mapping[str, str]  # addresses in place of those in the sources file, likewise
    alert_url: str = field(repr=False)  # gets alerts as JSON; empty: none
    allow_loopback: bool  # tests only: let the fetcher connect to 127.0.0.1
    dashboard_host: str
    dashboard_port: int
    airflow_url: str

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read FRAMEWATCH_* variables; each is described in .env.example."""
        home = Path(env.get("FRAMEWATCH_HOME") or ROOT / ".framewatch").absolute()
        replay = env.get("FRAMEWATCH_REPLAY", "")
        return cls(
            home=home,
            database_url=env.get("FRAMEWATCH_DATABASE_URL") or f"sqlite:///{home}/framewatch.db",
            topics=_path(env, "FRAMEWATCH_TOPICS", ROOT / "topics"),
            sources=_path(env, "FRAMEWATCH_SOURCES", ROOT / "scrapers" / "sources.toml"),
            replay=_path(env, "FRAMEWATCH_REPLAY", ROOT) if replay else None,
            encoder=env.get("FRAMEWATCH_ENCODER") or "bundled",
            contact=env.get("FRAMEWATCH_CONTACT", ""),
            host_delay=_number(env, "FRAMEWATCH_HOST_DELAY", 5.0),
            retry_delay=_number(env, "FRAMEWATCH_RETRY_DELAY", 600.0),
            page_deadline=_number(env, "FRAMEWATCH_PAGE_DEADLINE", 60.0),
            daily_requests=int(_number(env, "FRAMEWATCH_DAILY_REQUESTS", 20_000)),
            host_daily_requests=int(_number(env, "FRAMEWATCH_HOST_DAILY_REQUESTS", 2_000)),
            keys=_with_prefix(env, KEY),
            urls=_with_prefix(env, URL),
            alert_url=env.get("FRAMEWATCH_ALERT_URL", ""),
            allow_loopback=env.get("FRAMEWATCH_ALLOW_LOOPBACK", "") == "1",
            dashboard_host=env.get("FRAMEWATCH_DASHBOARD_HOST") or "127.0.0.1",
            dashboard_port=int(_number(env, "FRAMEWATCH_DASHBOARD_PORT", 8050)),
            airflow_url=env.get("FRAMEWATCH_AIRFLOW_URL") or "http://127.0.0.1:8080",
        )


def variable_of(source: str) -> str:
    """A source's name as it stands in the names of its variables: `media-cloud` → MEDIA_CLOUD."""
    return source.upper().replace("-", "_")


def _with_prefix(env: Mapping[str, str], prefix: str) -> dict[str, str]:
    found = {name: env[name].strip() for name in env if name.startswith(prefix)}
    for name, value in found.items():
        if not (value.isascii() and value.isprintable()):
            raise SettingsError(f"{name}: holds characters that no header or address may have")
    return {name[len(prefix) :]: value for name, value in found.items()}


def _path(env: Mapping[str, str], name: str, default: Path) -> Path:
    path = Path(env.get(name) or default)
    path = path if path.is_absolute() else ROOT / path
    if not path.exists():
        raise SettingsError(f"{name}: {path} does not exist")
    return path


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    value = env.get(name, "")
    try:
        number = float(value) if value else default
    except ValueError:
        raise SettingsError(f"{name}: {value!r} is not a number") from None
    if number < 0:
        raise SettingsError(f"{name}: {value!r} is negative")
    return number
