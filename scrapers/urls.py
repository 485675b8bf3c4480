"""Addresses: one canonical spelling per article, and which declared spelling to believe.

Hosts are never exchanged: `m.`, `amp.` or a missing `www.` is another host until the page says so.
"""

import ipaddress
import re
from functools import lru_cache
from posixpath import basename
from urllib.parse import SplitResult, parse_qs, unquote_plus, urlsplit, urlunsplit

import idna
from tldextract import TLDExtract
from w3lib.url import canonicalize_url

# Names of campaign and click parameters, after courlan's and Media Cloud's lists.
_TRACKER_PREFIXES = ("utm_", "ga_", "mc_", "mtm_", "pk_", "itm_", "hsa_", "at_", "__twitter_")
_TRACKERS = frozenset(
    "fbclid gclid dclid msclkid yclid igshid igsh wbraid gbraid gclsrc smid smtyp cmp cmpid xtor "
    "s_cid ocid ref_src ref_url _hsenc _hsmi mkt_tok spm soc_src soc_trk guccounter".split()
)
# These may as well name the article, so they go only where the path already names one.
_DOUBTFUL_TRACKERS = frozenset(("cid", "ncid", "ref"))
_AMP_PARAMETERS = frozenset(("amp", "outputtype=amp", "amp=1", "amp=true"))
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jsp|cgi|cfm|do|pl)$", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 4096
_MAX_ROUNDS = 12  # wrapped addresses unwrap in two or three; a longer chain is hostile


def canonicalize(url: str) -> str:
    """The one spelling under which an address is kept. Idempotent.

    Syntax is w3lib's; then userinfo, default port, fragment, doubled slashes and tracking
    parameters are dropped, AMP paths and the redirect wrappers of Bing, Facebook and Google undone.
    Raises ValueError, saying why, for what is no http(s) address.
    """
    current = _cleaned(url)
    for _ in range(_MAX_ROUNDS):
        simpler = _cleaned(_simplified(current))  # escapes may have made it too long
        if simpler == current:
            return current
        current = simpler
    raise ValueError(f"address does not settle, is it wrapped in itself? {url[:200]!r}")


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """`news.herald.com.au` → `herald.com.au`, by the public suffix list shipped with tldextract.

    An IP address, or a name that is itself a suffix, is returned as it is; under a top-level
    domain the list does not know (`.example`), the last two labels.
    """
    host = host.lower().strip(".")
    if _is_ip(host):
        return host
    found = _suffixes()(host)
    if found.suffix:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])


def plausible_canonical(page_url: str, declared: str) -> bool:
    """Whether the address a page declares as its own can be that of the same article.

    False for another registrable domain, the site's root and a section the page lies in.
    Both absolute; never raises.
    """
    try:
        page, other = urlsplit(canonicalize(page_url)), urlsplit(canonicalize(declared))
    except ValueError:
        return False
    if registrable_domain(page.hostname or "") != registrable_domain(other.hostname or ""):
        return False
    here, there = page.path.rstrip("/"), other.path.rstrip("/")
    if not there:
        return not here and other.query == page.query
    return not here.startswith(there + "/") or _names_article(there)


def named_elsewhere(page_url: str, declared: str) -> str:
    """The canonical spelling of a declared address on another registrable domain, else "".

    A page that names another publisher's article as its canonical one was taken over from there.
    Sites' roots name no article. Never raises.
    """
    try:
        page, other = canonicalize(page_url), canonicalize(declared)
    except ValueError:
        return ""
    here, there = urlsplit(page), urlsplit(other)
    same = registrable_domain(here.hostname or "") == registrable_domain(there.hostname or "")
    return "" if same or (not there.path.strip("/") and not there.query) else other


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def _cleaned(url: str) -> str:
    if len(url) > _MAX_LENGTH:
        raise ValueError(f"address of {len(url)} characters, more than {_MAX_LENGTH}")
    text = re.sub(r"[\t\r\n]", "", url).strip("".join(map(chr, range(0x21))) + "\x7f\u3000\xa0")
    return re.sub(r"^https?:/*(?=https?:/)", "", text, flags=re.IGNORECASE)  # http://https://…


def _simplified(url: str) -> str:
    parts = _unwrapped(_checked(url))
    parts = _checked(parts) if isinstance(parts, str) else parts
    path = re.sub(r"(?<!:)/{2,}", "/", parts.path) or "/"
    parts = parts._replace(path=path, fragment="")
    parts = parts._replace(path=_without_amp(parts.path), query=_kept_query(parts))
    try:
        return str(canonicalize_url(urlunsplit(parts)))
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"not a usable address: {url[:200]!r}: {error}") from None


def _checked(url: str) -> SplitResult:
    """The parts, with scheme, host and port validated and userinfo gone."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"not an address: {url[:200]!r}: {error}") from None
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        raise ValueError(f"not an http(s) address: {url[:200]!r}")
    host = _ascii_host(parts.hostname or "", url)
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme.lower()]) else f"{host}:{port}"
    return parts._replace(scheme=parts.scheme.lower(), netloc=netloc)


def _ascii_host(host: str, url: str) -> str:
    if _FORBIDDEN.search(host) or not host.strip("."):
        raise ValueError(f"no usable host name in {url[:200]!r}")
    if ":" in host:
        if not _is_ip(host):
            raise ValueError(f"no usable host name in {url[:200]!r}")
        return f"[{ipaddress.ip_address(host)}]"
    host = host.lower().strip(".")
    try:
        host = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii").strip(".")
    except (idna.IDNAError, UnicodeError):
        raise ValueError(f"host name {host!r} cannot be written in IDNA") from None
    if not _HOST.fullmatch(host) or ".." in host:
        raise ValueError(f"no usable host name in {url[:200]!r}")
    return host


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _unwrapped(parts: SplitResult) -> SplitResult | str:
    """The address inside a redirect wrapper or an AMP cache; the parts if there is none."""
    host, path = parts.netloc, parts.path
    query = parse_qs(parts.query, max_num_fields=100) if parts.query.count("&") < 100 else {}
    name = ""
    if re.fullmatch(r"(?:www\.)?bing\.com", host) and path.lower().endswith("/apiclick.aspx"):
        name = "url"
    elif re.fullmatch(r"lm?\.facebook\.com|(?:www\.)?facebook\.com", host) and path == "/l.php":
        name = "u"
    elif re.fullmatch(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?", host):
        if path == "/url":
            name = "url" if "url" in query else "q"
        elif path.startswith("/amp/"):
            return _from_cache(path.removeprefix("/amp/"), parts)
    elif host.endswith("cdn.ampproject.org") and re.match(r"/[cv]/", path):
        return _from_cache(path[3:], parts)
    inner = (query.get(name) or [""])[0].strip()
    return _cleaned(inner) if re.match(r"https?://", inner, re.IGNORECASE) else parts


def _from_cache(rest: str, parts: SplitResult) -> SplitResult | str:
    scheme = "https" if rest.startswith("s/") else "http"
    rest = rest.removeprefix("s/")
    if "." not in rest.split("/")[0]:
        return parts
    return f"{scheme}://{rest}" + (f"?{parts.query}" if parts.query else "")


def _without_amp(path: str) -> str:
    """A last path segment `amp`, or a first one before a slug, is the AMP twin's mark."""
    twin = re.fullmatch(r"(.*)/amp(/?)", path, re.IGNORECASE)
    if twin and _names_article(twin.group(1)):
        return "".join(twin.groups())
    if path.lower().startswith("/amp/") and _names_article(path.rstrip("/")):
        return path[4:]
    return path


def _names_article(path: str) -> bool:
    """Whether the last segment reads like an article's: several words, or a number with more
    digits than a year has."""
    last = basename(path.rstrip("/"))
    return bool(re.search(r"\d{5}", last)) or len(re.findall(r"[-_]", last)) >= 2


def _kept_query(parts: SplitResult) -> str:
    last = basename(parts.path.rstrip("/"))
    named_by_path = bool(last) and not _SCRIPT.search(last)
    return "&".join(
        pair for pair in parts.query.split("&") if pair and not _tracks(pair, named_by_path)
    )


def _tracks(pair: str, named_by_path: bool) -> bool:
    name = unquote_plus(pair.split("=")[0]).lower()
    if name.startswith(_TRACKER_PREFIXES) or name in _TRACKERS:
        return True
    if pair.lower().rstrip("=") in _AMP_PARAMETERS:
        return True
    return named_by_path and name in _DOUBTFUL_TRACKERS
