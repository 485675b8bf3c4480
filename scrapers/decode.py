"""Bytes to characters, as a browser would: byte order mark, header, meta, then a guess."""

from collections.abc import Mapping

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, html_to_unicode

_SAMPLE = 65_536  # bytes looked at for a guess
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOSTLY = 0.25  # of all letters, mark-up's included; in a Western page under a tenth
_EAST_ASIAN = frozenset(
    ("gb18030", "big5", "big5hkscs", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949")
)
_TOO_MANY_BROKEN = 0.001  # of all characters: the declared encoding is wrong


def decode(body: bytes, headers: Mapping[str, str]) -> str:
    """The page's characters; what cannot be decoded becomes U+FFFD. Never raises.

    headers: names in lower case. Where the header's encoding does not fit the bytes, the page's
    own declaration is tried, then UTF-8, then charset_normalizer on the first 64 KiB. A one-byte
    encoding fits any bytes: it counts only where they are neither UTF-8 nor mostly beyond ASCII.
    """
    named, text = html_to_unicode(headers.get("content-type"), body, auto_detect_fun=_guess)
    if not _broken(text) and not _misnamed(named, body):
        return text
    for encoding in (html_body_declared_encoding(body), "utf-8", _guess(body)):
        if encoding and encoding != named:
            candidate = body.decode(encoding, "replace")
            if not _broken(candidate):
                return candidate
    return text


def _misnamed(encoding: str, body: bytes) -> bool:
    """Whether a Western one-byte encoding is declared for what cannot be in it."""
    if encoding not in ("cp1252", "iso8859-1", "latin-1"):
        return False
    beyond = len(body) - len(body.translate(None, _BEYOND_ASCII))
    if not beyond:
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        letters = len(body) - len(body.translate(None, _LETTERS))
        return beyond > _MOSTLY * (beyond + letters) and _guess(body) in _EAST_ASIAN
    return True


def _broken(text: str) -> bool:
    return text.count("\ufffd") > _TOO_MANY_BROKEN * len(text)


def _guess(body: bytes) -> str | None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(body[:_SAMPLE]).best()
        # GB 18030 holds all that GB 2312 and GBK hold, and more.
        names = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030"}
        return names.get(best.encoding, best.encoding) if best else None
    return "utf-8"
