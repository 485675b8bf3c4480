"""The Internet Archive: the CDX server, raw replay, availability.

From the SOURCES reference, section 9. Kinds of fault:

    throttled   429 without Retry-After
    down        503
    slow        504
    excluded    the text of an AdministrativeAccessControlException (403)
    robots      the text of a RobotAccessControlException (403)

An answer ends after `line_cap` lines; only who asked for a resume key learns that there are more.
Every seventh page or so is replayed as gzip that nobody says to be gzip (`captures.squeezed`).
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import quote_plus, unquote, unquote_plus

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import Ask, as_html, as_json, as_text, asked, rfc822, typed
from standin.services.captures import Capture, captures
from standin.services.urlkeys import meant, urlkey
from standin.world import World

NAME = "wayback"
line_cap = 50  # lines of an answer, however many are asked for; the real one's is far higher
_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_EXCLUDED = (
    "org.archive.util.io.RuntimeIOException: org.archive.wayback.exception."
    "AdministrativeAccessControlException: Blocked Site Error"
)
_ROBOTS = _EXCLUDED.replace("Administrative", "Robot").replace("Blocked Site Error", "Blocked")
_REPLAY = re.compile(r"/web/(\d{1,14})([a-z]{2}_)?/(.+)")

FAULTS = (
    Fault(service=NAME, kind="throttled", match="herald.localhost"),
    Fault(service=NAME, kind="down", match="courier.localhost"),
    Fault(service=NAME, kind="slow", match="tribune.localhost"),
    Fault(service=NAME, kind="down", match="id_/"),
)


class _BadQuestion(ValueError):
    pass


def respond(request: Request, world: World, script: Script) -> Response:
    return answer(asked(request), world, script.fault(NAME, target(request)))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault:
        return _spoiled(fault)
    if ask.path == "/cdx/search/cdx":
        try:
            return _search(ask, world)
        except ValueError as error:
            return as_text(f"Bad request: {error}", 400)
    if ask.path == "/wayback/available":
        return _available(ask, world)
    replay = _REPLAY.fullmatch(f"{ask.path}?{ask.query}" if ask.query else ask.path)
    if replay is not None:
        return _replay(replay[1], replay[2] or "", replay[3], world)
    return as_html("<html><title>Not found</title></html>", 404)


def _spoiled(fault: str) -> Response:
    texts = {
        "throttled": (429, "<html><h1>429 Too Many Requests</h1></html>"),
        "down": (503, "<html><h1>503 Service Unavailable</h1></html>"),
        "slow": (504, "<html><h1>504 Gateway Time-out</h1></html>"),
    }
    if fault in texts:
        return as_html(texts[fault][1], texts[fault][0])
    return as_text(_EXCLUDED if fault == "excluded" else _ROBOTS, 403)


# --- CDX -------------------------------------------------------------------------------------


def _search(ask: Ask, world: World) -> Response:
    if not ask.one("url"):
        raise _BadQuestion("url: missing")
    if ask.one("showNumPages") == "true":
        return as_text("1\n")
    is_meant = meant(ask.one("url"), ask.one("matchType"))
    start, end = _padded(ask.one("from"), "0"), _padded(ask.one("to"), "9")
    present = f"{world.now:%Y%m%d%H%M%S}"
    rows = [
        capture.row
        for capture in captures(world)
        if is_meant(capture.key) and start <= capture.stamp <= min(end, present)
    ]
    for condition in ask.all("filter"):
        rows = list(filter(_condition(condition), rows))
    for key in ask.all("collapse"):
        rows = _collapsed(rows, key)
    rows, resume = _part(ask, rows)
    return _listing(ask, rows, resume)


def _padded(stamp: str, digit: str) -> str:
    if stamp and not re.fullmatch(r"\d{1,14}", stamp):
        raise _BadQuestion(f"timestamp: {stamp}")
    return stamp.ljust(14, digit)


def _condition(text: str) -> Callable[[tuple[str, ...]], bool]:
    """`[!]field:regex`, the expression about the whole field."""
    name, _, pattern = text.removeprefix("!").partition(":")
    if name not in _FIELDS:
        raise _BadQuestion(f"filter: {text}")
    try:
        expression = re.compile(pattern)
    except re.error:
        raise _BadQuestion(f"filter: {text}") from None
    place, wanted = _FIELDS.index(name), not text.startswith("!")
    return lambda row: bool(expression.fullmatch(row[place])) is wanted


def _collapsed(rows: list[tuple[str, ...]], text: str) -> list[tuple[str, ...]]:
    """The first of neighbours that agree in a field, or in its first letters."""
    name, _, length = text.partition(":")
    if name not in _FIELDS:
        raise _BadQuestion(f"collapse: {text}")
    place, size = _FIELDS.index(name), int(length) if length else None
    kept, last = [], None
    for row in rows:
        if row[place][:size] != last:
            kept.append(row)
        last = row[place][:size]
    return kept


def _part(ask: Ask, rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], str]:
    """The rows of this answer, and the key with which the next goes on ("" after the last)."""
    if ask.number("page", 0):
        return [], ""
    limit = ask.number("limit", line_cap)
    if limit < 0:
        return rows[max(limit, -line_cap) :], ""
    resume = ask.one("resumeKey")
    if resume:
        # Clients send it as they got it, or encode it once more.
        key, _, stamp = unquote_plus(resume).removesuffix("!").rpartition(" ")
        if not key:
            raise _BadQuestion("resumeKey")
        rows = [row for row in rows if (row[0], row[1]) >= (key, stamp)]
    limit = min(limit, line_cap)
    rest = rows[limit:]
    return rows[:limit], quote_plus(f"{rest[0][0]} {rest[0][1]}!") if rest else ""


def _listing(ask: Ask, rows: Iterable[tuple[str, ...]], resume: str) -> Response:
    names = ask.one("fl").split(",") if ask.one("fl") else list(_FIELDS)
    if not set(names) <= set(_FIELDS):
        raise _BadQuestion("fl")
    lines = [[row[_FIELDS.index(name)] for name in names] for row in rows]
    tail = [[], [resume]] if resume and ask.one("showResumeKey") == "true" else []
    if ask.one("output") == "json":
        table = [names, *lines, *tail] if lines else []
        text = "[" + ",\n".join(json.dumps(line) for line in table) + "]\n"
        return typed(text.encode(), "application/json")
    return as_text("".join(f"{' '.join(line)}\n" for line in [*lines, *tail]))


# --- replay ----------------------------------------------------------------------------------


def _nearest(world: World, url: str, stamp: str) -> Capture | None:
    """The capture of an address that is nearest in time; revisits stand for what they repeat."""
    key = urlkey(unquote(url) if "://" not in url else url)
    there = [c for c in captures(world) if c.key == key and c.at <= world.now]
    moment = _moment(stamp)
    return min(there, key=lambda c: abs(c.at - moment)) if there else None


def _moment(stamp: str) -> datetime:
    """Of the first 1 to 14 digits of a time; what is missing is the earliest possible."""
    full = stamp + "00000101000000"[len(stamp) :]
    try:
        return datetime.strptime(full, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return datetime(1996, 1, 1, tzinfo=UTC)


def _replay(stamp: str, mode: str, url: str, world: World) -> Response:
    capture = _nearest(world, url, stamp)
    if capture is None:
        return as_html(
            "<html><title>The Wayback Machine has not archived that URL.</title></html>", 404
        )
    there = f"http://wayback.localhost:{world.port}/web"
    if capture.stamp != stamp:
        location = f"{there}/{capture.stamp}{mode}/{capture.url}"
        return Response(status_code=302, headers={"location": location})
    headers = {f"x-archive-orig-{name}": value for name, value in capture.headers.items()}
    headers["memento-datetime"] = rfc822(capture.at)
    headers["link"] = (
        f'<{capture.url}>; rel="original", <{there}/timemap/link/{capture.url}>; rel="timemap"; '
        f'type="application/link-format", <{there}/{capture.url}>; rel="timegate"'
    )
    if "location" in capture.headers:
        headers["location"] = f"{there}/{capture.stamp}{mode}/{capture.headers['location']}"
    body = capture.body
    if mode != "id_":
        body = body.replace(b"<body>", b"<body><div id=wm-ipp-base>Wayback Machine</div>")
    if capture.squeezed:
        headers |= {"content-encoding": "", "x-archive-orig-content-encoding": "gzip"}
        body = gzip.compress(body, mtime=0)
    return typed(body, capture.headers["content-type"], capture.replayed, headers)


def _available(ask: Ask, world: World) -> Response:
    url = ask.one("url")
    stamp = ask.one("timestamp") or f"{world.now:%Y%m%d%H%M%S}"
    capture = _nearest(world, url, stamp)
    found = {}
    if capture is not None and capture.replayed == 200:
        home = f"http://wayback.localhost:{world.port}/web"
        found["closest"] = {
            "available": True,
            "url": f"{home}/{capture.stamp}/{capture.url}",
            "timestamp": capture.stamp,
            "status": str(capture.replayed),
        }
    return as_json({"url": url, "archived_snapshots": found})
