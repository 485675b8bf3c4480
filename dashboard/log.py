"""A line for each answer that is not what was asked for. Queries and forms are not written down."""

import logging
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger("framewatch.dashboard")
LONGEST = 200  # characters of an address


class FaultLog:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.monotonic()

        async def noted(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                _note(scope, message["status"], time.monotonic() - started)
            await send(message)

        await self._app(scope, receive, noted if scope["type"] == "http" else send)


def _note(scope: Scope, status: int, seconds: float) -> None:
    client = scope.get("client")
    log.log(
        logging.ERROR if status >= 500 else logging.WARNING,
        "%s %r answered %d in %.0f ms to %s",
        scope["method"],
        scope["path"][:LONGEST],  # quoted: a line break in it begins no line of its own
        status,
        seconds * 1000,
        client[0] if client else "a socket",
    )
