"""What a page's head claims: JSON-LD, OpenGraph, meta names, dates and their sources."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from scrapers.bylines import agreed_title, clean_authors, clean_title
from scrapers.dates import choose, read_date, read_written_day
from scrapers.jsonld import read_json_ld
from scrapers.metadata import Metadata, read_metadata

URL = "https://herald.example/2025/02/04/harbour-bridge-toll/"
SYDNEY = ZoneInfo("Australia/Sydney")
NODE = {"@type": "NewsArticle", "headline": "Toll to rise", "datePublished": "2025-02-04T05:30:00Z"}


def read(head: str, body: str = "", url: str = URL) -> Metadata:
    html = f"<html><head>{head}</head><body>{body}</body></html>"
    return read_metadata(html, url, SYDNEY)


def script(content: object) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    return f'<script type="application/ld+json">{text}</script>'


JSON_LD = {
    "object": NODE,
    "list": [{"@type": "Organization", "name": "H"}, NODE],
    "graph": {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, NODE]},
    "main entity": {"@type": "WebPage", "mainEntity": NODE},
    "list of types": {**NODE, "@type": ["Article", "OpinionNewsArticle"]},
    "type with address": {**NODE, "@type": "https://schema.org/NewsArticle"},
    "raw newline": '{"@type": "NewsArticle", "headline": "Toll\n to rise"}',
    "trailing comma": '{"@type": "NewsArticle", "headline": "Toll to rise",}',
    "HTML comment": '<!-- {"@type": "NewsArticle", "headline": "Toll to rise"} -->',
    "block comment": '/* by hand */ {"@type": "NewsArticle", "headline": "Toll to rise"}',
    "CDATA": '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Toll to rise"}\n//]]>',
    "entities": '{"@type": "NewsArticle", "headline": "Toll&amp;#32;to rise"}',
    "markup": '{"@type": "NewsArticle", "headline": "<b>Toll</b> to rise"}',
}


@pytest.mark.parametrize("content", JSON_LD.values(), ids=JSON_LD.keys())
def test_json_ld_is_read_as_publishers_write_it(content: object):
    """Object, list, graph, and the common ways of breaking it."""
    found = read(script(content))
    assert found.title == "Toll to rise"
    assert found.is_article


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "null",
        "[" * 100_000,
        '{"a":' * 50_000,
        "9" * 100_000,
        '"' + "\\" * 100_000,
        "{}" * 9,
        '{"@type": 5, "headline": {"a": 1}, "author": [[[[[1]]]]]}',
        '[{"@type": [[]]}]',
        '{"@type": "Article", "headline": 7, "wordCount": "1e999", "isAccessibleForFree": []}',
        '{"@type": "Article", "wordCount": Infinity, "datePublished": {"@value": 1}}',
    ],
    ids=range(11),
)
def test_hostile_json_ld_is_left_out(text: str):
    """Unreadable, too deep or of the wrong shape: nothing is claimed and nothing raised."""
    found = read(script(text) + "<title>A toll for all</title>")
    assert found.title == "A toll for all"


def test_an_endless_graph_is_cut():
    """No more than 5 000 nodes are looked at."""
    assert len(read_json_ld([json.dumps([{"@type": "Thing"}] * 20_000)])) <= 5_000


def test_the_node_that_names_this_page_is_its_article():
    """Related articles in the same list do not count."""
    other = {**NODE, "headline": "Something else", "url": "https://herald.example/else"}
    own = {**NODE, "mainEntityOfPage": {"@type": "WebPage", "@id": URL}}
    assert read(script([other, own])).title == "Toll to rise"


def test_authors_are_followed_through_a_graph():
    """An author given by reference is looked up."""
    graph = [
        {**NODE, "author": {"@id": "#ada"}},
        {"@type": "Person", "@id": "#ada", "name": "Ada Brook"},
    ]
    assert read(script({"@graph": graph})).authors == ("Ada Brook",)


AUTHORS = {
    "string": ("Ada Brook", ("Ada Brook",)),
    "by": ("By Ada Brook", ("Ada Brook",)),
    "two": ("Ada Brook and Li Wei", ("Ada Brook", "Li Wei")),
    "commas": ("Ada Brook, Li Wei, Mara Lindqvist", ("Ada Brook", "Li Wei", "Mara Lindqvist")),
    "role": ("Ada Brook, Chief Political Correspondent", ("Ada Brook",)),
    "address": ("https://herald.example/ada", ()),
    "mail": ("ada@herald.example", ()),
    "Chinese": ("作者：林慕德", ("林慕德",)),
    "agency": ("AFP", ("AFP",)),
    "credit": ("(Image: Lantern Pictures)", ()),
}


@pytest.mark.parametrize(("listed", "names"), AUTHORS.values(), ids=AUTHORS.keys())
def test_author_names_are_cleaned(listed: str, names: tuple[str, ...]):
    """Prefixes, roles and addresses go; agencies stay."""
    assert clean_authors([listed]) == names


@pytest.mark.parametrize(
    "title",
    [
        "Toll to rise | Example Herald",
        "Toll to rise - Example Herald",
        "Example Herald | Toll to rise",
        "Toll to rise – City – Example Herald",
        "Toll to rise",
    ],
)
def test_the_sites_name_is_no_part_of_a_headline(title: str):
    """At the end or the start, with or without the section."""
    assert clean_title(title, ["Example Herald"]) == "Toll to rise"


def test_a_dash_in_a_headline_stays():
    """Only a known site name is cut."""
    assert clean_title("Toll to rise – and nobody asked", ["Example Herald"]).endswith(
        "nobody asked"
    )


WITNESSES = {
    "majority": (("Long", "Short one", "Long", ""), "Long"),
    "camps": (("Declared", "Shown", "Shown", "Declared"), "Shown"),
    "none agree": (("One two", "Three four", "Five six", ""), "One two"),
    "suffix": (("", "Toll to rise - The Lantern", "Toll to rise", ""), "Toll to rise"),
    "kickers": (
        ("", "City: The toll will rise", "Bridge: The toll will rise", ""),
        "The toll will rise",
    ),
    "speakers": (
        ("", "Brook: “The toll will rise”", "Ada Brook: “The toll will rise”", ""),
        "Brook: “The toll will rise”",
    ),
    "nothing": (("", "", "", ""), ""),
}


@pytest.mark.parametrize(("given", "title"), WITNESSES.values(), ids=WITNESSES.keys())
def test_the_headline_is_what_witnesses_agree_on(given: tuple[str, str, str, str], title: str):
    """JSON-LD, OpenGraph, <h1> and <title>, in that order."""
    assert agreed_title(*given) == title


OG = '<meta property="article:published_time" content="2025-02-03T10:00:00+11:00">'
META = '<meta name="parsely-pub-date" content="2025-02-02T10:00:00Z">'
TIME = '<time datetime="2025-02-01T10:00:00Z">1 Feb</time>'
ORDER = ["json-ld", "opengraph", "meta", "time", "url"]


@pytest.mark.parametrize("missing", range(5))
def test_dates_are_trusted_in_order(missing: int):
    """JSON-LD, OpenGraph, meta, <time>, address: the next stands in for a missing one."""
    parts = [script(NODE), OG, META, TIME]
    parts[:missing] = [""] * min(missing, 4)
    found = read("".join(parts[:3]), parts[3])
    assert [claim.source for claim in found.dates] == ORDER[missing:]


DATES = {
    "UTC": ("2025-02-04T05:30:00Z", datetime(2025, 2, 4, 5, 30, tzinfo=UTC), False),
    "offset": ("2025-02-04T05:30:00+11:00", datetime(2025, 2, 3, 18, 30, tzinfo=UTC), False),
    "offset without colon": (
        "2025-02-04T05:30:00+1100",
        datetime(2025, 2, 3, 18, 30, tzinfo=UTC),
        False,
    ),
    "local": ("2025-02-04 05:30", datetime(2025, 2, 3, 18, 30, tzinfo=UTC), False),
    "day": ("2025-02-04", datetime(2025, 2, 3, 13, tzinfo=UTC), True),
    "RFC 822": ("Tue, 04 Feb 2025 05:30:00 +1100", datetime(2025, 2, 3, 18, 30, tzinfo=UTC), False),
    "Chinese": ("2025年2月4日 05:30", datetime(2025, 2, 3, 18, 30, tzinfo=UTC), False),
    "dotted": ("4.2.2025", datetime(2025, 2, 3, 13, tzinfo=UTC), True),
    "midnight stands for a day": (
        "2025-02-04T00:00:00Z",
        datetime(2025, 2, 3, 13, tzinfo=UTC),
        True,
    ),
}


@pytest.mark.parametrize(("text", "moment", "day_only"), DATES.values(), ids=DATES.keys())
def test_a_date_is_read_in_the_publishers_zone(text: str, moment: datetime, day_only: bool):
    """Offsets count; without one the outlet's zone does; a bare day is its midnight there."""
    claim = read_date(text, "meta", SYDNEY)
    assert claim is not None
    assert (claim.moment, claim.day_only) == (moment, day_only)


@pytest.mark.parametrize(
    "text", ["", "soon", "03/04/2025", "0001-01-01", "9999-12-31", "2025-13-45", "x" * 500]
)
def test_what_is_no_date_or_two_dates_is_left_unread(text: str):
    """3/4 means two days; years before the web or far ahead mean none."""
    assert read_date(text, "meta", SYDNEY) is None


def test_a_time_without_zone_keeps_its_day():
    """Unless the publisher's zone is known."""
    claim = read_date("2025-02-04 23:30", "meta", None)
    assert claim is not None
    assert (claim.moment.date(), claim.day_only) == (date(2025, 2, 4), True)


def test_a_bare_day_takes_its_time_from_the_next_claim_of_that_day():
    """The more exact of two that agree."""
    day, timed = (
        read_date("2025-02-04", "a", SYDNEY),
        read_date("2025-02-04T05:30:00+11:00", "b", None),
    )
    assert day is not None
    assert timed is not None
    assert choose([day, timed]) == timed
    assert choose([day]) == day
    assert choose([]) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("on February 4 2025.", "en"),
        ("on 4th February, 2025", "en"),
        ("Feb. 4, 2025", "en"),
        ("am 4. Februar 2025", "de"),
        ("le 4 février 2025", "fr"),
        ("2025年2月4日", "zh"),
        ("31/1/2025 4 Feb", ""),
    ],
)
def test_a_day_in_prose_is_read(text: str, language: str):
    """In the article's own language."""
    wanted = date(2025, 1, 31) if not language else date(2025, 2, 4)
    assert read_written_day(text, language or "en") == wanted


def test_names_in_place_of_properties_are_accepted():
    """Some sites write name= where property= belongs."""
    found = read('<meta name="article:published_time" content="2025-02-03T10:00:00+11:00">')
    assert found.dates[0].source == "opengraph"


@pytest.mark.parametrize(
    ("head", "canonical", "elsewhere"),
    [
        ('<link rel="canonical" href="https://courier.example/2025/toll-to-rise-again">', "", True),
        ('<link rel="canonical" href="https://herald.example/2025/toll">', "own", False),
        ('<meta property="og:url" content="https://courier.example/2025/toll-to-rise">', "", False),
        ('<link rel="canonical" href="https://courier.example/">', "", False),
    ],
    ids=["another publisher's", "its own", "only OpenGraph", "a root"],
)
def test_a_canonical_tag_of_another_publisher_is_kept_apart(
    head: str, canonical: str, elsewhere: bool
):
    """It is never the page's address; it says where the article stood first."""
    page = f"<html><head><title>Toll</title>{head}</head><body><p>x</p></body></html>"
    found = read_metadata(page, "https://herald.example/a/2025/toll?x=1")
    assert bool(found.canonical) == bool(canonical)
    assert found.elsewhere == ("https://courier.example/2025/toll-to-rise-again" * elsewhere)
