"""Headers on every answer: nothing is loaded, framed or sent from elsewhere."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": browsers would then say "null" for where a form was sent from.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
ENCRYPTED = {
    "content-security-policy": f"{POLICY}; upgrade-insecure-requests",
    "strict-transport-security": "max-age=31536000",
}
FOR_EVER = "public, max-age=31536000, immutable"  # its address holds its version


class SecurityHeaders:
    """And HEAD is answered as GET is, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                _add(scope, message)
            elif head:
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"} if head else scope, receive, guarded)


def _add(scope: Scope, message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    headers.update(SECURITY | (ENCRYPTED if scope["scheme"] == "https" else {}))
    versioned = b"v=" in scope["query_string"] and "/static/" in scope["path"]
    if message["status"] == 200 and versioned:
        headers["cache-control"] = FOR_EVER
    headers.setdefault("cache-control", "private, no-cache")
