"""The one cookie: a random key, which names a session where somebody signed in with it."""

import re
import secrets

from fastapi import Request

NAME = "framewatch"
KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def new_key() -> str:
    return secrets.token_urlsafe(32)


def key_of(request: Request) -> str:
    """What the browser sent; empty if nothing or nothing of ours."""
    key = request.cookies.get(_name(request), "")
    return key if KEY.fullmatch(key) else ""


def cookie(request: Request, key: str) -> str:
    """For a Set-Cookie header. It lasts as long as the browser; the store decides before that."""
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"{_name(request)}={key}; Path=/; HttpOnly; SameSite=Lax{secure}"


def _name(request: Request) -> str:
    """With the prefix, neither a plain connection nor a neighbouring host can plant one."""
    return f"__Host-{NAME}" if request.url.scheme == "https" else NAME
