"""The dashboard's server: addresses to pages. Run it with `python -m dashboard.app`."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from dashboard.choice import Choice, ChoiceError
from dashboard.headers import SecurityHeaders
from dashboard.pages import api, article, articles, export, frame, method, overview
from dashboard.site import HERE, Site, open_site
from dashboard.view import View
from db import queries
from framewatch.settings import Settings

API = "/api/v1/"


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, now: Callable[[], datetime] = _utc_now) -> FastAPI:
    """The dashboard over the store of settings; `now` decides which bucket is unfinished."""
    site = open_site(settings, now)
    app = FastAPI(title="Framewatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SecurityHeaders)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    _add_faults(app, site)
    _add_pages(app, site)
    _add_api(app, site)
    return app


def _add_pages(app: FastAPI, site: Site) -> None:
    @app.get("/")
    def home(request: Request) -> Response:
        if len(site.topics) == 1:
            return RedirectResponse(f"{_root(request)}/t/{quote(next(iter(site.topics)))}/")
        return HTMLResponse(site.render("topics.html", root=_root(request)))

    @app.get("/health")
    def health() -> JSONResponse:
        return _health(site)

    @app.get("/t/{topic}/")
    def show_overview(request: Request, topic: str) -> Response:
        return _page(site, request, topic, overview.render)

    @app.get("/t/{topic}/frame/{code}")
    def show_frame(request: Request, topic: str, code: str) -> Response:
        return _page(site, request, topic, lambda view: frame.render(view, code))

    @app.get("/t/{topic}/articles")
    def show_articles(request: Request, topic: str) -> Response:
        return _page(site, request, topic, articles.render)

    @app.get("/t/{topic}/article/{article_id}")
    def show_article(request: Request, topic: str, article_id: str) -> Response:
        # Beyond 18 digits the store has no ids.
        number = int(article_id) if article_id.isdecimal() and len(article_id) <= 18 else 0
        return _page(site, request, topic, lambda view: article.render(view, number))

    @app.get("/t/{topic}/method")
    def show_method(request: Request, topic: str) -> Response:
        return _page(site, request, topic, method.render)

    @app.get("/t/{topic}/export/{name}.csv")
    def show_export(request: Request, topic: str, name: str) -> Response:
        def render(view: View) -> str:
            return export.render(view, name, f"{request.url.replace(query='')}{view.choice.query}")

        response = _page(site, request, topic, render, "text/csv")
        saved_as = quote(f"{topic}-{name}.csv")
        response.headers["content-disposition"] = f"attachment; filename*=UTF-8''{saved_as}"
        return response


def _add_api(app: FastAPI, site: Site) -> None:
    """Numbers as JSON; the only topic need not be named."""

    def answer(request: Request, render: Callable[[View], str]) -> Response:
        only = next(iter(site.topics)) if len(site.topics) == 1 else ""
        topic = request.query_params.get("topic", only)
        if not topic:
            raise ChoiceError(f"topic: choose one of {', '.join(site.topics)}")
        return _sent(_view(site, request, topic), render, "application/json", request)

    @app.get(f"{API}frames/{{code}}/series")
    def give_series(request: Request, code: str) -> Response:
        return answer(request, lambda view: api.series_of(view, code))

    @app.get(f"{API}frames/{{code}}/share")
    def give_share(request: Request, code: str) -> Response:
        return answer(request, lambda view: api.share_of(view, code))


def _add_faults(app: FastAPI, site: Site) -> None:
    def fault(request: Request, status: int, title: str, detail: str) -> Response:
        if request.url.path.removeprefix(_root(request)).startswith(API):
            said = {"error": title, "detail": detail}
            return JSONResponse(said, status, headers={"cache-control": "no-store"})
        page = site.render("fault.html", root=_root(request), title=title, detail=detail)
        return HTMLResponse(page, status, headers={"cache-control": "no-store"})

    @app.exception_handler(ChoiceError)
    def refuse(request: Request, error: ChoiceError) -> Response:
        return fault(request, 400, "That view cannot be shown", str(error))

    @app.exception_handler(queries.StoreError)
    def unavailable(request: Request, error: queries.StoreError) -> Response:
        return fault(request, 503, "The store cannot be read", str(error))

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        title = "Not found" if error.status_code == 404 else "That did not work"
        return fault(request, error.status_code, title, str(error.detail))


def _page(
    site: Site,
    request: Request,
    topic: str,
    render: Callable[[View], str],
    media_type: str = "text/html",
) -> Response:
    """A page of a topic, or 304 if the reader has it and nothing changed."""
    view = _view(site, request, topic)
    if "" in request.query_params.values():  # a form sends its empty fields: keep links short
        return RedirectResponse(f"{request.scope['path']}{view.choice.query}")
    return _sent(view, render, media_type, request)


def _view(site: Site, request: Request, topic: str) -> View:
    if topic not in site.topics:
        raise HTTPException(404, "There is no such topic.")
    choice = Choice.parse(request.query_params)
    watched = site.topics[topic]
    today = site.now().astimezone(watched.zone).date()
    if choice.asof is not None:
        if choice.asof > today:
            raise ChoiceError(f"asof={choice.asof} is still to come")
        today = choice.asof
    return View(site, watched, choice, today, _root(request), request.url.path)


def _sent(view: View, render: Callable[[View], str], media_type: str, request: Request) -> Response:
    tag = _etag(view)
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    known = {known.strip() for known in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(render(view), media_type=media_type, headers=headers)


def _etag(view: View) -> str:
    topic = view.topic.code
    parts = (
        view.site.build,
        topic,
        view.today,
        view.root,
        view.path,
        view.choice.query,
        view.version,
    )
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:20]}"'


def _health(site: Site) -> JSONResponse:
    try:
        versions = {code: queries.version(site.engine, code) for code in site.topics}
    except queries.StoreError as error:
        return JSONResponse({"status": "store unavailable", "detail": str(error)}, 503)
    topics = {
        code: {
            "data_version": version.version,
            "changed_at": version.changed_at and version.changed_at.isoformat(),
            "answered_at": version.answered_at and version.answered_at.isoformat(),
        }
        for code, version in versions.items()
    }
    return JSONResponse({"status": "ok", "topics": topics})


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def main() -> None:
    settings = Settings.from_env()
    app = create_app(settings)
    uvicorn.run(app, host=settings.dashboard_host, port=settings.dashboard_port)


if __name__ == "__main__":
    main()
