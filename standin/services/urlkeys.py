"""Addresses as the archives sort them ("localhost,herald:8000)/2025/02/04/chips"), and which of
them an address with stars, or a kind of match, means."""

from collections.abc import Callable
from urllib.parse import urlsplit

KINDS = ("exact", "prefix", "host", "domain")


def urlkey(url: str) -> str:
    """Scheme, case, `www.` and a slash at the end do not count."""
    host, rest = _split(url)
    path, mark, query = rest.partition("?")
    path = path.rstrip("/") or "/"
    return f"{host}){path}{mark}{query}" if query else f"{host}){path}"


def meant(url: str, kind: str = "") -> Callable[[str], bool]:
    """Whether a key is meant. ValueError for an address without a host or an unknown kind."""
    if url.startswith("*."):
        url, kind = url[2:].removesuffix("*"), "domain"
    elif url.endswith("*"):
        url, kind = url[:-1], "prefix"
    kind = kind or "exact"
    if kind not in KINDS:
        raise ValueError(f"matchType: {kind}")
    host, rest = _split(url)
    if kind == "exact":
        exact = urlkey(url)
        return lambda key: key == exact
    if kind == "domain":
        return lambda key: key.startswith((f"{host})", f"{host},"))
    start = f"{host})" if kind == "host" else f"{host}){rest}"
    return lambda key: key.startswith(start)


def _split(url: str) -> tuple[str, str]:
    """The host turned round, with its port, and what follows it."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    name = (parts.hostname or "").removeprefix("www.")
    if not name:
        raise ValueError("url: a host is missing")
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    host = ",".join(reversed(name.split("."))) + port
    query = f"?{parts.query}" if parts.query else ""
    return host, (parts.path or "/").lower() + query.lower()
