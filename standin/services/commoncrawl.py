"""Common Crawl: the list of its parts, their index, and the files, all on one host.

From the SOURCES reference, section 10. Kinds of fault:

    down        503
    slow_down   500 with the text of a storage error
    throttled   429
    cut         the first two thirds of a file, as if it were all
    hangup      the connection breaks off half-way

One file of the news crawl a month, on its fifth day, is none; some records are truncated and say
so; some are of pages that were not found. A month is listed once it has a file.
"""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from standin.script import Fault, Script, target
from standin.services.asking import Ask, as_html, as_json, as_text, asked, typed
from standin.services.crawls import Row, main, months, news, span
from standin.services.urlkeys import meant
from standin.trouble import spoiled
from standin.world import World

NAME = "commoncrawl"
page_lines = 5  # lines a page of the index; the real one's are thousands
_INDEX = re.compile(r"/(CC-MAIN-\d{4}-\d\d)-index")
_PATHS = re.compile(r"/crawl-data/CC-NEWS/(\d{4})/(\d\d)/warc\.paths\.gz")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_SLOW_DOWN = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>'
    "<Message>Please reduce your request rate.</Message></Error>"
)
_NO_FILE = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code>'
    "<Message>The specified key does not exist.</Message></Error>"
)

FAULTS = (
    Fault(service=NAME, kind="down", match="CC-MAIN-2025-08-index"),
    Fault(service=NAME, kind="slow_down", match="courier.localhost"),
    Fault(service=NAME, kind="down", match="segments"),
    Fault(service=NAME, kind="throttled", match="CC-NEWS-20250203"),
    Fault(service=NAME, kind="cut", match="CC-NEWS-20250210"),
    Fault(service=NAME, kind="hangup", match="CC-NEWS-20250217"),
)


def respond(request: Request, world: World, script: Script) -> Response:
    fault = script.fault(NAME, target(request))
    return spoiled(fault, answer(asked(request), world, fault))


def answer(ask: Ask, world: World, fault: str = "") -> Response:
    if fault == "down":
        return as_html("<html><title>503 Service Unavailable</title></html>", 503)
    if fault == "slow_down":
        return typed(_SLOW_DOWN.encode(), "application/xml", 500)
    if fault == "throttled":
        return as_text("Too Many Requests\n", 429)
    if ask.path == "/collinfo.json":
        return _parts(world)
    if index := _INDEX.fullmatch(ask.path):
        try:
            return _index(ask, world, index[1])
        except ValueError as error:
            return as_json({"message": f"Bad request: {error}"}, 400)
    if paths := _PATHS.fullmatch(ask.path):
        return _paths(world, int(paths[1]), int(paths[2]))
    return _file(ask, world, cut=fault == "cut")


def _missing() -> Response:
    return typed(_NO_FILE.encode(), "application/xml", 404)


# --- the index -------------------------------------------------------------------------------


def _parts(world: World) -> Response:
    """Newest first, as the real list."""
    home = f"http://commoncrawl.localhost:{world.port}"
    parts = []
    for name, rows in main(world)[0].items():
        first, last = span(rows[0].at)
        if first <= world.now:
            parts.append(
                {
                    "id": name,
                    "name": f"{last:%B %Y} Index",
                    "timegate": f"{home}/{name}/",
                    "cdx-api": f"{home}/{name}-index",
                    "from": f"{first:%Y-%m-%dT%H:%M:%S}",
                    "to": f"{last:%Y-%m-%dT%H:%M:%S}",
                }
            )
    return as_json(sorted(parts, key=lambda part: part["from"], reverse=True))


def _index(ask: Ask, world: World, part: str) -> Response:
    index, _ = main(world)
    if part not in index:
        return as_json({"message": f"Collection {part} not found"}, 404)
    url = ask.one("url")
    if not url:
        return as_json({"message": "The 'url' param is required"}, 400)
    rows = _rows(ask, world, index[part], meant(url, ask.one("matchType")))
    size = ask.number("pageSize", 1) * page_lines
    pages = -(-len(rows) // size)
    if ask.one("showNumPages") == "true":
        return as_json({"pages": pages, "pageSize": ask.number("pageSize", 1), "blocks": len(rows)})
    if not rows:
        return as_json({"message": f"No Captures found for: {url}"}, 404)
    page = ask.number("page", 0)
    if not 0 <= page < pages:
        text = f"Page {page} invalid: First Page is 0, Last Page is {pages - 1}"
        return as_json({"message": text}, 400)
    rows = rows[page * size : (page + 1) * size] if ask.one("page") or pages > 1 else rows
    if ask.one("limit"):
        rows = rows[: ask.number("limit", 0)]
    lines = "".join(f"{_line(ask, row)}\n" for row in rows)
    return typed(lines.encode(), "text/x-ndjson" if ask.one("output") == "json" else "text/plain")


def _rows(ask: Ask, world: World, rows: list[Row], is_meant: Callable[[str], bool]) -> list[Row]:
    start, end = ask.one("from").ljust(14, "0"), ask.one("to").ljust(14, "9")
    rows = [
        row
        for row in rows
        if is_meant(row.key) and start <= row.stamp <= end and row.at <= world.now
    ]
    for text in ask.all("filter"):
        keeps = _condition(text)
        rows = [row for row in rows if keeps(row)]
    return rows


def _condition(text: str) -> Callable[[Row], bool]:
    """`[!][=|~]field:value`: the value itself, an expression, or else a part of it."""
    wanted = not text.startswith("!")
    kind, rest = "", text.removeprefix("!")
    if rest[:1] in "=~":
        kind, rest = rest[:1], rest[1:]
    name, _, value = rest.partition(":")

    def keeps(row: Row) -> bool:
        held = _fields(row)[name]
        if kind == "~":
            return bool(re.fullmatch(value, held)) is wanted
        return (held == value if kind else value in held) is wanted

    if name not in _FIELDS:
        raise ValueError(f"filter: {text}")
    return keeps


_FIELDS = (
    "urlkey timestamp url mime mime-detected status digest length offset filename "
    "languages encoding"
).split()


def _fields(row: Row) -> dict[str, str]:
    """Strings all of them, numbers too."""
    values = (
        row.key, row.stamp, row.url, row.mime, row.mime, row.status, row.digest, str(row.length),
        str(row.offset), row.filename, row.language, "UTF-8",
    )  # fmt: skip
    return dict(zip(_FIELDS, values, strict=True))


def _line(ask: Ask, row: Row) -> str:
    data: dict[str, Any] = _fields(row)
    wanted = ask.one("fl") or ask.one("fields")
    if wanted:
        data = {name: data[name] for name in wanted.split(",") if name in data}
    if ask.one("output") == "json":
        return json.dumps(data)
    key, stamp = data.pop("urlkey", ""), data.pop("timestamp", "")
    return f"{key} {stamp} {json.dumps(data)}".strip()


# --- the files -------------------------------------------------------------------------------


def _paths(world: World, year: int, month: int) -> Response:
    files = months(world).get((year, month))
    if not files:
        return _missing()
    text = "".join(f"{file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return typed(gzip.compress(text.encode(), mtime=0), "application/x-gzip")


def _file(ask: Ask, world: World, *, cut: bool) -> Response:
    path = unquote(ask.path).lstrip("/")
    file = news(world).get(path) or main(world)[1].get(path)
    if file is None or file.ready > world.now:
        return _missing()
    body = file.body[: len(file.body) * 2 // 3] if cut else file.body
    headers = {"accept-ranges": "bytes"}
    wanted = _RANGE.fullmatch(ask.headers.get("range", ""))
    if wanted is None:
        return typed(body, "application/octet-stream", 200, headers)
    first, last = int(wanted[1]), int(wanted[2] or len(body) - 1)
    if first >= len(body) or last < first:
        headers["content-range"] = f"bytes */{len(body)}"
        return typed(b"", "application/xml", 416, headers)
    part = body[first : last + 1]
    headers["content-range"] = f"bytes {first}-{first + len(part) - 1}/{len(body)}"
    return typed(part, "application/octet-stream", 206, headers)
