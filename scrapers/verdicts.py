"""What a page is, when it is no article: a consent wall, an error with status 200, a listing, a
gallery, or a shell that only a script would fill."""

import re
from typing import Any
from urllib.parse import urlsplit

from scrapers.metadata import Metadata
from scrapers.shells import is_shell

_ERROR = re.compile(
    r"\b(?:404|410|403|500|502|503)\b.{0,40}\b(?:error|not found|forbidden|gone|unavailable)"
    r"|^(?:error\s*)?(?:404|403|500|502|503)\b"
    r"|\b"
    r"(?:page|article|story|url) (?:not found|unavailable|"
    r"(?:can(?:not|.t|not) be|could ?n.t be|was not|no longer) (?:found|exists?|available))"
    r"|^not found\b|^error\b|^access denied|^forbidden|^oops\b|something went wrong"
    r"|(?:seite|artikel) (?:wurde )?nicht gefunden|page (?:non trouvée|introuvable)"
    r"|página no encontrada|pagina non trovata|页面不存在|页面未找到"
    r"|找不到(?:该)?页面|頁面不存在|找不到網頁",
    re.IGNORECASE,
)
_BOT_WALL = re.compile(
    r"just a moment|attention required|are you (?:a )?(?:robot|human)|"
    r"verify (?:that )?you are (?:a )?human|"
    r"captcha|enable javascript|javascript is (?:disabled|required)|unusual traffic|"
    r"checking your browser|access to this page has been denied|安全验证",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"\bcookies?\b|\bconsent\b|\bpartners?\b.{0,80}\b(?:data|device)|"
    r"personal(?:ised|ized) (?:ads|content)|"
    r"privacy (?:policy|settings|notice)|legitimate interest|accept all|reject all|manage "
    r"(?:options|preferences|choices)|before you continue|einwilligung|datenschutz|"
    r"alle akzeptieren|consentement|隐私政策|接受所有",
    re.IGNORECASE,
)
_LISTING_KINDS = frozenset(("CollectionPage", "SearchResultsPage", "ProfilePage", "ItemList"))
_SHORT = 600  # characters: an error page says no more
_LONGEST_WALL = 4_000
_LEAST = 40  # characters of an article's text
_GALLERY_KINDS = frozenset(("ImageGallery", "MediaGallery"))
_GALLERY_PATH = re.compile(
    r"/(?:photo-?|picture-?|bilder|foto-?)?(?:galler(?:y|ies|i)|galeri[ae]s?|slideshow|strecke)"
    r"(?:[/-]|$)|/in-pictures(?:[/-]|$)|/(?:photos|fotos|diaporama)/",
    re.IGNORECASE,
)
_PICTURES = 6  # with captions
_HARDLY_ANY = 400  # characters beside a gallery's captions
_LINKED_HEADLINES = 6
_LEAST_BESIDE_LIST = 1_200


def why_no_article(tree: Any, meta: Metadata, text: str, url: str) -> str:
    """One phrase that says why the page holds no article; "" where it may hold one."""
    heads = [meta.title, *_head_lines(tree)]
    if len(text) < _SHORT and any(map(_BOT_WALL.search, [*heads, text])) and not meta.article_body:
        return "asks whether we are human"
    if len(text) < _SHORT and not meta.dates and any(_ERROR.search(head) for head in heads):
        return f"error page with status 200: {meta.title[:80]!r}"
    if not meta.is_article and _is_consent(text, url):
        return "consent wall"
    if _shorter(text, _LEAST):
        return "needs a script to show its text" if is_shell(tree) else "no article text"
    return ""


def gallery(meta: Metadata, text: str, url: str, pictures: int) -> str:
    """One phrase that says why the page is a gallery with hardly any text; "" where it is none."""
    shown = meta.kinds & _GALLERY_KINDS or _GALLERY_PATH.search(urlsplit(url).path)
    if _shorter(text, _HARDLY_ANY) and (shown or pictures >= _PICTURES):
        return "gallery with hardly any text"
    return ""


def captioned_pictures(tree: Any) -> int:
    """Figures with a caption that are no link to something else."""
    return int(tree.xpath("count(.//figure[.//figcaption][not(ancestor::a)][not(.//a[.//img])])"))


def _shorter(text: str, characters: int) -> bool:
    """Chinese and Japanese say as much in half as many characters."""
    return len(text) < (characters // 2 if re.search(r"[\u3040-\u9fff]", text) else characters)


def _head_lines(tree: Any) -> list[str]:
    found = [tree.find(".//title"), tree.find(".//h1")]
    return ["".join(e.itertext()).strip()[:300] for e in found if e is not None]


def _is_consent(text: str, url: str) -> bool:
    parts = urlsplit(url)
    if (parts.hostname or "").startswith("consent.") or re.search(
        r"/consent(?:[/?]|$)", parts.path
    ):
        return True
    if len(text) > _LONGEST_WALL:
        return False
    lines = text.split("\n")
    about = [line for line in lines if _CONSENT.search(line)]
    said = {match.lower() for line in lines for match in _CONSENT.findall(line)}
    return len(said) >= 2 and sum(map(len, about)) >= 0.5 * len(text)


def linked_headlines(tree: Any) -> int:
    """How many headings of the second and third rank are links."""
    paths = (".//h2//a", ".//h3//a", ".//a//h2", ".//a//h3")
    return sum(1 for path in paths for _ in tree.iterfind(path))


def listing(meta: Metadata, text: str, url: str, headlines: int) -> str:
    """One phrase that says why the page is a list of articles; "" where it is none."""
    own_dates = [claim for claim in meta.dates if claim.source != "time"]
    if meta.is_article or own_dates:
        return ""
    if urlsplit(url).path.strip("/") == "":
        return "the site's front page"
    if kinds := meta.kinds & _LISTING_KINDS:
        return f"listing page: {', '.join(sorted(kinds))}"
    running = sum(len(line) for line in text.split("\n") if len(line) >= 200)
    if headlines >= _LINKED_HEADLINES and running < _LEAST_BESIDE_LIST:
        return f"listing page: {headlines} linked headlines"
    return ""
