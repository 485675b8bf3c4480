"""Packed files from the web: gzip and zip, read within bounds.

A small packed body can unpack to anything, so nothing here unpacks more than it is told to
(the SOURCES reference, section 13.6), and a file that breaks off is an error, never a short file.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

_CHUNK = 64 * 1024
_WBITS_GZIP = 31  # zlib's number for "a gzip header and trailer"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile and zlib raise on files that are not what they say (Python 3.11, found by fuzzing).
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


_MAGIC = b"\x1f\x8b"


class PackedError(ValueError):
    """Not a packed file, a broken one, or one that unpacks to more than is wanted."""


class NotPackedError(PackedError):
    """Not a gzip file at all: it will be none tomorrow."""


class Gunzipped(io.RawIOBase):
    """A gzip file of one or more members, unpacked as it is read; at most `limit` bytes.

    Reading raises PackedError where it is not gzip, breaks off, or holds more.
    """

    def __init__(self, packed: IO[bytes], limit: int) -> None:
        self._packed = packed
        self._left = limit
        self._limit = limit
        self._engine = zlib.decompressobj(_WBITS_GZIP)
        self._waiting = b""
        self._begun = False  # whether the member at hand has a byte yet
        self._members = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._left + 1)
        while piece := self._waiting or self._packed.read(_CHUNK):
            if not self._begun and self._members:
                piece = piece.lstrip(b"\0")  # padding between members, as gzip(1) allows
            self._waiting = b""
            if piece and (found := self._unpacked(piece, wanted)):
                buffer[: len(found)] = found
                return len(found)
        if self._begun or not self._members:
            raise PackedError("the gzip file breaks off")
        return 0

    def _unpacked(self, piece: bytes, wanted: int) -> bytes:
        if not self._members and not self._begun and not piece.startswith(_MAGIC[: len(piece)]):
            raise NotPackedError("not gzip")
        self._begun = True
        try:
            found = self._engine.decompress(piece, wanted)
        except zlib.error as error:
            raise PackedError(f"not gzip, or broken: {error}") from None
        self._waiting = self._engine.unconsumed_tail
        if self._engine.eof:
            self._waiting = self._engine.unused_data
            self._engine = zlib.decompressobj(_WBITS_GZIP)
            self._begun, self._members = False, self._members + 1
        self._left -= len(found)
        if self._left < 0:
            raise PackedError(f"unpacks to more than {self._limit} bytes")
        return found


def gunzipped(body: bytes, limit: int) -> bytes:
    """The content of a gzip file; PackedError where there is none, or more than limit bytes."""
    return io.BufferedReader(Gunzipped(io.BytesIO(body), limit), _CHUNK).read()


def gunzip_lines(body: bytes, limit: int, longest: int) -> Iterator[bytes]:
    """The lines of a gzip file, as `lines` gives them; PackedError as soon as one is broken."""
    return lines(io.BufferedReader(Gunzipped(io.BytesIO(body), limit), _CHUNK), longest)


def unzip_lines(body: bytes, name: str, limit: int, longest: int) -> Iterator[bytes]:
    """The lines of the only member of a zip file, as `lines` gives them.

    PackedError unless it is one member of that name, plain or deflated, whose declared size is
    within limit; and as soon as the content is broken, longer than declared, or not its checksum's.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        members = archive.infolist()
    except _ZIP_FAULTS as error:
        raise PackedError(f"not a zip file: {error}") from None
    if len(members) != 1 or members[0].filename != name:
        raise PackedError(f"holds {len(members)} files, wanted only {name}")
    (member,) = members
    if member.file_size > limit:
        raise PackedError(f"says it unpacks to {member.file_size} bytes, more than {limit}")
    if member.compress_type not in _METHODS:
        raise PackedError(f"packed with method {member.compress_type}")
    try:
        # zipfile stops at the declared size and then compares the checksum.
        with archive.open(member) as file:
            yield from lines(file, longest)
    except _ZIP_FAULTS as error:
        raise PackedError(f"broken zip file: {error}") from None


def lines(file: IO[bytes], longest: int) -> Iterator[bytes]:
    """Its lines without their ends; of one longer than `longest` bytes an empty line is left."""
    while line := file.readline(longest + 1):
        if len(line) > longest and not line.endswith(b"\n"):
            while (rest := file.readline(longest)) and not rest.endswith(b"\n"):
                pass
            line = b""
        yield line.rstrip(b"\r\n")
