"""The door: finds out who asks, sends strangers to sign in, and fills in what is the reader's own.

Where people sign in with passwords, programs come with keys, and to the API alone.
Every page passes here on its way out: forms get their token (`dashboard.slots`) and a browser
without a cookie gets one.
"""

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import csrf, slots
from dashboard.access import LOCAL, Reader, Visit, by_password
from dashboard.answers import root_of
from dashboard.cookies import cookie, key_of, new_key
from dashboard.faults import API, fault, path_of, store_fault
from dashboard.proxies import FORWARDED, ROLE, USER
from dashboard.regional import PLAIN, Regional, asked_for, written_for
from dashboard.site import Site
from db import accounts, api_keys
from db.queries import StoreError, reading
from db.writing import writing
from framewatch.accounts import clean_name
from framewatch.people import AccountError, Role

OPEN = ("/sign-in", "/health")  # to everybody
BEARER = "bearer"
CHALLENGE = {"www-authenticate": "Bearer"}
HOW = (
    "Send a key along, in a header: Authorization: Bearer KEY. People who sign in make keys "
    "under their name, on the page of their account."
)


FILE = re.compile(r"\.[a-z]{2,7}$")  # the end of an address of one; runs have points in their names


class Door:
    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._sign_in = site.sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if path_of(request).startswith("/static/"):
            await self._app(scope, receive, send)
            return
        inside = self._app
        try:
            key = self._key_sent(request)
            visit = await (self._visit(request) if key is None else self._of_program(key))
            if visit.reader is None and path_of(request) not in OPEN:
                inside = self._outside(request) if key is None else self._no_key(request)
        except StoreError as error:
            visit = Visit(None, "")
            inside = store_fault(request, error, None if self._sign_in.required else LOCAL)
        except AccountError as error:
            visit = Visit(None, "")
            inside = fault(request, 403, "You cannot come in", str(error))
        scope.setdefault("state", {})["visit"] = visit
        with written_for(_regional(request)):
            await inside(scope, receive, _filling(request, visit, send))

    async def _visit(self, request: Request) -> Visit:
        known = key_of(request)
        key = known or new_key()
        if not self._sign_in.required:
            _must_come_directly(request)
            return Visit(LOCAL, key, not known)
        if self._sign_in.user_header:
            name = getattr(request.state, USER, "")
            reader = await run_in_threadpool(self._sent_by_proxy, request, name) if name else None
        else:
            reader = await run_in_threadpool(self._of_session, known) if known else None
        return Visit(reader, key, not known)

    def _key_sent(self, request: Request) -> str | None:
        """None where none is asked for. Only the API looks: a page is for people."""
        if not by_password(self._sign_in) or not path_of(request).startswith(API):
            return None
        sent = [one.partition(" ") for one in request.headers.getlist("authorization")]
        keys = [key.strip() for scheme, _, key in sent if scheme.lower() == BEARER]
        if not keys:
            return None
        return keys[0] if len(keys) == 1 else ""  # two are one that nobody has

    async def _of_program(self, key: str) -> Visit:
        """It has no session, so that no form of it has a token."""
        return Visit(await run_in_threadpool(self._of_key, key), "")

    def _of_key(self, key: str) -> Reader | None:
        now = self._site.now()
        with reading(self._site.engine) as connection:
            found = api_keys.account_of_key(connection, key)
        if found is None:
            return None
        if found.seen_at is None or now - found.seen_at > accounts.NOTED_EVERY:
            with writing(self._site.writer) as connection:
                api_keys.note_key(connection, key, now)
        return Reader(found.name, found.role)

    def _no_key(self, request: Request) -> ASGIApp:
        said = f"There is no such key: it may have been withdrawn. {HOW}"
        return fault(request, 401, "Not signed in", said, CHALLENGE)

    def _sent_by_proxy(self, request: Request, name: str) -> Reader:
        """The proxy names a role, or our account of that name has one; else a viewer."""
        name = clean_name(name)
        if said := getattr(request.state, ROLE, ""):
            return Reader(name, Role.named(said))
        with reading(self._site.engine) as connection:
            found = accounts.account(connection, name)
        return Reader(name, found.role if found else Role.VIEWER)

    def _of_session(self, key: str) -> Reader | None:
        now = self._site.now()
        with reading(self._site.engine) as connection:
            found = accounts.session(connection, key, now)
        if found is None:
            return None
        if found.seen_at and now - found.seen_at > accounts.NOTED_EVERY:
            with writing(self._site.writer) as connection:
                accounts.note_session(connection, key, now)
        return Reader(found.name, found.role)

    def _outside(self, request: Request) -> ASGIApp:
        """Browsers are led to the sign-in and back; programs are told."""
        if self._sign_in.user_header:
            said = "Come in through the proxy that signs people in; it named nobody."
            return fault(request, 401, "Not signed in", said)
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            if path_of(request).startswith(API):
                return fault(request, 401, "Not signed in", HOW, CHALLENGE)
            said = f"Sign in first. Programs have what is under {root_of(request)}{API}. {HOW}"
            return fault(request, 401, "Not signed in", said)
        wanted = f"{request.url.path}?{request.url.query}".removesuffix("?")
        return RedirectResponse(f"{root_of(request)}/sign-in?{urlencode({'next': wanted})}", 303)


def _regional(request: Request) -> Regional:
    """As the reader's browser asks for pages. A file and the API say the same to everybody."""
    path = path_of(request)
    if path.startswith(API) or FILE.search(path):
        return PLAIN
    return asked_for(request.headers.get("accept-language", ""))


def _must_come_directly(request: Request) -> None:
    """Where nobody signs in, whoever comes is the operator: that is for this machine alone."""
    if any(name in request.headers for name in FORWARDED):
        raise AccountError(
            "This came through a proxy, and nobody signs in here. Set FRAMEWATCH_SIGN_IN=on, or "
            "FRAMEWATCH_TRUSTED_PROXIES (see .env.example), and start the dashboard again."
        )


def _filling(request: Request, visit: Visit, send: Send) -> Send:
    """Puts into a page what is its reader's own; anything else passes as it is."""
    start: MutableMapping[str, Any] = {}
    page = bytearray()

    async def filled(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            start.update(message)
        elif not start:
            await send(message)
        else:
            page.extend(message.get("body", b""))
            if not message.get("more_body"):
                await finish()

    async def finish() -> None:
        name = visit.reader.name if visit.reader else ""
        body = slots.filled(bytes(page), name, csrf.token(visit.key))
        headers = MutableHeaders(raw=start["headers"])
        headers["content-length"] = str(len(body))
        if visit.new and "set-cookie" not in headers:
            headers["set-cookie"] = cookie(request, visit.key)
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return filled


def _is_page(start: MutableMapping[str, Any]) -> bool:
    kinds = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    return any(kind.startswith(b"text/html") for kind in kinds)
