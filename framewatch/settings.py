"""Facts about the machine: environment variables, read once by whoever starts the program."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

BUNDLED = "bundled"  # the encoder that comes with the program
ROOT = Path(__file__).resolve().parent.parent


KEY, URL = "FRAMEWATCH_KEY_", "FRAMEWATCH_URL_"  # followed by a source's name


class SettingsError(ValueError):
    """An environment variable has a value Framewatch cannot use."""


Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Who lets people in to the dashboard, and by which names it is called."""

    required: bool
    names: tuple[str, ...] = ()  # beside localhost and bare addresses
    proxies: tuple[Network, ...] = ()  # whose word on client, scheme and user is taken
    user_header: str = ""  # in which they name who signed in with them
    role_header: str = ""  # and that person's role

    def trusts(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self.proxies)
        except ValueError:
            return False  # no address: a socket file, a test


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
    sign_in: SignIn
    airflow_url: str  # where links to Airflow lead
    airflow_api_url: str  # where the dashboard asks it
    airflow_user: str  # empty: it lets everybody in
    airflow_password: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read FRAMEWATCH_* variables; each is described in .env.example."""
        home = Path(env.get("FRAMEWATCH_HOME") or ROOT / ".framewatch").absolute()
        replay = env.get("FRAMEWATCH_REPLAY", "")
        airflow = env.get("FRAMEWATCH_AIRFLOW_URL") or "http://127.0.0.1:8080"
        return cls(
            home=home,
            database_url=env.get("FRAMEWATCH_DATABASE_URL") or f"sqlite:///{home}/framewatch.db",
            topics=_path(env, "FRAMEWATCH_TOPICS", ROOT / "topics"),
            sources=_path(env, "FRAMEWATCH_SOURCES", ROOT / "scrapers" / "sources.toml"),
            replay=_path(env, "FRAMEWATCH_REPLAY", ROOT) if replay else None,
            encoder=env.get("FRAMEWATCH_ENCODER") or BUNDLED,
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
            sign_in=_sign_in(env),
            airflow_url=airflow,
            airflow_api_url=env.get("FRAMEWATCH_AIRFLOW_API_URL") or airflow,
            airflow_user=env.get("FRAMEWATCH_AIRFLOW_USER", ""),
            airflow_password=env.get("FRAMEWATCH_AIRFLOW_PASSWORD", ""),
        )


def variable_of(source: str) -> str:
    """A source's name as it stands in the names of its variables: `media-cloud` → MEDIA_CLOUD."""
    return source.upper().replace("-", "_")


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _sign_in(env: Mapping[str, str]) -> SignIn:
    """Off on this machine's own address, unless something says that others come too."""
    local = is_loopback(env.get("FRAMEWATCH_DASHBOARD_HOST") or "127.0.0.1")
    names, proxies = _list(env, "FRAMEWATCH_DASHBOARD_NAMES"), _proxies(env)
    user = env.get("FRAMEWATCH_PROXY_USER_HEADER", "").strip().lower()
    wanted = env.get("FRAMEWATCH_SIGN_IN", "") or (
        "off" if local and not names and not proxies else "on"
    )
    if wanted not in ("on", "off"):
        raise SettingsError(f"FRAMEWATCH_SIGN_IN: {wanted!r} is neither on nor off")
    if wanted == "off" and not local:
        raise SettingsError("FRAMEWATCH_SIGN_IN: off only where the dashboard listens on 127.0.0.1")
    if user and not proxies:
        raise SettingsError(
            "FRAMEWATCH_PROXY_USER_HEADER: name the proxy in FRAMEWATCH_TRUSTED_PROXIES"
        )
    return SignIn(
        required=wanted == "on",
        names=tuple(name.lower() for name in names),
        proxies=proxies,
        user_header=user,
        role_header=env.get("FRAMEWATCH_PROXY_ROLE_HEADER", "").strip().lower(),
    )


def _proxies(env: Mapping[str, str]) -> tuple[Network, ...]:
    name = "FRAMEWATCH_TRUSTED_PROXIES"
    try:
        return tuple(ip_network(value, strict=False) for value in _list(env, name))
    except ValueError as error:
        raise SettingsError(f"{name}: {error}: write 10.0.0.2 or 10.0.0.0/24") from None


def _list(env: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in env.get(name, "").split(",") if part.strip()]


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
