"""What went wrong, as a page with a way back; as problem details for programs."""

import logging
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from dashboard.access import Reader
from dashboard.answers import root_of, site_of
from dashboard.api.problem import problem
from db.queries import StoreError
from framewatch.people import Role

log = logging.getLogger("framewatch.dashboard")

API = "/api/"


def fault(
    request: Request,
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    sent = {"cache-control": "no-store", **(headers or {})}
    if path_of(request).startswith(API):
        place = request.url.path, root_of(request)
        return problem(status, title, detail, place, sent)
    page = site_of(request).render("fault.html", root=root_of(request), title=title, detail=detail)
    return HTMLResponse(page, status, headers=sent)


def store_fault(request: Request, error: StoreError, reader: Reader | None) -> Response:
    """Where the store is and what it said is for operators; the others learn that it is known."""
    log.error("%s", error)
    whole = reader is not None and reader.role >= Role.OPERATOR
    said = str(error) if whole else "Try again in a minute. The log of the dashboard has the cause."
    return fault(request, 503, "The store cannot be read", said)


def path_of(request: Request) -> str:
    """Without what stands before every address behind a proxy."""
    return request.url.path.removeprefix(root_of(request))
