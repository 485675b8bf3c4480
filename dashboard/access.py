"""Who is asking, and what they may do. `dashboard.door` finds out; pages ask here."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException

from dashboard import csrf, slots
from framewatch.people import Role as Role
from framewatch.settings import SignIn

LONGEST_FORM = 64 * 1024  # bytes
MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"

Fields = ImmutableMultiDict[str, str]  # `getlist` has all values of one name


@dataclass(frozen=True, slots=True)
class Reader:
    name: str  # "" where nobody need sign in
    role: Role

    @property
    def signed_in(self) -> bool:
        return bool(self.name)

    @property
    def shared(self) -> "Reader":
        """The same for a page that all readers of a role share: the name is filled in later."""
        return replace(self, name=slots.NAME) if self.name else self


LOCAL = Reader("", Role.OPERATOR)  # on one's own machine


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: by whom, and from which browser."""

    reader: Reader | None  # None: not signed in
    key: str  # what its cookie holds
    new: bool = False  # the browser has no such cookie yet
    proxied: bool = False  # a proxy lets people in: there is nothing to sign out of


def by_password(sign_in: SignIn) -> bool:
    """Whether people sign in here, and programs with a key."""
    return sign_in.required and not sign_in.user_header


def visit_of(request: Request) -> Visit:
    return getattr(request.state, "visit", None) or Visit(LOCAL, "")


def reader_of(request: Request) -> Reader:
    """Raises 401 where nobody signed in."""
    reader = visit_of(request).reader
    if reader is None:
        raise HTTPException(401, "Sign in first.")
    return reader


def require(request: Request, role: Role) -> Reader:
    """Raises 403 for a reader who may not."""
    reader = reader_of(request)
    if reader.role < role:
        raise HTTPException(403, f"This needs the role {role.word}; yours is {reader.role.word}.")
    return reader


async def form(request: Request, role: Role) -> Fields:
    """The fields of a form sent from our own pages by a reader of that role.

    Raises 401, 403, 413, 400.
    """
    require(request, role)
    return await posted(request)


async def posted(request: Request) -> Fields:
    """The same for whoever has the page."""
    fields = _fields(await sent_as(request, FORM))
    if not csrf.holds(visit_of(request).key, fields.get("csrf", "")):
        raise HTTPException(
            403, "That form is out of date. Go back, load its page again and send it anew."
        )
    return fields


async def sent_as(request: Request, media_type: str) -> bytes:
    """What was sent, if not by another site's page. Raises 403, 413, 415."""
    must_be_ours(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        raise HTTPException(415, f"Send it as {media_type}.")
    return await _body(request)


def must_be_ours(request: Request) -> None:
    """Browsers say where something was sent from; other programs say nothing. Raises 403.

    What says nothing needs more: a form its token, an API a body that is JSON.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if site != "same-origin" or (origin is not None and urlsplit(origin).netloc != host):
        raise HTTPException(403, "That was not sent from this dashboard.")


async def _body(request: Request) -> bytes:
    """However it is sent: the length that a sender names is not believed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413, f"That is longer than {LONGEST_FORM // 1024} kB.")
    return bytes(body)


def _fields(body: bytes) -> Fields:
    try:
        text = body.decode("ascii")  # all else is percent-encoded
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(400, "That form cannot be read.") from None
    if any("\x00" in part for pair in pairs for part in pair):
        raise HTTPException(400, "That form holds a character that no text has.")
    return ImmutableMultiDict(pairs)
