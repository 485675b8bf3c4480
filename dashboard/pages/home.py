"""The way in: the topics, and whether the store can be read."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from dashboard.answers import root_of, site_of
from db import queries

router = APIRouter()


@router.get("/")
def home(request: Request) -> Response:
    site = site_of(request)
    if len(site.topics) == 1:
        return RedirectResponse(f"{root_of(request)}/t/{quote(next(iter(site.topics)))}/")
    return HTMLResponse(site.render("topics.html", root=root_of(request)))


@router.get("/health")
def health(request: Request) -> JSONResponse:
    site = site_of(request)
    try:
        versions = {code: queries.version(site.engine, code) for code in site.topics}
    except queries.StoreError as error:
        said = {"status": "store unavailable"}
        if not site.sign_in.required:  # who watches from outside need not know where the store is
            said["detail"] = str(error)
        return JSONResponse(said, 503)
    topics = {
        code: {
            "data_version": version.version,
            "changed_at": version.changed_at and version.changed_at.isoformat(),
            "answered_at": version.answered_at and version.answered_at.isoformat(),
        }
        for code, version in versions.items()
    }
    return JSONResponse({"status": "ok", "topics": topics})
