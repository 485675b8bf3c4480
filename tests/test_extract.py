"""Extraction, from bytes to Article: short hand-made pages of invented outlets."""

import gzip
import json
import os
import time
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest

from framewatch.facts import SourceBook, load_sources
from framewatch.settings import ROOT
from framewatch.story import Article, Genre, Link, Outcome, Outlet, Page, Rejected
from scrapers.bylines import plain
from scrapers.extract import extract, extract_fields
from tests.seed_page import SEED, seed_page

SHARED = Path(os.environ.get("FRAMEWATCH_SHARED", ROOT.parent / "shared"))
HERALD = "https://www.herald.example/2025/02/04/harbour-bridge-toll-review/"
BOOK = SourceBook(
    outlets=(
        Outlet(
            code="herald",
            name="Example Herald",
            hosts=("herald.example",),
            country="AU",
            language="en",
            time_zone="Australia/Sydney",
            aliases=("The Herald",),
            fictional=True,
        ),
    )
)
BODY = [
    "The review of the harbour bridge toll will take eleven months, the transport office said, "
    "and its three members will hold hearings in every district along the northern shore.",
    "Residents of the shore have asked for such a review since the toll was raised in spring, "
    "when the number of crossings fell by a tenth and ferries ran full for the first time.",
    "“We want to know who pays and who gains,” said Mara Lindqvist, who leads the inquiry. "
    "Her report is due before the council votes on the budget of the coming year.",
]


def markup(
    paragraphs: list[str] = BODY,
    head: str = "",
    title: str = "Harbour bridge toll to be reviewed",
    lang: str = "en",
) -> str:
    """A page with navigation, article and footer, as most publishers lay them out."""
    body = "".join(p if p.startswith("<") else f"<p>{p}</p>" for p in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} | Example '
        f'Herald</title><meta property="og:site_name" content="Example Herald">{head}</head><body>'
        '<header><nav><a href="/">Home</a> <a href="/city">City</a></nav></header><main><article>'
        f"<h1>{title}</h1>{body}</article></main><footer><p>© Example Herald. All rights "
        "reserved.</p></footer></body></html>"
    )


def json_ld(**fields: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def page(html: str | bytes, url: str = HERALD, status: int = 200, **headers: str) -> Page:
    body = html if isinstance(html, bytes) else html.encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(
        url=url,
        final_url=url,
        status=status,
        headers={"content-type": "text/html; charset=utf-8", **names},
        body=body,
        fetched_at=datetime(2025, 3, 1, tzinfo=UTC),
    )


def article(html: str | bytes, url: str = HERALD, **headers: str) -> Article:
    found = extract(page(html, url, **headers), Link(url=url, source="test"), BOOK)
    assert isinstance(found, Article), found
    return found


def rejected(html: str | bytes, url: str = HERALD, status: int = 200, **headers: str) -> Rejected:
    found = extract(page(html, url, status, **headers), Link(url=url, source="test"), BOOK)
    assert isinstance(found, Rejected), found
    return found


def test_an_article_carries_what_its_page_says():
    """Title, text, authors, date, host and language of an ordinary page."""
    head = json_ld(
        headline="Harbour bridge toll to be reviewed",
        datePublished="2025-02-04T05:30:00+11:00",
        author={"@type": "Person", "name": "By Ada Brook"},
    )
    found = article(markup(head=head))
    assert found.title == "Harbour bridge toll to be reviewed"
    assert found.text == "\n".join(BODY)
    assert found.authors == ("Ada Brook",)
    assert found.published_at == datetime(2025, 2, 3, 18, 30, tzinfo=UTC)
    assert (found.published_day_only, found.published_source) == (False, "json-ld")
    assert (found.host, found.host_name, found.country) == ("herald", "Example Herald", "AU")
    assert found.fictional
    assert found.complete
    assert found.language == "en"
    assert found.url == HERALD


def test_a_quotation_is_found_where_it_stands_in_the_coded_text():
    """Offsets count in the headline and the body together, and the speaker is named."""
    found = article(markup())
    (quotation,) = found.quotations
    words = found.coded_text[quotation.start : quotation.end]
    assert words == "We want to know who pays and who gains,"
    assert quotation.speaker == "Mara Lindqvist"


def test_an_unknown_host_stands_for_itself():
    """A host that no outlet claims is its own code, without a country."""
    url = "https://www.gazette.example/2025/02/04/harbour-bridge-toll-review/"
    found = article(markup(), url)
    assert (found.host, found.host_name, found.country) == ("gazette.example",) * 2 + ("",)


def test_a_time_without_offset_is_the_outlets_local_time():
    """The publisher's wall clock is read in the outlet's zone."""
    found = article(markup(head=json_ld(headline="x", datePublished="2025-02-04 05:30:00")))
    assert found.published_at == datetime(2025, 2, 3, 18, 30, tzinfo=UTC)


def test_a_time_without_offset_on_an_unknown_host_keeps_only_its_day():
    """No zone is guessed, and the crawl's own never stands in."""
    url = "https://gazette.example/story/harbour-bridge-toll-review"
    found = article(markup(head=json_ld(headline="x", datePublished="2025-02-04 23:30:00")), url)
    assert found.published_at is not None
    assert (found.published_at.date(), found.published_day_only) == (date(2025, 2, 4), True)


def test_a_page_without_a_date_has_none():
    """The time of the crawl is no date of publication."""
    found = article(markup(), "https://herald.example/city/harbour-bridge-toll-review")
    assert found.published_at is None
    assert found.published_source == ""


def test_a_sources_claim_is_the_last_resort():
    """The date a feed gave is used where the page has none, and says so."""
    url = "https://herald.example/city/harbour-bridge-toll-review"
    claimed = datetime(2025, 2, 4, 1, tzinfo=UTC)
    link = Link(url=url, source="feed", published_at=claimed)
    bare = extract(page(markup(), url), link, BOOK)
    dated = extract(page(markup(), HERALD), link, BOOK)
    assert isinstance(bare, Article)
    assert isinstance(dated, Article)
    assert (bare.published_at, bare.published_source) == (claimed, "source")
    assert dated.published_source == "url"


def test_a_date_after_the_crawl_is_not_believed():
    """A page cannot have been published after it was fetched."""
    head = json_ld(headline="x", datePublished="2031-02-04T05:30:00+11:00")
    assert article(markup(head=head)).published_source == "url"


def test_the_notes_date_is_not_the_pages_date():
    """A republication note dates the original; a page without a date stays without one."""
    note = "This article first appeared in The Lantern Post on 4 February 2025."
    url = "https://herald.example/opinion/harbour-bridge-toll-review"
    found = article(markup([note, *BODY]), url)
    assert (found.original_outlet, found.original_day) == ("The Lantern Post", date(2025, 2, 4))
    assert found.published_at is None
    assert found.republication_note == note
    assert note not in found.text


def test_a_note_under_an_alias_names_the_outlet_of_the_book():
    """An outlet's alias in a note becomes its name."""
    note = "This article was originally published by The Herald."
    found = article(markup([*BODY, note]), "https://gazette.example/a/harbour-bridge-toll-review")
    assert found.original_outlet == "Example Herald"


@pytest.mark.parametrize("free", [False, "False", "false", "https://schema.org/False"])
def test_a_paywalled_teaser_is_incomplete(free: object):
    """isAccessibleForFree counts as a boolean and as the word."""
    head = json_ld(headline="x", isAccessibleForFree=free, articleBody="Sold words. " * 300)
    found = article(markup(head=head))
    assert not found.complete
    assert "Sold words" not in found.text


@pytest.mark.parametrize("free", [True, "True"])
def test_a_free_article_is_complete(free: object):
    """The same mark the other way round."""
    assert article(markup(head=json_ld(headline="x", isAccessibleForFree=free))).complete


def test_a_call_to_subscribe_ends_a_teaser():
    """Without any mark, the words on the page say that the rest is sold."""
    found = article(markup([*BODY[:2], "Subscribe to continue reading this story.", "Log in"]))
    assert not found.complete
    assert found.text == "\n".join(BODY[:2])


def test_the_declared_body_fills_in_for_a_page_that_shows_little():
    """Free text that stands only in JSON-LD is taken from there."""
    head = json_ld(headline="x", articleBody="\n".join(BODY))
    assert article(markup(BODY[:1], head)).text == "\n".join(BODY)


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "gb2312"])
@pytest.mark.parametrize("told_by", ["header", "meta", "nobody", "a wrong header"])
def test_a_chinese_page_is_read_in_any_encoding(charset: str, told_by: str):
    """Header, meta or neither: the characters come out right and the language is Chinese."""
    lines = [
        "港口大桥收费审查将持续十一个月，交通办公室周二表示，三名成员将在北岸各区举行听证会，听取居民的意见。",
        "自春季提高通行费以来，北岸居民一直要求进行这样的审查，当时过桥车辆减少了一成，渡轮首次满员运行。",
        "林慕德表示：“我们想知道谁付钱，谁得益。”她的报告将在市议会表决明年预算之前提交，并向公众公布。",
    ]
    html = markup(lines, title="港口大桥收费将接受审查", lang="en")
    html = html.replace('<meta charset="utf-8">', _meta(charset) if told_by == "meta" else "")
    kind = f"text/html; charset={charset}" if told_by == "header" else "text/html"
    if told_by == "a wrong header":
        kind = f"text/html; charset={'utf-8' if charset != 'utf-8' else 'big5'}"
    found = article(html.encode("gb18030" if charset != "utf-8" else charset), content_type=kind)
    assert found.text == "\n".join(lines)
    assert found.title == "港口大桥收费将接受审查"
    assert found.language == "zh"
    assert [q.speaker for q in found.quotations] == ["林慕德"]


def _meta(charset: str) -> str:
    return f'<meta charset="{charset}">'


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (403, Outcome.HTTP_ERROR),
        (429, Outcome.UNAVAILABLE),
        (503, Outcome.UNAVAILABLE),
    ],
)
def test_an_error_status_is_told_apart(status: int, outcome: Outcome):
    """Gone, refused and down are three different ends."""
    assert rejected(markup(), status=status).outcome is outcome


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/pdf", b"%PDF-1.7"), ("image/png", b"\x89PNG"), ("", b'{"a": 1}')],
)
def test_what_is_not_html_is_refused(kind: str, body: bytes):
    """Other types are named in the detail."""
    found = rejected(body, content_type=kind)
    assert found.outcome is Outcome.WRONG_TYPE
    assert found.detail


def test_a_consent_wall_is_no_article():
    """The wall's own paragraphs are not mistaken for a story."""
    wall = [
        "We and our 812 partners store and access information on a device, such as cookies, and "
        "process personal data for personalised ads and content and audience insights.",
        "You can accept all cookies, reject all, or manage options. Some partners rely on their "
        "legitimate interest and do not ask for your consent to process your data.",
        "Your choices apply to this site only. See our privacy policy for details of cookies.",
    ]
    found = rejected(markup(wall, title="Before you continue"))
    assert (found.outcome, found.detail) == (Outcome.NOT_ARTICLE, "consent wall")


def test_a_consent_banner_over_an_article_does_no_harm():
    """The banner is left out and the article kept."""
    banner = '<div class="cookie-banner"><p>We use cookies and our partners. Accept all?</p></div>'
    found = article(markup().replace("<header>", banner + "<header>"))
    assert found.text == "\n".join(BODY)


def test_an_error_page_with_status_200_is_no_article():
    """A page that says it was not found is taken at its word."""
    html = markup(["Sorry, the page you were looking for has moved or no longer exists here."])
    found = rejected(html.replace("Harbour bridge toll to be reviewed", "Page not found"),
                     "https://herald.example/city/nothing")  # fmt: skip
    assert found.outcome is Outcome.NOT_ARTICLE
    assert "error page" in found.detail


def test_a_bot_wall_is_no_article():
    """Nor is a page that asks whether we are human."""
    html = markup(["Verify you are human by completing the action below. This may take a moment."])
    html = html.replace("Harbour bridge toll to be reviewed", "Just a moment...")
    assert rejected(html).detail == "asks whether we are human"


def test_a_listing_page_is_no_article():
    """Linked headlines with teasers and nothing else."""
    items = [
        f'<article><h2><a href="/s/{n}">Council votes on harbour plan number {n}</a></h2>'
        f"<p>The council voted on plan {n} after a debate of three hours on Tuesday night.</p>"
        "</article>"
        for n in range(12)
    ]
    found = rejected(markup(items, title="City"), "https://herald.example/city/")
    assert found.outcome is Outcome.NOT_ARTICLE
    assert "listing" in found.detail


@pytest.mark.parametrize("body", [b"", b"   ", b"<html><body></body></html>", b"\x00\x01\x02"])
def test_a_page_without_anything_is_no_article(body: bytes):
    """Empty pages end as a counted outcome, never as an empty text."""
    assert rejected(body).outcome in (Outcome.NOT_ARTICLE, Outcome.BROKEN)


def test_a_live_blog_is_dated_by_its_start():
    """The updates' dates are not the blog's."""
    update = {"@type": "BlogPosting", "headline": "Later", "datePublished": "2025-02-05T09:00:00Z"}
    head = json_ld(
        headline="Storm on the northern shore: live",
        datePublished="2025-02-04T06:00:00Z",
        liveBlogUpdate=[update],
    ).replace("NewsArticle", "LiveBlogPosting")
    found = article(markup(head=head))
    assert found.published_at == datetime(2025, 2, 4, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "declared", ["https://www.herald.example/", "https://other.example/x-y-z", "/2025/", "ftp://x/"]
)
def test_a_bad_canonical_is_ignored(declared: str):
    """The site's root, another site and a section are not the article's address."""
    head = f'<link rel="canonical" href="{declared}">'
    assert article(markup(head=head)).url == HERALD


def test_an_amp_twin_is_kept_under_the_articles_address():
    """The AMP copy names its article; the copy's own address would give the same."""
    twin = HERALD + "amp/?utm_source=feed"
    head = f'<link rel="canonical" href="{HERALD}">'
    assert article(markup(head=head), twin).url == HERALD
    assert article(markup(), twin).url == HERALD


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ("", {"tdm_reservation": "1"}),
        ('<meta name="tdm-reservation" content="1">', {}),
        ('<meta name="robots" content="index, noai">', {}),
    ],
)
def test_text_under_reservation_is_kept_only_as_an_excerpt(head: str, headers: dict[str, str]):
    """Where mining is reserved, at most 300 characters are kept and no frame is read."""
    found = article(markup(["word " * 200, *BODY], head), **headers)
    assert len(found.text) <= 300
    assert not found.complete


def test_no_control_character_reaches_the_store():
    """NUL, bidirectional marks and markup in a title are taken out."""
    html = markup(head=json_ld(headline="Toll \u0000\u202e&lt;b&gt;review&lt;/b&gt;"))
    found = article(html.replace("eleven months", "eleven\u0000 mon\u200bths"))
    assert "\u0000" not in found.coded_text
    assert "\u202e" not in found.coded_text
    assert "eleven months" in found.text
    assert plain("Toll\u0000 \u202eto\u200b &amp;amp; <b>rise</b>") == "Toll to & rise"


HOSTILE = {
    "deep nesting": "<html><body>" + "<div>" * 100_000 + "<p>" + BODY[0] + "</p>",
    "deep inline nesting": "<html><body><p>" + "<b><i>" * 50_000 + BODY[0],
    "deep JSON-LD": markup(
        head='<script type="application/ld+json">' + "[" * 200_000 + "</script>"
    ),
    "large JSON-LD": markup(
        head='<script type="application/ld+json">['
        + '{"@type":"Article"},' * 200_000
        + "1]</script>"
    ),
    "unclosed strings": markup(head='<script type="application/ld+json">{"a": "' + "\\" * 500_000),
    "many quotation marks": markup(["“" * 300_000, '"' * 300_000, "'a" * 200_000]),
    "one long line": markup(["spam and eggs " * 350_000]),
    "many paragraphs": markup([BODY[0]] * 25_000),
    "many distinct paragraphs": markup([f"{n} {BODY[0]}" for n in range(25_000)]),
    "many links": markup(['<li><a href="/x">Council votes on plan</a></li>'] * 80_000),
    "many metas": markup(head='<meta name="author" content="A B">' * 120_000),
    "spaces": markup([" " * 4_000_000 + "x"]),
    "many block quotes": markup([f"<blockquote>{BODY[0]} {n}</blockquote>" for n in range(5_000)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_page_ends_in_bounded_time(html: str):
    """Five megabytes, deep nesting, unreadable JSON: an outcome within twenty seconds."""
    start = time.process_time()
    found = extract(page(html[:5_000_000]), Link(url=HERALD, source="test"), BOOK)
    assert isinstance(found, Article | Rejected)
    assert time.process_time() - start < 120


def test_deep_nesting_does_not_bring_the_program_down():
    """Ten thousand nested elements end as an outcome."""
    html = "<html><body>" + "<div>" * 10_000 + f"<p>{BODY[0]}</p>"
    found = extract(page(html), Link(url=HERALD, source="test"), BOOK)
    assert isinstance(found, Article | Rejected)


# --- the article that the project began with ------------------------------------------------------


@pytest.mark.skipif(not SEED.exists(), reason="no seed text here")
def test_the_seed_article_is_read_in_full():
    """Author, day, first publisher, host and every block quote of the re-hosted seed article."""
    url = "https://www.uts.edu.au/acri/research-and-opinion/opinion/what-does-man-behind-it-want"
    html = seed_page()
    book = load_sources(ROOT / "scrapers" / "sources.toml")
    found = extract(page(html, url), Link(url=url, source="seed"), book)
    assert isinstance(found, Article), found
    assert found.authors == ("Wanning Sun",)
    assert found.published_at is not None
    assert (found.published_at.date(), found.published_day_only) == (date(2025, 2, 4), True)
    assert found.published_source == "byline"
    assert (found.original_outlet, found.original_day) == ("Crikey", date(2025, 2, 4))
    assert (found.host, found.host_name) == ("acri", "Australia-China Relations Institute")
    assert found.republication_note.startswith("Note: This article appeared in")
    assert found.republication_note not in found.text
    assert found.title.endswith("want?")
    blocks = html.split("<blockquote><p>")[1:]
    spans = {found.coded_text[q.start : q.end] for q in found.quotations}
    assert len(blocks) >= 5
    assert {unescape(block.split("</p>")[0]) for block in blocks} <= spans


@pytest.mark.skipif(not (SHARED / "seed" / "article.txt").exists(), reason="no seed text here")
def test_the_seeds_seven_quotations_are_all_its_subjects():
    """Five block quotations, each after a paragraph about him alone that ends in a colon, and two
    phrases in single marks that echo them where he alone is named. The two other phrases in marks
    are the media's; what he "warns" or "reminds people" of without marks is no quotation."""
    url = "https://www.uts.edu.au/acri/research-and-opinion/opinion/what-does-man-behind-it-want"
    book = load_sources(ROOT / "scrapers" / "sources.toml")
    found = extract(page(seed_page(), url), Link(url=url, source="seed"), book)
    assert isinstance(found, Article), found
    words = [found.coded_text[q.start : q.end] for q in found.quotations]
    assert [len(w.split()) > 20 for w in words] == [True, True, True, True, False, True, False]
    assert [len(w.split()) for w in words if len(w.split()) <= 20] == [1, 2]
    assert {q.speaker for q in found.quotations} == {"Liang Wenfeng"}
    assert (found.genre, found.genre_evidence) == (Genre.OPINION, "url: /opinion/")


# --- publishers' pages ----------------------------------------------------------------------------

PAGES = SHARED / "pages"
needs_pages = pytest.mark.skipif(not PAGES.exists(), reason="no publishers' pages here")


@pytest.mark.slow
@needs_pages
def test_every_publishers_page_gives_an_article():
    """81 real pages, none of which is a listing, a wall or an error: no exception, no rejection."""
    verdicts = {}
    for folder in sorted(PAGES.iterdir()):
        for name, facts in json.loads((folder / "meta.info").read_text()).items():
            if (folder / name).exists():
                body = gzip.decompress((folder / name).read_bytes())
                found = extract(page(body, facts["url"]), Link(url=facts["url"], source="x"), BOOK)
                verdicts[name] = found
    refused = {name: f.detail for name, f in verdicts.items() if isinstance(f, Rejected)}
    assert len(verdicts) >= 81
    assert refused == {}
    assert all(f.text for f in verdicts.values() if isinstance(f, Article))


def test_fields_of_a_page_are_those_of_its_article():
    """The scorer's view and the article agree on title, authors, date and text."""
    head = json_ld(headline="Toll review", datePublished="2025-02-04T05:30:00+11:00", author="A B")
    html = markup(head=head)
    fields, found = extract_fields(html, HERALD), article(html)
    assert fields["title"] == found.title
    assert fields["text"] == found.text
    assert fields["date"] == found.published_at
    assert fields["authors"] == list(found.authors)
