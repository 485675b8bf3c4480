"""The API: its addresses, its description as OpenAPI, and as a page."""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from dashboard.access import by_password
from dashboard.answers import root_of, site_of
from dashboard.api import (
    articles,
    backfills,
    collection,
    desk,
    frames,
    groups,
    parts,
    runs,
    shifts,
    tones,
)
from dashboard.api.schema import ABOUT, Described, described
from dashboard.imprint import site_address
from dashboard.pages import export

API = "/api/v1"
PARTS = (frames, parts, groups, tones, articles, shifts, collection, runs, desk, backfills)
EXAMPLES = {"{code}": "economic", "{number}": "1"}

_addresses = APIRouter(prefix=API)
for part in PARTS:
    _addresses.include_router(part.router)
# The files of charts again, where a program's key opens them.
_addresses.add_api_route("/t/{topic}/export/{file}", export.show, include_in_schema=False)

router = APIRouter()
router.include_router(_addresses)


@router.get("/api", include_in_schema=False)
def page(request: Request) -> Response:
    topics, keyed = tuple(site_of(request).topics), _keyed(request)
    html = site_of(request).render(
        "api.html",
        root=root_of(request),
        about=ABOUT,
        groups=Described(_schema(root_of(request), keyed)).groups,
        keyed=keyed,
        example=example,
        whole=f"{site_address(request)}{root_of(request)}",
        topic=topics[0] if len(topics) > 1 else "",
        topics=topics,
    )
    return HTMLResponse(html, headers={"cache-control": "private, no-cache"})


@router.get(f"{API}/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    return JSONResponse(_schema(root_of(request), _keyed(request)))


@lru_cache(maxsize=4)
def _schema(root: str, keyed: bool) -> dict[str, Any]:
    """Made once, as it takes a second."""
    return described(_addresses, root, keyed=keyed)


def _keyed(request: Request) -> bool:
    return by_password(site_of(request).sign_in)


def example(path: str, topic: str) -> str:
    """An address that answers on the sample; the only topic need not be named.

    Empty where only what was made before would answer.
    """
    for name, value in EXAMPLES.items():
        path = path.replace(name, value)
    if "{" in path:
        return ""
    return f"{path}?topic={topic}" if topic and not path.endswith("/health") else path
