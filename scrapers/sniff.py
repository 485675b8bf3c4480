"""What the first bytes of an answer are, whatever its header calls them.

Signatures and the rule for binary data are those of the WHATWG MIME Sniffing standard (sections
5.1, 6 and 7.1), as far as a page, a feed or a sitemap could be confused with them.
"""

import re

from scrapers.web import Expect

HEAD = 512  # bytes looked at

_MARKS = (
    (b"%PDF-", "application/pdf"),
    (b"%!PS", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!", "application/vnd.rar"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp, audio or video"),
    (b"BM", "image/bmp"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"wOF", "font/woff"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x00asm", "application/wasm"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "a database"),
    (b"#!", "a script"),
)
# Letters may begin a text as well: these count only with a binary byte behind them.
_WORDS = frozenset((b"BM", b"MZ", b"ID3", b"RIFF", b"OggS", b"wOF", b"BZh", b"GIF8", b"Rar!"))
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_BOMS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|!--|(?:html|head|script|iframe|h1|div|font|table|"
    rb"a|style|title|b|body|br|p|meta|link|article|main|section)[\s>/])",
    re.IGNORECASE,
)


def sniff(head: bytes) -> str:
    """The type of a body by its first bytes: a media type or words, "text/html", or "" for text."""
    if head.startswith(_BOMS):
        text = head[3:] if head.startswith(_BOMS[0]) else head[2:].replace(b"\x00", b"")
        return "text/html" if _HTML.match(text) else ""
    binary = _BINARY.search(head[:HEAD]) is not None
    for mark, kind in _MARKS:
        if head.startswith(mark) and (binary or mark not in _WORDS):
            return kind
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if _utf16(head):
        return "text/html" if _HTML.match(head.replace(b"\x00", b"")) else ""
    if binary:
        return "binary data"
    return "text/html" if _HTML.match(head) else ""


def _utf16(head: bytes) -> bool:
    """Whether it starts with markup in UTF-16 without a byte order mark."""
    return head[:4] in (b"<\x00!\x00", b"\x00<\x00!", b"<\x00h\x00", b"\x00<\x00h", b"<\x00?\x00")


def misfit(head: bytes, content_type: str, expect: Expect) -> str:
    """What a body is instead of what was wanted; empty if it fits.

    Where no type is declared, a page must look like HTML, and anything else like text.
    """
    if not expect.types:
        return ""
    found = sniff(head)
    if found in ("", "text/html"):
        no_page = not found and not content_type.strip() and "text/html" in expect.types
        return "no content type, and it does not look like HTML" if no_page and head else ""
    return "" if found in expect.binary else f"{found}, whatever its header says"


_BEFORE_ROOT = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_SCANNED = 1 << 16


def declares_doctype(body: bytes) -> bool:
    """Whether an XML document declares a document type, and with it perhaps entities.

    Only there can entities be defined. No feed or sitemap format of today needs one, so that even
    a harmless declaration is refused. A prologue of more than 64 KiB counts as one too.
    """
    text = body[: 4 * _SCANNED].replace(b"\x00", b"")[:_SCANNED]  # UTF-16 and UTF-32 as well
    at = next((len(bom) for bom in _BOMS if text.startswith(bom)), 0)
    while found := _BEFORE_ROOT.match(text, at):
        at = found.end()
    rest = text[at : at + 9].upper()
    unfinished = at + 9 >= _SCANNED or rest.startswith((b"<!--", b"<?"))
    return rest.startswith((b"<!DOCTYPE", b"<!ENTITY")) or unfinished
