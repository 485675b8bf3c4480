"""What goes wrong on any host alike: too busy, forbidden, slow, broken off, and packed bombs."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from functools import cache

from starlette.responses import PlainTextResponse, Response, StreamingResponse

MiB = 1 << 20
BOMB = 300 * MiB  # unpacked; some 300 KiB packed
SLOW = 0.4  # seconds
# A throttled GDELT's sentence: the SOURCES reference, section 5.1.
ONE_AT_A_TIME = "Please limit requests to one every 5 seconds or contact desk@gdelt.example.\n"


class HungUpError(Exception):
    """Raised inside an answer, so that the server drops the connection."""


def status_of(kind: str) -> Response | None:
    """The answer that a fault gives in place of any content; None for the other kinds."""
    match kind:
        case "down":
            return PlainTextResponse("Service Unavailable\n", 503, {"retry-after": "1"})
        case "forbidden" | "forbidden_gap":
            return PlainTextResponse("Forbidden\n", 403)
        case "gap":
            return PlainTextResponse("Not Found\n", 404)
        case "throttled":
            return PlainTextResponse(ONE_AT_A_TIME, 429)
        case "throttled_200":
            return PlainTextResponse(ONE_AT_A_TIME, 200)
    return None


def spoiled(kind: str, good: Response) -> Response:
    """A good answer that comes late ("slow") or breaks off half-way ("hangup")."""
    if kind not in ("slow", "hangup"):
        return good
    body = bytes(good.body)

    async def parts() -> AsyncIterator[bytes]:
        if kind == "slow":
            await asyncio.sleep(SLOW)
            yield body
        else:
            yield body[: len(body) // 2]
            raise HungUpError

    headers = dict(good.headers)
    return StreamingResponse(parts(), good.status_code, headers)


@cache
def gz_bomb() -> bytes:
    """BOMB bytes of spaces after the head of a sitemap, as one gzip member."""
    head = b'<?xml version="1.0"?><urlset>'
    packed, check = _spaces(head)
    size = struct.pack("<II", check, (len(head) + BOMB) % (1 << 32))
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + packed + size


@cache
def zip_bomb(name: str) -> bytes:
    """An archive whose one member unpacks to BOMB bytes."""
    packed, check = _spaces(b"")
    member = name.encode("ascii")
    sizes = struct.pack("<IIIHH", check, len(packed), BOMB, len(member), 0)
    common = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes
    local = b"PK\x03\x04" + common + member + packed
    place = struct.pack("<HHHII", 0, 0, 0, 0, 0)
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + place + member
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + b"PK\x05\x06" + end


def _spaces(head: bytes) -> tuple[bytes, int]:
    """A raw deflate stream of head and BOMB spaces, and the checksum of what it unpacks to."""
    engine = zlib.compressobj(9, wbits=-15)
    block = b" " * MiB
    first = engine.compress(head) + engine.flush(zlib.Z_FULL_FLUSH)
    # A full flush forgets what came before: one packed block serves for all.
    again = engine.compress(block) + engine.flush(zlib.Z_FULL_FLUSH)
    check = zlib.crc32(head)
    for _ in range(BOMB // MiB):
        check = zlib.crc32(block, check)
    return first + again * (BOMB // MiB) + engine.flush(zlib.Z_FINISH), check
