"""Genre: what a page says of itself, in an order of trust, and what only looks like it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from framewatch.facts import SourceBook
from framewatch.story import Article, Genre, Link, Page
from scrapers.body import parse_tree
from scrapers.extract import extract
from scrapers.genre import Clues, genre_of, kickers_of, label_of
from scrapers.metadata import Metadata

URL = "https://herald.example/2025/02/04/a-ban"


def clues(url: str = URL, **given: Any) -> Clues:
    """Clues from what one page shows; the rest of it is silent."""
    meta = Metadata(
        article=given.pop("ld", {}),
        metas=given.pop("metas", {}),
        headlines=tuple(given.pop("headlines", ())),
    )
    return Clues(meta=meta, url=url, **given)


def at(address: str) -> Clues:
    return clues(address if "//" in address else f"https://herald.example{address}")


def section(*names: str) -> Clues:
    return clues(metas={"article:section": list(names)})


def headline(*printed: str) -> Clues:
    return clues(headlines=printed)


OPINION, ANALYSIS, INTERVIEW, RELEASE, NEWS = (
    Genre.OPINION,
    Genre.ANALYSIS,
    Genre.INTERVIEW,
    Genre.PRESS_RELEASE,
    Genre.NEWS,
)

LABELLED = {
    "opinion type": (
        clues(ld={"@type": "OpinionNewsArticle"}),
        OPINION,
        "json-ld: OpinionNewsArticle",
    ),
    "analysis type among others": (
        clues(ld={"@type": ["NewsArticle", "https://schema.org/AnalysisNewsArticle"]}),
        ANALYSIS,
        "json-ld: AnalysisNewsArticle",
    ),
    "background type": (
        clues(ld={"@type": "BackgroundNewsArticle"}),
        ANALYSIS,
        "json-ld: BackgroundNewsArticle",
    ),
    "review type": (
        clues(ld={"@type": "ReviewNewsArticle"}),
        OPINION,
        "json-ld: ReviewNewsArticle",
    ),
    "advertiser's": (
        clues(ld={"@type": "AdvertiserContentArticle"}),
        RELEASE,
        "json-ld: AdvertiserContentArticle",
    ),
    "reportage": (
        clues(ld={"@type": "ReportageNewsArticle"}),
        NEWS,
        "json-ld: ReportageNewsArticle",
    ),
    "articleSection": (clues(ld={"articleSection": "Opinion"}), OPINION, "section: Opinion"),
    "one of several sections": (
        clues(ld={"articleSection": ["Politics", "Commentary"]}),
        OPINION,
        "section: Commentary",
    ),
    "IPTC genre": (
        clues(ld={"genre": "http://cv.iptc.org/newscodes/genre/Interview"}),
        INTERVIEW,
        "section: Interview",
    ),
    "section in a meta": (section("Op-Ed"), OPINION, "section: Op-Ed"),
    "section with its parent": (section("World/Opinion"), OPINION, "section: World/Opinion"),
    "section in a trail": (
        section("Home > News > Analysis"),
        ANALYSIS,
        "section: Home > News > Analysis",
    ),
    "Chinese section": (section("社论"), OPINION, "section: 社论"),
    "press releases": (section("Press releases"), RELEASE, "section: Press releases"),
    "opinion folder": (at("/opinion/2025/a-ban"), OPINION, "url: /opinion/"),
    "comment is free": (at("/commentisfree/2025/feb/04/a-ban"), OPINION, "url: /commentisfree/"),
    "deep folder": (at("/world/china/analysis/a-ban"), ANALYSIS, "url: /analysis/"),
    "hyphens": (at("/news-analysis/a-ban"), ANALYSIS, "url: /news-analysis/"),
    "interviews": (at("/interviews/a-founder"), INTERVIEW, "url: /interviews/"),
    "pinyin": (at("/pinglun/2025/1001.html"), OPINION, "url: /pinglun/"),
    "subdomain": (
        at("https://opinion.herald.example/a-ban"),
        OPINION,
        "url: opinion.herald.example",
    ),
    "wire as host": (
        at("https://www.prnewswire.com/news/a-model-1.html"),
        RELEASE,
        "url: prnewswire.com",
    ),
    "kicker": (clues(kickers=(("Analysis", False),)), ANALYSIS, "kicker: Analysis"),
    "kicker in two parts": (
        clues(kickers=(("Opinion | Technology", False),)),
        OPINION,
        "kicker: Opinion | Technology",
    ),
    "comment, said by its class": (clues(kickers=(("Comment", True),)), OPINION, "kicker: Comment"),
    "Chinese kicker": (clues(kickers=(("评论", False),)), OPINION, "kicker: 评论"),
    "editorial": (headline("Editorial: Panic is no policy"), OPINION, "headline: Editorial"),
    "analysis before a dash": (
        headline("Analysis – why the ban will not hold"),
        ANALYSIS,
        "headline: Analysis",
    ),
    "opinion behind a bar": (
        headline("A ban without an argument | Opinion | Example Herald"),
        OPINION,
        "headline: Opinion",
    ),
    "in brackets": (headline("[Op-Ed] A ban without an argument"), OPINION, "headline: Op-Ed"),
    "media release": (
        headline("Media release: a model for all"),
        RELEASE,
        "headline: Media release",
    ),
    "question and answer": (headline("Q&A: the founder speaks"), INTERVIEW, "headline: Q&A"),
    "interview with": (
        headline("Interview with a founder of few words"),
        INTERVIEW,
        "headline: Interview with",
    ),
    "Chinese, bracketed": (headline("【社论】禁令没有理由"), OPINION, "headline: 社论"),
    "Chinese, bar": (headline("观点｜禁令没有理由"), OPINION, "headline: 观点"),
    "Chinese analysis": (headline("分析：禁令为何难以执行"), ANALYSIS, "headline: 分析"),
    "Chinese interview": (headline("专访林慕德：我们为自己而写"), INTERVIEW, "headline: 专访"),
    "Chinese talk": (headline("对话林慕德：我们为自己而写"), INTERVIEW, "headline: 对话林慕德"),
    "analysis by": (clues(bylines=("Analysis by Mara Brook",)), ANALYSIS, "byline: Analysis by"),
    "editorial board": (
        clues(bylines=("The Herald Editorial Board",)),
        OPINION,
        "byline: The Herald Editorial Board",
    ),
    "Chinese commentator": (clues(bylines=("本报评论员",)), OPINION, "byline: 本报评论员"),
    "wire in the dateline": (
        clues(text="LILLE, Feb. 4, 2025 /PRNewswire/ -- A firm has a model."),
        RELEASE,
        "dateline: /PRNewswire/",
    ),
    "for immediate release": (
        clues(text="FOR IMMEDIATE RELEASE\nA firm has a model."),
        RELEASE,
        "dateline: FOR IMMEDIATE RELEASE",
    ),
    "keyword": (clues(metas={"keywords": ["ban, harbour, Op-Ed"]}), OPINION, "keyword: Op-Ed"),
    "Chinese keyword": (clues(metas={"keywords": ["港口，社论"]}), OPINION, "keyword: 社论"),
}


@pytest.mark.parametrize(("shown", "genre", "evidence"), LABELLED.values(), ids=LABELLED.keys())
def test_a_label_tells_the_genre_and_is_its_evidence(shown: Clues, genre: Genre, evidence: str):
    """Each place in which publishers put it."""
    assert genre_of(shown) == (genre, evidence)


SILENT = {
    "nothing": clues(),
    "plain type": clues(ld={"@type": "NewsArticle"}),
    "opinion poll in the headline": headline("Opinion poll: voters back the ban"),
    "opinion polls as section": section("Opinion polls"),
    "opinion poll in the address": at("/politics/opinion-poll-backs-the-ban"),
    "the address's last part": at("/articles/analysis"),
    "data analysis": section("Data analysis tools"),
    "news and analysis": section("News & Analysis"),
    "research and opinion": at("/research-and-opinion/a-ban"),
    "comment button": clues(kickers=(("Comment", False),)),
    "comment with a number": clues(kickers=(("12 comments", True),)),
    "interview as a subject": headline("Minister's interview starts a row"),
    "analysis as a subject": headline("Analysis of the water finds lead"),
    "a speaker before the colon": headline("Minister: we have no opinion"),
    "chatbots talk": headline("对话机器人大战正酣"),
    "analysts say": headline("分析人士：禁令难以执行"),
    "by somebody": clues(bylines=("By Opal Comment", "Staff writer")),
    "wire named in the text": clues(text="The firm said so in a release on PRNewswire."),
    "wire far below": clues(text=f"{'A long text. ' * 40}/PRNewswire/"),
    "keyword in another": clues(metas={"keywords": ["public opinion, analysis of variance"]}),
    "every section of the site": section("News", "Sport", "Opinion", "Food", "Art", "Cars", "Law"),
}


@pytest.mark.parametrize("shown", SILENT.values(), ids=SILENT.keys())
def test_what_only_looks_like_a_label_is_news_without_evidence(shown: Clues):
    """A label counts only whole, and only in its places."""
    assert genre_of(shown) == (NEWS, "")


ORDER = [
    clues(
        "https://herald.example/interviews/x",
        ld={"@type": "OpinionNewsArticle", "articleSection": "Analysis"},
    ),
    clues("https://herald.example/interviews/x", ld={"articleSection": "Opinion"}),
    clues("https://herald.example/opinion/x", kickers=(("Analysis", False),)),
    clues(kickers=(("Opinion", False),), headlines=("Analysis: a ban",)),
    clues(headlines=("Opinion: a ban",), bylines=("Analysis by Mara Brook",)),
    clues(bylines=("Opinion by Mara Brook",), text="LILLE /PRNewswire/ -- A firm."),
    clues(bylines=("Opinion by Mara Brook",), metas={"keywords": ["analysis"]}),
]


@pytest.mark.parametrize("shown", ORDER, ids=lambda shown: genre_of(shown)[1])
def test_the_more_trusted_label_decides(shown: Clues):
    """Type, section, address, kicker, headline, byline, dateline, keyword."""
    assert genre_of(shown)[0] == OPINION


def test_reportage_by_its_own_type_is_news_wherever_it_stands():
    """A publisher's own type outranks the folder."""
    shown = clues("https://herald.example/opinion/x", ld={"@type": "ReportageNewsArticle"})
    assert genre_of(shown)[0] == NEWS


def test_parts_of_a_label_count_whole():
    """Not parts of words."""
    assert label_of("Sport | Comment") == OPINION
    assert label_of("Commentators") is None


HEAD = "<html><body><nav><ul><li><a href='/opinion'>Opinion</a></li></ul></nav>"


@pytest.mark.parametrize(
    ("over", "seen"),
    [
        ("<p>Opinion</p>", [("Opinion", False)]),
        ("<div class='article__kicker'>Comment</div>", [("Comment", True)]),
        ("<p>Opinion</p><p>Technology</p>", [("Technology", False), ("Opinion", False)]),
        ("<aside><p>Opinion</p></aside>", []),
        ("<a href='#comments'>Comment</a>", []),
        ("<p>Opinion is what this long line is about, and it is no kicker at all</p>", []),
        ("", []),
    ],
    ids=["line", "class", "two", "aside", "link into the page", "long", "menu alone"],
)
def test_kickers_stand_over_the_headline_and_not_in_menus(over: str, seen: list[tuple[str, bool]]):
    """Nearest first; with whether the class says kicker."""
    tree = parse_tree(f"{HEAD}{over}<h1>A ban</h1><p>Analysis</p></body></html>")
    assert list(kickers_of(tree)) == seen


def test_an_article_has_its_genre_and_evidence():
    """From the page to the article."""
    text = "".join(
        f"<p>The council met {n} times and put off what it had put off.</p>" for n in "234"
    )
    html = (
        f"{HEAD}<main><p>Opinion</p><article><h1>A ban without reason</h1>{text}</article></main>"
    )
    page = Page(
        url=URL,
        final_url=URL,
        status=200,
        headers={"content-type": "text/html"},
        body=html.encode(),
        fetched_at=datetime(2025, 2, 4, tzinfo=UTC),
    )
    found = extract(page, Link(url=URL, source="x"), SourceBook())
    assert isinstance(found, Article)
    assert (found.genre, found.genre_evidence) == (OPINION, "kicker: Opinion")
