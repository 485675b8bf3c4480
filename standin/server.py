"""The stand-in's one server: every host on one port of the loopback, told apart by the Host header.

    with StandIn(make_world(date(2025, 2, 1), 30), Script()) as web:
        web.url("gdelt")  # http://gdelt.localhost:PORT

`<name>.localhost` means 127.0.0.1 to whoever asks, as browsers and curl take it.
"""

import logging
import socket
import threading
import time
from types import TracebackType
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from standin import pages
from standin.script import Script
from standin.services import services
from standin.world import World

_HOST = "127.0.0.1"
_LOGGER = "uvicorn.error"
_START = 20.0  # seconds in which the server must have started


class Web:
    """The ASGI application: hosts → services and outlets."""

    def __init__(self, world: World, script: Script) -> None:
        self.world = world
        self.script = script
        self.errors: list[Exception] = []
        self._services = services()
        self._outlets = {outlet.host: outlet for outlet in world.outlets}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":  # uvicorn is told of no lifespan; nobody offers web sockets
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except Exception as error:  # noqa: BLE001 (a mistake of the stand-in: told when it ends)
            self.errors.append(error)
            response = PlainTextResponse(f"the stand-in failed: {error!r}\n", 500)
        if request.method == "HEAD":
            response = Response(status_code=response.status_code, headers=dict(response.headers))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        host = request.headers.get("host", "").partition(":")[0].lower()
        if host in self._outlets:
            return pages.respond(request, self.world, self.script, self._outlets[host])
        respond = self._services.get(host.removesuffix(".localhost"))
        if respond is None:
            return PlainTextResponse(f"nothing is called {host!r} here\n", 421)
        found = respond(request, self.world, self.script)
        return found if isinstance(found, Response) else await found


class StandIn:
    """Runs the server in a thread while the context lasts. `world.now` may be set meanwhile.

    Leaving the context raises what the stand-in itself did wrong, so that no test passes by it.
    """

    def __init__(self, world: World, script: Script | None = None, port: int = 0) -> None:
        self.world = world
        self.script = script or Script()
        self._port = port
        self._web = Web(world, self.script)
        # uvicorn reports broken connections, which faults cause on purpose; it sets the level of
        # its logger for the whole process, so that is put back afterwards.
        self._level = logging.getLogger(_LOGGER).level
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def url(self, service: str) -> str:
        """The origin of a service or an outlet, without a slash at its end."""
        return f"http://{service}.localhost:{self.world.port}"

    def __enter__(self) -> "StandIn":
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, self._port))
        self.world.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._web,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,  # drips never end by themselves
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="stand-in", daemon=True
        )
        self._thread.start()
        give_up = time.monotonic() + _START
        while not self._server.started:
            if time.monotonic() > give_up or not self._thread.is_alive():
                raise RuntimeError("the stand-in did not start")
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=_START)
        logging.getLogger(_LOGGER).setLevel(self._level)
        if self._web.errors and error is None:
            raise ExceptionGroup("the stand-in failed", self._web.errors)
