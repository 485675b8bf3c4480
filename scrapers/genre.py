"""News, opinion, analysis, interview or press release: what a page says of itself.

The publisher's own labels, the most trusted first; the first that speaks decides:

    json-ld    the type of the page's own article (schema.org: OpinionNewsArticle …)
    section    JSON-LD genre and articleSection, meta article:section and its kin
    url        a wire of press releases as host, or a folder of the path (/opinion/, /analysis/)
    kicker     the short line printed over the headline
    headline   what stands before its colon or behind its bar ("Editorial: …", "… | Opinion")
    byline     "Analysis by …", an editorial board
    dateline   the mark of a wire of press releases at the head of the text
    keyword    a keyword that is nothing but such a label

A label counts only whole: an "opinion poll" is news. Without a label it is news, with no evidence.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from framewatch.story import Genre
from scrapers.bylines import one_line, plain
from scrapers.jsonld import types
from scrapers.metadata import Metadata

Found = tuple[Genre, str]

# https://schema.org/NewsArticle, "more specific types"; a review weighs, as an opinion does, and
# what an advertiser pays for is the advertiser's word.
_TYPES = {
    "OpinionNewsArticle": Genre.OPINION,
    "ReviewNewsArticle": Genre.OPINION,
    "AnalysisNewsArticle": Genre.ANALYSIS,
    "BackgroundNewsArticle": Genre.ANALYSIS,
    "AdvertiserContentArticle": Genre.PRESS_RELEASE,
    "ReportageNewsArticle": Genre.NEWS,
}
_LABELS = {
    Genre.OPINION: (
        "opinion|opinions|opinion pieces|op ed|op eds|oped|guest essay|guest opinion|commentary|"
        "guest column|commentaries|comment is free|commentisfree|editorial|editorials|viewpoint|"
        "viewpoints|leading article|columnist|columnists|columns|letters to the editor|"
        "opinion & analysis|opinion and analysis|comment & analysis|comment and analysis|"
        "breakingviews|meinung|kommentar|kommentare|leitartikel|kolumne|tribunes|éditorial|opinión|"
        "editoriale|opinioni|comment|views|voices|column|letters|perspectives|评论|評論|社论|社論|"
        "社评|社評|观点|觀點|时评|時評|快评|锐评|言论|专栏|專欄|来论|评论员文章"
    ),
    Genre.ANALYSIS: (
        "analysis|analyses|news analysis|market analysis|the analysis|analyse|análisis|analisi|"
        "分析|深度分析|新闻分析|解读|深度解读"
    ),
    Genre.INTERVIEW: (
        "interview|interviews|the interview|exclusive interview|q&a|q & a|q and a|in conversation|"
        "entretien|entrevista|intervista|专访|專訪|独家专访|访谈|訪談|人物专访|高端访谈"
    ),
    Genre.PRESS_RELEASE: (
        "press release|press releases|media release|media releases|news release|news releases|"
        "advertorial|sponsored|sponsored content|paid content|paid post|partner content|"
        "pressemitteilung|pressemitteilungen|communiqué de presse|comunicado de prensa|"
        "新闻稿|新聞稿|通稿|企业供稿"
    ),
}
_GENRES = {label: genre for genre, labels in _LABELS.items() for label in labels.split("|")}
_URL_ONLY = {"pinglun": Genre.OPINION, "guandian": Genre.OPINION, "shelun": Genre.OPINION}
# Also the words of buttons and menus: over a headline they count only where a class says kicker.
_AMBIGUOUS = frozenset("comment views voices column letters perspectives sponsored".split())
_KEYWORDS = frozenset(_GENRES) - _AMBIGUOUS - {"editorial", "columns"}
_WIRES = (
    "prnewswire.com prnewswire.co.uk prnasia.com businesswire.com globenewswire.com prweb.com "
    "einpresswire.com accesswire.com newswire.ca newsfilecorp.com acnnewswire.com openpr.com"
).split()
_DATELINE = re.compile(
    r"/\s?PRNewswire\s?/|\(\s?BUSINESS WIRE\s?\)|\(?GLOBE NEWSWIRE\)? ?--|/EINPresswire"
    r"|\(ACCESSWIRE\)|\bACCESSWIRE\b ?/|\(ACN Newswire|\(Newsfile Corp|/美通社/"
    r"|^for immediate release\b|^(?:media|press|news) release\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_DATELINE_WITHIN = 300  # characters from the start of the text
_SECTIONS = ("article:section", "section", "parsely-section", "og:section", "cxenseparse:section")
_KEYWORD_METAS = ("keywords", "news_keywords", "article:tag", "parsely-tags")
_MANY = 6  # a longer list of sections is the site's, not the article's
_LABEL = r"([^\W\d_](?:[^\W\d_]|[ &-]){1,24}?)"
_BEFORE_COLON = re.compile(rf"^(?:[\[【(（]\s*{_LABEL}\s*[\]】)）]|{_LABEL}\s*[:：])\s*\S")
_BARS = re.compile(r"\s*[|｜]\s*|\s+[–—-]\s+")
_INTERVIEW = re.compile(
    r"^(?:an? )?(?:exclusive )?(?:interview|q\s?&\s?a|conversation) with\b|^in conversation with\b"
    r"|[:：|] (?:an? )?(?:interview|q\s?&\s?a|conversation) with\b"
    r"|^(?:独家)?专访|^對話.{2,12}[：｜|]|^对话.{2,12}[：｜|]",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"^(?P<label>opinion|analysis|news analysis|commentary|comment|interview|column) by\b",
    re.IGNORECASE,
)
_BOARD = re.compile(
    r"^(?:by )?(?:the )?(?:[\w' ]{0,40} )?editorial board$|^(?:by )?the editors$"
    r"|^(?:本报|本刊|特约)?评论员\S{0,6}$|^(?:本报|本刊)?社评$",
    re.IGNORECASE,
)
_KICKER_CLASS = re.compile(
    r"kicker|eyebrow|overline|topper|rubric|section-?(?:label|tag|name|title)|article-?label|"
    r"content-?type|category-?(?:label|name)|strapline",
    re.IGNORECASE,
)
_MENUS = frozenset("nav ul ol menu aside footer button form select".split())
_LONGEST_KICKER = 40
_OVER_HEADLINE = 2  # lines printed straight above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a page shows from which its genre can be told."""

    meta: Metadata
    url: str
    text: str = ""
    kickers: tuple[tuple[str, bool], ...] = ()  # (line, whether its class says kicker)
    bylines: tuple[str, ...] = ()  # authors, and short lines under the headline


def genre_of(clues: Clues) -> Found:
    """The genre and its evidence, e.g. (OPINION, "section: Opinion"); (NEWS, "") without a label.

    >>> genre_of(Clues(meta=Metadata(), url="https://herald.example/opinion/2025/a-ban"))
    (<Genre.OPINION: 'opinion'>, 'url: /opinion/')
    """
    return next(_claims(clues), (Genre.NEWS, ""))


def _claims(clues: Clues) -> Iterator[Found]:
    yield from _by_type(clues.meta)
    yield from _by_section(clues.meta)
    yield from _by_url(clues.url)
    yield from _by_kicker(clues.kickers)
    yield from _by_headline(clues.meta.headlines)
    yield from _by_byline(clues.bylines)
    if wire := _DATELINE.search(clues.text[:_DATELINE_WITHIN]):
        yield Genre.PRESS_RELEASE, f"dateline: {wire.group().strip()}"
    yield from _by_keyword(clues.meta)


def label_of(words: str) -> Genre | None:
    """The genre that a label names, if the whole of it or of one of its parts is such a name.

    Parts are what stands between slashes, bars, angles, commas and colons: "World/Opinion".
    """
    for part in (words, *re.split(r"\s*[/|>»›,;:：｜·•]\s*", words)):
        if genre := _GENRES.get(_key(part)):
            return genre
    return None


def _key(label: str) -> str:
    return re.sub(r"[-_]", " ", label.strip(" \t-–—.【】[]()（）").casefold())


def _by_type(meta: Metadata) -> Iterator[Found]:
    for name in sorted(types(dict(meta.article)) & _TYPES.keys()):
        yield _TYPES[name], f"json-ld: {name}"


def _by_section(meta: Metadata) -> Iterator[Found]:
    named = [_strings(meta.article.get(key)) for key in ("genre", "articleSection")]
    named += [meta.metas.get(key, []) for key in _SECTIONS]
    for words in (words for names in named if len(names) <= _MANY for words in names):
        shown = one_line(words.rsplit("/genre/", 1)[-1], 60)
        if genre := label_of(shown):
            yield genre, f"section: {shown}"


def _by_url(url: str) -> Iterator[Found]:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if any(host == wire or host.endswith(f".{wire}") for wire in _WIRES):
        yield Genre.PRESS_RELEASE, f"url: {host}"
    if host.split(".")[0] in ("opinion", "opinions", "meinung"):
        yield Genre.OPINION, f"url: {host}"
    for folder in parts.path.split("/")[:-1] if parts.path.count("/") > 1 else ():
        if genre := _GENRES.get(_key(folder)) or _URL_ONLY.get(_key(folder)):
            yield genre, f"url: /{folder}/"


def _by_kicker(kickers: Iterable[tuple[str, bool]]) -> Iterator[Found]:
    for line, declared in kickers:
        genre = label_of(line)
        if genre and (declared or line.strip().casefold() not in _AMBIGUOUS):
            yield genre, f"kicker: {line}"


def _by_headline(headlines: Iterable[str]) -> Iterator[Found]:
    for headline in headlines:
        if match := _INTERVIEW.search(headline):
            yield Genre.INTERVIEW, f"headline: {match.group().strip(' :：|｜')}"
        parts = _BARS.split(headline)[:_MANY]
        if match := _BEFORE_COLON.match(headline):
            parts.insert(0, match[1] or match[2])
        for part in parts:
            if len(parts) > 1 and (genre := _GENRES.get(_key(part))):
                yield genre, f"headline: {part}"


def _by_byline(bylines: Iterable[str]) -> Iterator[Found]:
    for line in bylines:
        if _BOARD.match(line):
            yield Genre.OPINION, f"byline: {line}"
        elif match := _BYLINE.match(line):
            genre = label_of(match["label"]) or Genre.OPINION
            yield genre, f"byline: {match.group()}"


def _by_keyword(meta: Metadata) -> Iterator[Found]:
    listed = [*_strings(meta.article.get("keywords"))]
    listed += [words for key in _KEYWORD_METAS for words in meta.metas.get(key, [])]
    for word in (word.strip() for words in listed for word in re.split(r"[,，;、]", words)):
        if _key(word) in _KEYWORDS:
            yield _GENRES[_key(word)], f"keyword: {one_line(word, 60)}"


def _strings(value: Any) -> list[str]:
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]


def kickers_of(tree: Any) -> tuple[tuple[str, bool], ...]:
    """Short lines over the headline: the nearest two, and those whose class says kicker.

    The headline is the first <h1>, or on a page without one the first <h2>.

    Nothing from menus, lists, asides, buttons or links into the page counts.
    """
    found: list[tuple[str, bool]] = []
    headline = next(tree.iter("h1"), None)
    headline = next(tree.iter("h2"), None) if headline is None else headline
    if headline is None:
        return ()
    for element in tree.iter("p", "div", "span", "a", "strong", "h2", "h3", "h4", "h1"):
        if element is headline:
            break
        if len(element) > 1 or _in_menu(element):
            continue
        line = plain("".join(element.itertext()), 2 * _LONGEST_KICKER)
        if 1 < len(line) <= _LONGEST_KICKER:
            named = " ".join(filter(None, (element.get("class"), element.get("data-testid"))))
            found.append((line, bool(_KICKER_CLASS.search(named))))
    declared = [kicker for kicker in found if kicker[1]]
    near = found[-1 : -_OVER_HEADLINE - 1 : -1]
    return tuple(dict.fromkeys((*near, *declared[-_OVER_HEADLINE:])))


def _in_menu(element: Any) -> bool:
    if (element.get("href") or "").startswith("#"):
        return True
    return any(parent.tag in _MENUS for parent in element.iterancestors())
