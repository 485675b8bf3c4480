"""A drawing as a file, SVG or PNG, that says what it shows and where it comes from."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard.answers import saved
from dashboard.drawn import standing_alone
from dashboard.imprint import permalink
from dashboard.view import View

router = APIRouter()


@router.get("/t/{topic}/chart/{name}.svg")
def svg(request: Request, topic: str, name: str) -> Response:
    def draw(view: View) -> str:
        return standing_alone(view, name, permalink(request, view))

    return saved(request, topic, draw, quote(f"{topic}-{name}.svg"), "image/svg+xml")


@router.get("/t/{topic}/chart/{name}.png")
def png(request: Request, topic: str, name: str) -> Response:
    from dashboard import pixels

    def draw(view: View) -> bytes:
        address = permalink(request, view).replace(".png", ".svg", 1)
        try:
            return pixels.png(standing_alone(view, name, address))
        except pixels.FontsMissing as missing:
            raise HTTPException(503, str(missing)) from missing

    return saved(request, topic, draw, quote(f"{topic}-{name}.png"), "image/png")
