"""What proxies say: believed of those that the settings name, and of nobody else."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from framewatch.settings import SignIn

USER, ROLE = "proxy_user", "proxy_role"  # in the request's state
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Proxies:
    """Client and scheme as the proxy has them, and whom it let in."""

    def __init__(self, app: ASGIApp, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        trusted = [str(network) for network in sign_in.proxies]
        self._app = ProxyHeadersMiddleware(app, trusted_hosts=trusted)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._sign_in.user_header:
            client = scope.get("client")
            if client and self._sign_in.trusts(client[0]):
                headers, state = Headers(scope=scope), scope.setdefault("state", {})
                state[USER] = _only(headers, self._sign_in.user_header)
                state[ROLE] = _only(headers, self._sign_in.role_header)
        await self._app(scope, receive, send)  # type: ignore[arg-type]


def _only(headers: Headers, name: str) -> str:
    """One sent twice is worth nothing: part of it may be the client's."""
    found = headers.getlist(name) if name else []
    return found[0].strip() if len(found) == 1 else ""
