"""Addresses: canonical spelling, registrable domains, declared canonicals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.urls import (
    canonicalize,
    named_elsewhere,
    plausible_canonical,
    registrable_domain,
)

A = "https://herald.example/2025/02/04/harbour-bridge-toll/"

CANONICAL = {
    "case": ("HTTPS://Herald.EXAMPLE/2025/02/04/harbour-bridge-toll/", A),
    "white space": (f" \t{A}\n", A),
    "fragment": (f"{A}#comments", A),
    "default port": (A.replace(".example/", ".example:443/"), A),
    "other port": ("http://herald.example:8080/a", "http://herald.example:8080/a"),
    "userinfo": (A.replace("https://", "https://user:pw@"), A),
    "no path": ("https://herald.example", "https://herald.example/"),
    "dot segments": ("https://herald.example/x/../2025/./02/04/harbour-bridge-toll/", A),
    "doubled slashes": ("https://herald.example//2025//02/04/harbour-bridge-toll/", A),
    "doubled scheme": (f"http://{A}", A),
    "percent encoding": (
        "https://h.example/%7eann/a%2fb?q=%e4",
        "https://h.example/~ann/a%2Fb?q=%E4",
    ),
    "trackers": (f"{A}?utm_source=x&fbclid=1&CMP=share&gclid=2&mc_cid=3&xtor=4&s_cid=5", A),
    "ref beside a slug": (f"{A}?ref=home&cid=12", A),
    "ref that names the article": (
        "https://h.example/story.php?cid=12",
        "https://h.example/story.php?cid=12",
    ),
    "identity kept and sorted": ("https://h.example/?p=7&id=3", "https://h.example/?id=3&p=7"),
    "names that only begin alike": (
        "https://h.example/a?reference=1&cidade=2",
        "https://h.example/a?cidade=2&reference=1",
    ),
    "IDNA": ("https://MÜNCHEN.example/a", "https://xn--mnchen-3ya.example/a"),
    "trailing dot": ("https://herald.example./a", "https://herald.example/a"),
    "IPv6": ("http://[2001:DB8::0:1]:80/a", "http://[2001:db8::1]/a"),
    "hosts are not exchanged": ("https://m.herald.example/a", "https://m.herald.example/a"),
    "amp segment": (f"{A}amp/", A),
    "amp segment, no slash": (f"{A}amp", A.rstrip("/")),
    "amp first": (
        "https://herald.example/amp/news/harbour-bridge-toll",
        "https://herald.example/news/harbour-bridge-toll",
    ),
    "amp is a section": ("https://herald.example/music/amp", "https://herald.example/music/amp"),
    "amp parameter": (f"{A}?amp=1", A),
    "amp parameter, bare": (f"{A}?amp", A),
    "output type": (f"{A}?outputType=amp", A),
    "amp cache": ("https://herald-example.cdn.ampproject.org/c/s/" + A[8:], A),
    "google amp": ("https://www.google.com/amp/s/" + A[8:] + "amp/", A),
    "google": (f"https://www.google.com.au/url?sa=t&url={A}&usg=1", A),
    "google, old": (f"https://www.google.com/url?q={A}&sa=U", A),
    "bing": (
        "http://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fherald.example"
        "%2fa%3fid%3d1&c=2",
        "https://herald.example/a?id=1",
    ),
    "facebook": (
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fherald.example%2Fa%3Futm_source%3Dfb&h=z",
        "https://herald.example/a",
    ),
    "wrapped twice": (
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3D"
        "https%253A%252F%252Fherald.example%252Fa",
        "https://herald.example/a",
    ),
    "archive": (
        "https://archive.example/web/2025/https://herald.example/a",
        "https://archive.example/web/2025/https://herald.example/a",
    ),
}


@pytest.mark.parametrize(("given_url", "wanted"), CANONICAL.values(), ids=CANONICAL.keys())
def test_an_address_has_one_spelling(given_url: str, wanted: str):
    """Every variant comes out as its canonical spelling, and stays there."""
    assert canonicalize(given_url) == wanted
    assert canonicalize(wanted) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "",
        "herald.example/a",
        "ftp://herald.example/a",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "https://",
        "https:///a",
        "//herald.example/a",
        "https://herald.example:99999/",
        "https://herald.example:x/",
        "https://her ald.example/",
        "https://[::1/",
        "https://a..b/",
        "https://herald\\.example/",
        "https://\u2028/",
        "data:text/html,x",
        "https://./",
        "https://h.example/" + "a" * 5000,
    ],
)
def test_what_is_no_web_address_is_refused_with_a_reason(url: str):
    """A ValueError that says what is wrong, never another exception."""
    with pytest.raises(ValueError, match=r"address|host name|http"):
        canonicalize(url)


_part = st.text(st.sampled_from("aZ9-_.~%/?&=#+:@ é汉\u202e;,'\"[]|\\"), max_size=25)
_query = st.lists(
    st.sampled_from(
        ["utm_a=1", "id=2", "ref=x", "amp", "q=%e4", "b=ü", "=", "url=http%3A%2F%2Fa.example"]
    ),
    max_size=4,
).map("&".join)
_url = st.builds(
    lambda s, h, p, q: f"{s}{h}/{p}?{q}",
    st.sampled_from(
        ["http://", "https://", "HTTP://u:p@", "https://www.google.com/amp/s/", " http:"]
    ),
    st.sampled_from(
        ["a.example", "A.EXAMPLE:80", "ü.example", "[::1]", "1.2.3.4", "www.google.com"]
    ),
    _part | st.sampled_from(["amp/", "a-b-c/amp", "amp/a-b-c", "url", "../x//y/", "l.php"]),
    _query | _part,
)


@given(_url | st.text(max_size=40) | _part.map(lambda p: f"https://a.example/{p}"))
def test_canonical_addresses_stay_as_they_are(url: str):
    """canonicalize(canonicalize(u)) == canonicalize(u), and only ValueError is raised."""
    try:
        once = canonicalize(url)
    except ValueError:
        return
    assert canonicalize(once) == once


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.herald.com.au", "herald.com.au"),
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("a.b.herald.example", "herald.example"),
        ("herald.example", "herald.example"),
        ("WWW.Herald.ORG.", "herald.org"),
        ("127.0.0.1", "127.0.0.1"),
        ("com.au", "com.au"),
        ("localhost", "localhost"),
        ("::1", "::1"),
    ],
)
def test_the_registrable_domain_follows_the_public_suffix_list(host: str, domain: str):
    """Country suffixes count as one; unknown top-level domains leave two labels."""
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("declared", "plausible"),
    [
        (A, True),
        (A.replace("herald", "www.herald"), True),
        (f"{A}?utm_source=x", True),
        ("https://herald.example/", False),
        ("https://herald.example/2025/", False),
        ("https://herald.example/news", True),
        ("https://other.example/2025/02/04/x-y-z/", False),
        ("https://herald.example/story/1234567", True),
        ("mailto:x@herald.example", False),
    ],
)
def test_a_declared_canonical_must_be_able_to_be_the_article(declared: str, plausible: bool):
    """Not the root, not a section above the page, not somebody else's site."""
    assert plausible_canonical(A, declared) is plausible


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ("https://other.example/2025/02/04/x-y-z/?utm_source=a", "https://other.example/2025/02/04/x-y-z/"),
        ("https://www.other.example/?p=12345", "https://www.other.example/?p=12345"),
        ("https://other.example/", ""),
        (A, ""),
        (A.replace("herald", "m.herald"), ""),
        ("/relative", ""),
        ("javascript:alert(1)", ""),
        ("https://[broken", ""),
    ],
)  # fmt: skip
def test_a_canonical_address_elsewhere_names_an_article_of_another_publisher(
    declared: str, kept: str
):
    """Not a site's root, not the own site's other hosts, nothing that is no web address."""
    assert named_elsewhere(A, declared) == kept


def test_an_address_that_escaping_makes_too_long_is_refused() -> None:
    """Else its canonical form would be an address that has none itself."""
    with pytest.raises(ValueError, match="more than 4096"):
        canonicalize("http://herald.example/" + "é" * 1000)
