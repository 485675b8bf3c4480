"""By which names the dashboard may be called: a page elsewhere cannot make its own name ours."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from framewatch.settings import is_loopback


class Hosts:
    """Answers to localhost, to bare addresses (which cannot be rebound) and to the names given."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = _host(Headers(scope=scope).get("host", ""))
        if is_loopback(host) or _is_address(host) or host in self._names:
            await self._app(scope, receive, send)
            return
        said = (
            f"This dashboard does not answer to the name {host[:80]!r}. If it is to be reached "
            "by that name, add it to FRAMEWATCH_DASHBOARD_NAMES."
        )
        await PlainTextResponse(said, 421, {"cache-control": "no-store"})(scope, receive, send)


def _host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
