"""Hostile addresses, names, redirects, headers and bodies, each with the outcome it gets.

Every case goes through the live web itself; what a server must do is done by a real one on
loopback that sends the case's bytes as they are.
"""

import gzip
import ipaddress
import socket
import socketserver
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from framewatch.story import Outcome, Page, Rejected
from scrapers.archive import PageArchive
from scrapers.fetch import LiveWeb
from scrapers.guard import unsafe_answer, unsafe_ip
from scrapers.hosts import MemoryBook, Pace
from scrapers.sniff import declares_doctype, sniff
from scrapers.web import FEED, PAGE, SITEMAP, Expect

PUBLIC, PUBLIC_6 = "93.184.216.34", "2606:2800:220:1::1"
NAME = "http://herald.example/"
SMALL = Expect(PAGE.types, 200_000, PAGE.accept)


# --- a server that sends bytes as they are --------------------------------------------------------


class RawServer(socketserver.ThreadingTCPServer):
    """Answers 404 to whatever is not /case, and there sends `script`: bytes, and pauses between."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RawHandler)
        self.script: list[bytes | float] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/case"


class RawHandler(socketserver.StreamRequestHandler):
    server: RawServer

    def handle(self) -> None:
        with suppress(OSError):
            path = self.rfile.readline().split()[1].decode()
            while self.rfile.readline().strip():
                pass
            self.server.asked.append(path)
            missing: list[bytes | float] = [b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"]
            for part in self.server.script if path == "/case" else missing:
                if isinstance(part, bytes):
                    self.wfile.write(part)
                    self.wfile.flush()
                else:
                    time.sleep(part)


@pytest.fixture
def raw() -> Iterator[RawServer]:
    with RawServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Callable[[bool], LiveWeb]]:
    archive = PageArchive(tmp_path / "archive", tmp_path)

    def make(allow_loopback: bool) -> LiveWeb:
        pace = Pace(MemoryBook(), 0.0, jitter=lambda: 0.0)
        return LiveWeb(archive, pace, contact="", allow_loopback=allow_loopback)

    yield make
    archive.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Names and the answers a resolver gives for them, one after the other; the last one stays."""
    answers: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: object, *args: object, **kwargs: object) -> list[object]:
        try:
            ipaddress.ip_address(host)
            return real(host, port, *args, **kwargs)  # type: ignore[arg-type, return-value]
        except ValueError:
            pass
        given = answers.get(host) or [[]]
        addresses = given.pop(0) if len(given) > 1 else given[0]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port or 80),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


# --- the table ------------------------------------------------------------------------------------

UNSAFE, WRONG, BROKEN = Outcome.UNSAFE, Outcome.WRONG_TYPE, Outcome.BROKEN
LATER, LARGE, ERROR = Outcome.UNAVAILABLE, Outcome.TOO_LARGE, Outcome.HTTP_ERROR

ADDRESSES = {
    "another scheme": "ftp://herald.example/a",
    "a file": "file:///etc/passwd",
    "a script": "javascript:alert(1)",
    "data": "data:text/html,<p>x",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "no host": "http:///nohost",
    "nothing": "",
    "user and password": "http://user:secret@herald.example/",
    "user": "http://herald.example@evil.example/",
    "empty user": "http://@herald.example/",
    "the port of ssh": "http://herald.example:22/",
    "another port": "http://herald.example:8080/",
    "port nought": "http://herald.example:0/",
    "no such port": "http://herald.example:99999/",
    "a port in words": "http://herald.example:http/",
    "backslash": "http://herald.example\\@evil.example/",
    "backslash in the path": "http://herald.example/a\\b",
    "space": "http://herald.example/a b",
    "nul": "http://herald.example/\x00",
    "a second request": "http://herald.example/a\r\nHost: evil.example",
    "tab in the scheme": "ht\ttp://herald.example/",
    "control character of Latin-1": "http://herald.example/\x85",
    "half a bracket": "http://[::1",
    "no address in brackets": "http://[herald.example]/",
    "an IPv6 zone": "http://[fe80::1%25eth0]/",
    "an escape in the host": "http://127%2e0.0.1/",
    "a full-width slash": "http://herald.example／@evil.example/",
    "very long": "http://herald.example/" + "a" * 5000,
    "a long host": "http://" + ".".join(["abcdefgh"] * 25) + ".example/",
    "a long label": "http://" + "a" * 70 + ".example/",
    "an empty label": "http://herald..example/",
    "127.0.0.1 as a number": "http://2130706433/",
    "127.0.0.1 in hexadecimals": "http://0x7f.0x0.0x0.0x1/",
    "127.0.0.1 in octals": "http://0177.0.0.1/",
    "127.0.0.1 cut short": "http://127.1/",
    "127.0.0.1 in full-width digits": "http://１２７.０.０.１/",
    "127.0.0.1 in circled digits": "http://①②⑦.⓪.⓪.①/",
}

PRIVATE = {
    "this network": "0.0.0.0",
    "private, 10": "10.0.0.1",
    "carrier NAT": "100.64.0.1",
    "loopback": "127.0.0.1",
    "the last loopback": "127.255.255.254",
    "cloud metadata": "169.254.169.254",
    "private, 172": "172.16.0.1",
    "private, 172, the last": "172.31.255.255",
    "metadata of another cloud": "192.0.0.192",
    "documentation": "192.0.2.1",
    "6to4 relay": "192.88.99.1",
    "private, 192": "192.168.1.1",
    "benchmarks": "198.18.0.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "a cloud's wire server": "168.63.129.16",
    "unspecified": "::",
    "IPv6 loopback": "::1",
    "IPv4-compatible": "::127.0.0.1",
    "IPv4-mapped private": "::ffff:10.0.0.1",
    "IPv4-mapped metadata": "::ffff:169.254.169.254",
    "NAT64 of a private one": "64:ff9b::a00:1",
    "local NAT64": "64:ff9b:1::1",
    "discard": "100::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "ORCHID": "2001:20::1",
    "documentation 6": "2001:db8::1",
    "6to4 of a private one": "2002:a00:1::",
    "documentation 7": "3fff::1",
    "segment routing": "5f00::1",
    "unique local": "fc00::1",
    "IPv6 metadata": "fd00:ec2::254",
    "link-local": "fe80::1",
    "site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
}

ANSWERS = {
    "public, then private": ([PUBLIC, "10.0.0.1"], UNSAFE),
    "private, then public": (["10.0.0.1", PUBLIC], UNSAFE),
    "public IPv4, private IPv6": ([PUBLIC, "fd00::1"], UNSAFE),
    "public IPv6, metadata": ([PUBLIC_6, "169.254.169.254"], UNSAFE),
    "mapped loopback": (["::ffff:127.0.0.1"], UNSAFE),
    "NAT64": ([PUBLIC, "64:ff9b::7f00:1"], UNSAFE),
    "an address with a zone": (["fe80::1%eth0"], UNSAFE),
    "no address": ([], LATER),
}

REDIRECTS = {
    "to a file": ("file:///etc/passwd", UNSAFE),
    "to a script": ("javascript:alert(1)", UNSAFE),
    "to the metadata": ("http://169.254.169.254/latest/meta-data/", UNSAFE),
    "to a private address": ("//10.0.0.1/admin", UNSAFE),
    "to a mapped address": ("http://[::ffff:10.0.0.1]/", UNSAFE),
    "to a private name": ("http://intranet.example/", UNSAFE),
    "with a password": ("http://root:toor@127.0.0.1/", UNSAFE),
    "to half an address": ("http://[::1", UNSAFE),
    "with a backslash": ("\\\\evil.example\\share", UNSAFE),
    "to a number": ("http://2852039166/", UNSAFE),
    "to itself": ("/case", ERROR),
    "to nowhere": ("", ERROR),
}


def response(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


HTML = "Content-Type: text/html"
MANY = b"<p>" + b"0" * 30_000_000
BOMB = gzip.compress(MANY, 9)
LINE = "X-A: " + "a" * 70_000


def bodies() -> Iterator[tuple[str, bytes, Outcome]]:
    """Bodies that are not what their headers say."""
    signatures = {
        "PDF": b"%PDF-1.7\n%\xe2\xe3",
        "zip": b"PK\x03\x04\x14\x00",
        "PNG": b"\x89PNG\r\n\x1a\n\x00",
        "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
        "GIF": b"GIF89a\x01\x00\x01\x00",
        "Windows program": b"MZ\x90\x00\x03",
        "program": b"\x7fELF\x02\x01\x01\x00",
        "gzip file": b"\x1f\x8b\x08\x00\x00",
        "video": b"\x00\x00\x00\x18ftypmp42",
        "shell script": b"#!/bin/sh\nrm -rf /\n",
        "bytes": bytes(range(256)),
        "PDF of three bytes more than is sniffed": b"%PDF-1.4\n" + b" " * 506,
    }
    for name, body in signatures.items():
        yield f"{name} as HTML", response(body, HTML), WRONG
    yield "PDF above the limit", response(b"%PDF-" * 60_000, HTML, length=False), WRONG
    yield "PDF without a type", response(b"%PDF-1.7"), WRONG
    yield "JSON without a type", response(b'{"a": 1}'), WRONG
    yield "PDF said", response(b"<p>x", "Content-Type: application/pdf"), WRONG
    yield "JSON said", response(b"<p>x", "Content-Type: application/json"), WRONG
    yield "gzip bomb", response(BOMB, HTML, "Content-Encoding: gzip"), LARGE
    deflated = zlib.compress(MANY, 9)
    yield "deflate bomb", response(deflated, HTML, "Content-Encoding: deflate"), LARGE
    twice = gzip.compress(BOMB, 9)
    yield "gzip in gzip bomb", response(twice, HTML, "Content-Encoding: gzip, gzip"), LARGE
    thrice = gzip.compress(twice)
    yield "three layers", response(thrice, HTML, "Content-Encoding: gzip, gzip, gzip"), BROKEN
    yield "four headers", response(twice, HTML, *["Content-Encoding: gzip"] * 4), BROKEN
    yield "brotli, not asked for", response(b"\x8b\x02\x80", HTML, "Content-Encoding: br"), BROKEN
    yield "zstd, not asked for", response(b"(\xb5/\xfd", HTML, "Content-Encoding: zstd"), BROKEN
    yield "no encoding at all", response(b"<p>x", HTML, "Content-Encoding: rot13"), BROKEN
    yield "gzip that is none", response(b"<p>plain", HTML, "Content-Encoding: gzip"), BROKEN
    yield (
        "said to be huge",
        response(b"<p>", HTML, "Content-Length: 99999999999", length=False),
        LARGE,
    )
    yield "cut short", response(b"<p>", HTML, "Content-Length: 5000", length=False), LATER
    yield "negative length", response(b"%PDF-", HTML, "Content-Length: -5", length=False), WRONG


def headers() -> Iterator[tuple[str, bytes, Outcome]]:
    """Heads of responses that are no HTTP, or too much of it."""
    yield "no status line", b"hello\r\n\r\n", LATER
    yield "a status in words", b"HTTP/1.1 OK OK\r\n\r\n", LATER
    yield "status 99999", b"HTTP/1.1 99999 X\r\n\r\n", LATER
    yield "nothing", b"", LATER
    yield "a very long line", response(b"<p>", HTML, LINE), LATER
    yield "a thousand headers", response(b"<p>", HTML, *["X: y"] * 1000), LATER
    lengths = ["Content-Length: 3", "Content-Length: 9"]
    yield "two lengths", response(b"<p>", HTML, *lengths, length=False), LATER
    yield "bad chunks", response(b"zz\r\n", HTML, "Transfer-Encoding: chunked", length=False), LATER
    yield "endless refusals", response(b"", status="403 No"), ERROR
    yield "switched protocols", response(b"", "Upgrade: h2c", status="101 Switching"), ERROR
    late = "Retry-After: " + "9" * 400
    yield "a wait for ever", response(b"", late, status="503 Busy"), LATER


def drips() -> Iterator[tuple[str, list[bytes | float]]]:
    """Servers that send a byte now and then; each must end with the deadline."""
    start = response(b"", HTML, length=False)[:-2]
    slowly: list[bytes | float] = [part for _ in range(60) for part in (b"x", 0.05)]
    yield "headers", [start, b"X-A: ", *slowly]
    yield "body", [response(b"", HTML, "Content-Length: 90000", length=False), *slowly]
    yield "body without a length", [response(b"<p>", HTML, length=False), *slowly]
    chunked = response(b"", HTML, "Transfer-Encoding: chunked", length=False)
    yield "chunk size", [chunked, b"1;", *slowly]
    patience: list[bytes | float] = [b"HTTP/1.1 100 Continue\r\n\r\n", 0.05]
    yield "100 Continue", patience * 60
    squeezed = response(b"", HTML, "Content-Encoding: gzip, gzip", length=False)
    member = gzip.compress(b"")
    nothing: list[bytes | float] = [part for _ in range(60) for part in (member, 0.05)]
    yield "empty members of chained gzip", [squeezed, *nothing]
    yield "silence", [3.0]


def rejected(answer: Page | Rejected) -> Rejected:
    assert isinstance(answer, Rejected), answer
    return answer


Script = list[bytes | float]
Case = tuple[str, tuple[str, dict[str, list[list[str]]], Script, Outcome]]


def table() -> list[object]:
    """Every case as (addresses, names, script, outcome)."""
    here = "here"
    shapes: list[Case] = [(k, (url, {}, [], UNSAFE)) for k, url in ADDRESSES.items()]
    literals: list[Case] = [
        (k, (f"http://[{ip}]/" if ":" in ip else f"http://{ip}/", {}, [], UNSAFE))
        for k, ip in PRIVATE.items()
    ]
    named: list[Case] = [
        (f"name: {k}", (NAME, {"herald.example": [given]}, [], outcome))
        for k, (given, outcome) in ANSWERS.items()
    ]
    private = {"intranet.example": [["192.168.0.10"]]}
    moved: list[Case] = [
        (
            f"redirect {k}",
            (here, private, [response(b"", f"Location: {to}", status="302 Found")], outcome),
        )
        for k, (to, outcome) in REDIRECTS.items()
    ]
    sent: list[Case] = [
        (k, (here, {}, [data], outcome)) for k, data, outcome in (*bodies(), *headers())
    ]
    away = response(b"", HTML, "Location: file:///a", status="302 Found", length=False)
    endless: list[bytes | float] = [away, *([b"0" * 65536] * 2000), 3.0]
    sent.append(("redirect with a body without end", (here, {}, endless, UNSAFE)))
    dripped: list[Case] = [(f"dripping {k}", (here, {}, parts, LATER)) for k, parts in drips()]
    cases = [*shapes, *literals, *named, *moved, *sent, *dripped]
    assert len(cases) >= 60
    return [pytest.param(*case, id=name) for name, case in cases]


@pytest.mark.parametrize(("url", "answers", "script", "outcome"), table())
def test_a_hostile_input_gets_its_outcome(
    url: str,
    answers: dict[str, list[list[str]]],
    script: list[bytes | float],
    outcome: Outcome,
    raw: RawServer,
    web: Callable[[bool], LiveWeb],
    names: dict[str, list[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In bounded time, and never with a page or an exception."""
    monkeypatch.setattr("scrapers.fetch.DEADLINE", 0.4)
    names.update(answers)
    raw.script = script
    started = time.monotonic()
    served = url == "here"
    answer = rejected(web(served).get(raw.url if served else url, SMALL))
    assert answer.outcome is outcome, answer
    assert time.monotonic() - started < 20
    assert served or not raw.asked


# --- names that change, and what a test may open --------------------------------------------------


@pytest.mark.parametrize("second", ["127.0.0.1", "168.63.129.16", "fec0::1"])
def test_a_name_that_rebinds_to_a_private_address_is_not_connected_to(
    second: str, raw: RawServer, web: Callable[[bool], LiveWeb], names: dict[str, list[list[str]]]
) -> None:
    """Public when checked, private when asked again: the address connected to is checked too."""
    names["herald.example"] = [[PUBLIC], [second]]
    answer = rejected(web(False).get(NAME))
    assert answer.outcome is Outcome.UNSAFE
    assert raw.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(
    raw: RawServer, web: Callable[[bool], LiveWeb], names: dict[str, list[list[str]]]
) -> None:
    """However the name is answered after that."""
    names["herald.example"] = [[PUBLIC], [PUBLIC], ["127.0.0.1"]]
    with pytest.raises((SocketConnectBlockedError, UserWarning), match=PUBLIC):
        web(False).get(NAME)
    assert raw.asked == []


def test_a_name_on_loopback_is_reached_only_where_a_test_allows_it(
    raw: RawServer, web: Callable[[bool], LiveWeb], names: dict[str, list[list[str]]]
) -> None:
    """The same name and server, with and without the allow-list."""
    names["herald.example"] = [["127.0.0.1"]]
    raw.script = [response(b"<p>hello", HTML)]
    url = raw.url.replace("127.0.0.1", "herald.example")
    assert isinstance(web(True).get(url), Page)
    asked = len(raw.asked)
    assert rejected(web(False).get(NAME)).outcome is Outcome.UNSAFE
    assert len(raw.asked) == asked


@pytest.mark.parametrize("ip", [ip for name, ip in PRIVATE.items() if "loopback" not in name])
def test_allowing_loopback_opens_no_other_range(ip: str) -> None:
    """Neither alone nor beside a loopback address."""
    address = ipaddress.ip_address(ip)
    assert unsafe_ip(address, allow_loopback=True)
    assert unsafe_answer(["127.0.0.1", ip], allow_loopback=True)


@pytest.mark.parametrize("ip", [PUBLIC, "1.1.1.1", "8.8.8.8", PUBLIC_6, f"::ffff:{PUBLIC}"])
def test_a_public_address_is_safe(ip: str) -> None:
    """The guard does not refuse the web."""
    assert unsafe_ip(ipaddress.ip_address(ip)) == ""


# --- what is let through --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "expect"),
    [
        (HTML, b"<p>plain", PAGE),
        (HTML, b"BMW and MZ Motorcycles", PAGE),
        (HTML, "\ufeff<html>x".encode("utf-16-le"), PAGE),
        ("Content-Type: text/html; charset=utf-16le", "<html>x".encode("utf-16-le"), PAGE),
        ("X-No: type", b"\n <!DOCTYPE html><p>x", PAGE),
        ("X-No: type", b"<html lang=en>", PAGE),
        ("Content-Type: text/xml", b"<rss/>", FEED),
        ("X-No: type", b"<rss/>", FEED),
        ("Content-Type: application/gzip", gzip.compress(b"<urlset/>", mtime=0), SITEMAP),
    ],
)
def test_a_decent_body_is_taken(
    kind: str, body: bytes, expect: Expect, raw: RawServer, web: Callable[[bool], LiveWeb]
) -> None:
    """Sniffing refuses no page, feed or packed sitemap."""
    raw.script = [response(body, kind)]
    answer = web(True).get(raw.url, expect)
    assert isinstance(answer, Page), answer
    assert answer.body == body


def test_twice_compressed_is_still_read(raw: RawServer, web: Callable[[bool], LiveWeb]) -> None:
    """Chained encodings are legal, if there are no more than two."""
    body = gzip.compress(zlib.compress(b"<p>hello"))
    raw.script = [response(body, HTML, "Content-Encoding: deflate, gzip")]
    answer = web(True).get(raw.url)
    assert isinstance(answer, Page)
    assert answer.body == b"<p>hello"


@pytest.mark.parametrize(
    ("body", "declares"),
    [
        (b"<rss/>", False),
        (b'<?xml version="1.0"?><!-- a --><rss><![CDATA[<!DOCTYPE html>]]></rss>', False),
        (b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", True),
        (b'<?xml version="1.0"?>\n<!doctype html><rss/>', True),
        (b"<!--" + b"x" * 50_000 + b"--><!DOCTYPE rss><rss/>", True),
        (b"<!--" + b"x" * 500_000 + b"--><!DOCTYPE rss><rss/>", True),
        ("<!DOCTYPE rss><rss/>".encode("utf-16"), True),
        ("<?xml version='1.0'?><!DOCTYPE rss><rss/>".encode("utf-16-be"), True),
        (b"", False),
    ],
)
def test_a_document_type_is_seen_before_the_root(body: bytes, declares: bool) -> None:
    """Only there can entities be declared; in an item's text the words are harmless."""
    assert declares_doctype(body) is declares


def test_any_four_bytes_can_be_sniffed() -> None:
    """The sniffer never raises on short or odd input."""
    for number in range(0, 1 << 32, 98_765_431):
        sniff(struct.pack(">I", number))
    assert sniff(b"") == ""
