"""Signing in and out, one's own password and keys, and for operators the accounts of all."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dashboard.access import Fields, by_password, form, posted, reader_of, require, visit_of
from dashboard.answers import root_of, site_of
from dashboard.cookies import cookie, new_key
from db import accounts as rows
from db.api_keys import MOST, keys_of
from db.queries import reading
from db.writing import writing
from framewatch import accounts
from framewatch.accounts import Credentials, TooManyTries
from framewatch.api_keys import LONGEST_LABEL, make_key, withdraw_key
from framewatch.people import AccountError, Role

router = APIRouter()


# --- in and out -----------------------------------------------------------------------------------


@router.get("/sign-in")
def ask(request: Request) -> Response:
    wanted = _own(request, request.query_params.get("next", ""))
    if visit_of(request).reader is not None:
        return RedirectResponse(wanted, 303)
    return _page(request, "login.html", wanted=wanted, name="", fault="")


@router.post("/sign-in")
async def enter(request: Request) -> Response:
    fields = await posted(request)
    return await run_in_threadpool(_enter, request, fields)


def _enter(request: Request, fields: Fields) -> Response:
    site, wanted = site_of(request), _own(request, fields.get("next", ""))
    if not by_password(site.sign_in):
        raise HTTPException(404, "Nobody signs in here.")
    old = visit_of(request).key
    try:
        _, key = accounts.sign_in(site.writer, _given(request, fields), site.now())
    except AccountError as error:
        status, headers = _status(error)
        name = fields.get("name", "")[: accounts.LONGEST_NAME]
        page = {"wanted": wanted, "name": name, "fault": str(error)}
        return _page(request, "login.html", status, headers, **page)
    with writing(site.writer) as connection:
        rows.end_session(connection, old)  # what this browser had before
    return RedirectResponse(wanted, 303, {"set-cookie": cookie(request, key)})


@router.post("/sign-out")
async def leave(request: Request) -> Response:
    await form(request, Role.VIEWER)
    return await run_in_threadpool(_leave, request)


def _leave(request: Request) -> Response:
    with writing(site_of(request).writer) as connection:
        rows.end_session(connection, visit_of(request).key)
    headers = {
        "set-cookie": cookie(request, new_key()),
        "clear-site-data": '"cache"',  # else "Back" would show the pages of who was here
    }
    return RedirectResponse(f"{root_of(request)}/sign-in", 303, headers)


# --- one's own account ----------------------------------------------------------------------------


@router.get("/account")
def own(request: Request) -> Response:
    return _own_page(request)


@router.post("/account/password")
async def change_own(request: Request) -> Response:
    fields = await form(request, Role.VIEWER)
    return await run_in_threadpool(_change_own, request, fields)


def _change_own(request: Request, fields: Fields) -> Response:
    site, name = site_of(request), reader_of(request).name
    try:
        if fields.get("new", "") != fields.get("again", ""):
            raise AccountError("The new password was typed in two ways.")
        accounts.check(site.writer, _given(request, fields, name), site.now())
        key = visit_of(request).key
        accounts.change_password(site.writer, name, fields.get("new", ""), keep=key)
    except AccountError as error:
        return _own_page(request, *_status(error), fault=str(error))
    return _own_page(request, done="Your password is changed. Other browsers are signed out.")


@router.post("/account/keys")
async def make_own_key(request: Request) -> Response:
    fields = await form(request, Role.VIEWER)
    return await run_in_threadpool(_make_own_key, request, fields)


def _make_own_key(request: Request, fields: Fields) -> Response:
    """The one page that ever shows it."""
    _must_take_keys(request)
    site, name = site_of(request), reader_of(request).name
    try:
        key = make_key(site.writer, name, fields.get("label", ""), site.now())
    except AccountError as error:
        return _own_page(request, *_status(error), fault=str(error))
    return _own_page(request, key=key)


@router.post("/account/keys/withdraw")
async def withdraw_own_key(request: Request) -> Response:
    fields = await form(request, Role.VIEWER)
    return await run_in_threadpool(_withdraw_own_key, request, fields)


def _withdraw_own_key(request: Request, fields: Fields) -> Response:
    _must_take_keys(request)
    try:
        withdraw_key(site_of(request).writer, reader_of(request).name, fields.get("key", ""))
    except AccountError as error:
        return _own_page(request, *_status(error), fault=str(error))
    return RedirectResponse(f"{root_of(request)}/account#keys-title", 303)


def _must_take_keys(request: Request) -> None:
    if not by_password(site_of(request).sign_in):
        raise HTTPException(404, "Programs need no key here.")


def _own_page(
    request: Request,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **shown: str,
) -> Response:
    """shown: a fault, what is done, or the key just made."""
    told: dict[str, object] = {"fault": "", "done": "", "key": "", **shown}
    told |= {"most_keys": MOST, "longest_label": LONGEST_LABEL, "without": True}
    site, name = site_of(request), reader_of(request).name
    if by_password(site.sign_in):
        with reading(site.engine) as connection:
            told |= {"without": False, "keys": keys_of(connection, name)}
    return _page(request, "own.html", status, headers, **told)


# --- everybody's ----------------------------------------------------------------------------------


@router.get("/people")
def people(request: Request) -> Response:
    require(request, Role.OPERATOR)
    return _people(request)


@router.post("/people/{change}")
async def change(request: Request, change: str) -> Response:
    fields = await form(request, Role.OPERATOR)
    if change not in CHANGES:
        raise HTTPException(404, "There is no such change.")
    return await run_in_threadpool(_change, request, change, fields)


def _change(request: Request, change: str, fields: Fields) -> Response:
    try:
        name = accounts.clean_name(fields.get("name", ""))
        if change in ("role", "remove") and name == reader_of(request).name:
            raise AccountError("Another operator has to do this for you: one always stays.")
        CHANGES[change](request, name, fields)
    except AccountError as error:
        return _people(request, *_status(error), fault=str(error))
    return RedirectResponse(f"{root_of(request)}/people", 303)


def _add(request: Request, name: str, fields: Fields) -> None:
    site, password = site_of(request), fields.get("password", "")
    if not password and not site.sign_in.user_header:
        raise AccountError("An account needs a password.")
    role = Role.named(fields.get("role", ""))
    accounts.add(site.writer, name, role, password, site.now())


def _change_role(request: Request, name: str, fields: Fields) -> None:
    accounts.change_role(site_of(request).writer, name, Role.named(fields.get("role", "")))


def _change_password(request: Request, name: str, fields: Fields) -> None:
    store, keep = site_of(request).writer, visit_of(request).key
    accounts.change_password(store, name, fields.get("password", ""), keep)


def _remove(request: Request, name: str, _fields: Fields) -> None:
    accounts.remove(site_of(request).writer, name)


CHANGES = {
    "add": _add,
    "role": _change_role,
    "password": _change_password,
    "remove": _remove,
}


def _people(
    request: Request, status: int = 200, headers: dict[str, str] | None = None, fault: str = ""
) -> Response:
    with reading(site_of(request).engine) as connection:
        found = rows.accounts(connection)
    return _page(request, "people.html", status, headers, people=found, roles=Role, fault=fault)


# --- what they share ------------------------------------------------------------------------------


def _given(request: Request, fields: Fields, name: str = "") -> Credentials:
    typed = name or fields.get("name", "")
    try:
        cleaned = accounts.clean_name(typed)
    except AccountError:
        cleaned = typed[: accounts.LONGEST_NAME]  # no account has it: refused as any other
    address = request.client.host if request.client else ""
    return Credentials(cleaned, fields.get("password", ""), address)


def _own(request: Request, address: str) -> str:
    """An address of ours to go on to; anything else is the front page."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith("//") and address.isprintable()
    ours = plain and "\\" not in address and not parts.scheme and not parts.netloc
    return address if ours else f"{root_of(request)}/"


def _status(error: AccountError) -> tuple[int, dict[str, str]]:
    if isinstance(error, TooManyTries):
        until = error.until.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return 429, {"retry-after": until}
    return 401 if isinstance(error, accounts.WrongPassword) else 400, {}


def _page(
    request: Request,
    template: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: object,
) -> Response:
    page = site_of(request).render(
        template, root=root_of(request), reader=visit_of(request).reader, **context
    )
    return HTMLResponse(page, status, headers={"cache-control": "no-store", **(headers or {})})
