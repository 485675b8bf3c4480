"""What the services have in common: a request taken apart, answers put together, dates."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

KEY = "test-key"  # the only key that the services with keys accept
LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)
_BIT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: its path and query as they were sent, and its headers in small letters."""

    path: str
    query: str
    headers: Mapping[str, str]
    params: Mapping[str, list[str]]

    def one(self, name: str, default: str = "") -> str:
        """The last value of a parameter; the default where it is absent."""
        return self.params.get(name, [default])[-1]

    def all(self, name: str) -> list[str]:
        return self.params.get(name, [])

    def number(self, name: str, default: int) -> int:
        """ValueError where it is no whole number."""
        return int(self.one(name) or default)

    def key(self, header: str, parameter: str) -> str:
        """The key that the client sent, by header or by parameter."""
        return self.headers.get(header) or self.one(parameter)


def asked(request: Request) -> Ask:
    query = request.scope["query_string"].decode("ascii")
    return Ask(
        path=request.scope["raw_path"].decode("ascii"),
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        params=parse_qs(query, keep_blank_values=True),
    )


def as_json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(data, ensure_ascii=False).encode()
    return typed(body, "application/json; charset=utf-8", status, headers)


def as_text(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return typed(text.encode(), "text/plain; charset=utf-8", status, headers)


def as_html(text: str, status: int = 200) -> Response:
    return typed(text.encode(), "text/html; charset=utf-8", status)


def typed(
    body: bytes, kind: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(body, status_code=status, headers={"content-type": kind, **(headers or {})})


def zulu(moment: datetime) -> str:
    """ "2025-02-04T09:00:00Z" """
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def rfc822(moment: datetime) -> str:
    """ "Tue, 04 Feb 2025 09:00:00 GMT" """
    return format_datetime(moment, usegmt=True)


def opening(text: str) -> datetime:
    """The first instant of an ISO date, or the instant of a datetime; UTC where no zone is given.

    ValueError for anything else.
    """
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def closing(text: str) -> datetime:
    """Just behind an inclusive end: behind the whole day for a date, behind the instant else."""
    return opening(text) + (timedelta(days=1) if len(text) == 10 else _BIT)
