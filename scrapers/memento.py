"""A page as the Wayback Machine captured it: replayed raw, and checked to be what was asked for.

A page that asked for money when it was captured stays the teaser it was: no replay gets round that.
"""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from framewatch.story import Link, Outcome, Page, Rejected, Source
from scrapers.card import Card, base
from scrapers.sniff import HEAD, misfit
from scrapers.web import PAGE, Question, Reply, Web, outcome_of_status

# Of a capture that cannot be played the nearest one is given: as far off as EDGI's client allows.
TOLERANCE = timedelta(hours=24)
PAUSE = 60.0  # seconds: the least after a 429, which comes without Retry-After
SPACING = 1.0  # seconds; the Archive lets a client ask eight times as often
# What is still packed is unpacked here, and only then looked at.
_PACKED_OR_NOT = replace(PAGE, binary=("application/gzip",))
_CLOSED = ("AdministrativeAccessControlException", "RobotAccessControlException")
_ORIGINAL = re.compile(r"<([^<>]+)>\s*;[^,<]*\brel=\"?original\b")
_ORIG = "x-archive-orig-"
_OF_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})


def replay(source: Source, card: Card, link: Link, web: Web) -> Page | Rejected:
    """The capture that a link names, under its original address, as its host sent it."""
    address = link.address or link.url
    if verdict := web.forbidden(address):
        return verdict
    if link.seen_at is None:
        return Rejected(url=address, outcome=Outcome.GONE, detail="no capture is named")
    stamp = link.seen_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    question = Question(
        url=f"{base(card, source)}/web/{stamp}id_/{address}",
        source=source.name,
        spacing=SPACING,
        # Asked to compress, the Archive declares an empty encoding beside the real one for pages
        # that came compressed, and nothing can undo that (the SOURCES reference, section 9.2).
        headers={"Accept-Encoding": "identity"},
        expect=_PACKED_OR_NOT,
    )
    reply = web.ask(question)
    if isinstance(reply, Rejected):
        return replace(reply, url=address)
    fault = _fault(reply, link.seen_at)
    if fault is not None:
        return replace(fault, url=address)
    page = _page(reply, address)
    if isinstance(page, Page) and page.final_url != address:
        return web.forbidden(page.final_url) or page
    return page


def closed(reply: Reply) -> str:
    """The Archive's word for a site it may not show, in whatever dress; empty if there is none."""
    said = reply.body[:65_536].decode("utf-8", "replace")
    said += reply.headers.get("x-archive-wayback-runtime-error", "")
    return next((name for name in _CLOSED if name in said), "")


def _fault(reply: Reply, wanted: datetime) -> Rejected | None:
    """Why a reply is not the capture that was asked for. Only captures say when they were made."""
    captured = _captured_at(reply)
    if captured is None:
        return _of_the_archive(reply)
    if reply.status != 200:
        return _rejected(Outcome.GONE, f"archived as an error page, status {reply.status}")
    if abs(captured - wanted) > TOLERANCE:
        return _rejected(Outcome.GONE, f"the nearest capture is of {captured:%Y-%m-%d}")
    return None


def _of_the_archive(reply: Reply) -> Rejected:
    """What the Archive itself says, where it does not replay a capture."""
    if word := closed(reply):
        return _rejected(Outcome.DISALLOWED, f"the archive keeps it closed: {word}")
    if reply.status == 200:
        return _rejected(Outcome.UNAVAILABLE, "a page of the archive's own", PAUSE)
    outcome = outcome_of_status(reply.status)
    if outcome is not Outcome.UNAVAILABLE:
        return _rejected(outcome, f"no capture: status {reply.status}")
    return _rejected(outcome, f"status {reply.status}", max(PAUSE, reply.retry_after or 0.0))


def _page(reply: Reply, address: str) -> Page | Rejected:
    body, headers = _unpacked(reply.body), _headers(reply)
    if isinstance(body, Rejected):
        return replace(body, url=address)
    if found := misfit(body[:HEAD], headers.get("content-type", ""), PAGE):
        return Rejected(url=address, outcome=Outcome.WRONG_TYPE, detail=found)
    return Page(
        url=address,
        final_url=_original(reply) or address,
        status=reply.status,
        headers=headers,
        body=body,
        fetched_at=reply.at,
        captured_at=_captured_at(reply),
        via="wayback",
    )


def _unpacked(body: bytes) -> bytes | Rejected:
    """The body without the compression that the Archive's headers sometimes hide."""
    if body[:2] != b"\x1f\x8b":
        return body
    engine = zlib.decompressobj(wbits=31)
    try:
        plain = engine.decompress(body, PAGE.limit)
    except zlib.error:
        return _rejected(Outcome.BROKEN, "its compression is broken")
    if engine.eof:
        return plain
    if len(plain) < PAGE.limit:
        return _rejected(Outcome.BROKEN, "its compression breaks off")
    return _rejected(Outcome.TOO_LARGE, f"more than {PAGE.limit} bytes")


def _headers(reply: Reply) -> dict[str, str]:
    """The host's own headers, as captured; what the Archive adds of its own says nothing of it."""
    kept = {name[len(_ORIG) :]: v for name, v in reply.headers.items() if name.startswith(_ORIG)}
    if "content-type" not in kept and "content-type" in reply.headers:
        kept["content-type"] = reply.headers["content-type"]
    return {name: value for name, value in kept.items() if name not in _OF_TRANSFER}


def _original(reply: Reply) -> str:
    """The address that was captured, where a captured redirect led from the one asked for."""
    found = _ORIGINAL.search(reply.headers.get("link", ""))
    return found[1] if found else ""


def _captured_at(reply: Reply) -> datetime | None:
    try:
        found = parsedate_to_datetime(reply.headers.get("memento-datetime", ""))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _rejected(outcome: Outcome, detail: str, retry_after: float | None = None) -> Rejected:
    return Rejected(url="", outcome=outcome, detail=detail, retry_after=retry_after)
