"""The services of the stand-in, each a module with

    def respond(request: Request, world: World, script: Script) -> Response

(starlette's Request and Response; a plain function or an `async def`, as the module likes). A plain
one runs on the server's event loop, so that it must never wait: where an answer takes its time
("slow"), write `async def` and `await asyncio.sleep(…)`, or return a StreamingResponse. Requests
with a body are read with `await request.body()`, in an `async def`.

Every request is counted once: call `script.fault(service, target(request))` first and act on the
kind it gives. What is dear to make is made once per world and kept (`functools.lru_cache` on
`world`, which is hashable by identity; nothing kept may depend on `world.now`, which moves).
A module may have `FAULTS: list[Fault]` or `def faults(world) -> list[Fault]`: each of its faults
once or twice, at requests of a backfill that succeed when repeated (standin.faults gathers them).
What an article's own page says is `standin.layouts.html_of(story, world)`: archives hold that.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Script
from standin.world import World

Respond = Callable[[Request, World, Script], Response | Awaitable[Response]]

# Names of hosts; each is answered by the module of the same name.
NAMES = (
    "gdelt mediacloud guardian hackernews googlenews bing newsapi gnews wayback commoncrawl"
).split()


def services() -> dict[str, Respond]:
    """host label → what answers there."""
    return {name: import_module(f"standin.services.{name}").respond for name in NAMES}
