"""From a request to an answer: the view that is asked for, and 304 to who has it already."""

import hashlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from markupsafe import Markup
from starlette.exceptions import HTTPException

from dashboard.access import reader_of, visit_of
from dashboard.choice import Choice, ChoiceError
from dashboard.regional import current
from dashboard.site import Site
from dashboard.view import View

Render = Callable[[View], Any]
LEAN = "hx-boosted"  # sent by htmx for forms and links whose answer takes the page's place


def page(
    request: Request,
    topic: str,
    render: Render,
    media_type: str = "text/html",
    *,
    personal: bool = False,
) -> Response:
    """A page of a topic, or 304 if the reader has it and nothing changed.

    It is made once for all readers of a role, who see their name in it and nobody else's. A page
    that asks who is reading (`view.reader.name == …`) is personal. A script gets the answer to a
    form's empty fields at once, with the short address beside it; a browser is sent there.
    """
    view = view_of(request, topic, personal=personal)
    if "" not in request.query_params.values():
        return sent(request, view, render, media_type)
    canonical = (
        f"{quote(request.scope['path'])}{view.choice.query}"  # a form sends its empty fields
    )
    if "hx-request" not in request.headers:
        return RedirectResponse(canonical)
    answer = sent(request, view, render, media_type)
    answer.headers["hx-push-url"] = canonical
    return answer


def saved(request: Request, topic: str, render: Render, name: str, media_type: str) -> Response:
    """The same as a file."""
    response = page(request, topic, render, media_type)
    response.headers["content-disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def streamed(
    request: Request,
    topic: str,
    chunks: Callable[[View], Iterator[bytes]],
    name: str,
    media_type: str,
) -> Response:
    """A file that is made while it is sent, however long it is; it is kept nowhere.

    A reader who goes away takes the rest along: a chunk is made only when the last one was sent.
    """
    view = view_of(request, topic)
    headers = _headers(_tag(request, _state(request, view), media_type))
    if _is_known(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    rest = chunks(view)
    first = next(rest, b"")  # what is wrong with the question is said now
    headers["content-disposition"] = f"attachment; filename*=UTF-8''{name}"
    return StreamingResponse(chain((first,), rest), media_type=media_type, headers=headers)


def view_of(request: Request, topic: str, *, personal: bool = False) -> View:
    """Raises 404 for a topic that there is not, and ChoiceError."""
    site = site_of(request)
    if topic not in site.topics:
        raise HTTPException(404, "There is no such topic.")
    choice = Choice.parse(request.query_params)
    watched = site.topics[topic]
    today = site.now().astimezone(watched.zone).date()
    if choice.asof is not None:
        if choice.asof > today:
            raise ChoiceError(f"asof={choice.asof} is still to come")
        today = choice.asof
    reader = reader_of(request) if personal else reader_of(request).shared
    path, lean = request.url.path, LEAN in request.headers
    return View(site, watched, choice, today, root_of(request), path, reader, lean)


def sent(request: Request, view: View, render: Render, media_type: str) -> Response:
    state = _state(request, view)
    headers = _headers(_tag(request, state, media_type))
    if _is_known(request, headers["etag"]):
        return Response(status_code=304, headers=headers)

    def make() -> bytes:
        made = render(view)
        return made if isinstance(made, bytes) else str(made).encode()

    body = view.site.bodies.get(_digest((*state, view.reader)), make)
    return Response(body, media_type=media_type, headers=headers)


def kept(view: View, name: str, draw: Callable[[], str]) -> Markup:
    """A part of a page that is itself made anew for everybody: of all articles, whoever reads."""
    state = (view.site.build, view.topic.code, view.today, view.root, view.version, current())
    body = view.site.bodies.get(_digest((name, *state)), lambda: draw().encode())
    return Markup(body.decode())  # noqa: S704  (as it was drawn)


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def root_of(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _headers(tag: str) -> dict[str, str]:
    return {"etag": tag, "cache-control": "private, no-cache", "vary": f"accept-language, {LEAN}"}


def _is_known(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "").split(",")
    return tag in {one.strip() for one in known}


def _state(request: Request, view: View) -> tuple[object, ...]:
    """All that an answer depends on, but who reads it."""
    return (
        view.site.build,
        view.topic.code,
        view.today,
        str(request.base_url),
        view.path,
        sorted(asked for asked in request.query_params.multi_items() if asked[1]),
        view.version,
        view.saved,
        view.lean,
        current(),
    )


def _tag(request: Request, state: tuple[object, ...], media_type: str) -> str:
    """A page holds the token of its reader's forms: another session has another page."""
    reader, key = reader_of(request), visit_of(request).key if media_type == "text/html" else ""
    return f'W/"{_digest((*state, reader, key))[:20]}"'


def _digest(parts: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
