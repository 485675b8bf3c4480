"""The dashboard's server: addresses to pages. Run it with `python -m dashboard.app`.

Each page is a module of `dashboard.pages` with its addresses; `ROUTERS` lists them.
"""

import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import anyio.to_thread
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from dashboard import drawn
from dashboard.access import visit_of
from dashboard.api.problem import refused
from dashboard.choice import ChoiceError
from dashboard.door import Door
from dashboard.faults import fault, store_fault
from dashboard.headers import SECURITY, SecurityHeaders
from dashboard.hosts import Hosts
from dashboard.log import FaultLog
from dashboard.pages import (
    account,
    api,
    article,
    articles,
    chart,
    code,
    compare,
    coverage,
    events,
    export,
    frame,
    home,
    method,
    overview,
    runs,
    sentiment,
    views,
)
from dashboard.proxies import Proxies
from dashboard.runboard import RunBoard
from dashboard.site import HERE, Site, open_site
from dashboard.tour import Tour
from db import queries
from framewatch.accounts import must_let_somebody_in
from framewatch.people import AccountError
from framewatch.settings import Settings, SettingsError

THREADS = 40  # pages made or waited for at once
STOPPING = 10  # seconds that open answers have at a stop
COMPRESSION = 5  # of 9: beyond, a page takes longer to make and is hardly shorter

ROUTERS = (
    account.router,
    home.router,
    overview.router,
    frame.router,
    compare.router,
    articles.router,
    article.router,
    sentiment.router,
    events.router,
    views.router,
    coverage.router,
    runs.router,
    method.router,
    export.router,
    chart.router,
    code.router,
    api.router,
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, now: Callable[[], datetime] = _utc_now) -> FastAPI:
    """The dashboard over the store of settings; `now` decides which bucket is unfinished."""
    site = open_site(settings, now)
    app = FastAPI(
        title="Framewatch", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan
    )
    app.state.site = site
    app.state.runs = RunBoard(settings)
    site.templates.globals["is_drawn"] = drawn.is_drawn
    site.templates.globals["tour_of"] = Tour
    _add_layers(app, site)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    _add_faults(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
    app.state.site.close()


def _add_layers(app: FastAPI, site: Site) -> None:
    """A request passes them from the last to the first."""
    app.add_middleware(Door, site=site)
    app.add_middleware(Hosts, names=site.sign_in.names)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=COMPRESSION)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(FaultLog)
    app.add_middleware(Proxies, sign_in=site.sign_in)


def _add_faults(app: FastAPI) -> None:
    @app.exception_handler(ChoiceError)
    def refuse(request: Request, error: ChoiceError) -> Response:
        return fault(request, 400, "That view cannot be shown", str(error))

    @app.exception_handler(RequestValidationError)
    def unknown(request: Request, error: RequestValidationError) -> Response:
        return fault(request, 400, "That cannot be asked", refused(error.errors()))

    @app.exception_handler(queries.StoreError)
    def unavailable(request: Request, error: queries.StoreError) -> Response:
        return store_fault(request, error, visit_of(request).reader)

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        title = "Not found" if error.status_code == 404 else "That did not work"
        return fault(request, error.status_code, title, str(error.detail), error.headers)

    @app.exception_handler(Exception)
    def broken(request: Request, _error: Exception) -> Response:
        """Starlette sends this one past all layers, and then raises the error into the log."""
        said = "This is a fault of Framewatch; its log says more."
        return fault(request, 500, "That did not work", said, SECURITY)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = Settings.from_env()
        app = create_app(settings)
        must_let_somebody_in(app.state.site.engine, settings.sign_in)
    except (SettingsError, AccountError, queries.StoreError) as error:
        sys.exit(f"framewatch: {error}")
    uvicorn.run(
        app,
        host=settings.dashboard_host,
        port=settings.dashboard_port,
        proxy_headers=False,  # dashboard.proxies reads them
        access_log=False,  # dashboard.log has what went wrong, without queries
        server_header=False,
        timeout_graceful_shutdown=STOPPING,
    )


if __name__ == "__main__":
    main()
