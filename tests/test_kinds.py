"""Kinds of pages that are easily misread, each on a short hand-made page of an invented outlet."""

import json
from typing import Any

import pytest

from framewatch.story import Outcome
from scrapers import sites
from scrapers.body import parse_tree
from scrapers.extract import extract_fields
from scrapers.liveblog import shown_posts
from tests.test_extract import BODY, HERALD, article, json_ld, markup, rejected

MORE = (
    "A second hearing follows in May, in the old customs house, where the ferry companies will "
    "present their figures for the winter and answer questions from the residents’ council."
)


# --- live blogs -----------------------------------------------------------------------------------

TIMES = ("08:10", "09:25", "11:40")
POSTS = [
    "The storm reached the northern shore shortly after eight, and the first ferries turned back.",
    "Two roads along the bay are closed, the transport office said; buses run as far as the mill.",
    "The wind has dropped, and ferries will sail again from noon, the harbour master told us.",
]
LEAD = (
    "A storm is crossing the northern shore today; we follow it here from hour to hour until night."
)


def live_blog(order: list[int], declared: bool) -> str:
    updates = [
        {
            "@type": "BlogPosting",
            "headline": f"Post {n}",
            "datePublished": f"2025-02-04T{TIMES[n]}:00+11:00",
            "articleBody": POSTS[n],
        }
        for n in order
    ]
    fields: dict[str, Any] = {"headline": "Storm: live", "datePublished": "2025-02-04T07:00:00Z"}
    head = json_ld(**fields, **({"liveBlogUpdate": updates} if declared else {}))
    posts = "".join(
        f'<div class="live-blog__post"><time datetime="2025-02-04T{TIMES[n]}:00+11:00">{TIMES[n]}'
        f"</time><p>{POSTS[n]}</p></div>"
        for n in order
    )
    return markup([f"<p>{LEAD}</p>", f"<div>{posts}</div>"],
                  head.replace("NewsArticle", "LiveBlogPosting"))  # fmt: skip


@pytest.mark.parametrize("order", [[2, 1, 0], [0, 1, 2]], ids=["newest first", "oldest first"])
@pytest.mark.parametrize("declared", [True, False], ids=["JSON-LD", "markup"])
def test_a_live_blog_is_told_from_its_first_post_to_its_last(order: list[int], declared: bool):
    """Every post is kept, in the order of writing, below the lead; the article says it is live."""
    found = article(live_blog(order, declared))
    kept = [line for line in found.text.split("\n") if line in POSTS]
    assert kept == POSTS
    assert found.text.startswith(LEAD)
    assert found.live


def test_a_post_within_a_post_is_part_of_it():
    """The outermost element is the post; a list of posts is none."""
    stamp = '<time datetime="2025-02-04T08:00Z"></time>'
    inner = f'<div class="live-blog__post-body">{stamp}<p>A</p></div>'
    post = f'<div class="live-blog__post"><h3>B</h3>{inner}</div>'
    tree = parse_tree(markup([f'<div class="live-blog__posts">{post * 4}</div>']))
    assert [found.lines for found in shown_posts(tree)] == [("B", "A")] * 4


def test_an_ordinary_article_is_not_live():
    """Only what calls itself so is."""
    assert not article(markup(head=json_ld(headline="x"))).live


# --- galleries and pictures -----------------------------------------------------------------------


def figure(number: int) -> str:
    return (
        f'<figure><img src="/{number}.jpg"><figcaption>The bridge from pier {number}, at dawn, '
        "with the first ferry of the day on its way to the islands beyond.</figcaption></figure>"
    )


def test_a_gallery_with_hardly_any_text_is_no_article():
    """Captions alone tell no story."""
    pictures = [figure(n) for n in range(8)]
    found = rejected(markup(["The bridge in pictures, from dawn to dusk on the bay.", *pictures]))
    assert (found.outcome, found.detail) == (Outcome.NOT_ARTICLE, "gallery with hardly any text")


@pytest.mark.parametrize("where", ["type", "path"])
def test_a_page_that_calls_itself_a_gallery_is_one_with_fewer_pictures(where: str):
    """By its JSON-LD type, or by its address."""
    head = json_ld(headline="x").replace("NewsArticle", "ImageGallery") if where == "type" else ""
    url = "https://herald.example/city/gallery/bridge-at-dawn" if where == "path" else HERALD
    html = markup(["The bridge in pictures, from dawn to dusk on the bay.", figure(1)], head)
    assert rejected(html, url).detail == "gallery with hardly any text"


def test_captions_are_no_part_of_an_articles_text():
    """Figures between paragraphs leave the paragraphs alone, however their captions are marked."""
    marked = (
        '<p class="image-caption">Pier 9 in the morning, before the first ferry of the day leaves '
        "for the islands. Photograph: Li Wei/Lantern.</p>"
    )
    html = markup([BODY[0], *(figure(n) for n in range(8)), BODY[1], marked, BODY[2]])
    assert article(html).text == "\n".join(BODY)


# --- paywalls -------------------------------------------------------------------------------------

SOLD = (
    "What the ferry companies earn is told in papers that the Herald has seen and its readers buy."
)


def locked(**fields: object) -> str:
    part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".locked"}
    return json_ld(headline="x", hasPart=part, **fields)


@pytest.mark.parametrize("own", [{}, {"isAccessibleForFree": "False"}], ids=["part", "whole"])
def test_the_sold_part_of_a_page_is_not_kept(own: dict[str, object]):
    """The teaser stays, what hasPart marks as sold goes, and the article is incomplete."""
    html = markup([BODY[0], BODY[1], f'<div class="locked"><p>{SOLD}</p><p>{MORE}</p></div>'],
                  locked(**own))  # fmt: skip
    found = article(html)
    assert (found.text, found.complete) == ("\n".join(BODY[:2]), False)


def test_a_page_of_which_all_is_sold_keeps_its_description():
    """It is an article all the same, and an incomplete one."""
    head = '<meta name="description" content="Who earns on the harbour bridge.">' + locked()
    html = markup([f'<div class="locked"><p>{SOLD}</p><p>{MORE}</p></div>'], head)
    found = article(html)
    assert (found.text, found.complete) == ("Who earns on the harbour bridge.", False)


@pytest.mark.parametrize("selector", ["body", "html", "article", "][", "p:has(", "x" * 5_000, 7])
def test_a_bad_selector_takes_nothing(selector: object):
    """One that cannot be read, or means what holds the headline; the article is incomplete."""
    part = {"isAccessibleForFree": False, "cssSelector": selector}
    found = article(markup(head=json_ld(headline="x", hasPart=part)))
    assert (found.text, found.complete) == ("\n".join(BODY), False)


# --- encodings ------------------------------------------------------------------------------------

LANGUAGES = {
    "windows-1252": (
        "windows-1252",
        "Die Prüfung der Brückengebühr dauert elf Monate, sagte das Amt – „früher geht es nicht“, "
        "hieß es dort. Die drei Mitglieder hören Anwohner in allen Bezirken des Nordufers an.",
    ),
    "shift_jis": (
        "shift_jis",
        "港の橋の通行料の見直しには十一か月かかると交通局は火曜日に発表した。委員三人が北岸の各地区で公聴会を開き、住民の意見を聞く。",
    ),
    "utf-8": (
        "utf-8",
        "La révision du péage durera onze mois, a déclaré l’office des transports – « pas avant », "
        "dit-on. Les trois membres entendront les riverains dans tous les quartiers du nord.",
    ),
    "gb18030": (
        "gb18030",
        "港口大桥收费审查将持续十一个月，交通办公室周二表示，三名成员将在北岸各区举行听证会，听取居民的意见和建议。",
    ),
}


@pytest.mark.parametrize(("encoding", "line"), LANGUAGES.values(), ids=LANGUAGES.keys())
@pytest.mark.parametrize("declared", ["right", "nothing", "utf-8", "iso-8859-1"])
def test_a_page_in_an_old_encoding_is_read(encoding: str, line: str, declared: str):
    """Declared rightly, not at all, or wrongly."""
    html = markup([line, line[:-1] + "!", line[:-2] + "?"], title=line[:24]).replace("©", "(c)")
    named = {"right": encoding, "nothing": ""}.get(declared, declared)
    html = html.replace('<meta charset="utf-8">', f'<meta charset="{named}">' if named else "")
    found = article(html.encode(encoding), content_type="text/html")
    assert found.text.split("\n")[0] == line


# --- pages that only a script fills ---------------------------------------------------------------


def next_data(text: object) -> str:
    data = {"props": {"pageProps": {"article": {"headline": "Toll review", "body": text}}}}
    return (
        '<html><head><meta property="og:title" content="Toll review"></head><body>'
        '<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">'
        f"{json.dumps(data)}</script></body></html>"
    )


@pytest.mark.parametrize(
    "body",
    ["".join(f"<p>{p}</p>" for p in BODY), [{"type": "p", "text": p} for p in BODY], BODY],
    ids=["HTML", "blocks", "lines"],
)
def test_a_client_rendered_page_is_read_from_its_data(body: object):
    """__NEXT_DATA__, as one string of HTML, as blocks, and as lines."""
    assert article(next_data(body)).text == "\n".join(BODY)


def test_what_data_says_about_other_articles_is_left_out():
    """Only what stands around the page's own headline is its text."""
    html = next_data(BODY)
    other = json.dumps({"headline": "Another", "body": [SOLD, MORE, *POSTS, LEAD, *BODY]})
    script = f'<script type="application/json">{other}</script>'
    assert article(html.replace("</body>", script + "</body>")).text == "\n".join(BODY)


def test_an_empty_shell_says_what_it_lacks():
    """Without data there is nothing to read, and the detail says why."""
    html = '<html><head><title>Toll</title></head><body><div id="root"></div></body></html>'
    found = rejected(html)
    assert (found.outcome, found.detail) == (Outcome.NOT_ARTICLE, "needs a script to show its text")


# --- what stands in an article and is not it ------------------------------------------------------

BESIDES = {
    "display:none": f'<div style="color:red; display: none"><p>{SOLD}</p></div>',
    "visibility": f'<p style="visibility:hidden">{SOLD}</p>',
    "hidden": f"<div hidden><p>{SOLD}</p></div>",
    "post": f'<blockquote class="twitter-tweet"><p>{SOLD}</p>— Somebody (@x)</blockquote>',
    "pull quote": f'<aside class="c-pullquote"><p>{BODY[2]}</p></aside>',
    "pull quote as a quotation": f'<blockquote class="pull-quote">{BODY[2][:60]}</blockquote>',
    "newsletter": '<div class="newsletter-box"><p>The best of the bay, every morning at seven, in '
    'your inbox before the first ferry.</p><form><input type="email"></form></div>',
    "read more": '<p><a href="/x">Read more: who paid for the old bridge</a></p>',
    "list of links": '<ul><li><a href="/a">Ferries run full on the bay</a></li></ul>',
}


@pytest.mark.parametrize("besides", BESIDES.values(), ids=BESIDES.keys())
def test_what_is_set_into_an_article_is_left_out(besides: str):
    """Hidden text, other people's posts, repeated quotations, boxes and links."""
    assert article(markup([BODY[0], BODY[1], besides, BODY[2]])).text == "\n".join(BODY)


def test_an_article_that_waits_for_its_script_is_kept():
    """A body hidden until a script shows it is what the page is there for."""
    html = markup().replace("<main>", '<div style="display:none"><main>')
    assert article(html.replace("</main>", "</main></div>")).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "note",
    [
        "Correction, 6 February 2025: An earlier version of this article gave the wrong length of "
        "the review; it takes eleven months, not twelve.",
        "This article was amended on 6 February 2025 to correct the length of the review.",
    ],
)
def test_a_correction_stays_and_dates_nothing(note: str):
    """It is the outlet's own word about its article, and no date of publication."""
    found = article(markup([*BODY, note]))
    assert found.text == "\n".join([*BODY, note])
    assert found.published_source == "url"
    assert found.original_outlet == ""


def test_a_paragraph_full_of_links_between_two_of_the_article_is_kept():
    """It stands in the same element as they do."""
    linked = (
        '<a href="/a">The first review of the toll, in 1987</a>, and <a href="/b">the second, ten '
        'years later</a>, ended <a href="/c">without a report</a>, the archive shows.'
    )
    found = article(markup([BODY[0], linked, BODY[1], BODY[2]]))
    assert len(found.text.split("\n")) == 4
    assert "ended without a report" in found.text


# --- AMP, listings, errors ------------------------------------------------------------------------


def test_an_amp_page_is_read_like_its_article():
    """Its own mark-up changes nothing in text and title."""
    amp = markup().replace("<html", "<html amp").replace("<p>", '<p class="amp-text">')
    assert article(amp, HERALD + "amp/").text == "\n".join(BODY)


def test_a_chinese_error_page_with_status_200_is_no_article():
    """In any of the languages read here."""
    html = markup(["您访问的页面不存在或已被删除，请返回首页。"], title="页面不存在", lang="zh")
    assert "error page" in rejected(html, "https://herald.example/x/nothing").detail


def test_text_of_a_chinese_page_without_language_tags_is_read():
    """The language comes from the text."""
    line = LANGUAGES["gb18030"][1]
    found = article(markup([line, line[1:], line[2:]], title="港口大桥", lang=""))
    assert (found.language, found.text.split("\n")[0]) == ("zh", line)


# --- headlines ------------------------------------------------------------------------------------


def test_a_headline_shown_in_the_second_rank_counts_as_shown():
    """Where no <h1> stands outside the menu, an element of an <h2> may show it, kicker apart."""
    html = markup(
        head='<meta property="og:title" content="Toll to rise">', title="City: Toll to rise"
    )
    html = html.replace("<h1>", "<h2><span>City</span> <span>").replace("</h1>", "</span></h2>")
    html = html.replace("<span>City: Toll to rise", "<span>Toll to rise")
    html = html.replace("</head>", json_ld(headline="City: Toll to rise") + "</head>")
    assert extract_fields(html, HERALD)["title"] == "Toll to rise"


def test_a_kicker_in_an_element_of_its_own_is_spelled_as_elsewhere():
    """The space that its <span> leaves before the colon is no other headline."""
    html = markup(head='<meta property="og:title" content="Bridge: The toll will rise">')
    html = html.replace(
        "<h1>Harbour bridge toll to be reviewed</h1>",
        "<h1><span>Bridge</span>: <span>The toll will rise</span></h1>",
    ).replace("<title>Harbour bridge toll to be reviewed", "<title>Bridge: The toll will rise")
    assert extract_fields(html, HERALD)["title"] == "Bridge: The toll will rise"


# --- per-site quirks ------------------------------------------------------------------------------


class Tidy:
    """Cuts what only this site sets into its text."""

    def tidy(self, tree: Any) -> None:
        for element in tree.xpath(".//p[@data-box]"):
            element.drop_tree()


def test_a_sites_own_module_sees_its_pages_first(monkeypatch: pytest.MonkeyPatch):
    """By host, subdomains included; other hosts' pages are left alone."""
    box = f'<p data-box="1">{MORE}</p>'
    html = markup([BODY[0], BODY[1], box, BODY[2]])
    assert MORE in article(html).text
    monkeypatch.setitem(sites.SITES, "herald.example", Tidy())
    assert article(html).text == "\n".join(BODY)
    assert MORE in article(html, HERALD.replace("herald", "not-herald")).text


def test_the_scorers_view_of_a_sold_page_is_the_whole_of_it():
    """extract_fields measures extraction; only what is kept heeds the sale."""
    html = markup([BODY[0], f'<div class="locked"><p>{SOLD}</p></div>'], locked())
    assert SOLD in str(extract_fields(html, HERALD)["text"])
    assert SOLD not in article(html).text
