"""Which addresses may be fetched: the whole decision, before a name is resolved and after.

Addresses come from feeds and pages, so an attacker writes them. The deny table and the order of
the checks are those of the SOURCES reference, section 13; RFC 6890 and IANA's special-purpose
registries are behind it.
"""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

import requests

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_LENGTH = 4096  # characters of an address, as scrapers.urls takes them
MAX_HOST = 180  # characters: DNS allows 253, the store's keys hold 200 with scheme and port
# A last label like these is an IPv4 address to inet_aton: 127.1, 0177.0.0.1, 0x7f.1, 2130706433.
_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)

# Python's own flags miss some of these (3.11: is_global is True for NAT64 and 6to4 of 10.0.0.1,
# 224.0.0.1 and fec0::1), so the table says what is refused and the flags only add to it.
DENIED = tuple(
    map(
        ipaddress.ip_network,
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
        "224.0.0.0/3 168.63.129.16/32 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 "
        "2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 "
        "ff00::/8".split(),
    )
)


def unsafe(url: str, *, allow_loopback: bool = False) -> str:
    """What is wrong with an address before any name is resolved; empty if nothing. Never raises.

    allow_loopback (tests only) lets any port be named, since test servers have odd ones.
    """
    if len(url) > MAX_LENGTH:
        return f"an address of {len(url)} characters"
    if "\\" in url or any(ord(c) < 33 or 127 <= ord(c) < 160 for c in url):
        return "backslash, space or control character in the address"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https"):
        return "only http and https are fetched"
    if not parts.hostname:
        return "no host"
    if "@" in parts.netloc:
        return "an address with a user name in it is not fetched"
    if port not in (None, 80, 443) and not allow_loopback:
        return f"port {port} is not fetched"
    return _unsafe_host(parts.hostname, url, allow_loopback)


def _unsafe_host(host: str, url: str, allow_loopback: bool) -> str:
    if len(host) > MAX_HOST:
        return f"a host name of {len(host)} characters"
    if ":" not in host and not all(0 < len(part) < 64 for part in host.rstrip(".").split(".")):
        return "a host name with an empty or overlong label"
    if "%" in host:
        return "a host name with % in it (an IPv6 zone, or an escape)"
    try:
        requested = requested_host(url)
    except (requests.RequestException, ValueError) as error:
        return f"not an address that can be requested: {type(error).__name__}"
    # Two parsers that see two hosts are how a check is led past the host that is asked.
    if host.isascii() and requested != host:
        return f"read as host {host!r} by one parser and {requested!r} by another"
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return "an IPv4 address in another spelling" if _NUMERIC.fullmatch(requested) else ""
    return unsafe_ip(literal, allow_loopback=allow_loopback)


def requested_host(url: str) -> str:
    """The host name that requests would connect to: lower case, in IDNA, without brackets."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return (urlsplit(prepared.url or "").hostname or "").lower()


def unsafe_ip(ip: Address, *, allow_loopback: bool = False) -> str:
    """Why an address is not connected to; empty if it is a public one.

    An IPv4-mapped address is judged as the IPv4 address it is; NAT64, 6to4 and Teredo are refused
    whatever they hold. allow_loopback opens 127.0.0.0/8 and ::1 alone.
    """
    inner = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    plain = inner or ip
    if allow_loopback and plain.is_loopback:
        return ""
    if network := next((n for n in DENIED if plain.version == n.version and plain in n), None):
        return f"{ip} is in {network}"
    if not plain.is_global or plain.is_multicast or plain.is_reserved or plain.is_link_local:
        return f"{ip} is not a public address"
    return ""


def unsafe_answer(addresses: list[str], *, allow_loopback: bool = False) -> str:
    """Why a name with these addresses is not connected to: one bad address spoils them all."""
    if not addresses:
        return "resolves to no address"
    for text in addresses:
        try:
            ip = ipaddress.ip_address(text)
        except ValueError:
            return f"resolves to {text[:60]!r}, no address"
        if fault := unsafe_ip(ip, allow_loopback=allow_loopback):
            return fault
    return ""


def is_local_name(host: str) -> bool:
    """Whether a name is reserved for the loopback (RFC 6761 6.3): no resolver need know it."""
    return host == "localhost" or host.endswith(".localhost")


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, as the operating system gives them. Raises OSError."""
    if is_local_name(host):
        return ["127.0.0.1"]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that the idna codec refuses
        raise OSError(f"{host[:60]!r} is no name that can be resolved") from error
    return [str(item[4][0]) for item in found]
